//! Files of the repository, and questions about them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::anchors::{Certificate, read_pem};
use trust::calendar::{Calendar, KeyType};
use trust::coverage::served::{Capture, Declaration, Leaf, World};
use trust::coverage::{Counting, Coverage, Question, Served, Store, StoreAnchor, StorePin, prove};
use trust::date::Date;
use trust::hierarchy::{Builder, Hierarchy};
use trust::policy::VerifierModel;
use trust::source::SourceFile;

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn source(path: &Path) -> Arc<SourceFile> {
    SourceFile::from_bytes(path.display().to_string(), &std::fs::read(path).unwrap())
}

/// The calendar of the repository.
pub(crate) fn calendar() -> Calendar {
    calendar_and(&[])
}

/// The same with more files.
pub(crate) fn calendar_and(more: &[Arc<SourceFile>]) -> Calendar {
    let entries = std::fs::read_dir(path("calendar")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files: Vec<_> = paths
        .iter()
        .map(|path| source(path))
        .chain(more.iter().cloned())
        .collect();
    let (calendar, findings) = Calendar::read(&files);
    let said: Vec<_> = findings.iter().map(|f| &f.message).collect();
    assert_eq!(said, Vec::<&String>::new());
    calendar
}

/// The certificates of a file below `trust/fixtures`.
pub(crate) fn pem(file: &str) -> Vec<Certificate> {
    let (certificates, findings) = read_pem(&source(&path(&format!("fixtures/{file}.pem"))));
    assert!(findings.is_empty(), "{file}");
    certificates
}

/// A release and its server.
pub(crate) struct Release {
    pub(crate) anchors: Vec<Certificate>,
    /// Keys pinned for its server, until 2035.
    pub(crate) pins: Vec<[u8; 32]>,
    pub(crate) model: VerifierModel,
    pub(crate) declaration: Declaration,
    /// The leaves that were seen, below which chains.
    pub(crate) seen: Vec<(Leaf, Vec<Certificate>)>,
}

impl Release {
    /// An RSA endpoint of Let's Encrypt with leaves of 90 days.
    pub(crate) fn new(anchors: &[&str]) -> Self {
        Self {
            anchors: anchors.iter().flat_map(|file| pem(file)).collect(),
            pins: Vec::new(),
            model: VerifierModel::EspIdfPem,
            declaration: Declaration {
                name: "updates".to_owned(),
                host: "ota.example.com".to_owned(),
                owner: "Let's Encrypt".to_owned(),
                profile: Some("default".to_owned()),
                key_type: Some(KeyType::Rsa),
                leaf_days: Some(90),
                ..Declaration::default()
            },
            seen: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, change: impl Fn(&mut Declaration)) -> Self {
        change(&mut self.declaration);
        self
    }

    pub(crate) fn model(mut self, model: VerifierModel) -> Self {
        self.model = model;
        self
    }

    /// From the facts known on a day, from then on to `until`.
    pub(crate) fn asked(&self, known_on: &str, until: &str) -> Coverage {
        self.asked_of(
            &calendar().known_on(date(known_on)),
            known_on,
            known_on,
            until,
        )
    }

    pub(crate) fn asked_of(
        &self,
        calendar: &Calendar,
        known_on: &str,
        from: &str,
        until: &str,
    ) -> Coverage {
        let mut builder = Builder::of_calendar(calendar);
        let seen = self.seen.iter().flat_map(|(_, chain)| chain);
        for certificate in self.anchors.iter().chain(seen) {
            builder.add_certificate(certificate, calendar);
        }
        let hierarchy = builder.build();
        let world = World {
            hierarchy: &hierarchy,
            calendar,
            known_on: date(known_on),
        };
        let mut declaration = self.declaration.clone();
        for (leaf, chain) in &self.seen {
            let ids: Vec<_> = (chain.iter())
                .map(|above| hierarchy.find(&above.fingerprint).unwrap())
                .collect();
            let issuer = hierarchy.certificate(ids[0]).unwrap().key;
            declaration.captures.push(Capture {
                file: "seen.pem".to_owned(),
                leaf: leaf.clone(),
                issuer: Some(issuer),
                verified: true,
                sent: chain.len(),
                bytes: leaf.der_length + chain.iter().map(|one| one.der.len()).sum::<usize>(),
                certificates: ids,
            });
        }
        let served = [Served::new(&declaration, &world)];
        let pin = |spki_sha256: &[u8; 32]| StorePin {
            endpoint: declaration.name.clone(),
            spki_sha256: *spki_sha256,
            expires: date("2035-01-01"),
        };
        let store = Store {
            pins: self.pins.iter().map(pin).collect(),
            ..store(&self.anchors, &hierarchy)
        };
        prove(&Question {
            store: &store,
            model: &self.model.behaviour(),
            endpoints: &served,
            hierarchy: &hierarchy,
            counting: Counting::default(),
            from: date(from),
            until: date(until),
        })
    }
}

pub(crate) fn store(anchors: &[Certificate], hierarchy: &Hierarchy) -> Store {
    let anchor = |certificate: &Certificate| StoreAnchor {
        certificate: hierarchy.find(&certificate.fingerprint).unwrap(),
        private: false,
        until: Date::LAST,
    };
    Store {
        anchors: anchors.iter().map(anchor).collect(),
        ..Store::default()
    }
}

/// `[earliest, latest]` of the first loss; `-` where there is none.
pub(crate) fn loss(coverage: &Coverage) -> String {
    let Some(gap) = coverage.loss() else {
        return "-".to_owned();
    };
    let latest = gap.latest.map_or("-".to_owned(), |day| day.to_string());
    format!("[{}, {latest}]", gap.earliest)
}
