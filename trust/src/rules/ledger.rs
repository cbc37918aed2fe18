//! Family L: the ledger of shipped releases. L9: its files.

use super::rules;

rules! {
    /// # L901 ledger-unreadable
    ///
    /// ## What it does
    /// Reports a file of `trust/releases/` that is not TOML. No waiver covers it.
    ///
    /// ## Why it matters
    /// A release that is not read has no devices, and nothing that strands them is ever found.
    ///
    /// ## Example
    /// ```toml
    /// [[anchor]
    /// name = "ISRG Root X2"
    /// ```
    ///
    /// ## Use instead
    /// The file as `cargo xtask build-firmware --record` wrote it; git has it. `docs/reference/ledger.md` has the
    /// schema.
    LEDGER_UNREADABLE = "L901" "ledger-unreadable" Error since "0.1.0";

    /// # L902 ledger-unknown-key
    ///
    /// ## What it does
    /// Reports a key or table in a file of the ledger that the schema does not have. No waiver covers it.
    ///
    /// ## Why it matters
    /// A misspelt `units` would silently be no devices at risk.
    ///
    /// ## Example
    /// ```toml
    /// unit = 12000
    /// ```
    ///
    /// ## Use instead
    /// One of the known keys, which the finding lists.
    LEDGER_UNKNOWN_KEY = "L902" "ledger-unknown-key" Error since "0.1.0";

    /// # L903 ledger-bad-value
    ///
    /// ## What it does
    /// Reports a value in a file of the ledger that is missing, of the wrong type or not in its form: dates are
    /// `"YYYY-MM-DD"`, hashes 64 hexadecimal digits; a release has an endpoint, and an anchor or a pin; a pin names one
    /// of its endpoints; no anchor and no endpoint stands there twice. No waiver covers it.
    ///
    /// ## Why it matters
    /// A release that cannot be read is left out of every forecast.
    ///
    /// ## Example
    /// ```toml
    /// not-after = "17 September 2040"
    /// ```
    ///
    /// ## Use instead
    /// `not-after = "2040-09-17"`.
    LEDGER_BAD_VALUE = "L903" "ledger-bad-value" Error since "0.1.0";

    /// # L904 ledger-duplicate-version
    ///
    /// ## What it does
    /// Finds two files of the ledger with one version. No waiver covers it.
    ///
    /// ## Why it matters
    /// Devices say which version they run. Where one version has two trust stores, nobody knows what a device trusts.
    ///
    /// ## Example
    /// `trust/releases/1.0.4.toml` and `trust/releases/1.0.5.toml` that both say `version = "1.0.4"`.
    ///
    /// ## Use instead
    /// The one that shipped: the hashes under `[[artefact]]` are those of the published files.
    DUPLICATE_VERSION = "L904" "ledger-duplicate-version" Error since "0.1.0";

    /// # L905 ledger-file-name
    ///
    /// ## What it does
    /// Finds a file of the ledger that is not named `<version>.toml`. No waiver covers it.
    ///
    /// ## Why it matters
    /// `build-firmware --record` looks for a release by the name of its file, so that it never writes over another; a
    /// reviewer looks the same way.
    ///
    /// ## Example
    /// `trust/releases/latest.toml` with `version = "1.0.4"`.
    ///
    /// ## Use instead
    /// `trust/releases/1.0.4.toml`.
    LEDGER_FILE_NAME = "L905" "ledger-file-name" Error since "0.1.0";

    /// # L906 ledger-certificate-disagrees
    ///
    /// ## What it does
    /// Finds an anchor of a shipped release that disagrees with the pool: the pool has its fingerprint with another name,
    /// key or notAfter; or the pool has its name, and no certificate of that name has its fingerprint. An anchor that the
    /// pool does not have at all is not a finding: the pool may be smaller than what shipped.
    ///
    /// ## Why it matters
    /// The forecast follows fingerprints and keys. One that is mistyped belongs to a certificate that does not exist, and the
    /// forecast would be about that one.
    ///
    /// ## Example
    /// ```toml
    /// [[anchor]]
    /// name = "ISRG Root X1"      # the fingerprint is ISRG Root X2's
    /// sha256 = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470"
    /// ```
    ///
    /// ## Use instead
    /// The file as it was recorded; git has it. Where the CA issued the root again and the pool has only the new
    /// certificate, add the one that shipped beside it: `cargo xtask roots add --file`.
    CERTIFICATE_DISAGREES = "L906" "ledger-certificate-disagrees" Error since "0.1.0";
}
