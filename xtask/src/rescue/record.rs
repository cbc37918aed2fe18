//! The ledger's entry of a published rescue store.

use sha2::{Digest as _, Sha256};
use trust::date::Date;
use trust::ledger::{Ledger, RESCUES, RescueStore};

use super::file::{RescueFile, Whole};
use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::signing::minisign::KeyId;

/// The entry of a rescue store that devices of these releases take.
///
/// # Errors
/// It tells a day that no calendar has, which no device reads.
pub fn entry(file: &RescueFile, whole: &Whole<'_>, releases: Vec<String>) -> Result<RescueStore> {
    let signatures = whole.envelope.signatures();
    let issued = Date::from_unix_seconds(whole.envelope.issued().unix_seconds());
    let issued = issued.ok_or_else(|| Failure::new(Exit::Bug, "no such day of issue"))?;
    Ok(RescueStore {
        sequence: whole.store.sequence(),
        product: whole.store.product().to_owned(),
        issued,
        store_sha256: *whole.store.sha256(),
        sha256: Sha256::digest(file.bytes()).into(),
        signed_by: signatures
            .map(|signature| KeyId(*signature.key_id).to_string())
            .collect(),
        releases,
    })
}

/// No other rescue store was published that devices take in its place.
///
/// # Errors
/// [`Exit::Findings`] where one was.
pub fn require_place(ledger: &Ledger, entry: &RescueStore) -> Result<()> {
    let published = ledger.rescues().map(|recorded| &recorded.rescue);
    let in_the_way = published.filter(|other| !gives_way(other, entry));
    let in_the_way: Vec<_> = in_the_way.map(RescueStore::file_name).collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    let sequence = entry.sequence;
    let what = format!("the sequence {sequence} is not above that of every published rescue store");
    let failure = in_the_way
        .iter()
        .fold(Failure::new(Exit::Findings, what), |failure, name| {
            failure.evidence(format!("{RESCUES}/{name}"))
        });
    Err(failure
        .help("devices remember sequences for ever: make it again with a higher store-sequence"))
}

/// Writes the entry, and says what to do with it. An entry of the same store is replaced: more keys may have signed it.
///
/// # Errors
/// It cannot be written.
pub fn write(project: &Project, entry: &RescueStore) -> Result<()> {
    let shown = format!("{RESCUES}/{}", entry.file_name());
    let folder = project.root.join(RESCUES);
    std::fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
    let path = project.root.join(&shown);
    let text = entry.to_toml();
    atomic::write(&path, text.as_bytes(), Existing::Replace, Readers::Everyone)?;
    output::say(format_args!(
        "recorded in {shown}; commit it, and publish this very file"
    ));
    Ok(())
}

/// Whether devices that have `other` take `entry`, or it is the same store.
fn gives_way(other: &RescueStore, entry: &RescueStore) -> bool {
    let same = (other.store_sha256, other.issued) == (entry.store_sha256, entry.issued);
    other.sequence < entry.sequence || other.sequence == entry.sequence && same
}
