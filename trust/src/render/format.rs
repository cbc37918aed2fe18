//! Which forms there are, and what each leaves out.

/// A form of the trust store. The reference firmware renders with the tool of this repository (`cargo xtask`); the others
/// are for projects that have it installed (`cargo perennial`).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Format {
    /// C and C++ header: PEM for `setCACert`, bundle for `setCACertBundle` of arduino-esp32.
    CHeader,
    /// Certificate bundle of ESP-IDF up to 5.3.
    EspBundleV1,
    /// Certificate bundle of ESP-IDF from 5.4 on.
    EspBundleV2,
    /// `perennial.store/1`, for scripts.
    Json,
    /// PEM certificates: `ca.pem`, `cert_pem`, the global store of ESP-IDF.
    Pem,
    /// `trust_store.rs`: the binary form with comments.
    Rust,
    /// Rust source with an array of `TrustAnchor` for rustls-webpki.
    WebPki,
}

impl Format {
    /// Every format, in the order of the book.
    pub const ALL: [Self; 7] = [
        Self::CHeader,
        Self::EspBundleV1,
        Self::EspBundleV2,
        Self::Json,
        Self::Pem,
        Self::Rust,
        Self::WebPki,
    ];

    /// The word of the command line: `esp-bundle-v2`.
    pub fn word(self) -> &'static str {
        match self {
            Self::CHeader => "c-header",
            Self::EspBundleV1 => "esp-bundle-v1",
            Self::EspBundleV2 => "esp-bundle-v2",
            Self::Json => "json",
            Self::Pem => "pem",
            Self::Rust => "rust",
            Self::WebPki => "webpki",
        }
    }

    /// The format with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The command that writes it, as the header of a generated file says.
    pub fn command(self) -> String {
        match self {
            Self::Rust => "cargo xtask render".to_owned(),
            other => format!("cargo perennial render --format {}", other.word()),
        }
    }

    /// Whether it has the days on which each anchor begins and ends. A verifier that reads a format
    /// without them goes on trusting an anchor that has ended.
    pub fn carries_dates(self) -> bool {
        // The C header has the dates in its PEM and not in its bundle: a sketch may use either.
        matches!(self, Self::Json | Self::Pem | Self::Rust)
    }

    /// Whether it has the pins.
    pub fn carries_pins(self) -> bool {
        matches!(self, Self::Json | Self::Rust)
    }

    /// Whether it is or contains an ESP-IDF bundle, where anchors are found by name.
    pub fn is_bundle(self) -> bool {
        matches!(self, Self::CHeader | Self::EspBundleV1 | Self::EspBundleV2)
    }
}
