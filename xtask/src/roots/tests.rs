//! The verbs, over a project of their own.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use tempfile::TempDir;

use super::{RootsArguments, RootsCommand, add, list, mozilla, paths, remove, show};
use crate::exit::Exit;
use crate::failure::Result;
use crate::project::Project;

const X2: &str = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470";
const README: &str = "# Anchors\n\n<!-- roots: begin -->\n<!-- roots: end -->\n\nThe end.\n";

/// A project with a policy that requires ISRG Root X2, the calendar of this repository and an empty pool.
struct Place {
    folder: TempDir,
    project: Project,
}

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    arguments: RootsArguments,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        fs::create_dir_all(root.join("trust/anchors")).unwrap();
        fs::create_dir_all(root.join("trust/calendar")).unwrap();
        for entry in fs::read_dir(repository("trust/calendar")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(
                &path,
                root.join("trust/calendar").join(path.file_name().unwrap()),
            )
            .unwrap();
        }
        let required = format!(
            "[[required-root]]\nname = \"ISRG Root X2\"\nsha256 = \"{X2}\"\nreason = \"primary\"\n"
        );
        fs::write(root.join("policy.toml"), required).unwrap();
        fs::write(root.join("trust/anchors/README.md"), README).unwrap();
        Self {
            folder,
            project: Project { root },
        }
    }

    fn run(&self, line: &[&str]) -> Result<(Exit, String)> {
        let arguments = Line::try_parse_from([&["roots"], line].concat())
            .unwrap()
            .arguments;
        let mut out = Vec::new();
        let exit = match &arguments.command {
            RootsCommand::Add(arguments) => add::run(&self.project, arguments, &mut out),
            RootsCommand::List(arguments) => list::run(&self.project, arguments, &mut out),
            RootsCommand::Paths(arguments) => paths::run(&self.project, arguments, &mut out),
            RootsCommand::Remove(arguments) => remove::run(&self.project, arguments, &mut out),
            RootsCommand::Show(arguments) => show::run(&self.project, arguments, &mut out),
        }?;
        Ok((exit, String::from_utf8(out).unwrap()))
    }

    fn done(&self, line: &[&str]) -> String {
        let (exit, text) = self.run(line).unwrap();
        assert_eq!(exit, Exit::Done);
        text
    }

    /// The failure of a verb, which must leave the pool as it was.
    fn refused(&self, line: &[&str]) -> String {
        let before = self.files();
        let failure = self.run(line).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert!(!failure.help.is_empty());
        assert_eq!(self.files(), before);
        failure.to_string()
    }

    fn files(&self) -> Vec<(PathBuf, String)> {
        let entries = fs::read_dir(self.folder.path().join("trust/anchors")).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
            .into_iter()
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect()
    }

    fn pool_file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("trust/anchors").join(name)).unwrap()
    }
}

fn repository(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(relative)
}

fn fixture(relative: &str) -> String {
    repository("trust/fixtures")
        .join(relative)
        .to_str()
        .unwrap()
        .to_owned()
}

#[test]
fn the_source_of_the_mozilla_set_is_the_version_in_use() {
    let lock = fs::read_to_string(repository("Cargo.lock")).unwrap();
    let (_, rest) = lock
        .split_once("name = \"webpki-root-certs\"\nversion = \"")
        .unwrap();
    let version = rest.split('"').next().unwrap();
    assert!(mozilla::SOURCE.starts_with(&format!("webpki-root-certs {version} (crate)")));
    assert_eq!(mozilla::roots().len(), 118);
}

#[test]
fn a_root_is_added_by_name_by_fingerprint_and_by_its_beginning() {
    for which in [
        "ISRG Root X2",
        "isrg root x2",
        X2,
        "69729b8e",
        "69:72:9B:8E:15",
    ] {
        let place = Place::new();
        assert_eq!(
            place.done(&["add", which]),
            "trust/anchors/isrg-root-x2.pem\n",
            "{which}"
        );
        let text = place.pool_file("isrg-root-x2.pem");
        assert!(text.starts_with(&format!(
            "# ISRG Root X2\n#\n# sha256    {X2}\n# notAfter  2040-09-17\n"
        )));
        assert!(
            text.contains(&format!("\n# from      {}\n", mozilla::SOURCE)),
            "{text}"
        );
        assert!(place.done(&["list"]).contains("ISRG Root X2"));
    }
}

#[test]
fn adding_and_removing_keeps_the_table_of_the_readme() {
    let place = Place::new();
    place.done(&["add", "GTS Root R4"]);
    let readme = place.pool_file("README.md");
    assert!(
        readme.contains("\n| gts-root-r4.pem | GTS Root R4 | 349dfa40"),
        "{readme}"
    );
    assert!(
        readme.ends_with("<!-- roots: end -->\n\nThe end.\n"),
        "{readme}"
    );
    assert_eq!(
        place.done(&["remove", "GTS Root R4"]),
        "trust/anchors/gts-root-r4.pem\n"
    );
    assert!(!place.pool_file("README.md").contains("GTS"));
    assert_eq!(place.files().len(), 1);
}

#[test]
fn what_is_in_the_pool_is_not_added_again_and_never_overwritten() {
    let place = Place::new();
    place.done(&["add", "ISRG Root X2"]);
    let said = place.refused(&["add", "ISRG Root X2"]);
    assert!(
        said.contains("already in the pool\n  = trust/anchors/isrg-root-x2.pem"),
        "{said}"
    );
}

#[test]
fn another_certificate_with_the_name_of_a_file_gets_a_file_of_its_own() {
    let place = Place::new();
    let added = place.done(&["add", "--file", &fixture("pem/two.pem")]);
    let names: Vec<_> = added.lines().collect();
    assert_eq!(names.len(), 2, "{added}");
    assert_eq!(names[0], "trust/anchors/example-root.pem");
    assert!(
        names[1].starts_with("trust/anchors/example-root-"),
        "{added}"
    );
    assert!(
        place
            .pool_file("example-root.pem")
            .contains("\n# from      a file two.pem with the SHA-256 ")
    );
}

#[test]
fn an_ambiguous_name_lists_the_candidates_with_their_fingerprints() {
    let place = Place::new();
    place.done(&["add", "--file", &fixture("pem/two.pem")]);
    for verb in ["show", "remove"] {
        let said = place.refused(&[verb, "Example Root"]);
        assert!(
            said.starts_with("error: `Example Root` fits 2 certificates of the pool"),
            "{said}"
        );
        let fingerprint = said
            .lines()
            .nth(1)
            .unwrap()
            .trim_start_matches("  = ")
            .split(' ')
            .next();
        assert_eq!(fingerprint.unwrap().len(), 64);
    }
}

#[test]
fn a_name_that_is_not_there_suggests_those_that_are() {
    let said = Place::new().refused(&["add", "ISGR Root X1"]);
    assert!(said.contains("  = 96bcec06264976f3"), "{said}");
    assert!(said.contains("did you mean"), "{said}");
    let said = Place::new().refused(&["add", "globalsign"]);
    assert!(said.contains("GlobalSign Root R46"), "{said}");
    let said = Place::new().refused(&["remove", "ISRG Root X2"]);
    assert!(said.contains("is not in the pool"), "{said}");
}

#[test]
fn what_may_not_issue_is_refused_as_an_anchor_and_given_as_a_pin() {
    let place = Place::new();
    let leaf = fixture("pki/leaf-2023-lencr-org-by-r3.pem");
    let said = place.refused(&["add", "--file", &leaf]);
    assert!(
        said.contains("lencr.org cannot be an anchor: its basicConstraints say"),
        "{said}"
    );
    let pins = place.done(&["add", "--file", &leaf, "--as-pin"]);
    assert!(
        pins.contains("# lencr.org, certificate until 2024-02-26\n    \""),
        "{pins}"
    );
    assert_eq!(place.files().len(), 1, "a pin is no anchor");
}

#[test]
fn a_file_with_one_bad_block_gives_nothing() {
    let place = Place::new();
    for (name, code) in [
        ("unterminated-first", "A001"),
        ("private-key", "A007"),
        ("empty", "A002"),
    ] {
        let said = place.refused(&["add", "--file", &fixture(&format!("pem/{name}.pem"))]);
        assert!(said.contains(code), "{said}");
    }
    assert!(
        place
            .refused(&["add", "--file", "/nowhere/x.pem"])
            .contains("/nowhere/x.pem")
    );
}

#[test]
fn what_the_policy_requires_is_not_removed() {
    let place = Place::new();
    place.done(&["add", "ISRG Root X2"]);
    let said = place.refused(&["remove", "ISRG Root X2"]);
    assert!(said.contains("policy.toml:2: primary"), "{said}");
    // Nor when the entry cannot be read, but the fingerprint stands there.
    fs::write(
        place.folder.path().join("policy.toml"),
        format!("sha = '{}'", X2.to_uppercase()),
    )
    .unwrap();
    assert!(
        place
            .refused(&["remove", "69729b8e"])
            .contains("its fingerprint stands in the policy")
    );
    fs::write(place.folder.path().join("policy.toml"), "").unwrap();
    place.done(&["remove", "69729b8e"]);
}

#[test]
fn what_devices_in_the_field_trust_is_not_removed() {
    let place = Place::new();
    place.done(&["add", "ISRG Root X1"]);
    let ledger = place.folder.path().join("trust/releases");
    fs::create_dir_all(&ledger).unwrap();
    let shipped = repository("trust/fixtures/rules/L105-shipped-anchor-unknown/pass/releases");
    let release = fs::read_to_string(shipped.join("1.0.4.toml")).unwrap();
    fs::write(ledger.join("1.0.4.toml"), &release).unwrap();
    let said = place.refused(&["remove", "ISRG Root X1"]);
    assert!(
        said.contains("devices with 1.0.4 trust ISRG Root X1"),
        "{said}"
    );
    assert!(said.contains("trust/releases/1.0.4.toml:5"), "{said}");
    let none_left = release.replace("units = 12000", "units = 0");
    fs::write(ledger.join("1.0.4.toml"), none_left).unwrap();
    place.done(&["remove", "ISRG Root X1"]);
}

#[test]
fn list_says_when_each_ends_and_why() {
    let place = Place::new();
    for name in ["Amazon Root CA 1", "ISRG Root X2", "GlobalSign Root R46"] {
        place.done(&["add", name]);
    }
    let table = place.done(&["list"]);
    let rows: Vec<Vec<_>> = table
        .lines()
        .map(|l| {
            l.split("  ")
                .map(str::trim)
                .filter(|c| !c.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        rows[1][1..],
        [
            "Amazon Trust Services",
            "RSA-2048",
            "2038-01-17",
            "2030-05-26",
            "programme",
            "-"
        ]
    );
    assert_eq!(
        rows[3][1..],
        [
            "Let's Encrypt",
            "P-384",
            "2040-09-17",
            "2035-09-04",
            "owner",
            "required"
        ]
    );
    let json: serde_json::Value =
        serde_json::from_str(&place.done(&["list", "--format", "json"])).unwrap();
    assert_eq!(json["schema"], "perennial.roots/1");
    assert_eq!(json["roots"][2]["sha256"], X2);
    assert_eq!(json["roots"][2]["effective-end"]["date"], "2035-09-04");
    assert_eq!(json["roots"][2]["file"], "trust/anchors/isrg-root-x2.pem");
    assert_eq!(json["roots"][0]["required-at"], serde_json::Value::Null);
}

#[test]
fn show_names_every_candidate_and_marks_the_winner() {
    let place = Place::new();
    let text = place.done(&["show", "ISRG Root X1"]);
    assert!(
        text.contains("not in the pool: cargo xtask roots add 96bcec06"),
        "{text}"
    );
    assert!(
        text.contains(
            "\n> 2030-06-04  owner      announced    Let's Encrypt, Chains of Trust page"
        ),
        "{text}"
    );
    assert!(
        text.contains("\n  2035-06-04  not-after  certificate  notAfter"),
        "{text}"
    );
    assert_eq!(text.matches("\n> ").count(), 1);
    place.done(&["add", "ISRG Root X2"]);
    let text = place.done(&["show", "ISRG Root X2"]);
    assert!(
        text.contains("required at policy.toml:2: primary"),
        "{text}"
    );
    let json = place.done(&["show", "ISRG Root X2", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ends"].as_array().unwrap().len(), 3);
}

#[test]
fn a_pool_with_an_error_is_listed_as_far_as_it_goes_and_fails() {
    let place = Place::new();
    place.done(&["add", "ISRG Root X2"]);
    fs::write(place.folder.path().join("trust/anchors/empty.pem"), "").unwrap();
    let (exit, text) = place.run(&["list"]).unwrap();
    assert_eq!(exit, Exit::Findings);
    assert!(text.contains("ISRG Root X2"));
}

/// The dates are those of the certificates: R3 under ISRG Root X1, its cross-certificate, and R3 under DST Root CA X3.
#[test]
fn paths_of_an_issuer_until_their_first_certificate_ends() {
    let place = Place::new();
    let (exit, text) = place.run(&["paths", "r3"]).unwrap();
    assert_eq!(exit, Exit::Done);
    let headings: Vec<_> = text.lines().filter(|line| line.contains(" to ")).collect();
    assert_eq!(
        headings,
        [
            "R3 (Let's Encrypt): 3 paths to roots",
            "  ISRG Root X1: 2020-09-04 to 2025-09-15",
            "  DST Root CA X3: 2021-01-20 to 2024-09-30",
            "  DST Root CA X3: 2020-10-07 to 2021-09-29",
        ]
    );
    let (_, json) = place
        .run(&["paths", "ISRG Root X2", "--format", "json"])
        .unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["paths"][0]["root"], "ISRG Root X2");
    assert_eq!(json["paths"][0]["required"], true);
    let refusal = place.run(&["paths", "R2000"]).unwrap_err();
    assert!(refusal.to_string().contains("no CA is called `R2000`"));
}
