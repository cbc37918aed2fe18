//! When two servers say the same.

use std::time::Duration;

use device::time::{Agreement, Reading};

use crate::support::{NOW, moment};

fn reading(now: i64, uptime: u64) -> Reading {
    let (now, uptime) = (moment(now), Duration::from_secs(uptime));
    Reading { now, uptime }
}

#[test]
fn sixty_seconds_apart_and_one_more() {
    for (apart, agree) in [
        (0, true),
        (60, true),
        (61, false),
        (-60, true),
        (-61, false),
    ] {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.hear("a", reading(NOW, 5)), None);
        let second = reading(NOW + apart, 5);
        assert_eq!(
            agreement.hear("b", second),
            agree.then_some(second),
            "{apart}"
        );
    }
}

#[test]
fn time_passes_between_two_answers() {
    let mut agreement = Agreement::default();
    agreement.hear("a", reading(NOW, 1000));
    assert_eq!(agreement.hear("b", reading(NOW, 1100)), None);
    let later = reading(NOW + 100, 1100);
    assert_eq!(agreement.hear("c", later), Some(later));
}

#[test]
fn a_server_agrees_with_others_only() {
    let mut agreement = Agreement::default();
    for _ in 0..3 {
        assert_eq!(agreement.hear("a", reading(NOW, 1)), None);
    }
    assert_eq!(agreement.heard().len(), 3);
    assert!(agreement.hear("b", reading(NOW, 1)).is_some());
}

#[test]
fn clocks_at_the_end_of_the_calendar_do_not_overflow() {
    let last = 253_402_300_799;
    assert_eq!(reading(last, 0).at(Duration::ZERO), Some(moment(last)));
    assert_eq!(reading(last, 0).at(Duration::from_secs(1)), None);
    assert_eq!(reading(NOW, 0).at(Duration::MAX), None);
    assert!(reading(last, 0).apart(reading(NOW, u64::MAX)) > Duration::from_secs(60));
}
