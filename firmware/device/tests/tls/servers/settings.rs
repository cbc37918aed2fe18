//! How servers are set up: versions, cipher suites, curves, records.

use device::tls::{Alert, TlsError};

use super::case::{Case, Setting};

pub(crate) fn all() -> Vec<Case> {
    let failure = TlsError::Alert(Alert::HANDSHAKE_FAILURE);
    let version = TlsError::Alert(Alert::PROTOCOL_VERSION);
    let unknown = TlsError::Alert(Alert::UNRECOGNIZED_NAME);
    let [aes_128, aes_256, chacha] = [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    ]
    .map(Setting::Suites);
    let [p256, last, none] = ["P-256", "X25519:P-384:P-256", "X25519:P-384"].map(Setting::Curves);
    let tls_1_3 = Setting::Version(["-tls1_3", "TLSv1.3"]);
    let tls_1_2 = Setting::Version(["-tls1_2", "TLSv1.2"]);
    vec![
        Case::set("TLS 1.3 alone", tls_1_3),
        Case::set("TLS 1.2 alone", tls_1_2).refused(version),
        Case::set("AES-128-GCM alone", aes_128),
        Case::set("AES-256-GCM alone", aes_256),
        Case::set("ChaCha20-Poly1305 alone", chacha).refused(failure),
        Case::set("the curve P-256 alone", p256),
        Case::set("the curve P-256 behind others", last),
        Case::set("other curves alone", none).refused(failure),
        Case::set("no session tickets", Setting::Tickets("0")),
        Case::set("nine session tickets", Setting::Tickets("9")),
        Case::set("no concessions to middleboxes", Setting::NoMiddleboxes),
        Case::set("records of 2,048 bytes", Setting::Records("2048")),
        Case::set("records too short for a message", Setting::Records("512"))
            .refused(TlsError::Unreadable),
        Case::set("messages split over records", Setting::Fragments("512"))
            .refused(TlsError::Unreadable),
        Case::set("it would like a certificate", Setting::CertificateWanted),
        Case::set("it demands a certificate", Setting::CertificateDemanded)
            .refused(TlsError::ServerAlert),
        Case::set("it does not know the name", Setting::OtherName).refused(unknown),
    ]
}
