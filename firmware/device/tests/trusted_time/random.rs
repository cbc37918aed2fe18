//! Anything at all as an answer, a clock or a floor.

use std::time::Duration;

use device::time::{Question, Reading, TrustedTime};
use proptest::prelude::*;
use rand_core::OsRng;

use crate::support::{NOW, answer, moment};

/// The years 1 to 9999.
fn seconds() -> impl Strategy<Value = i64> {
    -62_135_596_800..253_402_300_800_i64
}

proptest! {
    #[test]
    fn no_answer_is_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..100), floor in seconds()) {
        let told = Question::new(&mut OsRng).answered(&bytes, moment(floor));
        prop_assert!(told.is_err());
    }

    /// With the right number, the rest may be anything.
    #[test]
    fn no_field_is_too_odd(mut bytes in any::<[u8; 48]>(), floor in seconds()) {
        let question = Question::new(&mut OsRng);
        bytes[24..32].copy_from_slice(&question.packet()[40..]);
        if let Ok(told) = question.answered(&bytes, moment(floor)) {
            prop_assert!(told.unix_seconds().abs_diff(floor) <= 1 << 31);
            prop_assert_eq!(bytes[0] & 7, 4);
        }
    }

    #[test]
    fn times_within_68_years_of_the_floor_are_told_right(floor in 0..100_000_000_000_i64, ahead in -(1_i64 << 31)..1 << 31) {
        let (question, now) = (Question::new(&mut OsRng), floor + ahead);
        let told = question.answered(&answer(&question.packet(), now), moment(floor));
        prop_assert_eq!(told, Ok(moment(now)));
    }

    /// What verification is told is never before the floor, and an hour is an hour.
    #[test]
    fn no_clock_is_before_the_floor(floor in seconds(), now in seconds(), set in any::<u64>(), later in any::<u64>()) {
        let mut time = TrustedTime::new(moment(floor));
        let uptime = Duration::from_secs(set);
        let taken = time.set(Reading { now: moment(now), uptime });
        let basis = time.clock(Duration::from_secs(later)).basis();
        prop_assert!(basis.for_not_after() >= moment(floor));
        prop_assert_eq!(taken.is_ok(), time.is_set());
        prop_assert!(taken.is_err() || now - floor <= 20 * 31_557_600);
    }

    #[test]
    fn clocks_are_apart_whichever_is_asked(one in seconds(), other in seconds(), early in 0..1_000_000_u64, late in 0..1_000_000_u64) {
        let reading = |now, uptime| Reading { now: moment(now), uptime: Duration::from_secs(uptime) };
        let (one, other) = (reading(one, early), reading(other, late));
        prop_assert_eq!(one.apart(other), other.apart(one));
    }
}

#[test]
fn the_time_of_the_tests_is_one() {
    assert_eq!(moment(NOW).to_string(), "2026-07-01T00:00:00Z");
}
