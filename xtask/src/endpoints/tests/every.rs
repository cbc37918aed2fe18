//! Every endpoint of the policy at once.

use std::fs;
use std::net::TcpListener;

use super::Place;
use super::pki::{Identity, Key};
use super::server::{found, serve};
use crate::exit::Exit;
use crate::signing::sample;

/// A place whose policy is the repository's, with its two servers at these ports.
fn place(primary: u16, failover: u16) -> Place {
    let place = Place::new();
    let own = fs::read_to_string(sample::project_root().join("policy.toml")).unwrap();
    let policy = own
        .replace("https://ota.example.com/perennial/", &super::url(primary))
        .replace("https://ota.example.net/perennial/", &super::url(failover));
    assert_ne!(policy, own);
    fs::write(place.project.root.join("policy.toml"), policy).unwrap();
    place
}

#[test]
fn each_endpoint_is_captured_under_its_name() {
    let [one, other] = [1, 2].map(|serial| Identity::below(Key::Ecdsa, serial));
    let place = place(serve(&one, |_| found()), serve(&other, |_| found()));
    let printed = place.capture(&["--every-endpoint"]).unwrap();
    assert_eq!(
        printed,
        "# primary\nchains = [\"endpoints/primary-2026-11-ecdsa.pem\"]\n\
         # failover\nchains = [\"endpoints/failover-2026-11-ecdsa.pem\"]\n"
    );
    let files = ["failover-2026-11-ecdsa.pem", "primary-2026-11-ecdsa.pem"];
    assert_eq!(place.files(), files);
}

#[test]
fn one_that_fails_keeps_no_other_from_being_captured_and_is_named() {
    let identity = Identity::below(Key::Ecdsa, 1);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let place = place(port, serve(&identity, |_| found()));
    let failure = place.capture(&["--every-endpoint"]).unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
    assert_eq!(failure.what, "1 of 2 endpoints not captured");
    assert!(failure.evidence[0].starts_with("primary: cannot connect"));
    assert_eq!(place.files(), ["failover-2026-11-ecdsa.pem"]);
}

#[test]
fn a_policy_with_mistakes_captures_nothing() {
    let place = Place::new();
    fs::write(
        place.project.root.join("policy.toml"),
        "schema-version = 9\n",
    )
    .unwrap();
    assert!(
        place
            .refused(&["--every-endpoint"])
            .what
            .contains("mistakes")
    );
}
