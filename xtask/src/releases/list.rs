//! `releases list`.

use std::io::Write;

use serde::Serialize;
use trust::ledger::{Ledger, RecordedRelease};
use trust::words::counted;

use super::cli::{ListArguments, ReleasesFormat};
use super::show::Record;
use super::{json, print};
use crate::failure::Result;

/// The JSON document.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    schema: &'static str,
    releases: Vec<Record<'a>>,
}

pub(super) fn run(ledger: &Ledger, arguments: &ListArguments, out: &mut dyn Write) -> Result<()> {
    match arguments.format {
        ReleasesFormat::Human => print(out, &table(ledger)),
        ReleasesFormat::Json => print(
            out,
            &json(&Document {
                schema: "perennial.releases/1",
                releases: ledger.releases().map(Record::new).collect(),
            })?,
        ),
    }
}

const HEADINGS: [&str; 7] = [
    "VERSION",
    "RELEASED",
    "CHANNEL",
    "SERVICE ENDS",
    "UNITS",
    "VERIFIER",
    "ANCHORS",
];

fn table(ledger: &Ledger) -> String {
    if ledger.is_empty() {
        return "no release is recorded: cargo xtask build-firmware --record\n".to_owned();
    }
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(ledger.releases().map(row));
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    });
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(recorded: &RecordedRelease) -> [String; HEADINGS.len()] {
    let release = &recorded.release;
    let names: Vec<_> = release
        .anchors
        .iter()
        .map(|anchor| anchor.name.as_str())
        .collect();
    let pins = match release.pins.len() {
        0 => String::new(),
        count => format!(" and {}", counted(count, "pin")),
    };
    [
        release.version.clone(),
        release.released.to_string(),
        release.channel.word().to_owned(),
        release.service_ends.to_string(),
        release
            .units
            .map_or_else(|| "-".to_owned(), |units| units.to_string()),
        release.verifier.word().to_owned(),
        format!("{}{pins}", names.join(", ")),
    ]
}
