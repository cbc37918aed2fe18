//! `roots add`: nothing is written unless every certificate may be; nothing is ever overwritten.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use trust::anchors::{Certificate, IssueBar, read_pem};
use trust::source::SourceFile;

use super::cli::AddArguments;
use super::pool::Pool;
use super::{FOLDER, file, mozilla, print, provenance, select};
use crate::atomic::{self, Existing, Readers};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// Certificates with where they come from.
struct Offer {
    certificates: Vec<Certificate>,
    from: String,
    /// Where was looked, in words: "the Mozilla set".
    place: String,
}

pub(super) fn run(
    project: &Project,
    arguments: &AddArguments,
    out: &mut dyn Write,
) -> Result<Exit> {
    let offer = match &arguments.file {
        Some(path) => from_file(path)?,
        None => from_mozilla(),
    };
    let all: Vec<_> = offer.certificates.iter().collect();
    let chosen = match &arguments.which {
        Some(which) => vec![select::one(&all, which, &offer.place)?],
        None => all,
    };
    if arguments.as_pin {
        return print(out, &pins(&chosen)).map(|()| Exit::Done);
    }
    let pool = Pool::open(project)?;
    for certificate in &chosen {
        acceptable(&pool, certificate)?;
    }
    store(project, &chosen, &offer.from, out)
}

fn from_mozilla() -> Offer {
    Offer {
        certificates: mozilla::roots(),
        from: mozilla::SOURCE.to_owned(),
        place: "the Mozilla set".to_owned(),
    }
}

/// Every certificate of a PEM file. One that cannot be read refuses the file: a bundle with a hole is not what
/// somebody meant to add.
fn from_file(path: &Path) -> Result<Offer> {
    let unread = |error| Failure::io("read", path, &error).help("give the path of a PEM file");
    let bytes = std::fs::read(path).map_err(unread)?;
    let shown = path.display().to_string();
    let (mut certificates, findings) = read_pem(&SourceFile::from_bytes(&shown, &bytes));
    if let Some(first) = findings.first() {
        let failure = Failure::new(
            Exit::Unreadable,
            format!("cannot take anchors from {shown}"),
        );
        let said = |failure: Failure, finding: &trust::finding::Finding| {
            let line = finding.location().start().0;
            failure.evidence(format!(
                "line {line}: {} ({})",
                finding.message, finding.rule.id
            ))
        };
        return Err(findings.iter().fold(failure, said).help(&first.help));
    }
    let mut seen = BTreeSet::new();
    certificates.retain(|certificate| seen.insert(certificate.fingerprint));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Offer {
        certificates,
        from: format!("a file {name} with the SHA-256 {}", sha256_hex(&bytes)),
        place: shown,
    })
}

fn acceptable(pool: &Pool, certificate: &Certificate) -> Result<()> {
    if let Some(bar) = certificate.issue_bar() {
        return Err(not_a_ca(certificate, bar));
    }
    let Some(known) = pool.inventory.find(&certificate.fingerprint) else {
        return Ok(());
    };
    let what = format!("{} is already in the pool", certificate.name);
    Err(Failure::new(Exit::Unreadable, what)
        .evidence(&known.at.file.name)
        .help("there is nothing to add"))
}

fn not_a_ca(certificate: &Certificate, bar: IssueBar) -> Failure {
    let what = format!("{} cannot be an anchor: {bar}", certificate.name);
    Failure::new(Exit::Unreadable, what)
        .evidence(format!("SHA-256 {}", hex::encode(certificate.fingerprint)))
        .evidence(format!(
            "ends {}; a device would be lost when it is replaced",
            certificate.not_after
        ))
        .help("add the root that its chain leads to; to trust this key alone for a while: --as-pin")
}

/// Lines for `spki-sha256 = [ … ]` of `[[pin-fallback]]`.
fn pins(certificates: &[&Certificate]) -> String {
    let line = |c: &&Certificate| {
        format!(
            "    # {}, certificate until {}\n    \"{}\",\n",
            c.name,
            c.not_after,
            hex::encode(c.spki_sha256)
        )
    };
    let lines: String = certificates.iter().map(line).collect();
    format!(
        "# For policy.toml. One of the pins must be a backup: the hash of a key that serves nothing yet.\n\
         [[pin-fallback]]\nendpoint = \"\"\nspki-sha256 = [\n{lines}]\nexpires = \"\"\nafter-expiry = \"roots-only\"\n"
    )
}

fn store(
    project: &Project,
    certificates: &[&Certificate],
    from: &str,
    out: &mut dyn Write,
) -> Result<Exit> {
    provenance::folder(project)?;
    let folder = project.root.join(FOLDER);
    for certificate in certificates {
        let name = file::name(certificate, |name| folder.join(name).exists());
        let text = file::text(certificate, from);
        atomic::write(
            &folder.join(&name),
            text.as_bytes(),
            Existing::Refuse,
            Readers::Everyone,
        )?;
        print(out, &format!("{FOLDER}/{name}\n"))?;
    }
    provenance::update(project)?;
    Ok(Exit::Done)
}
