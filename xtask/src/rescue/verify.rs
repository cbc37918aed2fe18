//! `rescue verify`: what devices would say.

use device::rescue::{RescueError, RescueStore};
use device::store::{KeyContents, KeySetContents, StoreContents, TrustStore};
use trust::policy::{KeySet, Policy, SigningKey};

use super::cli::Verify;
use super::file::{RescueFile, Whole};
use super::make::{named, rescue_keys};
use super::show::{described, line};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::releases;
use crate::signing::minisign::KeyId;
use crate::verify::trusted_policy;

/// Prints what is in a rescue store, who of the rescue keys signed, and which releases take it.
///
/// # Errors
/// [`Exit::Tampered`] for one that devices with the keys of the policy refuse.
pub fn run(project: &Project, arguments: &Verify) -> Result<Exit> {
    let file = RescueFile::read(&arguments.file)?;
    let whole = file.whole()?;
    let policy = trusted_policy(project)?;
    let keys = rescue_keys(&policy)?;
    let mut text = described(file.path(), &whole.envelope, &whole.store);
    let mut seen = Vec::new();
    for key in &keys.keys {
        let said = said_of(key, &file, &whole, &policy)?;
        text += &line("signed", &said);
        seen.push(said);
    }
    text += &line("others", &others(&whole, keys));
    let image = image(&whole, &policy, *keys.threshold, &keys.keys)?;
    let taken = verified(&file, &image)?;
    let store = taken.map_err(|error| {
        // The device's reason is first, then each key.
        seen.into_iter()
            .fold(file.refused(&error), Failure::evidence)
    })?;
    let ledger = releases::ledger(project)?;
    for recorded in ledger.releases() {
        let word = match recorded.release.store.sequence < store.sequence() {
            true => "taken",
            false => "not taken",
        };
        text += &line(word, &format!("by {}", named(recorded)));
    }
    output::print(&text)?;
    Ok(Exit::Done)
}

/// What the device's own code says of one key: asked of a device that has no other.
fn said_of(
    key: &SigningKey,
    file: &RescueFile,
    whole: &Whole<'_>,
    policy: &Policy,
) -> Result<String> {
    let alone = image(whole, policy, 1, std::slice::from_ref(key))?;
    let id = KeyId(key.key_id);
    Ok(match verified(file, &alone)? {
        Ok(_) => format!("by {id}"),
        Err(RescueError::TooFewSignatures { .. }) => format!("not by {id}"),
        Err(error) => format!("not by {id}: {error}"),
    })
}

fn others(whole: &Whole<'_>, keys: &KeySet) -> String {
    let known = |id: &[u8; 8]| keys.keys.iter().any(|key| key.key_id == *id);
    let signatures = whole.envelope.signatures();
    let others = signatures.filter(|signature| !known(signature.key_id));
    let others: Vec<_> = others
        .map(|signature| KeyId(*signature.key_id).to_string())
        .collect();
    match others.is_empty() {
        true => "no signature of a key that is not in [rescue]".to_owned(),
        false => format!(
            "signatures of keys that are not in [rescue]: {}",
            others.join(", ")
        ),
    }
}

fn verified(
    file: &RescueFile,
    image: &[u8],
) -> Result<std::result::Result<RescueStore, RescueError>> {
    let image = TrustStore::read_exact(image).map_err(|error| bug(&error))?;
    Ok(RescueStore::verify(file.bytes().to_vec(), &image))
}

/// The store of an image of this product with these rescue keys. What else stands in it is not asked.
fn image(
    whole: &Whole<'_>,
    policy: &Policy,
    threshold: u32,
    keys: &[SigningKey],
) -> Result<Vec<u8>> {
    let key = |key: &SigningKey| KeyContents {
        id: key.key_id,
        public: key.ed25519,
    };
    let keys = KeySetContents {
        threshold: u8::try_from(threshold).map_err(|error| bug(&error))?,
        keys: keys.iter().map(key).collect(),
    };
    let contents = StoreContents {
        product: policy.product.name.value.clone(),
        release_keys: KeySetContents::NONE,
        rescue_keys: keys,
        ..StoreContents::from(&whole.store)
    };
    contents.write().map_err(|error| bug(&error))
}

fn bug(error: &impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Bug, "no image can have these rescue keys").evidence(error)
}
