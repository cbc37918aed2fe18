//! A captured chain as a file of `trust/endpoints/`.

use std::fmt::Write as _;
use std::path::Path;

use trust::anchors::Certificate;
use trust::date::Date;
use trust::source::{Location, SourceFile};

use super::target::Target;
use super::tls::Served;
use crate::atomic::{self, Existing, Readers};
use crate::called::called;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::roots::pem;

/// `<host>-<YYYY-MM>-<key type>.pem`
pub(super) fn name(stem: &str, served: &Served, today: Date) -> String {
    let (year, month, _) = today.calendar();
    format!("{stem}-{year:04}-{month:02}-{}.pem", served.key_type.word())
}

/// The text of the file: what was seen, for a reviewer, and the certificates as they were sent.
pub(super) fn text(target: &Target, served: &Served, today: Date) -> String {
    let bytes: usize = served.chain.iter().map(Vec::len).sum();
    let proof = match &served.signature {
        Ok(()) => "signed with the key of the first certificate".to_owned(),
        Err(why) => format!("no proof that the server has the key: {}", one_line(why)),
    };
    let mut text = format!(
        "# Sent by {host}, captured {today}: as sent, leaf first. Nothing was verified.\n#\n\
         # url           {target}\n# host          {host}\n# port          {port}\n# tls           {tls}\n\
         # key           {key}\n# certificates  {count}, {bytes} bytes\n# handshake     {proof}\n#\n\
         # Written by `{called} endpoints capture`.\n",
        called = called(),
        host = target.host,
        port = target.port,
        tls = served.tls,
        key = served.key_type.word(),
        count = served.chain.len(),
    );
    for (index, der) in served.chain.iter().enumerate() {
        let _ = write!(text, "\n# {}. {}\n{}", index + 1, described(der), pem(der));
    }
    text
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Written {
    /// It holds the same certificates already, and stays as it is.
    Already,
    /// It is there now.
    New,
}

/// What would become of the file: asked of every file before the first is written.
///
/// # Errors
/// [`Exit::Unreadable`] where another chain is in it.
pub(super) fn check(path: &Path, text: &str) -> Result<Written> {
    let Some(found) = atomic::read(path)? else {
        return Ok(Written::New);
    };
    if certificates(&String::from_utf8_lossy(&found)) == certificates(text) {
        return Ok(Written::Already);
    }
    let what = format!(
        "{} holds another chain; a capture is never written over",
        path.display()
    );
    Err(Failure::new(Exit::Unreadable, what)
        .help("give the new one another name with --name or --output, and put both into the policy while servers may send either"))
}

/// Writes the file, never over another.
///
/// # Errors
/// As [`check`], and when it cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Result<Written> {
    let outcome = check(path, text)?;
    if outcome == Written::New {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
        }
        atomic::write(path, text.as_bytes(), Existing::Refuse, Readers::Everyone)?;
    }
    Ok(outcome)
}

/// What is no comment: the day of a capture is not the chain.
fn certificates(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_end);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// One certificate in words.
fn described(der: &[u8]) -> String {
    match read(der) {
        Ok(certificate) => format!(
            "{}, {} to {}, {}, sha256 {}",
            one_line(&certificate.name),
            certificate.not_before,
            certificate.not_after,
            certificate.key,
            hex::encode(certificate.fingerprint)
        ),
        Err(why) => format!("cannot be read: {why}"),
    }
}

/// The certificate; else why it cannot be read.
pub(super) fn read(der: &[u8]) -> std::result::Result<Certificate, String> {
    let nowhere = Location::new(&SourceFile::new("", ""), 0..0);
    Certificate::from_der(der, nowhere).map_err(|error| error.to_string())
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
