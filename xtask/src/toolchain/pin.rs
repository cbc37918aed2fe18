//! Moving the pins to what is offered now.

use std::path::Path;

use super::apt::{Apt, Offer};
use super::command::environment;
use super::debian::{Debian, HostLibraries};
use super::files::write_whole;
use super::pins::{
    COMPILER_PACKAGE, DebianPins, HEADER, PINS_PATH, Package, Pins, SOURCE_PACKAGE, Sha256Hex,
};
use crate::failure::Result;
use crate::progress::Progress;

/// The package that depends on the version of the standard library.
const LIBRARY_PACKAGE: &str = "libstd-rust-web-dev";

/// What became of a package.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Move {
    /// What was pinned; none for a new package.
    pub from: Option<Package>,
    /// What is offered; none for a package that is needed no more.
    pub to: Option<Package>,
}

/// What apt offers now, in place of `pins`; fetched, built and hashed.
///
/// # Errors
/// When the sources offer no complete toolchain, or it cannot be fetched: exit 14.
pub fn offered(root: &Path, pins: &Pins, progress: Progress) -> Result<Pins> {
    let apt = Debian::new(root, &pins.debian).apt()?;
    apt.update(progress)?;
    let packages = newest(&|name| newest_of(&apt, name)).map_err(|failure| apt.explain(failure))?;
    let suite = pins.debian.suite.clone();
    let unknown = pins.debian.tree_sha256.clone();
    let moved = Pins::new(suite.clone(), unknown, packages.clone());
    let tree = tree_of(root, &moved.debian, progress)?;
    Ok(Pins::new(suite, tree, packages))
}

/// Writes the pins to their file below `root`.
///
/// # Errors
/// When it cannot be written.
pub fn write(root: &Path, pins: &Pins) -> Result<()> {
    write_whole(&root.join(PINS_PATH), &pins.to_toml(HEADER))
}

/// What differs between two sets of packages, in the order of their names.
pub fn moves(from: &[Package], to: &[Package]) -> Vec<Move> {
    let mut names: Vec<_> = from.iter().chain(to).map(|package| &package.name).collect();
    names.sort();
    names.dedup();
    let named = |packages: &[Package], name| packages.iter().find(|p| &p.name == name).cloned();
    names
        .into_iter()
        .map(|name| Move {
            from: named(from, name),
            to: named(to, name),
        })
        .filter(|change| change.from != change.to)
        .collect()
}

fn tree_of(root: &Path, pins: &DebianPins, progress: Progress) -> Result<Sha256Hex> {
    let debian = Debian::new(root, pins).with_unknown_tree();
    debian.fetch(HostLibraries::MachineFirst, progress)?;
    let tree = debian.tree_sha256()?;
    Sha256Hex::try_from(tree).map_err(environment)
}

fn newest_of(apt: &Apt, name: &str) -> Result<Option<Offer>> {
    let mut offers = apt.offers(&[name])?;
    Ok(offers.remove(name).and_then(|all| all.into_iter().next()))
}

/// The packages of the newest compiler, followed from one to the next: some names hold a version.
fn newest(offer: &dyn Fn(&str) -> Result<Option<Offer>>) -> Result<Vec<Package>> {
    let get = |name: &str| {
        offer(name)?.ok_or_else(|| {
            environment(format!(
                "no package `{name}` is offered by this machine's apt sources"
            ))
            .help("see `cargo xtask toolchain show` for the suite that carries the packages")
        })
    };
    let compiler = get(COMPILER_PACKAGE)?;
    let development = get(LIBRARY_PACKAGE)?;
    let library = get(dependency(&development, "libstd-rust-web-")?)?;
    let llvm = get(dependency(&library, "libllvm")?)?;
    let linker = get(&format!("lld-{}", &llvm.name.as_str()["libllvm".len()..]))?;
    let source = get(SOURCE_PACKAGE)?;
    for one in [&development, &library, &source] {
        same_version(&compiler, one)?;
    }
    same_version(&llvm, &linker)?;
    let all = [compiler, development, library, llvm, linker, source];
    Ok(all.into_iter().map(package).collect())
}

fn dependency<'a>(offer: &'a Offer, prefix: &str) -> Result<&'a str> {
    let mut names = offer.depends.iter().map(String::as_str);
    names.find(|name| name.starts_with(prefix)).ok_or_else(|| {
        environment(format!("`{}` depends on no `{prefix}…`", offer.name))
            .evidence(format!("it depends on: {}", offer.depends.join(", ")))
            .help("Debian has changed the packages: the pins need a look by hand")
    })
}

fn same_version(one: &Offer, other: &Offer) -> Result<()> {
    if one.version == other.version {
        return Ok(());
    }
    Err(environment("the offered packages do not belong together")
        .evidence(format!("{} {}", one.name, one.version))
        .evidence(format!("{} {}", other.name, other.version))
        .help("the archive may be in the middle of an update: try again in an hour"))
}

fn package(offer: Offer) -> Package {
    Package {
        name: offer.name,
        version: offer.version,
        architecture: offer.architecture,
        sha256: offer.sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::pins::{PackageName, PackageVersion};

    fn offer(name: &str, version: &str, depends: &[&str]) -> Offer {
        Offer {
            name: PackageName::try_from(name.to_owned()).unwrap(),
            version: PackageVersion::try_from(version.to_owned()).unwrap(),
            architecture: "amd64".into(),
            size: 1,
            sha256: Sha256Hex::try_from("0".repeat(64)).unwrap(),
            depends: depends.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn archive(changed: Option<Offer>) -> Vec<Offer> {
        let mut all = vec![
            offer("rustc-web", "1.97", &["libc6", LIBRARY_PACKAGE]),
            offer(LIBRARY_PACKAGE, "1.97", &["libstd-rust-web-1.97"]),
            offer("libstd-rust-web-1.97", "1.97", &["libc6", "libllvm23"]),
            offer("libllvm23", "1:23.1", &["libc6"]),
            offer("lld-23", "1:23.1", &["libllvm23"]),
            offer("rust-web-src", "1.97", &[]),
        ];
        if let Some(changed) = changed {
            all.retain(|one| one.name != changed.name);
            all.push(changed);
        }
        all
    }

    fn found(archive: &[Offer]) -> Result<Vec<Package>> {
        newest(&|name| {
            Ok(archive
                .iter()
                .find(|one| one.name.as_str() == name)
                .cloned())
        })
    }

    #[test]
    fn names_that_hold_a_version_are_followed() {
        let packages = found(&archive(None)).unwrap();
        let names: Vec<_> = packages
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        assert!(names.contains(&"libstd-rust-web-1.97"), "{names:?}");
        assert!(names.contains(&"lld-23"), "{names:?}");
        assert_eq!(names.len(), 6);
    }

    #[test]
    fn source_of_another_version_is_refused() {
        let archive = archive(Some(offer("rust-web-src", "1.96", &[])));
        let text = found(&archive).unwrap_err().to_string();
        assert!(text.contains("rust-web-src 1.96"), "{text}");
    }

    #[test]
    fn linker_of_another_version_is_refused() {
        let archive = archive(Some(offer("lld-23", "1:23.2", &["libllvm23"])));
        assert!(found(&archive).is_err());
    }

    #[test]
    fn missing_package_is_named() {
        let mut archive = archive(None);
        archive.retain(|one| one.name.as_str() != "lld-23");
        let text = found(&archive).unwrap_err().to_string();
        assert!(text.contains("no package `lld-23` is offered"), "{text}");
    }

    #[test]
    fn moves_are_what_differs() {
        let old = Pins::embedded().unwrap().debian.packages;
        assert_eq!(moves(&old, &old), []);
        let mut new = old.clone();
        new.remove(0);
        new[0].version = PackageVersion::try_from("9".to_owned()).unwrap();
        let moves = moves(&old, &new);
        assert_eq!(moves.len(), 2);
        assert_eq!(moves[0].to, None);
        assert_eq!(moves[1].to, Some(new[0].clone()));
    }
}
