//! The rules about reading certificates (A0xx) and the calendar (A9xx).

use super::rules;

rules! {
    /// # A001 certificate-unreadable
    ///
    /// ## What it does
    /// Reports everything in a PEM file that is meant to be a certificate and cannot be read as one: damaged
    /// or cut base64, a missing BEGIN or END line, a line inside the block that is not base64, bytes behind the
    /// certificate, a label that is not `CERTIFICATE` (`TRUSTED CERTIFICATE` too), DER that is no certificate.
    ///
    /// ## Why it matters
    /// Generators that pass over what they cannot read ship a store without the root that was meant to be in it.
    ///
    /// ## Example
    /// ```text
    /// -----BEGIN TRUSTED CERTIFICATE-----
    /// ```
    ///
    /// ## Use instead
    /// Fetch the certificate again, or write it anew: `openssl x509 -in old.pem -out new.pem`.
    CERTIFICATE_UNREADABLE = "A001" "certificate-unreadable" Error since "0.1.0";

    /// # A002 no-certificate
    ///
    /// ## What it does
    /// Reports a file of the anchor pool that contains no certificate.
    ///
    /// ## Why it matters
    /// An empty file must never become an empty trust store. A device with an empty store reaches nothing.
    ///
    /// ## Example
    /// A file with comments only; a DER file under the name `root.crt`; a file of 0 bytes.
    ///
    /// ## Use instead
    /// Put the certificate in, as PEM, or remove the file.
    NO_CERTIFICATE = "A002" "no-certificate" Error since "0.1.0";

    /// # A003 not-a-ca
    ///
    /// ## What it does
    /// Reports a certificate of the pool that may not issue others: basicConstraints without CA, none at all, or
    /// a keyUsage without keyCertSign (RFC 5280 sections 4.2.1.9 and 4.2.1.3). A version 1 certificate may issue
    /// when it is self-issued.
    ///
    /// ## Why it matters
    /// A device's verifier turns every anchor into a CA without limits, a server's certificate too. And a leaf
    /// is replaced within weeks: a device that trusts one is lost at the next renewal.
    ///
    /// ## Example
    /// The certificate of `ota.example.com`, saved from a browser, in `trust/anchors/`.
    ///
    /// ## Use instead
    /// Add the root that the chain leads to. To trust one key for a while, use `[[pin-fallback]]`.
    NOT_A_CA = "A003" "not-a-ca" Error since "0.1.0";

    /// # A004 duplicate-certificate
    ///
    /// ## What it does
    /// Reports a certificate that is in the pool more than once.
    ///
    /// ## Why it matters
    /// Two files for one anchor drift apart in what their comments claim, and removing one removes nothing.
    ///
    /// ## Example
    /// `isrg-root-x1.pem` and `letsencrypt.pem` with the same certificate.
    ///
    /// ## Use instead
    /// Keep one of them.
    DUPLICATE_CERTIFICATE = "A004" "duplicate-certificate" Warning since "0.1.0";

    /// # A005 broken-signature-algorithm
    ///
    /// ## What it does
    /// Reports a cross-certificate or intermediate that is signed with SHA-1 or MD5. Such a self-signature on a root
    /// is not reported: nobody checks it.
    ///
    /// ## Why it matters
    /// Verifiers refuse these hashes inside a path. As an anchor the certificate may work; as a part of a chain it does not.
    ///
    /// ## Example
    /// A root of 2004 in the form that an older root signed for it.
    ///
    /// ## Use instead
    /// The self-signed certificate of the same key.
    BROKEN_SIGNATURE_ALGORITHM = "A005" "broken-signature-algorithm" Warning since "0.1.0";

    /// # A006 pool-file-name
    ///
    /// ## What it does
    /// Reports a file of the pool that is not named `*.pem` or that holds more than one certificate. Its
    /// certificates are read all the same.
    ///
    /// ## Why it matters
    /// One file for each anchor makes a change of the pool readable in a review, and removing one is removing a file.
    ///
    /// ## Example
    /// `trust/anchors/roots.crt` with three certificates.
    ///
    /// ## Use instead
    /// `cargo xtask roots add --file roots.crt`, or one file for each.
    POOL_FILE_NAME = "A006" "pool-file-name" Warning since "0.1.0";

    /// # A007 private-key-in-pool
    ///
    /// ## What it does
    /// Reports a private key in a file of the anchor pool. The key itself is never printed.
    ///
    /// ## Why it matters
    /// Whoever can read the repository has the key, now and from its history. With a CA's key he can serve
    /// updates to the fleet.
    ///
    /// ## Example
    /// ```text
    /// -----BEGIN EC PRIVATE KEY-----
    /// ```
    ///
    /// ## Use instead
    /// Only the certificate. Treat the key as known to everyone and replace it.
    PRIVATE_KEY_IN_POOL = "A007" "private-key-in-pool" Error since "0.1.0";

    /// # A901 calendar-unreadable
    ///
    /// ## What it does
    /// Reports a calendar file that is not TOML, and a calendar without a single fact of some kind: `[[certificate]]`,
    /// `[[chain]]`, `[[event]]`, `[[lifecycle-rule]]`, `[[owner]]` or `[[root]]`.
    ///
    /// ## Why it matters
    /// A calendar that is not read knows no dates, and without dates every anchor looks good until its notAfter. A file
    /// that is lost looks like a world in which nothing ends.
    ///
    /// ## Example
    /// ```toml
    /// [[event]
    /// date = "2024-06-06"
    /// ```
    ///
    /// ## Use instead
    /// Well-formed TOML; `docs/reference/calendar.md` has the schema.
    CALENDAR_UNREADABLE = "A901" "calendar-unreadable" Error since "0.1.0";

    /// # A902 calendar-unknown-key
    ///
    /// ## What it does
    /// Reports a key or table in a calendar file that the schema does not have.
    ///
    /// ## Why it matters
    /// A misspelt `effective-end` would silently be no end.
    ///
    /// ## Example
    /// ```toml
    /// [[root]]
    /// efective-end = "2030-06-04"
    /// ```
    ///
    /// ## Use instead
    /// One of the known keys, which the finding lists.
    CALENDAR_UNKNOWN_KEY = "A902" "calendar-unknown-key" Error since "0.1.0";

    /// # A903 calendar-bad-value
    ///
    /// ## What it does
    /// Reports a value in a calendar file that is missing, of the wrong type, or not in its form: dates are
    /// `"YYYY-MM-DD"`, fingerprints 64 hexadecimal digits, confidence `observed`, `announced` or `rule`.
    ///
    /// ## Why it matters
    /// A fact that cannot be read is left out, and what it would have ended goes on.
    ///
    /// ## Example
    /// ```toml
    /// [[event]]
    /// date = "6 June 2024"
    /// ```
    ///
    /// ## Use instead
    /// `date = "2024-06-06"`.
    CALENDAR_BAD_VALUE = "A903" "calendar-bad-value" Error since "0.1.0";

    /// # A904 event-retires-unknown
    ///
    /// ## What it does
    /// Finds a `sha256` or `spki-sha256` in the `retires` of an event that is of nothing known: of no `[[certificate]]`,
    /// `[[root]]` or `[[chain]]` of the calendar, of no certificate of the pool, and of none that was captured.
    ///
    /// ## Why it matters
    /// An event that retires nothing looks like a CA that goes on: with one wrong digit the day on which a fleet is lost is
    /// in the calendar, and no proof knows it.
    ///
    /// ## Example
    /// ```toml
    /// retires = [{ name = "R3", spki-sha256 = "8d02…286e" }]
    /// ```
    ///
    /// ## Use instead
    /// `spki-sha256 = "8d02…286d"`. Where the hash is right, record the certificate, from the CA's page, as
    /// `[[certificate]]` or `[[root]]`.
    EVENT_RETIRES_UNKNOWN = "A904" "event-retires-unknown" Error since "0.2.0";
}
