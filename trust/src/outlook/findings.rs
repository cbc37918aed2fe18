//! What is to be said about material, in the order of an inspection.

use std::collections::{BTreeMap, BTreeSet};

use super::reach::declaration;
use super::{AnchorKind, Facts, Identified, Known, Outlook, Question};
use crate::anchors::PublicKey;
use crate::coverage::SentChain;
use crate::coverage::served::{Served, World};
use crate::finding::{Finding, Severity, Subject};
use crate::hierarchy::{CaCertificate, Hierarchy};
use crate::material::{DamageKind, Material};
use crate::policy::VerifierModel;
use crate::rules::Rule;
use crate::rules::inspection::{
    INSPECTED_ANCHOR_EXPIRED, INSPECTED_BLOCK_NOT_READ, INSPECTED_BUFFER_TOO_SMALL,
    INSPECTED_CROSS_SIGNED_OFF, INSPECTED_DUPLICATE_NAME, INSPECTED_EXPIRY_NOT_ENFORCED,
    INSPECTED_GOES_DARK, INSPECTED_NOT_A_ROOT, INSPECTED_NOTHING_FOUND, INSPECTED_ONE_OWNER,
    INSPECTED_TRUNCATED, INSPECTED_UNKNOWN_ANCHOR, INSPECTED_WEAK_KEY,
};
use crate::sdkconfig::{Sdkconfig, Setting};
use crate::source::Location;
use crate::words::counted;

pub(super) fn findings(
    material: &Material,
    outlook: &Outlook,
    hierarchy: &Hierarchy,
    facts: &Facts<'_>,
    question: &Question,
) -> Vec<Finding> {
    let inspection = Inspection {
        material,
        outlook,
        hierarchy,
        facts,
        question,
    };
    let mut findings = inspection.damages();
    findings.extend(inspection.nothing());
    findings.extend(inspection.dark());
    for anchor in &outlook.anchors {
        findings.extend(inspection.expired(anchor));
        findings.extend(inspection.no_root(anchor));
        findings.extend(inspection.unknown(anchor));
        findings.extend(inspection.weak(anchor));
    }
    findings.extend(inspection.one_owner());
    findings.extend(inspection.duplicates());
    if let Some(config) = &question.sdkconfig {
        findings.extend(inspection.no_dates(config));
        findings.extend(inspection.no_cross_signs(config));
        findings.extend(inspection.buffer(config));
    }
    // What stands against it first; the sort is stable.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

struct Inspection<'a> {
    material: &'a Material,
    outlook: &'a Outlook,
    hierarchy: &'a Hierarchy,
    facts: &'a Facts<'a>,
    question: &'a Question,
}

impl Inspection<'_> {
    fn name(&self) -> &str {
        &self.material.file.name
    }

    fn whole(&self) -> Location {
        Location::whole(&self.material.file)
    }

    fn about_anchor(
        &self,
        rule: &'static Rule,
        anchor: &Identified,
        label: &str,
        message: String,
    ) -> Finding {
        let at = self.material.location(&anchor.place);
        let finding = Finding::new(rule, at, label, message)
            .evidence("place", self.material.where_in_words(&anchor.place))
            .evidence("spki-sha256", hex::encode(anchor.spki_sha256))
            .about(Subject::anchor(&anchor.name));
        match &anchor.sha256 {
            Some(sha256) => finding.evidence("sha256", hex::encode(sha256)),
            None => finding,
        }
    }

    fn damages(&self) -> Vec<Finding> {
        let finding = |damage: &crate::material::Damage| {
            let (rule, help) = match damage.kind {
                DamageKind::Broken => (
                    &INSPECTED_TRUNCATED,
                    "fetch the file again, or build it again, and compare its length",
                ),
                DamageKind::NotRead => (
                    &INSPECTED_BLOCK_NOT_READ,
                    "write it as a plain certificate: openssl x509 -in FILE -out FILE",
                ),
            };
            let place = self.material.where_in_words(&damage.place);
            let message = format!("{}, {place}: {}", self.name(), damage.what);
            Finding::new(
                rule,
                self.material.location(&damage.place),
                "cannot be read",
                message,
            )
            .help(help)
            .evidence("place", &place)
            .about(Subject::item(place))
        };
        self.material.damages.iter().map(finding).collect()
    }

    fn nothing(&self) -> Option<Finding> {
        self.outlook.anchors.is_empty().then(|| {
            let message = format!("{} holds no trust anchor: no PEM, no DER, no ESP-IDF bundle, no store", self.name());
            Finding::new(&INSPECTED_NOTHING_FOUND, self.whole(), "nothing found", message)
                .help("inspect the file that has them: the application image, ca.pem or the header; an encrypted image cannot be read")
                .about(Subject::item(self.name()))
        })
    }

    fn dark(&self) -> Option<Finding> {
        let asked = self.question.owner.as_deref();
        let Some(dark) = self.outlook.dark_on() else {
            let known = self
                .outlook
                .anchors
                .iter()
                .any(|anchor| anchor.known != Known::Unknown);
            let never = known && self.outlook.last_day().is_none();
            return never.then(|| {
                let whose = asked.map_or_else(
                    || "any CA that is known".to_owned(),
                    |owner| format!("{owner}'s customers"),
                );
                let message = format!("devices with {} reach no server of {whose}", self.name());
                self.dark_finding(Severity::Error, message)
            });
        };
        if self.question.until.is_some_and(|until| until < dark) {
            return None;
        }
        let passed = dark <= self.question.as_of;
        let severity = if passed || self.question.until.is_some() {
            Severity::Error
        } else {
            Severity::Warning
        };
        let tense = if passed { "went" } else { "go" };
        let reach = self.outlook.last_reach()?;
        let because = if reach.cause.is_empty() {
            String::new()
        } else {
            format!(" ({})", reach.cause)
        };
        let message = format!(
            "devices with {} {tense} dark on {dark}: the last to be lost is {}{because}",
            self.name(),
            reach.owner
        );
        Some(
            self.dark_finding(severity, message)
                .evidence("dark-on", dark),
        )
    }

    fn dark_finding(&self, severity: Severity, message: String) -> Finding {
        Finding::new(&INSPECTED_GOES_DARK, self.whole(), "goes dark", message)
            .severity(severity)
            .help("ship other anchors before that day; `cargo xtask init` makes a policy that proves how long they last")
            .about(Subject::item(self.name()))
    }

    fn expired(&self, anchor: &Identified) -> Option<Finding> {
        let not_after = anchor.not_after.filter(|day| *day < self.question.as_of)?;
        let message = format!("{} ended on {not_after}", anchor.name);
        let finding = self.about_anchor(&INSPECTED_ANCHOR_EXPIRED, anchor, "ended", message);
        Some(
            finding
                .evidence("not-after", not_after)
                .help("take it out, and add the root that chains lead to today"),
        )
    }

    fn no_root(&self, anchor: &Identified) -> Option<Finding> {
        let what = match anchor.kind {
            AnchorKind::Intermediate => "an intermediate, and CAs replace these without notice",
            AnchorKind::Leaf => "a server's own certificate, and servers renew these within months",
            AnchorKind::Root | AnchorKind::Unknown => return None,
        };
        let message = format!("{} is no root: it is {what}", anchor.name);
        let finding = self.about_anchor(&INSPECTED_NOT_A_ROOT, anchor, "not a root", message);
        Some(
            finding.help(
                "trust the root above it; to trust one key alone use an SPKI pin with a backup",
            ),
        )
    }

    fn unknown(&self, anchor: &Identified) -> Option<Finding> {
        (anchor.known == Known::Unknown).then(|| {
            let message = format!(
                "{} has no known certificate: nobody can say when it ends",
                anchor.name
            );
            let finding =
                self.about_anchor(&INSPECTED_UNKNOWN_ANCHOR, anchor, "not known", message);
            finding.help("inspect the PEM file that the bundle was made from, which has the dates")
        })
    }

    fn weak(&self, anchor: &Identified) -> Option<Finding> {
        let store = self.store_of(anchor)?;
        (!store.verifier.verifies_with(&anchor.key)).then(|| {
            let message = format!(
                "{} has a key ({}) that {} cannot verify with",
                anchor.name,
                anchor.key,
                store.verifier.word()
            );
            let finding = self.about_anchor(&INSPECTED_WEAK_KEY, anchor, "this key", message);
            finding
                .evidence("key", &anchor.key)
                .help("take it out, and add the root that replaced it")
        })
    }

    fn store_of(&self, anchor: &Identified) -> Option<&super::StoreOutlook> {
        let place = self
            .outlook
            .anchors
            .iter()
            .position(|other| std::ptr::eq(other, anchor))?;
        self.outlook
            .stores
            .iter()
            .find(|store| store.anchors.contains(&place))
    }

    fn one_owner(&self) -> Option<Finding> {
        let owners: BTreeSet<_> = self
            .outlook
            .anchors
            .iter()
            .map(|anchor| anchor.owner.as_ref())
            .collect();
        let [Some(owner)] = owners.into_iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        let count = counted(self.outlook.anchors.len(), "anchor");
        let message = format!("all trust is in one CA owner: {owner} ({count})");
        let finding = Finding::new(&INSPECTED_ONE_OWNER, self.whole(), "one owner", message);
        Some(
            finding
                .help("add a root of a second owner, and a server that has a certificate of it")
                .about(Subject::item(owner)),
        )
    }

    fn duplicates(&self) -> Vec<Finding> {
        let mut first: BTreeMap<(usize, &[u8]), &Identified> = BTreeMap::new();
        let mut findings = Vec::new();
        for anchor in self
            .outlook
            .anchors
            .iter()
            .filter(|anchor| anchor.form.is_bundle())
        {
            let key = (anchor.within.unwrap_or_default(), anchor.subject.as_slice());
            match first.get(&key) {
                None => drop(first.insert(key, anchor)),
                Some(earlier) => {
                    let message = format!(
                        "the bundle has two entries with the name {}: only one is ever tried",
                        anchor.name
                    );
                    let finding =
                        self.about_anchor(&INSPECTED_DUPLICATE_NAME, anchor, "the second", message);
                    let earlier = self.material.where_in_words(&earlier.place);
                    findings.push(
                        finding
                            .evidence("first", earlier)
                            .help("keep the one that the servers' chains lead to, or use PEM"),
                    );
                }
            }
        }
        findings
    }

    /// Whether an anchor is verified with by mbedTLS.
    fn has_mbedtls(&self) -> bool {
        let mbedtls = |model: VerifierModel| model.word().starts_with("esp-idf");
        self.outlook
            .stores
            .iter()
            .any(|store| mbedtls(store.verifier))
    }

    fn no_dates(&self, config: &Sdkconfig) -> Option<Finding> {
        let setting = config.time_checks();
        (!setting.is_yes() && self.has_mbedtls()).then(|| {
            let message = "your expiry policy is not enforced on the device: mbedTLS checks no dates";
            let finding = Finding::new(&INSPECTED_EXPIRY_NOT_ENFORCED, line(config, setting), said(setting), message);
            finding
                .help("set CONFIG_MBEDTLS_HAVE_TIME_DATE=y and the clock before the first connection, or know it")
                .about(Subject::item(&config.file.name))
        })
    }

    fn no_cross_signs(&self, config: &Sdkconfig) -> Option<Finding> {
        let setting = config.cross_signed_verification();
        let bundle = self
            .outlook
            .anchors
            .iter()
            .any(|anchor| anchor.form.is_bundle());
        (bundle && !setting.is_yes()).then(|| {
            let message = "a chain that goes on to an older root is refused, although the newer one is in the bundle";
            let finding = Finding::new(&INSPECTED_CROSS_SIGNED_OFF, line(config, setting), said(setting), message);
            finding
                .help("set CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y")
                .about(Subject::item(&config.file.name))
        })
    }

    fn buffer(&self, config: &Sdkconfig) -> Option<Finding> {
        let (bytes, number) = config.input_buffer().filter(|_| self.has_mbedtls())?;
        let (needed, owner) = self.longest_chain()?;
        (bytes < needed).then(|| {
            let message = format!("the TLS input buffer has {bytes} bytes, and a chain of {owner} has at least {needed}");
            let finding = Finding::new(&INSPECTED_BUFFER_TOO_SMALL, line(config, Setting::Yes(number)), "too small", message);
            finding
                .evidence("bytes", bytes)
                .evidence("needed", needed)
                .help("set CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=16384")
                .about(Subject::item(&config.file.name))
        })
    }

    /// The fewest bytes of the longest chain that an owner in question sends now or later, and whose it is.
    fn longest_chain(&self) -> Option<(usize, String)> {
        let reaches = self.outlook.stores.iter().flat_map(|store| &store.reaches);
        let asked: BTreeSet<_> = reaches
            .filter_map(|reach| Some((&reach.owner, reach.key_type?)))
            .collect();
        let world = World {
            hierarchy: self.hierarchy,
            calendar: self.facts.calendar,
            known_on: self.question.as_of,
        };
        let lengths = asked.into_iter().flat_map(|(owner, key_type)| {
            let served = Served::new(&declaration(owner, key_type), &world);
            let current = served
                .alternatives
                .iter()
                .filter(|one| one.until >= self.question.as_of);
            let chains = current.filter_map(|one| served.chains.get(one.chain?));
            chains
                .map(|chain| (self.fewest_bytes(chain), owner.clone()))
                .collect::<Vec<_>>()
        });
        lengths.max()
    }

    /// Of certificates in hand their length, else what their key and signature have at least.
    fn fewest_bytes(&self, chain: &SentChain) -> usize {
        let issuing = self
            .hierarchy
            .key(chain.below)
            .map_or(0, |key| signature_bytes(&key.kind));
        let certificates = chain
            .certificates
            .iter()
            .filter_map(|id| self.hierarchy.certificate(*id));
        certificates.fold(issuing, |sum, certificate| sum + self.at_least(certificate))
    }

    fn at_least(&self, certificate: &CaCertificate) -> usize {
        let kind = |key| self.hierarchy.key(key).map(|key| &key.kind);
        let own = kind(certificate.key).map_or(0, key_bytes);
        let signed = certificate
            .issuers
            .first()
            .and_then(|key| kind(*key))
            .map_or(0, signature_bytes);
        certificate.der_length.unwrap_or(own + signed)
    }
}

/// The line that says it, else the first of the file.
fn line(config: &Sdkconfig, setting: Setting) -> Location {
    let (Setting::Yes(number) | Setting::No(number)) = setting else {
        return Location::whole(&config.file);
    };
    let mut start = 0;
    for (at, text) in config.file.text.split_inclusive('\n').enumerate() {
        if at + 1 == number {
            return Location::new(&config.file, start..start + text.trim_end().len());
        }
        start += text.len();
    }
    Location::whole(&config.file)
}

fn said(setting: Setting) -> &'static str {
    match setting {
        Setting::Yes(_) => "set",
        Setting::No(_) => "not set",
        Setting::Unsaid => "not said: ESP-IDF's default is no",
    }
}

/// Bytes of a public key, without what stands around it.
fn key_bytes(key: &PublicKey) -> usize {
    match key {
        PublicKey::Rsa(bits) => bits / 8,
        PublicKey::P256 => 64,
        PublicKey::P384 => 96,
        PublicKey::P521 => 132,
        PublicKey::Ed25519 => 32,
        PublicKey::Other(_) => 0,
    }
}

/// Bytes of a signature with it, likewise.
fn signature_bytes(key: &PublicKey) -> usize {
    match key {
        PublicKey::Ed25519 => 64,
        other => key_bytes(other),
    }
}
