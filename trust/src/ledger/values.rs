//! The forms of the ledger's values, each with the words that a finding uses for it.

use toml::de::DeValue;

use crate::calendar::KeyType;
use crate::channel::Channel;
use crate::policy::{AfterExpiry, VerifierModel, is_url};

pub(super) const AFTER: &str = "\"roots-only\"";
pub(super) const CHANNEL: &str = "development or production";
pub(super) const COMMIT: &str = "a commit: 40 hexadecimal digits in lower case";
pub(super) const DAYS: &str = "a number of days";
pub(super) const KEY_TYPE: &str = "ecdsa or rsa";
pub(super) const URL: &str = "an https URL with a lower-case host";
pub(super) const VERSION: &str = "a version: letters, digits and `.+-_`, no dot at its start";

/// The value that a word stands for.
fn word<T: Copy>(value: &DeValue<'_>, words: &[(&str, T)]) -> Option<T> {
    let text = value.as_str()?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value)
}

/// The integer 1.
pub(super) fn is_one(value: &DeValue<'_>) -> Option<()> {
    let integer = value.as_integer()?;
    (integer.as_str() == "1" && integer.radix() == 10).then_some(())
}

/// A version can be the name of a file, whatever the file system.
pub(super) fn version(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str().filter(|text| is_version(text));
    text.map(str::to_owned)
}

pub(super) fn is_version(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte);
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(plain)
}

pub(super) fn commit(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == 40 && text.bytes().all(digit)).then(|| text.to_owned())
}

pub(super) fn channel(value: &DeValue<'_>) -> Option<Channel> {
    let channels = Channel::ALL;
    word(value, &channels.map(|channel| (channel.word(), channel)))
}

pub(super) fn verifier(value: &DeValue<'_>) -> Option<VerifierModel> {
    word(
        value,
        &VerifierModel::ALL.map(|model| (model.word(), model)),
    )
}

/// `one of bearssl, …`
pub(super) fn verifiers() -> String {
    format!(
        "one of {}",
        VerifierModel::ALL.map(VerifierModel::word).join(", ")
    )
}

pub(super) fn after_expiry(value: &DeValue<'_>) -> Option<AfterExpiry> {
    word(value, &[("roots-only", AfterExpiry::RootsOnly)])
}

pub(super) fn key_type(value: &DeValue<'_>) -> Option<KeyType> {
    word(
        value,
        &KeyType::ALL.map(|key_type| (key_type.word(), key_type)),
    )
}

pub(super) fn url(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    is_url(text).then(|| text.to_owned())
}
