//! The statement of a rebuild, signed by who did it: also of one that failed.

use std::path::{Path, PathBuf};

use clap::Args;
use trust::policy::Policy;

use super::compare::{Compared, Comparison};
use crate::atomic::{self, Existing, Readers};
use crate::attestation::collect::REBUILD;
use crate::attestation::rebuild::{self, DifferingRange, Outcome, Rebuild};
use crate::attestation::statement::Statement;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::release::manifest::ReleaseManifest;
use crate::signing::dsse::Envelope;
use crate::signing::key_file::SigningKeyFile;
use crate::signing::password::PasswordSource;
use crate::toolchain::files;

/// Who states the outcome.
#[derive(Args, Debug)]
pub struct AttestArguments {
    /// State the outcome as this builder, one of [audit] of the policy
    #[arg(long, value_name = "NAME", requires = "sign_with")]
    builder: Option<String>,
    /// Sign the statement with the builder's secret key
    #[arg(long, value_name = "FILE", requires = "builder")]
    sign_with: Option<PathBuf>,
    /// Read the password of the key from the first line of this file; - is stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where statements go, as VERSION/BUILDER/rebuild.dsse.json [default: attestations/ of the project]
    #[arg(long, value_name = "DIR")]
    attestations: Option<PathBuf>,
}

#[cfg(test)]
impl AttestArguments {
    /// Those of a builder with this key file, whose statements go into this folder.
    pub fn named(builder: &str, key: PathBuf, attestations: PathBuf) -> Self {
        Self {
            builder: Some(builder.to_owned()),
            sign_with: Some(key),
            password_file: None,
            attestations: Some(attestations),
        }
    }
}

/// A builder who signs what came of its rebuild.
#[derive(Debug)]
pub struct Attester {
    builder: String,
    key: SigningKeyFile,
    folder: PathBuf,
}

impl Attester {
    /// The one that the arguments name, if they name one. Its key is opened now: a rebuild of minutes must not end without a
    /// signature.
    ///
    /// # Errors
    /// A name that is no name of a folder, a key that cannot be opened.
    pub fn of(project: &Project, arguments: &AttestArguments) -> Result<Option<Self>> {
        let (Some(builder), Some(key)) = (&arguments.builder, &arguments.sign_with) else {
            return Ok(None);
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if builder.starts_with('.') || builder.is_empty() || !builder.bytes().all(plain) {
            return Err(Failure::new(
                Exit::Unreadable,
                format!("{builder:?} is no name of a builder"),
            )
            .help("letters, digits, `-`, `_` and `.`, as in [audit] of the policy"));
        }
        let password = PasswordSource::from_option(arguments.password_file.as_deref());
        let folder = arguments.attestations.clone();
        Ok(Some(Self {
            builder: builder.clone(),
            key: SigningKeyFile::open(key, &password)?,
            folder: folder.unwrap_or_else(|| project.root.join("attestations")),
        }))
    }

    /// Demands that the policy of this checkout lists the builder, with this key: what nobody would count is not built.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] where it does not.
    pub fn require_listed(&self, policy: &Policy) -> Result<()> {
        let builders = policy.audit.iter().flat_map(|audit| &audit.builders);
        let public = self.key.public();
        let mut named = builders.filter(|builder| *builder.name == self.builder);
        let what = match named.next() {
            Some(builder) if builder.ed25519 == public.ed25519 => return Ok(()),
            Some(_) => format!(
                "[audit] of the policy has another key for the builder {}",
                self.builder
            ),
            None => format!("[audit] of the policy lists no builder {}", self.builder),
        };
        Err(Failure::new(Exit::Unreadable, what)
            .evidence(format!("the key that would sign: {}", public.to_base64()))
            .help("name the builder whose key it is, or add it to [audit]; docs/policy.md"))
    }

    /// States what was compared; the file.
    ///
    /// # Errors
    /// When it cannot be signed or written, and where the builder would take a mismatch back: that is explained, not
    /// forgotten.
    pub fn compared(&self, manifest: &ReleaseManifest, comparison: &Comparison) -> Result<PathBuf> {
        let about: Vec<String> = rebuild::subjects(manifest)
            .into_iter()
            .map(|one| one.name)
            .collect();
        let files = comparison
            .files
            .iter()
            .filter(|file| about.contains(&file.name));
        let artefacts = files.map(|file| stated(file, comparison)).collect();
        let toolchain = comparison.toolchain.clone();
        let rebuild = Rebuild::compared(&self.builder, manifest, toolchain, artefacts);
        if rebuild.outcome == Outcome::Match && self.earlier(manifest) == Some(Outcome::Mismatch) {
            return Err(self.takes_back(manifest));
        }
        self.write(manifest, rebuild)
    }

    /// What the statement that is there says, if it can be read.
    fn earlier(&self, manifest: &ReleaseManifest) -> Option<Outcome> {
        let bytes = std::fs::read(self.path(manifest)).ok()?;
        let envelope = Envelope::from_bytes(&bytes).ok()?;
        let statement = Statement::<Rebuild>::from_bytes(envelope.unverified_payload()).ok()?;
        Some(statement.predicate.outcome)
    }

    fn takes_back(&self, manifest: &ReleaseManifest) -> Failure {
        let path = self.path(manifest);
        Failure::new(
            Exit::Findings,
            format!("{} said before that the release differs", self.builder),
        )
        .evidence(format!("{} is a mismatch, and stays", path.display()))
        .help("explain it in explained.toml beside it (docs/attestations.md), or remove it in a commit that says why")
    }

    /// States that nothing was built; the file. Nothing where an earlier statement stands: a machine that is out of order today
    /// takes nothing back.
    ///
    /// # Errors
    /// When it cannot be signed or written.
    pub fn failed(&self, manifest: &ReleaseManifest, failure: &Failure) -> Result<Option<PathBuf>> {
        if self.path(manifest).exists() {
            return Ok(None);
        }
        let rebuild = Rebuild::failed(&self.builder, manifest, None, &failure.what);
        self.write(manifest, rebuild).map(Some)
    }

    fn path(&self, manifest: &ReleaseManifest) -> PathBuf {
        let folder = self.folder.join(&manifest.version);
        folder.join(&self.builder).join(REBUILD)
    }

    fn write(&self, manifest: &ReleaseManifest, rebuild: Rebuild) -> Result<PathBuf> {
        let mut envelope = Envelope::new(rebuild.statement(manifest).to_bytes());
        envelope.sign(&self.key)?;
        let path = self.path(manifest);
        files::create(path.parent().unwrap_or(Path::new(".")))?;
        atomic::write(
            &path,
            &envelope.to_bytes(),
            Existing::Replace,
            Readers::Everyone,
        )?;
        Ok(path)
    }
}

/// One file in the words of the statement. Where the published bytes are not at hand, all of them differ.
fn stated(file: &Compared, comparison: &Comparison) -> rebuild::Comparison {
    let explained = comparison
        .difference
        .iter()
        .flat_map(|difference| &difference.files);
    let ranges = explained
        .filter(|one| one.name == file.name)
        .flat_map(|one| &one.ranges);
    let mut ranges: Vec<DifferingRange> = ranges
        .map(|range| DifferingRange {
            start: range.a.start as u64,
            // Where only the rebuild has bytes, the byte before which they stand.
            end: range.a.end.max(range.a.start + 1) as u64,
            owner: range.owner.words(),
            cause: Some(range.cause.words()),
        })
        .collect();
    if ranges.is_empty() && !file.is_equal() {
        ranges.push(DifferingRange {
            start: 0,
            end: file.size.max(1),
            owner: "file".to_owned(),
            cause: None,
        });
    }
    rebuild::Comparison {
        name: file.name.clone(),
        published_sha256: file.published.clone(),
        rebuilt_sha256: file.rebuilt.clone(),
        ranges,
    }
}
