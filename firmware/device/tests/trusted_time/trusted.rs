//! Floor and clock.

use std::time::Duration;

use device::time::trusted::MAX_AHEAD;
use device::time::{ClockRefused, Reading, TrustedTime};
use device::verify::{Clock, TimeBasis};

use crate::support::{NOW, moment};

fn at(uptime: u64) -> Duration {
    Duration::from_secs(uptime)
}

fn reading(now: i64) -> Reading {
    Reading {
        now: moment(now),
        uptime: at(100),
    }
}

#[test]
fn a_clock_that_was_not_set_is_unknown() {
    let time = TrustedTime::new(moment(NOW));
    assert!(!time.is_set());
    assert_eq!(time.clock(at(999)), Clock::unknown(moment(NOW)));
}

#[test]
fn a_clock_goes_on() {
    let mut time = TrustedTime::new(moment(NOW));
    time.set(reading(NOW + 5)).unwrap();
    assert_eq!(
        time.clock(at(100)),
        Clock::known(moment(NOW), moment(NOW + 5))
    );
    assert_eq!(
        time.clock(at(160)),
        Clock::known(moment(NOW), moment(NOW + 65))
    );
    time.forget();
    assert_eq!(time.clock(at(160)), Clock::unknown(moment(NOW)));
}

#[test]
fn the_floor_rises_and_a_clock_does_not_move_it() {
    let mut time = TrustedTime::new(moment(NOW));
    time.raise(moment(NOW + 10));
    time.raise(moment(NOW + 5));
    assert_eq!(time.floor(), moment(NOW + 10));
    time.set(reading(NOW + 1000)).unwrap();
    assert_eq!(time.floor(), moment(NOW + 10));
}

#[test]
fn a_floor_that_passes_the_clock_shows_that_it_is_wrong() {
    let mut time = TrustedTime::new(moment(NOW));
    time.set(reading(NOW + 5)).unwrap();
    time.raise(moment(NOW + 86_400));
    let (now, floor) = (moment(NOW + 5), moment(NOW + 86_400));
    assert_eq!(
        time.clock(at(100)).basis(),
        TimeBasis::ClockBehindFloor { now, floor }
    );
}

#[test]
fn clocks_at_the_limits() {
    let (floor, ahead) = (moment(NOW), i64::try_from(MAX_AHEAD.as_secs()).unwrap());
    let set = |now| TrustedTime::new(floor).set(reading(now));
    assert_eq!(set(NOW), Ok(()));
    assert_eq!(set(NOW + ahead), Ok(()));
    let now = moment(NOW - 1);
    assert_eq!(set(NOW - 1), Err(ClockRefused::BehindFloor { now, floor }));
    let now = moment(NOW + ahead + 1);
    assert_eq!(
        set(NOW + ahead + 1),
        Err(ClockRefused::TooFarAhead { now, floor })
    );
}

#[test]
fn a_clock_that_is_refused_leaves_the_older_setting() {
    let mut time = TrustedTime::new(moment(NOW));
    time.set(reading(NOW + 5)).unwrap();
    time.set(reading(NOW - 5)).unwrap_err();
    assert_eq!(
        time.clock(at(100)),
        Clock::known(moment(NOW), moment(NOW + 5))
    );
}

#[test]
fn refusals_say_what_was_found() {
    let error = TrustedTime::new(moment(NOW)).set(reading(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it cannot be 1970-01-01T00:00:00Z: it is at least 2026-07-01T00:00:00Z"
    );
    let error = TrustedTime::new(moment(0)).set(reading(NOW)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-07-01T00:00:00Z is more than 20 years after 1970-01-01T00:00:00Z, the newest time known for sure"
    );
}
