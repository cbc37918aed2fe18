//! What the verifier models can do with an anchor's key, and how they look anchors up.

use crate::anchors::PublicKey;
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
            PublicKey::Rsa(bits) => *bits <= self.largest_rsa_bits(),
            PublicKey::Other(_) => false,
        }
    }

    /// Whether anchors are looked up by name, and of two with one name a single one is tried.
    pub fn tries_one_anchor_per_name(self) -> bool {
        matches!(self, Self::EspIdfBundle | Self::EspIdfBundleCrossSigned)
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
