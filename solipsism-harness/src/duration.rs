//! Durations as attributes, flags and variables write them: one number, one unit.

use std::time::Duration;

/// The duration that `text` writes: a number, which may have a decimal point, and one of the units ns, us, ms, s, m, h and d.
///
/// # Panics
///
/// When `text` is no such duration: in a `const`, a compile error whose text says what to write instead.
///
/// # Examples
///
/// ```
/// # use solipsism_harness::duration;
/// # use std::time::Duration;
/// const LIMIT: Duration = duration("1.5s");
/// assert_eq!(LIMIT, Duration::from_millis(1500));
/// ```
pub const fn duration(text: &str) -> Duration {
    match parse_duration(text) {
        Ok(duration) => duration,
        Err(cure) => panic!("{}", cure),
    }
}

/// The same as [`duration`], as data.
///
/// # Errors
///
/// A sentence that says what to write instead.
///
/// # Examples
///
/// ```
/// # use solipsism_harness::parse_duration;
/// # use std::time::Duration;
/// assert_eq!(parse_duration("2h"), Ok(Duration::from_secs(7200)));
/// assert!(parse_duration("2").is_err());
/// ```
pub const fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let (number, unit) = match Number::parse(text.as_bytes()) {
        Ok(parsed) => parsed,
        Err(cure) => return Err(cure),
    };
    let unit: u128 = match unit {
        b"ns" => 1,
        b"us" => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND,
        b"m" => 60 * SECOND,
        b"h" => 3_600 * SECOND,
        b"d" => 86_400 * SECOND,
        b"" => {
            return Err(
                "a duration needs a unit: write ns, us, ms, s, m, h or d right after the number, as in `1500ms`",
            );
        }
        _ => {
            return Err(
                "a duration's unit is one of ns, us, ms, s, m, h or d: write one number and one unit, as in `1500ms`",
            );
        }
    };
    let nanoseconds = match number.digits.checked_mul(unit) {
        Some(scaled) if scaled % number.scale == 0 => scaled / number.scale,
        Some(_) => return Err(TOO_FINE),
        None => return Err(TOO_LONG),
    };
    let seconds = nanoseconds / SECOND;
    if seconds > u64::MAX as u128 {
        return Err(TOO_LONG);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked above, and a remainder of a billion fits"
    )]
    Ok(Duration::new(seconds as u64, (nanoseconds % SECOND) as u32))
}

const SECOND: u128 = 1_000_000_000;
const TOO_LONG: &str = "a duration is at most 2^64 seconds: write a shorter one, as in `36500d`";
const TOO_FINE: &str =
    "a duration is a whole number of nanoseconds: drop the digits beyond, as in `1.5us`";

/// So that one more digit still fits a `u128`. `Duration::MAX` in nanoseconds is below 2^94.
const MAX_DIGITS: u128 = 1 << 120;
/// Even a day is a whole number of nanoseconds to 16 decimal places only.
const MAX_SCALE: u128 = 1_000_000_000_000_000_000;

/// A decimal number: `digits / scale`.
struct Number {
    digits: u128,
    /// A power of ten.
    scale: u128,
}

impl Number {
    /// Reads the number that `text` begins with; the rest comes back.
    const fn parse(text: &[u8]) -> Result<(Self, &[u8]), &'static str> {
        match text {
            [] => return Err("a duration is empty: write a number and a unit, as in `1500ms`"),
            [b'-', ..] => {
                return Err("a duration cannot be negative: drop the `-`, as in `1500ms`");
            }
            [b'0'..=b'9', ..] => {}
            _ => {
                return Err(
                    "a duration begins with a number: write it and its unit, as in `1500ms`",
                );
            }
        }
        let mut number = Self {
            digits: 0,
            scale: 1,
        };
        let mut rest = text;
        let mut fraction = false;
        loop {
            match rest {
                [digit @ b'0'..=b'9', after @ ..] => {
                    if number.digits >= MAX_DIGITS {
                        return Err(TOO_LONG);
                    }
                    if number.scale >= MAX_SCALE {
                        return Err(TOO_FINE);
                    }
                    number.digits = number.digits * 10 + (*digit - b'0') as u128;
                    if fraction {
                        number.scale *= 10;
                    }
                    rest = after;
                }
                [b'.', after @ ..] if !fraction && matches!(after, [b'0'..=b'9', ..]) => {
                    fraction = true;
                    rest = after;
                }
                _ => return Ok((number, rest)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_and_one_unit() {
        for (text, nanoseconds) in [
            ("0s", 0),
            ("5ns", 5),
            ("10us", 10_000),
            ("1500ms", 1_500_000_000),
            ("30s", 30_000_000_000),
            ("1.5s", 1_500_000_000),
            ("0.001us", 1),
            ("1.50m", 90_000_000_000),
            ("007ms", 7_000_000),
            ("0.000000000000s", 0),
            ("36500d", 36_500 * 86_400_000_000_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_nanos(nanoseconds)),
                "{text}"
            );
        }
        assert_eq!(
            parse_duration("18446744073709551615s"),
            Ok(Duration::from_secs(u64::MAX))
        );
        assert_eq!(
            parse_duration("18446744073709551615999999999ns"),
            Ok(Duration::MAX)
        );
    }

    #[test]
    fn all_else_is_refused_with_its_cure() {
        for (text, cure) in [
            ("", "is empty"),
            ("-1s", "cannot be negative"),
            ("s", "begins with a number"),
            ("+1s", "begins with a number"),
            (" 1s", "begins with a number"),
            (".5s", "begins with a number"),
            ("١s", "begins with a number"),
            ("1", "needs a unit"),
            ("1.5", "needs a unit"),
            ("1 s", "unit is one of"),
            ("1.s", "unit is one of"),
            ("1.2.3s", "unit is one of"),
            ("1h30m", "unit is one of"),
            ("1S", "unit is one of"),
            ("1µs", "unit is one of"),
            ("1_000ms", "unit is one of"),
            ("1.5ns", "whole number of nanoseconds"),
            ("0.0000000001s", "whole number of nanoseconds"),
            (
                "0.00000000000000000000000000000000000000000000s",
                "whole number of nanoseconds",
            ),
            ("18446744073709551616s", "at most"),
            ("213503982334602d", "at most"),
            (
                "99999999999999999999999999999999999999999999999999d",
                "at most",
            ),
        ] {
            let refused = parse_duration(text).unwrap_err();
            assert!(refused.contains(cure), "{text}: {refused}");
        }
    }
}
