//! Writes a store. For host tools.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::day::Day;
use crate::store::error::StoreError;
use crate::store::field::Part;
use crate::store::layout::{self, KEY_ID_LENGTH, PUBLIC_KEY_LENGTH};
use crate::store::read::TrustStore;
use crate::store::record::{AfterExpiry, Anchor, DatesChecked, Endpoint, Key, KeySet, Pin};

/// What a store holds, owned. [`StoreContents::write`] makes a store of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreContents {
    /// The number that must rise with each store update.
    pub sequence: u64,
    /// The product that the store is for.
    pub product: String,
    /// Which dates are checked when a chain is verified.
    pub dates: DatesChecked,
    /// The anchors, at least one. Their order does not matter.
    pub anchors: Vec<AnchorContents>,
    /// The pins. Their order does not matter.
    pub pins: Vec<PinContents>,
    /// The endpoints, in the order in which they are tried.
    pub endpoints: Vec<EndpointContents>,
    /// The keys that sign releases.
    pub release_keys: KeySetContents,
    /// The keys that sign store updates which are accepted without TLS.
    pub rescue_keys: KeySetContents,
}

/// As [`Anchor`], owned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Anchor")]
pub struct AnchorContents {
    pub name: String,
    pub fingerprint: [u8; 32],
    pub not_before: Day,
    pub not_after: Day,
    pub effective_end: Day,
    pub subject: Vec<u8>,
    pub spki: Vec<u8>,
}

/// As [`Pin`], owned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Pin")]
pub struct PinContents {
    pub host: String,
    pub spki_sha256: [u8; 32],
    pub expires: Day,
    pub after_expiry: AfterExpiry,
}

/// As [`Endpoint`], owned. The order of the redirect targets does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Endpoint")]
pub struct EndpointContents {
    pub name: String,
    pub url: String,
    pub redirects: Vec<String>,
}

/// As [`KeySet`], owned. The order of the keys does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetContents {
    /// How many different keys must have signed: at least 1, also when there are no keys.
    pub threshold: u8,
    /// The keys.
    pub keys: Vec<KeyContents>,
}

/// As [`Key`], owned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Key")]
pub struct KeyContents {
    pub id: [u8; KEY_ID_LENGTH],
    pub public: [u8; PUBLIC_KEY_LENGTH],
}

impl StoreContents {
    /// The one encoding of these contents.
    ///
    /// # Errors
    ///
    /// [`WriteError::TooLarge`] for what a length or count of the format cannot say, and
    /// [`WriteError::Refused`] for what a device would refuse to read: the bytes are read back before they
    /// are returned.
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let mut writer = Writer(Vec::new());
        writer.header(self)?;
        for anchor in sorted_by(&self.anchors, |anchor| anchor.fingerprint) {
            writer.anchor(anchor)?;
        }
        for pin in sorted_by(&self.pins, |pin| (pin.host.clone(), pin.spki_sha256)) {
            writer.pin(pin)?;
        }
        for endpoint in &self.endpoints {
            writer.endpoint(endpoint)?;
        }
        writer.keys(layout::TYPE_RELEASE_KEY, &self.release_keys);
        writer.keys(layout::TYPE_RESCUE_KEY, &self.rescue_keys);
        let bytes = writer.seal()?;
        TrustStore::read_exact(&bytes).map_err(WriteError::Refused)?;
        Ok(bytes)
    }
}

impl AnchorContents {
    /// How many bytes it takes in a store. Anchors share nothing: the lengths of several add up.
    ///
    /// # Errors
    ///
    /// [`WriteError::TooLarge`] when its name is too long for the format.
    pub fn encoded_length(&self) -> Result<usize, WriteError> {
        let mut writer = Writer(Vec::new());
        writer.anchor(self)?;
        Ok(writer.0.len())
    }
}

impl KeySetContents {
    /// No keys: nothing that they would have to sign is ever accepted.
    pub const NONE: Self = Self {
        threshold: 1,
        keys: Vec::new(),
    };
}

impl Default for KeySetContents {
    fn default() -> Self {
        Self::NONE
    }
}

/// Why contents cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// A device would refuse to read the store.
    Refused(StoreError),
    /// The format cannot say so much.
    TooLarge {
        /// The length or count.
        part: Part,
        /// Its value.
        found: usize,
        /// The most allowed.
        maximum: usize,
    },
}

impl core::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::TooLarge { .. } => None,
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(_) => formatter.write_str("a device would refuse the store"),
            Self::TooLarge {
                part,
                found,
                maximum,
            } => {
                write!(
                    formatter,
                    "{part} would be {found}, at most {maximum} is possible"
                )
            }
        }
    }
}

/// The bytes written so far.
struct Writer(Vec<u8>);

impl Writer {
    fn header(&mut self, contents: &StoreContents) -> Result<(), WriteError> {
        let product = contents.product.as_bytes();
        // Checked below, by `count`, to be at most 64.
        let header_length = layout::FIXED_HEADER_LENGTH.saturating_add(product.len());
        self.0.extend(layout::magic());
        self.0.extend(layout::FORMAT_VERSION.to_le_bytes());
        self.0.extend(
            u16::try_from(header_length)
                .unwrap_or(u16::MAX)
                .to_le_bytes(),
        );
        // Known when all is written.
        self.0.extend([0; 4]);
        self.0.extend(contents.sequence.to_le_bytes());
        self.0.push(contents.dates.bits());
        self.count(
            Part::AnchorCount,
            contents.anchors.len(),
            layout::MAX_ANCHORS,
        )?;
        self.count(Part::PinCount, contents.pins.len(), layout::MAX_PINS)?;
        self.count(
            Part::EndpointCount,
            contents.endpoints.len(),
            layout::MAX_ENDPOINTS,
        )?;
        self.count(
            Part::ReleaseKeyCount,
            contents.release_keys.keys.len(),
            layout::MAX_KEYS,
        )?;
        self.0.push(contents.release_keys.threshold);
        self.count(
            Part::RescueKeyCount,
            contents.rescue_keys.keys.len(),
            layout::MAX_KEYS,
        )?;
        self.0.push(contents.rescue_keys.threshold);
        self.count(Part::ProductLength, product.len(), layout::MAX_PRODUCT)?;
        self.0.extend([0; layout::RESERVED_LENGTH]);
        self.0.extend(product);
        Ok(())
    }

    fn anchor(&mut self, anchor: &AnchorContents) -> Result<(), WriteError> {
        self.0.push(layout::TYPE_ANCHOR);
        self.text(Part::NameLength, &anchor.name, layout::MAX_ANCHOR_NAME)?;
        self.0.extend(anchor.fingerprint);
        self.day(anchor.not_before);
        self.day(anchor.not_after);
        self.day(anchor.effective_end);
        self.0.extend(&anchor.subject);
        self.0.extend(&anchor.spki);
        Ok(())
    }

    fn pin(&mut self, pin: &PinContents) -> Result<(), WriteError> {
        self.0.push(layout::TYPE_PIN);
        self.text(Part::HostLength, &pin.host, crate::host::MAX_HOST)?;
        self.0.extend(pin.spki_sha256);
        self.day(pin.expires);
        self.0.push(match pin.after_expiry {
            AfterExpiry::RootsOnly => layout::AFTER_EXPIRY_ROOTS_ONLY,
            AfterExpiry::Refuse => layout::AFTER_EXPIRY_REFUSE,
        });
        Ok(())
    }

    fn endpoint(&mut self, endpoint: &EndpointContents) -> Result<(), WriteError> {
        self.0.push(layout::TYPE_ENDPOINT);
        self.text(Part::NameLength, &endpoint.name, layout::MAX_ENDPOINT_NAME)?;
        self.text(Part::UrlLength, &endpoint.url, crate::url::MAX_URL)?;
        self.count(
            Part::RedirectCount,
            endpoint.redirects.len(),
            layout::MAX_REDIRECTS,
        )?;
        for (index, redirect) in (0..).zip(sorted_by(&endpoint.redirects, |url| url.as_str())) {
            self.text(Part::RedirectLength(index), redirect, crate::url::MAX_URL)?;
        }
        Ok(())
    }

    fn keys(&mut self, record_type: u8, set: &KeySetContents) {
        for key in sorted_by(&set.keys, |key| key.id) {
            self.0.push(record_type);
            self.0.extend(key.id);
            self.0.extend(key.public);
        }
    }

    /// A number in one byte.
    fn count(&mut self, part: Part, found: usize, maximum: usize) -> Result<(), WriteError> {
        let byte = u8::try_from(found).ok().filter(|_| found <= maximum);
        self.0.push(byte.ok_or(WriteError::TooLarge {
            part,
            found,
            maximum,
        })?);
        Ok(())
    }

    /// Text with its length before it.
    fn text(&mut self, length: Part, text: &str, maximum: usize) -> Result<(), WriteError> {
        self.count(length, text.len(), maximum)?;
        self.0.extend(text.bytes());
        Ok(())
    }

    fn day(&mut self, day: Day) {
        let [low, middle, high, _sign] = day.days_since_epoch().to_le_bytes();
        self.0.extend([low, middle, high]);
    }

    /// Fills in the length, and appends the digest.
    fn seal(self) -> Result<Vec<u8>, WriteError> {
        let Self(mut bytes) = self;
        let found = bytes.len().saturating_add(layout::DIGEST_LENGTH);
        let too_large = WriteError::TooLarge {
            part: Part::TotalLength,
            found,
            maximum: layout::MAX_STORE_LENGTH,
        };
        if found > layout::MAX_STORE_LENGTH {
            return Err(too_large);
        }
        let total_length = u32::try_from(found).map_err(|_| too_large)?;
        let place = bytes.get_mut(layout::TOTAL_LENGTH_OFFSET..);
        if let Some(place) = place.and_then(|rest| rest.first_chunk_mut()) {
            *place = total_length.to_le_bytes();
        }
        bytes.extend(Sha256::digest(&bytes));
        Ok(bytes)
    }
}

fn sorted_by<'a, T, K: Ord>(
    items: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = &'a T> {
    let mut sorted: Vec<&T> = items.iter().collect();
    sorted.sort_by_key(|item| key(item));
    sorted.into_iter()
}

impl From<&TrustStore<'_>> for StoreContents {
    fn from(store: &TrustStore<'_>) -> Self {
        Self {
            sequence: store.sequence(),
            product: store.product().into(),
            dates: store.dates(),
            anchors: store.anchors().map(AnchorContents::from).collect(),
            pins: store.pins().map(PinContents::from).collect(),
            endpoints: store.endpoints().map(EndpointContents::from).collect(),
            release_keys: store.release_keys().into(),
            rescue_keys: store.rescue_keys().into(),
        }
    }
}

impl From<Anchor<'_>> for AnchorContents {
    fn from(anchor: Anchor<'_>) -> Self {
        Self {
            name: anchor.name.into(),
            fingerprint: *anchor.fingerprint,
            not_before: anchor.not_before,
            not_after: anchor.not_after,
            effective_end: anchor.effective_end,
            subject: anchor.subject.into(),
            spki: anchor.spki.into(),
        }
    }
}

impl From<Pin<'_>> for PinContents {
    fn from(pin: Pin<'_>) -> Self {
        Self {
            host: pin.host.into(),
            spki_sha256: *pin.spki_sha256,
            expires: pin.expires,
            after_expiry: pin.after_expiry,
        }
    }
}

impl From<Endpoint<'_>> for EndpointContents {
    fn from(endpoint: Endpoint<'_>) -> Self {
        Self {
            name: endpoint.name.into(),
            url: endpoint.url.as_str().into(),
            redirects: endpoint
                .redirects()
                .map(|url| url.as_str().into())
                .collect(),
        }
    }
}

impl From<KeySet<'_>> for KeySetContents {
    fn from(set: KeySet<'_>) -> Self {
        Self {
            threshold: set.threshold,
            keys: set.keys().map(KeyContents::from).collect(),
        }
    }
}

impl From<Key<'_>> for KeyContents {
    fn from(key: Key<'_>) -> Self {
        Self {
            id: *key.id,
            public: *key.public,
        }
    }
}
