//! The anchor pool: certificates as files, read strictly.

mod algorithms;
mod certificate;
mod constraints;
mod der;
mod name;
mod name_and_key;
mod parse;
mod pem;
mod shape;
mod slug;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use certificate::*;
pub use constraints::{Constraints, NameConstraints};
pub use name_and_key::NameAndKey;
pub use parse::CertificateError;
pub use pem::read_pem;
pub use slug::file_name;

use crate::finding::{Finding, Subject};
use crate::policy::Sha256;
use crate::rules::certificates::{
    BROKEN_SIGNATURE_ALGORITHM, DUPLICATE_CERTIFICATE, NOT_A_CA, POOL_FILE_NAME,
};
use crate::source::{Location, SourceFile};

/// The certificates of the pool, ordered by fingerprint. A fingerprint occurs once.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Shared with the stores that are made from them.
    certificates: Vec<Arc<Certificate>>,
}

impl Inventory {
    /// Reads the files of the pool: every file of `trust/anchors/` for which [`is_pool_file`] holds, whatever
    /// its name. What is wrong with them comes back as findings, in file order; certificates that could be
    /// read are there all the same, so that one run reports everything.
    pub fn from_files(files: &[Arc<SourceFile>]) -> (Self, Vec<Finding>) {
        let mut pool: BTreeMap<Sha256, Arc<Certificate>> = BTreeMap::new();
        let mut findings = Vec::new();
        for file in files {
            let (certificates, unreadable) = read_pem(file);
            findings.extend(unreadable);
            findings.extend(file_finding(file, &certificates));
            for certificate in certificates {
                findings.extend(certificate_findings(&certificate));
                match pool.get(&certificate.fingerprint) {
                    Some(first) => findings.push(duplicate(first, &certificate)),
                    None => drop(pool.insert(certificate.fingerprint, Arc::new(certificate))),
                }
            }
        }
        crate::finding::sort(&mut findings);
        let certificates = pool.into_values().collect();
        (Self { certificates }, findings)
    }

    /// The certificate with this fingerprint.
    pub fn find(&self, fingerprint: &Sha256) -> Option<&Certificate> {
        self.find_shared(fingerprint).map(Arc::as_ref)
    }

    pub(crate) fn find_shared(&self, fingerprint: &Sha256) -> Option<&Arc<Certificate>> {
        let at = self
            .certificates
            .binary_search_by(|c| c.fingerprint.cmp(fingerprint))
            .ok()?;
        self.certificates.get(at)
    }

    /// Every certificate, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().map(Arc::as_ref)
    }

    pub(crate) fn iter_shared(&self) -> impl Iterator<Item = &Arc<Certificate>> {
        self.certificates.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }
}

/// Whether a file of the pool's directory belongs to the pool: all of them do, but for `README.md` and hidden
/// ones. A certificate under another name than `*.pem` is read, not passed over.
pub fn is_pool_file(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    !name.starts_with('.') && !name.eq_ignore_ascii_case("README.md")
}

fn file_finding(file: &Arc<SourceFile>, certificates: &[Certificate]) -> Option<Finding> {
    let (label, help) = match certificates {
        [] => return None,
        [only] if !file.name.ends_with(".pem") => (
            "not named *.pem".to_owned(),
            format!("rename it to {}", file_name(&only.name)),
        ),
        [_] => return None,
        [_, second, ..] => {
            let message = format!("{} holds {} certificates", file.name, certificates.len());
            let finding = Finding::new(&POOL_FILE_NAME, second.at.clone(), "the second", message);
            let help = "put each certificate into a file of its own: roots add --file";
            return Some(finding.help(help).about(Subject::item(&file.name)));
        }
    };
    let message = format!("{} is {label}", file.name);
    let finding = Finding::new(&POOL_FILE_NAME, Location::whole(file), label, message);
    Some(finding.help(help).about(Subject::item(&file.name)))
}

fn certificate_findings(certificate: &Certificate) -> Vec<Finding> {
    let at = &certificate.at;
    let mut findings = Vec::new();
    // Why not is only asked where it may not: that reads the certificate again.
    if !certificate.may_issue
        && let Some(bar) = certificate.issue_bar()
    {
        let message = format!("{} may not issue certificates: {bar}", certificate.name);
        findings.push(
            Finding::new(&NOT_A_CA, at.clone(), "not a CA certificate", message)
                .evidence("sha256", hex::encode(certificate.fingerprint))
                .help("remove it, and add the root that its chain leads to; to trust this key alone, use [[pin-fallback]]")
                .about(Subject::anchor(&certificate.name)),
        );
    }
    if certificate.signature.is_broken() && !certificate.self_issued {
        let message = format!(
            "{} is signed with SHA-1 or MD5 by another CA",
            certificate.name
        );
        findings.push(
            Finding::new(&BROKEN_SIGNATURE_ALGORITHM, at.clone(), "broken signature algorithm", message)
                .evidence("sha256", hex::encode(certificate.fingerprint))
                .help("use the self-signed certificate of this key: nobody checks the signature of a root")
                .about(Subject::anchor(&certificate.name)),
        );
    }
    findings
}

fn duplicate(first: &Certificate, again: &Certificate) -> Finding {
    let message = format!("{} is in the pool twice", again.name);
    Finding::new(
        &DUPLICATE_CERTIFICATE,
        again.at.clone(),
        "here again",
        message,
    )
    .and_label(first.at.clone(), "first here")
    .evidence("sha256", hex::encode(again.fingerprint))
    .help("remove one of the two")
    .about(Subject::anchor(&again.name))
}
