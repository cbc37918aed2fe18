//! Pairs of a base and a head, each with the one line that a reviewer must not miss.

use super::support::Edit::{self, Append, Copy, Remove, Replace};

/// A pair: both sides are this project with edits.
pub struct Pair {
    /// What is done, in a few words: also the name of the snapshot.
    pub name: &'static str,
    /// What makes the base.
    pub base: &'static [Edit],
    /// What makes the head of the base.
    pub change: &'static [Edit],
    /// The first line.
    pub headline: &'static str,
}

const fn pair(
    name: &'static str,
    base: &'static [Edit],
    change: &'static [Edit],
    headline: &'static str,
) -> Pair {
    Pair {
        name,
        base,
        change,
        headline,
    }
}

const POLICY: &str = "policy.toml";
const EVENTS: &str = "trust/calendar/events.toml";
const ROOTS: &str = "trust/calendar/roots.toml";
const RELEASE: &str = "trust/releases/1.0.4.toml";

const DEVELOPMENT_KEY: &str = "    { public = \"RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6\", role = \"development\" },\n";
const TWO_KEYS: &str = "    { public = \"RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6\", role = \"development\" },
    { public = \"RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ\", role = \"release\" },\n";
const SECOND_KEY: Edit = Replace(POLICY, DEVELOPMENT_KEY, TWO_KEYS);
const THRESHOLD_2: Edit = Replace(
    POLICY,
    "[signing]\nthreshold = 1",
    "[signing]\nthreshold = 2",
);
const THRESHOLD_1: Edit = Replace(
    POLICY,
    "[signing]\nthreshold = 2",
    "[signing]\nthreshold = 1",
);

const RESCUE: Edit = Append(
    POLICY,
    "
[rescue]
threshold = 2
keys = [
    { public = \"RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg\", role = \"rescue\" },
    { public = \"RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c\", role = \"rescue\" },
]
",
);
const NO_RESCUE: Edit = Replace(
    POLICY,
    "
[rescue]
threshold = 2
keys = [
    { public = \"RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg\", role = \"rescue\" },
    { public = \"RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c\", role = \"rescue\" },
]
",
    "",
);

const AUDIT: Edit = Append(
    POLICY,
    "
[audit]
threshold = 2
distinct = 2
builders = [
    { name = \"one\", operator = \"us\", public = \"RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg\" },
    { name = \"two\", operator = \"them\", public = \"RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c\" },
]
",
);

const THIRD_ROOT: Edit = Replace(
    POLICY,
    "[[endpoint]]\nname = \"primary\"",
    "[[required-root]]
name = \"ISRG Root X1\"
sha256 = \"96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6\"
reason = \"servers that still send the RSA chain\"

[[endpoint]]\nname = \"primary\"",
);
const NO_THIRD_ROOT: Edit = Replace(
    POLICY,
    "[[required-root]]
name = \"ISRG Root X1\"
sha256 = \"96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6\"
reason = \"servers that still send the RSA chain\"

",
    "",
);

const FAILOVER: &str = "[[endpoint]]
name = \"failover\"
url = \"https://ota.example.net/perennial/\"
owner = \"DigiCert\"
profile = \"default\"
key-type = \"ecdsa\"
leaf-days = 199
";
const PRIMARY: &str = "[[endpoint]]
name = \"primary\"
url = \"https://ota.example.com/perennial/\"
owner = \"Let's Encrypt\"
profile = \"default\"
key-type = \"ecdsa\"
leaf-days = 90
";
const THIRD_SERVER: &str = "[[endpoint]]
name = \"third\"
url = \"https://ota.example.org/perennial/\"
owner = \"Let's Encrypt\"
profile = \"default\"
key-type = \"ecdsa\"
leaf-days = 90

[coverage]";
const THIRD_ENDPOINT: Edit = Replace(POLICY, "[coverage]", THIRD_SERVER);
const ONE_PATH: Edit = Replace(
    POLICY,
    "independent-paths = 2\ndistinct-owners = 2",
    "independent-paths = 1\ndistinct-owners = 1",
);

const WAIVER: Edit = Append(
    POLICY,
    "
[[waiver]]
code = \"A104\"
anchor = \"ISRG Root X2\"
owner = \"pki-team\"
reason = \"looked at\"
expires = \"2027-06-30\"
",
);

const PINS: Edit = Replace(
    POLICY,
    "[coverage]",
    "[[pin-fallback]]
endpoint = \"failover\"
spki-sha256 = [
    \"0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a\",
    \"9f9918ae6147e3c99f41ff27816b6d6c5213bb9f8a69bd602f91b39d49988df6\",
]
expires = \"2032-06-30\"
after-expiry = \"roots-only\"

[coverage]",
);

/// Both CAs are announced to go.
const BOTH_GO: Edit = Append(
    EVENTS,
    "
[[event]]
date = \"2030-03-01\"
owner = \"DigiCert\"
kind = \"distrust\"
retires = [
    { name = \"DigiCert TLS ECC P384 Root G5\", sha256 = \"018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05\" },
]
confidence = \"announced\"
source = \"made up for a test\"

[[event]]
date = \"2030-03-02\"
owner = \"Let's Encrypt\"
kind = \"distrust\"
retires = [
    { name = \"ISRG Root X2\", sha256 = \"69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470\" },
]
confidence = \"announced\"
source = \"made up for a test\"
",
);
const DIGICERT_GOES_LATER: Edit = Replace(EVENTS, "2030-03-01", "2032-01-01");
const DIGICERT_GOES_EARLIER: Edit = Replace(EVENTS, "2032-01-01", "2031-01-01");
const NEWER: &str = "trust/releases/1.0.5.toml";
const NEWER_RELEASE: Edit = Copy(NEWER, RELEASE, "1.0.4", "1.0.5");

const NO_POLICY: &[Edit] = &[Remove(POLICY)];

/// The pairs.
pub const PAIRS: &[Pair] = &[
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
    // Who signs.
    pair(
        "threshold lower",
        &[SECOND_KEY, THRESHOLD_2],
        &[THRESHOLD_1],
        "weakens: update signatures needed go from 2 to 1",
    ),
    pair(
        "threshold higher",
        &[SECOND_KEY],
        &[THRESHOLD_2],
        "weakens nothing: update signatures needed go from 1 to 2",
    ),
    pair(
        "key added",
        &[],
        &[SECOND_KEY],
        "weakens: one more key can sign updates: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (release)",
    ),
    pair(
        "key removed",
        &[SECOND_KEY],
        &[Replace(POLICY, TWO_KEYS, DEVELOPMENT_KEY)],
        "weakens nothing: a key can sign updates no longer: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (release)",
    ),
    pair(
        "key in another role",
        &[SECOND_KEY],
        &[Replace(
            POLICY,
            "role = \"release\"",
            "role = \"development\"",
        )],
        "weakens: one more key can sign updates: RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ (development)",
    ),
    pair(
        "rescue added",
        &[],
        &[RESCUE],
        "weakens: [rescue] is added (threshold 2, 2 keys)",
    ),
    pair(
        "rescue removed",
        &[RESCUE],
        &[NO_RESCUE],
        "weakens: [rescue] is removed (threshold 2, 2 keys)",
    ),
    pair(
        "rescue threshold lower",
        &[RESCUE],
        &[Replace(
            POLICY,
            "[rescue]\nthreshold = 2",
            "[rescue]\nthreshold = 1",
        )],
        "weakens: rescue signatures needed go from 2 to 1",
    ),
    pair(
        "audit added",
        &[],
        &[AUDIT],
        "weakens nothing: [audit] is added (threshold 2, 2 builders)",
    ),
    pair(
        "audit by one operator",
        &[AUDIT],
        &[Replace(POLICY, "distinct = 2\n", "distinct = 1\n")],
        "weakens: operators that must agree go from 2 to 1",
    ),
    pair(
        "audit by another builder",
        &[AUDIT],
        &[Replace(
            POLICY,
            "operator = \"them\"",
            "operator = \"friends\"",
        )],
        "weakens: one more builder counts: two of \"friends\", RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c",
    ),
    // What is demanded.
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
        &[RESCUE],
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
    // The product.
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
    // Anchors.
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
        "weakens: independent paths on the worst day go from 2 to 1 (2026-11-23): anchor DigiCert TLS ECC P384 Root G5 is removed (reason \"failover server: another owner, another key\"), and 1 more change",
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
    // Endpoints.
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
        "strands 12000 devices of 1.0.4: no server is sure from 2026-11-23 on: endpoint failover: owner goes from DigiCert to Sectigo, and 1 more change",
    ),
    pair(
        "endpoint moves",
        &[],
        &[Replace(
            POLICY,
            "https://ota.example.net/perennial/",
            "https://ota.example.org/perennial/",
        )],
        "weakens nothing: endpoint failover: url goes from https://ota.example.net/perennial/ to https://ota.example.org/perennial/",
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
        "weakens nothing: endpoint primary: https://ota.example.net/perennial/ is added to redirects",
    ),
    pair(
        "shorter leaves",
        &[],
        &[Replace(POLICY, "leaf-days = 90", "leaf-days = 45")],
        "weakens nothing: endpoint primary: leaf-days goes from 90 to 45",
    ),
    // Waivers.
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
    // Pins.
    pair(
        "pins added",
        &[],
        &[PINS],
        "weakens nothing: pin fallback of endpoint failover is added (2 pins, expires 2032-06-30)",
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
        "weakens: endpoint failover loses the pin 9f9918ae6147e3c99f41ff27816b6d6c5213bb9f8a69bd602f91b39d49988df6",
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
    // What cannot be read, what is new, what is gone.
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
        &[Replace(POLICY, "leaf-days = 90", "leaf-days = 45")],
        "weakens nothing: endpoint primary: leaf-days goes from 90 to 45; it does not pass, as before",
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
    // Several at once: the gravest is said.
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
        "weakens: waiver of A104 for anchor ISRG Root X1 is added (expires 2027-06-30, reason \"kept for old servers\")",
    ),
    // Facts.
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
        "strands 12000 devices of 1.0.4: no server is sure from 2030-06-05 on: calendar: event distrust of DigiCert, retires DigiCert TLS ECC P384 Root G5 is added (date 2030-03-01), and 1 more change",
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
        "strands 24000 devices of 1.0.4 and 1 other release: no server is sure from 2030-06-05 on: calendar: event distrust of DigiCert, retires DigiCert TLS ECC P384 Root G5 is added (date 2030-03-01), and 1 more change",
    ),
    pair(
        "of one release nobody counts the devices",
        &[NEWER_RELEASE, Replace(NEWER, "units = 12000\n", "")],
        &[BOTH_GO],
        "strands 12000 or more devices of 1.0.4 and 1 other release: no server is sure from 2030-06-05 on: calendar: event distrust of DigiCert, retires DigiCert TLS ECC P384 Root G5 is added (date 2030-03-01), and 1 more change",
    ),
    pair(
        "nobody counts any devices",
        &[Replace(RELEASE, "units = 12000\n", "")],
        &[BOTH_GO],
        "strands an unknown number of devices of 1.0.4: no server is sure from 2030-06-05 on: calendar: event distrust of DigiCert, retires DigiCert TLS ECC P384 Root G5 is added (date 2030-03-01), and 1 more change",
    ),
    pair(
        "no device is left to lose its servers",
        &[Replace(RELEASE, "units = 12000", "units = 0")],
        &[BOTH_GO],
        "no longer passes: E104 endpoint failover is lost between 2030-03-01 and 2030-04-16: DigiCert uses no longer: DigiCert TLS ECC P384 Root G5 (unknown), and 1 more new error",
    ),
    pair(
        "a fact with a mistake",
        &[],
        &[Append(EVENTS, "\n[[event]]\ndate = \"soon\"\n")],
        "cannot be read: trust/calendar/events.toml: A903 [[event]] has no `owner`, and 4 more mistakes",
    ),
    pair(
        "a candidate less",
        &[],
        &[Remove("trust/anchors/amazon-root-ca-1.pem")],
        "weakens nothing: candidate Amazon Root CA 1 is removed (sha256 8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e)",
    ),
    // The ledger.
    pair(
        "a release is forgotten",
        &[],
        &[Remove(RELEASE)],
        "weakens: release 1.0.4 is removed (released 2026-03-19, units 12000)",
    ),
    pair(
        "fewer devices",
        &[],
        &[Replace(RELEASE, "units = 12000", "units = 9000")],
        "weakens nothing: release 1.0.4: units goes from 12000 to 9000",
    ),
    pair(
        "no devices any more",
        &[],
        &[Replace(RELEASE, "units = 12000", "units = 0")],
        "weakens: release 1.0.4: units goes from 12000 to 0",
    ),
    pair(
        "a record is rewritten",
        &[],
        &[Replace(
            RELEASE,
            "verifier = \"perennial\"",
            "verifier = \"esp-idf-pem\"",
        )],
        "weakens: release 1.0.4: verifier goes from perennial to esp-idf-pem",
    ),
];

/// What is added of nothing at all, and its first line.
pub const FIRST: &[Pair] = &[
    pair(
        "first policy",
        &[],
        &[],
        "first policy: 2 anchors and 2 endpoints, held from 2026-11-23 to 2032-06-30 with at least 2 independent paths",
    ),
    pair(
        "first policy that does not pass",
        &[],
        &[Replace(
            POLICY,
            "years-in-service = 5",
            "years-in-service = 20",
        )],
        "first policy: does not pass: A103 ISRG Root X2 ends 2040-09-17, 2477 days before service ends (2047-06-30), and 5 more errors",
    ),
    pair(
        "first policy with a waiver",
        &[],
        &[WAIVER],
        "first policy: 2 anchors and 2 endpoints with 1 waiver, held from 2026-11-23 to 2032-06-30 with at least 2 independent paths",
    ),
];
