//! Stores to render, and peers that read what was rendered.

mod bundle;
mod c_header;
mod comment;
mod der;
mod findings;
mod forms;
mod webpki;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use device::store::{AfterExpiry, DatesChecked};

use super::Format;
use crate::anchors::Certificate;
use crate::calendar::{Confidence, End, EndCause};
use crate::source::{Location, SourceFile};
use crate::store::{
    ApprovedAnchor, ApprovedEndpoint, ApprovedKey, ApprovedKeys, ApprovedPin, ApprovedStore,
    StoreContents, StoreInput,
};

/// The policy that the places of findings are in: a line for each anchor, then one for each pin.
fn policy() -> Arc<SourceFile> {
    SourceFile::new(
        "policy.toml",
        "[product]\n".to_owned() + &"x = 1\n".repeat(400),
    )
}

fn line(number: usize) -> Location {
    let start = "[product]\n".len() + number * 6;
    Location::new(&policy(), start..start + 5)
}

fn anchor(der: &[u8], index: usize) -> ApprovedAnchor {
    let certificate = Certificate::from_der(der, line(index)).unwrap();
    ApprovedAnchor {
        name: certificate.name.clone(),
        owner: certificate.organisation.clone(),
        reason: "a test needs it".into(),
        effective_end: End {
            date: certificate.not_after,
            cause: EndCause::NotAfter,
            confidence: Confidence::Certificate,
            source: "certificate".into(),
        },
        at: line(index),
        certificate: certificate.into(),
    }
}

fn contents(anchors: Vec<ApprovedAnchor>) -> StoreContents {
    StoreContents {
        product: "perennial-test".into(),
        sequence: 3,
        as_of: "2026-06-30".parse().unwrap(),
        service_ends: "2034-06-30".parse().unwrap(),
        dates: DatesChecked::ALL,
        anchors,
        pins: Vec::new(),
        endpoints: Vec::new(),
        release_keys: ApprovedKeys::NONE,
        rescue_keys: ApprovedKeys::NONE,
        inputs: Vec::new(),
        at: Location::whole(&policy()),
    }
}

fn store_of(ders: &[&[u8]]) -> ApprovedStore {
    let anchors = ders.iter().enumerate();
    let anchors = anchors.map(|(index, der)| anchor(der, index)).collect();
    ApprovedStore::from_gate(contents(anchors))
}

/// The 118 roots of the Mozilla set.
fn mozilla() -> Vec<&'static [u8]> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    roots.iter().map(|der| der.as_ref()).collect()
}

/// The roots of the Mozilla set with these names.
fn roots(names: &[&str]) -> Vec<&'static [u8]> {
    let named = |name: &&str| {
        let found = mozilla()
            .into_iter()
            .find(|der| anchor(der, 0).certificate.name == *name);
        found.unwrap_or_else(|| panic!("no root is named {name}"))
    };
    names.iter().map(named).collect()
}

/// Two anchors, a pin, two endpoints, keys: everything that a store can hold.
fn sample() -> StoreContents {
    let mut contents = contents(vec![
        anchor(roots(&["ISRG Root X2"])[0], 0),
        anchor(roots(&["ISRG Root X1"])[0], 1),
    ]);
    contents.anchors[1].effective_end = End {
        date: "2030-06-04".parse().unwrap(),
        cause: EndCause::Owner,
        confidence: Confidence::Announced,
        source: "Let's Encrypt, Chains of Trust".into(),
    };
    contents.pins = vec![ApprovedPin {
        endpoint: "failover".into(),
        host: "failover.example.net".into(),
        spki_sha256: [7; 32],
        expires: "2034-01-01".parse().unwrap(),
        after_expiry: AfterExpiry::RootsOnly,
        at: line(2),
    }];
    let endpoint = |name: &str, url: &str, redirects: Vec<String>| ApprovedEndpoint {
        name: name.into(),
        url: url.into(),
        redirects,
    };
    contents.endpoints = vec![
        endpoint(
            "primary",
            "https://ota.example.com/perennial/",
            vec!["https://cdn.example.com/".into()],
        ),
        endpoint("failover", "https://failover.example.net/", Vec::new()),
    ];
    let key = |byte| ApprovedKey {
        id: [byte, 2, 3, 4, 5, 6, 7, 8],
        ed25519: [byte; 32],
    };
    contents.release_keys = ApprovedKeys {
        threshold: 1,
        keys: vec![key(0x22), key(0x11)],
    };
    contents.rescue_keys = ApprovedKeys {
        threshold: 2,
        keys: vec![key(0x33), key(0x44)],
    };
    contents.inputs = vec![
        StoreInput {
            name: "trust/anchors/isrg-root-x1.pem".into(),
            sha256: "11".repeat(32),
        },
        StoreInput {
            name: "policy.toml".into(),
            sha256: "22".repeat(32),
        },
    ];
    contents
}

/// The sample, and the same with everything in another order.
fn sample_and_its_twin() -> [ApprovedStore; 2] {
    let mut twin = sample();
    twin.anchors.reverse();
    twin.release_keys.keys.reverse();
    twin.rescue_keys.keys.reverse();
    twin.inputs.reverse();
    [
        ApprovedStore::from_gate(sample()),
        ApprovedStore::from_gate(twin),
    ]
}

fn rendered(store: &ApprovedStore, format: Format) -> Vec<u8> {
    super::render(store, format).unwrap()
}

fn text(store: &ApprovedStore, format: Format) -> String {
    String::from_utf8(rendered(store, format)).unwrap()
}

/// Runs a peer in `directory`; `None`, with a word to the reader, where the machine does not have it. A CI
/// machine must have it.
fn peer(program: &str, arguments: &[&str], directory: &Path) -> Option<Output> {
    match Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .output()
    {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{program}: {error}");
            eprintln!("not compared with {program}: {error}");
            None
        }
    }
}

/// A peer that must succeed; its standard output.
fn peer_says(program: &str, arguments: &[&str], directory: &Path) -> Option<Vec<u8>> {
    let output = peer(program, arguments, directory)?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {complaint}"
    );
    Some(output.stdout)
}
