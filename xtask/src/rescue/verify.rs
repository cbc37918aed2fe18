//! `rescue verify`: what devices would say.

use device::rescue::RescueError;
use trust::ledger::{Ledger, RecordedRelease, ReleaseRescueKeys};
use trust::policy::{Policy, PublicKey};

use super::cli::Verify;
use super::file::{RescueFile, Whole};
use super::make::{named, rescue_keys};
use super::show::{described, line};
use super::takers::{Answer, Offer};
use super::{issued, record};
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
/// [`Exit::Tampered`] for one that no devices take: those of no release, and where no release has devices, those with the keys of the policy;
/// [`Exit::Findings`] for one that the ledger has no place for; [`Exit::Unreadable`] for one to record whose day of issue has not come.
pub fn run(project: &Project, arguments: &Verify) -> Result<Exit> {
    let file = RescueFile::read(&arguments.file)?;
    let whole = file.whole()?;
    let policy = trusted_policy(project)?;
    let ledger = releases::ledger(project)?;
    let offer = Offer::new(&file, &whole);
    let seen = Seen::of(&offer, &policy, &ledger)?;
    if let Some(failure) = seen.refused_by_all(&file) {
        return Err(failure);
    }
    let text = described(file.path(), &whole.envelope, &whole.store)
        + &seen.text(&others(&whole, &seen.keys));
    let entry = record::entry(&file, &whole, seen.versions())?;
    record::require_place(&ledger, &entry)?;
    output::print(&text)?;
    if arguments.record {
        issued::require_come(project, entry.issued)?;
        record::write(project, &entry)?;
    }
    Ok(Exit::Done)
}

/// What the device's own code says.
struct Seen<'a> {
    /// The rescue keys of the policy.
    keys: ReleaseRescueKeys,
    /// Of each of them, whether it signed.
    signed: Vec<String>,
    /// Of devices with these keys, and an older store.
    by_policy: Answer<RescueError>,
    /// Of devices of each release, with its own keys and its own store.
    by_release: Vec<(&'a RecordedRelease, Answer<String>)>,
}

impl<'a> Seen<'a> {
    fn of(offer: &Offer<'_>, policy: &Policy, ledger: &'a Ledger) -> Result<Self> {
        let product = &policy.product.name.value;
        let keys = ReleaseRescueKeys::of(rescue_keys(policy)?);
        let signed = |key: &PublicKey| Ok(said_of(*key, offer.is_signed_by(product, *key)?));
        let by_release =
            |recorded: &'a RecordedRelease| Ok((recorded, offer.is_taken_by(&recorded.release)?));
        Ok(Self {
            signed: keys.keys.iter().map(signed).collect::<Result<_>>()?,
            by_policy: offer.is_signed(product, &keys)?,
            by_release: ledger.releases().map(by_release).collect::<Result<_>>()?,
            keys,
        })
    }

    /// Versions of the releases whose devices take it.
    fn versions(&self) -> Vec<String> {
        let taken = self.by_release.iter().filter(|(_, said)| said.is_ok());
        taken.map(|(one, _)| one.release.version.clone()).collect()
    }

    /// The device's reason is first, then each key and each release.
    fn refused_by_all(&self, file: &RescueFile) -> Option<Failure> {
        let refused = match &self.by_policy {
            Err(error) if !self.is_taken_by_a_release() => file.refused(error),
            Ok(()) if self.is_for_nobody_in_the_field() => file.refused_in_the_field(),
            _ => return None,
        };
        let releases = self.releases().map(|(word, said)| format!("{word} {said}"));
        let said = self.signed.iter().cloned().chain(releases);
        Some(said.fold(refused, Failure::evidence))
    }

    fn is_taken_by_a_release(&self) -> bool {
        self.by_release.iter().any(|(_, said)| said.is_ok())
    }

    /// The keys of the policy are those of no device yet, where the ledger has releases that devices run.
    fn is_for_nobody_in_the_field(&self) -> bool {
        let in_the_field = |one: &RecordedRelease| one.release.has_devices();
        let devices = self.by_release.iter().any(|(one, _)| in_the_field(one));
        devices && !self.is_taken_by_a_release()
    }

    /// The lines for people.
    fn text(&self, others: &str) -> String {
        let signed = self.signed.iter().map(|said| line("signed", said));
        let with = "with the rescue keys of the policy";
        let by_policy = match &self.by_policy {
            Ok(()) => line(TAKEN, with),
            Err(error) => line(NOT_TAKEN, &format!("{with}: {error}")),
        };
        let by_release = self.releases().map(|(word, said)| line(word, &said));
        let lines = signed.chain([line("others", others), by_policy]);
        lines.chain(by_release).collect()
    }

    fn releases(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.by_release.iter().map(|(recorded, said)| match said {
            Ok(()) => (TAKEN, format!("by {}", named(recorded))),
            Err(why) => (NOT_TAKEN, format!("by {}: {why}", named(recorded))),
        })
    }
}

const TAKEN: &str = "taken";
const NOT_TAKEN: &str = "not taken";

fn said_of(key: PublicKey, signed: Answer<RescueError>) -> String {
    let id = KeyId(key.key_id);
    match signed {
        Ok(()) => format!("by {id}"),
        Err(RescueError::TooFewSignatures { .. }) => format!("not by {id}"),
        Err(error) => format!("not by {id}: {error}"),
    }
}

fn others(whole: &Whole<'_>, keys: &ReleaseRescueKeys) -> String {
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
