//! What the verifier models can do with an anchor's key, and how they look anchors up.

use crate::anchors::{PublicKey, SignatureAlgorithm};
use crate::policy::VerifierModel;

impl VerifierModel {
    /// Every model, in the order of the book.
    pub const ALL: [Self; 8] = [
        Self::BearSsl,
        Self::EspIdfBundle,
        Self::EspIdfBundleCrossSigned,
        Self::EspIdfPem,
        Self::EspIdfPemTime,
        Self::OpenSsl10,
        Self::Perennial,
        Self::WebPki,
    ];

    /// The word that the policy uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BearSsl => "bearssl",
            Self::EspIdfBundle => "esp-idf-bundle",
            Self::EspIdfBundleCrossSigned => "esp-idf-bundle-cross-signed",
            Self::EspIdfPem => "esp-idf-pem",
            Self::EspIdfPemTime => "esp-idf-pem-time",
            Self::OpenSsl10 => "openssl-1.0",
            Self::Perennial => "perennial",
            Self::WebPki => "webpki",
        }
    }

    /// Whether a certificate signed with this key can be verified.
    ///
    /// * `perennial`: P-256, P-384, RSA from 2048 bits to 4096 ([`device::verify::MAX_RSA_BITS`]).
    /// * `webpki` with ring: the same and Ed25519; RSA to 8192 bits (`ring::signature`).
    /// * the ESP-IDF models: mbedTLS of the default configuration, RSA and the NIST curves to P-521; no
    ///   Ed25519 in X.509.
    /// * `bearssl`: RSA to 4096 bits (`BR_MAX_RSA_SIZE`), P-256, P-384, P-521.
    /// * `openssl-1.0`: RSA and the NIST curves; Ed25519 came with 1.1.1.
    pub fn verifies_with(self, key: &PublicKey) -> bool {
        match key {
            PublicKey::P256 | PublicKey::P384 => true,
            PublicKey::P521 => !matches!(self, Self::Perennial | Self::WebPki),
            PublicKey::Ed25519 => self == Self::WebPki,
            PublicKey::Rsa(bits) => {
                (self.smallest_rsa_bits()..=self.largest_rsa_bits()).contains(bits)
            }
            PublicKey::Other(_) => false,
        }
    }

    /// Whether anchors are certificates, with all their extensions; else a name and a key.
    pub fn reads_anchors(self) -> bool {
        matches!(
            self,
            Self::EspIdfPem | Self::EspIdfPemTime | Self::OpenSsl10
        )
    }

    /// Whether anchors are looked up by name, and of two with one name a single one is tried.
    pub fn tries_one_anchor_per_name(self) -> bool {
        matches!(self, Self::EspIdfBundle | Self::EspIdfBundleCrossSigned)
    }

    /// The algorithms of webpki with ring begin with 2048 bits, so does the default profile of mbedTLS
    /// (`mbedtls_x509_crt_profile_default`), and so does the device.
    fn smallest_rsa_bits(self) -> usize {
        match self {
            Self::BearSsl | Self::OpenSsl10 => 0,
            Self::Perennial => device::verify::MIN_RSA_BITS,
            Self::EspIdfBundle
            | Self::EspIdfBundleCrossSigned
            | Self::EspIdfPem
            | Self::EspIdfPemTime
            | Self::WebPki => 2048,
        }
    }

    /// mbedTLS and OpenSSL 1.0 compute up to 16384 bits (`MBEDTLS_MPI_MAX_SIZE`, `OPENSSL_RSA_MAX_MODULUS_BITS`).
    fn largest_rsa_bits(self) -> usize {
        match self {
            Self::BearSsl => 4096,
            Self::Perennial => device::verify::MAX_RSA_BITS,
            Self::WebPki => 8192,
            _ => 16_384,
        }
    }
}

/// What a verifier does with a chain, as far as it decides whether a fleet is lost. [`VerifierModel::behaviour`]
/// has the presets; a caller may change single fields.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Behaviour {
    /// Whose key kinds count, by [`VerifierModel::verifies_with`].
    pub model: VerifierModel,
    /// Whether notBefore and notAfter of the leaf are checked.
    pub leaf_dates: Checked,
    /// The same of intermediates.
    pub intermediate_dates: Checked,
    /// The same of the anchor.
    pub anchor_dates: Checked,
    /// Whether an anchor must be self-issued, or an intermediate will do.
    pub anchors: Anchors,
    /// Where anchors are looked for.
    pub anchor_search: AnchorSearch,
    /// In which order the certificates sent are used.
    pub order: Order,
    /// Whether names are compared by their bytes.
    pub names: Names,
    /// Whether name constraints are known. Where they are not, no certificate can be read in which they are critical.
    pub name_constraints: Checked,
    /// What signatures of intermediates may be.
    pub signatures: &'static [SignatureAlgorithm],
    /// Most certificates above the leaf that a server may send.
    pub most_sent: usize,
    /// Most of them that a path may have.
    pub most_in_path: usize,
    /// Most bytes of DER that a server may send.
    pub most_bytes: usize,
    /// Whether SPKI pins are a fallback.
    pub pins: Checked,
}

impl Behaviour {
    /// Whether an anchor outside its dates takes from the others: the search ends at it.
    pub fn stops_at_an_anchor_out_of_date(&self) -> bool {
        self.anchor_search == AnchorSearch::EachStep && self.anchor_dates.is_checked()
    }
}

/// Whether a verifier looks at something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checked {
    /// It does not.
    No,
    /// It does.
    Yes,
}

impl Checked {
    /// It does.
    pub fn is_checked(self) -> bool {
        self == Self::Yes
    }
}

/// What may be an anchor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Anchors {
    /// Any certificate: an intermediate too.
    Any,
    /// Only a self-issued one.
    SelfIssued,
}

/// Where a verifier looks for an anchor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnchorSearch {
    /// At each step, before the certificates that were sent. Who finds one looks no further, also when its time is over; of
    /// several certificates that were sent, the first within its dates is taken.
    EachStep,
    /// At each step, and when the certificates that were sent lead elsewhere, once more with others.
    EachStepAgain,
    /// Only as the issuer of the last certificate that the chain leads to.
    Top,
}

/// In which order the certificates that were sent are used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// Any.
    Any,
    /// Forwards; those that do not fit are passed over.
    Forward,
    /// Each must have issued the one before it.
    Strict,
}

/// How names are compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Names {
    /// By their DER.
    Bytes,
    /// By what they say.
    Text,
}

/// mbedTLS verifies these over PSA (since 2025-12) without RSA-PSS; SHA-1 is not in its default profile.
const MBEDTLS: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::EcdsaSha512,
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::RsaSha384,
    SignatureAlgorithm::RsaSha512,
];
/// `br_x509_minimal` with the full profile has SHA-1 too and no RSA-PSS.
const BEARSSL: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::EcdsaSha512,
    SignatureAlgorithm::RsaSha1,
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::RsaSha384,
    SignatureAlgorithm::RsaSha512,
];
const OPENSSL_10: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::EcdsaSha512,
    SignatureAlgorithm::RsaPss,
    SignatureAlgorithm::RsaSha1,
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::RsaSha384,
    SignatureAlgorithm::RsaSha512,
];
/// What the device crate verifies with RustCrypto.
const PERENNIAL: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::EcdsaSha512,
    SignatureAlgorithm::RsaPss,
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::RsaSha384,
    SignatureAlgorithm::RsaSha512,
];
/// `webpki::ALL_VERIFICATION_ALGS` with ring.
const WEBPKI: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::Ed25519,
    SignatureAlgorithm::RsaPss,
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::RsaSha384,
    SignatureAlgorithm::RsaSha512,
];

/// No limit of its own.
const NO_LIMIT: usize = usize::MAX;

impl VerifierModel {
    /// What this model does, with where each behaviour was read:
    ///
    /// * `esp-idf-pem`: mbedTLS `x509_crt_find_parent` searches the trusted list first at each step, then the
    ///   certificates behind the child; `x509_crt_find_parent_in` prefers one within its dates, and where there is
    ///   none takes one outside of them: an expired anchor ends the search; `MBEDTLS_X509_MAX_INTERMEDIATE_CA` is 8; `CONFIG_MBEDTLS_HAVE_TIME_DATE` is
    ///   off by default, so that no date is checked; any CA certificate in the list is an anchor; the TLS input
    ///   buffer (`CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN`) holds 16384 bytes. `esp-idf-pem-time` is the same with dates.
    /// * `esp-idf-bundle`: `esp_crt_verify_callback` looks up the issuer of the last certificate by the bytes of its
    ///   name; the bundle stores name and key, so that the anchor has no dates (esp-idf#12220).
    ///   `esp-idf-bundle-cross-signed` looks at each step (`CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY`).
    /// * `bearssl`: `x509_minimal.c` goes through the chain as sent and ends at the first issuer that is an anchor
    ///   by name and key; anchors have no dates; the certificates' dates are checked.
    /// * `openssl-1.0`: `X509_verify_cert` follows what was sent, then asks the store for the issuer of the top, once;
    ///   without `X509_V_FLAG_PARTIAL_CHAIN` an anchor is self-signed; all dates are checked.
    /// * `webpki`: `verify_cert.rs` tries the anchors first at each step, then each certificate sent in any order, 6
    ///   intermediates at most; an anchor is name and key without dates.
    /// * path lengths are checked by all of them. So are, here, extended key usages of intermediates and name constraints:
    ///   mbedTLS and BearSSL do not know the latter, and refuse a certificate with an unknown critical extension
    ///   (`x509_get_crt_ext`, `BR_ERR_X509_CRITICAL_EXTENSION`); of other critical extensions none is taken to be known. What a
    ///   lenient one accepts beside the standard is not built upon.
    /// * `perennial`: the device crate's verifier: webpki's search with at most 4 intermediates and 12 KiB, and the
    ///   anchors' dates, which the store keeps, checked; SPKI pins are its fallback.
    pub fn behaviour(self) -> Behaviour {
        let mbedtls = Behaviour {
            model: self,
            leaf_dates: Checked::No,
            intermediate_dates: Checked::No,
            anchor_dates: Checked::No,
            anchors: Anchors::Any,
            anchor_search: AnchorSearch::EachStep,
            order: Order::Forward,
            names: Names::Text,
            name_constraints: Checked::No,
            signatures: MBEDTLS,
            most_sent: NO_LIMIT,
            most_in_path: 8,
            most_bytes: 16_384,
            pins: Checked::No,
        };
        let dated = Behaviour {
            leaf_dates: Checked::Yes,
            intermediate_dates: Checked::Yes,
            ..mbedtls
        };
        let webpki = Behaviour {
            anchor_search: AnchorSearch::EachStepAgain,
            order: Order::Any,
            names: Names::Bytes,
            name_constraints: Checked::Yes,
            signatures: WEBPKI,
            most_in_path: 6,
            most_bytes: NO_LIMIT,
            ..dated
        };
        match self {
            Self::EspIdfPem => mbedtls,
            Self::EspIdfPemTime => Behaviour {
                anchor_dates: Checked::Yes,
                ..dated
            },
            Self::EspIdfBundle => Behaviour {
                anchor_search: AnchorSearch::Top,
                names: Names::Bytes,
                ..mbedtls
            },
            Self::EspIdfBundleCrossSigned => Behaviour {
                names: Names::Bytes,
                ..mbedtls
            },
            Self::BearSsl => Behaviour {
                order: Order::Strict,
                names: Names::Bytes,
                signatures: BEARSSL,
                most_in_path: NO_LIMIT,
                most_bytes: NO_LIMIT,
                ..dated
            },
            Self::OpenSsl10 => Behaviour {
                anchor_dates: Checked::Yes,
                anchors: Anchors::SelfIssued,
                anchor_search: AnchorSearch::Top,
                order: Order::Any,
                name_constraints: Checked::Yes,
                signatures: OPENSSL_10,
                most_in_path: 100,
                most_bytes: NO_LIMIT,
                ..dated
            },
            Self::WebPki => webpki,
            Self::Perennial => Behaviour {
                anchor_dates: Checked::Yes,
                signatures: PERENNIAL,
                most_sent: 4,
                most_in_path: 4,
                most_bytes: 12 * 1024,
                pins: Checked::Yes,
                ..webpki
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `mbedtls_x509_crt_profile_default`, ring and the device begin with 2048 bits.
    #[test]
    fn rsa_keys_that_are_too_small_or_too_large() {
        for model in VerifierModel::ALL {
            let any = matches!(model, VerifierModel::BearSsl | VerifierModel::OpenSsl10);
            assert_eq!(model.verifies_with(&PublicKey::Rsa(2047)), any, "{model:?}");
            assert!(model.verifies_with(&PublicKey::Rsa(2048)), "{model:?}");
            assert!(model.verifies_with(&PublicKey::Rsa(4096)), "{model:?}");
            assert!(!model.verifies_with(&PublicKey::Rsa(16_385)), "{model:?}");
        }
    }
}
