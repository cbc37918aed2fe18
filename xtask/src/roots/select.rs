//! Finds the certificate that a person means. Never guesses: several candidates are a refusal that lists them.

use trust::anchors::Certificate;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The fewest digits of a fingerprint that select by themselves: 32 bits.
const SHORTEST_FINGERPRINT: usize = 8;

/// How many names a refusal suggests.
const SUGGESTIONS: usize = 5;

/// The only one of `certificates` with this name (upper and lower case are one) or fingerprint (the first
/// digits are enough, colons do not count).
///
/// # Errors
/// None or several: the failure lists candidates with their fingerprints. `place` is where was looked: "the pool".
pub(super) fn one<'a>(
    certificates: &[&'a Certificate],
    which: &str,
    place: &str,
) -> Result<&'a Certificate> {
    let found = matching(certificates, which);
    match found[..] {
        [only] => Ok(only),
        [] => Err(nothing(certificates, which, place)),
        _ => Err(several(&found, which, place)),
    }
}

fn matching<'a>(certificates: &[&'a Certificate], which: &str) -> Vec<&'a Certificate> {
    let named = |c: &&&Certificate| c.name.to_lowercase() == which.trim().to_lowercase();
    let by_name: Vec<_> = certificates.iter().filter(named).copied().collect();
    let Some(digits) = fingerprint(which).filter(|_| by_name.is_empty()) else {
        return by_name;
    };
    let has = |c: &&&Certificate| hex::encode(c.fingerprint).starts_with(&digits);
    certificates.iter().filter(has).copied().collect()
}

/// The digits of a fingerprint or of its beginning: `96:BC:EC:06` becomes `96bcec06`.
fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| *c != ':').collect();
    let fits = (SHORTEST_FINGERPRINT..=64).contains(&digits.len());
    (fits && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| digits.to_ascii_lowercase())
}

fn several(found: &[&Certificate], which: &str, place: &str) -> Failure {
    let failure = Failure::new(
        Exit::Unreadable,
        format!("`{which}` fits {} certificates of {place}", found.len()),
    );
    let listed = found
        .iter()
        .fold(failure, |failure, c| failure.evidence(line(c)));
    listed.help("give the fingerprint of the one you mean; its first 8 digits are enough")
}

fn nothing(certificates: &[&Certificate], which: &str, place: &str) -> Failure {
    let failure = Failure::new(Exit::Unreadable, format!("`{which}` is not in {place}"));
    let near = near(certificates, which);
    if near.is_empty() {
        return failure
            .help("`cargo xtask roots list` shows the pool; `roots add --file` reads a PEM file");
    }
    let listed = near
        .iter()
        .fold(failure, |failure, c| failure.evidence(line(c)));
    listed.help("did you mean one of these?")
}

/// Names that contain the words, or else are spelt much alike; best first.
fn near<'a>(certificates: &[&'a Certificate], which: &str) -> Vec<&'a Certificate> {
    let wanted = which.to_lowercase();
    let likeness = |c: &&'a Certificate| {
        let name = c.name.to_lowercase();
        let contains = if name.contains(&wanted) { 1.0 } else { 0.0 };
        (contains + strsim::jaro_winkler(&name, &wanted), *c)
    };
    let mut scored: Vec<_> = certificates
        .iter()
        .map(likeness)
        .filter(|(s, _)| *s > 0.8)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    scored
        .into_iter()
        .take(SUGGESTIONS)
        .map(|(_, c)| c)
        .collect()
}

fn line(certificate: &Certificate) -> String {
    format!(
        "{}  {} until {}",
        hex::encode(certificate.fingerprint),
        certificate.name,
        certificate.not_after
    )
}
