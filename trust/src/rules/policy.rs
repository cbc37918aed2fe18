//! Family P: the policy file itself, and its waivers.
//!
//! P0xx is about reading the file, P1xx about waivers. P101 and P102 are judged at the gate, at the release
//! date; everything else is found while the file is read.

use super::rules;

rules! {
    /// # P001 policy-syntax
    ///
    /// ## What it does
    ///
    /// Reports each statement of `policy.toml` that is not valid TOML 1.1. The statement is left out and the
    /// rest is read, so that one run shows every mistake.
    ///
    /// ## Why it matters
    ///
    /// A policy that is read in part would be proven in part. Nothing is rendered, built or signed from a file
    /// with a syntax error.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [product]
    /// name = perennial-reference
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [product]
    /// name = "perennial-reference"
    /// ```
    SYNTAX = "P001" "policy-syntax" Error since "0.1.0";

    /// # P002 policy-unknown-key
    ///
    /// ## What it does
    ///
    /// Reports a key or section that the policy does not have, with the list of those it has. A misspelt one
    /// is read as what it is nearest to, so that mistakes in its value are shown too.
    ///
    /// ## Why it matters
    ///
    /// A requirement that is misspelt is a requirement that nobody checks. The file looks as if it asked for
    /// something, and the fleet does not get it.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [validity]
    /// min-remaning-days = 1825
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [validity]
    /// min-remaining-days = 1825
    /// ```
    UNKNOWN_KEY = "P002" "policy-unknown-key" Error since "0.1.0";

    /// # P003 policy-missing-key
    ///
    /// ## What it does
    ///
    /// Reports a section or key that must be there and is not. Optional are `[[pin-fallback]]`, `[rescue]`,
    /// `[audit]`, `[review]` and `[[waiver]]`, and the keys `effective-end`, `redirects`, `leaf-days`, `chains` and `after-expiry`. The
    /// end of service is either `ends`, or `last-unit-made` and `years-in-service` together.
    ///
    /// ## Why it matters
    ///
    /// There are no silent defaults: what is required of a fleet stands in the file that people review. A
    /// default would be a decision about the fleet that nobody in the team took.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [validity]
    /// min-remaining-days = 1825
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [validity]
    /// min-remaining-days = 1825
    /// programme-end = "warn"
    /// ```
    MISSING = "P003" "policy-missing-key" Error since "0.1.0";

    /// # P004 policy-wrong-type
    ///
    /// ## What it does
    ///
    /// Reports a value of another type than its key has, and a section whose header has the wrong number of
    /// brackets. Numbers are whole. Dates are texts of the form `"YYYY-MM-DD"`: TOML's own unquoted dates are
    /// refused, so that a date has one form for every reader. `cargo xtask policy fmt` puts them in quotes.
    ///
    /// ## Why it matters
    ///
    /// Guessing what was meant (is `"6"` six?) would make two readers of one file disagree about the service
    /// life of a fleet.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [service-life]
    /// last-unit-made = "2028-06-30"
    /// years-in-service = "6"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [service-life]
    /// last-unit-made = "2028-06-30"
    /// years-in-service = 6
    /// ```
    WRONG_TYPE = "P004" "policy-wrong-type" Error since "0.1.0";

    /// # P005 policy-invalid-value
    ///
    /// ## What it does
    ///
    /// Reports a value of the right type that cannot be used: a day that the calendar does not have, a number
    /// out of its range, a fingerprint that is not 64 lowercase hexadecimal digits, a URL that is not
    /// `https://`, a word that is not one of the known ones, a public key that is not in minisign's form, a
    /// threshold above the number of keys, a text that cannot be printed on one line.
    ///
    /// ## Why it matters
    ///
    /// Each of these values decides about devices that nobody can reach any more: a fingerprint selects the
    /// trust anchor, a URL is where the device goes, a threshold is who can sign. One that is nearly right is
    /// wrong.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[endpoint]]
    /// name = "primary"
    /// url = "http://ota.example.com/"
    /// owner = "Let's Encrypt"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [[endpoint]]
    /// name = "primary"
    /// url = "https://ota.example.com/"
    /// owner = "Let's Encrypt"
    /// ```
    INVALID_VALUE = "P005" "policy-invalid-value" Error since "0.1.0";

    /// # P006 policy-duplicate
    ///
    /// ## What it does
    ///
    /// Reports what stands in the policy twice and may stand there once: a key in a table, a section, a
    /// fingerprint among the required roots, the name of an endpoint, builder or approver, a public key. A key that does two
    /// of these is reported too: signs releases, rescues, attests rebuilds. So is an approver with two keys.
    ///
    /// ## Why it matters
    ///
    /// With two values for one key, the reader of the file and the tool may each believe another one. The same
    /// key counted twice turns "two people must sign" into one.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [coverage]
    /// independent-paths = 2
    /// independent-paths = 1
    /// distinct-owners = 1
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [coverage]
    /// independent-paths = 2
    /// distinct-owners = 1
    /// ```
    DUPLICATE = "P006" "policy-duplicate" Error since "0.1.0";

    /// # P007 policy-unknown-reference
    ///
    /// ## What it does
    ///
    /// Reports a `[[pin-fallback]]` or `[[waiver]]` about an endpoint that the policy does not have.
    ///
    /// ## Why it matters
    ///
    /// A pin for an endpoint that does not exist protects nothing, and the endpoint that it was meant for goes
    /// without a fallback.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[endpoint]]
    /// name = "failover"
    /// # …
    ///
    /// [[pin-fallback]]
    /// endpoint = "backup"
    /// # …
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [[endpoint]]
    /// name = "failover"
    /// # …
    ///
    /// [[pin-fallback]]
    /// endpoint = "failover"
    /// # …
    /// ```
    UNKNOWN_REFERENCE = "P007" "policy-unknown-reference" Error since "0.1.0";

    /// # P008 policy-schema-version
    ///
    /// ## What it does
    ///
    /// Reports a `schema-version` that this release of Perennial does not read. The one it reads is 1.
    ///
    /// ## Why it matters
    ///
    /// The version says what the words of the file mean. A tool that reads a newer policy by older rules would
    /// prove something else than the team wrote down.
    ///
    /// ## Example
    ///
    /// ```toml
    /// schema-version = 2
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// schema-version = 1
    /// ```
    ///
    /// Or use the release of Perennial that the policy was written for.
    SCHEMA_VERSION = "P008" "policy-schema-version" Error since "0.1.0";

    /// # P101 waiver-unused
    ///
    /// ## What it does
    ///
    /// Reports a waiver that covered no finding at the release date. It is a warning: findings come and go with
    /// the calendar and the release date, and a problem that was solved must not stop a release.
    ///
    /// ## Why it matters
    ///
    /// A waiver that covers nothing today may cover something tomorrow that nobody has looked at. The list of
    /// waivers is worth reading only while each of them is needed.
    ///
    /// ## Example
    ///
    /// A waiver for a root that the policy no longer requires:
    ///
    /// ```toml
    /// [[waiver]]
    /// code = "A104"
    /// anchor = "DST Root CA X3"
    /// owner = "pki-team"
    /// reason = "kept for servers that still send the old chain"
    /// expires = "2027-06-30"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Delete the waiver, or correct its `code`, `anchor` or `endpoint` if it was meant for another finding.
    WAIVER_UNUSED = "P101" "waiver-unused" Warning since "0.1.0";

    /// # P102 waiver-expired
    ///
    /// ## What it does
    ///
    /// Reports a waiver whose `expires` lies before the release date. From that day on it covers nothing. On the
    /// day itself it still does.
    ///
    /// ## Why it matters
    ///
    /// The date is a promise that somebody will have solved the problem or looked at it again. It is an error,
    /// even where what it covered was a warning, because otherwise the date would decide nothing.
    ///
    /// ## Example
    ///
    /// Released on 2027-07-01:
    ///
    /// ```toml
    /// [[waiver]]
    /// code = "A104"
    /// anchor = "ISRG Root X1"
    /// owner = "pki-team"
    /// reason = "kept for servers that still send the RSA chain"
    /// expires = "2027-06-30"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Solve what it covered and delete it. Where that takes longer, let its owner decide on a later `expires`,
    /// with a reason that is still true.
    WAIVER_EXPIRED = "P102" "waiver-expired" Error since "0.1.0";

    /// # P103 waiver-incomplete
    ///
    /// ## What it does
    ///
    /// Reports a waiver without an `owner`, a `reason` or an `expires` date, or with a blank one. It covers
    /// nothing.
    ///
    /// ## Why it matters
    ///
    /// A waiver says that somebody knows of a risk to devices in the field and answers for it, until a day. One
    /// that nobody owns or that never ends is how a known risk becomes an outage.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[waiver]]
    /// code = "A104"
    /// anchor = "ISRG Root X1"
    /// reason = "kept for servers that still send the RSA chain"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [[waiver]]
    /// code = "A104"
    /// anchor = "ISRG Root X1"
    /// owner = "pki-team"
    /// reason = "kept for servers that still send the RSA chain"
    /// expires = "2027-06-30"
    /// ```
    WAIVER_INCOMPLETE = "P103" "waiver-incomplete" Error since "0.1.0";

    /// # P104 waiver-unknown-code
    ///
    /// ## What it does
    ///
    /// Reports a waiver whose `code` is neither the id nor the name of a rule.
    ///
    /// ## Why it matters
    ///
    /// It covers nothing, and its owner believes that it does. The codes of rules never change their meaning
    /// and are never used again, so an unknown one is a mistake in the file.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[waiver]]
    /// code = "P1O1"
    /// owner = "pki-team"
    /// reason = "the waiver for the old root stays until its servers are gone"
    /// expires = "2027-06-30"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [[waiver]]
    /// code = "P101"
    /// owner = "pki-team"
    /// reason = "the waiver for the old root stays until its servers are gone"
    /// expires = "2027-06-30"
    /// ```
    WAIVER_UNKNOWN_CODE = "P104" "waiver-unknown-code" Error since "0.1.0";

    /// # P105 waiver-not-possible
    ///
    /// ## What it does
    /// Finds a `[[waiver]]` of a rule that nobody can answer for: a policy that cannot be read, an anchor that
    /// is not in the pool or not the one that its name says, a file that holds no certificate.
    ///
    /// ## Why it matters
    /// A waiver says "we know, and we accept it until that day". Here there is nothing to accept: without the
    /// anchor there is no store, and without the policy no proof. A waiver would turn "unknown" into "pass".
    ///
    /// ## Example
    /// ```toml
    /// [[waiver]]
    /// code = "A101"              # the required root is not in the pool
    /// anchor = "ISRG Root X1"
    /// owner = "pki-team"
    /// reason = "we will add it later"
    /// expires = "2027-06-30"
    /// ```
    ///
    /// ## Use instead
    /// Mend what the rule found, or remove the requirement, and remove the waiver.
    WAIVER_NOT_POSSIBLE = "P105" "waiver-not-possible" Error since "0.1.0";

    /// # P106 service-ended
    ///
    /// ## What it does
    /// Finds a service life that ended before the release date.
    ///
    /// ## Why it matters
    /// Every anchor lasts to the end of a service that is over: the proof would pass and say nothing.
    ///
    /// ## Example
    /// ```toml
    /// [service-life]
    /// ends = "2002-06-30"
    /// ```
    ///
    /// ## Use instead
    /// The day until which the last unit must be able to update, or the right release date (`--as-of`).
    SERVICE_ENDED = "P106" "service-ended" Error since "0.1.0";
}
