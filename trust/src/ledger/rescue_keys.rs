//! `[rescue]` of a release: whose rescue stores its devices take.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use toml::de::DeValue;

use super::write::{line, list};
use crate::fields::Fields;
use crate::policy::{KeySet, PublicKey};

/// The rescue keys of a release: those of the policy that it was built by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleaseRescueKeys {
    /// How many different keys must sign; at least 1, at most their number.
    pub threshold: u8,
    /// The keys; no two have one identifier.
    pub keys: Vec<PublicKey>,
}

impl ReleaseRescueKeys {
    /// Those of a policy.
    pub fn of(keys: &KeySet) -> Self {
        let key = |key: &crate::policy::SigningKey| PublicKey {
            key_id: key.key_id,
            ed25519: key.ed25519,
        };
        Self {
            // The reader lets a policy have at most 255 keys, and no threshold above their number.
            threshold: u8::try_from(keys.threshold.value).unwrap_or(u8::MAX),
            keys: keys.keys.iter().map(key).collect(),
        }
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let threshold: Option<u8> = fields.number("threshold", THRESHOLD, 1);
        let keys = fields.required("keys", KEYS, keys)?;
        let threshold = threshold?;
        if usize::from(threshold) > keys.len() {
            let message = format!(
                "`threshold` in [rescue] is {threshold} of {} keys",
                keys.len()
            );
            let span = fields.span_of("threshold");
            fields.bad(span, "more than there are keys", message, THRESHOLD);
            return None;
        }
        Some(Self { threshold, keys })
    }

    pub(super) fn write(&self, text: &mut String) {
        text.push_str("\n[rescue]\n");
        line(text, "threshold", &self.threshold.to_string());
        let keys: Vec<_> = self.keys.iter().map(PublicKey::to_text).collect();
        // There is always one.
        let _ = writeln!(text, "keys = {}", list(&keys).unwrap_or_default());
    }
}

const THRESHOLD: &str = "a number from 1 to the number of keys";
const KEYS: &str = "a list of minisign public keys (`RW…`), each once";

fn keys(value: &DeValue<'_>) -> Option<Vec<PublicKey>> {
    let texts = value.as_array()?.iter();
    let keys = texts.map(|text| PublicKey::from_text(text.get_ref().as_str()?).ok());
    let keys = keys.collect::<Option<Vec<_>>>()?;
    let different: BTreeSet<_> = keys.iter().map(|key| key.key_id).collect();
    (different.len() == keys.len() && !keys.is_empty()).then_some(keys)
}
