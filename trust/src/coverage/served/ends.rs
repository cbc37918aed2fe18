//! Until when a chain is issued with, and until when a leaf below it can be served.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::calendar::{Confidence, EventFact, EventKind};
use crate::coverage::cause::{Cause, CauseKind};
use crate::coverage::served::{SentChain, World};
use crate::date::Date;
use crate::hierarchy::{CaCertificate, KeyId};
use crate::policy::Sha256;

/// How long a chain lasts.
pub(super) struct End {
    /// Last day on which leaves are issued with it, as far as its certificates and events say.
    pub(super) issued_until: Date,
    /// Last day on which it can be served: the leaf does not outlive the certificate of its issuer.
    pub(super) last: Date,
    /// What ends it.
    pub(super) cause: Arc<Cause>,
}

pub(super) fn of(chain: &SentChain, world: &World<'_>) -> End {
    let certificates: Vec<_> = certificates(chain, world).collect();
    let first_to_end = (certificates.iter())
        .filter(|certificate| !has_longer_twin(certificate, &certificates))
        .min_by_key(|certificate| certificate.not_after);
    let candidates = [
        first_to_end.map(|certificate| certificate_ends(certificate)),
        revocation(&certificates),
        retirement(chain, &certificates, world),
        root_end(chain, &certificates, world),
    ];
    let (until, cause) = candidates
        .into_iter()
        .flatten()
        .min_by_key(|(day, _)| *day)
        .unwrap_or_else(open);
    End {
        issued_until: until,
        last: leaf_ends(chain, &certificates),
        cause: Arc::new(cause),
    }
}

/// Whether another certificate of its key by its issuer is sent, which ends later: nobody needs this one.
fn has_longer_twin(certificate: &CaCertificate, sent: &[&CaCertificate]) -> bool {
    let mut others = sent.iter();
    others.any(|other| {
        (other.key, &other.issuers) == (certificate.key, &certificate.issuers)
            && other.not_after > certificate.not_after
    })
}

/// The last day of a leaf, as far as its issuer's certificate limits it. Certificates above may end before it, and are sent
/// until the next renewal.
fn leaf_ends(chain: &SentChain, certificates: &[&CaCertificate]) -> Date {
    let issuers = certificates
        .iter()
        .filter(|one| one.key == chain.below && !chain.unnamed_issuer);
    let last = issuers.map(|issuer| issuer.not_after).max();
    last.unwrap_or(Date::LAST)
}

fn certificates<'a>(
    chain: &'a SentChain,
    world: &World<'a>,
) -> impl Iterator<Item = &'a CaCertificate> {
    let hierarchy = world.hierarchy;
    chain
        .certificates
        .iter()
        .filter_map(|id| hierarchy.certificate(*id))
}

fn open() -> (Date, Cause) {
    let cause = Cause {
        date: Date::LAST,
        kind: CauseKind::Unknown,
        what: "nothing is known to end it".to_owned(),
        source: "no fact".to_owned(),
        confidence: Confidence::Assumed,
        previously: Vec::new(),
    };
    (Date::LAST, cause)
}

fn certificate_ends(certificate: &CaCertificate) -> (Date, Cause) {
    let cause = Cause {
        date: certificate.not_after,
        kind: CauseKind::CertificateEnds,
        what: format!("{} ends", certificate.in_words()),
        source: "notAfter of the certificate".to_owned(),
        confidence: Confidence::Certificate,
        previously: Vec::new(),
    };
    (certificate.not_after, cause)
}

/// The event that retires the issuer's key, a certificate or key that is sent, or a root above them: whoever distrusts
/// it names the root, and that is hardly ever sent.
fn retirement(
    chain: &SentChain,
    certificates: &[&CaCertificate],
    world: &World<'_>,
) -> Option<(Date, Cause)> {
    let spki = |id: KeyId| world.hierarchy.key(id).map(|key| key.spki_sha256);
    let sent = certificates.iter().map(|certificate| certificate.key);
    let roots = roots(chain, certificates);
    let own = roots.iter().flat_map(|root| own(*root, world));
    let fingerprints: Vec<_> = (certificates.iter().copied().chain(own))
        .map(|certificate| certificate.sha256)
        .collect();
    let keys: Vec<Sha256> = sent
        .chain([chain.below])
        .chain(roots.iter().copied())
        .filter_map(spki)
        .collect();
    let event = retired(world, &keys, &fingerprints)?;
    let names: Vec<_> = event
        .retires
        .iter()
        .map(|named| named.name.as_str())
        .collect();
    let moved = world
        .calendar
        .events()
        .filter(|other| is_earlier_date_of(other, event));
    let cause = Cause {
        date: event.date,
        kind: CauseKind::Retired,
        what: format!("{} uses no longer: {}", event.owner, names.join(", ")),
        source: event.evidence.source.clone(),
        confidence: event.evidence.confidence,
        previously: moved.map(|other| other.date).collect(),
    };
    Some((event.date.plus_days(-1), cause))
}

/// The first of the certificates that is revoked: who follows the rules neither issues below it nor has it sent.
fn revocation(certificates: &[&CaCertificate]) -> Option<(Date, Cause)> {
    let revoked = certificates.iter();
    let revoked = revoked.filter_map(|certificate| Some((certificate.revoked?, certificate)));
    let (day, certificate) = revoked.min_by_key(|(day, _)| *day)?;
    let cause = Cause {
        date: day,
        kind: CauseKind::Retired,
        what: format!("{} is revoked", certificate.in_words()),
        source: "`revoked` of the certificate, in the calendar".to_owned(),
        confidence: Confidence::Observed,
        previously: Vec::new(),
    };
    Some((day.plus_days(-1), cause))
}

/// Whether `other` is an announcement that `event` superseded: of the same owner and kind, about the same.
fn is_earlier_date_of(other: &EventFact, event: &EventFact) -> bool {
    let names = |event: &EventFact| -> Vec<String> {
        event
            .retires
            .iter()
            .map(|named| named.name.clone())
            .collect()
    };
    other.evidence.superseded.is_some()
        && other.owner == event.owner
        && other.kind == event.kind
        && names(other) == names(event)
}

/// The first end of a root above.
fn root_end(
    chain: &SentChain,
    certificates: &[&CaCertificate],
    world: &World<'_>,
) -> Option<(Date, Cause)> {
    let roots = roots(chain, certificates).into_iter();
    roots
        .filter_map(|root| key_end(root, certificates.is_empty(), world))
        .min_by_key(|(day, _)| *day)
}

/// The keys above what is sent: of a root that is sent, and of every issuer that is not.
fn roots(chain: &SentChain, certificates: &[&CaCertificate]) -> Vec<KeyId> {
    if certificates.is_empty() {
        return vec![chain.below];
    }
    let is_sent = |key: &KeyId| certificates.iter().any(|sent| sent.key == *key);
    let above = certificates.iter().flat_map(|certificate| {
        let is_root = certificate.self_issued();
        let issuers = certificate.issuers.iter().copied();
        issuers.filter(move |issuer| is_root || !is_sent(issuer))
    });
    let above: BTreeSet<KeyId> = above.collect();
    above.into_iter().collect()
}

/// The self-issued certificates of a key.
fn own<'a>(id: KeyId, world: &World<'a>) -> impl Iterator<Item = &'a CaCertificate> {
    let hierarchy = world.hierarchy;
    let all = hierarchy
        .key(id)
        .map_or(&[][..], |key| &key.certificates)
        .iter();
    all.filter_map(|id| hierarchy.certificate(*id))
        .filter(|certificate| certificate.self_issued())
}

fn key_end(id: KeyId, alone: bool, world: &World<'_>) -> Option<(Date, Cause)> {
    let key = world.hierarchy.key(id)?;
    let own: Vec<_> = own(id, world).collect();
    let fingerprints: Vec<_> = own.iter().map(|certificate| certificate.sha256).collect();
    let published = world.calendar.key_end(&fingerprints, key.made);
    let published = published.map(|end| (end.date, end.confidence, end.source));
    let not_after = own
        .iter()
        .map(|certificate| certificate.not_after)
        .max()
        .filter(|_| alone);
    let not_after = not_after.map(|day| {
        (
            day,
            Confidence::Certificate,
            "notAfter of the certificate".to_owned(),
        )
    });
    let (day, confidence, source) = published.into_iter().chain(not_after).min()?;
    let cause = Cause {
        date: day,
        kind: CauseKind::RootEnds,
        what: format!("{} ends", key.name),
        source,
        confidence,
        previously: Vec::new(),
    };
    Some((day, cause))
}

/// Which event retires a certificate or key first.
fn retired<'a>(
    world: &World<'a>,
    keys: &[Sha256],
    certificates: &[Sha256],
) -> Option<&'a EventFact> {
    let own_end = [EventKind::CrossSignExpiry, EventKind::RootExpiry];
    let named = |event: &&EventFact| {
        event.retires.iter().any(|named| {
            let certificate = named
                .sha256
                .is_some_and(|sha256| certificates.contains(&sha256));
            certificate || named.spki_sha256.is_some_and(|spki| keys.contains(&spki))
        })
    };
    let standing = world
        .calendar
        .events()
        .filter(|event| event.evidence.superseded.is_none());
    standing
        .filter(|event| !own_end.contains(&event.kind))
        .find(named)
}
