mod judges;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::rebuild::{Comparison, DifferingRange, Outcome, Rebuild};
use super::sample::{Sample, toolchain};
use super::statement::{STATEMENT_TYPE, Statement};
use super::{rebuild, sbom};
use crate::release::manifest::{ArtefactKind, FILE_NAME};

fn value(sample: &Sample, kind: ArtefactKind) -> Value {
    serde_json::from_slice(&sample.document(kind)).unwrap()
}

#[test]
fn the_same_release_has_the_same_bytes_and_another_one_others() {
    let (one, other) = (Sample::made(), Sample::made());
    let mut later = Sample::made();
    later.manifest.commit = "f".repeat(40);
    for kind in super::release::DOCUMENTS {
        assert_eq!(one.document(kind), other.document(kind), "{kind:?}");
        assert_ne!(one.document(kind), later.document(kind), "{kind:?}");
    }
}

/// No document says when or where it was made: the only dates are those of the release and of its facts.
#[test]
fn nothing_of_this_machine_is_in_a_document() {
    let sample = Sample::made();
    for kind in super::release::DOCUMENTS {
        let text = String::from_utf8(sample.document(kind)).unwrap();
        for leak in [env!("CARGO_MANIFEST_DIR"), "/home/", "/root/"] {
            assert!(!text.contains(leak), "{kind:?} has {leak}");
        }
        assert!(text.ends_with("}\n") && !text.contains('\r'));
    }
}

#[test]
fn statements_are_about_what_devices_get_and_never_about_themselves() {
    let sample = Sample::made();
    let whole = sample.contents();
    for kind in [
        ArtefactKind::CoverageStatement,
        ArtefactKind::ProvenanceStatement,
    ] {
        let statement = value(&sample, kind);
        assert_eq!(statement["_type"], STATEMENT_TYPE);
        let subjects = statement["subject"].as_array().unwrap();
        let names: Vec<_> = subjects
            .iter()
            .map(|s| s["name"].as_str().unwrap())
            .collect();
        let expected = [
            "application.bin",
            "firmware.elf",
            "flash.bin",
            "trust-store.bin",
        ];
        assert_eq!(names, expected);
        for subject in subjects {
            let recorded = whole.manifest().artefacts.iter();
            let mut recorded = recorded.filter(|one| subject["name"] == json!(one.name));
            let recorded = recorded.next().unwrap();
            assert_eq!(subject["digest"], json!({ "sha256": recorded.sha256 }));
        }
    }
    // Made again from the whole release, which lists the documents, they are the same.
    let again = Sample {
        manifest: whole.manifest().clone(),
        ..Sample::made()
    };
    for kind in super::release::DOCUMENTS {
        assert_eq!(again.document(kind), whole.files()[kind.file_name()]);
    }
}

#[test]
fn the_provenance_names_everything_that_goes_in_with_its_digest() {
    let provenance = value(&Sample::made(), ArtefactKind::ProvenanceStatement);
    let definition = &provenance["predicate"]["buildDefinition"];
    let dependencies = definition["resolvedDependencies"].as_array().unwrap();
    let of_kind = |kind: &str| {
        let mut found = dependencies.iter();
        found
            .find(|one| one["annotations"]["kind"] == kind)
            .cloned()
            .unwrap()
    };
    assert_eq!(
        of_kind("source")["digest"]["gitCommit"],
        super::sample::COMMIT
    );
    let blob = of_kind("blob");
    assert_eq!(blob["uri"], "pkg:cargo/radio-sys@0.3.0#libs/libphy.a");
    assert_eq!(blob["digest"]["sha256"], "3".repeat(64));
    let package = of_kind("toolchain-package");
    let uri = "pkg:deb/debian/rustc-web@1:1.96.0%2Bdfsg1-1~deb12u2?arch=amd64";
    assert_eq!(package["uri"], uri);
    assert_eq!(of_kind("build-crate")["uri"], "pkg:cargo/syn@2.0.1%2Bx");
    for kind in [
        "verdict-input",
        "lockfile",
        "linked-crate",
        "toolchain-tree",
        "bootloader",
    ] {
        assert_eq!(
            of_kind(kind)["digest"]["sha256"].as_str().unwrap().len(),
            64
        );
    }
    let mut names: Vec<_> = dependencies
        .iter()
        .map(|one| one["name"].as_str())
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each is there once");
    assert!(names.contains(&Some("policy.toml")));
}

#[test]
fn the_coverage_statement_holds_the_whole_proof() {
    let sample = Sample::made();
    let statement = value(&sample, ArtefactKind::CoverageStatement);
    let predicate = &statement["predicate"];
    assert_eq!(predicate["verdict"], "approved");
    assert_eq!(
        predicate["question"],
        json!({"released": "2026-11-22", "channel": "development"})
    );
    let until = &predicate["service"]["until"];
    assert_eq!(*until, json!(sample.manifest.service_ends));
    for endpoint in predicate["endpoints"].as_array().unwrap() {
        let intervals = endpoint["intervals"].as_array().unwrap();
        assert_eq!(intervals[0]["from"], "2026-11-22");
        assert_eq!(intervals.last().unwrap()["until"], *until);
        for interval in intervals {
            assert_eq!(interval["state"], "sure");
            assert!(interval["carriers"][0]["spki-sha256"].is_string());
        }
    }
    let fleet = predicate["fleet"].as_array().unwrap();
    let paths = fleet
        .iter()
        .map(|one| one["independent-paths"].as_u64().unwrap());
    assert!(paths.min().unwrap() >= predicate["required"]["independent-paths"].as_u64().unwrap());
    let findings = predicate["findings"]["list"].as_array().unwrap();
    assert_eq!(findings.len(), sample.verdict.findings().len());
}

#[test]
fn the_bill_of_materials_gives_its_crates_back_and_names_anchors_and_keys() {
    let sample = Sample::made();
    let document = sample.document(ArtefactKind::Sbom);
    assert_eq!(sbom::crates(&document).unwrap(), sample.crates);
    let bom = value(&sample, ArtefactKind::Sbom);
    let components = bom["components"].as_array().unwrap();
    let assets = |kind: &str| {
        let of_kind = |one: &&Value| one["cryptoProperties"]["assetType"] == kind;
        components.iter().filter(of_kind).collect::<Vec<_>>()
    };
    let anchors = &sample.verdict.approved().unwrap().contents().anchors;
    assert_eq!(assets("certificate").len(), anchors.len());
    let id = |key: &&Value| {
        let properties = &key["cryptoProperties"]["relatedCryptoMaterialProperties"];
        properties["id"].as_str().unwrap().to_owned()
    };
    let ids: Vec<_> = assets("related-crypto-material").iter().map(id).collect();
    let expected = ["9691A03EB0689581", "5989BE035C1BAEC0", "9AF17087EAADA540"];
    assert_eq!(
        BTreeSet::from_iter(ids),
        BTreeSet::from_iter(expected.map(str::to_owned))
    );
    let linked = bom["dependencies"][0]["dependsOn"].as_array().unwrap();
    let expected = [
        "blob:radio-sys@0.3.0/libs/libphy.a",
        "bootloader",
        "crate:device@0.1.0",
        "crate:embedded-tls@0.19.0",
        "crate:radio-sys@0.3.0",
    ];
    assert_eq!(linked, &expected);
}

#[test]
fn the_bill_of_materials_says_what_a_copy_was_made_of() {
    let bom = value(&Sample::made(), ArtefactKind::Sbom);
    let components = bom["components"].as_array().unwrap();
    let copy = |one: &&Value| one["bom-ref"] == "crate:embedded-tls@0.19.0";
    let copy = components.iter().find(copy).unwrap();
    let purl = "pkg:cargo/embedded-tls@0.19.0";
    assert_eq!((&copy["purl"], copy.get("hashes")), (&json!(purl), None));
    let published = &copy["pedigree"]["ancestors"][0];
    assert_eq!(published["purl"], purl);
    assert_eq!(published["hashes"][0]["content"], "c".repeat(64));
    let patch = "firmware/vendor/embedded-tls/PERENNIAL.patch";
    let diff = json!({"type": "unofficial", "diff": {"url": patch}});
    assert_eq!(copy["pedigree"]["patches"], json!([diff]));
}

#[test]
fn the_serial_number_follows_from_the_content() {
    let serial = |sample: &Sample| value(sample, ArtefactKind::Sbom)["serialNumber"].clone();
    let one = serial(&Sample::made());
    assert_eq!(one, serial(&Sample::made()));
    let text = one.as_str().unwrap();
    assert_eq!((&text[..9], &text[23..24]), ("urn:uuid:", "8"));
    let mut other = Sample::made();
    other.crates[1].version = "0.3.1".to_owned();
    assert_ne!(one, serial(&other));
}

#[test]
fn a_bill_of_materials_with_another_field_or_no_version_is_refused() {
    let text = String::from_utf8(Sample::made().document(ArtefactKind::Sbom)).unwrap();
    let unknown = text.replacen("\"bom-ref\"", "\"author\": \"x\", \"bom-ref\"", 1);
    assert!(
        sbom::crates(unknown.as_bytes())
            .unwrap_err()
            .contains("unknown field")
    );
    let without = text.replacen("\"version\": \"0.3.0\",\n", "", 1);
    assert!(
        sbom::crates(without.as_bytes())
            .unwrap_err()
            .contains("has no version")
    );
    let scope = text.replacen("\"scope\": \"required\"", "\"scope\": \"optional\"", 1);
    assert!(
        sbom::crates(scope.as_bytes())
            .unwrap_err()
            .contains("scope")
    );
}

fn range() -> DifferingRange {
    DifferingRange {
        start: 176,
        end: 208,
        owner: "app descriptor: ELF hash".to_owned(),
        cause: None,
    }
}

fn rebuilt(sample: &Sample, files: Vec<Comparison>) -> Rebuild {
    Rebuild::compared("ci", &sample.manifest, toolchain(), files)
}

#[test]
fn what_a_rebuild_says_follows_from_what_was_compared() {
    let sample = Sample::made();
    let same = rebuilt(&sample, sample.equal_files());
    assert_eq!(
        (same.outcome, same.fault(&sample.manifest)),
        (Outcome::Match, None)
    );
    let mut files = sample.equal_files();
    files[0].rebuilt_sha256 = Some("f".repeat(64));
    files[0].ranges = vec![range()];
    let other = rebuilt(&sample, files);
    assert_eq!(
        (other.outcome, other.fault(&sample.manifest)),
        (Outcome::Mismatch, None)
    );
    let failed = Rebuild::failed("ci", &sample.manifest, None, "no network");
    assert_eq!(
        (failed.outcome, failed.fault(&sample.manifest)),
        (Outcome::BuildFailed, None)
    );
    assert_eq!(rebuilt(&sample, Vec::new()).outcome, Outcome::Mismatch);

    let statement = same.statement(&sample.manifest);
    let names: Vec<_> = statement
        .subject
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert!(names.contains(&FILE_NAME), "{names:?}");
    assert_eq!(statement.subject, rebuild::subjects(&sample.manifest));
    let bytes = statement.to_bytes();
    assert_eq!(Statement::<Rebuild>::from_bytes(&bytes).unwrap(), statement);
}

/// One lie in each.
#[test]
fn a_rebuild_that_contradicts_itself_is_found() {
    let sample = Sample::made();
    let same = rebuilt(&sample, sample.equal_files());
    type Lie = (&'static str, fn(&mut Rebuild));
    let lies: [Lie; 13] = [
        ("version 9", |r| r.version = "9".to_owned()),
        ("of commit", |r| r.commit = "f".repeat(40)),
        ("each there once", |r| {
            r.artefacts[1] = r.artefacts[0].clone();
        }),
        ("was not compared", |r| drop(r.artefacts.pop())),
        ("release.json was not compared", |r| {
            r.artefacts.retain(|file| file.name != FILE_NAME);
        }),
        ("no file that a rebuild", |r| {
            r.artefacts[0].name = "a".to_owned();
        }),
        ("another file", |r| {
            r.artefacts[0].published_sha256 = "f".repeat(64);
        }),
        ("is no SHA-256", |r| {
            r.artefacts[0].rebuilt_sha256 = Some("F".repeat(64));
        }),
        ("contradict each other", |r| {
            r.artefacts[0].ranges = vec![range()];
        }),
        ("contradict each other", |r| {
            r.artefacts[0].rebuilt_sha256 = Some("f".repeat(64));
        }),
        ("files differ", |r| {
            r.artefacts[0].rebuilt_sha256 = Some("f".repeat(64));
            r.artefacts[0].ranges = vec![range()];
        }),
        ("no file differs", |r| r.outcome = Outcome::Mismatch),
        ("nothing compiled", |r| r.toolchain = None),
    ];
    for (wanted, lie) in lies {
        let mut rebuild = same.clone();
        lie(&mut rebuild);
        let fault = rebuild.fault(&sample.manifest).unwrap_or_default();
        assert!(fault.contains(wanted), "{wanted}: {fault:?}");
    }
    let mut failed = Rebuild::failed("ci", &sample.manifest, None, "no network");
    failed.reason = None;
    assert!(
        failed
            .fault(&sample.manifest)
            .unwrap()
            .contains("no reason")
    );
}
