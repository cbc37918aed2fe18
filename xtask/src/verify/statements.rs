//! What a release says of itself to others: the documents, made again, and the signatures of the statements among them.

use serde_json::Value;
use trust::gate::{self, Verdict};
use trust::rules::verification::{DOCUMENT_DIFFERS, ENVELOPE_WRONG, VERDICT_DIFFERS};
use trust::words::counted;

use super::problem::Problem;
use super::{Evidence, verdict};
use crate::attestation::release::{DOCUMENTS, Materials};
use crate::attestation::sbom;
use crate::build::ingredients::{self, Crate, CrateRole, LOCKFILE};
use crate::git;
use crate::release::manifest::{ArtefactKind, FILE_NAME, ReleaseManifest};
use crate::signing::dsse::{Envelope, EnvelopeProblem, release_keys};

/// What makes this step pass over a release: another step has said it.
type Unsaid = String;

/// Each document is the one that the release and its recorded inputs give, and its crates are those of the lockfile.
pub fn documents(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let bom = ArtefactKind::Sbom.file_name();
    let (Ok(manifest), Some(bytes)) = (&evidence.manifest, evidence.bytes(bom)) else {
        return ("nothing to make them from".to_owned(), Vec::new());
    };
    let crates = match sbom::crates(bytes) {
        Ok(crates) => crates,
        Err(why) => {
            let problem = Problem::new(&DOCUMENT_DIFFERS, bom, "content", why);
            return ("cannot be read".to_owned(), vec![problem]);
        }
    };
    let mut problems = not_locked(evidence, manifest, &crates);
    let mut seen = format!(
        "{}, {}",
        counted(crates.len(), "crate"),
        counted(manifest.blobs.len(), "blob")
    );
    match recomputed(evidence, manifest, &crates) {
        Ok((differences, note)) => {
            problems.extend(differences);
            seen += &note;
        }
        Err(why) => seen += &format!("; not made again: {why}"),
    }
    (seen, problems)
}

/// Every document that is not what the release gives, and what is worth saying of one that is.
fn recomputed(
    evidence: &Evidence<'_>,
    manifest: &ReleaseManifest,
    crates: &[Crate],
) -> Result<(Vec<Problem>, String), Unsaid> {
    let verdict = verdict_of_release(evidence, manifest)?;
    let materials = Materials {
        manifest,
        verdict: &verdict,
        crates,
    };
    let (mut problems, mut note) = (Vec::new(), String::new());
    for kind in DOCUMENTS {
        let expected = materials
            .document(kind)
            .map_err(|error| error.to_string())?;
        let Some(found) = evidence.bytes(kind.file_name()) else {
            continue;
        };
        match difference(kind, found, &expected) {
            Some(problem) if is_drift(evidence, manifest, &problem) => {
                note = "; its findings are those of its day, and the rules of this checkout have others".to_owned();
            }
            difference => problems.extend(difference),
        }
    }
    Ok((problems, note))
}

/// The verdict at the recorded question, also where the caller demands another channel.
fn verdict_of_release(
    evidence: &Evidence<'_>,
    manifest: &ReleaseManifest,
) -> Result<Verdict, Unsaid> {
    let verdict = verdict::recomputed(evidence).map_err(Clone::clone)?;
    if verdict.question().channel.word() == manifest.channel {
        return Ok(verdict.clone());
    }
    let (inputs, question) = verdict::recorded(evidence, manifest)?;
    Ok(gate::judge(&inputs.inputs, question))
}

/// Where a document differs from the one that was made again.
fn difference(kind: ArtefactKind, found: &[u8], expected: &[u8]) -> Option<Problem> {
    if found == expected {
        return None;
    }
    let read = |bytes| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let (was, is) = (read(found), read(expected));
    // What a later checkout may say otherwise is looked at last: it must not hide anything else.
    let but_for_findings = first_difference(
        String::new(),
        &without_findings(&was),
        &without_findings(&is),
    );
    let place = but_for_findings.or_else(|| first_difference(String::new(), &was, &is));
    let (field, message) = match place {
        Some((field, was, is)) => (field, format!("it says {was}, the release gives {is}")),
        None => {
            let message = "it is not in the form that this tool writes".to_owned();
            ("content".to_owned(), message)
        }
    };
    // The proof itself may come out otherwise, as the verdict may.
    let proof = ["anchors", "endpoints", "findings", "fleet", "gaps"];
    let of_proof = |part| field.starts_with(&format!("/predicate/{part}"));
    let is_proof = kind == ArtefactKind::CoverageStatement && proof.into_iter().any(of_proof);
    let rule = match is_proof {
        true => &VERDICT_DIFFERS,
        false => &DOCUMENT_DIFFERS,
    };
    Some(Problem::new(rule, kind.file_name(), field, message))
}

fn without_findings(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(Value::Object(predicate)) = document.pointer_mut("/predicate") {
        predicate.remove("findings");
    }
    document
}

/// Findings that a later checkout words otherwise, or has more of: of a release of another commit than this one.
fn is_drift(evidence: &Evidence<'_>, manifest: &ReleaseManifest, problem: &Problem) -> bool {
    let of_findings = problem.code == VERDICT_DIFFERS.id
        && problem.field.starts_with("/predicate/findings")
        && problem.artefact == ArtefactKind::CoverageStatement.file_name();
    of_findings
        && git::head(&evidence.project.root).is_ok_and(|head| head.commit != manifest.commit)
}

/// The first place, as a JSON pointer (RFC 6901), at which two values differ, and what stands there.
fn first_difference(at: String, one: &Value, other: &Value) -> Option<(String, String, String)> {
    if one == other {
        return None;
    }
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            let mut pairs = keys.map(|key| (key.clone(), a.get(key), b.get(key)));
            pairs.find_map(|(key, a, b)| differing_part(&at, &key, a, b))
        }
        (Value::Array(a), Value::Array(b)) => {
            let mut places = 0..a.len().max(b.len());
            places.find_map(|i| differing_part(&at, &i.to_string(), a.get(i), b.get(i)))
        }
        _ => Some((at, shown(Some(one)), shown(Some(other)))),
    }
}

fn differing_part(
    at: &str,
    key: &str,
    one: Option<&Value>,
    other: Option<&Value>,
) -> Option<(String, String, String)> {
    let place = format!("{at}/{key}");
    match (one, other) {
        (Some(one), Some(other)) => first_difference(place, one, other),
        _ => Some((place, shown(one), shown(other))),
    }
}

/// A value on one line, not too long.
fn shown(value: Option<&Value>) -> String {
    let text = value.map_or("nothing".to_owned(), Value::to_string);
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Crates that the recorded lockfile does not have with this checksum, and blobs of crates that are not linked.
fn not_locked(
    evidence: &Evidence<'_>,
    manifest: &ReleaseManifest,
    crates: &[Crate],
) -> Vec<Problem> {
    let bom = ArtefactKind::Sbom.file_name();
    let linked = |package: &str, version: &str| {
        let mut linked = crates.iter().filter(|one| one.role == CrateRole::Linked);
        linked.any(|one| one.name == package && one.version == version)
    };
    let strange = manifest.blobs.iter();
    let strange = strange.filter(|blob| !linked(&blob.package, &blob.version));
    let mut problems: Vec<_> = strange
        .map(|blob| {
            let message = format!("{} {} is not a linked crate", blob.package, blob.version);
            Problem::new(
                &DOCUMENT_DIFFERS,
                FILE_NAME,
                format!("blobs: {}", blob.path),
                message,
            )
        })
        .collect();
    let locked = match lockfile(evidence, manifest).map(|bytes| ingredients::locked(&bytes)) {
        Ok(Ok(locked)) => locked,
        Ok(Err(why)) | Err(why) => {
            problems.push(Problem::new(
                &VERDICT_DIFFERS,
                FILE_NAME,
                "lockfile-sha256",
                why,
            ));
            return problems;
        }
    };
    let others = crates.iter().filter(|one| {
        let key = (one.name.clone(), one.version.clone());
        locked.get(&key) != Some(&one.sha256)
    });
    problems.extend(others.map(|one| {
        let field = format!("crate {} {}", one.name, one.version);
        let message = format!("{LOCKFILE} does not have it with this SHA-256");
        Problem::new(&DOCUMENT_DIFFERS, bom, field, message)
    }));
    problems
}

/// The recorded lockfile: that of the folder if it is the one, else that of the commit.
fn lockfile(evidence: &Evidence<'_>, manifest: &ReleaseManifest) -> Result<Vec<u8>, String> {
    let root = &evidence.project.root;
    let is_recorded = |bytes: &Vec<u8>| {
        let found = super::StoredFile::new(bytes.clone());
        found.sha256() == manifest.lockfile_sha256
    };
    let here = std::fs::read(root.join(LOCKFILE)).ok().filter(is_recorded);
    here.map_or_else(
        || {
            let commit = &manifest.commit;
            let then = git::file_at(root, commit, LOCKFILE);
            let then = then.map_err(|failure| failure.evidence.join("; "))?;
            let other = || format!("{LOCKFILE} in commit {commit} is not the recorded one");
            Some(then).filter(is_recorded).ok_or_else(other)
        },
        Ok,
    )
}

/// The envelope of each statement holds it, and a threshold of the trusted policy's keys signed it.
pub fn envelopes(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut seen = Vec::new();
    for kind in ArtefactKind::ALL {
        let Some(name) = kind.envelope_name() else {
            continue;
        };
        let (Some(statement), false) = (
            evidence.bytes(kind.file_name()),
            evidence.unread.contains_key(name),
        ) else {
            continue;
        };
        match envelope(evidence, name, kind, statement) {
            Ok(signers) => seen.push(format!("{} by {signers}", kind.file_name())),
            Err(found) => problems.extend(found),
        }
    }
    let seen = match seen.is_empty() {
        true => "none is right".to_owned(),
        false => seen.join(", "),
    };
    (seen, problems)
}

fn envelope(
    evidence: &Evidence<'_>,
    name: &str,
    kind: ArtefactKind,
    statement: &[u8],
) -> Result<String, Vec<Problem>> {
    let wrong = |field: String, why: String| Problem::new(&ENVELOPE_WRONG, name, field, why);
    let threshold = usize::try_from(evidence.keys.threshold.value).unwrap_or(usize::MAX);
    let envelope = match evidence.bytes(name) {
        Some(bytes) => Envelope::from_bytes(bytes),
        // As for a release that nobody signed.
        None => Ok(Envelope::new(statement.to_vec())),
    };
    let envelope = envelope.map_err(|why| vec![wrong("content".to_owned(), why)])?;
    let of_problem = |problem: &EnvelopeProblem| wrong(problem.field(), problem.to_string());
    let verified = envelope.verify(&release_keys(evidence.keys), threshold);
    let mut problems: Vec<_> = (verified.as_ref().err().into_iter().flatten())
        .map(of_problem)
        .collect();
    if envelope.unverified_payload() != statement {
        let message = format!("it is not {}", kind.file_name());
        problems.push(wrong("payload".to_owned(), message));
    }
    let signers = verified.map(|payload| {
        let ids = payload.signers().iter().map(|key| key.key_id.to_string());
        ids.collect::<Vec<_>>().join(", ")
    });
    match (signers, problems.is_empty()) {
        (Ok(signers), true) => Ok(signers),
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests;
