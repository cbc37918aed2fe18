//! `build-firmware --twice`: the firmware is compiled a second time, in a world that is as different as this machine allows,
//! and must be the same.

mod copy;
mod surroundings;

use std::path::{Path, PathBuf};

use super::crates::Crates;
use super::firmware::{Identity, Surroundings, Workplace};
use crate::atomic::{self, Existing, Readers};
use crate::difference::{self, Artefact};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;
use crate::progress::Progress;
use crate::toolchain::Toolchain;
use crate::toolchain::files;

use surroundings::Varied;

/// A folder name that makes every path longer than buffers of programs like them.
const LONG: &str = "a second place with a long name and with spaces in it so that a path which gets into an image is \
                    neither as long as the first one nor cut at the same end";

/// How many lines of the explanation a failure shows.
const EXPLAINED: usize = 40;

/// What the second build made, and what was different around it.
#[derive(Debug)]
struct SecondBuild {
    /// The stripped ELF file.
    elf: Vec<u8>,
    /// What was varied, and what could not be.
    varied: Varied,
}

/// Demands that the firmware of `first`, compiled to `elf`, is the same when it is compiled again.
///
/// # Errors
/// [`Exit::NotReproducible`] when it is not, with what differs and why; both are kept in `private`.
pub fn require_same(
    first: &Workplace,
    private: &Path,
    identity: &Identity,
    elf: &[u8],
    progress: Progress,
) -> Result<()> {
    let second = compile(first, private, identity, progress)?;
    if second.elf == elf {
        progress.say(&format!(
            "the second build made the same {} bytes",
            elf.len()
        ));
        return Ok(());
    }
    let folder = private.join("unequal");
    files::create(&folder)?;
    for (name, bytes) in [("first.elf", elf), ("second.elf", &second.elf)] {
        let path = folder.join(name);
        atomic::write(&path, bytes, Existing::Replace, Readers::Everyone)?;
    }
    Err(unequal(elf, &second)?.help(format!(
        "what differs and why, to the end: `cargo xtask explain {0}/first.elf {0}/second.elf`",
        folder.display()
    )))
}

/// Why the second build is another firmware.
fn unequal(elf: &[u8], second: &SecondBuild) -> Result<Failure> {
    let what = "the second build made another firmware: nobody could rebuild this release";
    let first = Artefact::of_bytes("first build", elf.to_owned())?;
    let other = Artefact::of_bytes("second build", second.elf.clone())?;
    let explained = difference::human(&difference::of(&first, &other)?);
    let explained = explained.lines().filter(|line| !line.trim().is_empty());
    let lines = second.varied.lines();
    let lines = lines
        .iter()
        .map(String::as_str)
        .chain(explained.take(EXPLAINED));
    Ok(lines.fold(Failure::new(Exit::NotReproducible, what), Failure::evidence))
}

/// Compiles the firmware of `first` again, from a copy of its sources, in other surroundings.
///
/// # Errors
/// When the copy cannot be made or does not compile.
fn compile(
    first: &Workplace,
    private: &Path,
    identity: &Identity,
    progress: Progress,
) -> Result<SecondBuild> {
    let folder = private.join("twice");
    let second = Second::prepare(first, &folder, progress)?;
    let varied = surroundings::other(&first.root)?;
    varied.lines().iter().for_each(|line| progress.say(line));
    let workplace = second.workplace(varied.surroundings.clone());
    let elf = workplace.compile(identity)?;
    files::remove_folder(&folder)?;
    Ok(SecondBuild { elf, varied })
}

/// Everything that a compilation reads, in another place.
struct Second {
    folder: PathBuf,
    root: PathBuf,
    crates: Crates,
    toolchain: Toolchain,
}

impl Second {
    fn prepare(first: &Workplace, folder: &Path, progress: Progress) -> Result<Self> {
        progress.say("compiling the firmware a second time, in another place and another world");
        files::remove_folder(folder)?;
        let folder = folder.join(LONG);
        let (repository, place) = git::place(&first.root)?;
        let checkout = folder.join("checkout");
        copy::checkout(Path::new(&repository), &checkout)?;
        let root = checkout.join(place);
        Ok(Self {
            crates: first.crates.linked(&folder.join("crates"))?,
            toolchain: copy::toolchain(&first.toolchain, &folder.join("toolchain"))?,
            folder,
            root,
        })
    }

    fn workplace(&self, surroundings: Surroundings) -> Workplace {
        Workplace {
            root: self.root.clone(),
            target: self.folder.join("compiled"),
            homes: self.folder.join("homes"),
            crates: self.crates.clone(),
            toolchain: self.toolchain.clone(),
            surroundings,
        }
    }
}

#[cfg(test)]
mod tests;
