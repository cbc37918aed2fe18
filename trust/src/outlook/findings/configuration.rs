//! What `sdkconfig` makes of it: dates, cross-signs, buffers.

use std::collections::BTreeSet;

use super::Inspection;
use crate::anchors::PublicKey;
use crate::coverage::SentChain;
use crate::coverage::served::{Served, World};
use crate::finding::{Finding, Subject};
use crate::hierarchy::CaCertificate;
use crate::outlook::reach::declaration;
use crate::rules::inspection::{
    INSPECTED_BUFFER_TOO_SMALL, INSPECTED_CROSS_SIGNED_OFF, INSPECTED_EXPIRY_NOT_ENFORCED,
};
use crate::sdkconfig::{Sdkconfig, Setting};

impl Inspection<'_> {
    /// Everything that the configuration is to blame for.
    pub(super) fn configuration(&self, config: &Sdkconfig) -> Vec<Finding> {
        let findings = [
            self.no_dates(config),
            self.no_cross_signs(config),
            self.buffer(config),
        ];
        findings.into_iter().flatten().collect()
    }

    fn no_dates(&self, config: &Sdkconfig) -> Option<Finding> {
        let setting = config.time_checks();
        (!setting.is_yes() && self.has_mbedtls()).then(|| {
            let message = "your expiry policy is not enforced on the device: mbedTLS checks no dates";
            let finding = Finding::new(&INSPECTED_EXPIRY_NOT_ENFORCED, config.location(setting), said(setting), message);
            finding
                .help("set CONFIG_MBEDTLS_HAVE_TIME_DATE=y and the clock before the first connection, or know it")
                .about(Subject::item(config.name()))
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
            let finding = Finding::new(&INSPECTED_CROSS_SIGNED_OFF, config.location(setting), said(setting), message);
            finding
                .help("set CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y")
                .about(Subject::item(config.name()))
        })
    }

    fn buffer(&self, config: &Sdkconfig) -> Option<Finding> {
        let (bytes, number) = config.input_buffer().filter(|_| self.has_mbedtls())?;
        let (needed, owner) = self.longest_chain()?;
        (bytes < needed).then(|| {
            let message = format!("the TLS input buffer has {bytes} bytes, and a chain of {owner} has at least {needed}");
            let finding = Finding::new(&INSPECTED_BUFFER_TOO_SMALL, config.location(Setting::Yes(number)), "too small", message);
            finding
                .evidence("bytes", bytes)
                .evidence("needed", needed)
                .help("set CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=16384")
                .about(Subject::item(config.name()))
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
            let served = Served::new(&declaration(owner, key_type, self.facts), &world);
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
