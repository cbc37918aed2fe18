//! `keys request`: what is to be signed, in words and digests, for a person who signs elsewhere.

use std::io::Write;

use trust::policy::{KeyRole, KeySet};

use super::cli::Request;
use crate::atomic::{self, Existing, Readers};
use crate::digest::sha256_hex;
use crate::failure::Result;
use crate::project::Project;
use crate::release::manifest::{FILE_NAME, ReleaseManifest};
use crate::signing::dsse::Envelope;
use crate::signing::minisign::KeyId;
use crate::signing::release_directory::ReleaseDirectory;
use crate::verify;

/// Writes the request for a release.
///
/// # Errors
/// A release that is damaged or cannot be read, a policy with mistakes, a file that cannot be written.
pub(super) fn run(project: &Project, arguments: &Request, out: &mut dyn Write) -> Result<()> {
    let directory = super::release_directory(&arguments.release)?;
    let release = ReleaseDirectory::open(&directory)?;
    let policy = verify::trusted_policy(project)?;
    let text = text(&release, &policy.signing)?;
    match &arguments.output {
        Some(path) => atomic::write(path, text.as_bytes(), Existing::Replace, Readers::Everyone),
        None => out
            .write_all(text.as_bytes())
            .map_err(|error| super::unwritten(&error)),
    }
}

/// Markdown whose every value stands in a fence, so that nothing of a release becomes markup.
fn text(release: &ReleaseDirectory, keys: &KeySet) -> Result<String> {
    let manifest = release.manifest();
    let mut text = format!(
        "# What to sign: {}\n\n```text\n{}```\n\n## The bytes that are signed\n\n```text\n",
        one_line(&format!("{} {}", manifest.product, manifest.version)).replace('`', "'"),
        identity(manifest)
    );
    text += &item(FILE_NAME, "in minisign's form", release.bytes());
    for (kind, statement) in release.statements()? {
        let name = kind.file_name();
        text += &item(name, "in a DSSE envelope", &statement);
        let encoded = Envelope::signed_bytes(&statement);
        text += &format!(
            "  {:<18}{}, SHA-256 of the DSSE encoding that is signed\n",
            "",
            sha256_hex(encoded)
        );
    }
    text += "```\n\n## What these bytes vouch for\n\n```text\n";
    for artefact in &manifest.artefacts {
        text += &format!("  {:<18}{}\n", one_line(&artefact.name), artefact.sha256);
    }
    text += &format!(
        "```\n\n## Who may sign\n\n```text\n{}```\n\n",
        signers(keys, &release.signed_by()?)
    );
    text += "`cargo xtask keys sign DIRECTORY --key FILE` signs all of it; stock minisign signs `release.json` alone. What was made \
             elsewhere is put in place by `cargo xtask keys attach DIRECTORY SIGNATURE...`, which verifies it first.\n";
    Ok(text)
}

fn identity(manifest: &ReleaseManifest) -> String {
    let changes = match manifest.dirty {
        true => " and changes that are in no commit",
        false => "",
    };
    let lines = [
        ("product", manifest.product.clone()),
        ("version", manifest.version.clone()),
        ("channel", manifest.channel.clone()),
        ("commit", format!("{}{changes}", manifest.commit)),
        ("released", manifest.released.clone()),
        ("service ends", manifest.service_ends.clone()),
        ("trust store", manifest.store.sha256.clone()),
    ];
    let line = |(name, value): (&str, String)| format!("  {name:<18}{}\n", one_line(&value));
    lines.into_iter().map(line).collect()
}

fn item(name: &str, form: &str, bytes: &[u8]) -> String {
    format!(
        "  {name:<18}{}, SHA-256 of its {} bytes; signed {form}\n",
        sha256_hex(bytes),
        bytes.len()
    )
}

fn signers(keys: &KeySet, signed: &[KeyId]) -> String {
    let mut text = format!("  {} of these must sign:\n", keys.threshold.value.max(1));
    let may_sign = keys.keys.iter().filter(|key| *key.role != KeyRole::Rescue);
    for key in may_sign {
        let id = KeyId(key.key_id);
        let state = match signed.contains(&id) {
            true => "a signature is there",
            false => "not yet",
        };
        text += &format!("  {id}  {:<12}{state}\n", key.role.word());
    }
    text
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
