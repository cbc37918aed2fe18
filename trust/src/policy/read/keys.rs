//! `[signing]` and `[rescue]`: thresholds and public keys.

use toml::de::DeValue;

use super::problem::{Problem, Read};
use super::table::{Context, Entry, Shape, Table};
use super::unique;
use super::values::{self, Outcome};
use crate::finding::{Finding, Subject};
use crate::policy::model::{KeyRole, KeySet, Located, SigningKey};
use crate::policy::public_key::PublicKey;
use crate::policy::schema;
use crate::rules::policy as rules;

/// What keys of `[signing]` are for.
pub(super) const SIGNING_ROLES: &[(&str, KeyRole)] = &[
    ("development", KeyRole::Development),
    ("release", KeyRole::Release),
];
/// What keys of `[rescue]` are for.
pub(super) const RESCUE_ROLES: &[(&str, KeyRole)] = &[
    ("development", KeyRole::Development),
    ("rescue", KeyRole::Rescue),
];

/// `[signing]`
pub(super) fn signing(table: &Table<'_>) -> Option<KeySet> {
    key_set(table, "signing", |value| values::word(value, SIGNING_ROLES))
}

/// `[rescue]`
pub(super) fn rescue(table: &Table<'_>) -> Option<KeySet> {
    key_set(table, "rescue", |value| values::word(value, RESCUE_ROLES))
}

/// Reports each key that is in both sets: who steals a release key must not be able to rescue.
pub(super) fn report_shared(context: &Context<'_>, signing: &KeySet, rescue: &KeySet) {
    for key in &rescue.keys {
        let same = signing
            .keys
            .iter()
            .find(|other| other.ed25519 == key.ed25519);
        if let Some(same) = same {
            let id = shown_id(&key.key_id);
            let finding = Finding::new(
                &rules::DUPLICATE,
                key.public.at.clone(),
                "and rescues here",
                format!("the key {id} signs releases and rescues"),
            )
            .and_label(same.public.at.clone(), "signs releases here")
            .help("make a key of its own for [rescue]: cargo xtask keys new")
            .about(Subject::item(format!("the key {id}")));
            context.report(finding);
        }
    }
}

fn key_set(table: &Table<'_>, section: &str, role: Read<KeyRole>) -> Option<KeySet> {
    let threshold = table.required("threshold", values::threshold);
    if table.entry("keys").is_none() {
        table.report_missing("keys");
        return None;
    }
    let entries = table.elements("keys")?;
    let threshold = reachable(table, threshold, entries.len());
    let read: Vec<_> = entries
        .into_iter()
        .map(|entry| signing_key(table.context(), entry, section, role))
        .collect();
    let keys: Vec<_> = read.iter().flatten().cloned().collect();
    report_repeated(table.context(), &keys);
    let complete = keys.len() == read.len();
    Some(KeySet {
        threshold: threshold?,
        keys: Some(keys).filter(|_| complete)?,
        at: table.at().clone(),
    })
}

/// The threshold, if as many keys are there; else `None`, which is reported.
fn reachable(
    table: &Table<'_>,
    threshold: Option<Located<u32>>,
    keys: usize,
) -> Option<Located<u32>> {
    let threshold = threshold?;
    if usize::try_from(threshold.value).is_ok_and(|needed| needed <= keys) {
        return Some(threshold);
    }
    let problem = Problem::invalid(
        format!("asks for {} signatures of {keys} keys", threshold.value),
        "more than there are keys",
    )
    .help("add keys, or lower the threshold to their number")
    .evidence("keys", keys.to_string());
    table.report("threshold", threshold.at, problem);
    None
}

fn signing_key(
    context: &Context<'_>,
    entry: Entry<'_>,
    section: &str,
    role: Read<KeyRole>,
) -> Option<SigningKey> {
    let shape = Shape {
        name: format!("{section}.keys"),
        title: format!("a key of [{section}]"),
        example: "each key as { public = \"RW…\", role = \"…\" }".to_owned(),
        keys: schema::SIGNING_KEY_KEYS,
    };
    let table = Table::open(context, entry, &shape)?;
    let public = table.required("public", public_key);
    let role = table.required("role", role);
    let (public, role) = (public?, role?);
    Some(SigningKey {
        key_id: public.value.key.key_id,
        ed25519: public.value.key.ed25519,
        public: Located {
            value: public.value.text,
            at: public.at,
        },
        role,
    })
}

/// A public key in minisign's form, and as it is written.
pub(super) struct WrittenKey {
    pub(super) text: String,
    pub(super) key: PublicKey,
}

/// The second line of a minisign public key file.
pub(super) fn public_key(value: &DeValue<'_>) -> Outcome<WrittenKey> {
    let text = values::string(value)?;
    let key = PublicKey::from_text(text).map_err(not_a_key)?;
    Ok(WrittenKey {
        text: text.to_owned(),
        key,
    })
}

fn not_a_key(defect: String) -> Problem {
    Problem::invalid("is not a minisign public key", defect).help(
        "copy the line that begins with RW from the .pub file, or from `cargo xtask keys public`",
    )
}

/// Two entries for one key, or for one key id, would count one signature twice.
fn report_repeated(context: &Context<'_>, keys: &[SigningKey]) {
    let ids: Vec<_> = keys
        .iter()
        .map(|key| Located {
            value: key.key_id,
            at: key.public.at.clone(),
        })
        .collect();
    let next_step = "delete one of the two: each key signs once";
    unique::report_repeated(context, &ids, "the key", shown_id, next_step);
}

/// The number that minisign prints.
pub(super) fn shown_id(key_id: &[u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(*key_id))
}
