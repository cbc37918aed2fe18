//! What is wrong with the TLS library, each with the guard and, as a twin, without it: as long as the twins pass, the guards
//! are needed. One is mended in the library's copy, and has no twin: `unknown_value`.

mod empty_record;
mod end;
mod handshake;
mod late_message;
mod no_certificate;
mod split_message;
mod unknown_value;

use device::tls::{HelloProblem, RecordProblem, TlsError};
use embedded_io_async::{Read as _, Write as _};
use simulated::executor::block_on;

use crate::client::{Bare, Device, Verdict};
use crate::hostile::{Stage, server};
use crate::memory::{Memory, Peer};
use crate::session::{
    ALERT, CERTIFICATE_REQUEST, CHANGE_CIPHER_SPEC, DATA, ENCRYPTED_EXTENSIONS, HANDSHAKE,
    MESSAGES, NEW_SESSION_TICKET, SERVER_HELLO, Session, extension_list, hello_body, hello_with,
    message, plain, sized,
};
use crate::support::Chain;

/// Why the device did not open the connection.
fn refused(chain: &Chain, transport: Memory<impl Peer>) -> TlsError {
    let mut device = Device::trusting(&chain.store());
    block_on(device.open(transport)).unwrap_err()
}

/// A script that says this to the ClientHello, and nothing later.
fn first(
    mut flight: impl FnMut(&mut Session) -> Vec<u8>,
) -> impl FnMut(&mut Session, Stage) -> Vec<u8> {
    move |session, stage| match stage {
        Stage::Hello => flight(session),
        Stage::Later => Vec::new(),
    }
}

/// A server that is honest until the handshake is over, and then says this.
fn then<'a>(
    chain: &'a Chain,
    mut later: impl FnMut(&mut Session) -> Vec<u8> + 'a,
) -> Memory<impl Peer + 'a> {
    server(move |session: &mut Session, stage| match stage {
        Stage::Hello => session.honest(chain),
        Stage::Later => later(session),
    })
}

/// What the device reads from a server after the handshake, until an error.
fn read(chain: &Chain, transport: Memory<impl Peer>) -> (Vec<u8>, TlsError) {
    let mut device = Device::trusting(&chain.store());
    block_on(async {
        let mut secured = device.open(transport).await.unwrap();
        let mut data = Vec::new();
        let mut buffer = [0; 64];
        loop {
            match secured.read(&mut buffer).await {
                Ok(count) => data.extend(&buffer[..count]),
                Err(error) => {
                    // The first error is the last word.
                    assert_eq!(secured.read(&mut buffer).await, Err(error));
                    assert_eq!(secured.write(b"x").await, Err(error));
                    return (data, error);
                }
            }
        }
    })
}

/// What the library alone reads.
fn read_bare(transport: Memory<impl Peer>) -> Result<usize, embedded_tls::TlsError> {
    let mut bare = Bare::new();
    block_on(async {
        let mut connection = bare.open(transport, Verdict::Yes).await.unwrap();
        connection.read(&mut [0; 64]).await
    })
}

#[test]
fn an_honest_server_is_spoken_with() {
    let chain = Chain::new();
    let transport = then(&chain, |session| {
        let ticket = [&[0; 8][..], &[1, 7, 0, 1, 7, 0, 0]].concat();
        let ticket = session.seal(HANDSHAKE, &message(NEW_SESSION_TICKET, &ticket));
        let empty = session.seal(DATA, &[]);
        let padded = session.seal_inner(&[&b"hel"[..], &[DATA], &[0; 100]].concat());
        let rest = session.seal(DATA, b"lo");
        let end = session.seal(ALERT, &[1, 0]);
        [ticket, empty, padded, rest, end].concat()
    });
    assert_eq!(
        read(&chain, transport),
        (b"hello".to_vec(), TlsError::Closed)
    );
}

#[test]
fn an_honest_server_may_put_its_messages_into_one_record() {
    let chain = Chain::new();
    let transport = server(|session: &mut Session, stage| match stage {
        Stage::Hello => session.honest_together(&chain),
        Stage::Later => session.seal(DATA, b"hello"),
    });
    let cut = (b"hello".to_vec(), TlsError::Cut);
    assert_eq!(read(&chain, transport), cut);
}
