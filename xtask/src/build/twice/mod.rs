//! `build-firmware --twice`: the firmware is compiled a second time, in a world that is as different as this machine allows,
//! and must be the same.
//!
//! | module | does |
//! | --- | --- |
//! | `copy` | the same files under other paths |
//! | `surroundings` | what else this machine can vary |
//! | `dependence` | finds which of that a firmware depends on that is not the same |

mod copy;
mod dependence;
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

use dependence::{Compiler, Dependence};
pub use surroundings::{Hard, World};

/// A folder name that makes every path longer than buffers of programs like them.
const LONG: &str = "a second place with a long name and with spaces in it so that a path which gets into an image is \
                    neither as long as the first one nor cut at the same end";

/// How many lines of the explanation a failure shows.
const EXPLAINED: usize = 40;

/// Demands that the firmware of `first`, compiled to `elf`, is the same when it is compiled again in `world`.
///
/// # Errors
/// [`Exit::NotReproducible`] when it is not, with what differs, why, and on what of the machine it depends; both are kept
/// in `private`.
pub fn require_same(
    first: &Workplace,
    private: &Path,
    identity: &Identity,
    elf: &[u8],
    world: &World,
    progress: Progress,
) -> Result<()> {
    let folder = private.join("twice");
    let second = Second::prepare(first, &folder, progress)?;
    world.lines().iter().for_each(|line| progress.say(line));
    let other = second.compile(identity, world.surroundings(world.len()))?;
    if other == elf {
        files::remove_folder(&folder)?;
        let length = elf.len();
        progress.say(&format!("the second build made the same {length} bytes"));
        return Ok(());
    }
    let kept = keep(&private.join("unequal"), elf, &other)?;
    let explained = explained(elf, other)?;
    progress.say("it is another: compiling again with less varied, to find what it depends on");
    let again = Again {
        first,
        second: &second,
        identity,
    };
    let dependence = Dependence::find(elf, world, &again);
    files::remove_folder(&folder)?;
    Err(unequal(dependence, world, explained).help(format!(
        "what differs and why, to the end: `cargo xtask explain {}`",
        kept.join(" ")
    )))
}

/// Keeps both for who asks why; their paths.
fn keep(folder: &Path, first: &[u8], second: &[u8]) -> Result<[String; 2]> {
    files::create(folder)?;
    let paths = ["first.elf", "second.elf"].map(|name| folder.join(name));
    for (path, bytes) in paths.iter().zip([first, second]) {
        atomic::write(path, bytes, Existing::Replace, Readers::Everyone)?;
    }
    Ok(paths.map(|path| path.display().to_string()))
}

/// What differs, and why: the first lines.
fn explained(first: &[u8], second: Vec<u8>) -> Result<Vec<String>> {
    let first = Artefact::of_bytes("first build", first.to_owned())?;
    let second = Artefact::of_bytes("second build", second)?;
    let explained = difference::human(&difference::of(&first, &second)?);
    let lines = explained.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.take(EXPLAINED).map(str::to_owned).collect())
}

/// The second build is another firmware. What it depends on may have stayed unknown; that it is another is known.
fn unequal(dependence: Result<Dependence>, world: &World, explained: Vec<String>) -> Failure {
    let what = "the second build made another firmware: nobody could rebuild this release";
    let depends = match dependence {
        Ok(dependence) => format!("it depends on {}", dependence.words()),
        Err(failure) => format!("on what it depends was not found: {}", failure.what),
    };
    let lines = world.lines().into_iter().chain(explained);
    lines.fold(
        Failure::new(Exit::NotReproducible, what).evidence(depends),
        Failure::evidence,
    )
}

/// Compiles in both places, from the beginning.
struct Again<'a> {
    first: &'a Workplace,
    second: &'a Second,
    identity: &'a Identity,
}

impl Compiler for Again<'_> {
    fn second(&self, surroundings: Surroundings) -> Result<Vec<u8>> {
        self.second.compile(self.identity, surroundings)
    }

    fn first(&self) -> Result<Vec<u8>> {
        // Nothing of it is in the way of a build that goes on in `target` later.
        let target = self.first.target.with_extension("from-the-beginning");
        files::remove_folder(&target)?;
        let workplace = Workplace {
            target: target.clone(),
            ..self.first.clone()
        };
        let elf = workplace.compile(self.identity);
        files::remove_folder(&target)?;
        elf
    }
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

    /// Compiles everything, from the beginning; the stripped ELF file.
    fn compile(&self, identity: &Identity, surroundings: Surroundings) -> Result<Vec<u8>> {
        let target = self.folder.join("compiled");
        files::remove_folder(&target)?;
        let workplace = Workplace {
            root: self.root.clone(),
            target,
            homes: self.folder.join("homes"),
            crates: self.crates.clone(),
            toolchain: self.toolchain.clone(),
            surroundings,
        };
        workplace.compile(identity)
    }
}

#[cfg(test)]
mod tests;
