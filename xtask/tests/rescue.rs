//! `rescue` as a program: from the proven store to a file that a device takes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copied;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use device::rescue::layout::FIXED_HEADER_LENGTH;
use tempfile::TempDir;

const PRODUCT: &str = "perennial-reference";
/// 2026-11-22, in seconds, and the day after it.
const TODAY: &str = "1795305600";
const TOMORROW: &str = "1795392000";
/// Where the number of signatures stands.
const COUNT: usize = FIXED_HEADER_LENGTH + PRODUCT.len();
/// Where the payload of an envelope with two signatures begins.
const PAYLOAD: usize = COUNT + 1 + 2 * 72;

/// A project with three rescue keys, of which two must sign, in `rescue-1.key` to `rescue-3.key`. `other.key` is not in
/// the policy.
struct Fleet {
    folder: TempDir,
    /// The rescue keys of the policy, as minisign writes them.
    public: Vec<String>,
}

impl Fleet {
    fn new() -> Self {
        Self::with_password_of(None)
    }

    /// The same where one key has a password, which takes its time.
    fn with_password_of(protected: Option<u8>) -> Self {
        let mut fleet = Self {
            folder: tempfile::tempdir().unwrap(),
            public: Vec::new(),
        };
        copied::copy_pool_and_calendar(fleet.folder.path());
        std::fs::write(fleet.at("password"), "correct horse\n").unwrap();
        let key =
            |number| fleet.new_key(&format!("rescue-{number}.key"), protected == Some(number));
        let keys: Vec<String> = (1..=3).map(key).collect();
        fleet.new_key("other.key", false);
        fleet.public = keys.iter().map(|line| public(line)).collect();
        let rescue = format!("\n[rescue]\nthreshold = 2\nkeys = [{}]\n", keys.join(", "));
        fleet.write_policy(4, &rescue);
        fleet
    }

    /// Makes a key, and gives the line for the policy.
    fn new_key(&self, name: &str, password: bool) -> String {
        let path = self.text(name);
        let protection = self.text("password");
        let protection = match password {
            true => vec!["--password-file", &protection],
            false => vec!["--dangerously-unencrypted"],
        };
        let new = [&["keys", "new", &path, "--role", "rescue"], &protection[..]].concat();
        stdout(&self.run(&new, 0)).trim_end().to_owned()
    }

    /// The policy of this project with another sequence, and with `rescue` behind it.
    fn write_policy(&self, sequence: u64, rescue: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let policy = std::fs::read_to_string(root.join("policy.toml")).unwrap();
        let (policy, _) = policy.split_once("\n[rescue]").unwrap_or((&policy, ""));
        let (before, after) = policy.split_once("store-sequence = ").unwrap();
        let (_, after) = after.split_once('\n').unwrap();
        let policy = format!("{before}store-sequence = {sequence}\n{after}{rescue}");
        std::fs::write(self.at("policy.toml"), policy).unwrap();
    }

    /// A release that shipped with store sequence 3 and the rescue keys of the policy.
    fn ship(&self) {
        self.ship_with(2, &self.public);
    }

    /// The same with these rescue keys.
    fn ship_with(&self, threshold: u8, keys: &[String]) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let fixture = "trust/fixtures/rules/L904-ledger-duplicate-version/pass/releases/1.0.4.toml";
        let there = self.at("trust/releases");
        std::fs::create_dir_all(&there).unwrap();
        let release = std::fs::read_to_string(root.join(fixture)).unwrap();
        let keys = format!("[rescue]\nthreshold = {threshold}\nkeys = {keys:?}\n\n");
        let release = release.replacen("[[anchor]]", &(keys + "[[anchor]]"), 1);
        let release = release.replacen("\nsequence = 1", "\nsequence = 3", 1);
        std::fs::write(there.join("1.0.4.toml"), release).unwrap();
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.at("rescue.bin")).unwrap()
    }

    fn write(&self, bytes: &[u8]) {
        std::fs::write(self.at("rescue.bin"), bytes).unwrap();
    }

    /// Runs the program in the folder; it must end with `code`.
    fn run(&self, arguments: &[&str], code: i32) -> Output {
        self.run_at(TODAY, arguments, code)
    }

    /// The same on another day.
    fn run_at(&self, epoch: &str, arguments: &[&str], code: i32) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--project").arg(self.folder.path());
        command.args(arguments).env("SOURCE_DATE_EPOCH", epoch);
        let output = command.current_dir(self.folder.path()).output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        output
    }

    fn make(&self, code: i32) -> Output {
        self.run(&["rescue", "make", "-o", "rescue.bin"], code)
    }

    fn sign(&self, key: &str, code: i32) -> Output {
        let password = ["--password-file", "password"];
        let sign = ["rescue", "sign", "rescue.bin", "--key", key];
        self.run(&[&sign[..], &password].concat(), code)
    }

    fn verify(&self, code: i32) -> Output {
        self.run(&["rescue", "verify", "rescue.bin"], code)
    }
}

/// What stands in the quotes of `public = "RW…"`.
fn public(line: &str) -> String {
    line.split('"').nth(1).unwrap().to_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What was said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn two_of_three_sign_in_any_order_and_devices_take_it() {
    let fleet = Fleet::with_password_of(Some(2));
    fleet.ship();
    let made = fleet.make(0);
    assert!(
        said(&made).contains("above 1.0.4, sequence 3"),
        "{}",
        said(&made)
    );
    assert!(said(&made).contains("2 of these rescue keys must sign: "));
    assert!(stdout(&made).contains("issued    2026-11-22T00:00:00Z"));
    assert!(stdout(&made).contains("anchor    ISRG Root X2, until "));
    let unsigned = fleet.bytes();
    let missing = said(&fleet.verify(13));
    assert!(
        missing.contains("signed by no rescue key; 2 must sign"),
        "{missing}"
    );

    fleet.sign("rescue-1.key", 0);
    let one = fleet.bytes();
    let missing = said(&fleet.verify(13));
    assert!(
        missing.contains("signed by 1 rescue key; 2 must sign"),
        "{missing}"
    );
    assert_eq!(missing.matches("= not by ").count(), 2, "{missing}");
    fleet.sign("rescue-2.key", 0);
    let two = fleet.bytes();
    let taken = stdout(&fleet.verify(0));
    assert!(taken.contains("taken     by 1.0.4, sequence 3"), "{taken}");
    assert_eq!(taken.matches("signed    by ").count(), 2, "{taken}");
    assert_eq!(taken.matches("signed    not by ").count(), 1, "{taken}");

    // A second signature by a key changes nothing.
    let again = said(&fleet.sign("rescue-1.key", 0));
    assert!(again.contains("had signed already"), "{again}");
    assert_eq!(fleet.bytes(), two);
    fleet.write(&one);
    fleet.sign("rescue-1.key", 0);
    assert_eq!(fleet.bytes(), one);
    fleet.verify(13);

    // The other way round: the same file.
    fleet.write(&unsigned);
    fleet.sign("rescue-2.key", 0);
    fleet.sign("rescue-1.key", 0);
    assert_eq!(fleet.bytes(), two);
    let shown = stdout(&fleet.run(&["rescue", "show", "rescue.bin"], 0));
    assert_eq!(shown.matches(", not verified").count(), 2, "{shown}");
}

#[test]
fn a_key_that_is_no_rescue_key_does_not_count() {
    let fleet = Fleet::new();
    fleet.make(0);
    let both = ["--key", "rescue-1.key", "--key", "other.key"];
    fleet.run(&[&["rescue", "sign", "rescue.bin"], &both[..]].concat(), 0);
    let refused = said(&fleet.verify(13));
    assert!(
        refused.contains(
            "signed by 1 rescue key; 2 must sign; 1 signature is by a key that is no rescue key"
        ),
        "{refused}"
    );
    fleet.sign("rescue-3.key", 0);
    let taken = stdout(&fleet.verify(0));
    assert!(
        taken.contains("others    signatures of keys that are not in [rescue]: "),
        "{taken}"
    );
}

#[test]
fn a_changed_file_is_neither_signed_nor_taken() {
    let fleet = Fleet::new();
    fleet.make(0);
    let both = ["--key", "rescue-1.key", "--key", "rescue-3.key"];
    fleet.run(&[&["rescue", "sign", "rescue.bin"], &both[..]].concat(), 0);
    let right = fleet.bytes();
    // Sequence, issued, payload; the last bytes are the store's own digest.
    for at in [10, 18, PAYLOAD + 100, right.len() - 1] {
        let mut changed = right.clone();
        changed[at] ^= 1;
        fleet.write(&changed);
        fleet.verify(13);
        fleet.sign("rescue-1.key", 13);
        assert_eq!(fleet.bytes(), changed, "byte {at}");
    }
    let mut changed = right.clone();
    changed[COUNT + 1 + 8] ^= 1;
    fleet.write(&changed);
    let refused = said(&fleet.verify(13));
    assert!(refused.contains("is wrong"), "{refused}");
    fleet.write(&right[..right.len() - 1]);
    fleet.verify(13);
    fleet.sign("rescue-1.key", 13);
    fleet.write(&[&right[..], &[0]].concat());
    fleet.verify(13);
    for no_rescue_store in [&b""[..], b"PRNLRESC", &[0; 70_000], &right[PAYLOAD..]] {
        fleet.write(no_rescue_store);
        let code = if no_rescue_store.starts_with(b"PRNL") || no_rescue_store.is_empty() {
            13
        } else {
            2
        };
        fleet.run(&["rescue", "show", "rescue.bin"], code);
        fleet.sign("rescue-1.key", code);
    }
    // All keys are opened before one signs.
    fleet.write(&right[..]);
    let missing = ["--key", "rescue-1.key", "--key", "missing.key"];
    fleet.run(
        &[&["rescue", "sign", "rescue.bin"], &missing[..]].concat(),
        2,
    );
    assert_eq!(fleet.bytes(), right);
}

#[test]
fn nothing_is_made_that_is_not_proven_new_and_signable() {
    let fleet = Fleet::new();
    let absent = || assert!(!fleet.at("rescue.bin").exists());
    let policy = std::fs::read_to_string(fleet.at("policy.toml")).unwrap();
    let (_, rescue) = policy.split_once("\n[rescue]").unwrap();
    let rescue = format!("\n[rescue]{rescue}");

    fleet.ship();
    fleet.write_policy(3, &rescue);
    let low = said(&fleet.make(10));
    assert!(low.contains("= 1.0.4, sequence 3"), "{low}");
    assert!(low.contains("set store-sequence = 4"), "{low}");
    absent();
    fleet.write_policy(4, "");
    let none = said(&fleet.make(10));
    assert!(none.contains("the policy has no rescue keys"), "{none}");
    absent();
    let short = policy.replace("years-in-service = 5", "years-in-service = 30");
    std::fs::write(fleet.at("policy.toml"), short).unwrap();
    let gap = said(&fleet.make(10));
    assert!(gap.contains("error["), "{gap}");
    absent();

    std::fs::write(fleet.at("policy.toml"), policy).unwrap();
    fleet.write(b"precious");
    fleet.make(2);
    assert_eq!(fleet.bytes(), b"precious");
}

/// The keys of a policy may be others than those of the releases in the field: each release is asked with its own.
#[test]
fn each_release_is_asked_with_its_own_rescue_keys() {
    let fleet = Fleet::new();
    let other = public(&fleet.new_key("older.key", false));
    fleet.ship_with(1, &[other]);
    fleet.make(0);
    fleet.sign("rescue-1.key", 0);
    fleet.sign("rescue-2.key", 0);
    let seen = said(&fleet.verify(13));
    assert!(
        seen.contains("a rescue store that no device in the field takes"),
        "{seen}"
    );
    let why = "not taken by 1.0.4, sequence 3: signed by no rescue key; 1 must sign; 2 signatures are by keys that \
               are no rescue keys";
    assert!(seen.contains(why), "{seen}");
    fleet.sign("older.key", 0);
    let seen = stdout(&fleet.verify(0));
    assert!(seen.contains("taken     by 1.0.4, sequence 3"), "{seen}");

    // Only the devices of the release have keys that signed.
    std::fs::remove_file(fleet.at("rescue.bin")).unwrap();
    fleet.make(0);
    fleet.sign("older.key", 0);
    let seen = stdout(&fleet.verify(0));
    let why = "not taken with the rescue keys of the policy: signed by no rescue key; 2 must sign";
    assert!(seen.contains(why), "{seen}");
    assert!(seen.contains("taken     by 1.0.4, sequence 3"), "{seen}");

    // A release without rescue keys, and one that is as new.
    std::fs::remove_file(fleet.at("trust/releases/1.0.4.toml")).unwrap();
    fleet.sign("rescue-1.key", 0);
    fleet.sign("rescue-2.key", 0);
    fleet.ship();
    let release = fleet.at("trust/releases/1.0.4.toml");
    let text = std::fs::read_to_string(&release).unwrap();
    std::fs::write(&release, text.replace("sequence = 3", "sequence = 4")).unwrap();
    let seen = said(&fleet.verify(13));
    let why = "not taken by 1.0.4, sequence 4: its sequence 4 is not above 4, which is in force";
    assert!(seen.contains(why), "{seen}");
    let (before, after) = text.split_once("[rescue]").unwrap();
    let (_, after) = after.split_once("[[anchor]]").unwrap();
    std::fs::write(&release, format!("{before}[[anchor]]{after}")).unwrap();
    let seen = said(&fleet.verify(13));
    let why = "not taken by 1.0.4, sequence 3: they have no rescue keys";
    assert!(seen.contains(why), "{seen}");
}

/// What was published is in the ledger: no other rescue store, no release and no policy may be below it.
#[test]
fn a_published_rescue_store_is_remembered() {
    let fleet = Fleet::new();
    fleet.ship();
    let policy = std::fs::read_to_string(fleet.at("policy.toml")).unwrap();
    let (_, rescue) = policy.split_once("\n[rescue]").unwrap();
    let rescue = format!("\n[rescue]{rescue}");
    fleet.make(0);
    let record = |code| fleet.run(&["rescue", "verify", "rescue.bin", "--record"], code);
    record(13);
    assert!(!fleet.at("trust/rescues").exists());
    fleet.sign("rescue-1.key", 0);
    fleet.sign("rescue-2.key", 0);
    let said_of_it = said(&record(0));
    assert!(
        said_of_it.contains("recorded in trust/rescues/4.toml"),
        "{said_of_it}"
    );
    let entry = || std::fs::read_to_string(fleet.at("trust/rescues/4.toml")).unwrap();
    let first = entry();
    for part in ["sequence = 4", "issued = \"2026-11-22\"", "\"1.0.4\""] {
        assert!(first.contains(part), "{first}");
    }
    assert_eq!(first.matches("    \"").count(), 3, "{first}");
    // One more signature of the same store is the same rescue store.
    fleet.sign("rescue-3.key", 0);
    record(0);
    assert_eq!(entry().matches("    \"").count(), 4, "{}", entry());
    fleet.run(&["check"], 0);

    // Neither another one nor a release may have a lower sequence, nor another one the same.
    std::fs::rename(fleet.at("rescue.bin"), fleet.at("published.bin")).unwrap();
    let same = said(&fleet.make(10));
    assert!(
        same.contains("= the rescue store with sequence 4"),
        "{same}"
    );
    assert!(same.contains("set store-sequence = 5"), "{same}");
    fleet.write_policy(3, &rescue);
    let low = fleet.run(&["check"], 10);
    let low = stdout(&low) + &said(&low);
    assert!(low.contains("L106"), "{low}");
    fleet.write_policy(4_294_967_301, &rescue);
    let far = said(&fleet.make(10));
    assert!(far.contains("error[L109 beyond-rescue]"), "{far}");
    let release = fleet.at("trust/releases/1.0.4.toml");
    let shipped = std::fs::read_to_string(&release).unwrap();
    let retired = shipped.replace("units = 12000", "units = 0");
    std::fs::write(&release, retired).unwrap();
    let far = said(&fleet.make(10));
    assert!(far.contains("is more than 4294967296 above"), "{far}");
    std::fs::write(&release, shipped).unwrap();
    fleet.write_policy(5, &rescue);
    fleet.make(0);
    fleet.sign("rescue-1.key", 0);
    fleet.sign("rescue-2.key", 0);
    record(0);
    let old = ["rescue", "verify", "published.bin"];
    let old = said(&fleet.run(&old, 10));
    assert!(old.contains("= trust/rescues/5.toml"), "{old}");
}

/// Somebody answers for the release that is left behind; who makes the rescue store is told so nevertheless.
#[test]
fn a_release_that_is_too_far_below_is_named() {
    let fleet = Fleet::new();
    fleet.ship();
    let release = std::fs::read_to_string(fleet.at("trust/releases/1.0.4.toml")).unwrap();
    let newer = release.replace("1.0.4", "1.0.5");
    let newer = newer.replacen("\nsequence = 3", "\nsequence = 4", 1);
    std::fs::write(fleet.at("trust/releases/1.0.5.toml"), newer).unwrap();
    let policy = std::fs::read_to_string(fleet.at("policy.toml")).unwrap();
    let (_, rescue) = policy.split_once("\n[rescue]").unwrap();
    let waiver = "[[waiver]]\ncode = \"L109\"\nowner = \"Ada\"\nreason = \"visited\"\nexpires = \"2026-12-31\"\n";
    fleet.write_policy(4_294_967_300, &format!("\n[rescue]{rescue}\n{waiver}"));
    let made = said(&fleet.make(0));
    let named = "too far above 1.0.4, sequence 3: its devices take none above 4294967299, and refuse this one";
    assert!(made.contains(named), "{made}");
    assert!(made.contains("  above 1.0.5, sequence 4"), "{made}");
    fleet.sign("rescue-1.key", 0);
    fleet.sign("rescue-2.key", 0);
    let verified = stdout(&fleet.verify(0));
    let refused = "not taken by 1.0.4, sequence 3: its sequence 4294967300 is above 4294967299";
    assert!(verified.contains(refused), "{verified}");
    assert!(
        verified.contains("taken     by 1.0.5, sequence 4"),
        "{verified}"
    );
}

#[test]
fn a_day_of_issue_has_come_and_the_store_was_judged_for_it() {
    let fleet = Fleet::new();
    let make = ["rescue", "make", "-o", "rescue.bin"];
    let dated = |options: &[&str], code| fleet.run(&[&make[..], options].concat(), code);
    let late = said(&dated(&["--issued", "2026-11-23"], 2));
    assert!(
        late.contains("that is after 2026-11-22, the release date"),
        "{late}"
    );
    let late = said(&dated(&["--as-of", "2026-11-23"], 2));
    assert!(
        late.contains("that is after 2026-11-22, SOURCE_DATE_EPOCH"),
        "{late}"
    );
    assert!(!fleet.at("rescue.bin").exists());
    let made = dated(&["--as-of", "2026-11-23", "--issued", "2026-11-22"], 0);
    assert!(stdout(&made).contains("issued    2026-11-22T00:00:00Z"));

    // A file that tells another day is verified, and not recorded before that day.
    std::fs::remove_file(fleet.at("rescue.bin")).unwrap();
    fleet.run_at(TOMORROW, &make, 0);
    fleet.sign("rescue-1.key", 0);
    fleet.sign("rescue-2.key", 0);
    fleet.verify(0);
    let record = ["rescue", "verify", "rescue.bin", "--record"];
    let late = said(&fleet.run(&record, 2));
    assert!(late.contains("cannot be issued on 2026-11-23"), "{late}");
    assert!(!fleet.at("trust/rescues").exists());
    fleet.run_at(TOMORROW, &record, 0);
    assert!(fleet.at("trust/rescues/4.toml").is_file());
}
