//! `roots show`.

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;
use trust::anchors::Certificate;

use super::cli::{RootsFormat, ShowArguments};
use super::list::json;
use super::pool::Pool;
use super::record::{Record, word};
use super::{mozilla, print, select};
use crate::exit::Exit;
use crate::failure::Result;
use crate::project::Project;

/// The JSON document.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    schema: &'static str,
    #[serde(flatten)]
    root: Record,
}

pub(super) fn run(
    project: &Project,
    arguments: &ShowArguments,
    out: &mut dyn Write,
) -> Result<Exit> {
    let pool = Pool::open(project)?;
    let mozilla = mozilla::roots();
    let certificate = find(&pool, &mozilla, &arguments.which)?;
    let root = Record::new(&pool, certificate);
    match arguments.format {
        RootsFormat::Human => print(out, &text(&root))?,
        RootsFormat::Json => print(
            out,
            &json(&Document {
                schema: "perennial.root/1",
                root,
            })?,
        )?,
    }
    Ok(pool.complain())
}

/// In the pool, else in the Mozilla set; a name that fits several of the pool is not looked for elsewhere.
fn find<'a>(pool: &'a Pool, mozilla: &'a [Certificate], which: &str) -> Result<&'a Certificate> {
    let known = |c: &&Certificate| pool.inventory.find(&c.fingerprint).is_none();
    let others: Vec<_> = mozilla.iter().filter(known).collect();
    let own: Vec<_> = pool.inventory.iter().collect();
    if let Ok(found) = select::one(&own, which, "the pool") {
        return Ok(found);
    }
    let all: Vec<_> = own.into_iter().chain(others).collect();
    select::one(&all, which, "the pool or the Mozilla set")
}

fn text(root: &Record) -> String {
    let policy = match (&root.required_at, &root.reason) {
        (Some(at), Some(reason)) => format!("required at {at}: {reason}"),
        _ => "not required".to_owned(),
    };
    let nowhere = || format!("not in the pool: cargo xtask roots add {}", root.sha256);
    let lines = [
        ("file", root.file.clone().unwrap_or_else(nowhere)),
        (
            "owner",
            root.owner.clone().unwrap_or_else(|| "-".to_owned()),
        ),
        ("key", root.key.clone()),
        ("sha256", root.sha256.clone()),
        ("spki-sha256", root.spki_sha256.clone()),
        (
            "valid",
            format!("{} to {}", root.not_before, root.not_after),
        ),
        ("policy", policy),
    ];
    let mut text = format!("{}\n", root.name);
    for (name, value) in lines {
        let _ = writeln!(text, "  {name:<12} {value}");
    }
    text.push_str(&ends(root));
    text
}

/// The candidates, the winner first and marked.
fn ends(root: &Record) -> String {
    let mut text = String::from("\nIt ends on the earliest of:\n");
    for (index, end) in root.ends.iter().enumerate() {
        let mark = if index == 0 { '>' } else { ' ' };
        let (cause, confidence) = (word(end.cause), word(end.confidence));
        let _ = writeln!(
            text,
            "{mark} {}  {cause:<9}  {confidence:<11}  {}",
            end.date, end.source
        );
    }
    text
}
