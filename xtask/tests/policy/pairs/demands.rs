//! What is demanded, and of which product.

use super::edits::POLICY;
use super::{Pair, pair};
use crate::support::Edit::Replace;

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "fewer paths demanded",
        &[],
        &[
            Replace(POLICY, "independent-paths = 2", "independent-paths = 1"),
            Replace(POLICY, "distinct-owners = 2", "distinct-owners = 1"),
        ],
        "weakens: distinct owners demanded go from 2 to 1, and 1 more weakening change",
    ),
    pair(
        "rescue counts as a path",
        &[],
        &[Replace(
            POLICY,
            "distinct-owners = 2\n",
            "distinct-owners = 2\ncount-rescue = true\n",
        )],
        "weakens: whether rescue keys count as a path goes from false to true",
    ),
    pair(
        "fewer days remaining",
        &[],
        &[Replace(
            POLICY,
            "min-remaining-days = 1825",
            "min-remaining-days = 365",
        )],
        "weakens: days that each anchor must have left go from 1825 to 365",
    ),
    pair(
        "more days remaining than there are",
        &[],
        &[Replace(
            POLICY,
            "min-remaining-days = 1825",
            "min-remaining-days = 3650",
        )],
        "weakens nothing: days that each anchor must have left go from 1825 to 3650",
    ),
    pair(
        "programme end is a warning",
        &[],
        &[Replace(
            POLICY,
            "programme-end = \"deny\"",
            "programme-end = \"warn\"",
        )],
        "weakens: programme-end goes from deny to warn",
    ),
    pair(
        "shorter service",
        &[],
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 4",
        )],
        "weakens: the end of service goes from 2032-06-30 to 2031-06-30",
    ),
    pair(
        "longer service",
        &[],
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 6",
        )],
        "no longer passes: E104 endpoint primary is lost on 2032-09-03: Root YE signed by ISRG Root X2 ends; the last path that accepted it ended the day before (unknown)",
    ),
    pair(
        "service beyond the roots",
        &[],
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 20",
        )],
        "no longer passes: A103 DigiCert TLS ECC P384 Root G5 ends 2046-01-14, 532 days before service ends (2047-06-30), and 5 more new errors",
    ),
    pair(
        "fewer days offline",
        &[],
        &[Replace(
            POLICY,
            "longest-offline-days = 180",
            "longest-offline-days = 90",
        )],
        "weakens: days that a device may be offline and still update go from 180 to 90",
    ),
    pair(
        "another verifier",
        &[],
        &[Replace(
            POLICY,
            "verifier = \"perennial\"",
            "verifier = \"esp-idf-pem\"",
        )],
        "weakens: the verifier of the firmware goes from perennial to esp-idf-pem",
    ),
    pair(
        "an older sequence",
        &[Replace(POLICY, "store-sequence = 1", "store-sequence = 4")],
        &[Replace(POLICY, "store-sequence = 4", "store-sequence = 3")],
        "weakens: store-sequence goes from 4 to 3",
    ),
    pair(
        "another product",
        &[],
        &[Replace(
            POLICY,
            "name = \"perennial-reference\"",
            "name = \"sensor\"",
        )],
        "weakens nothing: the product's name goes from perennial-reference to sensor",
    ),
];
