//! Defect 6: a list with a value that the library does not know, or with more than it has room for. RFC 8446 has clients
//! pass over such values (sections 4.2 and 9.3): servers list what was invented after the device was built. This one is
//! mended in our copy of the library.

use super::*;
use crate::openssl::Openssl;

const STATUS_REQUEST: u16 = 5;
const SUPPORTED_GROUPS: u16 = 10;
const SIGNATURE_ALGORITHMS: u16 = 13;
const SIGNED_CERTIFICATE_TIMESTAMP: u16 = 18;
const COMPRESS_CERTIFICATE: u16 = 27;
const CERTIFICATE_AUTHORITIES: u16 = 47;
const OID_FILTERS: u16 = 48;
const SIGNATURE_ALGORITHMS_CERT: u16 = 50;
/// Of no extension: RFC 8701.
const GREASE: u16 = 0x5A5A;

/// A server that says these messages first, and then data.
fn after<'a>(chain: &'a Chain, first: &'a [(u8, &'a [u8])]) -> Memory<impl Peer + 'a> {
    let mut answered = false;
    server(move |session: &mut Session, stage| match stage {
        Stage::Hello => session.honest_after(first, chain),
        // A device that was asked for a certificate sends two records.
        Stage::Later if answered => Vec::new(),
        Stage::Later => {
            answered = true;
            let data = session.seal(DATA, b"hello");
            [data, session.seal(ALERT, &[1, 0])].concat()
        }
    })
}

/// A list of numbers as it stands in an extension.
fn list(numbers: &[u16]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    sized(&bytes)
}

fn extensions_with(groups: &[u8]) -> Vec<u8> {
    extension_list(&[(0, &[]), (SUPPORTED_GROUPS, groups)])
}

fn request_with(extensions: &[(u16, &[u8])]) -> Vec<u8> {
    [vec![0], extension_list(extensions)].concat()
}

fn is_spoken_with(first: &[(u8, &[u8])]) {
    let chain = Chain::new();
    let said = read(&chain, after(&chain, first));
    assert_eq!(said, (b"hello".to_vec(), TlsError::Closed), "{first:?}");
}

fn cannot_be_read(first: &[(u8, &[u8])]) {
    let chain = Chain::new();
    let error = refused(&chain, after(&chain, first));
    assert_eq!(error, TlsError::Unreadable, "{first:?}");
    assert!(
        error
            .to_string()
            .starts_with("a message of the handshake cannot be read")
    );
}

/// No extensions, and this CertificateRequest.
fn asking(request: &[u8]) -> [(u8, &[u8]); 2] {
    [
        (ENCRYPTED_EXTENSIONS, &[0, 0]),
        (CERTIFICATE_REQUEST, request),
    ]
}

#[test]
fn of_a_group_is_passed_over() {
    let fourteen: Vec<u16> = (0x0017..).take(14).collect();
    let sixty: Vec<u16> = (0x0100..).take(59).chain([0x0017]).collect();
    let known = [0x001D, 0x001E, 0x0018, 0x0019, 0x0100, 0x0101, 0x0102].repeat(2);
    for groups in [
        // What OpenSSL would send when a group was invented that it likes best.
        &[0x11EE, 0x001D, 0x0017][..],
        &[0x0017, 0x11EE],
        &[0xFFFF],
        // RFC 8701.
        &[0x0A0A, 0x001D, 0x0017, 0xFAFA],
        &fourteen,
        &known,
        &sixty,
    ] {
        is_spoken_with(&[(ENCRYPTED_EXTENSIONS, &extensions_with(&list(groups)))]);
    }
}

#[test]
fn of_a_signature_scheme_is_passed_over() {
    let forty: Vec<u16> = (0x0804..).take(40).collect();
    let known = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805].repeat(6);
    for schemes in [&[0x0911, 0x0403][..], &[0x1A1A], &forty, &known] {
        let request = request_with(&[(SIGNATURE_ALGORITHMS, &list(schemes))]);
        is_spoken_with(&asking(&request));
    }
}

/// All that TLS has for a CertificateRequest, and what it does not have yet.
#[test]
fn every_extension_of_a_certificate_request_is_passed_over() {
    let schemes = list(&[0x0403, 0x0911]);
    let request = request_with(&[
        (GREASE, b"grease"),
        (STATUS_REQUEST, &[]),
        (SIGNATURE_ALGORITHMS, &schemes),
        (SIGNED_CERTIFICATE_TIMESTAMP, &[]),
        (COMPRESS_CERTIFICATE, &[2, 0, 9]),
        (CERTIFICATE_AUTHORITIES, &[0, 3, 0, 1, 7]),
        (OID_FILTERS, &[0, 0]),
        (SIGNATURE_ALGORITHMS_CERT, &schemes),
    ]);
    is_spoken_with(&asking(&request));
}

#[test]
fn a_list_that_is_malformed_is_an_error() {
    for malformed in [
        // Half a number at the end.
        &[0, 3, 0x00, 0x1D, 0x00][..],
        &[0, 1, 0x11],
        // Longer than its extension.
        &[0, 4, 0x00, 0x1D],
        &[0xFF, 0xFF, 0x11, 0xEE],
        // No list.
        &[0],
        &[],
    ] {
        cannot_be_read(&[(ENCRYPTED_EXTENSIONS, &extensions_with(malformed))]);
        let request = request_with(&[(SIGNATURE_ALGORITHMS, malformed)]);
        cannot_be_read(&asking(&request));
    }
    // An extension that is longer than the message.
    cannot_be_read(&[(ENCRYPTED_EXTENSIONS, &[0, 4, 0, 10, 0, 2])]);
}

/// Every group that the installed OpenSSL has for TLS 1.3, the one of the device the last.
#[test]
fn openssl_lists_all_of_its_groups() {
    let chain = Chain::new();
    let key = chain.leaf.key.serialize_pem();
    let groups = format!("{}:P-256", groups_of_openssl().join(":"));
    let server = Openssl::serve(&chain.sent(), &key, &["-groups", &groups, "-serverpref"]);
    assert!(server.ask(&chain.store()).is_ok(), "{groups}");
}

/// All but P-256. Before OpenSSL 3.5 there is no list to ask for.
fn groups_of_openssl() -> Vec<String> {
    const BEFORE: &str =
        "X25519:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192";
    let asked = std::process::Command::new("openssl")
        .args(["list", "-tls1_3", "-tls-groups"])
        .output()
        .unwrap();
    let listed = String::from_utf8(asked.stdout).unwrap();
    let names = match asked.status.success() {
        true => listed.trim(),
        false => BEFORE,
    };
    let is_p256 = |name: &str| ["P-256", "prime256v1", "secp256r1"].contains(&name);
    let others = names.split(':').filter(|name| !is_p256(name));
    others.map(str::to_owned).collect()
}
