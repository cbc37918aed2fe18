//! The words and limits that values have, for the reference.

use super::{endpoints, keys, outputs, product};

pub(in crate::policy) use super::values::{
    MAX_DAYS, MAX_KEYS, MAX_PATHS, MAX_SEQUENCE, MAX_YEARS, SCHEMA,
};

/// `chip` of `[product]`.
pub(in crate::policy) fn chips() -> Vec<&'static str> {
    words(&product::CHIPS)
}

/// `verifier` of `[product]`.
pub(in crate::policy) fn verifiers() -> Vec<&'static str> {
    words(&product::VERIFIERS)
}

/// `programme-end` of `[validity]`.
pub(in crate::policy) fn programme_ends() -> Vec<&'static str> {
    words(product::PROGRAMME_ENDS)
}

/// `key-type` of `[[endpoint]]`.
pub(in crate::policy) fn key_types() -> Vec<&'static str> {
    words(endpoints::KEY_TYPES)
}

/// `after-expiry` of `[[pin-fallback]]`.
pub(in crate::policy) fn after_expiry() -> Vec<&'static str> {
    words(endpoints::AFTER_EXPIRY)
}

/// `format` of `[[output]]`.
pub(in crate::policy) fn formats() -> Vec<&'static str> {
    words(&outputs::FORMATS)
}

/// `role` of a key of `[signing]`.
pub(in crate::policy) fn signing_roles() -> Vec<&'static str> {
    words(keys::SIGNING_ROLES)
}

/// `role` of a key of `[rescue]`.
pub(in crate::policy) fn rescue_roles() -> Vec<&'static str> {
    words(keys::RESCUE_ROLES)
}

fn words<T>(known: &[(&'static str, T)]) -> Vec<&'static str> {
    known.iter().map(|(word, _)| *word).collect()
}
