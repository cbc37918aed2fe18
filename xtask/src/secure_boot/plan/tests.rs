//! The budget at its boundaries.

use trust::date::Date;

use super::budget::Budget;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn steps_are_spread_over_what_is_left_of_the_service_life() {
    let budget = Budget::new(day("2026-01-01"), day("2033-12-31"), 0);
    assert_eq!(budget.days_left, 2922);
    assert_eq!(budget.steps_left, 16);
    // Eight years, 16 steps; the years are a quarter of a day longer than the mean of 365.2425.
    assert_eq!(budget.steps_a_year_hundredths, Some(199));
    assert_eq!(budget.earliest.len(), 16);
    assert_eq!(budget.earliest[0].day, "2026-01-01");
    assert_eq!(budget.earliest[8].day, "2030-01-01");
    assert_eq!(budget.earliest[15].secure_version, 16);
}

#[test]
fn the_last_day_counts_and_the_day_after_has_nothing() {
    let last = Budget::new(day("2033-12-31"), day("2033-12-31"), 15);
    assert_eq!((last.days_left, last.steps_left), (1, 1));
    assert_eq!(last.steps_a_year_hundredths, Some(36524));
    let after = Budget::new(day("2034-01-01"), day("2033-12-31"), 15);
    assert_eq!(after.days_left, 0);
    assert_eq!(after.steps_a_year_hundredths, None);
    assert!(after.earliest.is_empty());
}

#[test]
fn used_up_steps_leave_none() {
    let used = Budget::new(day("2026-01-01"), day("2033-12-31"), 16);
    assert_eq!(used.steps_left, 0);
    assert_eq!(used.steps_a_year_hundredths, Some(0));
    assert!(used.earliest.is_empty());
}
