//! Names for the byte ranges of a store.

use core::fmt;

/// A field of a store: a part of a record, of the header or of the trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// What the field belongs to.
    pub record: Record,
    /// Which part of it the field is.
    pub part: Part,
}

/// What a field belongs to. Records count from 0 within their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// An anchor.
    Anchor(u8),
    /// An endpoint.
    Endpoint(u8),
    /// The header, product included.
    Header,
    /// A pin.
    Pin(u8),
    /// A release key.
    ReleaseKey(u8),
    /// A rescue key.
    RescueKey(u8),
    /// What stands after the records: the digest.
    Trailer,
}

/// A part of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What becomes of the endpoint when a pin has expired.
    AfterExpiry,
    /// The number of anchors.
    AnchorCount,
    /// Which dates are checked.
    Dates,
    /// The SHA-256 of everything before it.
    Digest,
    /// The effective end of an anchor.
    EffectiveEnd,
    /// The number of endpoints.
    EndpointCount,
    /// The last day of a pin.
    Expires,
    /// The SHA-256 of the certificate of an anchor.
    Fingerprint,
    /// The format version.
    FormatVersion,
    /// The length of the header.
    HeaderLength,
    /// A host name.
    Host,
    /// The length of a host name.
    HostLength,
    /// The identifier of a key.
    KeyId,
    /// The magic.
    Magic,
    /// A name that people read.
    Name,
    /// The length of a name.
    NameLength,
    /// The last day on which an anchor is valid.
    NotAfter,
    /// The first day on which an anchor is valid.
    NotBefore,
    /// The number of pins.
    PinCount,
    /// The name of the product.
    Product,
    /// The length of the product's name.
    ProductLength,
    /// An ed25519 public key.
    PublicKey,
    /// A redirect target of an endpoint.
    Redirect(u8),
    /// The number of redirect targets.
    RedirectCount,
    /// The length of a redirect target.
    RedirectLength(u8),
    /// The number of release keys.
    ReleaseKeyCount,
    /// The threshold of the release keys.
    ReleaseThreshold,
    /// The number of rescue keys.
    RescueKeyCount,
    /// The threshold of the rescue keys.
    RescueThreshold,
    /// Bytes that must be 0.
    Reserved,
    /// The sequence of the store.
    Sequence,
    /// A DER SubjectPublicKeyInfo.
    Spki,
    /// The SHA-256 of a SubjectPublicKeyInfo.
    SpkiSha256,
    /// A DER Name.
    Subject,
    /// The length of the store.
    TotalLength,
    /// The type of a record.
    Type,
    /// The URL of an endpoint.
    Url,
    /// The length of a URL.
    UrlLength,
}

/// `anchor[3].subject`, `header.sequence`.
impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.record, self.part)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, index) = match self {
            Self::Header => return formatter.write_str("header"),
            Self::Trailer => return formatter.write_str("trailer"),
            Self::Anchor(index) => ("anchor", index),
            Self::Endpoint(index) => ("endpoint", index),
            Self::Pin(index) => ("pin", index),
            Self::ReleaseKey(index) => ("release-key", index),
            Self::RescueKey(index) => ("rescue-key", index),
        };
        write!(formatter, "{kind}[{index}]")
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Redirect(index) => return write!(formatter, "redirect[{index}]"),
            Self::RedirectLength(index) => return write!(formatter, "redirect-length[{index}]"),
            Self::AfterExpiry => "after-expiry",
            Self::AnchorCount => "anchor-count",
            Self::Dates => "dates",
            Self::Digest => "digest",
            Self::EffectiveEnd => "effective-end",
            Self::EndpointCount => "endpoint-count",
            Self::Expires => "expires",
            Self::Fingerprint => "fingerprint",
            Self::FormatVersion => "format-version",
            Self::HeaderLength => "header-length",
            Self::Host => "host",
            Self::HostLength => "host-length",
            Self::KeyId => "key-id",
            Self::Magic => "magic",
            Self::Name => "name",
            Self::NameLength => "name-length",
            Self::NotAfter => "not-after",
            Self::NotBefore => "not-before",
            Self::PinCount => "pin-count",
            Self::Product => "product",
            Self::ProductLength => "product-length",
            Self::PublicKey => "public-key",
            Self::RedirectCount => "redirect-count",
            Self::ReleaseKeyCount => "release-key-count",
            Self::ReleaseThreshold => "release-threshold",
            Self::RescueKeyCount => "rescue-key-count",
            Self::RescueThreshold => "rescue-threshold",
            Self::Reserved => "reserved",
            Self::Sequence => "sequence",
            Self::Spki => "spki",
            Self::SpkiSha256 => "spki-sha256",
            Self::Subject => "subject",
            Self::TotalLength => "total-length",
            Self::Type => "type",
            Self::Url => "url",
            Self::UrlLength => "url-length",
        };
        formatter.write_str(name)
    }
}
