//! When shipped releases lose their servers, before and after.

use serde::Serialize;

use super::earlier;
use crate::date::Date;
use crate::forecast::{Forecast, ReleaseForecast, SubjectKind};

/// A shipped release, before and after a change.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReleaseEffect {
    /// Its version.
    pub version: String,
    /// How many devices run it, where somebody counts them: in the head's ledger.
    pub units: Option<u64>,
    /// Whether the base's ledger has it, and its forecast could be made.
    pub known_before: bool,
    /// First day on which it may have lost its servers, by the base; `None`: it is held to its end of service.
    pub lost_before: Option<Date>,
    /// The same by the head.
    pub lost_after: Option<Date>,
}

impl ReleaseEffect {
    /// Whether devices run it that lose their servers, or lose them earlier, by the change.
    pub fn is_stranded(&self) -> bool {
        self.known_before && self.units != Some(0) && earlier(self.lost_before, self.lost_after)
    }
}

/// The releases of the head.
pub(super) fn compare(base: Option<&Forecast>, head: Option<&Forecast>) -> Vec<ReleaseEffect> {
    let of_base: Vec<_> = base.into_iter().flat_map(shipped).collect();
    let effect = |after: &ReleaseForecast| {
        let before = of_base.iter().find(|before| before.name == after.name);
        ReleaseEffect {
            version: after.name.clone(),
            units: after.units,
            known_before: before.is_some(),
            lost_before: before.and_then(|before| lost(before)),
            lost_after: lost(after),
        }
    };
    head.into_iter().flat_map(shipped).map(effect).collect()
}

fn shipped(forecast: &Forecast) -> impl Iterator<Item = &ReleaseForecast> {
    let releases = forecast.releases.iter();
    releases.filter(|release| release.kind == SubjectKind::Release)
}

fn lost(release: &ReleaseForecast) -> Option<Date> {
    release.loss.as_ref().map(|loss| loss.earliest)
}
