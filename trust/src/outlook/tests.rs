//! Days that are known from history and from published facts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::source::{Location, SourceFile};

fn calendar() -> Calendar {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let files: Vec<Arc<SourceFile>> = paths
        .iter()
        .map(|path| SourceFile::from_bytes(path.to_str().unwrap(), &std::fs::read(path).unwrap()))
        .collect();
    Calendar::read(&files).0
}

fn pool() -> Vec<Certificate> {
    let place = Location::whole(&SourceFile::new("the Mozilla set", ""));
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    roots
        .map(|der| Certificate::from_der(der, place.clone()).unwrap())
        .collect()
}

fn pki(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/pki/{name}.pem"));
    std::fs::read_to_string(path).unwrap()
}

fn question(as_of: &str) -> Question {
    Question {
        as_of: as_of.parse().unwrap(),
        until: None,
        owner: None,
        verifier: None,
        sdkconfig: None,
    }
}

fn asked(text: &str, question: &Question) -> Outlook {
    let (calendar, pool) = (calendar(), pool());
    let facts = Facts {
        calendar: &calendar,
        pool: &pool,
    };
    let material = Material::find("ca.pem", text.as_bytes());
    assert!(material.damages.is_empty(), "{:?}", material.damages);
    outlook(&material, &facts, question)
}

fn dark_on(outlook: &Outlook) -> String {
    outlook
        .dark_on()
        .map_or_else(|| "never".to_owned(), |day| day.to_string())
}

/// mDash: devices with DST Root CA X3 alone were lost when Let's Encrypt sent the cross-certificate no longer.
#[test]
fn dst_root_ca_x3_was_lost_when_the_cross_certificate_was() {
    let outlook = asked(&pki("dst-root-ca-x3"), &question("2026-07-01"));
    assert_eq!(dark_on(&outlook), "2024-02-08");
    let ids: Vec<_> = outlook.findings.iter().map(|f| f.rule.id).collect();
    assert_eq!(ids, ["I102", "I103", "I106"]);
}

/// Deploy the Fleet pinned R3; Let's Encrypt stopped issuing with it on 2024-06-06.
#[test]
fn a_pinned_intermediate_is_lost_when_it_stops_issuing() {
    let outlook = asked(&pki("r3-by-isrg-root-x1"), &question("2026-07-01"));
    assert_eq!(dark_on(&outlook), "2024-06-06");
    assert!(outlook.findings.iter().any(|f| f.rule.id == "I104"));
}

#[test]
fn isrg_root_x1_alone_is_lost_when_chains_lead_to_it_no_longer() {
    let outlook = asked(&pki("isrg-root-x1"), &question("2026-07-01"));
    assert_eq!(dark_on(&outlook), "2030-06-05");
}

#[test]
fn a_leaf_is_lost_when_it_ends() {
    let outlook = asked(&pki("leaf-2024-lencr-org-by-e6"), &question("2024-06-20"));
    let leaf = &outlook.anchors[0];
    assert_eq!(leaf.kind, AnchorKind::Leaf);
    assert_eq!(outlook.last_day(), leaf.not_after);
}

#[test]
fn an_owner_that_is_asked_about_is_the_only_one() {
    let asked_about = |owner: &str| {
        let question = Question {
            owner: Some(owner.to_owned()),
            ..question("2026-07-01")
        };
        asked(&pki("isrg-root-x1"), &question)
    };
    assert_eq!(dark_on(&asked_about("Let's Encrypt")), "2030-06-05");
    let never = asked_about("DigiCert");
    assert_eq!(never.last_day(), None);
    assert!(
        never
            .findings
            .iter()
            .any(|f| f.rule.id == "I102" && f.blocks())
    );
}

/// In 2024 the ECDSA chain went on to ISRG Root X1, and a bundle is asked for the issuer of the last certificate alone.
#[test]
fn a_bundle_without_the_older_root_reaches_only_servers_that_send_less() {
    let x2 = include_str!("../../anchors/isrg-root-x2.pem");
    let longest = |verifier| {
        let question = Question {
            verifier: Some(verifier),
            ..question("2024-03-01")
        };
        let outlook = asked(x2, &question);
        let reach = outlook.last_reach().unwrap();
        (reach.basis, reach.key_type)
    };
    let top_only = longest(VerifierModel::EspIdfBundle);
    assert_eq!(top_only, (Basis::OtherChain, None));
    let each_step = longest(VerifierModel::EspIdfBundleCrossSigned);
    assert_eq!(each_step, (Basis::Chains, Some(KeyType::Ecdsa)));
}

/// A private CA is in no programme, so none removes it; it counts where nothing public is reached.
#[test]
fn a_private_root_lasts_as_long_as_its_certificate() {
    let fixture = include_str!("../../fixtures/rules/I112-unusable-key/pass/material.pem");
    let outlook = asked(fixture, &question("2026-12-01"));
    let private = &outlook.anchors[2];
    assert_eq!((private.public, private.ends.len()), (false, 1));
    assert_ne!(outlook.last_reach().unwrap().basis, Basis::Private);
    let start = fixture.rfind("-----BEGIN").unwrap();
    let alone = asked(&fixture[start..], &question("2026-12-01"));
    assert_eq!(alone.last_reach().unwrap().basis, Basis::Private);
    assert_eq!(alone.last_day(), private.not_after);
}
