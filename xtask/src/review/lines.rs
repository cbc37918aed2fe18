//! What the forms for people say alike: the table of both sides, and lines of releases and findings.

use trust::date::Date;
use trust::review::{CoverageEffect, Effect, FindingChange, ReleaseEffect, Side};
use trust::words::counted;

use super::answer::{Answer, Place};

/// One line of the table: what, in the base, in the head.
pub(super) type Row = (&'static str, String, String);

/// How both sides stand.
pub(super) fn table(effect: &Effect) -> Vec<Row> {
    let (base, head) = (effect.base.as_ref(), effect.head.as_ref());
    let coverage = |side: Option<&Side>, said: fn(&CoverageEffect) -> String| {
        let coverage = side.and_then(|side| side.coverage.as_ref());
        coverage.map_or_else(|| "no proof".to_owned(), said)
    };
    let row = |what, said: fn(&CoverageEffect) -> String| {
        (what, coverage(base, said), coverage(head, said))
    };
    vec![
        ("verdict", verdict(base), verdict(head)),
        row("paths on the worst day", worst_day),
        row("lost from", lost_from),
        ("trust store", store(base), store(head)),
        (
            "shipped devices at risk",
            at_risk(effect, |release| {
                release.lost_before.filter(|_| release.known_before)
            }),
            at_risk(effect, |release| release.lost_after),
        ),
    ]
}

fn verdict(side: Option<&Side>) -> String {
    match side {
        None => "no policy".to_owned(),
        Some(Side {
            mistakes: Some(mistakes),
            ..
        }) => format!("cannot be read: {}", counted(mistakes.count, "mistake")),
        Some(side) if side.passes => "passes".to_owned(),
        Some(side) => format!("does not pass: {}", counted(side.errors, "error")),
    }
}

fn worst_day(coverage: &CoverageEffect) -> String {
    let (paths, owners) = (coverage.fewest_paths, coverage.fewest_owners);
    let of = counted(owners, "owner");
    format!("{paths} of {of}, first on {}", coverage.worst_day)
}

fn lost_from(coverage: &CoverageEffect) -> String {
    match coverage.lost_from {
        Some(day) => day.to_string(),
        None => format!("held to {}", coverage.until),
    }
}

fn store(side: Option<&Side>) -> String {
    let bytes = side.and_then(|side| side.store_bytes);
    bytes.map_or_else(|| "none".to_owned(), |bytes| counted(bytes, "byte"))
}

/// Devices of releases that lose their servers within their service.
fn at_risk(effect: &Effect, lost: impl Fn(&ReleaseEffect) -> Option<Date>) -> String {
    let lost = effect
        .releases
        .iter()
        .filter(|release| lost(release).is_some());
    let lost: Vec<_> = lost.filter(|release| release.units != Some(0)).collect();
    if lost.is_empty() {
        return "none".to_owned();
    }
    let units: u64 = lost.iter().filter_map(|release| release.units).sum();
    let uncounted = match lost.iter().any(|release| release.units.is_none()) {
        true => " and more that nobody counted",
        false => "",
    };
    format!("{units}{uncounted}, of {}", counted(lost.len(), "release"))
}

/// A shipped release in words.
pub(super) fn release(release: &ReleaseEffect) -> String {
    let day = |day: Option<Date>| match day {
        Some(day) => format!("lost from {day}"),
        None => "held".to_owned(),
    };
    let (before, after) = (day(release.lost_before), day(release.lost_after));
    let standing = match release.known_before {
        false => format!("not compared, now {after}"),
        true if before == after => format!("{after}, as before"),
        true => format!("{before}, now {after}"),
    };
    let units = match release.units {
        Some(units) => counted(units, "device"),
        None => "devices not counted".to_owned(),
    };
    let mark = if release.is_stranded() {
        "stranded: "
    } else {
        ""
    };
    format!("{mark}{} ({units}): {standing}", release.version)
}

/// A finding in words.
pub(super) fn finding(finding: &FindingChange) -> String {
    let what = match (finding.before, finding.after) {
        (Some(before), Some(after)) => format!("{} is now {}", before.word(), after.word()),
        (None, Some(after)) => format!("new {}", after.word()),
        (Some(before), None) => format!("gone {}", before.word()),
        (None, None) => String::new(),
    };
    format!(
        "{what}: {} {}: {}",
        finding.code, finding.slug, finding.message
    )
}

/// How one side was understood.
pub(super) fn place(place: &Place) -> String {
    match place.elsewhere.as_slice() {
        [] => place.what.clone(),
        elsewhere => format!(
            "{}, which has no policy here; it has {}: if the project was moved, this is not the whole difference",
            place.what,
            elsewhere.join(", ")
        ),
    }
}

/// What both were judged by.
pub(super) fn question(answer: &Answer) -> String {
    let effect = &answer.effect;
    format!("{}, {}", effect.as_of, effect.channel.word())
}
