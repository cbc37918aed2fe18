//! `roots paths`: which roots a CA leads to, over which certificates, until when.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;
use trust::chains::Chains;
use trust::date::Date;
use trust::hierarchy::{CaPath, Hierarchy, Key, KeyId};
use trust::policy::PolicyDraft;
use trust::words::{counted, did_you_mean};

use super::cli::{PathsArguments, RootsFormat};
use super::list::json;
use super::pool::Pool;
use super::print;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// The JSON document.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    schema: &'static str,
    name: String,
    spki_sha256: String,
    owner: Option<String>,
    paths: Vec<Path>,
}

/// From the CA's key to a root's.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Path {
    root: String,
    root_spki_sha256: String,
    owner: Option<String>,
    required: bool,
    from: Date,
    until: Date,
    certificates: Vec<Step>,
}

/// A certificate on the way, from the CA's own upwards.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Step {
    name: String,
    sha256: String,
    in_hand: bool,
}

pub(super) fn run(
    project: &Project,
    arguments: &PathsArguments,
    out: &mut dyn Write,
) -> Result<Exit> {
    let pool = Pool::open(project)?;
    // An answer from a part of the facts would look like one from all of them.
    let exit = pool.complain();
    let (chains, _) = Chains::read(&pool.endpoints, &pool.policy);
    let hierarchy = Hierarchy::of_project(&pool.calendar, &pool.inventory, &chains);
    let key = one(&hierarchy, &arguments.which)?;
    let document = document(&hierarchy, key, &pool.policy);
    let text = match arguments.format {
        RootsFormat::Human => text(&document),
        RootsFormat::Json => json(&document)?,
    };
    print(out, &text)?;
    Ok(exit)
}

/// The only key with this name, or with an SPKI hash that begins so.
fn one<'h>(hierarchy: &'h Hierarchy, which: &str) -> Result<&'h Key> {
    let wanted = which.trim().to_lowercase();
    let fits = |key: &&Key| {
        let digits = wanted.len() >= 8 && hex::encode(key.spki_sha256).starts_with(&wanted);
        key.name.to_lowercase() == wanted || digits
    };
    let found: Vec<_> = hierarchy.keys().iter().filter(fits).collect();
    match found[..] {
        [only] => Ok(only),
        [] => Err(Failure::new(
            Exit::Unreadable,
            format!("no CA is called `{which}`"),
        )
        .help(format!(
            "{}the names are those of trust/anchors, trust/endpoints and the [[certificate]] facts of trust/calendar, as \
             `R12`",
            did_you_mean(which, hierarchy.keys().iter().map(|key| key.name.as_str())),
        ))),
        _ => Err(found.iter().fold(
            Failure::new(
                Exit::Unreadable,
                format!("`{which}` fits {}", counted(found.len(), "key")),
            ),
            |failure, key| failure.evidence(format!("{}  {}", hex::encode(key.spki_sha256), key.name)),
        )
        .help("give the SHA-256 of the key that you mean; its first 8 digits are enough")),
    }
}

fn document(hierarchy: &Hierarchy, key: &Key, policy: &PolicyDraft) -> Document {
    let roots = hierarchy.keys().iter().filter(|key| key.made.is_some());
    let roots: BTreeSet<KeyId> = roots
        .filter_map(|key| hierarchy.find_key(&key.spki_sha256))
        .collect();
    let from = hierarchy.find_key(&key.spki_sha256);
    let paths = from.map_or(Vec::new(), |from| hierarchy.paths(from, &roots));
    let mut paths: Vec<_> = (paths.iter())
        .filter_map(|found| path(hierarchy, found, policy))
        .collect();
    // What lasts longest first.
    paths.sort_by(|a, b| (b.until, &a.root, a.from).cmp(&(a.until, &b.root, b.from)));
    Document {
        schema: "perennial.paths/1",
        name: key.name.clone(),
        spki_sha256: hex::encode(key.spki_sha256),
        owner: key.owner.clone(),
        paths,
    }
}

fn path(hierarchy: &Hierarchy, found: &CaPath, policy: &PolicyDraft) -> Option<Path> {
    let root = hierarchy.key(found.anchor)?;
    let is_required = |id: &trust::hierarchy::CertificateId| {
        let certificate = hierarchy.certificate(*id);
        certificate.is_some_and(|certificate| {
            let mut required = policy.required_roots.iter();
            required.any(|required| required.sha256.value == certificate.sha256)
        })
    };
    let step = |id: &trust::hierarchy::CertificateId| {
        let certificate = hierarchy.certificate(*id)?;
        Some(Step {
            name: certificate.in_words(),
            sha256: hex::encode(certificate.sha256),
            in_hand: certificate.in_hand(),
        })
    };
    Some(Path {
        root: root.name.clone(),
        root_spki_sha256: hex::encode(root.spki_sha256),
        owner: root.owner.clone(),
        required: root.certificates.iter().any(is_required),
        from: found.from,
        until: found.until,
        certificates: found.certificates.iter().filter_map(step).collect(),
    })
}

fn text(document: &Document) -> String {
    let owner = document.owner.as_deref().unwrap_or("owner not known");
    let paths = counted(document.paths.len(), "path");
    let mut text = format!("{} ({owner}): {paths} to roots\n", document.name);
    for path in &document.paths {
        let required = if path.required { ", required" } else { "" };
        let days = match (path.from, path.until) {
            (Date::FIRST, Date::LAST) => "the root itself".to_owned(),
            (from, until) => format!("{from} to {until}"),
        };
        let _ = writeln!(text, "\n  {}{required}: {days}", path.root);
        for step in &path.certificates {
            let origin = if step.in_hand { "in hand" } else { "a fact" };
            let _ = writeln!(text, "    {} ({origin}, {})", step.name, &step.sha256[..16]);
        }
    }
    text
}
