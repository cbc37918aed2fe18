//! apt with a state of its own: reads the machine's sources, changes nothing on the machine, needs no
//! root.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::command::{self, Output, environment};
use super::pins::{PackageName, PackageVersion, Sha256Hex};
use super::{files, tree};
use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// A package as the machine's sources offer it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: PackageVersion,
    /// Its architecture.
    pub architecture: String,
    /// Bytes to download.
    pub size: u64,
    /// SHA-256 of the package file, as the signed index says.
    pub sha256: Sha256Hex,
    /// The names it depends on; the first of alternatives.
    pub depends: Vec<String>,
}

/// How many of apt's complaints are shown.
const UNREAD_SHOWN: usize = 3;

const NETWORK_HELP: &str = "check the network and the apt sources, and run the command again; \
    what is already downloaded is kept";

/// apt over a private state directory.
pub struct Apt {
    configuration: PathBuf,
    unread: PathBuf,
}

impl Apt {
    /// Whether this machine has what [`Apt`] runs.
    pub fn is_available() -> bool {
        ["apt-get", "apt-cache", "dpkg-deb"]
            .iter()
            .all(|program| command::in_path(program).is_some())
    }

    /// apt whose lists, caches and logs are below `state`.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn new(state: &Path) -> Result<Self> {
        for below in ["lists/partial", "cache/archives/partial", "log"] {
            let directory = state.join(below);
            fs::create_dir_all(&directory)
                .map_err(|error| Failure::io("create", &directory, &error))?;
        }
        let configuration = state.join("apt.conf");
        write(&state.join("status"), "")?;
        write(&configuration, &configuration_text(state))?;
        Ok(Self {
            configuration,
            unread: state.join("unread"),
        })
    }

    /// Reads what the machine's sources offer now; apt checks their signatures.
    ///
    /// # Errors
    /// When no source can be read.
    pub fn update(&self, progress: Progress) -> Result<()> {
        let _step = progress.step(
            "reading the package lists of this machine's apt sources",
            None,
        );
        // An apt-get that outlived a killed command may hold the lists for a moment.
        for _ in 0..30 {
            let output = command::capture(self.apt_get().arg("update"))?;
            if output.status.success() || !output.stderr.contains("Could not get lock") {
                return self.judge(&output);
            }
            thread::sleep(Duration::from_secs(1));
        }
        Err(
            environment("another apt-get holds our private package lists")
                .help("wait for it, or end it, and run the command again"),
        )
    }

    /// apt counts a source that it could not read as a warning; we remember it, because a package that
    /// nobody offers may be offered there.
    fn judge(&self, output: &Output) -> Result<()> {
        let unread: Vec<&str> = output
            .stderr
            .lines()
            .filter(|line| line.starts_with("E: ") || line.starts_with("W: Failed to fetch"))
            .collect();
        write(&self.unread, &unread.join("\n"))?;
        if output.status.success() {
            return Ok(());
        }
        let failure = environment("cannot read the package lists of this machine's apt sources");
        let shown = unread.iter().take(UNREAD_SHOWN);
        Err(shown.fold(failure, Failure::evidence).help(NETWORK_HELP))
    }

    /// Whether the lists of at least one source are here.
    pub fn has_lists(&self) -> bool {
        let lists = self.configuration.with_file_name("lists");
        fs::read_dir(lists).is_ok_and(|mut entries| {
            entries.any(|entry| {
                entry.is_ok_and(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
            })
        })
    }

    /// What apt said about the sources it could not read the last time; empty when it read all.
    pub fn unread(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.unread).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// `failure` (a package is not offered) with the likelier reason, if some source could not be read.
    pub fn explain(&self, failure: Failure) -> Failure {
        let unread = self.unread();
        if unread.is_empty() {
            return failure;
        }
        let failure = failure.evidence("some of the apt sources could not be read:");
        let shown = unread.iter().take(UNREAD_SHOWN);
        shown.fold(failure, Failure::evidence).help(NETWORK_HELP)
    }

    /// Every version of `names` that the sources offer, the newest first; a name nobody offers is absent.
    ///
    /// # Errors
    /// When apt cannot be run or says what it should not.
    pub fn offers(&self, names: &[&str]) -> Result<BTreeMap<String, Vec<Offer>>> {
        let mut command = self.apt("apt-cache");
        command.args(["show", "--"]).args(names);
        // It ends with 100 when one name is unknown and still prints the others.
        let output = command::capture(&mut command)?;
        let mut offers: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
        for stanza in output.stdout.split("\n\n") {
            if let Some(offer) = offer(stanza) {
                offers
                    .entry(offer.name.as_str().to_owned())
                    .or_default()
                    .push(offer);
            }
        }
        Ok(offers)
    }

    /// Downloads `wanted` into `directory`, under apt's own file names; apt checks their hashes.
    ///
    /// # Errors
    /// When one cannot be downloaded.
    pub fn download(&self, wanted: &[Offer], directory: &Path, progress: Progress) -> Result<()> {
        fs::create_dir_all(directory).map_err(|error| Failure::io("create", directory, &error))?;
        discard_wrong(wanted, directory)?;
        let total = wanted.iter().map(|offer| offer.size).sum();
        let doing = format!(
            "downloading {} packages, {} MB",
            wanted.len(),
            (total + 500_000) / 1_000_000
        );
        let step = progress.step(&doing, Some(total));
        let specifications = wanted
            .iter()
            .map(|offer| format!("{}={}", offer.name, offer.version));
        let mut command = self.apt_get();
        command
            .arg("download")
            .args(specifications)
            .current_dir(directory);
        command::run_watched("download the packages", &mut command, || {
            step.at(bytes_in(directory));
        })
        .map_err(|failure| failure.help(NETWORK_HELP))
    }

    fn apt_get(&self) -> Command {
        let mut command = self.apt("apt-get");
        command.arg("--quiet");
        command
    }

    fn apt(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .arg("-c")
            .arg(&self.configuration);
        command
    }
}

/// Removes files that are complete and wrong: apt resumes a short one, checks what it then has, and takes
/// one of full length as it is.
fn discard_wrong(wanted: &[Offer], directory: &Path) -> Result<()> {
    for offer in wanted {
        let path = directory.join(file_name(&offer.name, &offer.version, &offer.architecture));
        let is_complete = path.metadata().is_ok_and(|found| found.len() >= offer.size);
        if is_complete && tree::sha256_of(&path)? != offer.sha256.as_str() {
            files::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The name apt gives the file of a package (the colon of an epoch is escaped).
pub fn file_name(name: &PackageName, version: &PackageVersion, architecture: &str) -> String {
    let version = version.as_str().replace(':', "%3a");
    format!("{name}_{version}_{architecture}.deb")
}

fn configuration_text(state: &Path) -> String {
    // The hooks of the machine (an image that cleans its caches, say) are not for our state.
    // Our own status file is empty: what is installed here must not change what is offered.
    let state = state.display();
    format!(
        "#clear APT::Update::Pre-Invoke;\n\
         #clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n\
         Dir::State \"{state}\";\n\
         Dir::State::Lists \"{state}/lists\";\n\
         Dir::State::status \"{state}/status\";\n\
         Dir::State::extended_states \"{state}/extended_states\";\n\
         Dir::Cache \"{state}/cache\";\n\
         Dir::Cache::pkgcache \"pkgcache.bin\";\n\
         Dir::Cache::srcpkgcache \"srcpkgcache.bin\";\n\
         Dir::Log \"{state}/log\";\n\
         APT::Sandbox::User \"root\";\n\
         Acquire::Languages \"none\";\n\
         Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n\
         Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled \"false\";\n\
         Acquire::Retries \"2\";\n\
         Acquire::http::Timeout \"30\";\n\
         Acquire::https::Timeout \"30\";\n"
    )
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|error| Failure::io("write", path, &error))
}

fn bytes_in(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

/// Reads one stanza of a package index (deb-control(5)); none when it lacks a field we need.
fn offer(stanza: &str) -> Option<Offer> {
    let field = |name: &str| {
        stanza.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key == name).then(|| value.trim().to_owned())
        })
    };
    Some(Offer {
        name: PackageName::try_from(field("Package")?).ok()?,
        version: PackageVersion::try_from(field("Version")?).ok()?,
        architecture: field("Architecture")?,
        size: field("Size")?.parse().ok()?,
        sha256: Sha256Hex::try_from(field("SHA256")?).ok()?,
        depends: names_in(&field("Depends").unwrap_or_default()),
    })
}

/// The package names in a dependency field (Debian policy 7.1).
pub fn names_in(depends: &str) -> Vec<String> {
    depends
        .split(',')
        .filter_map(|clause| {
            let first = clause.split('|').next()?.trim();
            let name = first.split([' ', '(', ':']).next()?;
            (!name.is_empty()).then(|| name.to_owned())
        })
        .collect()
}
