//! What cannot be served is said before anything listens.

use std::net::TcpListener;

use crate::support::{Identity, Site, command};

/// What is said of these options; it ends with 2.
fn refused(site: &Site, options: &[String]) -> String {
    let output = command(&site.root(), options).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    said
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_transport_must_be_chosen() {
    let (site, identity) = (Site::new(), Identity::new());
    assert!(refused(&site, &[]).contains("--plain"));
    assert!(refused(&site, &identity.options()[..2]).contains("--key"));
    let mut both = identity.options();
    both.push("--plain".to_owned());
    refused(&site, &both);
}

#[test]
fn chain_and_key_must_be_there_and_fit() {
    let (site, one, other) = (Site::new(), Identity::new(), Identity::new());
    let options = |chain: &std::path::Path, key: &std::path::Path| {
        words(&[
            "--chain",
            chain.to_str().unwrap(),
            "--key",
            key.to_str().unwrap(),
        ])
    };
    let (chain, key) = (one.path("chain.pem"), one.path("key.pem"));
    let said = refused(&site, &options(&chain, &other.path("key.pem")));
    assert!(
        said.contains("make no server") && said.contains("help:"),
        "{said}"
    );
    let said = refused(&site, &options(&key, &key));
    assert!(
        said.contains("key.pem is not a chain of certificates"),
        "{said}"
    );
    let said = refused(&site, &options(&chain, &chain));
    assert!(said.contains("chain.pem is not a private key"), "{said}");
    let said = refused(&site, &options(&one.path("none.pem"), &key));
    assert!(
        said.contains("cannot read") && said.contains("none.pem"),
        "{said}"
    );
}

#[test]
fn folder_and_address_must_be_there_to_be_had() {
    let site = Site::new();
    let file = site.root().join("release.json");
    let output = command(&file, &["--plain"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && said.contains("is not a folder"),
        "{said}"
    );
    let output = command(&site.root().join("none"), &["--plain"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(&site, &words(&["--plain", "--listen", &address]));
    assert!(
        said.contains(&format!("cannot listen on {address}")),
        "{said}"
    );
}
