//! Whether a captured chain says anything of a server: the device's own code answers.

use std::net::IpAddr;

use device::store::{AnchorContents, DatesChecked, Day, KeySetContents, StoreContents};
use device::verify::{Clock, Moment, VerifyError};
use x509_parser::extensions::GeneralName;

use crate::anchors::Certificate;
use crate::device::{DeviceRefusal, verify_chain};
use crate::server::host;

/// `CN=nobody`, as the DER of a Name.
const NOBODY: &[u8] = b"\x30\x11\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x0c\x06nobody";

/// Why a captured chain proves nothing of a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoEvidence {
    /// There is no certificate, or nobody knows which server.
    Nothing,
    /// A CA's certificate is first.
    CaFirst,
    /// No device takes the first certificate for a server's.
    NotAServer(VerifyError),
    /// The first certificate is one of other names.
    OtherHost,
}

/// Why `chain` proves nothing of the server at `url`; `None` where it does. Who issued it, when it is valid and what
/// the verifier can do with it are other questions.
pub(crate) fn problem(chain: &[Certificate], url: &str) -> Option<NoEvidence> {
    let (Some(leaf), Some(host)) = (chain.first(), host(url)) else {
        return Some(NoEvidence::Nothing);
    };
    if leaf.may_issue {
        return Some(NoEvidence::CaFirst);
    }
    match refusal(leaf, host) {
        None => None,
        Some(VerifyError::WrongName) => Some(NoEvidence::OtherHost),
        Some(VerifyError::CaAsLeaf) => Some(NoEvidence::CaFirst),
        Some(error) => Some(NoEvidence::NotAServer(error)),
    }
}

/// The names that `leaf` is for, as it has them: subject alternative names that are hosts.
pub(crate) fn names(leaf: &Certificate) -> Vec<String> {
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(&leaf.der) else {
        return Vec::new();
    };
    let Ok(Some(extension)) = parsed.subject_alternative_name() else {
        return Vec::new();
    };
    let names = extension.value.general_names.iter();
    names.filter_map(name).collect()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let sixteen = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            four.or(sixteen).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

/// What a device that trusts nobody and looks at no date says against `leaf` as the certificate of `host`. It judges
/// the leaf by itself before it looks for an anchor, and that it finds none is no answer.
fn refusal(leaf: &Certificate, host: &str) -> Option<VerifyError> {
    let Ok(store) = trusts_nobody(leaf).write() else {
        // Cannot be; it must not look like evidence.
        return Some(VerifyError::Empty);
    };
    let clock = Clock::unknown(Moment::start_of(Day::MIN));
    match verify_chain(&store, &[&leaf.der], host, clock).err()? {
        DeviceRefusal::Chain(error) => about_the_leaf(error).then_some(error),
        DeviceRefusal::Store(_) => Some(VerifyError::Empty),
    }
}

/// A store must have an anchor. Nobody has this one's name; its key, which must be one, is the leaf's.
fn trusts_nobody(leaf: &Certificate) -> StoreContents {
    StoreContents {
        sequence: 1,
        product: "capture".to_owned(),
        dates: DatesChecked {
            leaf: false,
            intermediates: false,
            anchor: false,
        },
        anchors: vec![AnchorContents {
            name: "nobody".to_owned(),
            fingerprint: [0; 32],
            not_before: Day::MIN,
            not_after: Day::MIN,
            effective_end: Day::MIN,
            subject: NOBODY.to_vec(),
            spki: leaf.spki.clone(),
        }],
        pins: Vec::new(),
        endpoints: Vec::new(),
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    }
}

/// Whether it holds for every verifier. Bytes and algorithms are judged by the policy's verifier: E111, E112.
fn about_the_leaf(error: VerifyError) -> bool {
    !matches!(
        error,
        VerifyError::NoPath { .. }
            | VerifyError::Algorithm { .. }
            | VerifyError::Key { .. }
            | VerifyError::KeySize { .. }
            | VerifyError::TooManyBytes { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchors::read_pem;
    use crate::source::SourceFile;
    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType,
    };

    /// A self-signed certificate with `names`, changed.
    fn made(names: &[&str], change: impl Fn(&mut CertificateParams)) -> Vec<Certificate> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let (chain, findings) = read_pem(&SourceFile::new("made.pem", pem));
        assert_eq!(findings, []);
        chain
    }

    fn of(chain: &[Certificate], host: &str) -> Option<NoEvidence> {
        problem(chain, &format!("https://{host}/perennial/"))
    }

    /// RFC 9525, section 6.3: a wildcard stands for exactly one label, the first, and only as the whole of it.
    #[test]
    fn names_as_the_device_matches_them() {
        let chain = made(&["*.example.com", "b.example.net"], |_| {});
        for (host, fits) in [
            ("a.example.com", true),
            ("b.example.net", true),
            ("example.com", false),
            ("a.b.example.com", false),
            ("a.example.net", false),
            ("a.example.com.example.net", false),
            ("192.0.2.1", false),
        ] {
            let expected = (!fits).then_some(NoEvidence::OtherHost);
            assert_eq!(of(&chain, host), expected, "{host}");
        }
        assert_eq!(names(&chain[0]), ["*.example.com", "b.example.net"]);
        let partial = made(&["a*.example.com"], |_| {});
        assert!(of(&partial, "ab.example.com").is_some());
        let nameless = made(&[], |_| {});
        assert_eq!(of(&nameless, "a.example.com"), Some(NoEvidence::OtherHost));
    }

    #[test]
    fn addresses_are_names_of_their_own_kind() {
        let address = SanType::IpAddress([192, 0, 2, 1].into());
        let chain = made(&[], |params| {
            params.subject_alt_names = vec![address.clone()];
        });
        assert_eq!(of(&chain, "192.0.2.1"), None);
        assert_eq!(of(&chain, "192.0.2.2"), Some(NoEvidence::OtherHost));
        assert_eq!(names(&chain[0]), ["192.0.2.1"]);
    }

    #[test]
    fn what_no_device_takes_for_a_server() {
        let host = "a.example.com";
        let ca = made(&[host], |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        });
        assert_eq!(of(&ca, host), Some(NoEvidence::CaFirst));
        // A CA that may not sign certificates is no server either.
        let odd = made(&[host], |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
        });
        assert!(!odd[0].may_issue);
        assert_eq!(of(&odd, host), Some(NoEvidence::CaFirst));
        let client = made(&[host], |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        });
        let refused = VerifyError::NotForServers { certificate: 0 };
        assert_eq!(of(&client, host), Some(NoEvidence::NotAServer(refused)));
        let server = made(&[host], |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        });
        assert_eq!(of(&server, host), None);
        for url in [
            "https://a.example.com",
            "https://a.example.com:8443/?channel=stable",
        ] {
            assert_eq!(problem(&server, url), None, "{url}");
        }
        assert_eq!(of(&[], host), Some(NoEvidence::Nothing));
        assert_eq!(
            problem(&server, "http://a.example.com/"),
            Some(NoEvidence::Nothing)
        );
    }
}
