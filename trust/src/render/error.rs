//! Why a store cannot be rendered.

use device::store::WriteError;

use crate::date::Date;

/// Why a store cannot be rendered in a format.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The binary form cannot be written, or the device's reader refuses it.
    #[error("the binary form of the store cannot be written: {}", with_source(.0))]
    Binary(WriteError),
    /// A day that the binary form cannot say.
    #[error("{anchor} has the date {date}, and the store's days begin in the year 1")]
    Day {
        /// Name of the anchor or host of the pin.
        anchor: String,
        /// The day.
        date: Date,
    },
    /// A name or key is longer than a bundle can say.
    #[error("the {what} of {anchor} has {length} bytes, a bundle entry has room for {maximum}")]
    EntryTooLong {
        /// Name of the anchor.
        anchor: String,
        /// `subject` or `key`.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The most that its length field can say.
        maximum: usize,
    },
    /// Two anchors have one subject; a bundle tries only one of them.
    #[error("{first} and {second} have the same subject, and a bundle tries only one of the two")]
    NameCollision {
        /// Name of the one.
        first: String,
        /// Name of the other.
        second: String,
    },
    /// DER of an anchor that should be a SEQUENCE is not; certificates of the pool never are so.
    #[error("the {what} of {anchor} is not a DER SEQUENCE")]
    NotASequence {
        /// Name of the anchor.
        anchor: String,
        /// Which part.
        what: &'static str,
    },
    /// More anchors than ESP-IDF loads from a bundle.
    #[error("the store has {anchors} anchors, and ESP-IDF refuses a bundle of more than {maximum}")]
    TooManyAnchors {
        /// Anchors of the store.
        anchors: usize,
        /// The most.
        maximum: usize,
    },
    /// A template does not fit its values: a bug of this crate.
    #[error("a template of the renderer does not fit: {0}")]
    Template(#[from] minijinja::Error),
    /// The JSON form cannot be written: a bug of this crate.
    #[error("the JSON form cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

fn with_source(error: &WriteError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
