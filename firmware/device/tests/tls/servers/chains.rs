//! What servers show: keys, paths and dates, good and bad.

use device::tls::TlsError;
use device::verify::{KeyHolder, MAX_CHAIN_BYTES, PathEnd, VerifyError};
use rcgen::{CertificateParams, CustomExtension, KeyPair, PKCS_ECDSA_P384_SHA384};

use super::case::Case;
use super::keys::{ed25519, rsa};
use super::support::{
    Chain, Made, at, ca, leaf, moment, root, self_signed, self_signed_with, store, valid, verify,
};

pub(crate) fn all() -> Vec<Case> {
    [keys(), paths(), dates(), lengths()]
        .into_iter()
        .flatten()
        .collect()
}

fn keys() -> Vec<Case> {
    vec![
        Case::of("P-256 throughout", &Chain::new()),
        Case::of("P-384 throughout", &keyed([p384(), p384(), p384()])),
        Case::of(
            "RSA: 2048, 3072 and 4096 bits",
            &keyed([rsa(2048), rsa(3072), rsa(4096)]),
        ),
        Case::of(
            "RSA-4096 throughout",
            &keyed([rsa(4096), rsa(4096), rsa(4096)]),
        ),
        Case::of(
            "RSA-2048 below P-384 below RSA-4096",
            &keyed([rsa(2048), p384(), rsa(4096)]),
        ),
        key_that_is_not_supported(),
    ]
}

fn p384() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap()
}

/// Leaf, intermediate and root have these keys.
fn keyed([own, middle, top]: [KeyPair; 3]) -> Chain {
    let root = self_signed_with(ca("Root"), top);
    let intermediate = root.issue_for(ca("Intermediate"), middle);
    let leaf = intermediate.issue_for(leaf(), own);
    Chain {
        root,
        intermediate,
        leaf,
    }
}

fn key_that_is_not_supported() -> Case {
    let chain = Chain::new();
    let leaf = chain.intermediate.issue_for(leaf(), ed25519());
    let store = chain.store();
    let error = verify(&store, &[&leaf.der], valid()).unwrap_err();
    let of = KeyHolder::Certificate(0);
    let of_the_leaf = matches!(error, VerifyError::Key { of: found, .. } if found == of);
    assert!(of_the_leaf, "{error:?}");
    Case::new("Ed25519", &[&leaf, &chain.intermediate], store).untrusted(error)
}

fn paths() -> Vec<Case> {
    let chain = Chain::new();
    let unknown = |certificate| PathEnd::UnknownIssuer {
        certificate,
        unreadable: None,
    };
    let stranger = Case {
        store: store([root("Other").anchor()]),
        ..Case::of("a root that the store does not have", &chain)
    };
    let alone = Case::new("no intermediate is sent", &[&chain.leaf], chain.store());
    let whole = [&chain.leaf, &chain.intermediate, &chain.root];
    let mut cases = vec![
        stranger.no_path(unknown(1)),
        alone.no_path(unknown(0)),
        Case::new("the root is sent, too", &whole, chain.store()),
    ];
    cases.extend(cross_signed());
    cases.extend(longer());
    cases
}

/// Two roots: the new one is cross-signed by the old one.
fn cross_signed() -> Vec<Case> {
    let [old, new] = [root("Old Root"), root("New Root")];
    let cross = old.cross_sign(&new);
    let intermediate = new.issue(ca("Intermediate"));
    let leaf = intermediate.issue(leaf());
    let case = |name, order: [&Made; 2], root: &Made| {
        Case::new(name, &[&leaf, order[0], order[1]], store([root.anchor()]))
    };
    let [inward, outward] = [[&intermediate, &cross], [&cross, &intermediate]];
    vec![
        case("a cross-signed top, and the old root", inward, &old),
        case("a cross-signed top, and the new root", inward, &new),
        case(
            "a cross-signed top before its intermediate, and the old root",
            outward,
            &old,
        ),
        case(
            "a cross-signed top before its intermediate, and the new root",
            outward,
            &new,
        ),
    ]
}

fn longer() -> Vec<Case> {
    let top = root("Root");
    let mut path = vec![top.issue(ca("CA 1"))];
    for number in 2..=5 {
        let next = path.last().unwrap().issue(ca(&format!("CA {number}")));
        path.push(next);
    }
    let case = |name, count: usize| {
        let leaf = path[count - 1].issue(leaf());
        let mut sent = vec![&leaf];
        sent.extend(path[..count].iter().rev());
        Case::new(name, &sent, store([top.anchor()]))
    };
    vec![
        case("three intermediates", 3),
        case("four intermediates", 4),
        case("five intermediates", 5).untrusted(VerifyError::TooManyCertificates { found: 6 }),
    ]
}

fn dates() -> Vec<Case> {
    let chain = Chain::new();
    let leaf_at = |name, time| Case::of(name, &chain).at(at(time));
    let [early, late] = ["2025-12-31T23:59:59Z", "2026-04-01T00:00:01Z"];
    let not_before = moment("2026-01-01T00:00:00Z");
    let not_after = moment("2026-04-01T00:00:00Z");
    vec![
        leaf_at("the leaf's first second", "2026-01-01T00:00:00Z"),
        leaf_at("the leaf's last second", "2026-04-01T00:00:00Z"),
        leaf_at("the leaf is not yet valid", early).untrusted(VerifyError::NotYetValid {
            not_before,
            basis: at(early).basis(),
        }),
        leaf_at("the leaf has expired", late).untrusted(VerifyError::Expired {
            not_after,
            basis: at(late).basis(),
        }),
        expired_intermediate(),
        early_intermediate(),
    ]
}

fn expired_intermediate() -> Case {
    let mut parameters = ca("Intermediate");
    parameters.not_after = rcgen::date_time_ymd(2026, 1, 15);
    let end = PathEnd::IntermediateExpired {
        certificate: 1,
        not_after: moment("2026-01-15T00:00:00Z"),
    };
    intermediate("the intermediate has expired", parameters).no_path(end)
}

fn early_intermediate() -> Case {
    let mut parameters = ca("Intermediate");
    parameters.not_before = rcgen::date_time_ymd(2026, 3, 1);
    let end = PathEnd::IntermediateNotYetValid {
        certificate: 1,
        not_before: moment("2026-03-01T00:00:00Z"),
    };
    intermediate("the intermediate is not yet valid", parameters).no_path(end)
}

fn intermediate(name: &'static str, parameters: CertificateParams) -> Case {
    Case::of(name, &Chain::with(parameters, leaf()))
}

fn lengths() -> Vec<Case> {
    let chain = Chain::new();
    let room = MAX_CHAIN_BYTES - chain.leaf.der.len() - chain.intermediate.der.len();
    let case = |name, size| {
        let filler = filler(size);
        let sent = [&chain.leaf, &chain.intermediate, &filler];
        Case::new(name, &sent, chain.store())
    };
    let found = MAX_CHAIN_BYTES + 1;
    vec![
        case("12 KiB of certificates", room),
        case("one byte more than 12 KiB", room + 1).untrusted(VerifyError::TooManyBytes { found }),
        case("more than a record holds, 16 KiB", 16_384).refused(TlsError::Unreadable),
    ]
}

/// A certificate of exactly this size. ECDSA signatures differ in length, so it may take a few.
fn filler(size: usize) -> Made {
    let mut padding = size - 400;
    loop {
        let mut parameters = ca("Filler");
        let contents = vec![7; padding];
        let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], contents);
        parameters.custom_extensions = vec![extension];
        let made = self_signed(parameters);
        if made.der.len() == size {
            return made;
        }
        padding = padding + size - made.der.len();
    }
}
