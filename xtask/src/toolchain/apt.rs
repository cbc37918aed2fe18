//! apt with a state of its own: reads the machine's sources, changes nothing on the machine, needs no
//! root.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::command;
use super::pins::{PackageName, PackageVersion, Sha256Hex};
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

/// apt over a private state directory.
pub struct Apt {
    configuration: PathBuf,
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
        Ok(Self { configuration })
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
            if output.status.success() {
                return Ok(());
            }
            if !output.stderr.contains("Could not get lock") {
                break;
            }
            thread::sleep(Duration::from_secs(1));
        }
        let doing = "read the package lists of this machine's apt sources";
        command::run(doing, self.apt_get().arg("update"))
            .map(drop)
            .map_err(|failure| {
                failure.help(
                    "check the network and the apt sources, and run `cargo xtask toolchain fetch` \
                     again; what is already downloaded is kept",
                )
            })
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
        .map_err(|failure| {
            failure.help(
                "check the network and run the command again; what is already downloaded is kept",
            )
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    const STANZA: &str = "Package: libllvm22\nVersion: 1:22.1.8-1~deb12u1\nArchitecture: amd64\n\
        Depends: libc6 (>= 2.36), libedit2, gcc | c-compiler, python3:any\nDescription: x\n Size: 7\n\
        Size: 29378692\n\
        SHA256: 729ec3e943d320515c2bbdc96acfffd7ce34861e62bd5c42726bf586d644dfe2\n";

    #[test]
    fn stanza_is_read() {
        let offer = offer(STANZA).unwrap();
        assert_eq!(offer.name.as_str(), "libllvm22");
        assert_eq!(offer.version.as_str(), "1:22.1.8-1~deb12u1");
        assert_eq!(offer.size, 29_378_692);
        assert_eq!(offer.depends, ["libc6", "libedit2", "gcc", "python3"]);
    }

    #[test]
    fn stanza_without_a_hash_is_no_offer() {
        assert_eq!(offer(&STANZA.replace("SHA256", "SHA512")), None);
    }

    #[test]
    fn stanza_with_a_hostile_name_is_no_offer() {
        assert_eq!(offer(&STANZA.replace("libllvm22", "../../x")), None);
    }

    #[test]
    fn epoch_is_escaped_in_the_file_name() {
        let offer = offer(STANZA).unwrap();
        assert_eq!(
            file_name(&offer.name, &offer.version, "amd64"),
            "libllvm22_1%3a22.1.8-1~deb12u1_amd64.deb"
        );
    }

    /// Reads the machine's sources: one small package.
    #[test]
    fn small_package_is_fetched_without_touching_the_machine() {
        if !Apt::is_available() {
            eprintln!("skipped: this machine has no apt");
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let apt = Apt::new(&directory.path().join("apt")).unwrap();
        apt.update(Progress::Silent).unwrap();
        let offers = apt.offers(&["hostname", "no-such-package-here"]).unwrap();
        assert_eq!(offers.keys().collect::<Vec<_>>(), ["hostname"]);
        let newest = &offers["hostname"][0];
        let into = directory.path().join("debs");
        apt.download(std::slice::from_ref(newest), &into, Progress::Silent)
            .unwrap();
        let file = into.join(file_name(
            &newest.name,
            &newest.version,
            &newest.architecture,
        ));
        assert_eq!(
            super::super::tree::sha256_of(&file).unwrap(),
            newest.sha256.as_str()
        );
        let lists = directory.path().join("apt/lists");
        assert!(
            fs::read_dir(lists).unwrap().count() > 1,
            "lists are private"
        );
    }
}
