//! `provision`: tells a device which network to join.
//!
//! Nothing in the partition decides trust: who writes it can keep a device off the network, and cannot make
//! it accept another server. It holds the password of the network, so its files are for their owner alone.

mod cli;
mod insert;
mod password;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use device::flash_layout::PROVISION;
use device::provision::{ProvisionContents, ProvisionWriteError};
use zeroize::{Zeroize as _, Zeroizing};

pub use cli::ProvisionArguments;
use insert::insert;
use password::password;

use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// The list of a release's files, in its directory.
const SUMS: &str = "SHA256SUMS";

/// Writes the partition, and prints the command that flashes it.
///
/// # Errors
///
/// [`Exit::Unreadable`] for a network or host that a device would refuse, a password that cannot be read, an
/// image that is not one of ours, and a file that cannot be written.
pub fn run(arguments: &ProvisionArguments) -> Result<Exit> {
    let partition = partition(arguments)?;
    let output = arguments.output.as_deref();
    let (path, offset) = match (arguments.into.as_deref(), output) {
        (Some(image), output) => (write_image(image, output, &partition)?, 0),
        (None, Some(output)) => {
            atomic::write(output, &partition, Existing::Refuse, Readers::Owner)?;
            (output, PROVISION.offset)
        }
        (None, None) => {
            let failure = Failure::new(Exit::Unreadable, "no place for the partition was given");
            return Err(failure.help("give --output FILE or --into FLASH-IMAGE"));
        }
    };
    output::say(written(path, arguments.open));
    output::say("flash it with:");
    let file = quoted(&path.to_string_lossy());
    output::print(&format!(
        "esptool --chip esp32c3 write-flash 0x{offset:x} {file}\n"
    ))?;
    Ok(Exit::Done)
}

/// The bytes of the partition, as the device's own code writes and reads them.
fn partition(arguments: &ProvisionArguments) -> Result<Zeroizing<Vec<u8>>> {
    require_each_host_once(arguments)?;
    let password = password(arguments)?;
    let mut contents = ProvisionContents {
        ssid: arguments.ssid.clone(),
        password: password.map(|password| password.to_string()),
        hosts: arguments.hosts.clone(),
    };
    let written = contents.write();
    contents.password.zeroize();
    written.map(Zeroizing::new).map_err(|error| refused(&error))
}

/// Two addresses for one name: the device would take one of them, and nobody says which.
fn require_each_host_once(arguments: &ProvisionArguments) -> Result<()> {
    let mut names = BTreeSet::new();
    let mut hosts = arguments.hosts.iter();
    match hosts.find(|host| !names.insert(host.name.to_ascii_lowercase())) {
        None => Ok(()),
        Some(host) => Err(Failure::new(
            Exit::Unreadable,
            format!("the host {} is given twice", host.name),
        )
        .help("give each --host once")),
    }
}

/// Puts the partition into `image`, or into a copy of it. Returns the file that has it.
fn write_image<'a>(
    image: &'a Path,
    output: Option<&'a Path>,
    partition: &[u8],
) -> Result<&'a Path> {
    if output.is_none() {
        require_unreleased(image)?;
    }
    let absent = || Failure::io("read", image, &io::ErrorKind::NotFound.into());
    let mut bytes = Zeroizing::new(atomic::read(image)?.ok_or_else(absent)?);
    insert(&mut bytes, partition, image)?;
    let (path, existing) = match output {
        Some(output) => (output, Existing::Refuse),
        None => (image, Existing::Replace),
    };
    atomic::write(path, &bytes, existing, Readers::Owner)?;
    Ok(path)
}

/// A file of a release must stay what was signed.
fn require_unreleased(image: &Path) -> Result<()> {
    // A link into a release is followed when it is written.
    let resolved = image.canonicalize();
    let target = resolved.as_deref().unwrap_or(image);
    let sums = target.with_file_name(SUMS);
    let listed = fs::read_to_string(&sums).unwrap_or_default();
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let is_listed = |line: &str| {
        line.split_once("  ")
            .is_some_and(|(_, listed)| listed == name)
    };
    match listed.lines().find(|line| is_listed(line)) {
        None => Ok(()),
        Some(line) => {
            let what = format!(
                "{} is part of a release and stays as it is",
                image.display()
            );
            Err(Failure::new(Exit::Unreadable, what)
                .evidence(format!("{} lists it: {line}", sums.display()))
                .help("add --output FILE: the partition goes into a copy"))
        }
    }
}

fn refused(error: &ProvisionWriteError) -> Failure {
    let failure = Failure::new(Exit::Unreadable, "a device would refuse this provisioning");
    match error {
        ProvisionWriteError::Refused(cause) => failure.evidence(cause),
        error => failure.evidence(error),
    }
    .help("an SSID has 1 to 32 bytes; a WPA2 password has 8 to 63 printable ASCII characters, an open network none (--open); up to 16 hosts, each once")
}

/// What was written, and why nobody else may read it.
fn written(path: &Path, is_open: bool) -> String {
    let why = if is_open {
        "mode 0600; the network has no password"
    } else {
        "mode 0600: it holds the network's password"
    };
    format!("wrote {} ({why})", path.display())
}

/// `text` as one word of a POSIX shell.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
