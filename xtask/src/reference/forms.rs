//! Every JSON form that a program may rely on: its name with its version, who writes it, and what it is.
//!
//! The name stands in the document, as `schema`. Fields are added under the same number; one is removed or changes its
//! meaning under the next. Tests demand that every name in the code stands here, and that what is printed carries it.

use super::{heading, table};

/// A JSON form.
#[derive(Clone, Copy, Debug)]
pub struct JsonForm {
    /// What stands in the document: `perennial.findings/1`.
    pub schema: &'static str,
    /// Who writes it: a command, or a file of a release.
    pub from: &'static str,
    /// What it is.
    pub holds: &'static str,
}

/// All of them, by name.
pub const ALL: &[JsonForm] = &[
    form(
        "perennial.capsule/1",
        "`capsule.json` in a capsule",
        "what is in the capsule, by path and hash",
    ),
    form(
        "perennial.difference/1",
        "`explain A B --format json`",
        "why two artefacts differ, byte range by byte range",
    ),
    form(
        "perennial.efuse-plan/1",
        "`secure-boot plan --format json`",
        "what is burnt into the eFuses when",
    ),
    form(
        "perennial.findings/1",
        "`check --format json`",
        "findings, each with code, places, evidence and a fingerprint",
    ),
    form(
        "perennial.forecast/1",
        "`forecast --format json`",
        "when each release goes dark, and why",
    ),
    form(
        "perennial.inspection/1",
        "`import --format json`, `check --image --format json`",
        "the anchors that were found, and when devices with them go dark",
    ),
    form(
        "perennial.paths/1",
        "`roots paths --format json`",
        "the roots that a CA leads to",
    ),
    form(
        "perennial.policy-diff/1",
        "`policy diff --format json`",
        "what a change of the policy does to the fleet",
    ),
    form(
        "perennial.quorum/1",
        "`attest collect --format json`",
        "which builders agree, and what is in the way",
    ),
    form(
        "perennial.rebuild/1",
        "`rebuild --format json`",
        "what came of building a release again",
    ),
    form(
        "perennial.recorded-release/1",
        "`releases show --format json`",
        "one release of the ledger",
    ),
    form(
        "perennial.release/1",
        "`release.json` of a release",
        "the manifest; what is signed are its bytes",
    ),
    form(
        "perennial.releases/1",
        "`releases list --format json`",
        "the releases of the ledger",
    ),
    form(
        "perennial.report/1",
        "`report.json` of a release",
        "what was released, on what proof",
    ),
    form(
        "perennial.root/1",
        "`roots show --format json`",
        "one root, and everything that may end it",
    ),
    form(
        "perennial.roots/1",
        "`roots list --format json`",
        "the anchor pool",
    ),
    form(
        "perennial.secure-boot/1",
        "`secure-boot verify --format json`",
        "the signatures of a signed image",
    ),
    form(
        "perennial.solve/1",
        "`solve --format json`",
        "the smallest store, or why there is none",
    ),
    form(
        "perennial.store/1",
        "`render --format json`",
        "the proven trust store",
    ),
    form(
        "perennial.toolchain/1",
        "`toolchain show --format json`",
        "the pinned toolchain, and whether it is here",
    ),
    form(
        "perennial.verification/1",
        "`verify --format json`",
        "each step of a verification, and what it saw",
    ),
];

/// `json.md`
pub fn page() -> String {
    let mut text = heading(
        "JSON forms",
        "Each document says what it is in its field `schema`: a name, `/`, a number. Fields are added under the same \
         number. When one is removed or changes its meaning, the number rises. Text for people (`--format human`) is no \
         interface.",
    );
    let row = |form: &JsonForm| {
        [
            format!("`{}`", form.schema),
            form.from.to_owned(),
            form.holds.to_owned(),
        ]
    };
    text += "\n";
    text += &table(["schema", "from", "what it is"], ALL.iter().map(row));
    text += "\nForms of others: SARIF 2.1.0 (`check --format sarif`), CycloneDX 1.6 (`sbom.cdx.json`), in-toto statements \
             (`provenance.json`, `coverage.json`, `rebuild.dsse.json`; [attestations.md](../attestations.md)). \
             `policy.schema.json` is JSON Schema 2020-12.\n";
    text
}

const fn form(schema: &'static str, from: &'static str, holds: &'static str) -> JsonForm {
    JsonForm {
        schema,
        from,
        holds,
    }
}
