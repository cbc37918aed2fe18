//! One server: what it shows, how it is set up, and what a device with a store says to it.

use device::store::StoreContents;
use device::tls::TlsError;
use device::verify::{Clock, PathEnd, PinVerdict, VerifyError};

use super::support::{Chain, HOST, Made, valid};

/// A row of the table in docs/verification.md.
pub(crate) struct Case {
    /// What is particular about it.
    pub(crate) name: &'static str,
    /// DER certificates, as the server sends them.
    pub(crate) chain: Vec<Vec<u8>>,
    /// The key of the first, in PEM.
    pub(crate) key: String,
    pub(crate) setting: Setting,
    pub(crate) store: StoreContents,
    pub(crate) host: String,
    pub(crate) clock: Clock,
    pub(crate) expected: Result<(), TlsError>,
}

/// How a server is set up, apart from what it shows.
#[derive(Clone, Copy)]
pub(crate) enum Setting {
    /// As it comes, with TLS 1.2 and 1.3.
    Stock,
    /// One version, in OpenSSL's words and in nginx's.
    Version([&'static str; 2]),
    Suites(&'static str),
    Curves(&'static str),
    /// How many it sends.
    Tickets(&'static str),
    NoMiddleboxes,
    /// The longest record, in bytes.
    Records(&'static str),
    /// Where messages are split over records, in bytes.
    Fragments(&'static str),
    CertificateWanted,
    CertificateDemanded,
    /// It knows another name only, and refuses ours.
    OtherName,
}

impl Case {
    /// A server of the tests' host that sends these certificates and is trusted by `store`; the first is its own.
    pub(crate) fn new(name: &'static str, sent: &[&Made], store: StoreContents) -> Self {
        Self {
            name,
            chain: sent.iter().map(|made| made.der.clone()).collect(),
            key: sent[0].key.serialize_pem(),
            setting: Setting::Stock,
            store,
            host: HOST.into(),
            clock: valid(),
            expected: Ok(()),
        }
    }

    /// A server with an intermediate.
    pub(crate) fn of(name: &'static str, chain: &Chain) -> Self {
        Self::new(name, &[&chain.leaf, &chain.intermediate], chain.store())
    }

    /// A server that is only set up in another way.
    pub(crate) fn set(name: &'static str, setting: Setting) -> Self {
        let case = Self::of(name, &Chain::new());
        Self { setting, ..case }
    }

    pub(crate) fn at(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub(crate) fn called(self, host: &str) -> Self {
        let host = host.into();
        Self { host, ..self }
    }

    pub(crate) fn refused(self, error: TlsError) -> Self {
        let expected = Err(error);
        Self { expected, ..self }
    }

    pub(crate) fn untrusted(self, error: VerifyError) -> Self {
        self.refused(TlsError::Certificate(error))
    }

    /// No path leads to an anchor, and there is no pin.
    pub(crate) fn no_path(self, end: PathEnd) -> Self {
        let (basis, pins) = (self.clock.basis(), PinVerdict::NoPin);
        self.untrusted(VerifyError::NoPath { end, basis, pins })
    }

    /// Its row, when `others` is who else cannot be tried with it, and why.
    pub(crate) fn row(&self, others: &str) -> String {
        let said = match &self.expected {
            Ok(()) => "trusted".into(),
            Err(error) => format!("refused: {error}"),
        };
        let row = format!("| {} | {said} | {others}", self.name);
        format!("{} |", row.trim_end())
    }
}

impl Setting {
    /// The arguments of `openssl s_server`.
    pub(crate) fn of_openssl(self) -> Vec<&'static str> {
        match self {
            Self::Stock => vec![],
            Self::Version([version, _]) => vec![version],
            Self::Suites(suites) => vec!["-ciphersuites", suites],
            Self::Curves(curves) => vec!["-groups", curves, "-serverpref"],
            Self::Tickets(count) => vec!["-num_tickets", count],
            Self::NoMiddleboxes => vec!["-no_middlebox"],
            Self::Records(bytes) => vec!["-max_send_frag", bytes],
            Self::Fragments(bytes) => vec!["-split_send_frag", bytes],
            Self::CertificateWanted => vec!["-verify", "1"],
            Self::CertificateDemanded => vec!["-Verify", "1"],
            Self::OtherName => {
                let other = ["-servername", "other.example.com", "-servername_fatal"];
                let shown = ["-cert2", "leaf.pem", "-key2", "key.pem"];
                [&other[..], &shown].concat()
            }
        }
    }

    /// The lines in nginx's configuration, or why it cannot be set up so.
    pub(crate) fn of_nginx(self) -> Result<String, &'static str> {
        Ok(match self {
            Self::Stock => String::new(),
            Self::Version([_, version]) => format!("ssl_protocols {version};"),
            Self::Suites(suites) => format!("ssl_conf_command Ciphersuites {suites};"),
            Self::Curves(curves) => format!("ssl_ecdh_curve {curves};"),
            Self::Tickets(count) => format!("ssl_conf_command NumTickets {count};"),
            Self::NoMiddleboxes => "ssl_conf_command Options -MiddleboxCompat;".into(),
            Self::CertificateWanted => "ssl_verify_client optional_no_ca;".into(),
            Self::OtherName => "ssl_reject_handshake on;".into(),
            Self::Records(_) | Self::Fragments(_) => {
                return Err("it has no setting for the records of a handshake");
            }
            Self::CertificateDemanded => {
                return Err("it accepts the connection, and answers 400");
            }
        })
    }
}
