//! Who signed the release.

use trust::rules::verification::SIGNATURE_WRONG;
use trust::words::counted;

use super::Evidence;
use super::problem::Problem;
use crate::release::manifest::FILE_NAME;
use crate::signing::release_directory::is_signature_name;
use crate::signing::verify::{SignatureProblem, signatures};

/// A threshold of the trusted policy's keys signed `release.json`, and every signature file is right to the byte.
pub fn check(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let Some(signed) = evidence.bytes(FILE_NAME) else {
        return ("nothing is signed".to_owned(), Vec::new());
    };
    let named = evidence
        .files
        .iter()
        .filter(|(name, _)| is_signature_name(name));
    let files: Vec<(&str, &[u8])> = named
        .map(|(name, bytes)| (name.as_str(), bytes.bytes()))
        .collect();
    match signatures(signed, &files, evidence.keys) {
        Ok(verified) => {
            let by = |valid: &crate::signing::verify::ValidSignature| {
                format!("{} ({})", valid.key_id, valid.role.word())
            };
            let keys = verified
                .signatures()
                .iter()
                .map(by)
                .collect::<Vec<_>>()
                .join(", ");
            (
                format!("{} needed, signed by {keys}", evidence.keys.threshold.value),
                Vec::new(),
            )
        }
        Err(problems) => (
            counted(files.len(), "file"),
            problems.iter().map(problem).collect(),
        ),
    }
}

fn problem(found: &SignatureProblem) -> Problem {
    let field = found
        .field()
        .map_or_else(|| "threshold".to_owned(), |field| field.to_string());
    let artefact = found.file().unwrap_or(FILE_NAME);
    let said = found.to_string();
    // The place is said once, by the problem.
    let message = said.strip_prefix(&format!("{artefact}: {field}: "));
    let message = message.unwrap_or(&said).to_owned();
    Problem::new(&SIGNATURE_WRONG, artefact, field, message)
}
