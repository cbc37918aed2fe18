//! Waivers and pins.

use super::edits::{PINS, POLICY, WAIVER};
use super::{Pair, pair};
use crate::support::Edit::Replace;

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "waiver added",
        &[],
        &[WAIVER],
        "weakens: waiver of A104 for anchor ISRG Root X2 is added (expires 2027-06-30, reason \"looked at\")",
    ),
    pair(
        "waiver longer",
        &[WAIVER],
        &[Replace(
            POLICY,
            "expires = \"2027-06-30\"",
            "expires = \"2031-06-30\"",
        )],
        "weakens: waiver of A104 for anchor ISRG Root X2: expires goes from 2027-06-30 to 2031-06-30",
    ),
    pair(
        "waiver shorter",
        &[WAIVER],
        &[Replace(
            POLICY,
            "expires = \"2027-06-30\"",
            "expires = \"2027-01-31\"",
        )],
        "weakens nothing: waiver of A104 for anchor ISRG Root X2: expires goes from 2027-06-30 to 2027-01-31",
    ),
    pair(
        "waiver for another anchor",
        &[WAIVER],
        &[Replace(
            POLICY,
            "anchor = \"ISRG Root X2\"",
            "anchor = \"DigiCert TLS ECC P384 Root G5\"",
        )],
        "weakens: waiver of A104 for anchor DigiCert TLS ECC P384 Root G5 is added (expires 2027-06-30, reason \"looked at\")",
    ),
    pair(
        "pins added",
        &[],
        &[PINS],
        "weakens: pin fallback of endpoint failover is added (2 pins, expires 2032-06-30)",
    ),
    pair(
        "pin removed",
        &[PINS],
        &[Replace(
            POLICY,
            "    \"9f9918ae6147e3c99f41ff27816b6d6c5213bb9f8a69bd602f91b39d49988df6\",\n",
            "",
        )],
        "no longer passes: K101 the pins of failover have no backup: it has one key only",
    ),
    pair(
        "pin replaced",
        &[PINS],
        &[Replace(POLICY, "9f9918ae", "9f9918af")],
        "weakens: endpoint failover loses the pin 9f9918ae6147e3c99f41ff27816b6d6c5213bb9f8a69bd602f91b39d49988df6, and 1 more weakening change",
    ),
    pair(
        "pins end earlier",
        &[PINS],
        &[Replace(
            POLICY,
            "expires = \"2032-06-30\"",
            "expires = \"2030-06-30\"",
        )],
        "weakens: pin fallback of endpoint failover: expires goes from 2032-06-30 to 2030-06-30",
    ),
];
