//! What cannot be read, what is gone, and several changes at once: the gravest is said.

use super::edits::{
    NO_POLICY, POLICY, SECOND_KEY, THIRD_ENDPOINT, THIRD_ROOT, THRESHOLD_1, THRESHOLD_2, WAIVER,
};
use super::{Pair, pair};
use crate::support::Edit::{Append, Replace};

pub(super) const PAIRS: &[Pair] = &[
    pair(
        "no TOML",
        &[],
        &[Append(POLICY, "[[[\n")],
        "cannot be read: policy.toml: P001 not valid TOML: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`",
    ),
    pair(
        "a wrong value",
        &[],
        &[Replace(
            POLICY,
            "min-remaining-days = 1825",
            "min-remaining-days = \"many\"",
        )],
        "cannot be read: policy.toml: P004 `min-remaining-days` must be a whole number, but is the string \"many\"",
    ),
    pair(
        "another schema",
        &[],
        &[Replace(POLICY, "schema-version = 1", "schema-version = 2")],
        "cannot be read: policy.toml: P008 `schema-version` is not a version that this tool reads",
    ),
    pair(
        "a mistake is corrected",
        &[Replace(
            POLICY,
            "min-remaining-days = 1825",
            "min-remaining-days = \"many\"",
        )],
        &[Replace(
            POLICY,
            "min-remaining-days = \"many\"",
            "min-remaining-days = 1825",
        )],
        "now passes: policy.toml had mistakes, and has none now, and 1 more change",
    ),
    pair(
        "policy removed",
        &[],
        NO_POLICY,
        "weakens: the policy is removed",
    ),
    pair(
        "it did not pass before",
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 20",
        )],
        &[Replace(
            POLICY,
            "reason = \"failover server: another owner, another key\"",
            "reason = \"failover\"",
        )],
        "weakens nothing: anchor DigiCert TLS ECC P384 Root G5: reason goes from \"failover server: another owner, another key\" to failover; it does not pass, as before",
    ),
    pair(
        "it passes now",
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 20",
        )],
        &[Replace(
            POLICY,
            "years-in-service = 20",
            "years-in-service = 5",
        )],
        "weakens: the end of service goes from 2047-06-30 to 2032-06-30",
    ),
    pair(
        "a key and a waiver",
        &[],
        &[WAIVER, SECOND_KEY],
        "weakens: one more key can sign updates: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (release), and 1 more weakening change",
    ),
    pair(
        "more paths and a lower threshold",
        &[SECOND_KEY, THRESHOLD_2],
        &[THIRD_ENDPOINT, THRESHOLD_1],
        "weakens: update signatures needed go from 2 to 1",
    ),
    pair(
        "a lower threshold and a policy that does not pass",
        &[SECOND_KEY, THRESHOLD_2],
        &[
            THRESHOLD_1,
            Replace(POLICY, "years-in-service = 5", "years-in-service = 20"),
        ],
        "no longer passes: A103 DigiCert TLS ECC P384 Root G5 ends 2046-01-14, 532 days before service ends (2047-06-30), and 5 more new errors",
    ),
    pair(
        "a waiver hides what a change breaks",
        &[],
        &[
            THIRD_ROOT,
            Append(
                POLICY,
                "
[[waiver]]
code = \"A104\"
anchor = \"ISRG Root X1\"
owner = \"pki-team\"
reason = \"kept for old servers\"
expires = \"2027-06-30\"
",
            ),
        ],
        "weakens: anchor ISRG Root X1 is added (reason \"servers that still send the RSA chain\"), and 1 more weakening change",
    ),
];
