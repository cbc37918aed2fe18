//! The page and the calendar file: what a reader relies on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calendar;
mod page;

use trust::calendar::Confidence;
use trust::coverage::{Cause, CauseKind, Level, Without};
use trust::date::Date;
use trust::forecast::{
    AnchorForecast, Days, EndpointForecast, Forecast, LeaveOneOut, LeftOut, Loss, Publish,
    ReleaseForecast, Standing, SubjectKind,
};

pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A forecast with names that are long, foreign and hostile, and losses at both ends of the drawing.
pub(super) fn sample() -> Forecast {
    let names = [
        "1.0.4",
        "a-version-with-a-name-that-is-much-longer-than-any-name-has-a-right-to-be-in-a-drawing",
        "<script>alert('&')</script>\u{202e}\u{7}",
        "this policy",
    ];
    let days = ["2024-01-02", "2031-12-30", "2028-06-06", "2026-03-01"];
    let releases = names.iter().zip(days);
    Forecast {
        schema: "perennial.forecast/1",
        product: "sample, with; marks\\".to_owned(),
        at: date("2026-07-01"),
        facts_known_on: None,
        what_ifs: vec!["<b>nothing</b> is as it was".to_owned()],
        releases: releases
            .map(|(name, lost)| release(name, date(lost)))
            .collect(),
    }
}

fn release(name: &str, lost: Date) -> ReleaseForecast {
    let endpoint = |name: &str| EndpointForecast {
        name: name.to_owned(),
        host: "a-long-host-name.of-a-long-domain.example.com".to_owned(),
        owner: "Сертификат 認証局 GmbH & Co.".to_owned(),
        standing: Standing::GoesDark,
        loss: Some(loss(lost)),
        publish: None,
        earlier_losses: vec![loss(date("2023-02-01"))],
        days: days(lost),
    };
    ReleaseForecast {
        name: name.to_owned(),
        kind: SubjectKind::Release,
        from: date("2023-01-01"),
        until: date("2031-12-31"),
        service_ends: date("2031-12-31"),
        verifier: "esp-idf-bundle-cross-signed",
        longest_offline_days: 180,
        units: Some(1_234_567),
        standing: Standing::GoesDark,
        loss: Some(loss(lost)),
        publish: Some(Publish {
            last_safe_day: lost.plus_days(-181),
            days_left: -12,
            never: false,
        }),
        earlier_losses: Vec::new(),
        days: days(lost),
        endpoints: vec![endpoint("primary"), endpoint("fail <over>")],
        anchors: vec![AnchorForecast {
            name: "Root".to_owned(),
            sha256: "00".repeat(32),
            effective_end: None,
        }],
        missing_anchors: vec!["A root that <nobody> has".to_owned()],
        leave_one_out: Some(left_out(lost)),
    }
}

fn left_out(lost: Date) -> LeaveOneOut {
    let row = |without, lost: Option<Date>| LeftOut {
        without,
        independent_paths: usize::from(lost.is_none()),
        distinct_owners: 1,
        loss: lost.map(loss),
    };
    let host = Without::Host {
        host: "a-long-host-name.of-a-long-domain.example.com".to_owned(),
    };
    let owner = Without::Owner {
        name: "<script>alert('&')</script>".to_owned(),
    };
    LeaveOneOut {
        from: date("2026-07-01"),
        until: date("2031-12-31"),
        rows: vec![
            row(None, None),
            row(Some(host), Some(lost)),
            row(Some(owner), None),
        ],
    }
}

fn loss(earliest: Date) -> Loss {
    Loss {
        earliest,
        latest: Some(earliest.plus_days(90)),
        until: None,
        evidence: Level::Announced,
        causes: vec![Cause {
            date: earliest,
            kind: CauseKind::ChainChange,
            what: "a CA with a long name issues by an issuer that is not named yet below a root that is".to_owned(),
            source: "https://example.com/".repeat(8),
            confidence: Confidence::Announced,
            previously: vec![earliest.plus_days(-30)],
        }],
    }
}

fn days(lost: Date) -> Vec<Days> {
    let one = |from: Date, until: Date, paths, state: &str| Days {
        from,
        until,
        paths,
        held: state == "held",
        lost: state == "lost",
        unknown: false,
        evidence: Level::Announced,
        carriers: vec!["Root & Co.".to_owned()],
    };
    let first = date("2023-01-01");
    let certain = lost.plus_days(90);
    vec![
        one(first, first.plus_days(200), 3, "held"),
        one(first.plus_days(201), lost.plus_days(-1), 1, "held"),
        one(lost, certain.plus_days(-1), 0, "maybe"),
        one(certain, date("2031-12-31").max(certain), 0, "lost"),
    ]
}
