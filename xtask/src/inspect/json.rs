//! `perennial.inspection/1`: an inspection for programs.

use serde::Serialize;
use trust::calendar::End;
use trust::date::Date;
use trust::material::{Form, Material};
use trust::outlook::{AnchorKind, Identified, Known, Reach};

use super::Inspection;
use super::day::Day;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::report::{Entry, entries};

/// Fields are added under the same number; one is removed or changes its meaning under the next.
const SCHEMA: &str = "perennial.inspection/1";

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    schema: &'static str,
    as_of: Date,
    as_of_source: &'static str,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct File<'a> {
    file: &'a str,
    kind: &'a str,
    bytes: usize,
    sdkconfig: Option<String>,
    /// First day on which no server is reached.
    dark_on: Option<Date>,
    /// What is lost last.
    lost_last: Option<&'a Reach>,
    anchors: Vec<Anchor<'a>>,
    /// What is no anchor, since a comment has it.
    commented_out: Vec<CommentedOut<'a>>,
    stores: Vec<Store<'a>>,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Anchor<'a> {
    name: &'a str,
    owner: Option<&'a str>,
    kind: AnchorKind,
    form: Form,
    place: String,
    known: Known,
    sha256: Option<String>,
    spki_sha256: String,
    key: String,
    not_after: Option<Date>,
    effective_end: Option<&'a End>,
}

#[derive(Serialize)]
struct CommentedOut<'a> {
    name: &'a str,
    place: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Store<'a> {
    verifier: &'static str,
    anchors: usize,
    reaches: &'a [Reach],
}

pub(super) fn text(inspections: &[Inspection], day: Day) -> Result<String> {
    let document = Document {
        schema: SCHEMA,
        as_of: day.date,
        as_of_source: day.source,
        files: inspections.iter().map(file).collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    let text = text
        .map_err(|error| Failure::new(Exit::Bug, "the inspection is not JSON").evidence(error))?;
    Ok(text + "\n")
}

fn file(inspection: &Inspection) -> File<'_> {
    let outlook = &inspection.outlook;
    let store =
        |store: &'_ trust::outlook::StoreOutlook| (store.verifier.word(), store.anchors.len());
    File {
        file: &inspection.material.file.name,
        kind: &inspection.kind,
        bytes: inspection.length,
        sdkconfig: inspection
            .question
            .sdkconfig
            .as_ref()
            .map(trust::sdkconfig::Sdkconfig::name),
        dark_on: outlook.dark_on(),
        lost_last: outlook.last_reach(),
        anchors: outlook
            .anchors
            .iter()
            .map(|one| anchor(inspection, one))
            .collect(),
        commented_out: commented_out(&inspection.material),
        stores: outlook
            .stores
            .iter()
            .map(|one| {
                let (verifier, anchors) = store(one);
                Store {
                    verifier,
                    anchors,
                    reaches: &one.reaches,
                }
            })
            .collect(),
        findings: entries(&outlook.findings),
    }
}

fn commented_out(material: &Material) -> Vec<CommentedOut<'_>> {
    let found = material.commented_out.iter();
    found
        .map(|found| CommentedOut {
            name: found.anchor.name(),
            place: material.where_in_words(&found.place),
        })
        .collect()
}

fn anchor<'a>(inspection: &'a Inspection, anchor: &'a Identified) -> Anchor<'a> {
    Anchor {
        name: &anchor.name,
        owner: anchor.owner.as_deref(),
        kind: anchor.kind,
        form: anchor.form,
        place: inspection.material.where_in_words(&anchor.place),
        known: anchor.known,
        sha256: anchor.sha256.map(hex::encode),
        spki_sha256: hex::encode(anchor.spki_sha256),
        key: anchor.key.to_string(),
        not_after: anchor.not_after,
        effective_end: anchor.effective_end(),
    }
}
