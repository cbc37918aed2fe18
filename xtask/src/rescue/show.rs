//! `rescue show`: what is in a rescue store, whoever signed it.

use std::path::Path;

use device::rescue::Envelope;
use device::store::{AfterExpiry, TrustStore};
use trust::words::one_line;

use super::cli::Show;
use super::file::{RescueFile, Whole};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output;
use crate::signing::minisign::KeyId;

/// Prints what a file says.
///
/// # Errors
/// A file that is no rescue store, or a damaged one.
pub fn run(arguments: &Show) -> Result<Exit> {
    let file = RescueFile::read(&arguments.file)?;
    let Whole { envelope, store } = file.whole()?;
    let mut text = described(file.path(), &envelope, &store);
    for signature in envelope.signatures() {
        let key = KeyId(*signature.key_id);
        text += &line("signed", &format!("by {key}, not verified"));
    }
    output::print(&text)?;
    Ok(Exit::Done)
}

/// All but the signatures.
pub fn described(path: &Path, envelope: &Envelope<'_>, store: &TrustStore<'_>) -> String {
    let mut text = format!("{}\n", path.display());
    text += &line("product", &shown(store.product()));
    text += &line("sequence", &store.sequence().to_string());
    text += &line("issued", &envelope.issued().to_string());
    text += &line(
        "store",
        &format!("identity {}", hex::encode(store.sha256())),
    );
    for anchor in store.anchors() {
        let counted = format!("{}, until {}", shown(anchor.name), anchor.effective_end);
        text += &line("anchor", &counted);
        text += &line("", &format!("SHA-256 {}", hex::encode(anchor.fingerprint)));
    }
    for pin in store.pins() {
        let pinned = hex::encode(pin.spki_sha256);
        text += &line(
            "pin",
            &format!("{} {pinned}, until {}", pin.host, pin.expires),
        );
        if pin.after_expiry == AfterExpiry::Refuse {
            text += &line(
                "",
                "AND FROM THE NEXT DAY ON DEVICES REFUSE THIS HOST, WHATEVER THEY TRUST",
            );
        }
    }
    for endpoint in store.endpoints() {
        text += &line(
            "endpoint",
            &format!("{} {}", shown(endpoint.name), endpoint.url),
        );
        for redirect in endpoint.redirects() {
            text += &line("", &format!("may redirect to {redirect}"));
        }
    }
    text
}

/// One line: what it is about, and what is said.
pub fn line(name: &str, said: &str) -> String {
    format!("  {name:<10}{said}\n")
}

/// A name that nobody has signed yet may hold what misleads who reads it.
fn shown(name: &str) -> String {
    one_line(name, MOST_SHOWN)
}

/// Most characters of a name that are shown.
const MOST_SHOWN: usize = 80;
