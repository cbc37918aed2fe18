//! What means nothing.

use super::edits::{EVENTS, POLICY};
use super::{Pair, pair};
use crate::support::Edit::{Append, Replace};

pub(super) const PAIRS: &[Pair] = &[
    pair("nothing", &[], &[], "nothing changes"),
    pair(
        "a comment",
        &[],
        &[Append(POLICY, "# Looked at.\n")],
        "only layout and comments change",
    ),
    pair(
        "the end of service in another form",
        &[],
        &[Replace(
            POLICY,
            "last-unit-made = \"2027-06-30\"\nyears-in-service = 5",
            "ends = \"2032-06-30\"",
        )],
        "only layout and comments change",
    ),
    pair(
        "the calendar in other files",
        &[],
        &[
            Replace(
                EVENTS,
                "[[event]]\ndate = \"2020-12-02\"\nowner = \"Let's Encrypt\"\nkind = \"issuer-rotation\"\nretires = [\n    { name = \"Let's Encrypt Authority X3\", spki-sha256 = \"60b87575447dcba2a36b7d11ac09fb24a9db406fee12d2cc90180517616e8a18\" },\n]\nintroduces = [\n    { name = \"R3\", spki-sha256 = \"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d\" },\n]\nconfidence = \"observed\"\nsource = \"seen in issued certificates\"\n",
                "",
            ),
            Append(
                "trust/calendar/more.toml",
                "schema-version = 1\n\n[[event]]\ndate = \"2020-12-02\"\nowner = \"Let's Encrypt\"\nkind = \"issuer-rotation\"\nretires = [\n    { name = \"Let's Encrypt Authority X3\", spki-sha256 = \"60b87575447dcba2a36b7d11ac09fb24a9db406fee12d2cc90180517616e8a18\" },\n]\nintroduces = [\n    { name = \"R3\", spki-sha256 = \"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d\" },\n]\nconfidence = \"observed\"\nsource = \"seen in issued certificates\"\n",
            ),
        ],
        "only layout and comments change",
    ),
];
