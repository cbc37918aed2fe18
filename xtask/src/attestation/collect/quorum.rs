//! Who says what of a release, and whether that is enough.

use std::collections::BTreeSet;

use trust::policy::{Audit, Builder};

use super::folder::{BuilderFolder, Collected, EXPLANATION, Explanation, REBUILD};
use crate::attestation::rebuild::{Outcome, Rebuild, subjects};
use crate::attestation::statement::Statement;
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::release::manifest::ReleaseManifest;
use crate::signing::dsse::Envelope;
use crate::signing::minisign::{KeyId, PublicKey};

/// What the builders of a policy say of a release.
#[derive(Clone, Debug)]
pub struct Quorum {
    /// Version of the release.
    pub version: String,
    /// How many builders must agree.
    pub threshold: u32,
    /// How many different operators must be among them.
    pub distinct: u32,
    /// Every builder of the policy, in its order.
    pub voices: Vec<Voice>,
    /// Everything that stands in the way; nothing when the release may be published.
    pub obstacles: Vec<Obstacle>,
}

/// One builder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Voice {
    /// Its name.
    pub builder: String,
    /// Who runs it.
    pub operator: String,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a builder stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It came to the published bytes.
    Agrees,
    /// It did not, and somebody explained why that does not stand in the way. It does not count as agreeing.
    Explained {
        /// What it says.
        dissent: String,
        /// Who answers for the explanation, and what it is.
        explanation: Explanation,
    },
    /// It did not.
    Dissents(String),
    /// It says nothing.
    Silent,
    /// What is there in its name is not its word.
    Invalid {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// Something that stands in the way of publishing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Obstacle {
    /// What kind.
    pub kind: ObstacleKind,
    /// In words.
    pub what: String,
    /// The next step.
    pub help: String,
}

/// What stands in the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObstacleKind {
    /// A builder says that it did not come to the published bytes.
    Dissent,
    /// A release with changes that are in no commit: nobody can build it again.
    Dirty,
    /// A file is not what its builder signed, or an explanation explains something else.
    Invalid,
    /// Too few operators agree.
    Operators,
    /// Something lies there that is nobody's word.
    Stray,
    /// Too few builders agree.
    Threshold,
}

impl Quorum {
    /// Judges what was collected for the release of `manifest`.
    pub(super) fn of(audit: &Audit, manifest: &ReleaseManifest, collected: &Collected) -> Self {
        let none = BuilderFolder::default();
        let voice = |builder: &Builder| {
            let name = &builder.name.value;
            let files = collected.folders.get(name).unwrap_or(&none);
            Voice {
                builder: name.clone(),
                operator: builder.operator.value.clone(),
                standing: standing(builder, manifest, files),
            }
        };
        let mut quorum = Self {
            version: manifest.version.clone(),
            threshold: audit.threshold.value,
            distinct: audit.distinct.value,
            voices: audit.builders.iter().map(voice).collect(),
            obstacles: Vec::new(),
        };
        quorum.obstacles = quorum.found(manifest.dirty, collected);
        quorum
    }

    /// Whether the release may be published.
    pub fn is_ready(&self) -> bool {
        self.obstacles.is_empty()
    }

    /// What the command ends with.
    pub fn exit(&self) -> Exit {
        let mut kinds = self.obstacles.iter().map(|obstacle| obstacle.kind);
        match self.is_ready() {
            true => Exit::Done,
            false if kinds.any(|kind| kind == ObstacleKind::Invalid) => Exit::Tampered,
            false => Exit::NotReproducible,
        }
    }

    /// The builders that agree.
    pub fn agreeing(&self) -> impl Iterator<Item = &Voice> {
        let agrees = |voice: &&Voice| voice.standing == Standing::Agrees;
        self.voices.iter().filter(agrees)
    }

    /// The operators of the builders that agree.
    pub fn operators(&self) -> BTreeSet<&str> {
        self.agreeing().map(|v| v.operator.as_str()).collect()
    }

    fn found(&self, dirty: bool, collected: &Collected) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let mut add = |kind, what: String, help: &str| {
            let help = help.to_owned();
            found.push(Obstacle { kind, what, help });
        };
        if dirty {
            let what = "the release has changes that are in no commit: nobody can build it again";
            add(
                ObstacleKind::Dirty,
                what.to_owned(),
                "commit them, and build a release",
            );
        }
        for voice in &self.voices {
            let builder = &voice.builder;
            match &voice.standing {
                Standing::Dissents(dissent) => add(
                    ObstacleKind::Dissent,
                    format!("{builder} dissents: {dissent}"),
                    "find out why (`cargo xtask rebuild`, `cargo xtask explain`); where it is no fault of the release, \
                     say so in explained.toml beside it",
                ),
                Standing::Invalid { file, why } => add(
                    ObstacleKind::Invalid,
                    format!("{builder}/{file}: {why}"),
                    match *file {
                        EXPLANATION => {
                            "write it anew, or take it away; docs/attestations.md has its form"
                        }
                        _ => "ask the builder for it again; never edit what it signed",
                    },
                ),
                Standing::Agrees | Standing::Explained { .. } | Standing::Silent => {}
            }
        }
        for (path, why) in &collected.strays {
            let help = "take it away, or list the builder in [audit] of the policy";
            add(ObstacleKind::Stray, format!("{path}: {why}"), help);
        }
        found.extend(self.too_few());
        found
    }

    fn too_few(&self) -> Vec<Obstacle> {
        let (builders, operators) = (self.agreeing().count(), self.operators().len());
        let counts = [
            (
                ObstacleKind::Threshold,
                builders,
                self.threshold,
                "builders",
            ),
            (
                ObstacleKind::Operators,
                operators,
                self.distinct,
                "different operators",
            ),
        ];
        let enough = |found: usize, needed: u32| usize::try_from(needed).is_ok_and(|n| found >= n);
        let short = counts.into_iter();
        short
            .filter(|(_, found, needed, _)| !enough(*found, *needed))
            .map(|(kind, found, needed, what)| Obstacle {
                kind,
                what: format!("{found} of the {needed} {what} that must agree do"),
                help: "have others build it again: cargo xtask rebuild".to_owned(),
            })
            .collect()
    }
}

fn standing(builder: &Builder, manifest: &ReleaseManifest, files: &BuilderFolder) -> Standing {
    let invalid = |file, why: String| Standing::Invalid { file, why };
    let dissent = match &files.rebuild {
        None => None,
        Some(bytes) => match word_of(builder, manifest, bytes) {
            Err(why) => return invalid(REBUILD, why),
            Ok(rebuild) => dissent(&rebuild).map(|dissent| (dissent, bytes)),
        },
    };
    match (dissent, &files.explanation) {
        (None, Some(_)) => invalid(EXPLANATION, "there is no dissent to explain".to_owned()),
        (None, None) if files.rebuild.is_some() => Standing::Agrees,
        (None, None) => Standing::Silent,
        (Some((dissent, _)), None) => Standing::Dissents(dissent),
        (Some((dissent, bytes)), Some(explanation)) => match explained(bytes, explanation) {
            Ok(explanation) => Standing::Explained {
                dissent,
                explanation,
            },
            Err(why) => invalid(EXPLANATION, why),
        },
    }
}

/// What a builder says, if it is its word and about this release.
fn word_of(builder: &Builder, manifest: &ReleaseManifest, bytes: &[u8]) -> Result<Rebuild, String> {
    let envelope = Envelope::from_bytes(bytes)?;
    let key = PublicKey {
        key_id: KeyId(builder.key_id),
        ed25519: builder.ed25519,
    };
    let verified = envelope.verify(&[key], 1).map_err(|problems| {
        let said = problems.iter().map(ToString::to_string);
        said.collect::<Vec<_>>().join("; ")
    })?;
    let statement = Statement::<Rebuild>::from_bytes(verified.bytes())?;
    if statement.subject != subjects(manifest) {
        let differs = |subject| !subjects(manifest).contains(subject);
        let first = statement.subject.iter().find(|subject| differs(subject));
        let name = first.map_or("a file that is missing in it", |first| first.name.as_str());
        return Err(format!("it is about another release: {name} differs"));
    }
    let rebuild = statement.predicate;
    if rebuild.builder != builder.name.value {
        return Err(format!("it is by the builder {:?}", rebuild.builder));
    }
    match rebuild.fault(manifest) {
        Some(fault) => Err(fault),
        None => Ok(rebuild),
    }
}

/// In words, why a rebuild does not agree.
fn dissent(rebuild: &Rebuild) -> Option<String> {
    match rebuild.outcome {
        Outcome::Match => None,
        Outcome::BuildFailed => {
            let reason = rebuild.reason.as_deref().unwrap_or_default();
            Some(format!("the build failed: {reason}"))
        }
        Outcome::Mismatch => {
            let differing = rebuild
                .artefacts
                .iter()
                .filter(|one| !one.ranges.is_empty());
            let shown = differing.map(|one| {
                let owners: BTreeSet<_> = one.ranges.iter().map(|r| r.owner.as_str()).collect();
                let owners: Vec<_> = owners.into_iter().collect();
                format!("{} differs in {}", one.name, owners.join(", "))
            });
            Some(shown.collect::<Vec<_>>().join("; "))
        }
    }
}

/// The explanation of the dissent in these bytes.
fn explained(dissent: &[u8], explanation: &[u8]) -> Result<Explanation, String> {
    let explanation = Explanation::read(explanation)?;
    let found = sha256_hex(dissent);
    if explanation.dissent_sha256 == found {
        return Ok(explanation);
    }
    Err(format!(
        "it explains {:?}, and the SHA-256 of {REBUILD} is {found}",
        explanation.dissent_sha256
    ))
}
