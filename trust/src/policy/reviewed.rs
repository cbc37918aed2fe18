//! Every key of the policy is in the difference that reviewers see.

use std::collections::BTreeSet;

use super::schema::{
    APPROVER_KEYS, AUDIT, BUILDER_KEYS, COVERAGE, ENDPOINT, OUTPUT, PIN_FALLBACK, PRODUCT,
    REQUIRED_ROOT, RESCUE, REVIEW, SCHEMA_VERSION, SECTIONS, SERVICE_LIFE, SIGNING,
    SIGNING_KEY_KEYS, Section, VALIDITY, WAIVER,
};
use crate::gate::Inputs;
use crate::review::Changes;
use crate::source::SourceFile;

/// A policy with every key, but for `ends`, which stands in place of two others.
pub(crate) const FULL: &str = r#"schema-version = 1

[product]
name = "sensor"
chip = "esp32c3"
verifier = "perennial"
store-sequence = 3

[service-life]
last-unit-made = "2028-06-30"
years-in-service = 4
longest-offline-days = 180

[validity]
min-remaining-days = 1825
programme-end = "warn"

[[required-root]]
name = "ISRG Root X2"
sha256 = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470"
reason = "primary CA"
effective-end = "2035-01-01"

[[endpoint]]
name = "primary"
url = "https://ota.example.com/"
redirects = ["https://cdn.example.com/"]
owner = "Let's Encrypt"
profile = "default"
key-type = "ecdsa"
leaf-days = 90
leaf-ends = "2027-01-01"
renewal-slack-days = 5
chains = ["endpoints/a.pem"]

[[endpoint]]
name = "failover"
url = "https://ota.example.net/"
owner = "Sectigo"

[[pin-fallback]]
endpoint = "failover"
spki-sha256 = ["0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a"]
expires = "2032-06-30"
after-expiry = "roots-only"

[coverage]
independent-paths = 2
distinct-owners = 2
count-private = false
count-rescue = false

[[output]]
format = "pem"
path = "main/ca.pem"

[signing]
threshold = 1
keys = [
    { public = "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ", role = "release" },
    { public = "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6", role = "development" },
]

[rescue]
threshold = 1
keys = [
    { public = "RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg", role = "rescue" },
    { public = "RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c", role = "rescue" },
]

[audit]
threshold = 1
distinct = 1
builders = [
    { name = "one", operator = "us", public = "RWSP3gMfKVd5wjOEuyPqaU6eaQRp0rKOFIm9U2emdwnqUPF8u42sBQrr" },
    { name = "two", operator = "them", public = "RWR7JEl7Eo8SJ8XrVq9uvPqKsPH9lGdNA2LVr9vEBXKj2AqfmqaCPTcY" },
]

[review]
weakening = 2
other = 0
approvers = [
    { name = "ada", ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjKOLIMb8XJYXXObhYhtbM4sWFjC9+S6TDDtBKd1nK3" },
    { name = "bob", minisign = "RWSP3gMfKVd5wjOEuyPqaU6eaQRp0rKOFIm9U2emdwnqUPF8u42sBQrr" },
]

[[waiver]]
code = "A104"
anchor = "ISRG Root X2"
endpoint = "primary"
owner = "pki-team"
reason = "looked at"
expires = "2027-06-30"
"#;

type Edit = (&'static str, &'static str, &'static str);

/// One edit for each key, by section.
const EDITS: &[(&Section, &[Edit])] = &[
    (
        &PRODUCT,
        &[
            ("name", "name = \"sensor\"", "name = \"valve\""),
            ("chip", "\"esp32c3\"", "\"esp32c6\""),
            ("verifier", "\"perennial\"", "\"webpki\""),
            ("store-sequence", "store-sequence = 3", "store-sequence = 4"),
        ],
    ),
    (
        &SERVICE_LIFE,
        &[
            (
                "ends",
                "last-unit-made = \"2028-06-30\"\nyears-in-service = 4",
                "ends = \"2032-07-02\"",
            ),
            ("last-unit-made", "2028-06-30", "2028-07-01"),
            (
                "years-in-service",
                "years-in-service = 4",
                "years-in-service = 5",
            ),
            ("longest-offline-days", "= 180", "= 181"),
        ],
    ),
    (
        &VALIDITY,
        &[
            ("min-remaining-days", "1825", "1826"),
            ("programme-end", "\"warn\"", "\"deny\""),
        ],
    ),
    (
        &REQUIRED_ROOT,
        &[
            ("name", "name = \"ISRG Root X2\"", "name = \"ISRG Root X3\""),
            ("sha256", "69729b8e", "69729b8f"),
            ("reason", "primary CA", "first CA"),
            ("effective-end", "effective-end = \"2035-01-01\"\n", ""),
        ],
    ),
    (
        &ENDPOINT,
        &[
            ("name", "name = \"primary\"", "name = \"first\""),
            (
                "url",
                "https://ota.example.com/",
                "https://ota.example.org/",
            ),
            (
                "redirects",
                "redirects = [\"https://cdn.example.com/\"]\n",
                "",
            ),
            ("owner", "owner = \"Let's Encrypt\"", "owner = \"DigiCert\""),
            ("profile", "profile = \"default\"\n", ""),
            ("key-type", "key-type = \"ecdsa\"", "key-type = \"rsa\""),
            ("leaf-days", "leaf-days = 90\n", ""),
            ("leaf-ends", "2027-01-01", "2027-01-02"),
            ("renewal-slack-days", "renewal-slack-days = 5\n", ""),
            ("chains", "endpoints/a.pem", "endpoints/b.pem"),
        ],
    ),
    (
        &PIN_FALLBACK,
        &[
            (
                "endpoint",
                "endpoint = \"failover\"",
                "endpoint = \"primary\"",
            ),
            ("spki-sha256", "0906db44", "0906db45"),
            ("expires", "2032-06-30", "2032-06-29"),
            ("after-expiry", "after-expiry = \"roots-only\"\n", ""),
        ],
    ),
    (
        &COVERAGE,
        &[
            (
                "independent-paths",
                "independent-paths = 2",
                "independent-paths = 3",
            ),
            (
                "distinct-owners",
                "distinct-owners = 2",
                "distinct-owners = 1",
            ),
            (
                "count-private",
                "count-private = false",
                "count-private = true",
            ),
            (
                "count-rescue",
                "count-rescue = false",
                "count-rescue = true",
            ),
        ],
    ),
    (
        &OUTPUT,
        &[
            ("format", "format = \"pem\"", "format = \"c-header\""),
            ("path", "main/ca.pem", "main/roots.pem"),
        ],
    ),
    (
        &SIGNING,
        &[
            (
                "threshold",
                "[signing]\nthreshold = 1",
                "[signing]\nthreshold = 2",
            ),
            (
                "keys",
                "    { public = \"RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6\", role = \"development\" },\n",
                "",
            ),
        ],
    ),
    (
        &RESCUE,
        &[
            (
                "threshold",
                "[rescue]\nthreshold = 1",
                "[rescue]\nthreshold = 2",
            ),
            (
                "keys",
                "    { public = \"RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c\", role = \"rescue\" },\n",
                "",
            ),
        ],
    ),
    (
        &AUDIT,
        &[
            (
                "threshold",
                "[audit]\nthreshold = 1",
                "[audit]\nthreshold = 2",
            ),
            ("distinct", "distinct = 1\n", "distinct = 2\n"),
            ("builders", "name = \"two\"", "name = \"three\""),
        ],
    ),
    (
        &REVIEW,
        &[
            ("weakening", "weakening = 2", "weakening = 1"),
            ("other", "other = 0", "other = 1"),
            ("approvers", "name = \"bob\"", "name = \"eve\""),
        ],
    ),
    (
        &WAIVER,
        &[
            ("code", "\"A104\"", "\"A103\""),
            ("anchor", "anchor = \"ISRG Root X2\"\n", ""),
            ("endpoint", "endpoint = \"primary\"\n", ""),
            ("owner", "\"pki-team\"", "\"us\""),
            ("reason", "\"looked at\"", "\"looked at twice\""),
            ("expires", "2027-06-30", "2027-06-29"),
        ],
    ),
];

/// Keys of inline tables, the same way.
const INLINE: &[(&[&str], &[Edit])] = &[
    (
        SIGNING_KEY_KEYS,
        &[
            ("public", "RWTBRsk/uUtwLC7D", "RWTBRsk/uUtwLC7E"),
            ("role", "role = \"release\"", "role = \"development\""),
        ],
    ),
    (
        BUILDER_KEYS,
        &[
            ("name", "name = \"one\"", "name = \"first\""),
            ("operator", "operator = \"us\"", "operator = \"them too\""),
            ("public", "RWSP3gMfKVd5wjOE", "RWSP3gMfKVd5wjOF"),
        ],
    ),
    (
        APPROVER_KEYS,
        &[
            ("name", "name = \"ada\"", "name = \"alan\""),
            (
                "minisign",
                "minisign = \"RWSP3gMfKVd5wjOE",
                "minisign = \"RWSP3gMfKVd5wjOF",
            ),
            ("ssh", "6TDDtBKd1nK3", "6TDDtBKd1nxY"),
        ],
    ),
];

fn inputs(policy: &str) -> Inputs {
    Inputs {
        policy: SourceFile::new("policy.toml", policy),
        anchors: Vec::new(),
        calendar: Vec::new(),
        endpoints: Vec::new(),
        releases: Vec::new(),
    }
}

fn edited((key, from, to): Edit) -> String {
    assert!(FULL.contains(from), "{key}: {from}");
    FULL.replacen(from, to, 1)
}

fn changes(from: &str, to: &str) -> Changes {
    Changes::between(&inputs(from), &inputs(to))
}

#[test]
fn the_policy_with_every_key_is_read_whole() {
    let reading = super::read(&inputs(FULL).policy);
    assert_eq!(super::tests::listing(&reading.findings), "");
}

#[test]
fn the_edits_are_of_every_key() {
    let sections: Vec<_> = EDITS.iter().map(|(section, _)| section.name).collect();
    let known: Vec<_> = SECTIONS.iter().map(|section| section.name).collect();
    assert_eq!(sections, known);
    let keys = |edits: &[Edit]| -> Vec<&str> { edits.iter().map(|(key, ..)| *key).collect() };
    for (section, edits) in EDITS {
        assert_eq!(keys(edits), section.keys, "[{}]", section.name);
    }
    for (table, edits) in INLINE {
        assert_eq!(keys(edits), *table);
    }
}

#[test]
fn a_change_of_any_key_is_a_change_of_its_own() {
    let schema: Edit = (SCHEMA_VERSION, "schema-version = 1", "schema-version = 2");
    let of_sections = EDITS.iter().flat_map(|(_, edits)| *edits);
    let inline = INLINE.iter().flat_map(|(_, edits)| *edits);
    let mut digests = BTreeSet::from([changes(FULL, FULL).digest()]);
    for edit in of_sections.chain(inline).copied().chain([schema]) {
        let text = edited(edit);
        let forth = changes(FULL, &text);
        assert!(!forth.is_empty(), "{edit:?}");
        assert!(digests.insert(forth.digest()), "{edit:?}: of another, too");
        let back = changes(&text, FULL);
        assert!(
            digests.insert(back.digest()),
            "{edit:?}: there and back are one"
        );
        assert!(forth.iter().all(|change| !change.sentence.is_empty()));
    }
}

#[test]
fn a_section_that_comes_or_goes_is_a_change() {
    for section in SECTIONS {
        let header = section.header();
        let at = FULL.find(&header).unwrap_or_else(|| panic!("{header}"));
        let rest = &FULL[at + 1..];
        let end = rest.find("\n[").map_or(FULL.len(), |end| at + 1 + end + 1);
        let without = format!("{}{}", &FULL[..at], &FULL[end..]);
        assert!(!changes(FULL, &without).is_empty(), "{header}");
        assert!(!changes(&without, FULL).is_empty(), "{header}");
    }
}
