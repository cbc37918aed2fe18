//! Servers that say anything at all. None of them is trusted, and none makes the device panic.

use device::tls::TlsError;
use embedded_io_async::Read as _;
use proptest::prelude::*;
use simulated::executor::block_on;

use crate::client::Device;
use crate::hostile::{Stage, server};
use crate::memory::{Memory, Peer};
use crate::session::{ALERT, DATA, HANDSHAKE, MESSAGES, SERVER_HELLO, Session, message, plain};
use crate::support::Chain;

/// Opens a connection and reads until an error.
fn talk(chain: &Chain, transport: Memory<impl Peer>) -> TlsError {
    let mut device = Device::trusting(&chain.store());
    block_on(async {
        let mut secured = match device.open(transport).await {
            Ok(secured) => secured,
            Err(error) => return error,
        };
        loop {
            if let Err(error) = secured.read(&mut [0; 64]).await {
                return error;
            }
        }
    })
}

/// Bytes with small numbers in them, so that some are lengths of what follows.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => 0..4_u8, 1 => 4..64_u8, 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..200)
}

/// A handshake message whose contents are as long as it says, mostly.
fn a_message() -> impl Strategy<Value = Vec<u8>> {
    let kind = proptest::sample::select(&MESSAGES);
    (kind, bytes(), bytes(), 0..8_u8).prop_map(|(kind, before, list, cut)| {
        let list = [&[0, u8::try_from(list.len()).unwrap()][..], &list].concat();
        let body = [&before[..before.len() % 5], &list].concat();
        let mut whole = message(kind, &body);
        whole.truncate(whole.len() - usize::from(cut / 6));
        whole
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn in_the_clear(said in bytes(), hello in any::<bool>()) {
        let chain = Chain::new();
        talk(&chain, server(|_: &mut Session, _| match hello {
            true => plain(HANDSHAKE, &message(SERVER_HELLO, &said)),
            false => said.clone(),
        }));
    }

    #[test]
    fn encrypted_during_the_handshake(
        messages in proptest::collection::vec(a_message(), 1..4),
        kind in prop_oneof![6 => Just(HANDSHAKE), 1 => Just(ALERT), 1 => any::<u8>()],
    ) {
        let chain = Chain::new();
        talk(&chain, server(|session: &mut Session, stage| match stage {
            Stage::Hello => [session.hello(), session.seal(kind, &messages.concat())].concat(),
            Stage::Later => Vec::new(),
        }));
    }

    #[test]
    fn encrypted_after_the_handshake(
        message in a_message(),
        junk in bytes(),
        kind in prop_oneof![1 => Just(ALERT), 6 => Just(DATA), 1 => 24..=255_u8],
    ) {
        let chain = Chain::new();
        talk(&chain, server(|session: &mut Session, stage| match stage {
            Stage::Hello => session.honest(&chain),
            Stage::Later => {
                let junk = session.seal(kind, &junk);
                [junk, session.seal(HANDSHAKE, &message)].concat()
            }
        }));
    }
}
