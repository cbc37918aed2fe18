//! Events that would retire nothing: what they name in words alone is no certificate and no key.

use std::collections::BTreeMap;

use super::{Calendar, CertificateFact, Named};
use crate::finding::{Finding, Subject};
use crate::hierarchy::attribute;
use crate::rules::certificates::CALENDAR_BAD_VALUE;

/// Most names that a finding lists.
const MOST_NEAR: usize = 3;

impl Calendar {
    /// A finding for each certificate or key that an event retires by its name alone, with the names that are near: an
    /// event that retires nothing looks like a CA that goes on.
    pub(super) fn retire_nothing(&self) -> Vec<Finding> {
        let retires = self.events.iter().flat_map(|event| &event.retires);
        let is_unclear = |named: &&Named| named.is_exact() == named.unrecorded;
        let mut unclear = retires.filter(is_unclear).peekable();
        if unclear.peek().is_none() {
            return Vec::new();
        }
        let known = self.known_names();
        unclear.map(|named| finding(named, &known)).collect()
    }

    /// The names of certificates, keys and roots that are nearest to `name`, each with what says exactly which it is.
    pub(crate) fn names_like(&self, name: &str) -> String {
        in_one_line(&near(name, &self.known_names()))
    }

    /// Each name that a certificate, a key or a root of this calendar has, with what says exactly which it is.
    fn known_names(&self) -> BTreeMap<String, String> {
        let certificates = self.certificates.iter().map(|fact| {
            let exactly = if fact.self_issued() {
                key(fact)
            } else {
                format!("sha256 = \"{}\"", hex::encode(fact.sha256))
            };
            (in_words(fact), exactly)
        });
        let keys = self.certificates.iter();
        let keys = keys.map(|fact| (common_name(&fact.subject).to_owned(), key(fact)));
        let roots = self.roots.iter().map(|fact| {
            let exactly = format!("sha256 = \"{}\"", hex::encode(fact.sha256));
            (fact.name.clone(), exactly)
        });
        // Of two with one name, the key is the better answer: it is in whichever certificate.
        roots.chain(certificates).chain(keys).collect()
    }
}

impl Named {
    /// Whether it says which certificate or key it is.
    fn is_exact(&self) -> bool {
        self.sha256.is_some() || self.spki_sha256.is_some()
    }
}

fn finding(named: &Named, known: &BTreeMap<String, String>) -> Finding {
    let name = &named.name;
    let (label, message) = if named.unrecorded {
        let message = format!("`retires` names {name} exactly, and says that it is not recorded");
        ("which of them?", message)
    } else {
        let message = format!(
            "`retires` names {name} without `sha256` or `spki-sha256`: this event would retire nothing"
        );
        ("which one?", message)
    };
    let finding = Finding::new(&CALENDAR_BAD_VALUE, named.at.clone(), label, message)
        .about(Subject::item(name));
    finding.evidence("known", in_one_line(&near(name, known)))
    .help("say which it is; `unrecorded = true` where its certificate is not known: it is then for the reader alone")
}

/// The names that are nearest, best first.
fn near<'k>(name: &str, known: &'k BTreeMap<String, String>) -> Vec<(&'k str, &'k str)> {
    let wanted = name.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&wanted, &known.to_lowercase());
    let mut near: Vec<_> = known
        .iter()
        .map(|(known, exactly)| (distance(known), known.as_str(), exactly.as_str()))
        .collect();
    near.sort_unstable();
    let near = near.into_iter().take(MOST_NEAR);
    near.map(|(_, known, exactly)| (known, exactly)).collect()
}

fn in_one_line(near: &[(&str, &str)]) -> String {
    let near = near.iter();
    let near: Vec<_> = near
        .map(|(known, exactly)| format!("{known}: {exactly}"))
        .collect();
    near.join("; ")
}

fn key(fact: &CertificateFact) -> String {
    format!("spki-sha256 = \"{}\"", hex::encode(fact.spki_sha256))
}

/// `ISRG Root X2 signed by ISRG Root X1`; a self-signed one by its name.
fn in_words(fact: &CertificateFact) -> String {
    let subject = common_name(&fact.subject);
    if fact.self_issued() {
        return subject.to_owned();
    }
    format!("{subject} signed by {}", common_name(&fact.issuer))
}

fn common_name(name: &str) -> &str {
    attribute(name, "CN").unwrap_or(name)
}
