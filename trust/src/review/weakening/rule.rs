//! Whether a value in place of another weakens.

use super::Why;
use super::fields::rule;
use crate::review::change::ChangeKind;
use crate::review::state::Value;
use crate::review::subject::Section;

/// When a value that differs weakens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rule {
    /// Never: it is for the reader, or can only make the proof stricter.
    Harmless,
    /// Whatever it is now.
    Always(Why),
    /// When it went down.
    Lower(Why),
    /// When it went up, or is none: what comes never is the latest.
    Later(Why),
    /// When it went down, or is there where none was.
    Earlier(Why),
    /// When it was true and is not, or the other way round.
    True(Why),
    /// When it is nought.
    Nought(Why),
    /// When the word has another place in a list, the mildest first.
    Milder(&'static [&'static str], Why),
    /// When none was there, which covered nothing; another text is harmless.
    WasNone(Why),
    /// As `WasNone`, and when it went up or is none.
    WasNoneOrLater(Why, Why),
    /// A fact is superseded, and the day of that is another. Whether one that stands again makes the proof stricter is
    /// told by its kind.
    Superseded { again: Option<Why> },
    /// One element more or less. A list where none was leaves out what is not in it.
    Elements {
        added: Option<Why>,
        removed: Option<Why>,
    },
}

/// Why one element more or less of a field weakens.
pub(in crate::review) fn of_element(
    section: Section,
    field: &str,
    kind: ChangeKind,
) -> Option<Why> {
    match rule(section, field) {
        Some(Rule::Harmless) => None,
        Some(Rule::Elements { added, .. }) if kind == ChangeKind::Added => added,
        Some(Rule::Elements { removed, .. }) => removed,
        Some(Rule::Always(why)) => Some(why),
        _ => Some(unclassed(section)),
    }
}

/// Why a value in place of another weakens.
pub(in crate::review) fn of_value(
    section: Section,
    field: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<Why> {
    let Some(rule) = rule(section, field) else {
        return Some(unclassed(section));
    };
    let (weakens, why) = match rule {
        Rule::Harmless => return None,
        Rule::Always(why) => (true, why),
        Rule::Lower(why) => (lower(before, after), why),
        Rule::Later(why) => (later_or_never(before, after), why),
        Rule::Earlier(why) => (later_or_never(after, before), why),
        Rule::True(why) => (after == Some(&Value::Flag(true)), why),
        Rule::Nought(why) => (after == Some(&Value::Number(0)), why),
        Rule::Milder(words, why) => (milder(words, before, after), why),
        Rule::WasNone(why) => (before.is_none(), why),
        Rule::WasNoneOrLater(why, _) if before.is_none() => (true, why),
        Rule::WasNoneOrLater(_, why) => (later_or_never(before, after), why),
        Rule::Superseded { again } => {
            return match (before, after) {
                (None, _) => Some(Why::FactRemoved),
                (Some(_), None) => again,
                (Some(_), Some(_)) => Some(Why::FactChanged),
            };
        }
        Rule::Elements { added, removed } => {
            return if after.is_some() { removed } else { added };
        }
    };
    weakens.then_some(why)
}

/// What nobody thought of weakens; a test names every field.
fn unclassed(section: Section) -> Why {
    match section.is_fact() {
        true => Why::FactChanged,
        false => Why::RequirementLowered,
    }
}

/// Whether a value went down.
fn lower(before: Option<&Value>, after: Option<&Value>) -> bool {
    before
        .zip(after)
        .is_some_and(|(before, after)| after < before)
}

/// Whether a value went up, where none at all is above every value.
fn later_or_never(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after > before,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Whether a word is milder than before; one that is not in the list is the mildest.
fn milder(words: &[&str], before: Option<&Value>, after: Option<&Value>) -> bool {
    let rank = |value: Option<&Value>| match value {
        Some(Value::Text(word)) => words.iter().position(|known| known == word),
        _ => None,
    };
    rank(after) < rank(before)
}
