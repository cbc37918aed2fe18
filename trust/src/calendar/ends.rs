//! When an anchor stops being worth anything: every candidate, earliest first.

use super::{Calendar, Confidence, End, EndCause, EventKind, LifecycleRule, Removal, RootFact};
use crate::anchors::Certificate;
use crate::date::Date;
use crate::policy::{RequiredRoot, Sha256};

/// The day a key was made, and how that is known.
struct KeyMade {
    date: Date,
    evidence: String,
}

impl Calendar {
    /// Every end that is known for this anchor, earliest first; the first one is its *effective end*.
    /// Never empty: notAfter is always there. Of two ends on one day the better known one comes first.
    pub fn ends(&self, certificate: &Certificate, root: Option<&RequiredRoot>) -> Vec<End> {
        let mut ends = vec![End {
            date: certificate.not_after,
            cause: EndCause::NotAfter,
            confidence: Confidence::Certificate,
            source: "notAfter of the certificate".to_owned(),
        }];
        ends.extend(self.owner_ends(certificate));
        ends.extend(self.event_ends(certificate));
        ends.extend(self.programme_ends(certificate));
        ends.extend(root.and_then(policy_end));
        ends.sort_by(|a, b| {
            let key = |end: &End| (end.date, end.confidence);
            key(a).cmp(&key(b)).then_with(|| a.source.cmp(&b.source))
        });
        ends.dedup();
        ends
    }

    /// The end of a root key that its owner or the programmes give it, whatever notAfter says: where its
    /// self-issued certificates have these fingerprints and the key was made on this day. Events are left out.
    pub(crate) fn key_end(&self, fingerprints: &[Sha256], made: Option<Date>) -> Option<End> {
        let facts = fingerprints
            .iter()
            .flat_map(|sha256| self.roots_with(sha256));
        let facts: Vec<_> = facts
            .filter(|fact| fact.evidence.superseded.is_none())
            .collect();
        let published = facts.iter().filter_map(|fact| {
            Some(End {
                date: fact.effective_end?,
                cause: EndCause::Owner,
                confidence: fact.evidence.confidence,
                source: fact.evidence.source.clone(),
            })
        });
        let recorded = facts.iter().filter_map(|fact| fact.key_created).min();
        let made = recorded.or(made).map(|date| KeyMade {
            date,
            evidence: "the earliest known date of the key".to_owned(),
        });
        let programmes = facts.iter().find_map(|fact| fact.programmes.as_ref());
        let concerns = |rule: &&LifecycleRule| {
            programmes.is_none_or(|list| rule.programmes.iter().any(|p| list.contains(p)))
        };
        let rules = self
            .lifecycle_rules()
            .filter(|rule| rule.evidence.superseded.is_none());
        let removed = rules.filter(concerns).filter_map(|rule| {
            let made = made.as_ref().filter(|made| rule.covers(made.date))?;
            Some(rule.end(made))
        });
        published
            .chain(removed)
            .min_by_key(|end| (end.date, end.confidence))
    }

    /// Facts about this root that still stand, in file order.
    fn standing_facts(&self, certificate: &Certificate) -> impl Iterator<Item = &RootFact> {
        self.roots_of(certificate)
            .filter(|fact| fact.evidence.superseded.is_none())
    }

    fn owner_ends(&self, certificate: &Certificate) -> Vec<End> {
        let published = |fact: &RootFact| {
            Some(End {
                date: fact.effective_end?,
                cause: EndCause::Owner,
                confidence: fact.evidence.confidence,
                source: fact.evidence.source.clone(),
            })
        };
        self.standing_facts(certificate)
            .filter_map(published)
            .collect()
    }

    /// Events that retire the *key* of the anchor. An event that retires a cross-certificate does not: as an
    /// anchor its key goes on.
    fn event_ends(&self, certificate: &Certificate) -> Vec<End> {
        self.events_retiring(certificate)
            .filter(|event| event.evidence.superseded.is_none())
            // The certificate itself says when it expires.
            .filter(|event| event.kind != EventKind::RootExpiry)
            .map(|event| End {
                date: event.date,
                cause: match event.kind {
                    EventKind::Distrust => EndCause::Programme,
                    _ => EndCause::Owner,
                },
                confidence: event.evidence.confidence,
                source: event.evidence.source.clone(),
            })
            .collect()
    }

    fn programme_ends(&self, certificate: &Certificate) -> Vec<End> {
        let Some(made) = self.key_made(certificate) else {
            return Vec::new();
        };
        let programmes = self
            .standing_facts(certificate)
            .find_map(|fact| fact.programmes.as_ref());
        let concerns = |rule: &&LifecycleRule| {
            programmes.is_none_or(|list| rule.programmes.iter().any(|p| list.contains(p)))
        };
        self.lifecycle_rules()
            .filter(|rule| rule.evidence.superseded.is_none() && rule.covers(made.date))
            .filter(concerns)
            .map(|rule| rule.end(&made))
            .collect()
    }

    /// A recorded date, else the earliest notBefore of a self-issued certificate with this key. A certificate
    /// that is neither a root nor shares a root's key is in no programme: `None`.
    fn key_made(&self, certificate: &Certificate) -> Option<KeyMade> {
        let recorded = self
            .standing_facts(certificate)
            .filter_map(|fact| Some((fact.key_created?, &fact.evidence.source)))
            .min();
        if let Some((date, source)) = recorded {
            let evidence = format!("recorded: {source}");
            return Some(KeyMade { date, evidence });
        }
        let known = self
            .certificates_with_key(certificate)
            .filter(|fact| fact.self_issued())
            .map(|fact| fact.not_before);
        let own = certificate.self_issued.then_some(certificate.not_before);
        Some(KeyMade {
            date: known.chain(own).min()?,
            evidence: "the earliest known notBefore of a self-signed certificate with this key"
                .to_owned(),
        })
    }
}

impl LifecycleRule {
    /// Whether it covers a key made on this day.
    pub fn covers(&self, made: Date) -> bool {
        self.key_created_from <= made && self.key_created_until.is_none_or(|last| made <= last)
    }

    /// The day on which a key made on this day is removed.
    pub fn removal_of(&self, made: Date) -> Date {
        match self.removal {
            Removal::On(date) => date,
            Removal::YearsAfter(years) => made.plus_years(years),
        }
    }

    fn end(&self, made: &KeyMade) -> End {
        let how = match self.removal {
            Removal::On(date) => format!("removed on {date}"),
            Removal::YearsAfter(years) => format!("removed {years} years after its key was made"),
        };
        End {
            date: self.removal_of(made.date),
            cause: EndCause::Programme,
            confidence: Confidence::Rule,
            source: format!(
                "{}: {how}; key made {} ({})",
                self.evidence.source, made.date, made.evidence
            ),
        }
    }
}

fn policy_end(root: &RequiredRoot) -> Option<End> {
    let end = root.effective_end.as_ref()?;
    let (line, _) = end.at.start();
    Some(End {
        date: end.value,
        cause: EndCause::Policy,
        confidence: Confidence::Policy,
        source: format!("effective-end in {}:{line}", end.at.file.name),
    })
}
