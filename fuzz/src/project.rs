//! A project of which a fuzzer wrote a part: the repository's own pool and calendar, and what the input adds.
//!
//! An input is text in five parts, between lines of `%%`: the question, then what is appended to the policy of the
//! fixtures, a file of facts, a captured chain, and a shipped release. A chain is PEM, or DER one after the other. Each
//! may be empty, and then it is not there. The question is a day and lines of two words or more: `ask judge`, `ask
//! forecast` or `ask solve`; `verifier`, `known`, `production`, `hang`; `distrust`, `drop` and `switch`.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trust::anchors::Inventory;
use trust::calendar::Calendar;
use trust::channel::Channel;
use trust::date::Date;
use trust::forecast::WhatIf;
use trust::gate::Inputs;
use trust::source::SourceFile;

/// What stands between the parts.
pub const BETWEEN: &[u8] = b"\n%%\n";

/// Where the captured chain is, below `trust/`.
pub const CHAIN: &str = "endpoints/fuzzed.pem";

static BASE: LazyLock<Base> = LazyLock::new(Base::read);

struct Base {
    policy: String,
    anchors: Vec<Arc<SourceFile>>,
    facts: Vec<Arc<SourceFile>>,
    inventory: Inventory,
    calendar: Calendar,
}

/// What the input asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ask {
    /// When releases go dark.
    Forecast,
    /// Whether the gate opens.
    Judge,
    /// No more than what is covered, which is quick.
    Prove,
    /// The smallest store.
    Solve,
}

/// A project and a question.
pub struct Project {
    /// The files.
    pub inputs: Inputs,
    /// The release date, or the day that a forecast asks about.
    pub day: Date,
    /// Whether only what was known on this day counts.
    pub known: bool,
    /// What is asked.
    pub ask: Ask,
    /// Whom the release is for.
    pub channel: Channel,
    /// Whether a forecast says what each release hangs on.
    pub hang: bool,
    /// What a forecast supposes.
    pub what_ifs: Vec<WhatIf>,
    has_facts: bool,
}

impl Project {
    /// The project that `bytes` describe; every input describes one.
    pub fn of(bytes: &[u8]) -> Self {
        let mut parts = parts(bytes);
        let mut part = || parts.next().unwrap_or_default();
        let asked = String::from_utf8_lossy(part()).into_owned();
        let (policy, facts, chain, release) = (part(), part(), part(), part());
        let file = |name: &str, bytes: &[u8]| {
            let there = !bytes.is_empty();
            there.then(|| SourceFile::from_bytes(name, bytes))
        };
        let facts = file("trust/calendar/fuzzed.toml", facts);
        let mut project = Self {
            has_facts: facts.is_some(),
            inputs: Inputs {
                policy: SourceFile::new("policy.toml", ""),
                anchors: BASE.anchors.clone(),
                calendar: BASE.facts.iter().cloned().chain(facts).collect(),
                endpoints: Vec::from_iter(file(&format!("trust/{CHAIN}"), &pem(chain))),
                releases: Vec::from_iter(file("trust/releases/fuzzed.toml", release)),
            },
            day: date("2026-07-01"),
            known: false,
            ask: Ask::Prove,
            channel: Channel::Development,
            hang: false,
            what_ifs: Vec::new(),
        };
        let mut text = BASE.policy.clone();
        for line in asked.lines() {
            project.read(line, &mut text);
        }
        text.push_str(&String::from_utf8_lossy(policy));
        project.inputs.policy = SourceFile::new("policy.toml", text);
        project
    }

    fn read(&mut self, line: &str, policy: &mut String) {
        if let Ok(day) = line.parse() {
            self.day = day;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest) {
            ("ask", "forecast") => self.ask = Ask::Forecast,
            ("ask", "judge") => self.ask = Ask::Judge,
            ("ask", "solve") => self.ask = Ask::Solve,
            ("known", _) => self.known = true,
            ("production", _) => self.channel = Channel::Production,
            ("hang", _) => self.hang = true,
            ("distrust", name) => self.what_ifs.push(WhatIf::Distrust(name.to_owned())),
            ("drop", name) => self.what_ifs.push(WhatIf::DropCrossSign(name.to_owned())),
            ("switch", names) => {
                let (endpoint, owner) = names.split_once('=').unwrap_or((names, ""));
                self.what_ifs.push(WhatIf::SwitchOwner {
                    endpoint: endpoint.to_owned(),
                    owner: owner.to_owned(),
                });
            }
            ("verifier", model) => {
                *policy = policy.replace("\"perennial\"", &format!("{model:?}"));
            }
            // Leaves room for the input's own tables of a kind that the fixture has already.
            ("without", table) => *policy = without(policy, table),
            _ => {}
        }
    }

    /// The pool.
    pub fn inventory(&self) -> &'static Inventory {
        &BASE.inventory
    }

    /// The facts; those of the repository are read once.
    pub fn calendar(&self) -> Calendar {
        if self.has_facts {
            Calendar::of_project(&self.inputs.calendar).0
        } else {
            BASE.calendar.clone()
        }
    }
}

impl Base {
    fn read() -> Self {
        let trust = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trust");
        let policy = std::fs::read_to_string(trust.join("fixtures/base/policy.toml"));
        let anchors = files(&trust, "anchors", ".pem");
        let facts = files(&trust, "calendar", ".toml");
        Self {
            policy: policy.expect("the fixture is there"),
            inventory: Inventory::from_files(&anchors).0,
            calendar: Calendar::of_project(&facts).0,
            anchors,
            facts,
        }
    }
}

fn files(trust: &Path, kind: &str, ending: &str) -> Vec<Arc<SourceFile>> {
    let entries = std::fs::read_dir(trust.join(kind)).expect("the repository has it");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("a folder is read").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    let file = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(path).expect("a file is read");
        SourceFile::from_bytes(format!("trust/{kind}/{name}"), &bytes)
    };
    paths.iter().map(file).collect()
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

/// `bytes` between the separators; the last part has all that is left.
fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let now = rest?;
        let at = now.windows(BETWEEN.len()).position(|w| w == BETWEEN);
        rest = at.map(|at| &now[at + BETWEEN.len()..]);
        Some(&now[..at.unwrap_or(now.len())])
    })
}

/// DER certificates one after the other, as PEM; anything else as it is.
fn pem(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut text = String::new();
    while let [0x30, 0x82, high, low, ..] = rest {
        let length = 4 + usize::from(u16::from_be_bytes([*high, *low]));
        let (der, after) = rest.split_at(length.min(rest.len()));
        let base64 = STANDARD.encode(der);
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for at in (0..base64.len()).step_by(64) {
            text.push_str(&base64[at..base64.len().min(at + 64)]);
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
        rest = after;
    }
    [text.as_bytes(), rest].concat()
}

/// A policy without its tables of this name.
fn without(policy: &str, table: &str) -> String {
    let heads = [format!("[{table}]"), format!("[[{table}]]")];
    let mut kept = String::new();
    let mut inside = false;
    for line in policy.lines() {
        if line.starts_with('[') {
            inside = heads.iter().any(|head| head == line);
        }
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}
