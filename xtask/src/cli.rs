//! The verbs, and the options that several of them share.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use trust::channel::Channel;
use trust::date::Date;
use trust::gate::Question;
use trust::policy::VerifierModel;
use trust::words::did_you_mean;

use crate::exit::Exit;
use crate::failure::Result;
use crate::project::Project;
use crate::release_date;
use crate::report::Wish;

/// Proves that an ESP32 firmware reaches its update servers for the whole service life of the fleet,
/// builds and signs it reproducibly, and refuses when there is no proof.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
pub struct Cli {
    /// Folder of the project [default: this folder or the nearest one above it that has a policy.toml]
    #[arg(long, global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The command line, with the examples of every verb, and with colours where everything else has them.
pub fn command() -> clap::Command {
    let command = Cli::command().after_help(exit_codes());
    crate::examples::attach(command).color(Wish::of_environment().choice())
}

fn exit_codes() -> String {
    let lines = Exit::ALL.map(|exit| format!(" {:>2}  {}", exit as u8, exit.meaning()));
    format!("Exit codes:\n{}", lines.join("\n"))
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// What others say of a release who built it again
    Attest(crate::attestation::collect::AttestArguments),
    /// Check, render, build, sign and report: a release in dist/<version>, or the reasons why not
    BuildFirmware(crate::build::BuildArguments),
    /// Everything that a release is made of in one file, to build it again without a network
    Capsule(crate::capsule::CapsuleArguments),
    /// Prove the policy: the findings
    Check(crate::check::CheckArguments),
    /// The script with which a shell completes verbs and options
    Completions(crate::completions::CompletionsArguments),
    /// Record what update servers send; verifies nothing
    Endpoints(crate::endpoints::EndpointsArguments),
    /// Print the page of a rule, or why two artefacts differ
    Explain(crate::explain::ExplainArguments),
    /// When each shipped release goes dark, why, and what if
    Forecast(crate::forecast::ForecastArguments),
    /// Read what you have - ca.pem, a header, a bundle, an image - and say when devices with it go dark
    Import(crate::inspect::ImportArguments),
    /// Set up policy, anchors, workflow and build glue in a firmware repository that is there already
    Init(crate::init::InitArguments),
    /// Signing keys: make them, show their public half, sign a release
    Keys(crate::keys::cli::Keys),
    /// The policy file: its canonical form, its schema, and what a change of it does to the fleet
    Policy(crate::policy::PolicyArguments),
    /// Write the provisioning partition of a device: Wi-Fi network and static hosts
    Provision(crate::provision::ProvisionArguments),
    /// Build a published release again, from its commit or its capsule, and compare every byte
    Rebuild(crate::rebuild::RebuildArguments),
    /// Write the generated pages of the documentation
    Reference(crate::reference::ReferenceArguments),
    /// The ledger of shipped releases: list, show
    Releases(crate::releases::ReleasesArguments),
    /// Write the proven trust store as source, or in another form
    Render(crate::render::RenderArguments),
    /// The anchor pool: list, show, add, remove
    Roots(crate::roots::RootsArguments),
    /// Secure Boot v2: pad, sign and verify images, and plan the eFuses
    SecureBoot(crate::secure_boot::SecureBootArguments),
    /// An update server for the desk: the files of a folder, over TLS or without
    Serve(crate::serve::ServeArguments),
    /// The smallest trust store that meets the policy, or why there is none
    Solve(crate::solve::SolveArguments),
    /// Everything that CI runs
    Test(crate::test::TestArguments),
    /// Check a release to the last byte
    Verify(crate::verify::VerifyArguments),
    /// The pinned toolchain: show, fetch, verify
    Toolchain(ToolchainArguments),
}

/// When and for whom a verdict is asked.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct QuestionArguments {
    /// Release date, YYYY-MM-DD [default: SOURCE_DATE_EPOCH, else the date of the commit]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Whom the release is for: production refuses published keys
    #[arg(long, value_enum, default_value_t = ChannelArgument::Development)]
    pub channel: ChannelArgument,
}

/// [`Channel`], as an argument.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ChannelArgument {
    /// For desks and laboratories
    #[default]
    Development,
    /// For devices in the field
    Production,
}

impl From<ChannelArgument> for Channel {
    fn from(argument: ChannelArgument) -> Self {
        match argument {
            ChannelArgument::Development => Self::Development,
            ChannelArgument::Production => Self::Production,
        }
    }
}

impl QuestionArguments {
    /// The question that these arguments ask of `project`.
    pub fn question(&self, project: &Project) -> Result<Question> {
        let date = release_date::decide(self.as_of, &project.root)?;
        Ok(Question {
            as_of: date.day,
            channel: self.channel.into(),
            facts_known_on: None,
        })
    }
}

/// Arguments of `toolchain`.
#[derive(Args, Debug)]
pub struct ToolchainArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: crate::toolchain::cli::ToolchainCommand,
}

/// The verifier model of this name, as an argument.
pub(crate) fn verifier(word: &str) -> std::result::Result<VerifierModel, String> {
    let mut all = VerifierModel::ALL.into_iter();
    all.find(|model| model.word() == word).ok_or_else(|| {
        let words = VerifierModel::ALL.map(VerifierModel::word);
        format!(
            "{}it is one of {}",
            did_you_mean(word, words),
            words.join(", ")
        )
    })
}
