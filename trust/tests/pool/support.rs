//! Files of the repository for tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::anchors::{Certificate, read_pem};
use trust::calendar::Calendar;
use trust::date::Date;
use trust::finding::Finding;
use trust::source::{Location, SourceFile};

/// A path below `trust/`.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A text file below the root of the project.
pub(crate) fn text(relative: &str) -> String {
    std::fs::read_to_string(path("..").join(relative)).expect(relative)
}

pub(crate) fn source(path: &Path) -> Arc<SourceFile> {
    let bytes = std::fs::read(path).unwrap();
    SourceFile::from_bytes(path.file_name().unwrap().to_str().unwrap(), &bytes)
}

/// The files of a directory below `trust/` with this ending, by name. A directory that is not there has none.
pub(crate) fn sources(directory: &str, keep: impl Fn(&str) -> bool) -> Vec<Arc<SourceFile>> {
    let Ok(entries) = std::fs::read_dir(path(directory)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file() && keep(path.file_name().unwrap().to_str().unwrap()));
    paths.sort();
    paths.iter().map(|path| source(path)).collect()
}

/// The calendar of the repository.
pub(crate) fn calendar() -> Calendar {
    let (calendar, findings) = Calendar::read(&sources("calendar", |name| name.ends_with(".toml")));
    assert_eq!(said(&findings), Vec::<String>::new());
    calendar
}

/// The only certificate of `trust/fixtures/pki/<name>.pem`.
pub(crate) fn pki(name: &str) -> Certificate {
    only(&source(&path(&format!("fixtures/pki/{name}.pem"))))
}

/// The only certificate of a file.
pub(crate) fn only(file: &Arc<SourceFile>) -> Certificate {
    let (mut certificates, findings) = read_pem(file);
    assert_eq!(said(&findings), Vec::<String>::new(), "{}", file.name);
    assert_eq!(certificates.len(), 1, "{}", file.name);
    certificates.remove(0)
}

/// The roots of the Mozilla set.
pub(crate) fn mozilla() -> Vec<Certificate> {
    let file = SourceFile::new("webpki-root-certs", "");
    let read = |der: &[u8]| Certificate::from_der(der, Location::new(&file, 0..0)).unwrap();
    let all = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    all.iter().map(|der| read(der.as_ref())).collect()
}

/// The only root of the Mozilla set with this name.
pub(crate) fn mozilla_root(name: &str) -> Certificate {
    let mut found = mozilla();
    found.retain(|root| root.name == name);
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Findings as `id: message`.
pub(crate) fn said(findings: &[Finding]) -> Vec<String> {
    let line = |f: &Finding| format!("{}: {}", f.rule.id, f.message);
    findings.iter().map(line).collect()
}
