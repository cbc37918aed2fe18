//! The limits that are checked before anything is read, and how much work a chain may cost.

use device::client::fetch::OPEN_LIMIT;
use device::verify::{
    MAX_CHAIN_BYTES, MAX_INTERMEDIATES, MAX_SIGNATURES, PathEnd, PinProblem, PinVerdict, TrustedBy,
    VerifyError,
};

use crate::support::{Chain, ca, leaf, pin, root, store, valid, verify};

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

/// Anchors of one name with other keys cost one signature each.
#[test]
fn the_last_signature_that_is_verified() {
    let right = root("Root");
    let leaf = right.issue(leaf());
    for (wrong, expected) in [
        (MAX_SIGNATURES - 1, Ok(())),
        (MAX_SIGNATURES, Err(VerifyError::TooMuchWork)),
    ] {
        let others = (0..wrong).map(|_| root("Root").anchor());
        let mut anchors: Vec<_> = others.chain([right.anchor()]).collect();
        // A store has them in the order of their fingerprints.
        for (place, anchor) in (0..).zip(&mut anchors) {
            anchor.fingerprint = [place; 32];
        }
        let judged = verify(&store(anchors), &[&leaf.der], valid());
        assert_eq!(judged.map(drop), expected, "{wrong}");
    }
}

/// Three CAs of one name, signed by a key that nobody has: from the one that is pinned, every way through the others is tried.
#[test]
fn a_maze_below_one_pin_leaves_no_signatures_for_the_next() {
    let (right, nobody) = (root("Maze"), root("Maze"));
    let leaf = right.issue(leaf());
    let maze: Vec<_> = (0..3).map(|_| nobody.issue(ca("Maze"))).collect();
    let mut sent = vec![leaf.der.as_slice()];
    sent.extend(maze.iter().chain([&right]).map(|made| made.der.as_slice()));
    let mut contents = store([root("Other").anchor()]);
    contents.pins = vec![pin(&right.der)];
    let server = verify(&contents, &sent, valid()).unwrap();
    let by_the_last = matches!(server.trusted_by(), TrustedBy::Pin { certificate: 4, .. });
    assert!(by_the_last, "{server:?}");
    contents.pins.push(pin(&maze[0].der));
    let expected = PinVerdict::Unusable {
        certificate: 4,
        problem: PinProblem::Unlinked,
    };
    match verify(&contents, &sent, valid()) {
        Err(VerifyError::NoPath { pins, .. }) => assert_eq!(pins, expected),
        other => panic!("{other:?}"),
    }
}

/// By the instructions of docs/device-performance.md, at 160 MHz, and if each took ten cycles because flash is slow.
#[test]
fn the_dearest_chain_takes_less_than_a_handshake_may() {
    let verified = u64::from(MAX_SIGNATURES) + 1;
    let cycles = 10 * verified * instructions_of_the_dearest_signature();
    assert!(cycles < OPEN_LIMIT.as_secs() * 160_000_000, "{cycles}");
}

fn instructions_of_the_dearest_signature() -> u64 {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/device-performance.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| signature "));
    let instructions = rows.map(|row| {
        let cell = row.split('|').nth(1).unwrap().trim();
        cell.replace(',', "").parse::<u64>().unwrap()
    });
    instructions.max().unwrap()
}
