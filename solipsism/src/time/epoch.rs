//! A date in the source becomes the wall clock's beginning.

use std::time::{Duration, UNIX_EPOCH};

use super::SystemTime;

/// Seconds since 1970, from text that the compiler has read.
#[derive(Clone, Copy, Debug)]
pub struct Epoch(i64);

/// Reads RFC 3339 in UTC and whole seconds: `2024-02-29T12:00:00Z`. For the attribute's `epoch`, at compile time.
///
/// # Panics
///
/// If the text is something else, or no date of the calendar.
pub const fn epoch(text: &str) -> Epoch {
    let bytes = text.as_bytes();
    let shape = *b"dddd-dd-ddTdd:dd:ddZ";
    assert!(
        bytes.len() == shape.len(),
        "an epoch is written like 2024-02-29T12:00:00Z"
    );
    let mut place = 0;
    while place < shape.len() {
        let fits = match shape[place] {
            b'd' => bytes[place].is_ascii_digit(),
            other => bytes[place] == other,
        };
        assert!(fits, "an epoch is written like 2024-02-29T12:00:00Z");
        place += 1;
    }
    let year = number(bytes, 0, 4);
    let (month, day) = (number(bytes, 5, 7), number(bytes, 8, 10));
    let (hour, minute, second) = (
        number(bytes, 11, 13),
        number(bytes, 14, 16),
        number(bytes, 17, 19),
    );
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + leap as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    assert!(
        1 <= month && month <= 12 && 1 <= day && day <= days,
        "an epoch is a day of the calendar"
    );
    assert!(
        hour < 24 && minute < 60 && second < 60,
        "an epoch is a time of the day"
    );
    // Days before this one; as in Hinnant's `days_from_civil`, years begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * 146_097 + of_era - 719_468;
    Epoch(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

const fn number(bytes: &[u8], from: usize, to: usize) -> i64 {
    let mut value = 0;
    let mut place = from;
    while place < to {
        value = value * 10 + (bytes[place] - b'0') as i64;
        place += 1;
    }
    value
}

impl From<Epoch> for SystemTime {
    fn from(Epoch(seconds): Epoch) -> Self {
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            (UNIX_EPOCH - distance).into()
        } else {
            (UNIX_EPOCH + distance).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_is_shown() {
        for text in [
            "0000-03-01T00:00:00Z",
            "1600-02-29T23:59:59Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "2024-12-31T12:34:56Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(format!("{:?}", SystemTime::from(epoch(text))), text);
        }
    }
}
