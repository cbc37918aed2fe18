use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use trust::policy::{Audit, Builder, Located};
use trust::source::{Location, SourceFile};

use super::folder::Collected;
use super::*;
use crate::attestation::rebuild::{DifferingRange, Rebuild};
use crate::attestation::sample::{Sample, toolchain};
use crate::digest::sha256_hex;
use crate::signing::dsse::Envelope;
use crate::signing::key_file::SigningKeyFile;
use crate::signing::password::PasswordSource;
use crate::signing::sample::{key, write_key};

fn located<T>(value: T) -> Located<T> {
    let file = SourceFile::new("policy.toml", "[audit]\n");
    Located {
        value,
        at: Location::whole(&file),
    }
}

/// `ci` of one operator, `lab` and `spare` of another; their keys are 1, 2 and 3.
fn audit(threshold: u32, distinct: u32) -> Audit {
    let named = [("ci", "vendor"), ("lab", "auditor"), ("spare", "auditor")];
    let builder = |(number, (name, operator)): (u8, (&str, &str))| {
        let public = key(number).public();
        Builder {
            name: located(name.to_owned()),
            operator: located(operator.to_owned()),
            public: located(public.to_base64()),
            key_id: public.key_id.0,
            ed25519: public.ed25519,
        }
    };
    Audit {
        threshold: located(threshold),
        distinct: located(distinct),
        builders: (1..).zip(named).map(builder).collect(),
        at: located(()).at,
    }
}

/// `attestations/<version>/` in a folder of its own.
struct Stage {
    sample: Sample,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        Self {
            sample: Sample::made(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn matching(&self, builder: &str) -> Rebuild {
        let files = self.sample.equal_files();
        Rebuild::compared(builder, &self.sample.manifest, toolchain(), files)
    }

    fn differing(&self, builder: &str) -> Rebuild {
        let mut files = self.sample.equal_files();
        files[0].rebuilt_sha256 = Some("f".repeat(64));
        files[0].ranges = vec![DifferingRange {
            start: 176,
            end: 208,
            owner: "app descriptor: ELF hash".to_owned(),
            cause: None,
        }];
        Rebuild::compared(builder, &self.sample.manifest, toolchain(), files)
    }

    /// What the key of this number signs, in the folder of a builder.
    fn say(&self, builder: &str, number: u8, rebuild: Rebuild) -> Vec<u8> {
        let statement = rebuild.statement(&self.sample.manifest);
        let bytes = envelope(statement.to_bytes(), number);
        self.write(&format!("{builder}/{REBUILD}"), &bytes);
        bytes
    }

    fn agree(&self, builder: &str, number: u8) {
        self.say(builder, number, self.matching(builder));
    }

    fn quorum(&self, threshold: u32, distinct: u32) -> Quorum {
        let audit = audit(threshold, distinct);
        let collected = folder::read(self.folder.path(), &audit).unwrap();
        Quorum::of(&audit, &self.sample.manifest, &collected)
    }

    /// Exit and obstacles.
    fn judged(&self, threshold: u32, distinct: u32) -> (Exit, String) {
        let quorum = self.quorum(threshold, distinct);
        let text = report::human(&quorum);
        assert_eq!(quorum.is_ready(), text.contains("is ready to be published"));
        (quorum.exit(), text)
    }
}

fn envelope(payload: Vec<u8>, number: u8) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = write_key(folder.path(), number);
    let key = SigningKeyFile::open(&path, &PasswordSource::Terminal).unwrap();
    let mut envelope = Envelope::new(payload);
    envelope.sign(&key).unwrap();
    envelope.to_bytes()
}

fn explanation(dissent: &[u8]) -> String {
    let hash = sha256_hex(dissent);
    format!(
        "dissent-sha256 = \"{hash}\"\nowner = \"release-team\"\nreason = \"its disk was full\"\n"
    )
}

#[test]
fn ready_is_enough_builders_of_enough_operators_and_not_one_less() {
    let stage = Stage::new();
    let (exit, text) = stage.judged(2, 2);
    assert_eq!(exit, Exit::NotReproducible);
    assert!(text.contains("0 of the 2 builders"), "{text}");
    stage.agree("lab", 2);
    assert_eq!(stage.judged(1, 1).0, Exit::Done);
    assert_eq!(stage.judged(2, 1).0, Exit::NotReproducible);
    stage.agree("spare", 3);
    assert_eq!(stage.judged(2, 1).0, Exit::Done);
    // Two builders, and one who runs both.
    let (exit, text) = stage.judged(2, 2);
    assert_eq!(exit, Exit::NotReproducible);
    assert!(text.contains("1 of the 2 different operators"), "{text}");
    stage.agree("ci", 1);
    assert_eq!(stage.judged(3, 2).0, Exit::Done);
}

#[test]
fn a_dissent_blocks_until_somebody_explains_it_and_never_counts() {
    for failed in [false, true] {
        let stage = Stage::new();
        stage.agree("ci", 1);
        stage.agree("lab", 2);
        let manifest = &stage.sample.manifest;
        let dissent = match failed {
            true => Rebuild::failed("spare", manifest, None, "no space left"),
            false => stage.differing("spare"),
        };
        let bytes = stage.say("spare", 3, dissent);
        let (exit, text) = stage.judged(2, 2);
        assert_eq!(exit, Exit::NotReproducible, "{text}");
        assert!(text.contains("spare dissents"), "{text}");

        stage.write("spare/explained.toml", explanation(&bytes));
        let (exit, text) = stage.judged(2, 2);
        assert_eq!(exit, Exit::Done, "{text}");
        assert!(text.contains("release-team: its disk was full"), "{text}");
        assert_eq!(stage.judged(3, 2).0, Exit::NotReproducible);
    }
}

/// One mistake in each explanation.
#[test]
fn an_explanation_of_something_else_explains_nothing() {
    let stage = Stage::new();
    stage.agree("ci", 1);
    stage.agree("lab", 2);
    let bytes = stage.say("spare", 3, stage.differing("spare"));
    let good = explanation(&bytes);
    let stale = explanation(b"the dissent of yesterday");
    let hash = sha256_hex(&bytes);
    let cases = [
        (stale, "it explains"),
        (good.replace(&hash, &hash[1..]), "it explains"),
        (good.replace(&hash, &hash.to_uppercase()), "it explains"),
        (good.replace("release-team", " "), "blank"),
        (good.replace("its disk was full", ""), "blank"),
        (good.replace("owner", "author"), "author"),
        (good.replace("reason", "# reason"), "reason"),
        (String::new(), "dissent-sha256"),
    ];
    for (text, why) in cases {
        stage.write("spare/explained.toml", &text);
        let (exit, said) = stage.judged(2, 2);
        assert_eq!(exit, Exit::Tampered, "{text}");
        assert!(said.contains(why), "{why}: {said}");
    }
    stage.write("spare/explained.toml", good.as_str());
    assert_eq!(stage.judged(2, 2).0, Exit::Done);
    // Nothing to explain: an agreement, and a silence.
    for agreed in [true, false] {
        match agreed {
            true => stage.agree("spare", 3),
            false => fs::remove_file(stage.folder.path().join("spare").join(REBUILD)).unwrap(),
        }
        let (exit, said) = stage.judged(2, 2);
        assert_eq!(exit, Exit::Tampered);
        assert!(said.contains("no dissent to explain"), "{said}");
    }
}

/// Each is signed, and none is the builder's word about this release.
#[test]
fn what_is_not_the_builders_word_is_refused_by_name() {
    let refused = |change: &dyn Fn(&Stage), why: &str| {
        let stage = Stage::new();
        stage.agree("ci", 1);
        stage.agree("lab", 2);
        stage.agree("spare", 3);
        assert_eq!(stage.judged(2, 2).0, Exit::Done);
        change(&stage);
        let (exit, said) = stage.judged(2, 2);
        assert_eq!(exit, Exit::Tampered, "{why}: {said}");
        assert!(said.contains("lab/rebuild.dsse.json"), "{said}");
        assert!(said.contains(why), "{why}: {said}");
    };
    let path = format!("lab/{REBUILD}");
    refused(
        &|s| drop(s.say("lab", 3, s.matching("lab"))),
        "not a key that may sign",
    );
    refused(
        &|s| drop(s.say("lab", 2, s.matching("ci"))),
        "by the builder \"ci\"",
    );
    refused(&|s| s.write(&path, "{}"), "missing field");
    refused(
        &|s| {
            let mut lie = s.differing("lab");
            lie.outcome = crate::attestation::rebuild::Outcome::Match;
            s.say("lab", 2, lie);
        },
        "files differ",
    );
    refused(
        &|s| {
            let bytes = s.say("lab", 2, s.matching("lab"));
            let text = String::from_utf8(bytes).unwrap();
            s.write(
                &path,
                text.replacen("\"sig\": \"", "\"sig\": \"A", 1)
                    .replacen("==\"", "=\"", 1),
            );
        },
        "sig",
    );
    refused(
        &|s| {
            let mut other = Sample::made();
            other.manifest.service_ends = "2040-01-01".to_owned();
            let statement = s.matching("lab").statement(&other.manifest);
            s.write(&path, envelope(statement.to_bytes(), 2));
        },
        "another release: release.json",
    );
    refused(
        &|s| {
            s.write(
                &path,
                envelope(
                    s.sample
                        .document(crate::release::manifest::ArtefactKind::ProvenanceStatement),
                    2,
                ),
            );
        },
        "unknown field",
    );
}

#[test]
fn what_is_nobodys_word_stands_in_the_way() {
    let stage = Stage::new();
    stage.agree("ci", 1);
    stage.agree("lab", 2);
    stage.write("README.md", "what this is");
    stage.write("lab/README.md", "what this is");
    assert_eq!(stage.judged(2, 2).0, Exit::Done);
    for path in [
        "mallory/rebuild.dsse.json",
        "lab/notes.txt",
        "rebuild.dsse.json",
    ] {
        stage.write(path, "x");
        let (exit, said) = stage.judged(2, 2);
        assert_eq!(exit, Exit::NotReproducible);
        assert!(
            said.contains(path.trim_end_matches("/rebuild.dsse.json")),
            "{said}"
        );
        let path = stage.folder.path().join(path);
        fs::remove_file(&path).unwrap();
        if path.parent().unwrap().ends_with("mallory") {
            fs::remove_dir(path.parent().unwrap()).unwrap();
        }
    }
    let link = stage.folder.path().join("spare");
    std::os::unix::fs::symlink("lab", link).unwrap();
    let (exit, said) = stage.judged(2, 2);
    assert_eq!(
        (exit, said.contains("spare: it is a link")),
        (Exit::NotReproducible, true)
    );
}

#[test]
fn nobody_builds_again_what_is_in_no_commit() {
    let mut sample = Sample::made();
    sample.manifest.dirty = true;
    let quorum = Quorum::of(&audit(1, 1), &sample.manifest, &Collected::default());
    let kinds: Vec<_> = quorum.obstacles.iter().map(|one| one.kind).collect();
    assert_eq!(kinds[0], quorum::ObstacleKind::Dirty);
}

#[test]
fn the_answer_for_machines_says_the_same() {
    let stage = Stage::new();
    stage.agree("ci", 1);
    stage.say("lab", 2, stage.differing("lab"));
    let answer: Value = serde_json::from_str(&report::json(&stage.quorum(2, 2))).unwrap();
    assert_eq!(answer["schema"], "perennial.quorum/1");
    assert_eq!(answer["ready"], false);
    assert_eq!(
        (&answer["agreeing"], &answer["threshold"]),
        (&1.into(), &2.into())
    );
    let standings: Vec<_> = (0..3)
        .map(|i| answer["builders"][i]["standing"].clone())
        .collect();
    assert_eq!(standings, ["agrees", "dissents", "silent"]);
    let kinds: Vec<_> = (0..3)
        .map(|i| answer["obstacles"][i]["kind"].clone())
        .collect();
    assert_eq!(kinds, ["dissent", "threshold", "operators"]);
}
