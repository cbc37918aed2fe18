//! When leaves are replaced.

use crate::date::Date;

/// How an endpoint's leaves live.
#[derive(Clone, Debug, Default)]
pub(super) struct Renewal {
    /// Lifetime in days, as declared.
    pub(super) days: Option<u32>,
    /// From each of these days on, leaves live at most so long; by day.
    pub(super) limits: Vec<(Date, u32)>,
    /// Days that a renewal may be earlier than its rule.
    pub(super) slack: u32,
    /// The leaf that is known to be served.
    pub(super) leaf: Option<KnownLeaf>,
}

/// A leaf that is known to be served.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownLeaf {
    /// First day, where it is known.
    pub(super) first: Option<Date>,
    /// Last day.
    pub(super) last: Date,
}

impl Renewal {
    /// The longest life of a leaf that is issued on `day`, in days.
    pub(super) fn life(&self, day: Date) -> Option<u32> {
        let limits = self.limits.iter().filter(|(from, _)| *from <= day);
        let limits = limits.map(|(_, days)| *days);
        limits.chain(self.days).min().map(|days| days.max(1))
    }

    /// The last day on which a leaf that was issued in `first..=last` may be served: the day before its end, because
    /// on that day the next one counts. [`Date::LAST`] when nobody knows.
    pub(super) fn last_served(&self, first: Date, last: Date) -> Date {
        let Some(life) = self.life(last).filter(|_| last < Date::LAST) else {
            return Date::LAST;
        };
        let end = |day: Date, life: u32| day.plus_days(i64::from(life) - 1);
        // A leaf from before a limit outlives those from after it.
        let before = self.limits.iter().map(|(from, _)| from.plus_days(-1));
        let before = before.filter(|day| first <= *day && *day < last);
        let longer = before.filter_map(|day| Some(end(day, self.life(day)?)));
        longer.fold(end(last, life), Date::max)
    }

    /// First day of the known leaf, where it and so its lifetime are known.
    pub(super) fn leaf_first(&self) -> Option<Date> {
        let leaf = self.leaf?;
        leaf.first
            .or_else(|| Some(leaf.last.plus_days(-i64::from(self.days?))))
    }

    /// First day on which the known leaf may be replaced, where its lifetime is known.
    pub(super) fn replaced_from(&self) -> Option<Date> {
        let (leaf, first) = (self.leaf?, self.leaf_first()?);
        let life = leaf.last.days_since(first).max(0);
        let window = life / 3 + i64::from(self.slack);
        Some(leaf.last.plus_days(-window).max(first))
    }
}
