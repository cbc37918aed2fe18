//! For which names a leaf is: RFC 9525.

use device::verify::VerifyError;

use crate::support::{Chain, ca, leaf, leaf_for, root, store, valid, verify_for};
use rcgen::DnType;

fn judge(names: &[&str], asked: &str) -> Result<(), VerifyError> {
    let chain = Chain::with(ca("Intermediate"), leaf_for(names));
    verify_for(&chain.store(), &chain.sent(), asked, valid()).map(drop)
}

#[test]
fn names_that_match() {
    for (names, asked) in [
        (&["ota.example.com"][..], "ota.example.com"),
        (&["OTA.example.com"], "ota.example.com"),
        (&["other.example", "ota.example.com"], "ota.example.com"),
        (&["*.example.com"], "ota.example.com"),
        (&["192.0.2.1"], "192.0.2.1"),
        (&["xn--bcher-kva.example"], "xn--bcher-kva.example"),
    ] {
        assert_eq!(judge(names, asked), Ok(()), "{names:?} {asked}");
    }
}

#[test]
fn names_that_do_not() {
    for (names, asked) in [
        (&["ota.example.com"][..], "example.com"),
        (&["ota.example.com"], "a.ota.example.com"),
        (&["ota.example.com"], "ota.example.org"),
        (&["*.example.com"], "example.com"),
        (&["*.example.com"], "a.ota.example.com"),
        (&["192.0.2.1"], "192.0.2.2"),
        (&["ota.example.com"], "192.0.2.1"),
    ] {
        assert_eq!(
            judge(names, asked),
            Err(VerifyError::WrongName),
            "{names:?} {asked}"
        );
    }
}

#[test]
fn the_name_asked_for_is_canonical() {
    for asked in [
        "",
        "OTA.example.com",
        "ota.example.com.",
        "*.example.com",
        "ota example",
        "::1",
    ] {
        assert_eq!(
            judge(&["ota.example.com"], asked),
            Err(VerifyError::NameNotCanonical),
            "{asked}"
        );
    }
}

#[test]
fn the_common_name_does_not_count() {
    let top = root("Root");
    let mut parameters = leaf_for(&["other.example.com"]);
    parameters
        .distinguished_name
        .push(DnType::CommonName, "ota.example.com");
    let leaf = top.issue(parameters);
    let judged = verify_for(
        &store([top.anchor()]),
        &[&leaf.der],
        "ota.example.com",
        valid(),
    );
    assert_eq!(judged, Err(VerifyError::WrongName));
}

#[test]
fn a_wrong_name_comes_before_wrong_dates() {
    let mut parameters = leaf();
    parameters.not_after = rcgen::date_time_ymd(2026, 1, 2);
    let chain = Chain::with(ca("Intermediate"), parameters);
    let judged = verify_for(&chain.store(), &chain.sent(), "a.example.com", valid());
    assert_eq!(judged, Err(VerifyError::WrongName));
}
