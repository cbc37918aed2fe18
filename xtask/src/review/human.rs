//! A difference as text for people.

use annotate_snippets::renderer::{AnsiColor, Effects};
use trust::words::one_line;

use super::answer::Answer;
use super::lines;
use crate::report::Colour;

/// Most characters of a line.
const LONGEST: usize = 1000;

/// Most lines of a list: the first of a project's changes are everything that it has.
const MOST: usize = 40;

pub(super) fn text(answer: &Answer, colour: Colour) -> String {
    let mut text = headline(answer, colour);
    text.push_str("\n\n");
    for (what, value) in [
        ("base", lines::place(&answer.base)),
        ("head", lines::place(&answer.head)),
        ("judged at", lines::question(answer)),
        ("digest", answer.digest.clone()),
    ] {
        text.push_str(&format!("{what:<12}{}\n", one_line(&value, LONGEST)));
    }
    text.push('\n');
    for (what, base, head) in lines::table(&answer.effect) {
        let (base, head) = (one_line(&base, LONGEST), one_line(&head, LONGEST));
        let change = match base == head {
            true => head,
            false => format!("{base} -> {head}"),
        };
        text.push_str(&format!("{what:<26}{change}\n"));
    }
    let sentences = |change: &trust::review::Change| change.sentence.clone();
    list(&mut text, "weakens", answer.weakening().map(sentences));
    let others = match answer.weakening().next() {
        Some(_) => "other changes",
        None => "changes",
    };
    list(&mut text, others, answer.others().map(sentences));
    let releases = answer.effect.releases.iter();
    list(&mut text, "shipped releases", releases.map(lines::release));
    let findings = answer.effect.findings.iter();
    list(&mut text, "findings", findings.map(lines::finding));
    text
}

fn headline(answer: &Answer, colour: Colour) -> String {
    let style = match answer.weakens {
        true => AnsiColor::BrightRed.on_default(),
        false => AnsiColor::BrightGreen.on_default(),
    };
    match colour {
        Colour::Plain => answer.headline.clone(),
        Colour::Ansi => {
            let style = style.effects(Effects::BOLD);
            format!("{style}{}{style:#}", answer.headline)
        }
    }
}

fn list(text: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title} ({})\n", items.len()));
    for item in items.iter().take(MOST) {
        text.push_str(&format!("  - {}\n", one_line(item, LONGEST)));
    }
    if let Some(more) = items.len().checked_sub(MOST).filter(|more| *more > 0) {
        text.push_str(&format!("  - {more} more: --format json has all\n"));
    }
}
