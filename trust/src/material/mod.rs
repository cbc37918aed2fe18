//! Trust material in any file: text, a bundle, an image for an ESP chip. What is there, and where.
//!
//! | module | finds |
//! | --- | --- |
//! | [`pem`] | PEM, in text, in C strings, and embedded in binaries |
//! | [`array`] | arrays of C, as `xxd -i` writes them, and what is in them |
//! | [`comments`] | what of C source is commented out |
//! | [`bundle`] | certificate bundles of ESP-IDF, which have no magic, by their structure |
//! | [`der`] | DER certificates |
//! | [`stored`] | stores of this project, by their magic |
//!
//! Nothing is believed of the file but its bytes: no input makes it fail, and what looks like material and cannot be read is
//! [`Damage`].

mod array;
mod bundle;
mod comments;
mod der;
mod pem;
mod search;
mod stored;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use crate::anchors::{Certificate, NameAndKey};
use crate::date::Date;
use crate::policy::Sha256;
use crate::source::{Location, SourceFile};

/// What was found in one file.
#[derive(Clone, Debug)]
pub struct Material {
    /// The file: with its text where it is text, else with none.
    pub file: Arc<SourceFile>,
    /// Whether it is text.
    pub is_text: bool,
    /// Anchors by place.
    pub found: Vec<Found>,
    /// What could not be read, by place.
    pub damages: Vec<Damage>,
    /// Anchors in comments of C source, and between `#if 0` and `#endif`, by place: no device has them.
    pub commented_out: Vec<Found>,
}

/// One anchor.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where.
    pub place: Place,
    /// In which form.
    pub form: Form,
    /// Offset of the bundle or store that it is in: what is searched as one. `None` for certificates, which have no bounds.
    pub within: Option<usize>,
    /// What there is of it.
    pub anchor: Anchor,
}

/// What there is of an anchor.
#[derive(Clone, Debug)]
pub enum Anchor {
    /// The whole certificate.
    Certificate(Arc<Certificate>),
    /// What a bundle has.
    NameAndKey(Box<NameAndKey>),
    /// What a store of this project has.
    Stored(Box<StoredAnchor>),
}

/// An anchor of a store.
#[derive(Clone, Debug)]
pub struct StoredAnchor {
    /// Its name and key.
    pub entry: NameAndKey,
    /// The name that the policy gave it.
    pub name: String,
    /// SHA-256 of the certificate.
    pub sha256: Sha256,
    /// First day.
    pub not_before: Date,
    /// Last day.
    pub not_after: Date,
    /// The end that it was rendered with.
    pub effective_end: Date,
}

/// How an anchor is written.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Bundle of ESP-IDF up to 5.3.
    BundleV1,
    /// Bundle of ESP-IDF from 5.4 on.
    BundleV2,
    /// PEM in lines of C strings.
    CString,
    /// A DER certificate.
    Der,
    /// PEM.
    Pem,
    /// The binary store of this project.
    Store,
}

impl Anchor {
    /// Its name: of a store's anchor that of the policy.
    pub fn name(&self) -> &str {
        match self {
            Self::Certificate(certificate) => &certificate.name,
            Self::NameAndKey(entry) => &entry.name,
            Self::Stored(stored) => &stored.name,
        }
    }
}

impl Form {
    /// As a person says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BundleV1 => "ESP-IDF bundle v1",
            Self::BundleV2 => "ESP-IDF bundle v2",
            Self::CString => "PEM in C strings",
            Self::Der => "DER",
            Self::Pem => "PEM",
            Self::Store => "Perennial trust store",
        }
    }

    /// Whether it is a bundle.
    pub const fn is_bundle(self) -> bool {
        matches!(self, Self::BundleV1 | Self::BundleV2)
    }
}

/// A range of bytes of the file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// In a text: of its text. In a C array: of the array's braces.
    pub bytes: Range<usize>,
    /// Whether it is the content of a C array.
    pub in_array: bool,
}

/// Something that is there and cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Damage {
    /// Where.
    pub place: Place,
    /// Of which kind.
    pub kind: DamageKind,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
}

/// Kinds of [`Damage`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum DamageKind {
    /// Bytes are missing, or are not what the structure says.
    Broken,
    /// A block that is whole, and that devices do not read.
    NotRead,
}

impl Material {
    /// Everything in `bytes`, a file that is called `name`.
    pub fn find(name: &str, bytes: &[u8]) -> Self {
        Self::find_in(name, bytes, std::slice::from_ref(&(0..bytes.len())))
    }

    /// Everything in these ranges of `bytes`, in order: the sections of a program that are in the device's memory. Of a
    /// text everything is read.
    pub fn find_in(name: &str, bytes: &[u8], ranges: &[Range<usize>]) -> Self {
        let is_text = search::is_text(bytes);
        let mut finds = search::Finds::default();
        let file = if is_text {
            let file = SourceFile::from_bytes(name, bytes);
            search::text(&file, &mut finds);
            file
        } else {
            let file = SourceFile::new(name, "");
            for range in ranges {
                let part = bytes.get(range.clone()).unwrap_or_default();
                search::binary(part, &file, &search::At::Offset(range.start), &mut finds);
            }
            file
        };
        let search::Finds {
            mut found,
            mut damages,
            mut commented_out,
        } = finds;
        found.sort_by_key(|found| found.place.bytes.start);
        commented_out.sort_by_key(|found| found.place.bytes.start);
        damages.sort_by_key(|damage| damage.place.bytes.start);
        Self {
            file,
            is_text,
            found,
            damages,
            commented_out,
        }
    }

    /// A place as findings have it.
    pub fn location(&self, place: &Place) -> Location {
        if self.is_text {
            Location::new(&self.file, place.bytes.clone())
        } else {
            Location::whole(&self.file)
        }
    }

    /// `line 12` of a text, else `0x1a2b0`.
    pub fn where_in_words(&self, place: &Place) -> String {
        if self.is_text {
            format!("line {}", self.file.line(place.bytes.start))
        } else {
            format!("0x{:x}", place.bytes.start)
        }
    }
}
