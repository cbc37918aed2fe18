//! The ledger.

use super::edits::{PUBLISHED_RESCUE, RELEASE, RESCUE_STORE};
use super::{Pair, pair};
use crate::support::Edit::{Remove, Replace};

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "a release is forgotten",
        &[],
        &[Remove(RELEASE)],
        "weakens: release 1.0.4 is removed (released 2026-03-19, units 12000)",
    ),
    pair(
        "fewer devices",
        &[],
        &[Replace(RELEASE, "units = 12000", "units = 9000")],
        "weakens nothing: release 1.0.4: units goes from 12000 to 9000",
    ),
    pair(
        "no devices any more",
        &[],
        &[Replace(RELEASE, "units = 12000", "units = 0")],
        "weakens: release 1.0.4: units goes from 12000 to 0",
    ),
    pair(
        "a published rescue store is forgotten",
        &[PUBLISHED_RESCUE],
        &[Remove(RESCUE_STORE)],
        "weakens: rescue store 4 is removed (issued 2026-05-04, 0 releases)",
    ),
    pair(
        "a record is rewritten",
        &[],
        &[Replace(
            RELEASE,
            "verifier = \"perennial\"",
            "verifier = \"esp-idf-pem\"",
        )],
        "weakens: release 1.0.4: verifier goes from perennial to esp-idf-pem",
    ),
];
