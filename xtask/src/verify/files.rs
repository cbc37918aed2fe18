//! The files of a release: are they there, is the manifest in its one form, are the bytes the recorded ones?

use std::collections::BTreeSet;

use trust::channel::Channel;
use trust::date::Date;
use trust::rules::verification::{FILE_SET_WRONG, HASH_DIFFERS, MANIFEST_WRONG};
use trust::words::counted;

use super::Evidence;
use super::problem::Problem;
use crate::release::integrity::{self, Difference};
use crate::release::manifest::{Artefact, ArtefactKind, FILE_NAME, ReleaseManifest};
use crate::secure_boot;
use crate::signing::release_directory::{SUMS_NAME, is_envelope_name, is_signature_name};

/// Every file of a release, and no other.
pub fn present(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let mut required: BTreeSet<&str> = ArtefactKind::ALL
        .into_iter()
        .map(ArtefactKind::file_name)
        .collect();
    required.extend([FILE_NAME, SUMS_NAME]);
    let names = evidence.files.keys().chain(evidence.unread.keys());
    let found: BTreeSet<&str> = names.map(String::as_str).collect();
    let unread = evidence.unread.iter();
    let unread = unread.map(|(name, why)| Problem::new(&FILE_SET_WRONG, name, "file", why));
    let missing = required
        .difference(&found)
        .map(|name| Problem::new(&FILE_SET_WRONG, name, "file", "it is missing"));
    let others = found
        .difference(&required)
        .filter(|name| !is_signature_name(name) && !is_envelope_name(name))
        .filter(|name| **name != secure_boot::FILE_NAME)
        .filter(|name| !evidence.unread.contains_key(**name));
    let unknown = others
        .map(|name| Problem::new(&FILE_SET_WRONG, name, "file", "no release has such a file"));
    (
        counted(found.len(), "file"),
        missing.chain(unread).chain(unknown).collect(),
    )
}

/// `release.json` in its one form, naming each kind of artefact once.
pub fn manifest(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    match &evidence.manifest {
        Ok(manifest) => {
            let seen = format!(
                "{} {}, released {}",
                manifest.product, manifest.version, manifest.released
            );
            let mut problems = artefact_list(manifest);
            problems.extend(identity(evidence, manifest));
            problems.extend(question(manifest));
            (seen, problems)
        }
        Err(why) => {
            let problem = Problem::new(&MANIFEST_WRONG, FILE_NAME, "content", why.clone());
            ("cannot be read".to_owned(), vec![problem])
        }
    }
}

/// Release date, instant and channel: the question that the verdict answers.
fn question(manifest: &ReleaseManifest) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, message: String| {
        problems.push(Problem::new(&MANIFEST_WRONG, FILE_NAME, field, message));
    };
    let (released, epoch) = (&manifest.released, manifest.source_date_epoch);
    match released.parse::<Date>() {
        Err(error) => wrong("released", error.to_string()),
        Ok(day) if Date::from_unix_seconds(epoch) != Some(day) => {
            wrong("source-date-epoch", format!("{epoch} is not on {released}"));
        }
        Ok(_) => {}
    }
    if Channel::of_word(&manifest.channel).is_none() {
        wrong(
            "channel",
            format!("there is no channel `{}`", manifest.channel),
        );
    }
    problems
}

/// Commit, version and dirtiness say the same, and the compiled program says it too.
fn identity(evidence: &Evidence<'_>, manifest: &ReleaseManifest) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, message: String| {
        problems.push(Problem::new(&MANIFEST_WRONG, FILE_NAME, field, message));
    };
    let commit = &manifest.commit;
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if commit.len() != 40 || !commit.bytes().all(hexadecimal) {
        wrong("commit", format!("{commit:?} is not 40 hexadecimal digits"));
    }
    let suffix = format!(
        "+{}{}",
        commit.get(..12).unwrap_or(commit),
        if manifest.dirty { ".dirty" } else { "" }
    );
    if !manifest.version.ends_with(&suffix) {
        wrong(
            "version",
            format!(
                "{} does not end with {suffix}, as commit and dirtiness say",
                manifest.version
            ),
        );
    }
    problems.extend(not_in_program(evidence, manifest));
    problems
}

/// What the manifest says of the program and the program does not. Whichever of the two is not the signed one is to
/// blame: a program with the recorded hash makes the manifest wrong.
fn not_in_program(evidence: &Evidence<'_>, manifest: &ReleaseManifest) -> Vec<Problem> {
    let name = ArtefactKind::FirmwareElf.file_name();
    let Some(program) = evidence.files.get(name) else {
        return Vec::new();
    };
    let recorded = manifest
        .artefacts
        .iter()
        .any(|artefact| artefact.name == name && artefact.sha256 == program.sha256());
    let blamed = if recorded { FILE_NAME } else { name };
    let stated = [
        ("commit", &manifest.commit),
        ("version", &manifest.version),
        ("product", &manifest.product),
    ];
    stated
        .into_iter()
        .filter(|(_, value)| !contains(program.bytes(), value.as_bytes()))
        .map(|(field, value)| {
            let message = format!("{value} does not stand in the compiled program");
            Problem::new(&MANIFEST_WRONG, blamed, field, message)
        })
        .collect()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    !wanted.is_empty() && memchr::memmem::find(bytes, wanted).is_some()
}

fn artefact_list(manifest: &ReleaseManifest) -> Vec<Problem> {
    let recorded: Vec<_> = manifest
        .artefacts
        .iter()
        .map(|artefact| (artefact.name.as_str(), artefact.kind))
        .collect();
    let mut expected = ArtefactKind::ALL
        .map(|kind| (kind.file_name(), kind))
        .to_vec();
    expected.sort_by_key(|(name, _)| *name);
    if recorded == expected {
        return Vec::new();
    }
    vec![Problem::new(
        &MANIFEST_WRONG,
        FILE_NAME,
        "artefacts",
        "it does not list each artefact of a release once, by name",
    )]
}

/// Size and SHA-256 of every artefact, and `SHA256SUMS` to the byte.
pub fn hashes(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let Ok(manifest) = &evidence.manifest else {
        return ("nothing to compare with".to_owned(), Vec::new());
    };
    let artefacts = manifest.artefacts.iter();
    let mut problems: Vec<_> = artefacts
        .filter_map(|artefact| artefact_problem(evidence, artefact))
        .collect();
    problems.extend(sums_problem(evidence, manifest));
    (
        format!(
            "SHA-256 of {} and {SUMS_NAME}",
            counted(manifest.artefacts.len(), "artefact")
        ),
        problems,
    )
}

fn artefact_problem(evidence: &Evidence<'_>, artefact: &Artefact) -> Option<Problem> {
    let file = evidence.files.get(&artefact.name)?;
    let difference = artefact.difference(file.bytes().len() as u64, file.sha256())?;
    let field = match difference.field.as_str() {
        "content" => super::images::first_difference(evidence, artefact.kind),
        _ => difference.field,
    };
    Some(Problem::new(
        &HASH_DIFFERS,
        &artefact.name,
        field,
        difference.message,
    ))
}

fn sums_problem(evidence: &Evidence<'_>, manifest: &ReleaseManifest) -> Option<Problem> {
    let Difference { field, message } =
        integrity::sums_difference(evidence.bytes(SUMS_NAME)?, manifest)?;
    Some(Problem::new(&HASH_DIFFERS, SUMS_NAME, field, message))
}
