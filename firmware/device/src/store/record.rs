//! What a store holds, borrowed from its bytes.

use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::day::Day;
use crate::der;
use crate::store::error::StoreError;
use crate::store::field::{Part, Record};
use crate::store::layout::{self, KEY_ID_LENGTH, PUBLIC_KEY_LENGTH};
use crate::store::reader::{Reader, Trace};
use crate::store::sections::Section;
use crate::url::HttpsUrl;

/// A trust anchor. Only a store that was read makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Anchor<'a> {
    /// The name, for people.
    pub name: &'a str,
    /// SHA-256 of the DER certificate.
    pub fingerprint: &'a [u8; 32],
    /// The first day of the certificate's validity.
    pub not_before: Day,
    /// The last day of the certificate's validity, inclusive.
    pub not_after: Day,
    /// The last day on which the proof counts on this anchor; never after `not_after`.
    pub effective_end: Day,
    /// The DER Name, with its outer SEQUENCE.
    pub subject: &'a [u8],
    /// The DER SubjectPublicKeyInfo, with its outer SEQUENCE.
    pub spki: &'a [u8],
}

/// A pin: a key that a host is trusted with when no anchor serves. RFC 7469 calls it an SPKI pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pin<'a> {
    /// The host it holds for, and no other.
    pub host: &'a str,
    /// SHA-256 of the DER SubjectPublicKeyInfo.
    pub spki_sha256: &'a [u8; 32],
    /// The last day on which it holds, inclusive.
    pub expires: Day,
    /// What holds from the next day on.
    pub after_expiry: AfterExpiry,
}

/// What becomes of a host whose pin has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AfterExpiry {
    /// It is not trusted any more, by anchors neither.
    Refuse,
    /// The anchors alone decide.
    RootsOnly,
}

/// An update server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint<'a> {
    /// The name, for people. No two endpoints have one.
    pub name: &'a str,
    /// Where to fetch from.
    pub url: HttpsUrl<'a>,
    /// Number of redirect targets and their bytes, which were checked.
    redirects: (u8, &'a [u8]),
}

/// A set of keys of which `threshold` must sign.
#[derive(Clone, Debug)]
pub struct KeySet<'a> {
    /// How many different keys must have signed: at least 1, also when there are no keys.
    pub threshold: u8,
    /// The keys.
    keys: Section<'a, KeyKind>,
}

/// A public key that signs updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Key<'a> {
    /// The identifier that minisign gave it.
    pub id: &'a [u8; KEY_ID_LENGTH],
    /// The ed25519 public key, RFC 8032.
    pub public: &'a [u8; PUBLIC_KEY_LENGTH],
}

/// Which dates the device checks when it verifies a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DatesChecked {
    /// Those of the server's certificate.
    pub leaf: bool,
    /// Those of the certificates between it and the anchor.
    pub intermediates: bool,
    /// Those of the anchor.
    pub anchor: bool,
}

impl<'a> Endpoint<'a> {
    /// The URLs that it may redirect to, ascending.
    pub fn redirects(&self) -> impl Iterator<Item = HttpsUrl<'a>> + Clone + use<'a> {
        let (count, bytes) = self.redirects;
        let mut reader = Reader::new(bytes, ());
        (0..count).map_while(move |index| redirect(&mut reader, index).ok())
    }
}

impl<'a> KeySet<'a> {
    pub(super) const fn new(threshold: u8, keys: Section<'a, KeyKind>) -> Self {
        Self { threshold, keys }
    }

    /// The keys, by identifier.
    pub fn keys(&self) -> impl Iterator<Item = Key<'a>> + Clone + use<'a> {
        self.keys.clone()
    }

    /// What tells this set from every other: SHA-256 of the threshold (1 byte), then of each key, by identifier, its
    /// identifier and the key.
    pub fn sha256(&self) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix([self.threshold]);
        for key in self.keys() {
            hash.update(key.id);
            hash.update(key.public);
        }
        hash.finalize().into()
    }

    /// Whether signatures of `distinct_keys` different keys of this set are enough. Never with none.
    pub const fn is_met_by(&self, distinct_keys: usize) -> bool {
        distinct_keys != 0 && distinct_keys >= self.threshold as usize
    }
}

impl DatesChecked {
    /// Leaf, intermediates and anchor.
    pub const ALL: Self = Self {
        leaf: true,
        intermediates: true,
        anchor: true,
    };

    #[cfg(feature = "write")]
    pub(super) fn bits(self) -> u8 {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        bit(self.leaf, layout::DATES_LEAF)
            | bit(self.intermediates, layout::DATES_INTERMEDIATES)
            | bit(self.anchor, layout::DATES_ANCHOR)
    }

    pub(super) const fn from_bits(bits: u8) -> Self {
        Self {
            leaf: bits & layout::DATES_LEAF != 0,
            intermediates: bits & layout::DATES_INTERMEDIATES != 0,
            anchor: bits & layout::DATES_ANCHOR != 0,
        }
    }
}

pub(super) fn anchor<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    index: u8,
) -> Result<Anchor<'a>, StoreError> {
    let record = Record::Anchor(index);
    reader.begin(record, layout::TYPE_ANCHOR)?;
    let name = reader.text(Part::NameLength, Part::Name, layout::MAX_ANCHOR_NAME)?;
    let fingerprint = reader.array(Part::Fingerprint)?;
    let offset = reader.offset();
    let not_before = reader.day(Part::NotBefore)?;
    let not_after = reader.day(Part::NotAfter)?;
    let effective_end = reader.day(Part::EffectiveEnd)?;
    if not_before > effective_end || effective_end > not_after {
        return Err(StoreError::DayOrder {
            offset,
            record,
            not_before,
            effective_end,
            not_after,
        });
    }
    Ok(Anchor {
        name,
        fingerprint,
        not_before,
        not_after,
        effective_end,
        subject: reader.sequence(Part::Subject, der::check_name)?,
        spki: reader.sequence(Part::Spki, der::check_spki)?,
    })
}

pub(super) fn pin<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    index: u8,
) -> Result<Pin<'a>, StoreError> {
    reader.begin(Record::Pin(index), layout::TYPE_PIN)?;
    let host = reader.host()?;
    let spki_sha256 = reader.array(Part::SpkiSha256)?;
    let expires = reader.day(Part::Expires)?;
    let offset = reader.offset();
    let after_expiry = match reader.u8(Part::AfterExpiry)? {
        layout::AFTER_EXPIRY_ROOTS_ONLY => AfterExpiry::RootsOnly,
        layout::AFTER_EXPIRY_REFUSE => AfterExpiry::Refuse,
        found => return Err(StoreError::AfterExpiry { offset, found }),
    };
    Ok(Pin {
        host,
        spki_sha256,
        expires,
        after_expiry,
    })
}

pub(super) fn endpoint<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    index: u8,
) -> Result<Endpoint<'a>, StoreError> {
    reader.begin(Record::Endpoint(index), layout::TYPE_ENDPOINT)?;
    let name = reader.text(Part::NameLength, Part::Name, layout::MAX_ENDPOINT_NAME)?;
    let url = reader.url(Part::UrlLength, Part::Url)?;
    let count = reader.count(Part::RedirectCount, 0, layout::MAX_REDIRECTS)?;
    let start = reader.rest();
    let mut previous: Option<HttpsUrl<'a>> = None;
    for index in 0..count {
        let offset = reader.offset();
        let url = redirect(reader, index)?;
        if previous.is_some_and(|previous| previous.as_str() >= url.as_str()) {
            return Err(StoreError::Order {
                offset,
                field: reader.field(Part::Redirect(index)),
            });
        }
        previous = Some(url);
    }
    let length = start.len().saturating_sub(reader.rest().len());
    let redirects = (count, start.get(..length).unwrap_or_default());
    Ok(Endpoint {
        name,
        url,
        redirects,
    })
}

fn redirect<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    index: u8,
) -> Result<HttpsUrl<'a>, StoreError> {
    reader.url(Part::RedirectLength(index), Part::Redirect(index))
}

pub(super) fn key<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    kind: KeyKind,
    index: u8,
) -> Result<Key<'a>, StoreError> {
    let record_type = match kind {
        KeyKind::Release => layout::TYPE_RELEASE_KEY,
        KeyKind::Rescue => layout::TYPE_RESCUE_KEY,
    };
    reader.begin(kind.record(index), record_type)?;
    Ok(Key {
        id: reader.array(Part::KeyId)?,
        public: reader.array(Part::PublicKey)?,
    })
}

/// Which set a key belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyKind {
    Release,
    Rescue,
}

impl KeyKind {
    pub(super) const fn record(self, index: u8) -> Record {
        match self {
            Self::Release => Record::ReleaseKey(index),
            Self::Rescue => Record::RescueKey(index),
        }
    }
}

/// As the policy spells it.
impl fmt::Display for AfterExpiry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refuse => "refuse",
            Self::RootsOnly => "roots-only",
        })
    }
}
