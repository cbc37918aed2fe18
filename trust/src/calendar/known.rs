//! The calendar as it was: what a team could have known on a day.

use super::{Calendar, Evidence};
use crate::date::Date;

impl Calendar {
    /// The facts that were public on `date`, for [`crate::coverage`] and the checks: the question "would this have
    /// been refused then?" must not be answered from what came later.
    ///
    /// A fact was public from the day it was `announced`. Without that day: an event or a chain from the day it
    /// takes effect, a certificate from its notBefore; owners, roots and lifecycle rules are known on every day,
    /// because they describe and do not foretell, or can only shorten. A fact that was superseded later than
    /// `date` still stands; one that was superseded by then stays in the calendar, marked, and counts for nothing.
    #[must_use]
    pub fn known_on(&self, date: Date) -> Self {
        let keep =
            |evidence: &Evidence, otherwise: Date| evidence.announced.unwrap_or(otherwise) <= date;
        let mut known = self.clone();
        known
            .certificates
            .retain(|f| keep(&f.evidence, f.not_before));
        known.chains.retain(|f| keep(&f.evidence, f.from));
        known.events.retain(|f| keep(&f.evidence, f.date));
        known
            .lifecycle_rules
            .retain(|f| keep(&f.evidence, Date::FIRST));
        known.owners.retain(|f| keep(&f.evidence, Date::FIRST));
        known.roots.retain(|f| keep(&f.evidence, Date::FIRST));
        known.stand_again(date);
        known.rebuild_index();
        known
    }

    /// What was superseded, or revoked, after `date` was not yet.
    fn stand_again(&mut self, date: Date) {
        let not_yet = |day: Option<Date>| day.filter(|day| *day <= date);
        let all = (self.certificates.iter_mut().map(|f| &mut f.evidence))
            .chain(self.chains.iter_mut().map(|f| &mut f.evidence))
            .chain(self.events.iter_mut().map(|f| &mut f.evidence))
            .chain(self.lifecycle_rules.iter_mut().map(|f| &mut f.evidence))
            .chain(self.owners.iter_mut().map(|f| &mut f.evidence))
            .chain(self.roots.iter_mut().map(|f| &mut f.evidence));
        for evidence in all {
            evidence.superseded = not_yet(evidence.superseded);
        }
        for fact in &mut self.certificates {
            fact.revoked = not_yet(fact.revoked);
        }
    }
}
