//! Who signs, rescues and builds again.

use super::edits::{
    AUDIT, DEVELOPMENT_KEY, NO_RESCUE, POLICY, RESCUE, SECOND_KEY, THRESHOLD_1, THRESHOLD_2,
    TWO_KEYS,
};
use super::{Pair, pair};
use crate::support::Edit::Replace;

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "threshold lower",
        &[SECOND_KEY, THRESHOLD_2],
        &[THRESHOLD_1],
        "weakens: update signatures needed go from 2 to 1",
    ),
    pair(
        "threshold higher",
        &[SECOND_KEY],
        &[THRESHOLD_2],
        "weakens nothing: update signatures needed go from 1 to 2",
    ),
    pair(
        "key added",
        &[],
        &[SECOND_KEY],
        "weakens: one more key can sign updates: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (release)",
    ),
    pair(
        "key removed",
        &[SECOND_KEY],
        &[Replace(POLICY, TWO_KEYS, DEVELOPMENT_KEY)],
        "weakens nothing: a key can sign updates no longer: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (release)",
    ),
    pair(
        "key in another role",
        &[SECOND_KEY],
        &[Replace(
            POLICY,
            "role = \"release\"",
            "role = \"development\"",
        )],
        "weakens: one more key can sign updates: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (development)",
    ),
    pair(
        "rescue added",
        &[NO_RESCUE],
        &[RESCUE],
        "weakens: [rescue] is added (threshold 2, 2 keys)",
    ),
    pair(
        "rescue removed",
        &[],
        &[NO_RESCUE],
        "weakens: [rescue] is removed (threshold 2, 2 keys)",
    ),
    pair(
        "rescue threshold lower",
        &[],
        &[Replace(
            POLICY,
            "[rescue]\nthreshold = 2",
            "[rescue]\nthreshold = 1",
        )],
        "weakens: rescue signatures needed go from 2 to 1",
    ),
    pair(
        "audit added",
        &[],
        &[AUDIT],
        "weakens nothing: [audit] is added (threshold 2, 2 builders)",
    ),
    pair(
        "audit by one operator",
        &[AUDIT],
        &[Replace(POLICY, "distinct = 2\n", "distinct = 1\n")],
        "weakens: operators that must agree go from 2 to 1",
    ),
    pair(
        "audit by another builder",
        &[AUDIT],
        &[Replace(
            POLICY,
            "operator = \"them\"",
            "operator = \"friends\"",
        )],
        "weakens: one more builder counts: two of \"friends\", RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c",
    ),
];
