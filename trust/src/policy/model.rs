//! The policy as values: what `policy.toml` says, each value with its place in the file.

use std::ops::Deref;
use std::sync::Arc;

use crate::calendar::KeyType;
use crate::date::Date;
use crate::finding::Severity;
use crate::render::Format;
use crate::source::Location;

/// A value with the place it was read from. Compares and derefs as the value.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the policy.
    pub at: Location,
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A SHA-256 value: of a certificate (fingerprint) or of a SubjectPublicKeyInfo (pin).
pub type Sha256 = [u8; 32];

/// What could be read of a policy. A section that is missing or wrong is `None` or left out, and there is a
/// finding for it; checks run over what is there, so that one run reports every mistake.
#[derive(Clone, Debug, Default)]
pub struct PolicyDraft {
    /// `[product]`
    pub product: Option<Product>,
    /// `[service-life]`
    pub service_life: Option<ServiceLife>,
    /// `[validity]`
    pub validity: Option<Validity>,
    /// `[[required-root]]`, in file order; shared with the policy, because there may be many
    pub required_roots: Arc<Vec<RequiredRoot>>,
    /// `[[endpoint]]`, in file order
    pub endpoints: Vec<Endpoint>,
    /// Whether a required root or an endpoint was left out, because it is missing or could not be read. A check
    /// that speaks of what is *not* in the policy asks this first: one mistake must not look like two.
    pub left_out: bool,
    /// `[[pin-fallback]]`, in file order
    pub pin_fallbacks: Vec<PinFallback>,
    /// `[coverage]`
    pub coverage: Option<CoverageRequirement>,
    /// `[[output]]`, in file order
    pub outputs: Vec<Output>,
    /// `[signing]`
    pub signing: Option<KeySet>,
    /// `[rescue]`; optional
    pub rescue: Option<KeySet>,
    /// `[audit]`; optional
    pub audit: Option<Audit>,
    /// `[review]`; optional
    pub review: Option<Review>,
    /// `[[waiver]]`, in file order
    pub waivers: Vec<Waiver>,
}

/// `[product]`: what the firmware is.
#[derive(Clone, Debug)]
pub struct Product {
    /// 1 to 31 bytes of printable ASCII: it stands in the app descriptor.
    pub name: Located<String>,
    /// The chip; `esp32c3` is the only one that `build-firmware` makes images for.
    pub chip: Located<String>,
    /// The verifier model of the firmware.
    pub verifier: Located<VerifierModel>,
    /// `store-sequence`: rises by one with each change of the store, so that devices can tell the newer of two. Where it is not
    /// written its place is that of the name.
    pub store_sequence: Located<u64>,
}

impl Product {
    /// The sequence of a store where the policy does not say one: the product's first.
    pub const FIRST_STORE_SEQUENCE: u64 = 1;

    /// The chips of Espressif that have a network of their own, in the words of its tools.
    pub const CHIPS: [&'static str; 9] = [
        "esp32", "esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32c61", "esp32p4", "esp32s2",
        "esp32s3",
    ];
}

/// Which verifier the firmware has. The presets of the book.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifierModel {
    /// `bearssl`
    BearSsl,
    /// `esp-idf-bundle`: certificate bundle, cross-signed verification off
    EspIdfBundle,
    /// `esp-idf-bundle-cross-signed`: certificate bundle, cross-signed verification on
    EspIdfBundleCrossSigned,
    /// `esp-idf-pem`: `cert_pem` or the global store, no time checks (the default of ESP-IDF)
    EspIdfPem,
    /// `esp-idf-pem-time`: the same with `CONFIG_MBEDTLS_HAVE_TIME_DATE`
    EspIdfPemTime,
    /// `openssl-1.0`
    OpenSsl10,
    /// `perennial`: this project's own code
    Perennial,
    /// `webpki`: rustls-webpki as it is
    WebPki,
}

/// `[service-life]`: how long the last unit must be able to update.
#[derive(Clone, Debug)]
pub struct ServiceLife {
    /// The last day of service, inclusive: given as `ends`, or `last-unit-made` plus `years-in-service`; in the
    /// second form the place is that of `last-unit-made`.
    pub ends: Located<Date>,
    /// The slowest device to come back and update, in days.
    pub longest_offline_days: Located<u32>,
}

/// `[validity]`: what each anchor must have left.
#[derive(Clone, Debug)]
pub struct Validity {
    /// Days that each anchor's effective end must lie after the release date. An anchor whose last day is
    /// release date + this number is accepted.
    pub min_remaining_days: Located<u32>,
    /// What an anchor that leaves the root programmes in service weighs: `None` is `allow`.
    pub programme_end: Option<Severity>,
}

/// `[[required-root]]`: an anchor of the store.
#[derive(Clone, Debug)]
pub struct RequiredRoot {
    /// For the reader; must agree with the certificate.
    pub name: Located<String>,
    /// Fingerprint: selects the anchor.
    pub sha256: Located<Sha256>,
    /// Why the store has it.
    pub reason: Located<String>,
    /// An end that the team decided on, earlier than the certificate's (`effective-end`).
    pub effective_end: Option<Located<Date>>,
    /// The header of the table.
    pub at: Location,
}

/// `[[endpoint]]`: where devices fetch updates.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Name, unique in the policy.
    pub name: Located<String>,
    /// `https://…`
    pub url: Located<String>,
    /// Other places that it may redirect to.
    pub redirects: Vec<Located<String>>,
    /// Owner of the CA that issues its certificates, in the calendar's words.
    pub owner: Located<String>,
    /// Which of its CA's chains it sends, in the calendar's words; `None`: not declared.
    pub profile: Option<Located<String>>,
    /// Kind of its leaf's key; `None`: not declared, so that either may be.
    pub key_type: Option<Located<KeyType>>,
    /// Lifetime of its leaf certificates in days.
    pub leaf_days: Option<Located<u32>>,
    /// Last day of the leaf that is known to be served.
    pub leaf_ends: Option<Located<Date>>,
    /// How many days before the last third of its life a leaf may be renewed; 0 where it is not said.
    pub renewal_slack_days: Option<Located<u32>>,
    /// Captured chains: paths below `trust/`.
    pub chains: Vec<Located<String>>,
    /// The header of the table.
    pub at: Location,
}

/// `[[pin-fallback]]`: keys that are trusted for one endpoint when no anchor leads to its chain.
#[derive(Clone, Debug)]
pub struct PinFallback {
    /// Name of the endpoint.
    pub endpoint: Located<String>,
    /// SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469), in use and backup alike.
    pub spki_sha256: Vec<Located<Sha256>>,
    /// Last day on which the pins count.
    pub expires: Located<Date>,
    /// What holds from the day after.
    pub after_expiry: Option<Located<AfterExpiry>>,
    /// The header of the table.
    pub at: Location,
}

/// What holds when a pin has expired.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AfterExpiry {
    /// `roots-only`: the anchors alone decide.
    RootsOnly,
}

/// `[coverage]`: how many ways must lead to the servers on each day of the service life.
#[derive(Clone, Debug)]
pub struct CoverageRequirement {
    /// Independent paths.
    pub independent_paths: Located<u32>,
    /// Different owners among them.
    pub distinct_owners: Located<u32>,
    /// Whether private anchors count as paths; `false` where it is not said.
    pub count_private: bool,
    /// Whether the rescue keys count as a path; `false` where it is not said.
    pub count_rescue: bool,
}

/// `[[output]]`: a file that the store is rendered into.
#[derive(Clone, Debug)]
pub struct Output {
    /// In which form.
    pub format: Located<Format>,
    /// Where, from the root of the project: parts of a path between `/`, none of them `.` or `..`.
    pub path: Located<String>,
}

/// `[signing]` or `[rescue]`: `threshold` of `keys` must sign.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// How many different keys must have signed; at least 1, at most the number of keys.
    pub threshold: Located<u32>,
    /// The keys, in file order.
    pub keys: Vec<SigningKey>,
    /// The header of the table.
    pub at: Location,
}

/// One public key of a key set: `{ public = "RW…", role = "release" }`.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Ed25519 public key in minisign's form (base64 of `Ed`, 8 bytes key id, 32 bytes key).
    pub public: Located<String>,
    /// Key id, the 8 bytes minisign prints as hexadecimal number (little-endian).
    pub key_id: [u8; 8],
    /// The Ed25519 key.
    pub ed25519: [u8; 32],
    /// What it may be used for.
    pub role: Located<KeyRole>,
}

/// What a signing key is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyRole {
    /// Published or on a laptop; never for devices in the field.
    Development,
    /// Signs releases.
    Release,
    /// Signs rescue stores only.
    Rescue,
}

/// `[audit]`: who builds releases again, and how many of them must come to the same bytes before one is published.
#[derive(Clone, Debug)]
pub struct Audit {
    /// How many builders must agree; at least 1, at most their number.
    pub threshold: Located<u32>,
    /// How many different operators must be among them; at least 1, at most `threshold` and the number of operators.
    pub distinct: Located<u32>,
    /// The builders, in file order; names and keys are unique.
    pub builders: Vec<Builder>,
    /// The header of the table.
    pub at: Location,
}

/// One builder of [`Audit`]: `{ name = "…", operator = "…", public = "RW…" }`.
#[derive(Clone, Debug)]
pub struct Builder {
    /// Name of the machine or service, and of its folder: 1 to 64 of a to z, 0 to 9 and `-`.
    pub name: Located<String>,
    /// Who runs it. Two builders of one operator can be wrong together.
    pub operator: Located<String>,
    /// Ed25519 public key in minisign's form, as [`SigningKey::public`].
    pub public: Located<String>,
    /// Key id, as [`SigningKey::key_id`].
    pub key_id: [u8; 8],
    /// The Ed25519 key.
    pub ed25519: [u8; 32],
}

/// `[review]`: how many people must approve a change of the inputs, and who they are.
#[derive(Clone, Debug)]
pub struct Review {
    /// Approvals that a change which weakens needs; at least 1, at most the number of approvers.
    pub weakening: Located<u32>,
    /// Approvals that any other change needs, may be 0; at most `weakening`.
    pub other: Located<u32>,
    /// Who may approve, in file order; names and keys are unique.
    pub approvers: Vec<Approver>,
    /// The header of the table.
    pub at: Location,
}

/// One approver of [`Review`]: `{ name = "…", ssh = "ssh-ed25519 …" }` or `{ name = "…", minisign = "RW…" }`.
#[derive(Clone, Debug)]
pub struct Approver {
    /// Part of the name of each of their approvals: 1 to 64 of a to z, 0 to 9 and `-`.
    pub name: Located<String>,
    /// What they sign with.
    pub key: Located<ApproverKey>,
}

/// The public key of an [`Approver`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ApproverKey {
    /// Ed25519 in minisign's form, `RW…`.
    Minisign {
        /// As it is written.
        text: String,
        /// Key id, as [`SigningKey::key_id`].
        key_id: [u8; 8],
        /// The Ed25519 key.
        ed25519: [u8; 32],
    },
    /// An SSH public key as OpenSSH writes it, without a comment: `ssh-ed25519 AAAA…`.
    Ssh(String),
}

impl ApproverKey {
    /// As the policy has it.
    pub fn text(&self) -> &str {
        match self {
            Self::Minisign { text, .. } | Self::Ssh(text) => text,
        }
    }
}

/// `[[waiver]]`: a finding that somebody answers for, until a day.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Rule id: the reader turns a rule's slug, or an id in other letters, into the id.
    pub code: Located<String>,
    /// Only findings about this anchor.
    pub anchor: Option<Located<String>>,
    /// Only findings about this endpoint.
    pub endpoint: Option<Located<String>>,
    /// Who answers for it. `None` when missing: that is a finding, and the waiver covers nothing.
    pub owner: Option<Located<String>>,
    /// Why. `None` when missing: that is a finding, and the waiver covers nothing.
    pub reason: Option<Located<String>>,
    /// Last day on which it covers; judged at the release date.
    pub expires: Option<Located<Date>>,
    /// The header of the table.
    pub at: Location,
}

impl KeyRole {
    /// The word that the policy uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Release => "release",
            Self::Rescue => "rescue",
        }
    }
}
