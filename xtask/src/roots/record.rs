//! What is said about one anchor, for people and for programs.

use serde::Serialize;
use trust::anchors::Certificate;
use trust::calendar::End;
use trust::date::Date;

use super::pool::Pool;

/// One anchor. The JSON form is an interface: names stay, additions come with a new name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) owner: Option<String>,
    pub(super) sha256: String,
    pub(super) spki_sha256: String,
    pub(super) key: String,
    pub(super) not_before: Date,
    pub(super) not_after: Date,
    /// The earliest of `ends`.
    pub(super) effective_end: Option<End>,
    /// Every end that is known, earliest first.
    pub(super) ends: Vec<End>,
    /// Where the policy requires it: `policy.toml:17`.
    pub(super) required_at: Option<String>,
    /// Why the policy requires it.
    pub(super) reason: Option<String>,
    /// The file of the pool; `None` when it is not in the pool.
    pub(super) file: Option<String>,
}

impl Record {
    /// What the pool, the calendar and the policy say about `certificate`.
    pub(super) fn new(pool: &Pool, certificate: &Certificate) -> Self {
        let required = pool.required(certificate);
        let ends = pool.calendar.ends(certificate, required);
        let in_pool = pool.inventory.find(&certificate.fingerprint);
        Self {
            name: certificate.name.clone(),
            owner: pool.calendar.owner(certificate),
            sha256: hex::encode(certificate.fingerprint),
            spki_sha256: hex::encode(certificate.spki_sha256),
            key: certificate.key.to_string(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            effective_end: ends.first().cloned(),
            ends,
            required_at: required
                .map(|root| format!("{}:{}", root.at.file.name, root.name.at.start().0)),
            reason: required.map(|root| root.reason.value.clone()),
            file: in_pool.map(|found| found.at.file.name.clone()),
        }
    }
}

/// The word for a value that serialises as one: `not-after`, `announced`.
pub(super) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
