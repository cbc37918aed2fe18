//! Cipher suites that a device may offer.

/// A cipher suite of TLS 1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// TLS_AES_128_GCM_SHA256. RFC 8446, section 9.1, wants every server to have it.
    Aes128GcmSha256,
    /// TLS_AES_256_GCM_SHA384, for servers that break that rule.
    Aes256GcmSha384,
}

impl Suite {
    /// Its number in RFC 8446, appendix B.4.
    pub const fn code_point(self) -> u16 {
        match self {
            Self::Aes128GcmSha256 => 0x1301,
            Self::Aes256GcmSha384 => 0x1302,
        }
    }
}
