//! `history.toml` of a fixture: what a caller would have read of the changes and approvals.

use std::path::Path;

use toml::{Table, Value};
use trust::policy::{self, Review};
use trust::review::approval::Approval;
use trust::review::approvals::{Base, History, Missing, ReviewedChange, Signature, SignedApproval};
use trust::source::SourceFile;

/// The history of a fixture, if it has one; its changes are made upon the `[review]` of its policy.
pub fn read(folder: &Path) -> Option<History> {
    let text = std::fs::read_to_string(folder.join("history.toml")).ok()?;
    let table: Table = text.parse().unwrap();
    let policy = std::fs::read(folder.join("policy.toml")).unwrap();
    let policy = policy::read(&SourceFile::from_bytes("policy.toml", &policy));
    let review = policy.draft.review.unwrap();
    let changes = match table.get("missing") {
        None => Ok(list(&table, "change", |one| change(one, &review))),
        Some(why) => Err(Missing {
            why: why.as_str().unwrap().to_owned(),
            help: "get the whole history".to_owned(),
        }),
    };
    Some(History {
        project: ".".to_owned(),
        changes,
        approvals: list(&table, "approval", approval),
        strays: Vec::new(),
    })
}

fn list<T>(table: &Table, key: &str, read: impl Fn(&Table) -> T) -> Vec<T> {
    let entries = table.get(key).and_then(Value::as_array);
    let entries = entries.into_iter().flatten();
    entries
        .map(|entry| read(entry.as_table().unwrap()))
        .collect()
}

fn text(table: &Table, key: &str) -> String {
    table[key].as_str().unwrap().to_owned()
}

fn position(table: &Table, key: &str) -> usize {
    usize::try_from(table[key].as_integer().unwrap()).unwrap()
}

fn change(table: &Table, review: &Review) -> ReviewedChange {
    ReviewedChange {
        commit: Some(text(table, "commit")),
        parent: text(table, "parent"),
        day: text(table, "day").parse().unwrap(),
        position: position(table, "position"),
        made_upon: text(table, "made-upon"),
        digest: text(table, "digest"),
        weakens: table["weakens"].as_bool().unwrap(),
        headline: text(table, "headline"),
        review: review.clone(),
    }
}

fn approval(table: &Table) -> SignedApproval {
    let file = SourceFile::new(text(table, "file"), text(table, "text"));
    SignedApproval {
        text: Approval::parse(&file.text),
        file,
        signature: Signature::By(text(table, "signed-by")),
        base: Some(Base {
            position: position(table, "base-position"),
            inputs: text(table, "base-inputs"),
        }),
    }
}
