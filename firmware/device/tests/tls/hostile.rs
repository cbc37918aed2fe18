//! A server that says whatever a test wants, with right keys. The fuzz targets use it too.

use p256::ecdh::EphemeralSecret;
use rand_core::OsRng;

use crate::memory::{Memory, Peer};
use crate::session::{HANDSHAKE, Session};

/// When the script is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The ClientHello is here.
    Hello,
    /// Something encrypted is here: the client's Finished, or data.
    Later,
}

/// A connection to a server that follows `script`.
pub(crate) fn server<S>(script: S) -> Memory<Hostile<S>>
where
    S: FnMut(&mut Session, Stage) -> Vec<u8>,
{
    let session = Session::new(|| EphemeralSecret::random(&mut OsRng));
    Memory::of(Hostile::new(session, script))
}

pub(crate) struct Hostile<S> {
    script: S,
    session: Session,
    heard: Vec<u8>,
}

impl<S> Hostile<S> {
    pub(crate) fn new(session: Session, script: S) -> Self {
        Self {
            script,
            session,
            heard: Vec::new(),
        }
    }
}

impl<S: FnMut(&mut Session, Stage) -> Vec<u8>> Peer for Hostile<S> {
    fn hear(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.heard.extend(bytes);
        let mut said = Vec::new();
        while let Some(record) = take_record(&mut self.heard) {
            let stage = match record[0] {
                HANDSHAKE => {
                    self.session.read_client_hello(&record[5..]);
                    Stage::Hello
                }
                _ => Stage::Later,
            };
            said.extend((self.script)(&mut self.session, stage));
        }
        said
    }
}

fn take_record(heard: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = 5 + usize::from(u16::from_be_bytes([*heard.get(3)?, *heard.get(4)?]));
    (heard.len() >= length).then(|| heard.drain(..length).collect())
}
