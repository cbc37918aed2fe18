//! Which paths are found.

use device::verify::{PathEnd, PinVerdict, TrustedBy, VerifyError};

use crate::support::{Chain, ca, leaf, root, self_signed, store, valid, verify};

fn unknown_issuer(certificate: u8) -> VerifyError {
    VerifyError::NoPath {
        end: PathEnd::UnknownIssuer {
            certificate,
            unreadable: None,
        },
        basis: valid().basis(),
        pins: PinVerdict::NoPin,
    }
}

#[test]
fn the_anchor_is_named_by_place_and_fingerprint() {
    let chain = Chain::new();
    let contents = store([root("Other").anchor(), chain.root.anchor()]);
    let server = verify(&contents, &chain.sent(), valid()).unwrap();
    let mut fingerprints: Vec<_> = contents.anchors.iter().map(|a| a.fingerprint).collect();
    fingerprints.sort();
    let fingerprint = chain.root.anchor().fingerprint;
    let index = fingerprints.iter().position(|one| *one == fingerprint);
    let index = u8::try_from(index.unwrap()).unwrap();
    assert_eq!(
        server.trusted_by(),
        TrustedBy::Anchor { index, fingerprint }
    );
}

#[test]
fn an_unknown_issuer_is_told_by_the_certificate_that_names_it() {
    let chain = Chain::new();
    let contents = store([root("Other").anchor()]);
    let [leaf, intermediate] = chain.sent();
    assert_eq!(
        verify(&contents, &[leaf, intermediate], valid()),
        Err(unknown_issuer(1))
    );
    assert_eq!(
        verify(&chain.store(), &[leaf], valid()),
        Err(unknown_issuer(0))
    );
    let unrelated = root("Unrelated");
    assert_eq!(
        verify(&chain.store(), &[leaf, &unrelated.der], valid()),
        Err(unknown_issuer(0))
    );
}

#[test]
fn any_order_duplicates_and_the_anchor_itself_do_no_harm() {
    let top = root("Root");
    let second = top.issue(ca("Second"));
    let first = second.issue(ca("First"));
    let server = first.issue(leaf());
    let contents = store([top.anchor()]);
    let [l, f, s, t] = [&server, &first, &second, &top].map(|made| made.der.as_slice());
    for sent in [
        &[l, f, s][..],
        &[l, s, f],
        &[l, f, s, t],
        &[l, t, s, f],
        &[l, f, f, s],
        &[l, l, s, f],
    ] {
        assert!(verify(&contents, sent, valid()).is_ok());
    }
    // The leaf comes first: it is what the server must have the key of.
    assert!(verify(&contents, &[f, l, s], valid()).is_err());
}

/// The old root ends, the new one is cross-signed by it: either is enough, whatever is sent along.
#[test]
fn cross_signed_both_ways() {
    let (old, new) = (root("Old Root"), root("New Root"));
    let new_by_old = old.cross_sign(&new);
    let old_by_new = new.cross_sign(&old);
    let intermediate = new.issue(ca("Intermediate"));
    let server = intermediate.issue(leaf());
    let sent = [
        server.der.as_slice(),
        &intermediate.der,
        &new_by_old.der,
        &old_by_new.der,
    ];
    for anchors in [
        vec![old.anchor()],
        vec![new.anchor()],
        vec![old.anchor(), new.anchor()],
    ] {
        assert!(verify(&store(anchors), &sent, valid()).is_ok());
    }
    // Around the loop and out of it: nothing is trusted, and it ends.
    let judged = verify(&store([root("Other").anchor()]), &sent, valid());
    let Err(VerifyError::NoPath { .. }) = judged else {
        panic!("{judged:?}");
    };
    let short = [server.der.as_slice(), &intermediate.der];
    assert!(verify(&store([new.anchor()]), &short, valid()).is_ok());
    assert!(verify(&store([old.anchor()]), &short, valid()).is_err());
}

/// OpenSSL 1.0 failed here in 2020: the cross-certificate that is sent has ended, and the anchor is known.
#[test]
fn an_expired_cross_certificate_does_not_hide_an_anchor() {
    let (old, new) = (root("Old Root"), root("New Root"));
    let mut parameters = new.parameters.clone();
    parameters.not_after = rcgen::date_time_ymd(2025, 5, 30);
    let key = rcgen::KeyPair::try_from(new.key.serialize_der().as_slice()).unwrap();
    let cross = old.issue_for(parameters, key);
    let server = new.issue(leaf());
    let sent = [server.der.as_slice(), &cross.der];
    assert!(verify(&store([new.anchor()]), &sent, valid()).is_ok());
    let judged = verify(&store([old.anchor()]), &sent, valid());
    let Err(VerifyError::NoPath {
        end: PathEnd::IntermediateExpired { certificate: 1, .. },
        ..
    }) = judged
    else {
        panic!("{judged:?}");
    };
}

#[test]
fn an_intermediate_may_be_an_anchor() {
    let chain = Chain::new();
    let contents = store([chain.intermediate.anchor()]);
    assert!(verify(&contents, &chain.sent(), valid()).is_ok());
    assert!(verify(&contents, &chain.sent()[..1], valid()).is_ok());
}

/// An anchor is a name and a key: it vouches for what it signed, and a leaf has signed nothing but itself.
#[test]
fn a_leaf_as_an_anchor_serves_only_when_it_signed_itself() {
    let mut parameters = leaf();
    parameters.distinguished_name = ca("Own").distinguished_name;
    let chain = Chain::with(ca("Intermediate"), parameters.clone());
    let judged = verify(&store([chain.leaf.anchor()]), &chain.sent(), valid());
    assert_eq!(judged, Err(unknown_issuer(1)));
    let own = self_signed(parameters);
    assert!(verify(&store([own.anchor()]), &[&own.der], valid()).is_ok());
}

#[test]
fn the_same_name_with_another_key_is_a_bad_signature() {
    let chain = Chain::new();
    let judged = verify(&store([root("Root").anchor()]), &chain.sent(), valid());
    assert_eq!(judged, Err(VerifyError::BadSignature { certificate: 1 }));
    // Both keys: the right one is found.
    let contents = store([root("Root").anchor(), chain.root.anchor()]);
    assert!(verify(&contents, &chain.sent(), valid()).is_ok());
}

#[test]
fn a_signature_of_another_intermediate_is_bad() {
    let chain = Chain::new();
    let twin = chain.root.issue(ca("Intermediate"));
    let judged = verify(&chain.store(), &[&chain.leaf.der, &twin.der], valid());
    assert_eq!(judged, Err(VerifyError::BadSignature { certificate: 0 }));
    let both = [
        chain.leaf.der.as_slice(),
        &twin.der,
        &chain.intermediate.der,
    ];
    assert!(verify(&chain.store(), &both, valid()).is_ok());
}

/// Two certificates that differ in their dates alone have one signature between them.
#[test]
fn dates_are_part_of_what_is_signed() {
    let mut parameters = ca("Intermediate");
    parameters.not_after = rcgen::date_time_ymd(2026, 1, 10);
    let chain = Chain::with(parameters, leaf());
    let mut forged = chain.intermediate.der.clone();
    let text = b"260110000000Z";
    let place = forged.windows(13).position(|part| part == text).unwrap();
    forged[place..place + 2].copy_from_slice(b"39");
    let judge = |sent: &[&[u8]]| verify(&chain.store(), sent, valid());
    let l = chain.leaf.der.as_slice();
    let genuine = chain.intermediate.der.as_slice();
    let bad = Err(VerifyError::BadSignature { certificate: 1 });
    assert_eq!(judge(&[l, &forged]), bad);
    assert_eq!(judge(&[l, &forged, genuine]), bad);
    let mut contents = chain.store();
    contents.dates.intermediates = false;
    assert!(verify(&contents, &[l, &forged, genuine], valid()).is_ok());
}
