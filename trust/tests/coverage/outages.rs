//! When each shipped library went dark, from the facts of the time.

use trust::anchors::{PublicKey, SignatureAlgorithm};
use trust::coverage::served::Leaf;
use trust::policy::VerifierModel;

use crate::support::{Release, date, loss, pem};

const X3: &str = "fleets/deploy-the-fleet-1.0.0/anchors/lets-encrypt-authority-x3";
const DST: &str = "pki/dst-root-ca-x3";
const R3: &str = "pki/r3-by-isrg-root-x1";
const X1: &str = "pki/isrg-root-x1";
const CLOUDFLARE: &str = "fleets/deploy-the-fleet-1.0.7/anchors/cloudflare-origin-ca";

/// The leaf that the update server sent: ended 2024-08-23, so issued 2024-05-25.
fn leaf_of_2024() -> Leaf {
    Leaf {
        not_before: date("2024-05-25"),
        not_after: date("2024-08-23"),
        spki_sha256: [7; 32],
        key: PublicKey::Rsa(2048),
        signature: SignatureAlgorithm::RsaSha256,
        der_length: 1_200,
        names: Vec::new(),
    }
}

#[test]
fn deploy_the_fleet_1_0_4_from_the_facts_of_april_2024() {
    let asked = |release: Release| loss(&release.asked("2024-04-12", "2026-12-31"));
    let leaf_ends = Release::new(&[R3]).with(|endpoint| {
        endpoint.leaf_days = None;
        endpoint.leaf_ends = Some(date("2024-08-23"));
    });
    assert_eq!(asked(leaf_ends), "[2024-06-06, 2024-08-23]");
    let mut captured = Release::new(&[R3]);
    captured.seen = vec![(leaf_of_2024(), pem(R3))];
    assert_eq!(asked(captured), "[2024-07-24, 2024-08-23]");
    let captured_alone = Release {
        seen: vec![(leaf_of_2024(), pem(R3))],
        ..Release::new(&[R3]).with(|endpoint| endpoint.profile = None)
    };
    assert_eq!(asked(captured_alone), "[2024-07-24, 2024-08-23]");
    assert_eq!(asked(Release::new(&[R3])), "[2024-06-06, 2024-09-03]");
    let both = Release::new(&[R3]).with(|endpoint| endpoint.leaf_ends = Some(date("2024-08-23")));
    assert_eq!(asked(both), "[2024-07-24, 2024-08-23]");
}

/// The day before the announcement nobody could know more than the end of R3.
#[test]
fn the_day_before_the_announcement() {
    let asked = loss(&Release::new(&[R3]).asked("2024-04-11", "2026-12-31"));
    assert_eq!(asked, "[2025-09-16, 2025-09-16]");
}

#[test]
fn mdash_1_2_14_from_the_facts_of_july_2023() {
    let mdash = || Release::new(&[DST]);
    let asked = |release: Release| loss(&release.asked("2023-07-10", "2026-12-31"));
    assert_eq!(asked(mdash()), "[2024-02-08, 2024-05-07]");
    let in_2021 = |model| {
        let mdash = mdash().model(model);
        loss(&mdash.asked("2021-05-06", "2021-12-31"))
    };
    assert_eq!(in_2021(VerifierModel::EspIdfPem), "-");
    // The last day of DST Root CA X3 is 2021-09-30.
    assert_eq!(
        in_2021(VerifierModel::EspIdfPemTime),
        "[2021-10-01, 2021-10-01]"
    );
    let captured = Release {
        seen: vec![(
            Leaf {
                not_before: date("2023-11-28"),
                not_after: date("2024-02-26"),
                ..leaf_of_2024()
            },
            [
                pem("pki/r3-by-isrg-root-x1"),
                pem("pki/isrg-root-x1-by-dst-root-ca-x3"),
            ]
            .concat(),
        )],
        ..mdash()
    };
    assert_eq!(asked(captured), "[2024-02-08, 2024-05-07]");
}

/// The other libraries, with everything that is known today.
#[test]
fn every_library_version() {
    for (library, anchors, from, model, expected) in [
        (
            "1.0.0",
            &[X3][..],
            "2020-11-10",
            VerifierModel::EspIdfPem,
            "[2020-12-02, 2021-03-01]",
        ),
        (
            "1.0.1",
            &[DST],
            "2021-02-08",
            VerifierModel::EspIdfPem,
            "[2024-02-08, 2024-05-07]",
        ),
        (
            "1.0.1",
            &[DST],
            "2021-02-08",
            VerifierModel::EspIdfPemTime,
            "[2021-10-01, 2021-10-01]",
        ),
        (
            "1.0.2",
            &[R3],
            "2021-09-29",
            VerifierModel::EspIdfPem,
            "[2024-06-06, 2024-09-03]",
        ),
        (
            "1.0.4",
            &[R3],
            "2024-03-19",
            VerifierModel::EspIdfPem,
            "[2024-06-06, 2024-09-03]",
        ),
        (
            "1.0.5",
            &[X1],
            "2024-07-26",
            VerifierModel::EspIdfPem,
            "[2030-06-05, 2030-07-19]",
        ),
        (
            "1.0.6",
            &[X1, CLOUDFLARE],
            "2024-07-29",
            VerifierModel::EspIdfPem,
            "[2030-06-05, 2030-07-19]",
        ),
        (
            "mDash 1.2.15",
            &[X1],
            "2021-10-01",
            VerifierModel::EspIdfPem,
            "[2030-06-05, 2030-07-19]",
        ),
        (
            "mDash 1.2.16",
            &[X1],
            "2021-10-01",
            VerifierModel::EspIdfPemTime,
            "[2030-06-05, 2030-07-19]",
        ),
    ] {
        let release = Release::new(anchors).model(model);
        let calendar = crate::support::calendar();
        let coverage = release.asked_of(&calendar, "2026-08-21", from, "2036-12-31");
        assert_eq!(
            loss(&coverage),
            expected,
            "{library} {model:?}: {:#?}",
            coverage.gaps
        );
    }
}

/// Why, and on whose word.
#[test]
fn the_cause_is_named() {
    let coverage = Release::new(&[R3]).asked("2024-04-12", "2026-12-31");
    let gap = coverage.loss().unwrap();
    assert_eq!(gap.causes[0].date, date("2024-06-06"));
    assert_eq!(gap.causes[0].what, "Let's Encrypt issues by R10 or R11");
    assert!(gap.causes[0].source.contains("2024-04-12"));
}
