//! The page of every rule, from its doc comment.

use trust::rules::{self, Rule};

use super::{heading, table};
use crate::explain;

/// `rules.md`
pub fn page() -> String {
    let all = rules::all();
    let mut text = heading(
        "Rules: every code",
        "What `cargo xtask explain CODE` prints, for all codes. How to read a finding, and how to waive one, is in \
         [rules.md](../rules.md).",
    );
    let row = |rule: &&Rule| {
        let (id, slug) = (rule.id, rule.slug);
        // The title of the page, as an anchor.
        let anchor = format!("{}-{slug}", id.to_lowercase());
        [
            format!("[{id}](#{anchor})"),
            slug.to_owned(),
            rule.severity.word().to_owned(),
            rule.since.to_owned(),
        ]
    };
    text += "\n";
    text += &table(["code", "name", "severity", "since"], all.iter().map(row));
    for rule in all {
        text += "\n";
        text += &of_rule(rule);
    }
    text
}

/// A rule's page, its headings two levels below the title of this one.
fn of_rule(rule: &Rule) -> String {
    let mut fenced = false;
    let lines = explain::page(rule);
    let lines = lines.lines().map(|line| {
        fenced ^= line.starts_with("```");
        match line.starts_with('#') && !fenced {
            true => format!("#{line}\n"),
            false => format!("{line}\n"),
        }
    });
    lines.collect()
}
