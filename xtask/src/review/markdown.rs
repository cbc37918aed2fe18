//! A difference as a comment on a pull request: one screen, the rest folded.
//!
//! Whoever opens a pull request chooses the texts of the policy, and the comment is written in the name of somebody else. So
//! every text that may hold one of theirs is a code span: in it nothing is markup, a link, a mention or a reference.

use trust::review::{Change, ChangeKind};
use trust::words::one_line;

use super::answer::Answer;
use super::lines;

/// GitHub takes 65,536 characters in a comment. Some are left for what a workflow puts around it.
const MOST: usize = 60_000;

/// Most items of a list outside the folded parts.
const SHOWN: usize = 6;

/// Most characters of an item outside the folded parts, and inside.
const SHORT: usize = 300;
const LONG: usize = 1500;

/// Words of ours that begin a headline: they are the only ones that are set apart.
const BEGINNINGS: [&str; 7] = [
    "cannot be read",
    "does not pass, and has a new error",
    "first policy",
    "no longer passes",
    "now passes",
    "weakens",
    "weakens nothing",
];

/// Headlines that hold no text of the files begin so.
const OURS: [&str; 4] = [
    "nothing changes",
    "only layout and comments change",
    "there is no policy",
    "weakens: the policy is removed",
];

pub(super) fn text(answer: &Answer) -> String {
    let mut text = format!("### {}\n\n", headline(&answer.headline));
    text.push_str("| | base | head |\n| --- | --- | --- |\n");
    for (what, base, head) in lines::table(&answer.effect) {
        text.push_str(&format!("| {what} | {base} | {head} |\n"));
    }
    let weakening: Vec<_> = answer.weakening().collect();
    let others: Vec<_> = answer.others().collect();
    shown(&mut text, "Weakens", &weakening);
    let title = if weakening.is_empty() {
        "Changes"
    } else {
        "Other changes"
    };
    shown(&mut text, title, &others);
    let stranded = answer.effect.stranded().map(lines::release);
    shown_lines(&mut text, "Devices that lose their servers", stranded);
    text.push('\n');
    let end = end(answer);
    let mut folds = Vec::new();
    // What is shown already is not said again.
    let is_more = |change: &Change| full(change).1 || weakening.len().max(others.len()) > SHOWN;
    if answer.changes.iter().any(is_more) {
        let changes = answer.changes.iter().map(|change| full(change).0);
        folds.push(Fold::new("All changes, with their values", changes));
    }
    folds.push(Fold::new(
        "Shipped releases",
        answer.effect.releases.iter().map(lines::release),
    ));
    folds.push(Fold::new(
        "Findings that come, go or change",
        answer.effect.findings.iter().map(lines::finding),
    ));
    add(&mut text, folds, MOST - end.len());
    text + &end
}

fn end(answer: &Answer) -> String {
    format!(
        "Base: {}. Head: {}. Judged at {}. Digest: `{}`.\n",
        code(&lines::place(&answer.base), SHORT),
        code(&lines::place(&answer.head), SHORT),
        lines::question(answer),
        answer.digest
    )
}

fn headline(line: &str) -> String {
    if OURS.iter().any(|ours| line.starts_with(ours)) {
        return line.to_owned();
    }
    match line.split_once(": ") {
        Some((begin, rest)) if BEGINNINGS.contains(&begin) => {
            format!("{begin}: {}", code(rest, SHORT))
        }
        _ => code(line, SHORT),
    }
}

fn shown(text: &mut String, title: &str, changes: &[&Change]) {
    let sentences = changes.iter().map(|change| change.sentence.clone());
    shown_lines(text, title, sentences);
}

fn shown_lines(text: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return;
    }
    text.push_str(&format!("\n**{title}** ({})\n\n", items.len()));
    for item in items.iter().take(SHOWN) {
        text.push_str(&format!("- {}\n", code(item, SHORT)));
    }
    if let Some(more) = items.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("- {more} more below\n"));
    }
}

/// A change with its values, and whether the sentence alone does not have them.
fn full(change: &Change) -> (String, bool) {
    let mark = match change.weakens {
        Some(_) => "weakens: ",
        None => "",
    };
    let value = match (change.field, change.kind) {
        (Some(_), _) => None,
        (None, ChangeKind::Removed) => change.before.as_deref(),
        (None, _) => change.after.as_deref(),
    };
    let value = value.filter(|value| !value.is_empty());
    let said = value.map(|value| format!(": {value}")).unwrap_or_default();
    (format!("{mark}{}{said}", change.sentence), value.is_some())
}

/// A folded list.
struct Fold {
    begin: String,
    items: Vec<String>,
}

/// What ends a folded list.
const CLOSE: &str = "\n</details>\n\n";

/// Room for the line that counts what is not shown.
const COUNT: usize = 100;

impl Fold {
    fn new(title: &str, items: impl Iterator<Item = String>) -> Self {
        let items: Vec<_> = items.collect();
        Self {
            begin: format!("<details><summary>{title} ({})</summary>\n\n", items.len()),
            items,
        }
    }

    /// What it takes without any of its items.
    fn least(&self) -> usize {
        self.begin.len() + COUNT + CLOSE.len()
    }

    /// The list in at most `room` bytes. What there is no room for is counted: an item is shown whole or not at all.
    fn text(&self, room: usize) -> String {
        let mut text = self.begin.clone();
        let mut shown = 0;
        for item in &self.items {
            let line = format!("- {}\n", code(item, LONG));
            if text.len() + line.len() + COUNT + CLOSE.len() > room {
                break;
            }
            text.push_str(&line);
            shown += 1;
        }
        if let left @ 1.. = self.items.len() - shown {
            text.push_str(&format!(
                "- {left} more, not shown: `--format json` has all\n"
            ));
        }
        text + CLOSE
    }
}

/// Adds those that are not empty, up to `most` bytes of text. Each leaves the ones behind it the room for their counts.
fn add(text: &mut String, mut folds: Vec<Fold>, most: usize) {
    folds.retain(|fold| !fold.items.is_empty());
    for (at, fold) in folds.iter().enumerate() {
        let later: usize = folds[at + 1..].iter().map(Fold::least).sum();
        text.push_str(&fold.text(most.saturating_sub(text.len() + later)));
    }
}

/// `text` as a code span (CommonMark 0.31, section 6.1): its fence is longer than any run of backticks in it.
fn code(text: &str, most: usize) -> String {
    let text = one_line(text, most);
    let text = text.trim();
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::{Fold, add, code};

    /// The last item that fits leaves nearly no room: the folds behind it must not go beyond.
    #[test]
    fn folded_lists_never_take_more_than_there_is() {
        for length in 0..400 {
            for (first, others) in [(300, 3), (40, 40), (5, 300)] {
                let fold = |count: usize| {
                    Fold::new("A list", std::iter::repeat_n("x".repeat(length), count))
                };
                let mut text = "before".to_owned();
                add(
                    &mut text,
                    vec![fold(first), fold(others), fold(others)],
                    5_000,
                );
                assert!(text.len() <= 5_000, "{length}: {}", text.len());
                assert_eq!(text.matches("</details>").count(), 3);
            }
        }
    }

    #[test]
    fn a_code_span_holds_any_text() {
        for (text, span) in [
            ("plain", "`plain`"),
            ("a `b` c", "``a `b` c``"),
            ("``", "``` `` ```"),
            ("`a", "`` `a ``"),
            ("@everyone <b> [x](y) |", "`@everyone <b> [x](y) |`"),
            ("a\n\n# b", "`a\u{fffd}\u{fffd}# b`"),
            (" ", "(empty)"),
        ] {
            assert_eq!(code(text, 99), span, "{text:?}");
        }
    }
}
