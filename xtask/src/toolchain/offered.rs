//! What this machine's sources offer, held against the pins.

use super::apt::{Apt, Offer};
use super::command::environment;
use super::pins::Package;
use crate::failure::{Failure, Result};

/// Refuses a machine on which the Debian packages cannot run or be fetched.
///
/// # Errors
/// Exit 14.
pub fn require_debian() -> Result<()> {
    if !runs_here() {
        return Err(environment("the Debian packages run on x86-64 Linux only")
            .evidence(format!(
                "this machine: {} {}",
                std::env::consts::ARCH,
                std::env::consts::OS
            ))
            .help("use `--provider rustup`"));
    }
    if !Apt::is_available() {
        return Err(
            environment("this machine has no apt-get, apt-cache and dpkg-deb")
                .help("run it in a Debian 12 container, or use `--provider rustup`"),
        );
    }
    Ok(())
}

/// Whether the packages' programs can run on this machine.
pub fn runs_here() -> bool {
    cfg!(all(target_arch = "x86_64", target_os = "linux"))
}

/// The offer that is exactly `package`.
///
/// # Errors
/// When there is none: what is offered instead, and how to move the pin; exit 14.
pub fn pinned_offer(package: &Package, offered: &[Offer], suite: &str) -> Result<Offer> {
    let versions: Vec<&str> = offered.iter().map(|offer| offer.version.as_str()).collect();
    if versions.is_empty() {
        return Err(nothing_offered(package, suite));
    }
    let Some(at) = offered.iter().position(|o| o.version == package.version) else {
        return Err(other_version(package, &versions));
    };
    let offer = &offered[at];
    if offer.sha256 == package.sha256 {
        return Ok(offer.clone());
    }
    Err(environment(format!(
        "the offered {} {} is not the pinned one",
        package.name, package.version
    ))
    .evidence(format!("pinned SHA-256:  {}", package.sha256))
    .evidence(format!("offered SHA-256: {}", offer.sha256))
    .help(
        "one version has one content: find out which of the apt sources differs before trusting it",
    ))
}

fn nothing_offered(package: &Package, suite: &str) -> Failure {
    environment(format!(
        "the pinned package {} is not offered by this machine's apt sources",
        package.name
    ))
    .evidence(format!("pinned: {} {}", package.name, package.version))
    .evidence(format!("it is part of {suite}"))
    .help(
        "add that suite to the apt sources, run it in a container of that release, \
         or use `--provider rustup`",
    )
}

fn other_version(package: &Package, versions: &[&str]) -> Failure {
    environment(format!(
        "the pinned package {} {} is no longer offered",
        package.name, package.version
    ))
    .evidence(format!("offered: {}", versions.join(", ")))
    .help(
        "move the pin with `cargo xtask toolchain pin --offered`, and review and commit the change",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::pins::{PackageVersion, Pins, Sha256Hex};

    fn pinned() -> Package {
        Pins::embedded().unwrap().debian.packages[0].clone()
    }

    fn offer(version: &str, sha256: &str) -> Offer {
        Offer {
            name: pinned().name,
            version: PackageVersion::try_from(version.to_owned()).unwrap(),
            architecture: "amd64".into(),
            size: 1,
            sha256: Sha256Hex::try_from(sha256.to_owned()).unwrap(),
            depends: Vec::new(),
        }
    }

    #[test]
    fn pinned_version_is_taken_though_a_newer_one_is_offered() {
        let package = pinned();
        let other = "0".repeat(64);
        let right = offer(package.version.as_str(), package.sha256.as_str());
        let offers = vec![offer("1:99", &other), right.clone()];
        assert_eq!(pinned_offer(&package, &offers, "suite").unwrap(), right);
    }

    #[test]
    fn other_version_names_the_offered_one_and_the_command() {
        let offers = vec![offer("1:99", &"0".repeat(64))];
        let failure = pinned_offer(&pinned(), &offers, "suite").unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("offered: 1:99"), "{text}");
        assert!(
            text.contains("cargo xtask toolchain pin --offered"),
            "{text}"
        );
        assert_eq!(failure.exit, crate::exit::Exit::Environment);
    }

    #[test]
    fn other_content_of_the_pinned_version_is_refused() {
        let package = pinned();
        let offers = vec![offer(package.version.as_str(), &"0".repeat(64))];
        let text = pinned_offer(&package, &offers, "suite")
            .unwrap_err()
            .to_string();
        assert!(text.contains("is not the pinned one"), "{text}");
        assert!(text.contains(package.sha256.as_str()), "{text}");
    }

    #[test]
    fn no_offer_at_all_names_the_suite() {
        let text = pinned_offer(&pinned(), &[], "Debian 12")
            .unwrap_err()
            .to_string();
        assert!(text.contains("it is part of Debian 12"), "{text}");
        assert!(text.contains("--provider rustup"), "{text}");
    }
}
