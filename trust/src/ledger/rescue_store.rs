//! Rescue stores that were published, one file for each below `trust/rescues/`.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::read::{RULES, syntax_errors};
use super::values;
use super::write::{hexadecimal, line, list, quoted};
use crate::date::Date;
use crate::fields::Fields;
use crate::finding::{Finding, Subject};
use crate::policy::Sha256;
use crate::rules::ledger::LEDGER_FILE_NAME;
use crate::source::{Location, SourceFile};

/// Where the files are.
pub const RESCUES: &str = "trust/rescues";

/// A rescue store as it was published: one file of the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RescueStore {
    /// Its sequence, which is the name of its file too. Devices remember it for ever.
    pub sequence: u64,
    /// Name of the product.
    pub product: String,
    /// The day of issue that it tells.
    pub issued: Date,
    /// The identity of the store in it.
    pub store_sha256: Sha256,
    /// SHA-256 of the file that was published, with its signatures.
    pub sha256: Sha256,
    /// Identifiers of the keys that signed, as minisign prints them.
    pub signed_by: Vec<String>,
    /// Versions of the releases whose devices take it.
    pub releases: Vec<String>,
}

/// A rescue store with the places it was read from.
#[derive(Clone, Debug)]
pub struct RecordedRescueStore {
    /// What was published.
    pub rescue: RescueStore,
    /// Its file.
    pub file: Arc<SourceFile>,
    /// Where its sequence stands.
    pub sequence_at: Location,
}

impl RescueStore {
    /// The file: its one text.
    pub fn to_toml(&self) -> String {
        let mut text = HEADER.to_owned();
        line(&mut text, "sequence", &self.sequence.to_string());
        line(&mut text, "product", &quoted(&self.product));
        line(&mut text, "issued", &quoted(&self.issued.to_string()));
        line(&mut text, "store-sha256", &hexadecimal(&self.store_sha256));
        line(&mut text, "sha256", &hexadecimal(&self.sha256));
        for (key, values) in [("signed-by", &self.signed_by), ("releases", &self.releases)] {
            if let Some(values) = list(values) {
                line(&mut text, key, &values);
            }
        }
        text
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.toml", self.sequence)
    }
}

const HEADER: &str = "\
# A rescue store as it was published. Written by `cargo xtask rescue verify --record`. Devices remember
# its sequence for ever: the file stays, also when no device needs the rescue store any more.

schema-version = 1
";
const TITLE: &str = "the rescue store";
const KEY_IDS: &str = "a list of key identifiers: 16 hexadecimal digits in upper case";
const VERSIONS: &str = "a list of versions";

/// Reads a file of `trust/rescues/`.
pub(super) fn read(file: &Arc<SourceFile>) -> Result<RecordedRescueStore, Vec<Finding>> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    if !errors.is_empty() {
        return Err(syntax_errors(file, &errors));
    }
    let mut top = Fields::new(&RULES, file, TITLE, document.get_ref(), 0..0);
    let rescue = fields(&mut top);
    let sequence_at = Location::new(file, top.span_of("sequence"));
    let findings = top.finish();
    match rescue {
        Some(rescue) if findings.is_empty() => named(RecordedRescueStore {
            rescue,
            file: Arc::clone(file),
            sequence_at,
        }),
        _ => Err(findings),
    }
}

fn fields(top: &mut Fields<'_>) -> Option<RescueStore> {
    let version = "1, the schema of this version";
    top.required("schema-version", version, values::is_one);
    let sequence = top.number("sequence", "a number from 1", 1);
    let product = top.text("product");
    let issued = top.date("issued");
    let store_sha256 = top.sha256("store-sha256");
    let sha256 = top.sha256("sha256");
    let signed_by = top.required("signed-by", KEY_IDS, |value| each(value, is_key_id));
    let releases = top.optional("releases", VERSIONS, |value| {
        each(value, values::is_version)
    });
    Some(RescueStore {
        sequence: sequence?,
        product: product?,
        issued: issued?,
        store_sha256: store_sha256?,
        sha256: sha256?,
        signed_by: signed_by?,
        releases: releases.unwrap_or_default(),
    })
}

/// L905. So that no two files are about one sequence.
fn named(recorded: RecordedRescueStore) -> Result<RecordedRescueStore, Vec<Finding>> {
    let expected = recorded.rescue.file_name();
    let file = &recorded.file.name;
    if file.rsplit('/').next() == Some(&expected) {
        return Ok(recorded);
    }
    let sequence = recorded.rescue.sequence;
    let message = format!("{file} holds the rescue store with sequence {sequence}");
    let at = recorded.sequence_at.clone();
    let finding = Finding::new(&LEDGER_FILE_NAME, at, "not the name of the file", message)
        .help(format!("name the file {expected}, or restore its sequence"))
        .about(Subject::item(file));
    Err(vec![finding])
}

fn each(value: &DeValue<'_>, fits: fn(&str) -> bool) -> Option<Vec<String>> {
    let text = |value: &DeValue<'_>| {
        let text = value.as_str().filter(|text| fits(text));
        text.map(str::to_owned)
    };
    let items = value.as_array()?.iter();
    items.map(|item| text(item.get_ref())).collect()
}

fn is_key_id(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    text.len() == 16 && text.bytes().all(digit)
}
