//! Facts of the calendar, and the pool.

use super::edits::{
    BOTH_GO, DIGICERT_GOES_EARLIER, DIGICERT_GOES_LATER, EVENTS, NEWER, NEWER_RELEASE, RELEASE,
    ROOTS,
};
use super::{Pair, pair};
use crate::support::Edit::{Append, Copy, Remove, Replace};

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "a root is to end earlier",
        &[],
        &[Replace(
            ROOTS,
            "not-after = \"2040-09-17\"\neffective-end = \"2035-09-04\"",
            "not-after = \"2040-09-17\"\neffective-end = \"2030-09-04\"",
        )],
        "no longer passes: A104 ISRG Root X2 is retired by its owner 2030-09-04, 665 days before service ends (2032-06-30), and 1 more new error",
    ),
    pair(
        "a root is to end later",
        &[],
        &[Replace(
            ROOTS,
            "not-after = \"2040-09-17\"\neffective-end = \"2035-09-04\"",
            "not-after = \"2040-09-17\"\neffective-end = \"2036-09-04\"",
        )],
        "weakens: calendar: root ISRG Root X2: effective-end goes from 2035-09-04 to 2036-09-04",
    ),
    pair(
        "an event is removed",
        &[],
        &[Replace(
            EVENTS,
            "[[event]]\ndate = \"2024-09-30\"\nowner = \"Let's Encrypt\"\nkind = \"cross-sign-expiry\"\nretires = [\n    { name = \"ISRG Root X1 signed by DST Root CA X3\", sha256 = \"6d99fb265eb1c5b3744765fcbc648f3cd8e1bffafdc4c2f99b9d47cf7ff1c24f\" },\n]\nconfidence = \"observed\"\nsource = \"notAfter of the certificate\"\n",
            "",
        )],
        "weakens: calendar: event cross-sign-expiry of Let's Encrypt, retires ISRG Root X1 signed by DST Root CA X3 is removed (date 2024-09-30)",
    ),
    pair(
        "an event is announced",
        &[],
        &[Append(
            EVENTS,
            "\n[[event]]\ndate = \"2028-03-01\"\nannounced = \"2026-11-01\"\nowner = \"DigiCert\"\nkind = \"distrust\"\nretires = [\n    { name = \"DigiCert TLS ECC P384 Root G5\", sha256 = \"018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05\" },\n]\nconfidence = \"announced\"\nsource = \"made up for a test\"\n",
        )],
        "no longer passes: E104 endpoint failover is lost between 2028-03-01 and 2028-06-08: DigiCert uses no longer: DigiCert TLS ECC P384 Root G5 (unknown)",
    ),
    pair(
        "both CAs are announced to go",
        &[],
        &[BOTH_GO],
        "strands 12000 devices of 1.0.4: no server is sure from 2030-06-05 on; 2 changes, none weakens by itself",
    ),
    pair(
        "both CAs go earlier",
        &[BOTH_GO, DIGICERT_GOES_LATER],
        &[DIGICERT_GOES_EARLIER],
        "strands 12000 devices of 1.0.4: no server is sure from 2031-01-01 on, 365 days earlier than before: calendar: event distrust of DigiCert, retires DigiCert TLS ECC P384 Root G5: date goes from 2032-01-01 to 2031-01-01",
    ),
    pair(
        "both CAs go later",
        &[BOTH_GO],
        &[
            Replace(EVENTS, "2030-03-01", "2031-03-01"),
            Replace(EVENTS, "2030-03-02", "2031-03-02"),
        ],
        "weakens: calendar: event distrust of DigiCert, retires DigiCert TLS ECC P384 Root G5: date goes from 2030-03-01 to 2031-03-01, and 1 more weakening change",
    ),
    pair(
        "two releases lose their servers",
        &[NEWER_RELEASE],
        &[BOTH_GO],
        "strands 24000 devices of 1.0.4 and 1 other release: no server is sure from 2030-06-05 on; 2 changes, none weakens by itself",
    ),
    pair(
        "of one release nobody counts the devices",
        &[NEWER_RELEASE, Replace(NEWER, "units = 12000\n", "")],
        &[BOTH_GO],
        "strands 12000 or more devices of 1.0.4 and 1 other release: no server is sure from 2030-06-05 on; 2 changes, none weakens by itself",
    ),
    pair(
        "nobody counts any devices",
        &[Replace(RELEASE, "units = 12000\n", "")],
        &[BOTH_GO],
        "strands an unknown number of devices of 1.0.4: no server is sure from 2030-06-05 on; 2 changes, none weakens by itself",
    ),
    pair(
        "no device is left to lose its servers",
        &[Replace(RELEASE, "units = 12000", "units = 0")],
        &[BOTH_GO],
        "no longer passes: E104 endpoint failover is lost between 2030-03-01 and 2030-04-16: DigiCert uses no longer: DigiCert TLS ECC P384 Root G5 (unknown), and 1 more new error",
    ),
    pair(
        "both CAs are announced to go and a note is written",
        &[],
        &[
            BOTH_GO,
            Replace(
                ROOTS,
                "source = \"Let's Encrypt, Chains of Trust page: 'trusted until'\"\n\n[[root]]\nname = \"GlobalSign Root CA - R3\"",
                "source = \"its page\"\n\n[[root]]\nname = \"GlobalSign Root CA - R3\"",
            ),
        ],
        "strands 12000 devices of 1.0.4: no server is sure from 2030-06-05 on; 3 changes, none weakens by itself",
    ),
    pair(
        "a fact with a mistake",
        &[],
        &[Append(EVENTS, "\n[[event]]\ndate = \"soon\"\n")],
        "cannot be read: trust/calendar/events.toml: A903 [[event]] has no `owner`, and 4 more mistakes",
    ),
    pair(
        "a key is said to be younger",
        &[],
        &[Replace(
            ROOTS,
            "not-after = \"2046-01-14\"\nkey-created = \"2021-01-15\"\nconfidence = \"observed\"\nsource = \"notBefore of the self-signed certificate\"\nnote = \"no end published by its owner is recorded here\"\n\n[[root]]\nname = \"Sectigo Public Server Authentication Root E46\"",
            "not-after = \"2046-01-14\"\nkey-created = \"2025-01-15\"\nconfidence = \"observed\"\nsource = \"notBefore of the self-signed certificate\"\nnote = \"no end published by its owner is recorded here\"\n\n[[root]]\nname = \"Sectigo Public Server Authentication Root E46\"",
        )],
        "weakens: calendar: root DigiCert TLS ECC P384 Root G5: key-created goes from 2021-01-15 to 2025-01-15",
    ),
    pair(
        "a note and a source",
        &[],
        &[Replace(
            ROOTS,
            "source = \"Let's Encrypt, Chains of Trust page: 'trusted until'\"\n\n[[root]]\nname = \"GlobalSign Root CA - R3\"",
            "source = \"its page\"\nnote = \"looked at\"\n\n[[root]]\nname = \"GlobalSign Root CA - R3\"",
        )],
        "weakens nothing: calendar: root ISRG Root X2: note is set to \"looked at\", and 1 more change",
    ),
    pair(
        "a chain is captured",
        &[],
        &[Copy(
            "trust/endpoints/failover.pem",
            "trust/anchors/digicert-tls-ecc-p384-root-g5.pem",
            "-----BEGIN",
            "-----BEGIN",
        )],
        "weakens: captured chain trust/endpoints/failover.pem is added",
    ),
    pair(
        "a candidate less",
        &[],
        &[Remove("trust/anchors/amazon-root-ca-1.pem")],
        "weakens nothing: candidate Amazon Root CA 1 is removed (sha256 8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e)",
    ),
];
