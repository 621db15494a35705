//! The order of a run that is shuffled.

#[cfg(feature = "libtest-mimic")]
use crate::ordered::sort_by_key;
#[cfg(feature = "libtest-mimic")]
use crate::plan::Plan;

/// Brings these places of cases into the order that the seed decides. Which of two cases comes first depends on the seed and on their
/// names alone, and so stays when others are selected beside them.
#[cfg(feature = "libtest-mimic")]
pub(crate) fn sort(places: &mut [usize], plan: &Plan, seed: u64) {
    let numbered = places
        .iter()
        .map(|&place| (of_name(&plan[place].name, seed), place));
    let mut numbered: Vec<_> = numbered.collect();
    sort_by_key(&mut numbered, |&numbered| numbered);
    for (place, (_, sorted)) in places.iter_mut().zip(numbered) {
        *place = sorted;
    }
}

/// 64-bit FNV-1a of the seed and the name, mixed, since names mostly differ in their last letters.
#[cfg(feature = "libtest-mimic")]
fn of_name(name: &str, seed: u64) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    mix(bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    }))
}

/// The last steps of `SplitMix64`.
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
#[cfg(feature = "libtest-mimic")]
mod tests {
    use super::*;
    use crate::test::tests::test;
    use crate::{Options, ShouldPanic};

    #[test]
    fn the_order_of_two_does_not_depend_on_others() {
        let tests = ["a", "b", "c", "d", "e", "f"].map(|name| test("it", name, ShouldPanic::No));
        let plan = Plan::new(tests.to_vec(), &[], Options::default()).unwrap();
        let mut orders = Vec::new();
        for seed in 0..20 {
            let mut all: Vec<usize> = (0..plan.len()).collect();
            sort(&mut all, &plan, seed);
            let mut some = vec![4, 1, 3];
            sort(&mut some, &plan, seed);
            let of_all = all
                .iter()
                .copied()
                .filter(|place| [1, 3, 4].contains(place));
            assert_eq!(of_all.collect::<Vec<_>>(), some);
            orders.push(all);
        }
        orders.sort();
        orders.dedup();
        assert!(orders.len() > 15, "{orders:?}");
    }
}
