//! `roots list`.

use std::io::Write;

use serde::Serialize;

use super::cli::{ListArguments, RootsFormat};
use super::pool::Pool;
use super::print;
use super::record::{Record, word};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// The JSON document.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    schema: &'static str,
    roots: Vec<Record>,
}

pub(super) fn run(
    project: &Project,
    arguments: &ListArguments,
    out: &mut dyn Write,
) -> Result<Exit> {
    let pool = Pool::open(project)?;
    let mut roots: Vec<_> = pool
        .inventory
        .iter()
        .map(|c| Record::new(&pool, c))
        .collect();
    roots.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    match arguments.format {
        RootsFormat::Human => print(out, &table(&roots))?,
        RootsFormat::Json => print(
            out,
            &json(&Document {
                schema: "perennial.roots/1",
                roots,
            })?,
        )?,
    }
    Ok(pool.complain())
}

pub(super) fn json(document: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(document);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(Exit::Bug, "cannot write JSON").evidence(error))
}

const HEADINGS: [&str; 7] = [
    "NAME",
    "OWNER",
    "KEY",
    "NOTAFTER",
    "ENDS",
    "BECAUSE OF",
    "POLICY",
];

fn table(roots: &[Record]) -> String {
    let rows: Vec<_> = roots.iter().map(row).collect();
    let headings = HEADINGS.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows
            .iter()
            .chain([&headings])
            .map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut text = String::new();
    for row in [&headings].into_iter().chain(&rows) {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(root: &Record) -> [String; 7] {
    let end = root.effective_end.as_ref();
    [
        root.name.clone(),
        root.owner.clone().unwrap_or_else(|| "-".to_owned()),
        root.key.clone(),
        root.not_after.to_string(),
        end.map_or_else(String::new, |end| end.date.to_string()),
        end.map_or_else(String::new, |end| word(end.cause)),
        if root.required_at.is_some() {
            "required"
        } else {
            "-"
        }
        .to_owned(),
    ]
}
