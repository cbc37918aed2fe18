//! The limits that are checked before anything is read, and how much work a chain may cost.

use device::verify::{MAX_CHAIN_BYTES, MAX_INTERMEDIATES, PathEnd, VerifyError};

use crate::support::{Chain, ca, leaf, root, store, valid, verify};

#[test]
fn four_intermediates_are_read_and_five_are_not() {
    let top = root("Root");
    let mut path = vec![top.issue(ca("CA 1"))];
    for number in 2..=5 {
        let next = path.last().unwrap().issue(ca(&format!("CA {number}")));
        path.push(next);
    }
    for (count, expected) in [
        (MAX_INTERMEDIATES, Ok(())),
        (5, Err(VerifyError::TooManyCertificates { found: 6 })),
    ] {
        let leaf = path[count - 1].issue(leaf());
        let mut sent = vec![leaf.der.as_slice()];
        sent.extend(path[..count].iter().rev().map(|made| made.der.as_slice()));
        let judged = verify(&store([top.anchor()]), &sent, valid());
        assert_eq!(judged.map(drop), expected);
    }
}

#[test]
fn the_last_byte_that_is_read() {
    let chain = Chain::new();
    let [leaf, intermediate] = chain.sent();
    let room = MAX_CHAIN_BYTES - leaf.len() - intermediate.len();
    let padding = vec![0; room + 1];
    let judge =
        |padding: &[u8]| verify(&chain.store(), &[leaf, intermediate, padding], valid()).map(drop);
    assert_eq!(judge(&padding[..room]), Ok(()));
    let found = MAX_CHAIN_BYTES + 1;
    assert_eq!(judge(&padding), Err(VerifyError::TooManyBytes { found }));
}

#[test]
fn no_certificate_is_no_chain() {
    let chain = Chain::new();
    assert_eq!(
        verify(&chain.store(), &[], valid()),
        Err(VerifyError::Empty)
    );
    let judged = verify(&chain.store(), &[&[]], valid());
    let Err(VerifyError::Unreadable { .. }) = judged else {
        panic!("{judged:?}");
    };
}

#[test]
fn junk_beside_a_chain_does_no_harm_and_is_told_when_there_is_none() {
    let chain = Chain::new();
    let [leaf, intermediate] = chain.sent();
    let sent = [leaf, &b"junk"[..], intermediate];
    assert!(verify(&chain.store(), &sent, valid()).is_ok());
    let judged = verify(&chain.store(), &[leaf, b"junk"], valid());
    let Err(VerifyError::NoPath { end, .. }) = judged else {
        panic!("{judged:?}");
    };
    let expected = PathEnd::UnknownIssuer {
        certificate: 0,
        unreadable: Some(1),
    };
    assert_eq!(end, expected);
}

/// Four CAs with one name, each signed by each other's key and none by the anchor of that name.
#[test]
fn a_maze_ends_early() {
    let (anchor, other) = (root("Maze"), root("Maze"));
    let certificates: Vec<_> = (0..4).map(|_| other.issue(ca("Maze"))).collect();
    let leaf = other.issue(leaf());
    let mut sent = vec![leaf.der.as_slice()];
    sent.extend(certificates.iter().map(|made| made.der.as_slice()));
    let many: Vec<_> = std::iter::repeat_with(|| root("Maze").anchor())
        .take(20)
        .collect();
    assert_eq!(
        verify(&store(many), &sent, valid()),
        Err(VerifyError::TooMuchWork)
    );
    let judged = verify(&store([anchor.anchor()]), &sent, valid());
    assert!(judged.is_err(), "{judged:?}");
}
