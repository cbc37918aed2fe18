//! Defect 2: an encrypted record of nothing but a tag.

use super::*;

fn with_empty_record() -> Memory<impl Peer> {
    server(first(|session| {
        let hello = session.hello();
        [hello, session.seal_inner(&[])].concat()
    }))
}

#[test]
fn is_refused() {
    let problem = RecordProblem::Length {
        kind: DATA,
        found: 16,
    };
    let chain = Chain::new();
    assert_eq!(
        refused(&chain, with_empty_record()),
        TlsError::Record(problem)
    );
}

#[test]
#[should_panic(expected = "called `Option::unwrap()` on a `None` value")]
fn twin_stops_the_library() {
    let mut bare = Bare::new();
    drop(block_on(bare.open(with_empty_record(), Verdict::No)));
}

#[test]
fn one_of_padding_alone_is_an_error_and_no_panic() {
    for padding in [1, 100] {
        let chain = Chain::new();
        let transport = server(first(move |session| {
            let hello = session.hello();
            [hello, session.seal_inner(&vec![0; padding])].concat()
        }));
        assert_eq!(refused(&chain, transport), TlsError::UnknownMessage);
    }
}
