//! Alerts of TLS: what a server says before it hangs up.

use core::fmt;

/// An alert, by its AlertDescription: RFC 8446, section 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert(pub u8);

impl Alert {
    /// The server ends the connection as it should.
    pub const CLOSE_NOTIFY: Self = Self(0);
    /// Nothing in common: a cipher suite, a curve, a signature scheme, or for old servers the version.
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    /// What was offered is not safe enough for the server.
    pub const INSUFFICIENT_SECURITY: Self = Self(71);
    /// The server does not support TLS 1.3.
    pub const PROTOCOL_VERSION: Self = Self(70);
    /// The server has no certificate for this name.
    pub const UNRECOGNIZED_NAME: Self = Self(112);

    /// Its name in RFC 8446, section 6, if it has one there.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            22 => "record_overflow",
            40 => "handshake_failure",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            109 => "missing_extension",
            110 => "unsupported_extension",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            120 => "no_application_protocol",
            _ => return None,
        })
    }

    /// What it means here, where that is more than its name.
    const fn meaning(self) -> Option<&'static str> {
        Some(match self {
            Self::HANDSHAKE_FAILURE => {
                "it shares no cipher suite (AES-GCM), curve (P-256), signature scheme (ECDSA, RSA-PSS) or version (TLS 1.3) with the device"
            }
            Self::INSUFFICIENT_SECURITY => "what the device offers is too weak for it",
            Self::PROTOCOL_VERSION => "it does not support TLS 1.3",
            Self::UNRECOGNIZED_NAME => "it has no certificate for this name",
            _ => return None,
        })
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => formatter.write_str(name)?,
            None => write!(formatter, "alert {}", self.0)?,
        }
        match self.meaning() {
            Some(meaning) => write!(formatter, ": {meaning}"),
            None => Ok(()),
        }
    }
}
