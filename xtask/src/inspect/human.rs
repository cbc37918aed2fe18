//! An inspection on one screen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use trust::calendar::EndCause;
use trust::coverage::Level;
use trust::date::Date;
use trust::finding::Finding;
use trust::material::Found;
use trust::outlook::{AnchorKind, Basis, Identified, Reach, StoreOutlook};
use trust::words::counted;

use super::Inspection;
use super::day::Day;
use crate::report::Summary;

/// Rows of a table that fit on a screen beside the rest.
const ROWS: usize = 10;
/// Findings of one rule that are printed.
const SAME_RULE: usize = 3;
/// Columns that a name gets.
const NAME: usize = 38;
/// Columns that a source gets.
const SOURCE: usize = 120;

/// Every inspection; `all` leaves nothing out.
pub(super) fn text(inspections: &[Inspection], day: Day, all: bool) -> String {
    let texts: Vec<_> = inspections
        .iter()
        .map(|one| screen(one, day, all))
        .collect();
    texts.join("\n")
}

fn screen(inspection: &Inspection, day: Day, all: bool) -> String {
    let most = if all { usize::MAX } else { ROWS };
    let mut text = headline(inspection);
    text += &head(inspection, day);
    text += &anchors(inspection, most);
    text += &commented_out(inspection);
    for store in &inspection.outlook.stores {
        text += &reaches(store, inspection.outlook.stores.len() > 1, most);
    }
    text += &findings(
        &inspection.outlook.findings,
        if all { usize::MAX } else { SAME_RULE },
    );
    text += &next_step(inspection);
    text
}

fn head(inspection: &Inspection, day: Day) -> String {
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    for anchor in &inspection.outlook.anchors {
        *forms.entry(anchor.form.words()).or_default() += 1;
    }
    let forms: Vec<_> = forms
        .iter()
        .map(|(form, count)| format!("{} ({form})", counted(*count, "anchor")))
        .collect();
    let found = if forms.is_empty() {
        "no anchor".to_owned()
    } else {
        forms.join(", ")
    };
    let models: Vec<_> = inspection.outlook.stores.iter().map(verified).collect();
    let config = match (&inspection.question.sdkconfig, &inspection.undecided) {
        (Some(config), _) => format!("{} was read", config.name()),
        (None, Some(folder)) => format!(
            "no sdkconfig was read: which one of {} is meant says --sdkconfig FILE",
            folder.display()
        ),
        (None, None) => "no sdkconfig was read: ESP-IDF's defaults".to_owned(),
    };
    let mut text = format!(
        "{}: {}, {} bytes; {found}\n",
        inspection.material.file.name, inspection.kind, inspection.length
    );
    let _ = writeln!(text, "as of {} ({}); {config}", day.date, day.source);
    if !models.is_empty() {
        let _ = writeln!(text, "verified as {}", models.join("; "));
    }
    text + "\n"
}

fn verified(store: &StoreOutlook) -> String {
    let behaviour = &store.behaviour;
    let dates = match (
        behaviour.leaf_dates.is_checked(),
        behaviour.anchor_dates.is_checked(),
    ) {
        (true, true) => "dates are checked",
        (true, false) => "dates are checked, but for the anchors'",
        (false, _) => "no dates are checked",
    };
    format!("{} ({dates})", store.verifier.word())
}

fn headline(inspection: &Inspection) -> String {
    let outlook = &inspection.outlook;
    let name = &inspection.material.file.name;
    let servers = inspection
        .question
        .owner
        .as_ref()
        .map_or_else(String::new, |owner| format!(" for servers of {owner}"));
    let text = match outlook.dark_on() {
        Some(dark) if dark <= inspection.question.as_of => {
            format!("Devices with {name} are dark since {dark}{servers}.")
        }
        Some(dark) => format!("Devices with {name} go dark on {dark}{servers}."),
        None if outlook.anchors.is_empty() => {
            return "Nothing to trust is in this file.\n\n".to_owned();
        }
        None if outlook.last_day().is_some() => {
            format!("No day is known on which devices with {name} go dark{servers}.")
        }
        None => {
            format!("Devices with {name} reach no server that is known{servers}: see the findings.")
        }
    };
    let because = outlook.last_reach().map_or_else(String::new, |reach| {
        let certain = reach
            .lost_for_certain
            .filter(|day| Some(*day) != outlook.dark_on());
        let certain =
            certain.map_or_else(String::new, |day| format!(", every one of them by {day}"));
        let cause = if reach.cause.is_empty() {
            "no end is known"
        } else {
            &reach.cause
        };
        let source = if reach.source.is_empty() {
            String::new()
        } else {
            format!(
                "  source: {}
",
                shortened(&reach.source, SOURCE)
            )
        };
        format!(
            "  the last to be lost: servers of {}{certain}\n  because: {cause}\n{source}",
            with_key(reach)
        )
    });
    format!("{text}\n{because}\n")
}

fn with_key(reach: &Reach) -> String {
    match (reach.key_type, reach.basis) {
        (Some(kind), _) => format!("{} ({})", reach.owner, kind.word()),
        (None, Basis::OtherChain) => {
            format!("{} that send another chain than its default", reach.owner)
        }
        (None, _) => reach.owner.clone(),
    }
}

fn anchors(inspection: &Inspection, most: usize) -> String {
    let mut seen = BTreeSet::new();
    let mut anchors: Vec<_> = inspection.outlook.anchors.iter().collect();
    // A header may have each of them in three forms.
    anchors.retain(|anchor| seen.insert((anchor.spki_sha256, anchor.sha256, &anchor.subject)));
    if anchors.is_empty() {
        return String::new();
    }
    if anchors.len() > most {
        // The first to end; of those that nobody knows no day is known.
        anchors.sort_by_key(|anchor| anchor.effective_end().map_or(Date::LAST, |end| end.date));
    }
    let mut text = format!("  {:NAME$}  {:22}  {:10}  by\n", "anchor", "what", "ends");
    for anchor in anchors.iter().take(most) {
        let (ends, by) = end(anchor);
        let _ = writeln!(
            text,
            "  {:NAME$}  {:22}  {ends:10}  {by}",
            shortened(&anchor.name, NAME),
            what(anchor)
        );
    }
    if anchors.len() > most {
        let _ = writeln!(text, "  … and {} more: --all", anchors.len() - most);
    }
    text + "\n"
}

fn commented_out(inspection: &Inspection) -> String {
    let material = &inspection.material;
    let place = |found: &Found| {
        let place = material.where_in_words(&found.place);
        format!("{} ({place})", found.anchor.name())
    };
    let places: Vec<_> = material.commented_out.iter().map(place).collect();
    if places.is_empty() {
        return String::new();
    }
    format!(
        "  not counted, as it is commented out: {}\n\n",
        places.join(", ")
    )
}

fn what(anchor: &Identified) -> String {
    let kind = match anchor.kind {
        AnchorKind::Intermediate => "intermediate",
        AnchorKind::Leaf => "server's certificate",
        AnchorKind::Root => "root",
        AnchorKind::Unknown => "not known",
    };
    format!("{kind}, {}", anchor.key)
}

fn end(anchor: &Identified) -> (String, String) {
    let Some(end) = anchor.effective_end() else {
        return ("?".to_owned(), "a bundle has no dates".to_owned());
    };
    let by = match end.cause {
        EndCause::NotAfter => "notAfter",
        EndCause::Owner => "its owner's word",
        EndCause::Policy => "the policy",
        EndCause::Programme => "root programmes",
    };
    let later = anchor.not_after.filter(|day| *day != end.date);
    let later = later.map_or_else(String::new, |day| format!(" (notAfter {day})"));
    (end.date.to_string(), format!("{by}{later}"))
}

fn reaches(store: &StoreOutlook, several: bool, most: usize) -> String {
    if store.reaches.is_empty() {
        return String::new();
    }
    let mut text = if several {
        format!("  with {}:\n", store.verifier.word())
    } else {
        String::new()
    };
    let _ = writeln!(
        text,
        "  {:NAME$}  {:22}  {:10}  how that is known",
        "servers with certificates of", "their keys", "reached to"
    );
    // Owners whose chains are recorded come first: of the others little is known.
    let mut rows: Vec<_> = store.reaches.iter().collect();
    rows.sort_by_key(|reach| !matches!(reach.basis, Basis::Chains | Basis::OtherChain));
    for reach in rows.iter().take(most) {
        let keys = reach.key_type.map_or("any", trust::calendar::KeyType::word);
        let last = match reach.last {
            None => "-".to_owned(),
            Some(Date::LAST) => "no end".to_owned(),
            Some(day) => day.to_string(),
        };
        let _ = writeln!(
            text,
            "  {:NAME$}  {keys:22}  {last:10}  {}",
            shortened(&reach.owner, NAME),
            known(reach)
        );
    }
    if store.reaches.len() > most {
        let _ = writeln!(
            text,
            "  … and {} more: --all; with --owner NAME only those of your servers",
            store.reaches.len() - most
        );
    }
    text + "\n"
}

fn known(reach: &Reach) -> &'static str {
    match (reach.basis, reach.last, reach.evidence) {
        (Basis::Anchors, ..) => "assumed: as long as its anchors last",
        (Basis::OtherChain, ..) => "only servers with a chain to its anchors here",
        (Basis::Private, ..) => "assumed: a CA of no root programme that is known",
        (Basis::Chains, None, _) => "not with these anchors: they lead to another root",
        (_, _, Level::Proven | Level::Announced) => "published",
        (_, _, Level::Rule) => "a rule of the root programmes",
        (_, _, Level::Assumed) => "assumed: what is usual comes",
        (_, _, Level::Unknown) => "what comes then is not published",
    }
}

fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

fn findings(findings: &[Finding], most: usize) -> String {
    let mut text = String::new();
    let mut printed: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let count = printed.entry(finding.rule.id).or_default();
        *count += 1;
        if *count <= most {
            let (word, rule) = (finding.severity.word(), finding.rule);
            let _ = writeln!(
                text,
                "{word}[{} {}]: {}\n  = help: {}",
                rule.id, rule.slug, finding.message, finding.help
            );
        }
    }
    for (id, count) in printed.iter().filter(|(_, count)| **count > most) {
        let _ = writeln!(text, "… and {} more of {id}: --all", count - most);
    }
    format!("{text}{}\n", Summary::of(findings))
}

fn next_step(inspection: &Inspection) -> String {
    let has_root = inspection
        .outlook
        .anchors
        .iter()
        .any(|anchor| anchor.kind == AnchorKind::Root && anchor.sha256.is_some());
    if !has_root {
        return String::new();
    }
    let owner = inspection.question.owner.as_deref();
    let (owner, file) = (owner.unwrap_or("…"), &inspection.material.file.name);
    format!(
        "next: cargo xtask init DIR --url https://… --owner \"{owner}\"   # sets up a policy that proves it\n\
         or:   cargo xtask import {file} --as-policy   # prints the roots as entries for a policy that you have\n"
    )
}
