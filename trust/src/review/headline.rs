//! The first line: what a reviewer most needs to know.
//!
//! In this order: what cannot be read; devices in the field that lose their servers; a policy that does not pass any more;
//! what weakens, the gravest first; everything else.

use super::change::Change;
use super::changes::Changes;
use super::effect::{CoverageEffect, Effect, ReleaseEffect, Side};
use super::weakening::Why;
use crate::words::{counted, one_line};

/// Most characters of the line.
const LONGEST: usize = 240;

/// The one line that says what `changes` with this `effect` are. Without a full stop, and without anything invisible,
/// whatever the files hold.
pub fn headline(changes: &Changes, effect: &Effect) -> String {
    said(changes, effect).line()
}

/// A sentence that may be cut, and what stands behind it whatever its length.
struct Said {
    sentence: String,
    rest: String,
}

impl Said {
    fn new(sentence: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            rest: rest.into(),
        }
    }

    fn line(&self) -> String {
        let room = LONGEST.saturating_sub(self.rest.chars().count());
        one_line(&self.sentence, room) + &self.rest
    }
}

impl From<&str> for Said {
    fn from(sentence: &str) -> Self {
        Self::new(sentence, "")
    }
}

fn said(changes: &Changes, effect: &Effect) -> Said {
    let Some(head) = &effect.head else {
        return match &effect.base {
            Some(_) => "weakens: the policy is removed".into(),
            None => "there is no policy".into(),
        };
    };
    unreadable(head)
        .or_else(|| first_policy(changes, effect, head))
        .or_else(|| stranded(changes, effect))
        .or_else(|| fails(effect, head))
        .or_else(|| weakens(changes, effect))
        .unwrap_or_else(|| others(changes, effect, head))
}

fn unreadable(head: &Side) -> Option<Said> {
    let mistakes = head.mistakes.as_ref()?;
    let (file, code, message) = (&mistakes.file, mistakes.code, &mistakes.message);
    let more = and_more(mistakes.count - 1, "mistake");
    Some(Said::new(
        format!("cannot be read: {file}: {code} {message}"),
        more,
    ))
}

fn first_policy(changes: &Changes, effect: &Effect, head: &Side) -> Option<Said> {
    if !changes.is_first_policy() {
        return None;
    }
    let Some(coverage) = head.coverage.filter(|_| head.passes) else {
        return Some(does_not_pass(head));
    };
    let count = |section| {
        let changes = changes.iter();
        changes
            .filter(|change| change.subject.section == section && change.field.is_none())
            .count()
    };
    let waivers = match count(super::Section::Waiver) {
        0 => String::new(),
        waivers => format!(" with {}", counted(waivers, "waiver")),
    };
    let sentence = format!(
        "first policy: {} and {}{waivers}, held from {} to {} with at least {}",
        counted(count(super::Section::RequiredRoot), "anchor"),
        counted(count(super::Section::Endpoint), "endpoint"),
        effect.as_of,
        coverage.until,
        counted(coverage.fewest_paths, "independent path"),
    );
    Some(Said::new(sentence, ""))
}

fn does_not_pass(head: &Side) -> Said {
    let first = head.first_error.as_ref();
    let first = first.map(|(code, message)| format!(": {code} {message}"));
    let more = and_more(head.errors.saturating_sub(1), "error");
    let first = first.unwrap_or_default();
    Said::new(format!("first policy: does not pass{first}"), more)
}

fn stranded(changes: &Changes, effect: &Effect) -> Option<Said> {
    let mut stranded: Vec<_> = effect.stranded().collect();
    stranded.sort_by_key(|release| release.lost_after);
    let first = *stranded.first()?;
    let day = first.lost_after?;
    // What was lost before the day of the question is lost on that day.
    let from = day.max(effect.as_of);
    let earlier = first.lost_before.map_or_else(String::new, |before| {
        let days = counted(before.days_since(day), "day");
        format!(", {days} earlier than before")
    });
    let others = &stranded[1..];
    let whose = match others.is_empty() {
        true => format!("of {}", first.version),
        false => format!(
            "of {} and {}",
            first.version,
            counted(others.len(), "other release")
        ),
    };
    let sentence = format!(
        "strands {} {whose}: no server is sure from {from} on{earlier}",
        devices(&stranded)
    );
    Some(caused(sentence, changes))
}

/// What the changes come to together, and by what. One change alone is the cause; of several nobody knows which.
fn caused(effect: String, changes: &Changes) -> Said {
    let Some(gravest) = changes.iter().next() else {
        return Said::new(effect, "");
    };
    let cause = &gravest.sentence;
    match changes.len() {
        1 => Said::new(format!("{effect}: {cause}"), ""),
        // The count stands before what may be cut.
        count if gravest.weakens.is_some() => Said::new(
            format!("{effect}; {count} changes, the gravest: {cause}"),
            "",
        ),
        count => Said::new(effect, format!("; {count} changes, none weakens by itself")),
    }
}

/// How many devices; those that nobody counted are not passed over.
fn devices(stranded: &[&ReleaseEffect]) -> String {
    let known: u64 = stranded.iter().filter_map(|release| release.units).sum();
    let uncounted = stranded.iter().any(|release| release.units.is_none());
    match (known, uncounted) {
        (0, _) => "an unknown number of devices".to_owned(),
        (known, false) => counted(known, "device"),
        (known, true) => format!("{known} or more devices"),
    }
}

fn fails(effect: &Effect, head: &Side) -> Option<Said> {
    let new: Vec<_> = (effect.findings.iter())
        .filter(|finding| finding.is_new_error())
        .collect();
    let first = *new.first().filter(|_| !head.passes)?;
    let passed = effect.base.as_ref().is_some_and(|base| base.passes);
    let begin = match passed {
        true => "no longer passes",
        false => "does not pass, and has a new error",
    };
    let more = and_more(new.len() - 1, "new error");
    let sentence = format!("{begin}: {} {}", first.code, first.message);
    Some(Said::new(sentence, more))
}

/// What is graver than fewer paths: it says who decides, and what is demanded at all.
const GRAVER: Why = Why::RequirementLowered;

fn weakens(changes: &Changes, effect: &Effect) -> Option<Said> {
    let mut weakening = changes.iter().filter(|change| change.weakens.is_some());
    let gravest = weakening.next();
    let more = weakening.count();
    let is_graver = gravest.and_then(|change| change.weakens) <= Some(GRAVER);
    let said = |change: &Change| {
        let more = and_more(more, "weakening change");
        Said::new(format!("weakens: {}", change.sentence), more)
    };
    if let Some(gravest) = gravest.filter(|_| is_graver) {
        return Some(said(gravest));
    }
    let worse = worse_coverage(effect);
    worse
        .map(|worse| caused(format!("weakens: {worse}"), changes))
        .or_else(|| gravest.map(said))
}

fn worse_coverage(effect: &Effect) -> Option<String> {
    let coverage = |side: &Option<Side>| side.as_ref()?.coverage;
    let (base, head) = coverage(&effect.base).zip(coverage(&effect.head))?;
    if effect.is_lost_earlier() {
        return Some(lost_earlier(base, head));
    }
    effect.has_fewer_paths().then(|| {
        format!(
            "independent paths on the worst day go from {} to {} ({})",
            base.fewest_paths, head.fewest_paths, head.worst_day
        )
    })
}

fn lost_earlier(base: CoverageEffect, head: CoverageEffect) -> String {
    let day = head
        .lost_from
        .map(|day| day.to_string())
        .unwrap_or_default();
    match base.lost_from {
        Some(before) => format!("what it ships is lost from {day} on, not from {before} on"),
        None => format!("what it ships is lost from {day} on, and was held"),
    }
}

fn others(changes: &Changes, effect: &Effect, head: &Side) -> Said {
    let passed = effect.base.as_ref().is_some_and(|base| base.passes);
    let suffix = match (passed, head.passes) {
        (false, false) => "; it does not pass, as before",
        _ => "",
    };
    let begin = match (passed, head.passes) {
        (false, true) => "now passes: ",
        _ => "weakens nothing: ",
    };
    match changes.iter().next() {
        Some(first) => {
            let more = and_more(changes.len() - 1, "change");
            Said::new(format!("{begin}{}", first.sentence), more + suffix)
        }
        None if changes.texts_differ() => Said::new("only layout and comments change", suffix),
        None => Said::new("nothing changes", suffix),
    }
}

/// `, and 1 more change`, `, and 2 more changes`; nothing where there is none.
fn and_more(count: usize, one: &str) -> String {
    match count {
        0 => String::new(),
        count => format!(", and {}", counted(count, &format!("more {one}"))),
    }
}
