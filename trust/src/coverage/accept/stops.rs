//! Verifiers that stop at a trusted issuer, also where it has ended.

use super::Walk;
use crate::date::Date;
use crate::hierarchy::{CaCertificate, KeyId};

impl Walk<'_, '_> {
    /// The days on which the search goes on above a certificate. Some stop at a trusted issuer,
    /// also on days on which that has ended: what was sent is asked for an issuer only where the store has none at all
    /// (mbedTLS, `x509_crt_find_parent`; OpenSSL, `X509_V_FLAG_TRUSTED_FIRST`).
    pub(super) fn goes_on(
        &self,
        at: Option<usize>,
        issuers: &[KeyId],
        days: (Date, Date),
    ) -> Vec<(Date, Date)> {
        let model = self.carriers.model;
        if !model.stops_at_ended.is_checked() || !model.anchor_dates.is_checked() {
            return vec![days];
        }
        let anchors = self
            .carriers
            .anchors
            .iter()
            .map(|anchor| anchor.certificate);
        let signs =
            |anchor: &&CaCertificate| issuers.contains(&anchor.key) && self.names_agree(at, anchor);
        let trusted = anchors.filter(signs);
        let mut ranges: Vec<_> = trusted
            .map(|anchor| (anchor.not_before, anchor.not_after))
            .collect();
        if ranges.is_empty() {
            return vec![days];
        }
        ranges.sort_unstable();
        let mut joined: Vec<(Date, Date)> = Vec::new();
        for (from, until) in ranges {
            match joined.last_mut() {
                Some(last) if from <= last.1.plus_days(1) => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        let within = joined
            .into_iter()
            .map(|(from, until)| (from.max(days.0), until.min(days.1)));
        within.filter(|(from, until)| from <= until).collect()
    }
}
