//! Certificates, stores and times for the tests.

use base64::Engine as _;
use device::store::{
    AfterExpiry, AnchorContents, DatesChecked, Day, KeySetContents, PinContents, StoreContents,
    TrustStore,
};
use device::verify::{
    Clock, HandshakeError, HandshakeProof, Moment, VerifiedServer, Verifier, VerifyError,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

#[path = "recorded.rs"]
pub(crate) mod recorded;

pub(crate) const HOST: &str = "ota.example.com";

/// A certificate with its key and what it was made of.
pub(crate) struct Made {
    pub(crate) der: Vec<u8>,
    pub(crate) key: KeyPair,
    pub(crate) parameters: CertificateParams,
}

impl Made {
    /// Signs a certificate for a new key.
    pub(crate) fn issue(&self, parameters: CertificateParams) -> Self {
        self.issue_for(parameters, KeyPair::generate().unwrap())
    }

    /// Signs a certificate for a key.
    pub(crate) fn issue_for(&self, parameters: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        Self {
            der: certificate.der().to_vec(),
            key,
            parameters,
        }
    }

    /// A certificate of `other`'s name and key that this one signs: a cross-certificate.
    pub(crate) fn cross_sign(&self, other: &Self) -> Self {
        let key = KeyPair::try_from(other.key.serialize_der().as_slice()).unwrap();
        self.issue_for(other.parameters.clone(), key)
    }

    pub(crate) fn anchor(&self) -> AnchorContents {
        anchor(&self.der)
    }
}

/// A root with this name, from 2020 to 2040.
pub(crate) fn root(name: &str) -> Made {
    self_signed(ca(name))
}

pub(crate) fn self_signed(parameters: CertificateParams) -> Made {
    self_signed_with(parameters, KeyPair::generate().unwrap())
}

pub(crate) fn self_signed_with(parameters: CertificateParams, key: KeyPair) -> Made {
    Made {
        der: parameters.self_signed(&key).unwrap().der().to_vec(),
        key,
        parameters,
    }
}

/// A CA of this name, from 2020 to the end of 2039.
pub(crate) fn ca(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2039, 12, 31);
    parameters
}

/// A server's certificate for [`HOST`], from 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z.
pub(crate) fn leaf() -> CertificateParams {
    leaf_for(&[HOST])
}

/// As [`leaf`], for these names.
pub(crate) fn leaf_for(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2026, 4, 1);
    parameters
}

/// A root, an intermediate below it and a leaf below that.
pub(crate) struct Chain {
    pub(crate) root: Made,
    pub(crate) intermediate: Made,
    pub(crate) leaf: Made,
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self::with(ca("Intermediate"), leaf())
    }

    pub(crate) fn with(intermediate: CertificateParams, leaf: CertificateParams) -> Self {
        let root = root("Root");
        let intermediate = root.issue(intermediate);
        let leaf = intermediate.issue(leaf);
        Self {
            root,
            intermediate,
            leaf,
        }
    }

    /// What the server sends.
    pub(crate) fn sent(&self) -> [&[u8]; 2] {
        [&self.leaf.der, &self.intermediate.der]
    }

    /// A store with its root.
    pub(crate) fn store(&self) -> StoreContents {
        store([self.root.anchor()])
    }
}

/// A store with these anchors that checks all dates.
pub(crate) fn store(anchors: impl IntoIterator<Item = AnchorContents>) -> StoreContents {
    StoreContents {
        sequence: 1,
        product: "perennial-reference".into(),
        dates: DatesChecked::ALL,
        anchors: anchors.into_iter().collect(),
        pins: Vec::new(),
        endpoints: Vec::new(),
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    }
}

/// The anchor that a certificate is, whatever it is.
pub(crate) fn anchor(der: &[u8]) -> AnchorContents {
    let (_, read) = X509Certificate::from_der(der).unwrap();
    let day = |time: x509_parser::time::ASN1Time| {
        Moment::from_unix_seconds(time.timestamp()).unwrap().day()
    };
    AnchorContents {
        name: read.subject().to_string(),
        fingerprint: Sha256::digest(der).into(),
        not_before: day(read.validity().not_before),
        not_after: day(read.validity().not_after),
        effective_end: day(read.validity().not_after),
        subject: read.subject().as_raw().to_vec(),
        spki: read.public_key().raw.to_vec(),
    }
}

/// A pin of a certificate's key for [`HOST`] until 2030-01-01, and the anchors alone after it.
pub(crate) fn pin(der: &[u8]) -> PinContents {
    let (_, read) = X509Certificate::from_der(der).unwrap();
    PinContents {
        host: HOST.into(),
        spki_sha256: Sha256::digest(read.public_key().raw).into(),
        expires: day(2030, 1, 1),
        after_expiry: AfterExpiry::RootsOnly,
    }
}

pub(crate) fn day(year: i32, month: u8, day: u8) -> Day {
    Day::from_civil(year, month, day).unwrap()
}

/// `YYYY-MM-DDThh:mm:ssZ`.
pub(crate) fn moment(text: &str) -> Moment {
    let number = |range: std::ops::Range<usize>| text[range].parse::<u8>().unwrap();
    let day = day(text[..4].parse().unwrap(), number(5..7), number(8..10));
    let minutes = i64::from(number(11..13)) * 60 + i64::from(number(14..16));
    let seconds = minutes * 60 + i64::from(number(17..19));
    Moment::from_unix_seconds(Moment::start_of(day).unix_seconds() + seconds).unwrap()
}

/// The time is known, and nothing else.
pub(crate) fn at(text: &str) -> Clock {
    Clock::known(moment("2000-01-01T00:00:00Z"), moment(text))
}

/// The time is unknown, and not before this.
pub(crate) fn unknown_from(text: &str) -> Clock {
    Clock::unknown(moment(text))
}

/// A time at which the made leaves hold.
pub(crate) fn valid() -> Clock {
    at("2026-02-01T12:00:00Z")
}

/// What the device decides.
pub(crate) fn verify_for(
    contents: &StoreContents,
    chain: &[&[u8]],
    name: &str,
    clock: Clock,
) -> Result<VerifiedServer, VerifyError> {
    let bytes = contents.write().unwrap();
    recorded::chain(&bytes, chain, name, clock);
    let store = TrustStore::read_exact(&bytes).unwrap();
    Verifier::new(store).verify(chain, name, clock)
}

/// What the device decides for a handshake of the server of a chain that it trusts.
pub(crate) fn verify_handshake(
    (contents, chain): (&StoreContents, &[&[u8]]),
    scheme: u16,
    transcript: &[u8],
    signature: &[u8],
) -> Result<HandshakeProof, HandshakeError> {
    let server = verify(contents, chain, valid()).unwrap();
    let store = contents.write().unwrap();
    recorded::handshake(&store, chain, (scheme, transcript, signature));
    server.verify_handshake(scheme, transcript, signature)
}

/// What the device decides for [`HOST`].
pub(crate) fn verify(
    contents: &StoreContents,
    chain: &[&[u8]],
    clock: Clock,
) -> Result<VerifiedServer, VerifyError> {
    verify_for(contents, chain, HOST, clock)
}

/// The certificates of a PEM file.
pub(crate) fn pem(text: &str) -> Vec<Vec<u8>> {
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks
        .map(|block| {
            let body = block.split("-----END").next().unwrap();
            let body: String = body.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD
                .decode(body)
                .unwrap()
        })
        .collect()
}

/// A certificate that really exists or existed.
pub(crate) fn real(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../trust/fixtures/pki");
    let text = std::fs::read_to_string(format!("{folder}/{name}.pem")).unwrap();
    pem(&text).remove(0)
}
