//! `build-firmware`: from the policy to a signed release in `dist/`, or the reasons why there is none.

use std::path::{Path, PathBuf};

use clap::Args;
use trust::channel::Channel;
use trust::finding::Finding;
use trust::gate::{self, Question, Verdict};
use trust::ledger::{self, Release, Shipped};
use trust::policy::Policy;
use trust::render::RenderedStore;
use trust::store::ApprovedStore;

use crate::attestation::release::{Materials, documents};
use crate::check;
use crate::cli::QuestionArguments;
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git::{self, Head};
use crate::image::{self, ApplicationImage, Expected, Footprint, Settings};
use crate::lock::Lock;
use crate::output;
use crate::progress::Progress;
use crate::project::{Project, ProjectInputs};
use crate::release::contents::{ReleaseContents, records};
use crate::release::manifest::{
    ArtefactKind, PackageRecord, ReleaseManifest, SCHEMA, SecureBootRecord, StoreRecord,
    ToolchainRecord,
};
use crate::release::place::{self, Placed};
use crate::release_date::{self, ReleaseDate, time_of_day};
use crate::releases;
use crate::render;
use crate::report::release::ReleaseReport;
use crate::secure_boot::PaddedImage;
use crate::signing::password::PasswordSource;
use crate::signing::select::{Signers, signers};
use crate::toolchain::{self, ProviderChoice, Toolchain};

pub(crate) mod approvals;
mod cargo_configuration;
mod crates;
mod environment;
mod firmware;
pub mod ingredients;
mod leaks;
mod lockfile;
pub mod on_target;
mod twice;
mod version;

pub use crates::{Crates, archives_of_cargo};
pub use firmware::archives;
pub use lockfile::{LockedCrate, Lockfile};

use firmware::{Identity, Surroundings, Workplace};
use ingredients::Ingredients;
use leaks::Traces;
use twice::World;
use version::DirtyTree;

/// Arguments of `build-firmware`.
#[derive(Args, Debug)]
pub struct BuildArguments {
    /// When and for whom.
    #[command(flatten)]
    question: QuestionArguments,
    /// Judge by the facts that were public on this day, YYYY-MM-DD: would it have been released then? It is written into the
    /// release; never for the production channel
    #[arg(long, value_name = "DATE")]
    facts_known_on: Option<trust::date::Date>,
    /// Build from a tree with uncommitted changes; the version then ends with .dirty
    #[arg(long)]
    allow_dirty: bool,
    /// Who provides the compiler
    #[arg(long, value_enum, default_value_t)]
    provider: ProviderChoice,
    /// Sign with this secret key; repeatable [default: the development key, if the policy lists it]
    #[arg(long, value_name = "FILE")]
    sign_with: Vec<PathBuf>,
    /// Read the password of the keys from the first line of this file; - is stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Compile a second time, under other paths, user, umask, locale, zone, clock, jobs and order of directories, and demand
    /// the same bytes
    #[arg(long)]
    twice: bool,
    /// Do without the proof that this does not matter, where this machine cannot vary it; repeatable
    #[arg(long, value_name = "THING", value_enum, requires = "twice")]
    twice_without: Vec<twice::Hard>,
    /// Build even if something of this machine (a path, a name, a time) stands in the firmware
    #[arg(long)]
    dangerously_skip_leak_check: bool,
    /// Build for the production channel without the approvals that [review] of the policy asks for
    #[arg(long)]
    dangerously_skip_approvals: bool,
    /// Add the release to the ledger, trust/releases/<version>.toml; needs a clean tree
    #[arg(long)]
    record: bool,
    /// Where releases go [default: dist/]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// The chip that images are made for.
const CHIP: &str = "esp32c3";

/// Builds a release.
///
/// # Errors
/// Everything that keeps a release from coming into being; `dist/` then is as it was.
pub fn run(project: &Project, arguments: &BuildArguments) -> Result<Exit> {
    let progress = Progress::stderr();
    let lock = project.private_folder().join("build.lock");
    let _lock = Lock::acquire(&lock, "cargo xtask build-firmware", progress)?;

    let head = git::head(&project.root)?;
    let dirty_tree = if arguments.allow_dirty {
        DirtyTree::Allow
    } else {
        DirtyTree::Refuse
    };
    if arguments.record {
        releases::require_recordable(&head)?;
    }
    let version = version::of(&project.root, &head, dirty_tree)?;
    let date = release_date::decide(arguments.question.as_of, &project.root)?;
    let question = Question {
        as_of: date.day,
        channel: arguments.question.channel.into(),
        facts_known_on: arguments.facts_known_on,
    };
    require_every_fact(question)?;
    let known = question.facts_known_on.map_or(String::new(), |day| {
        format!(", with the facts that were known on {day}")
    });
    progress.say(&format!(
        "release {version}, judged at {} ({}){known}",
        date.day, date.source
    ));

    let inputs = project.inputs()?;
    let verdict = gate::judge(&inputs.inputs, question);
    let asked = !arguments.dangerously_skip_approvals;
    let unapproved = approvals::missing(project, &inputs, question, asked)?;
    check::say_findings(&check::all(&verdict, &unapproved), question)?;
    if unapproved.iter().any(Finding::blocks) {
        return Ok(Exit::Findings);
    }
    let (Some(approved), Some(policy)) = (verdict.approved(), verdict.policy()) else {
        return Ok(check::exit_of(&verdict));
    };
    require_chip(&policy.product.chip.value)?;
    let rendered = render::current(project, approved)?;
    let password = PasswordSource::from_option(arguments.password_file.as_deref());
    let signers = signers(
        &arguments.sign_with,
        &policy.signing,
        &project.root,
        &password,
    )?;

    // Before anything is downloaded or compiled for a build that cannot be.
    require_committed(project, &head, &inputs)?;
    let other_world = arguments
        .twice
        .then(|| World::new(&project.root, &arguments.twice_without))
        .transpose()?;
    let toolchain = toolchain::ensure(&project.root, arguments.provider, progress)?;
    progress.say("compiling the firmware");
    let identity = Identity {
        product: policy.product.name.value.clone(),
        version,
        commit: head.commit.clone(),
        released: date.day,
        epoch: date.epoch,
    };
    let workplace = workplace(project, &toolchain, progress)?;
    let elf = compile(project, &workplace, &identity, (&head, &inputs))?;
    let traces = match arguments.dangerously_skip_leak_check {
        true => None,
        false => Some(Traces::of(&workplace, date.epoch)?),
    };
    let require_no_leak = |name: &str, bytes: &[u8]| {
        traces
            .as_ref()
            .map_or(Ok(()), |traces| traces.require_none(name, bytes))
    };
    require_no_leak("firmware.elf", &elf)?;
    if let Some(world) = &other_world {
        let private = project.private_folder();
        twice::require_same(&workplace, &private, &identity, &elf, world, progress)?;
    }
    let chip = &policy.product.chip.value;
    let build = Build {
        ingredients: ingredients::of(&workplace, chip)?,
        head,
        date,
        inputs,
        verdict: &verdict,
        policy,
        approved,
        rendered,
        toolchain,
        identity,
    };
    let release = build.release(elf, progress)?;
    let application = ArtefactKind::ApplicationImage.file_name();
    if let Some(bytes) = release.files().get(application) {
        require_no_leak(application, bytes)?;
    }
    let dist = destination(project, arguments)?;
    let staging = staging(project, &dist);
    let placed = place::place(&release, signers.keys(), &dist, &staging)?;
    tell(&placed, &release, &signers, progress)?;
    if arguments.record {
        let entry = build.entry(&release);
        releases::record(project, &entry, &mut output::stdout(), progress)?;
    }
    Ok(Exit::Done)
}

/// What was known on a day answers questions about the past. Devices in the field live on with what is known now.
fn require_every_fact(question: Question) -> Result<()> {
    if question.facts_known_on.is_none() || question.channel != Channel::Production {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Unreadable,
        "--facts-known-on leaves out facts that are known: no release for devices in the field is judged so",
    )
    .help("leave it away, or build for --channel development"))
}

/// The reference firmware and its images are for one chip; policies are for more.
fn require_chip(chip: &str) -> Result<()> {
    if chip == CHIP {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Unreadable,
        format!("build-firmware makes images for {CHIP} alone, and the policy is for {chip}"),
    )
    .help("render the store into your own build: [[output]] in policy.toml and `cargo xtask render`, as docs/adopt.md shows"))
}

/// Where releases are compiled.
fn workplace(project: &Project, toolchain: &Toolchain, progress: Progress) -> Result<Workplace> {
    let private = project.private_folder();
    Ok(Workplace {
        root: project.root.clone(),
        target: project.root.join("target/firmware"),
        homes: firmware::homes(&private),
        crates: firmware::crates(&project.root, &private, progress)?,
        toolchain: toolchain.clone(),
        surroundings: Surroundings::of_release(),
    })
}

/// Compiles the firmware of a checkout that does not change meanwhile; the bytes of the ELF file.
fn compile(
    project: &Project,
    workplace: &Workplace,
    identity: &Identity,
    (head, inputs): (&Head, &ProjectInputs),
) -> Result<Vec<u8>> {
    let elf = workplace.compile(identity)?;
    if git::head(&project.root)? == *head && project.inputs()?.sha256 == inputs.sha256 {
        return Ok(elf);
    }
    Err(Failure::new(
        Exit::Findings,
        "the checkout changed while it was built: nobody knows what was compiled",
    )
    .help("build again, and leave the checkout alone meanwhile"))
}

/// A clean tree is its commit: git looks at every file of it, and a file that git ignores takes no part in a verdict that
/// others are to compute again.
fn require_committed(project: &Project, head: &Head, inputs: &ProjectInputs) -> Result<()> {
    if !head.changed.is_empty() {
        return Ok(());
    }
    require_watched(project)?;
    let committed = project.inputs_at(&head.commit)?;
    let paths = committed.sha256.keys().chain(inputs.sha256.keys());
    let mut others = paths.filter(|path| committed.sha256.get(*path) != inputs.sha256.get(*path));
    others.next().map_or(Ok(()), |path| {
        Err(Failure::new(
            Exit::Findings,
            format!("{path} is not what the commit has, and git does not say so"),
        )
        .evidence("it is ignored, or a filter of .gitattributes changes it")
        .help("commit it as it is, or remove it from the folder"))
    })
}

/// No file is marked as unchanged whatever stands in it: the marks of `git update-index` hide changes from `git status`.
fn require_watched(project: &Project) -> Result<()> {
    let unwatched = git::unwatched(&project.root)?;
    if unwatched.is_empty() {
        return Ok(());
    }
    let what = "git was told not to look at files of this tree: nobody knows whether it is clean";
    let shown = unwatched.iter().take(20);
    let failure = shown.fold(Failure::new(Exit::Findings, what), Failure::evidence);
    Err(failure.help(
        "take the marks away, and look at `git status`: \
         git update-index --no-assume-unchanged --no-skip-worktree FILE",
    ))
}

/// The folder that holds releases.
fn destination(project: &Project, arguments: &BuildArguments) -> Result<PathBuf> {
    let dist = arguments
        .output
        .clone()
        .unwrap_or_else(|| project.root.join("dist"));
    std::path::absolute(&dist).map_err(|error| Failure::io("find", &dist, &error))
}

/// Where a release is put together: on the file system of `dist`, in a folder that is not a release.
fn staging(project: &Project, dist: &Path) -> PathBuf {
    if dist.starts_with(&project.root) {
        return project.private_folder().join("staging");
    }
    // Somebody else may build into a folder beside it.
    dist.parent()
        .unwrap_or(dist)
        .join(format!(".perennial-staging-{}", std::process::id()))
}

/// Everything that a release is made of.
struct Build<'a> {
    head: Head,
    date: ReleaseDate,
    inputs: ProjectInputs,
    verdict: &'a Verdict,
    policy: &'a Policy,
    approved: &'a ApprovedStore,
    rendered: RenderedStore,
    toolchain: Toolchain,
    ingredients: Ingredients,
    identity: Identity,
}

impl Build<'_> {
    fn release(&self, elf: Vec<u8>, progress: Progress) -> Result<ReleaseContents> {
        let store = self.rendered.bytes();
        let (day, time) = (self.date.day.to_string(), time_of_day(self.date.epoch));
        let descriptor = Expected {
            version: &self.identity.version,
            project: &self.policy.product.name,
            time: &time,
            date: &day,
        };
        let application = image::application(&elf, &Settings { descriptor, store })?;
        let flash = image::flash(&application, store)?;
        let footprint = Footprint::of(&elf, application.bytes().len())?;
        progress.say(&footprint.to_string());
        let mut manifest = self.manifest(&application)?;
        let mut artefacts = vec![
            (ArtefactKind::ApplicationImage, application.bytes().to_vec()),
            (ArtefactKind::FirmwareElf, elf),
            (ArtefactKind::FlashImage, flash),
            (ArtefactKind::TrustStore, store.to_vec()),
        ];
        manifest.artefacts = records(&artefacts);
        artefacts.extend(self.documents(&manifest)?);
        let report = ReleaseReport::new(&manifest, self.approved, self.verdict, self.policy)
            .with_artefacts(&artefacts)
            .with_footprint(footprint);
        artefacts.push((ArtefactKind::ReportHtml, report.html()?.into_bytes()));
        artefacts.push((ArtefactKind::ReportJson, report.json().into_bytes()));
        let contents = ReleaseContents::new(manifest, artefacts);
        contents.require_fit_for_devices()?;
        Ok(contents)
    }

    /// The documents about a release of these artefacts.
    fn documents(&self, manifest: &ReleaseManifest) -> Result<Vec<(ArtefactKind, Vec<u8>)>> {
        let materials = Materials {
            manifest,
            verdict: self.verdict,
            crates: &self.ingredients.crates,
        };
        documents(&materials).map_err(|error| {
            Failure::new(Exit::Bug, "an approved release has no proof").evidence(error)
        })
    }

    /// What the ledger says of the release.
    fn entry(&self, release: &ReleaseContents) -> Release {
        let shipped = Shipped {
            version: self.identity.version.clone(),
            commit: self.head.commit.clone(),
            channel: self.verdict.question().channel,
            store_sha256: *self.rendered.identity(),
            artefacts: releases::artefacts(release),
        };
        ledger::record(shipped, self.approved, self.policy)
    }

    fn manifest(&self, application: &ApplicationImage) -> Result<ReleaseManifest> {
        let contents = self.approved.contents();
        let descriptor = image::Descriptor::read(application.bytes())
            .map_err(|faults| faults.failure("the application image"))?;
        Ok(ReleaseManifest {
            schema: SCHEMA.to_owned(),
            product: contents.product.clone(),
            chip: self.policy.product.chip.value.clone(),
            version: self.identity.version.clone(),
            channel: self.verdict.question().channel.word().to_owned(),
            commit: self.head.commit.clone(),
            dirty: !self.head.changed.is_empty(),
            released: self.date.day.to_string(),
            facts_known_on: (self.verdict.question().facts_known_on).map(|day| day.to_string()),
            source_date_epoch: self.date.epoch,
            service_ends: contents.service_ends.to_string(),
            secure_version: descriptor.secure_version,
            secure_boot: Some(secure_boot_record(application)?),
            store: StoreRecord {
                format_version: device::store::layout::FORMAT_VERSION,
                sequence: contents.sequence,
                sha256: hex::encode(self.rendered.identity()),
            },
            inputs: self.inputs.recorded(),
            lockfile_sha256: self.ingredients.lockfile_sha256.clone(),
            blobs: self.ingredients.blobs.clone(),
            toolchain: toolchain_record(&self.toolchain, application),
            artefacts: Vec::new(),
        })
    }
}

fn secure_boot_record(application: &ApplicationImage) -> Result<SecureBootRecord> {
    let application = image::Application::read(application.bytes())
        .map_err(|faults| faults.failure("the application image"))?;
    let padded = PaddedImage::pad(&application).map_err(|error| {
        Failure::new(Exit::Unreadable, "the application image cannot be padded")
            .evidence(error)
            .help("merge sections in the linker script of the firmware")
    })?;
    Ok(SecureBootRecord::of(&padded))
}

fn toolchain_record(toolchain: &Toolchain, application: &ApplicationImage) -> ToolchainRecord {
    let package = |package: &toolchain::Package| PackageRecord {
        name: package.name.to_string(),
        version: package.version.to_string(),
        sha256: package.sha256.to_string(),
    };
    ToolchainRecord {
        provider: toolchain.provider.word().to_owned(),
        rustc: toolchain.rustc_version.clone(),
        tree_sha256: toolchain.tree_sha256.clone(),
        converter: image::CONVERTER.to_owned(),
        bootloader_sha256: hex::encode(application.bootloader().sha256()),
        packages: toolchain.packages.iter().map(package).collect(),
    }
}

fn tell(
    placed: &Placed,
    release: &ReleaseContents,
    signers: &Signers,
    progress: Progress,
) -> Result<()> {
    match signers {
        Signers::Nobody(why) => progress.say(why),
        Signers::Development(_) => progress
            .say("signed with the published development key: never for devices in the field"),
        Signers::Named(keys) => progress.say(&format!("signed with {} key(s)", keys.len())),
    }
    if matches!(placed, Placed::Already(_)) {
        progress.say("the same release was there already");
    }
    let mut text = format!("{}\n", placed.path().display());
    for (name, bytes) in release.files() {
        let sha256 = sha256_hex(bytes);
        text += &format!("  {sha256}  {name}  {} bytes\n", bytes.len());
    }
    output::print(&text)
}

#[cfg(test)]
mod tests;
