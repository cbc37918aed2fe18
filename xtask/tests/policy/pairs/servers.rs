//! Anchors and endpoints.

use super::edits::{
    FAILOVER, NO_THIRD_ROOT, ONE_PATH, POLICY, PRIMARY, THIRD_ENDPOINT, THIRD_ROOT, THIRD_SERVER,
};
use super::{Pair, pair};
use crate::support::Edit::Replace;

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "anchor removed that the failover needs",
        &[],
        &[Replace(
            POLICY,
            "[[required-root]]\nname = \"DigiCert TLS ECC P384 Root G5\"\nsha256 = \"018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05\"\nreason = \"failover server: another owner, another key\"\n\n",
            "",
        )],
        "no longer passes: E101 no anchor of the store leads to endpoint failover",
    ),
    pair(
        "anchor added",
        &[],
        &[THIRD_ROOT],
        "no longer passes: A104 ISRG Root X1 is retired by its owner 2030-06-04, 757 days before service ends (2032-06-30)",
    ),
    pair(
        "anchor added that nothing needs",
        &[],
        &[Replace(
            POLICY,
            "[[endpoint]]\nname = \"primary\"",
            "[[required-root]]\nname = \"DigiCert TLS RSA4096 Root G5\"\nsha256 = \"371a00dc0533b3721a7eeb40e8419e70799d2b0a0f2c1d80693165f7cec4ad75\"\nreason = \"to be sure\"\n\n[[endpoint]]\nname = \"primary\"",
        )],
        "weakens: anchor DigiCert TLS RSA4096 Root G5 is added (reason \"to be sure\")",
    ),
    pair(
        "anchor removed that nothing needs",
        &[THIRD_ROOT],
        &[NO_THIRD_ROOT],
        "weakens: anchor ISRG Root X1 is removed (reason \"servers that still send the RSA chain\")",
    ),
    pair(
        "server and its anchor removed where one path is enough",
        &[ONE_PATH],
        &[
            Replace(
                POLICY,
                "[[required-root]]\nname = \"DigiCert TLS ECC P384 Root G5\"\nsha256 = \"018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05\"\nreason = \"failover server: another owner, another key\"\n\n",
                "",
            ),
            Replace(POLICY, FAILOVER, ""),
        ],
        "weakens: independent paths on the worst day go from 2 to 1 (2026-11-23); 2 changes, the gravest: anchor DigiCert TLS ECC P384 Root G5 is removed (reason \"failover server: another owner, another key\")",
    ),
    pair(
        "a long reason and another one",
        &[],
        &[
            Replace(
                POLICY,
                "reason = \"failover server: another owner, another key\"",
                "reason = \"a reason that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on\"",
            ),
            THIRD_ENDPOINT,
        ],
        "weakens nothing: anchor DigiCert TLS ECC P384 Root G5: reason goes from \"failover server: another owner, another key\" to \"a reason that goes on and on and on and on and on and on and on and on and on and on and on and on…, and 1 more change",
    ),
    pair(
        "another reason",
        &[],
        &[Replace(
            POLICY,
            "reason = \"failover server: another owner, another key\"",
            "reason = \"failover\"",
        )],
        "weakens nothing: anchor DigiCert TLS ECC P384 Root G5: reason goes from \"failover server: another owner, another key\" to failover",
    ),
    pair(
        "anchor ends earlier",
        &[],
        &[Replace(
            POLICY,
            "reason = \"failover server: another owner, another key\"\n",
            "reason = \"failover server: another owner, another key\"\neffective-end = \"2033-01-01\"\n",
        )],
        "weakens nothing: anchor DigiCert TLS ECC P384 Root G5: effective-end is set to 2033-01-01",
    ),
    pair(
        "anchor ends later",
        &[Replace(
            POLICY,
            "reason = \"failover server: another owner, another key\"\n",
            "reason = \"failover server: another owner, another key\"\neffective-end = \"2033-01-01\"\n",
        )],
        &[Replace(
            POLICY,
            "effective-end = \"2033-01-01\"",
            "effective-end = \"2034-01-01\"",
        )],
        "weakens: anchor DigiCert TLS ECC P384 Root G5: effective-end goes from 2033-01-01 to 2034-01-01",
    ),
    pair(
        "endpoint added",
        &[],
        &[THIRD_ENDPOINT],
        "weakens nothing: endpoint third is added (url https://ota.example.org/perennial/)",
    ),
    pair(
        "endpoint removed",
        &[THIRD_ENDPOINT],
        &[Replace(POLICY, THIRD_SERVER, "[coverage]")],
        "weakens: endpoint third is removed (url https://ota.example.org/perennial/)",
    ),
    pair(
        "endpoint gets another CA",
        &[],
        &[Replace(
            POLICY,
            "owner = \"DigiCert\"",
            "owner = \"Sectigo\"",
        )],
        "no longer passes: E101 no anchor of the store leads to endpoint failover",
    ),
    pair(
        "both endpoints get a CA that devices do not know",
        &[THIRD_ROOT, ONE_PATH],
        &[
            Replace(POLICY, "owner = \"DigiCert\"", "owner = \"Sectigo\""),
            Replace(
                POLICY,
                "url = \"https://ota.example.com/perennial/\"\nowner = \"Let's Encrypt\"",
                "url = \"https://ota.example.com/perennial/\"\nowner = \"Google Trust Services\"",
            ),
        ],
        "strands 12000 devices of 1.0.4: no server is sure from 2026-11-23 on; 2 changes, the gravest: endpoint failover: owner goes from DigiCert to Sectigo",
    ),
    pair(
        "endpoint moves",
        &[],
        &[Replace(
            POLICY,
            "https://ota.example.net/perennial/",
            "https://ota.example.org/perennial/",
        )],
        "weakens: endpoint failover: url goes from https://ota.example.net/perennial/ to https://ota.example.org/perennial/",
    ),
    pair(
        "other order",
        &[],
        &[
            Replace(POLICY, FAILOVER, "[[endpoint]] # second\n"),
            Replace(POLICY, PRIMARY, FAILOVER),
            Replace(POLICY, "[[endpoint]] # second\n", PRIMARY),
        ],
        "weakens nothing: the order of endpoints goes from [\"primary\", \"failover\"] to [\"failover\", \"primary\"]",
    ),
    pair(
        "redirects",
        &[],
        &[Replace(
            POLICY,
            "url = \"https://ota.example.com/perennial/\"\n",
            "url = \"https://ota.example.com/perennial/\"\nredirects = [\"https://ota.example.net/perennial/\"]\n",
        )],
        "weakens: endpoint primary: https://ota.example.net/perennial/ is added to redirects",
    ),
    pair(
        "shorter leaves",
        &[],
        &[Replace(POLICY, "leaf-days = 90", "leaf-days = 45")],
        "weakens: endpoint primary: leaf-days goes from 90 to 45",
    ),
];
