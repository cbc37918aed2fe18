//! `trust/releases/*.toml` and `trust/rescues/*.toml` to [`Ledger`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::de::DeTable;

use super::values::{self, DAYS};
use super::{
    Ledger, RESCUES, RecordedRelease, Release, ReleaseAnchor, ReleaseArtefact, ReleaseEndpoint,
    ReleasePin, ReleaseRescueKeys, ReleaseStore, rescue_store,
};
use crate::fields::{FieldRules, Fields, finding};
use crate::finding::{Finding, Subject};
use crate::policy::{is_chain_path, is_url};
use crate::rules::ledger::{
    DUPLICATE_VERSION, LEDGER_BAD_VALUE, LEDGER_FILE_NAME, LEDGER_UNKNOWN_KEY, LEDGER_UNREADABLE,
};
use crate::source::{Location, SourceFile};

pub(super) const RULES: FieldRules = FieldRules {
    bad_value: &LEDGER_BAD_VALUE,
    unknown_key: &LEDGER_UNKNOWN_KEY,
};

/// What a file of the ledger is called in findings.
const TITLE: &str = "the release";
const PARTITION_TABLE: &str = "partition-table-sha256";

impl Ledger {
    /// Reads the files of `trust/releases/` and `trust/rescues/`. A release or rescue store with a mistake is left out and has
    /// a finding, which no waiver covers: devices that nobody counts are devices that nobody saves.
    pub fn read(files: &[Arc<SourceFile>]) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let (of_rescues, of_releases): (Vec<_>, Vec<_>) =
            files.iter().partition(|file| is_rescue(file));
        let mut releases = each(&of_releases, read_file, &mut findings);
        let mut rescues = each(&of_rescues, rescue_store::read, &mut findings);
        rescues.sort_by_key(|recorded| recorded.rescue.sequence);
        findings.extend(about_versions(&releases));
        let key = |recorded: &RecordedRelease| {
            (recorded.release.released, recorded.release.version.clone())
        };
        releases.sort_by_key(key);
        crate::finding::sort(&mut findings);
        (Self { releases, rescues }, findings)
    }
}

fn is_rescue(file: &SourceFile) -> bool {
    let rest = file.name.strip_prefix(RESCUES);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn each<T>(
    files: &[&Arc<SourceFile>],
    read: fn(&Arc<SourceFile>) -> Result<T, Vec<Finding>>,
    findings: &mut Vec<Finding>,
) -> Vec<T> {
    let mut all = Vec::new();
    for file in files {
        match read(file) {
            Ok(one) => all.push(one),
            Err(mistakes) => findings.extend(mistakes),
        }
    }
    all
}

fn read_file(file: &Arc<SourceFile>) -> Result<RecordedRelease, Vec<Finding>> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    if !errors.is_empty() {
        return Err(syntax_errors(file, &errors));
    }
    let mut reader = Reader {
        file,
        findings: Vec::new(),
    };
    let top = Fields::new(&RULES, file, TITLE, document.get_ref(), 0..0);
    let recorded = reader.release(top);
    match recorded {
        Some(recorded) if reader.findings.is_empty() => Ok(recorded),
        _ => Err(reader.findings),
    }
}

/// L901.
pub(super) fn syntax_errors(file: &Arc<SourceFile>, errors: &[toml::de::Error]) -> Vec<Finding> {
    let finding = |error| syntax_error(file, error);
    errors.iter().map(finding).collect()
}

fn syntax_error(file: &Arc<SourceFile>, error: &toml::de::Error) -> Finding {
    let span = error.span().unwrap_or(0..0);
    let message = format!("{} is not TOML: {}", file.name, error.message());
    finding(&LEDGER_UNREADABLE, file, span, error.message(), message)
        .help("correct the syntax, or restore the file: git log --diff-filter=A -- trust")
}

/// Tables of one kind with the places of their headers.
type Tables<T> = (Vec<T>, Vec<Location>);

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn release(&mut self, mut top: Fields<'a>) -> Option<RecordedRelease> {
        top.required(
            "schema-version",
            "1, the schema of this version",
            values::is_one,
        );
        let version = top.required("version", values::VERSION, values::version);
        let version_at = Location::new(self.file, top.span_of("version"));
        let product = top.text("product");
        let commit = top.required("commit", values::COMMIT, values::commit);
        let released = top.date("released");
        let channel = top.required("channel", values::CHANNEL, values::channel);
        let verifier = top.required("verifier", &values::verifiers(), values::verifier);
        let service_ends = top.date("service-ends");
        let longest_offline_days = top.number("longest-offline-days", DAYS, 0);
        let units = top.optional_number("units", "a number of devices", 0);
        let partition_table_sha256 = top.optional_sha256(PARTITION_TABLE);
        let partition_table_at = Location::new(self.file, top.span_of(PARTITION_TABLE));
        let store = top.table("store");
        let rescue = top.optional_table("rescue");
        let (anchors, anchors_at) = self.each(&mut top, "anchor", anchor);
        let (pins, pins_at) = self.each(&mut top, "pin", pin);
        let (endpoints, endpoints_at) = self.each(&mut top, "endpoint", endpoint);
        let (artefacts, _) = self.each(&mut top, "artefact", artefact);
        self.findings.extend(top.finish());
        let store = store.and_then(|(table, span)| self.table("[store]", table, span, store_of));
        let rescue = rescue
            .and_then(|(table, span)| self.table("[rescue]", table, span, ReleaseRescueKeys::read));
        let release = Release {
            version: version?,
            commit: commit?,
            released: released?,
            channel: channel?,
            product: product?,
            verifier: verifier?,
            service_ends: service_ends?,
            longest_offline_days: longest_offline_days?,
            units,
            partition_table_sha256,
            store: store?,
            rescue,
            anchors,
            pins,
            endpoints,
            artefacts,
        };
        let recorded = RecordedRelease {
            release,
            file: Arc::clone(self.file),
            version_at,
            partition_table_at,
            anchors_at,
            endpoints_at,
            pins_at,
        };
        if self.findings.is_empty() {
            self.whole(&recorded);
        }
        Some(recorded)
    }

    /// Reads every table `[[key]]`.
    fn each<T>(
        &mut self,
        top: &mut Fields<'a>,
        key: &'static str,
        read: fn(&mut Fields<'_>) -> Option<T>,
    ) -> Tables<T> {
        let title = format!("[[{key}]]");
        let (mut all, mut places) = (Vec::new(), Vec::new());
        for (table, span) in top.tables(key) {
            let at = header(self.file, span);
            if let Some(value) = self.table(&title, table, at.clone(), read) {
                all.push(value);
                places.push(Location::new(self.file, at));
            }
        }
        (all, places)
    }

    fn table<T>(
        &mut self,
        title: &str,
        table: &DeTable<'_>,
        at: Range<usize>,
        read: fn(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let at = header(self.file, at);
        let mut fields = Fields::new(&RULES, self.file, title, table, at);
        let value = read(&mut fields);
        self.findings.extend(fields.finish());
        value
    }

    /// What must hold between the tables.
    fn whole(&mut self, recorded: &RecordedRelease) {
        let release = &recorded.release;
        if release.endpoints.is_empty() {
            let why = "has no `[[endpoint]]`: nobody could say when it goes dark";
            self.missing(
                recorded,
                why,
                "the servers that the release fetches updates from",
            );
        }
        if release.anchors.is_empty() && release.pins.is_empty() {
            let why = "has neither `[[anchor]]` nor `[[pin]]`: it would trust nothing";
            self.missing(recorded, why, "what the store of the release holds");
        }
        let names = release.endpoints.iter().map(|e| e.name.as_str());
        self.unique(names, &recorded.endpoints_at, "an endpoint with this name");
        let hex = |sha256: &[u8; 32]| hex::encode(sha256);
        let fingerprints: Vec<_> = release.anchors.iter().map(|a| hex(&a.sha256)).collect();
        let fingerprints = fingerprints.iter().map(String::as_str);
        self.unique(
            fingerprints,
            &recorded.anchors_at,
            "an anchor with this fingerprint",
        );
        let known = |pin: &ReleasePin| release.endpoints.iter().any(|e| e.name == pin.endpoint);
        for (pin, at) in release.pins.iter().zip(&recorded.pins_at) {
            if !known(pin) {
                let message = format!("a pin is for \"{}\", which is no endpoint", pin.endpoint);
                self.bad(at, "no such endpoint", message, "name one of its endpoints");
            }
        }
    }

    fn missing(&mut self, recorded: &RecordedRelease, why: &str, what: &str) {
        let message = format!("release {} {why}", recorded.release.version);
        let at = recorded.version_at.clone();
        self.bad(&at, "this release", message, &format!("add {what}"));
    }

    fn unique<'n>(&mut self, names: impl Iterator<Item = &'n str>, at: &[Location], what: &str) {
        let mut first = BTreeMap::new();
        for (name, place) in names.zip(at) {
            if let Some(earlier) = first.insert(name.to_owned(), place) {
                let message = format!("there is {what} already: {name}");
                let line = earlier.start().0;
                let help = format!("remove one of the two; the other is in line {line}");
                self.bad(place, "here again", message, &help);
            }
        }
    }

    fn bad(&mut self, at: &Location, label: &str, message: String, help: &str) {
        let line = at.start().0;
        let subject = Subject::item(format!("{}:{line}", self.file.name));
        let finding = Finding::new(&LEDGER_BAD_VALUE, at.clone(), label, message);
        self.findings.push(finding.help(help).about(subject));
    }
}

/// The first line of a table: its header.
fn header(file: &SourceFile, span: Range<usize>) -> Range<usize> {
    let text = file.text.get(span.clone()).unwrap_or_default();
    span.start..span.start + text.find('\n').unwrap_or(text.len())
}

fn store_of(fields: &mut Fields<'_>) -> Option<ReleaseStore> {
    let sequence = fields.number("sequence", "a number from 1", 1);
    let sha256 = fields.sha256("sha256");
    Some(ReleaseStore {
        sequence: sequence?,
        sha256: sha256?,
    })
}

fn anchor(fields: &mut Fields<'_>) -> Option<ReleaseAnchor> {
    let name = fields.text("name");
    let sha256 = fields.sha256("sha256");
    let spki_sha256 = fields.sha256("spki-sha256");
    let not_after = fields.date("not-after");
    let owner = fields.optional_text("owner");
    Some(ReleaseAnchor {
        name: name?,
        sha256: sha256?,
        spki_sha256: spki_sha256?,
        not_after: not_after?,
        owner,
    })
}

fn pin(fields: &mut Fields<'_>) -> Option<ReleasePin> {
    let endpoint = fields.text("endpoint");
    let spki_sha256 = fields.sha256("spki-sha256");
    let expires = fields.date("expires");
    let after_expiry = fields.required("after-expiry", values::AFTER, values::after_expiry);
    Some(ReleasePin {
        endpoint: endpoint?,
        spki_sha256: spki_sha256?,
        expires: expires?,
        after_expiry: after_expiry?,
    })
}

fn endpoint(fields: &mut Fields<'_>) -> Option<ReleaseEndpoint> {
    let name = fields.text("name");
    let url = fields.required("url", values::URL, values::url);
    let redirects = fields.optional_list("redirects", "a list of https URLs", is_url);
    let owner = fields.text("owner");
    let profile = fields.optional_text("profile");
    let key_type = fields.optional("key-type", values::KEY_TYPE, values::key_type);
    let leaf_days = fields.optional_number("leaf-days", "a number of days, at least 1", 1);
    let leaf_ends = fields.optional_date("leaf-ends");
    let renewal_slack_days = fields.optional_number("renewal-slack-days", DAYS, 0);
    let chains = fields.optional_list("chains", "a list of paths below trust/", is_chain_path);
    Some(ReleaseEndpoint {
        name: name?,
        url: url?,
        redirects: redirects.unwrap_or_default(),
        owner: owner?,
        profile,
        key_type,
        leaf_days,
        leaf_ends,
        renewal_slack_days,
        chains: chains.unwrap_or_default(),
    })
}

fn artefact(fields: &mut Fields<'_>) -> Option<ReleaseArtefact> {
    let name = fields.text("name");
    let sha256 = fields.sha256("sha256");
    Some(ReleaseArtefact {
        name: name?,
        sha256: sha256?,
    })
}

/// L905: the file of a release has its version as its name.
fn misnamed(recorded: &RecordedRelease) -> Option<Finding> {
    let version = &recorded.release.version;
    let file = &recorded.file.name;
    let name = file.rsplit('/').next().unwrap_or(file);
    let expected = format!("{version}.toml");
    if name == expected {
        return None;
    }
    let message = format!("{file} holds release {version}");
    let at = recorded.version_at.clone();
    let finding = Finding::new(&LEDGER_FILE_NAME, at, "not the name of the file", message);
    Some(
        finding
            .help(format!("name the file {expected}, or restore its version"))
            .about(Subject::item(file)),
    )
}

/// L904 and L905: one version, one release, one file. Of two files with one version at least one has another's name;
/// that is one mistake.
fn about_versions(releases: &[RecordedRelease]) -> Vec<Finding> {
    let mut files: BTreeMap<&str, Vec<&RecordedRelease>> = BTreeMap::new();
    for recorded in releases {
        let version = recorded.release.version.as_str();
        files.entry(version).or_default().push(recorded);
    }
    let about = |files: &Vec<&RecordedRelease>| match files.as_slice() {
        [first, second, ..] => Some(repeated(first, second)),
        [only] => misnamed(only),
        [] => None,
    };
    files.values().filter_map(about).collect()
}

fn repeated(first: &RecordedRelease, again: &RecordedRelease) -> Finding {
    let version = &again.release.version;
    let message = format!("release {version} is in the ledger twice");
    let at = again.version_at.clone();
    Finding::new(&DUPLICATE_VERSION, at, "here again", message)
        .and_label(first.version_at.clone(), "first here")
        .help("remove the file that is not what shipped: compare the hashes of its artefacts")
        .about(Subject::item(version))
}
