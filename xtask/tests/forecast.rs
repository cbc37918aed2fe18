//! `forecast` as a program: two past fleets, each library version, from the facts of the time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.to_owned()
}

fn fleet(name: &str) -> PathBuf {
    repository().join("trust/fixtures/forecast").join(name)
}

fn run(project: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--project").arg(project).arg("forecast");
    command.args(arguments).env_remove("SOURCE_DATE_EPOCH");
    command.output().unwrap()
}

fn json(project: &Path, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    let output = run(project, &arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// `[earliest, latest]` of the loss of the only release of a forecast; `-` where there is none.
fn loss(forecast: &Value) -> String {
    let releases = forecast["releases"].as_array().unwrap();
    assert_eq!(releases.len(), 1);
    let loss = &releases[0]["loss"];
    match loss["earliest"].as_str() {
        None => "-".to_owned(),
        Some(earliest) => format!("[{earliest}, {}]", loss["latest"].as_str().unwrap_or("-")),
    }
}

/// A copy of a fleet in which a file may be changed.
fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = fleet(name);
    std::fs::copy(from.join("policy.toml"), folder.path().join("policy.toml")).unwrap();
    for kind in ["anchors", "calendar", "endpoints", "releases"] {
        let there = folder.path().join("trust").join(kind);
        std::fs::create_dir_all(&there).unwrap();
        // A fleet without captured chains has no folder of them.
        let entries = std::fs::read_dir(from.join("trust").join(kind));
        for entry in entries.into_iter().flatten() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, there.join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

fn change(folder: &TempDir, file: &str, old: &str, new: &str) {
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{file}: {old}");
    std::fs::write(path, text.replace(old, new)).unwrap();
}

/// With everything that is known today: when each library went dark, or will.
#[test]
fn every_library_version() {
    let expected = [
        ("deploy-the-fleet", "1.0.0", "[2020-12-02, 2021-03-01]"),
        ("deploy-the-fleet", "1.0.1", "[2024-02-08, 2024-05-07]"),
        ("deploy-the-fleet", "1.0.2", "[2024-06-06, 2024-09-03]"),
        ("deploy-the-fleet", "1.0.4", "[2024-06-06, 2024-08-23]"),
        ("deploy-the-fleet", "1.0.5", "[2030-06-05, 2030-07-19]"),
        ("deploy-the-fleet", "1.0.6", "[2030-06-05, 2030-07-19]"),
        ("deploy-the-fleet", "1.0.7", "[2030-06-05, 2030-07-19]"),
        ("mdash", "1.2.14", "[2024-02-08, 2024-05-07]"),
        ("mdash", "1.2.15", "[2030-06-05, 2030-07-19]"),
        ("mdash", "1.2.16", "[2030-06-05, 2030-07-19]"),
    ];
    for (name, version, interval) in expected {
        let asked = [version, "--at", "2026-08-21", "--until", "2036-12-31"];
        let forecast = json(&fleet(name), &asked);
        assert_eq!(loss(&forecast), interval, "{name} {version}");
    }
}

#[test]
fn deploy_the_fleet_1_0_4_from_the_facts_of_april_2024() {
    let asked = ["1.0.4", "--facts-known-on", "2024-04-12"];
    let forecast = json(&fleet("deploy-the-fleet"), &asked);
    assert_eq!(loss(&forecast), "[2024-06-06, 2024-08-23]");
    let release = &forecast["releases"][0];
    assert_eq!(release["standing"], "goes-dark");
    assert_eq!(release["units"], 12_000);
    // 2024-06-06 less 90 days offline less 1 day: 12 days before the release.
    assert_eq!(release["publish"]["last_safe_day"], "2024-03-07");
    assert_eq!(release["publish"]["days_left"], -36);
    assert_eq!(release["publish"]["never"], true);

    // With the leaf that was seen: its first day too.
    let leaf_ends = "leaf-ends = \"2024-08-23\"";
    let with = |line: &str| {
        let project = copy("deploy-the-fleet");
        change(&project, "trust/releases/1.0.4.toml", leaf_ends, line);
        loss(&json(project.path(), &asked))
    };
    let seen = with(&format!("{leaf_ends}\nleaf-days = 90"));
    assert_eq!(seen, "[2024-07-24, 2024-08-23]");
    // A leaf that is made up: R3's key did not sign it, and nobody knows what did.
    let made = with("chains = [\"endpoints/updates-2024-05.pem\"]");
    assert_eq!(made, "[2024-05-25, 2024-05-25]");
}

/// The day before the announcement nobody could know more than the end of R3.
#[test]
fn the_day_before_the_announcement() {
    let asked = ["1.0.2", "--facts-known-on", "2024-04-11"];
    let forecast = json(&fleet("deploy-the-fleet"), &asked);
    assert_eq!(loss(&forecast), "[2025-09-16, 2025-09-16]");
}

#[test]
fn mdash_1_2_14_by_what_its_verifier_checks() {
    let asked = |more: &[&str]| loss(&json(&fleet("mdash"), &[&["1.2.14"], more].concat()));
    assert_eq!(
        asked(&["--facts-known-on", "2023-07-10"]),
        "[2024-02-08, 2024-05-07]"
    );
    let in_2021 = ["--at", "2021-05-06", "--until", "2021-12-31"];
    assert_eq!(asked(&in_2021), "-");
    // The last day of DST Root CA X3 is 2021-09-30.
    let dated = [&in_2021[..], &["--verifier", "esp-idf-pem-time"]].concat();
    assert_eq!(asked(&dated), "[2021-10-01, 2021-10-01]");
}

/// An own root on another host holds when the CA of the first host moves; of a host of which nothing is known, nothing
/// is said.
#[test]
fn facts_of_another_file_and_a_server_of_which_nothing_is_known() {
    let more = repository().join("trust/fixtures/forecast/makercrew.toml");
    let asked = ["1.0.7", "--at", "2026-08-21", "--until", "2036-12-31"];
    let known = [&asked[..], &["--calendar", more.to_str().unwrap()]].concat();
    let fleet = fleet("deploy-the-fleet");
    assert_eq!(loss(&json(&fleet, &known)), "-");
    let unknown = json(&fleet, &asked);
    let failover = &unknown["releases"][0]["endpoints"][1];
    assert_eq!(failover["standing"], "unknown");
    assert_eq!(failover["days"][0]["held"], false);
    assert!(failover["publish"].is_null());
}

#[test]
fn what_if() {
    let fleet = fleet("deploy-the-fleet");
    let asked = |what_if: &[&str]| {
        let base = ["1.0.5", "--at", "2027-01-01"];
        loss(&json(&fleet, &[&base, what_if].concat()))
    };
    assert_eq!(asked(&[]), "-");
    let by_name = asked(&["--distrust", "isrg root x1"]);
    assert_eq!(by_name, "[2027-01-01, 2027-03-31]");
    let by_fingerprint = asked(&["--distrust", "96:BC:EC:06:26:49"]);
    assert_eq!(by_fingerprint, by_name);
    assert_eq!(asked(&["--distrust", "ISRG Root X2"]), "-");
    let cross = "Root YR signed by ISRG Root X1";
    assert_eq!(
        asked(&["--drop-cross-sign", cross]),
        "[2027-01-01, 2027-01-01]"
    );
    let moved = asked(&["--switch-owner", "updates=DigiCert"]);
    assert_eq!(moved, "[2027-01-01, 2027-01-01]");
    assert_eq!(asked(&["--switch-owner", "updates=Let's Encrypt"]), "-");
}

/// The first fact of 2024-06-06 in a file was moved to 2024-06-20 on 2024-05-01.
fn move_date(folder: &TempDir, file: &str, key: &str) {
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let found = text.find(&format!("\n{key} = \"2024-06-06\"")).unwrap();
    let start = text[..found].rfind("[[").unwrap();
    let end = text[found..]
        .find("[[")
        .map_or(text.len(), |next| found + next);
    let fact = &text[start..end];
    let announced = "announced = \"2024-04-12\"";
    assert!(fact.contains(announced), "{fact}");
    let old = fact.replace(
        announced,
        &format!("{announced}\nsuperseded = \"2024-05-01\""),
    );
    let new = fact.replace("\"2024-06-06\"", "\"2024-06-20\"");
    let new = new.replace(announced, "announced = \"2024-05-01\"");
    let changed = [&text[..start], &old, &new, &text[end..]].concat();
    std::fs::write(&path, changed).unwrap();
}

/// A date that was moved stays in the calendar; the newest that was known counts, and both are shown.
#[test]
fn dates_that_move() {
    let folder = copy("deploy-the-fleet");
    move_date(&folder, "trust/calendar/chains.toml", "from");
    move_date(&folder, "trust/calendar/events.toml", "date");
    let asked = |day| json(folder.path(), &["1.0.4", "--facts-known-on", day]);
    assert_eq!(loss(&asked("2024-04-30")), "[2024-06-06, 2024-08-23]");
    let later = asked("2024-05-01");
    assert_eq!(loss(&later), "[2024-06-20, 2024-08-23]");
    let cause = &later["releases"][0]["loss"]["causes"][0];
    assert_eq!(cause["previously"][0], "2024-06-06");
    let human = run(folder.path(), &["1.0.4", "--facts-known-on", "2024-05-01"]);
    let human = String::from_utf8(human.stdout).unwrap();
    assert!(human.contains("moved; it was 2024-06-06"), "{human}");
}

#[test]
fn a_dash_is_standard_output_and_a_pipe_is_refused() {
    let fleet = fleet("deploy-the-fleet");
    let at = ["--at", "2024-04-12"];
    let dash = run(&fleet, &[&at[..], &["--output", "-"]].concat());
    assert_eq!(dash.status.code(), Some(0));
    assert!(!dash.stdout.is_empty());
    assert_eq!(dash.stdout, run(&fleet, &at).stdout);

    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let refused = run(
        &fleet,
        &[&at[..], &["--output", pipe.to_str().unwrap()]].concat(),
    );
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("is a pipe, not a plain file"), "{said}");
    assert!(said.contains("--output - > FILE"), "{said}");
}

#[test]
fn names_that_nothing_has_are_errors_with_the_near_ones() {
    let fleet = fleet("deploy-the-fleet");
    for (arguments, near) in [
        (&["1.0.44"][..], "1.0.4,"),
        (&["--distrust", "ISRG Root X3"], "ISRG Root X1,"),
        (
            &["--drop-cross-sign", "ISRG Root X1 signed by DST Root CA X4"],
            "ISRG Root X1 signed by DST Root CA X3,",
        ),
        (&["--switch-owner", "update=DigiCert"], "updates"),
        (&["--switch-owner", "updates=Digicert"], "DigiCert,"),
    ] {
        let output = run(&fleet, &[&["--at", "2024-04-12"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("  = there is: ") && said.contains(near),
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
}

/// A ledger with a mistake, and a chain that is gone, are not forecast around.
#[test]
fn mistakes_are_told_with_their_place() {
    let folder = copy("mdash");
    let release = "trust/releases/1.2.14.toml";
    change(
        &folder,
        release,
        "released = \"2021-05-06\"",
        "released = \"soon\"",
    );
    change(
        &folder,
        "trust/releases/1.2.16.toml",
        "leaf-days = 90",
        "leaf-days = 90\nchains = [\"endpoints/gone.pem\"]",
    );
    let output = run(folder.path(), &["--at", "2024-04-12"]);
    assert_eq!(output.status.code(), Some(10));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("trust/releases/1.2.14.toml:6:12:"), "{said}");
    assert!(
        said.contains("trust/endpoints/gone.pem of release 1.2.16"),
        "{said}"
    );
}

/// The same question has the same bytes, in each form.
#[test]
fn the_same_question_has_the_same_bytes() {
    let fleet = fleet("mdash");
    for format in ["human", "json", "html", "ics"] {
        let ask = || run(&fleet, &["--at", "2024-04-12", "--format", format]);
        let (first, second) = (ask(), ask());
        assert_eq!(first.status.code(), Some(0), "{format}");
        assert!(first.stdout.len() > 500, "{format}");
        assert_eq!(first.stdout, second.stdout, "{format}");
    }
}

/// Of days behind the service life nothing is known, and nothing is called held.
#[test]
fn after_the_end_of_service_nothing_is_held() {
    let asked = ["this policy", "--at", "2033-01-01"];
    let forecast = json(&repository(), &asked);
    assert_eq!(forecast["releases"][0]["standing"], "service-ended");
    let human = run(&repository(), &asked);
    let text = String::from_utf8(human.stdout).unwrap();
    assert!(!text.contains("1 of 1 held"), "{text}");
    assert!(text.contains("service ended"), "{text}");
    let on_the_last_day = json(&repository(), &["this policy", "--at", "2032-06-30"]);
    assert_eq!(on_the_last_day["releases"][0]["standing"], "held");
}

/// What the policy says of a host holds for every release that asks this host, from the day of the question on.
#[test]
fn a_server_that_gets_another_ca_strands_what_has_shipped() {
    let moved = copy("deploy-the-fleet");
    let asked = ["1.0.7", "--at", "2026-08-21", "--until", "2029-12-31"];
    assert_eq!(loss(&json(moved.path(), &asked)), "-");
    let owner = "url = \"https://ota.example.com/\"\nowner = \"Let's Encrypt\"";
    let other = "url = \"https://ota.example.com/\"\nowner = \"DigiCert\"";
    change(&moved, "policy.toml", owner, other);
    let forecast = json(moved.path(), &asked);
    let server = &forecast["releases"][0]["endpoints"][0];
    assert_eq!(server["loss"]["earliest"], "2026-08-21");
    assert_eq!(server["loss"]["latest"], "2026-08-21");
    let cause = server["loss"]["causes"][0]["what"].as_str().unwrap();
    assert!(cause.contains("DigiCert"), "{cause}");
    // Another port is another server, of which the release knows nothing; unless it asks that one too.
    let elsewhere = "url = \"https://ota.example.com:8443/\"\nowner = \"DigiCert\"";
    change(&moved, "policy.toml", other, elsewhere);
    let forecast = json(moved.path(), &asked);
    assert_eq!(forecast["releases"][0]["endpoints"][0]["loss"], Value::Null);
    let release = "trust/releases/1.0.7.toml";
    change(
        &moved,
        release,
        "https://ota.example.com/",
        "https://ota.example.com:8443/",
    );
    let forecast = json(moved.path(), &asked);
    let cause = &forecast["releases"][0]["endpoints"][0]["loss"]["causes"][0]["what"];
    let cause = cause.as_str().unwrap();
    assert!(
        cause.starts_with("the policy says what ota.example.com:8443 sends"),
        "{cause}"
    );
}
