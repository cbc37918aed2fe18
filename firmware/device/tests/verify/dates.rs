//! Dates: whose are compared, with what, and both sides of each boundary.

use device::store::{DatesChecked, StoreContents};
use device::verify::{Clock, PathEnd, PinVerdict, TimeBasis, VerifyError};

use crate::support::{Chain, at, ca, day, leaf, moment, unknown_from, verify};

fn no_path(end: PathEnd, basis: TimeBasis) -> Result<(), VerifyError> {
    let pins = PinVerdict::NoPin;
    Err(VerifyError::NoPath { end, basis, pins })
}

/// The leaf ends 2026-04-01T00:00:00Z and the intermediate 2026-03-01T00:00:00Z.
fn chain() -> Chain {
    let mut intermediate = ca("Intermediate");
    intermediate.not_before = rcgen::date_time_ymd(2026, 1, 15);
    intermediate.not_after = rcgen::date_time_ymd(2026, 3, 1);
    Chain::with(intermediate, leaf())
}

fn judge(contents: &StoreContents, chain: &Chain, clock: Clock) -> Result<(), VerifyError> {
    verify(contents, &chain.sent(), clock).map(drop)
}

#[test]
fn the_last_and_the_first_second_of_a_leaf() {
    let chain = Chain::new();
    let judge = |clock| judge(&chain.store(), &chain, clock);
    let (not_before, not_after) = (
        moment("2026-01-01T00:00:00Z"),
        moment("2026-04-01T00:00:00Z"),
    );
    assert_eq!(judge(at("2026-04-01T00:00:00Z")), Ok(()));
    let late = at("2026-04-01T00:00:01Z");
    let basis = late.basis();
    assert_eq!(judge(late), Err(VerifyError::Expired { not_after, basis }));
    assert_eq!(judge(at("2026-01-01T00:00:00Z")), Ok(()));
    let early = at("2025-12-31T23:59:59Z");
    let basis = early.basis();
    assert_eq!(
        judge(early),
        Err(VerifyError::NotYetValid { not_before, basis })
    );
}

#[test]
fn the_last_and_the_first_second_of_an_intermediate() {
    let chain = chain();
    let judge = |clock| judge(&chain.store(), &chain, clock);
    assert_eq!(judge(at("2026-03-01T00:00:00Z")), Ok(()));
    let late = at("2026-03-01T00:00:01Z");
    let end = PathEnd::IntermediateExpired {
        certificate: 1,
        not_after: moment("2026-03-01T00:00:00Z"),
    };
    assert_eq!(judge(late), no_path(end, late.basis()));
    assert_eq!(judge(at("2026-01-15T00:00:00Z")), Ok(()));
    let early = at("2026-01-14T23:59:59Z");
    let end = PathEnd::IntermediateNotYetValid {
        certificate: 1,
        not_before: moment("2026-01-15T00:00:00Z"),
    };
    assert_eq!(judge(early), no_path(end, early.basis()));
}

#[test]
fn the_last_and_the_first_day_of_an_anchor() {
    let chain = Chain::new();
    let mut contents = chain.store();
    contents.anchors[0].not_before = day(2026, 1, 20);
    contents.anchors[0].not_after = day(2026, 2, 20);
    contents.anchors[0].effective_end = day(2026, 1, 25);
    let judge = |clock| judge(&contents, &chain, clock);
    assert_eq!(judge(at("2026-02-20T23:59:59Z")), Ok(()));
    let late = at("2026-02-21T00:00:00Z");
    let end = PathEnd::AnchorExpired {
        anchor: 0,
        not_after: day(2026, 2, 20),
    };
    assert_eq!(judge(late), no_path(end, late.basis()));
    assert_eq!(judge(at("2026-01-20T00:00:00Z")), Ok(()));
    let early = at("2026-01-19T23:59:59Z");
    let end = PathEnd::AnchorNotYetValid {
        anchor: 0,
        not_before: day(2026, 1, 20),
    };
    assert_eq!(judge(early), no_path(end, early.basis()));
}

#[test]
fn unknown_time_forgives_not_before_and_never_not_after() {
    let chain = chain();
    let mut contents = chain.store();
    contents.anchors[0].not_before = day(2026, 1, 20);
    let judge = |clock| judge(&contents, &chain, clock);
    assert_eq!(judge(unknown_from("2020-06-01T00:00:00Z")), Ok(()));
    assert_eq!(judge(unknown_from("2026-03-01T00:00:00Z")), Ok(()));
    let late = unknown_from("2026-03-01T00:00:01Z");
    assert!(judge(late).is_err());
    let after_the_leaf = unknown_from("2026-04-01T00:00:01Z");
    let not_after = moment("2026-04-01T00:00:00Z");
    let basis = after_the_leaf.basis();
    assert_eq!(
        judge(after_the_leaf),
        Err(VerifyError::Expired { not_after, basis })
    );
    contents.anchors[0].not_after = day(2026, 2, 1);
    contents.anchors[0].effective_end = day(2026, 2, 1);
    let judge = |clock| super::dates::judge(&contents, &chain, clock);
    assert_eq!(judge(unknown_from("2026-02-01T23:59:59Z")), Ok(()));
    assert!(judge(unknown_from("2026-02-02T00:00:00Z")).is_err());
}

#[test]
fn a_clock_behind_the_floor_counts_as_unknown() {
    let chain = Chain::new();
    let (floor, behind) = (
        moment("2026-02-01T00:00:00Z"),
        moment("1970-01-01T00:00:09Z"),
    );
    let server = verify(&chain.store(), &chain.sent(), Clock::known(floor, behind)).unwrap();
    let basis = TimeBasis::ClockBehindFloor { now: behind, floor };
    assert_eq!(server.basis(), basis);
    let floor = moment("2026-04-01T00:00:01Z");
    assert!(verify(&chain.store(), &chain.sent(), Clock::known(floor, behind)).is_err());
}

/// Each combination of flags, at a time when leaf, intermediate or anchor alone is outside its dates.
#[test]
fn the_store_says_whose_dates_are_compared() {
    let chain = chain();
    let mut contents = chain.store();
    contents.anchors[0].not_after = day(2026, 1, 31);
    contents.anchors[0].effective_end = day(2026, 1, 31);
    for bits in 0..8 {
        let [leaf, intermediates, anchor] = [1, 2, 4].map(|bit| bits & bit != 0);
        contents.dates = DatesChecked {
            leaf,
            intermediates,
            anchor,
        };
        let accepted = |text| judge(&contents, &chain, at(text)).is_ok();
        assert!(accepted("2026-01-31T00:00:00Z"), "{bits}");
        // The anchor is over; then the intermediate too; then the leaf too.
        assert_eq!(accepted("2026-02-01T00:00:00Z"), !anchor, "{bits}");
        let expected = !anchor && !intermediates;
        assert_eq!(accepted("2026-03-02T00:00:00Z"), expected, "{bits}");
        assert_eq!(
            accepted("2026-04-02T00:00:00Z"),
            expected && !leaf,
            "{bits}"
        );
    }
}

/// Where the dates of intermediates do not count, one that ended before the leaf began does no harm: what
/// mDash devices met in 2024.
#[test]
fn certificates_that_were_never_valid_together() {
    let mut intermediate = ca("Intermediate");
    intermediate.not_after = rcgen::date_time_ymd(2025, 9, 30);
    let chain = Chain::with(intermediate, leaf());
    let mut contents = chain.store();
    assert!(judge(&contents, &chain, at("2026-02-01T00:00:00Z")).is_err());
    contents.dates.intermediates = false;
    assert_eq!(judge(&contents, &chain, at("2026-02-01T00:00:00Z")), Ok(()));
}

#[test]
fn dates_of_before_1970_and_beyond_2050() {
    let mut intermediate = ca("Intermediate");
    intermediate.not_before = rcgen::date_time_ymd(1960, 1, 1);
    intermediate.not_after = rcgen::date_time_ymd(9999, 12, 31);
    let mut parameters = leaf();
    parameters.not_after = rcgen::date_time_ymd(2060, 1, 1);
    let chain = Chain::with(intermediate, parameters);
    let mut contents = chain.store();
    contents.anchors[0].not_after = day(9999, 12, 31);
    let judge = |clock| judge(&contents, &chain, clock);
    assert_eq!(judge(at("2060-01-01T00:00:00Z")), Ok(()));
    assert!(judge(at("2060-01-01T00:00:01Z")).is_err());
}
