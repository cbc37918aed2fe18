//! Arguments of `forecast`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use trust::date::Date;
use trust::forecast::WhatIf;
use trust::policy::VerifierModel;

/// Arguments of `forecast`.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit code 0 also when something goes dark: a forecast is an answer, not a verdict. `check` is the verdict.")]
pub struct ForecastArguments {
    /// Versions of the ledger, or "this policy" [default: all of them]
    #[arg(value_name = "RELEASE")]
    pub releases: Vec<String>,
    /// The day of the question, on which what-ifs begin [default: --facts-known-on, else SOURCE_DATE_EPOCH, else the
    /// date of the commit]
    #[arg(long, value_name = "DATE")]
    pub at: Option<Date>,
    /// Leave out facts that were published later [default: all facts of the calendar]
    #[arg(long, value_name = "DATE")]
    pub facts_known_on: Option<Date>,
    /// Last day [default: the end of service of each]
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// A verifier model in place of each release's own
    #[arg(long, value_name = "MODEL", value_parser = crate::cli::verifier)]
    pub verifier: Option<VerifierModel>,
    /// What if root programmes distrust this CA certificate? A name, a fingerprint, or its first 8 digits or more
    #[arg(long, value_name = "FINGERPRINT|NAME")]
    pub distrust: Vec<String>,
    /// What if this cross-certificate is sent no longer? Also "NAME signed by ISSUER"
    #[arg(long, value_name = "FINGERPRINT|NAME")]
    pub drop_cross_sign: Vec<String>,
    /// What if this endpoint gets its certificates from another CA?
    #[arg(long, value_name = "ENDPOINT=OWNER", value_parser = switch)]
    pub switch_owner: Vec<(String, String)>,
    /// Facts besides those of trust/calendar/; a file of the same name replaces the one there
    #[arg(long, value_name = "FILE")]
    pub calendar: Vec<PathBuf>,
    /// What does it hang on? The same without each anchor, cross-certificate, owner and host
    #[arg(long)]
    pub leave_one_out: bool,
    /// Form of the forecast
    #[arg(long, value_enum, default_value_t = ForecastFormat::Human)]
    pub format: ForecastFormat,
    /// Write it to a file, whole or not at all; - is stdout [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The forms of a forecast.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ForecastFormat {
    /// For people; not a stable interface
    Human,
    /// One page with the timeline drawn: no script, nothing fetched
    Html,
    /// Days for a calendar (RFC 5545)
    Ics,
    /// For programs: `perennial.forecast/1`
    Json,
}

impl ForecastArguments {
    /// What is supposed: distrusts first, then cross-certificates, then owners, each in the order given.
    pub fn what_ifs(&self) -> Vec<WhatIf> {
        let distrusts = self.distrust.iter().cloned().map(WhatIf::Distrust);
        let drops = self.drop_cross_sign.iter().cloned();
        let switches = self.switch_owner.iter().cloned();
        distrusts
            .chain(drops.map(WhatIf::DropCrossSign))
            .chain(switches.map(|(endpoint, owner)| WhatIf::SwitchOwner { endpoint, owner }))
            .collect()
    }
}

fn switch(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let parts = parts.filter(|(endpoint, owner)| !endpoint.is_empty() && !owner.is_empty());
    parts
        .map(|(endpoint, owner)| (endpoint.to_owned(), owner.to_owned()))
        .ok_or_else(|| "write it as ENDPOINT=OWNER: \"failover=DigiCert\"".to_owned())
}
