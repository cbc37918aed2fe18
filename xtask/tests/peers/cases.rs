//! The chains that are compared, and the differences that are known.

use std::collections::BTreeSet;

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa};

use super::judges::Judge;
use super::pki::{ca, leaf, pem, real, root};

/// A chain as a server sends it, and the anchors of whoever gets it.
pub struct Case {
    pub name: String,
    pub chain: Vec<Vec<u8>>,
    pub anchors: Vec<Vec<u8>>,
    pub host: &'static str,
}

impl Case {
    fn new(name: &str, chain: &[&[u8]], anchors: &[&[u8]]) -> Self {
        let owned = |certificates: &[&[u8]]| certificates.iter().map(|der| der.to_vec()).collect();
        Self {
            name: name.into(),
            chain: owned(chain),
            anchors: owned(anchors),
            host: "ota.example.com",
        }
    }

    fn real(name: &str, chain: &[&str], anchors: &[&str]) -> Self {
        let read = |names: &[&str]| names.iter().map(|name| real(name)).collect();
        Self {
            name: name.into(),
            chain: read(chain),
            anchors: read(anchors),
            host: "lencr.org",
        }
    }

    /// Both sides of the first and the last second of each certificate, of the end of an anchor's last day, and
    /// one time at which a leaf holds.
    pub fn times(&self) -> BTreeSet<i64> {
        let mut times = BTreeSet::new();
        for (place, der) in self.chain.iter().chain(&self.anchors).enumerate() {
            let (not_before, not_after) = validity(der);
            times.extend([not_before - 1, not_before, not_after, not_after + 1]);
            if place == 0 {
                times.insert(not_before.midpoint(not_after));
            }
        }
        for der in &self.anchors {
            let end = validity(der).1;
            let tomorrow = end - end.rem_euclid(86_400) + 86_400;
            times.extend([tomorrow - 1, tomorrow]);
        }
        times
    }

    /// Whether an anchor is between a second of its dates and the end, or the start, of that day.
    fn is_on_an_anchors_edge(&self, time: i64) -> bool {
        self.anchors.iter().any(|der| {
            let (not_before, not_after) = validity(der);
            let day = |time: i64| time.div_euclid(86_400);
            (time > not_after && day(time) == day(not_after))
                || (time < not_before && day(time) == day(not_before))
        })
    }
}

/// notBefore and notAfter, in seconds since 1970.
fn validity(der: &[u8]) -> (i64, i64) {
    let (_, read) = x509_parser::parse_x509_certificate(der).unwrap();
    let validity = read.validity();
    (
        validity.not_before.timestamp(),
        validity.not_after.timestamp(),
    )
}

/// A difference that is known.
pub struct Difference {
    pub why: &'static str,
    pub judges: &'static [Judge],
    pub peer_accepts: bool,
    pub applies: fn(&Case, i64) -> bool,
}

pub const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "the store keeps an anchor's dates as days",
        judges: &Judge::ALL,
        peer_accepts: false,
        applies: Case::is_on_an_anchors_edge,
    },
    Difference {
        why: "OpenSSL ends a certificate at its last second, RFC 5280 after it",
        judges: &[Judge::OpenSsl, Judge::OpenSslPartialChain],
        peer_accepts: false,
        applies: |case, time| {
            let mut all = case.chain.iter().chain(&case.anchors);
            all.any(|der| validity(der).1 == time)
        },
    },
    Difference {
        why: "without -partial_chain an anchor must be self-signed",
        judges: &[Judge::OpenSsl],
        peer_accepts: false,
        applies: |case, _| case.name.ends_with("as an anchor"),
    },
    Difference {
        why: "the device knows fewer algorithms and sizes",
        judges: &Judge::ALL,
        peer_accepts: true,
        applies: |case, _| case.name.starts_with("unsupported"),
    },
];

/// Every case.
pub fn all() -> Vec<Case> {
    [real_chains(), paths(), defects(), algorithms()]
        .into_iter()
        .flatten()
        .collect()
}

fn real_chains() -> Vec<Case> {
    let long = [
        "leaf-2023-lencr-org-by-r3",
        "r3-by-isrg-root-x1",
        "isrg-root-x1-by-dst-root-ca-x3",
    ];
    let e6 = [
        "leaf-2024-lencr-org-by-e6",
        "e6-by-isrg-root-x2",
        "isrg-root-x2-by-isrg-root-x1",
    ];
    let e5 = ["leaf-2024-lencr-org-by-e5", "e5-by-isrg-root-x1"];
    vec![
        Case::real("long chain to X1", &long, &["isrg-root-x1"]),
        Case::real("long chain to DST X3", &long, &["dst-root-ca-x3"]),
        Case::real(
            "long chain to both",
            &long,
            &["dst-root-ca-x3", "isrg-root-x1"],
        ),
        Case::real("short chain to DST X3", &long[..2], &["dst-root-ca-x3"]),
        Case::real("real R3 as an anchor", &long, &["r3-by-isrg-root-x1"]),
        Case::real("E6 to X2", &e6, &["isrg-root-x2"]),
        Case::real("E6 to X1", &e6, &["isrg-root-x1"]),
        Case::real("E5 to X1", &e5, &["isrg-root-x1"]),
        Case::real("E5 to X2", &e5, &["isrg-root-x2"]),
    ]
}

fn paths() -> Vec<Case> {
    let (old, new) = (root("Old Root"), root("New Root"));
    let new_by_old = old.cross_sign(&new, 2026);
    let expired = old.cross_sign(&new, 2025);
    let middle = new.issue(ca("Intermediate"));
    let leaf = middle.issue(leaf());
    let (l, m) = (leaf.der.as_slice(), middle.der.as_slice());
    let twin = new.issue(ca("Intermediate"));
    let unrelated = root("Unrelated");
    vec![
        Case::new("simple", &[l, m], &[&new.der]),
        Case::new("root sent too", &[l, m, &new.der], &[&new.der]),
        Case::new("duplicates", &[l, m, m], &[&new.der]),
        Case::new("missing intermediate", &[l], &[&new.der]),
        Case::new("unknown issuer", &[l, m], &[&unrelated.der]),
        Case::new("cross-signed to old", &[l, m, &new_by_old.der], &[&old.der]),
        Case::new("cross-signed to new", &[l, m, &new_by_old.der], &[&new.der]),
        Case::new("expired cross to old", &[l, m, &expired.der], &[&old.der]),
        Case::new("expired cross to new", &[l, m, &expired.der], &[&new.der]),
        Case::new("made intermediate as an anchor", &[l, m], &[m]),
        Case::new("unordered", &[l, &new_by_old.der, m], &[&old.der]),
        Case::new("wrong key", &[l, &twin.der], &[&new.der]),
        Case::new("same name", &[l, m], &[&root("New Root").der]),
    ]
}

fn defects() -> Vec<Case> {
    let top = root("Root");
    let below = |name: &str, intermediate, leaf| {
        let intermediate = top.issue(intermediate);
        let leaf = intermediate.issue(leaf);
        Case::new(name, &[&leaf.der, &intermediate.der], &[&top.der])
    };
    let mut clients = leaf();
    clients.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let mut any = leaf();
    any.extended_key_usages = Vec::new();
    let mut no_ca = ca("Intermediate");
    no_ca.is_ca = IsCa::ExplicitNoCa;
    no_ca.key_usages = Vec::new();
    let mut cases = vec![
        below("for clients", ca("Intermediate"), clients),
        below("for anything", ca("Intermediate"), any),
        below("no CA bit", no_ca, leaf()),
    ];
    let mut other = below("wrong name", ca("Intermediate"), leaf());
    other.host = "other.example.com";
    cases.push(other);
    for (name, length) in [("path too long", 0), ("path just right", 1)] {
        let mut second = ca("Second");
        second.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
        let second = top.issue(second);
        let first = second.issue(ca("First"));
        let leaf = first.issue(leaf());
        let sent = [leaf.der.as_slice(), &first.der, &second.der];
        cases.push(Case::new(name, &sent, &[&top.der]));
    }
    cases
}

fn algorithms() -> Vec<Case> {
    let read = |name: &str, label: &str| {
        let path = format!("firmware/device/tests/verify/algorithms/{name}.pem");
        let certificates = pem(&path);
        let name = format!("{label} {name}");
        Case::new(&name, &[&certificates[0]], &[&certificates[1]])
    };
    let supported = [
        "p256-sha256",
        "p256-sha384",
        "p256-sha512",
        "p384-sha256",
        "p384-sha384",
        "p384-sha512",
        "rsa2048-sha256",
        "rsa2048-sha384",
        "rsa2048-sha512",
        "rsa4096-sha256",
        "rsa2048-pss-sha256",
        "rsa2048-pss-sha384",
        "rsa2048-pss-sha512",
        "e3-sha256",
    ];
    let unsupported = [
        "rsa1024-sha256",
        "rsa2047-sha256",
        "rsa4104-sha256",
        "rsa2048-sha1",
        "rsa2048-sha224",
        "p521-sha512",
        "ed25519",
        "p256-sha256-leaf-p521",
        "p256-sha256-leaf-ed25519",
    ];
    let supported = supported.iter().map(|name| read(name, "supported"));
    supported
        .chain(unsupported.iter().map(|name| read(name, "unsupported")))
        .collect()
}
