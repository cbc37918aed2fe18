//! Arguments of `import`, and of `check --image`.

use std::path::PathBuf;

use clap::Args;
use trust::date::Date;
use trust::policy::VerifierModel;

use crate::report::Format;

/// Arguments of `import`.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit code 10 where something is in the way: nothing was found, the file is damaged, the devices are dark already or
before --until. Needs no project and no network.")]
pub struct ImportArguments {
    /// ca.pem, a C or Arduino header, a DER certificate, an x509_crt_bundle, an image (.bin) or a program (.elf)
    #[arg(id = "image", value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What is known of the devices.
    #[command(flatten)]
    pub devices: DeviceArguments,
    /// The day of the question [default: SOURCE_DATE_EPOCH, else the date of the commit, else today]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Print the [[required-root]] entries of a policy.toml in place of a report
    #[arg(long, conflicts_with = "format")]
    pub as_policy: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What is known of the devices that have the material.
#[derive(Args, Clone, Debug, Default)]
pub struct DeviceArguments {
    /// The firmware's ESP-IDF configuration [default: the nearest sdkconfig, sdkconfig.ENV of PlatformIO or sdkconfig.defaults in the folder of FILE or above, up to the root of the repository]
    #[arg(long, value_name = "FILE", requires = "image")]
    pub sdkconfig: Option<PathBuf>,
    /// Look for no sdkconfig
    #[arg(long, requires = "image", conflicts_with = "sdkconfig")]
    pub no_sdkconfig: bool,
    /// The CA owner of the servers, as "Let's Encrypt" [default: every owner that is known]
    #[arg(long, value_name = "NAME", requires = "image")]
    pub owner: Option<String>,
    /// Last day on which the devices are needed: going dark by then is an error
    #[arg(long, value_name = "DATE", requires = "image")]
    pub until: Option<Date>,
    /// How the device verifies [default: what the form of the anchors and the sdkconfig say]
    #[arg(long, value_name = "MODEL", value_parser = crate::cli::verifier, requires = "image")]
    pub verifier: Option<VerifierModel>,
    /// Show every anchor and every finding
    #[arg(long, requires = "image")]
    pub all: bool,
}
