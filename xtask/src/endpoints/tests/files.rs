//! Files: their names, and what is never written over.

use std::fs;

use super::pki::{Identity, Key};
use super::server::{found, serve};
use super::{Place, file_of, url};

#[test]
fn a_capture_is_never_written_over_another() {
    let identity = Identity::below(Key::Ecdsa, 1);
    let port = serve(&identity, |_| found());
    let place = Place::new();
    place.capture(&[&url(port)]).unwrap();
    let name = file_of(port, "ecdsa");
    // The same chain on an earlier day.
    let earlier = place.text(&name).replace("2026-11-22", "2026-11-01");
    fs::write(place.path(&name), &earlier).unwrap();
    place.capture(&[&url(port)]).unwrap();
    assert_eq!(place.text(&name), earlier);
    // Another chain.
    let other = Identity::below(Key::Ecdsa, 1);
    let pem = crate::roots::pem(&other.chain[0]);
    fs::write(place.path(&name), &pem).unwrap();
    let failure = place.capture(&[&url(port)]).unwrap_err();
    assert!(failure.what.contains("holds another chain"), "{failure}");
    assert!(
        failure.what.contains(&name) && failure.help.contains("--name"),
        "{failure}"
    );
    assert_eq!(place.text(&name), pem);
    assert_eq!(place.files(), [name]);
}

#[test]
fn a_file_can_be_named() {
    let identity = Identity::below(Key::Ecdsa, 1);
    let port = serve(&identity, |_| found());
    let place = Place::new();
    let printed = place.capture(&[&url(port), "--name", "primary"]).unwrap();
    assert_eq!(
        printed,
        "chains = [\"endpoints/primary-2026-11-ecdsa.pem\"]\n"
    );
    let output = place.path("../../elsewhere.pem");
    let (url, shown) = (url(port), output.to_str().unwrap());
    let line = [url.as_str(), "--output", shown, "--key-type", "ecdsa"];
    place.capture(&line).unwrap();
    assert_eq!(
        fs::read_to_string(&output).unwrap(),
        place.text("primary-2026-11-ecdsa.pem")
    );
    assert_eq!(place.files(), ["primary-2026-11-ecdsa.pem"]);
}

#[test]
fn names_that_lead_elsewhere_and_one_file_for_two_chains_are_refused() {
    for name in ["../x", "a/b", "", ".hidden", "a b"] {
        let failure = Place::new().refused(&["https://ota.invalid/", "--name", name]);
        assert!(failure.what.contains("file's name"), "{failure}");
    }
    let failure = Place::new().refused(&["https://ota.invalid/", "--output", "x.pem"]);
    assert!(failure.help.contains("--key-type"), "{failure}");
}
