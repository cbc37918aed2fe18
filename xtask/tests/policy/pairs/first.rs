//! What is added of nothing at all.

use super::edits::{POLICY, WAIVER};
use super::{Pair, pair};
use crate::support::Edit::Replace;

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "first policy",
        &[],
        &[],
        "first policy: 2 anchors and 2 endpoints, held from 2026-11-23 to 2032-06-30 with at least 2 independent paths",
    ),
    pair(
        "first policy that does not pass",
        &[],
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 20",
        )],
        "first policy: does not pass: A103 ISRG Root X2 ends 2040-09-17, 2477 days before service ends (2047-06-30), and 5 more errors",
    ),
    pair(
        "first policy with a waiver",
        &[],
        &[WAIVER],
        "first policy: 2 anchors and 2 endpoints with 1 waiver, held from 2026-11-23 to 2032-06-30 with at least 2 independent paths",
    ),
];
