//! Connections over TLS.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use device::store::TrustStore;
use device::tls::{EmbeddedTls, Server, Suite, TlsEngine as _, TlsError};
use device::verify::Verifier;
use embedded_io_async::Read as _;

use super::chain::Question;
use super::shown;
use crate::form::{Malformed, Parts};
use crate::known::Known;
use crate::meter::Meter;
use crate::script::{Script, at_once};

pub(super) fn tls<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let question = Question::read(parts)?;
    let says = parts.bytes()?;
    let store = match TrustStore::read_exact(question.store) {
        Ok(store) => store,
        refused => return Ok(shown(&refused)),
    };
    let clock = question.clock().ok_or(Malformed::Text)?;
    let server = Server {
        host: question.name,
        port: 443,
        verifier: &Verifier::new(store),
        clock,
    };
    // Its state is not on the stack, as in the firmware, where it is static; it is not measured.
    let mut reading = Box::pin(read(server, says));
    let read = meter.measure(|| at_once(reading.as_mut()));
    Ok(read.map_or_else(|| "it waits".into(), |read| shown(&read)))
}

/// The server, what it said, and the error with which it ended.
async fn read(server: Server<'_, '_>, says: &[u8]) -> Result<String, TlsError> {
    let mut engine = EmbeddedTls::new(Known::default());
    let piece = usize::MAX;
    let script = Script { says, piece };
    let mut secured = engine.open(script, Suite::Aes128GcmSha256, server).await?;
    let mut data: Vec<u8> = Vec::new();
    loop {
        let mut room = [0; 4];
        match secured.read(&mut room).await {
            Ok(count) => data.extend(room.iter().take(count)),
            Err(end) => return Ok(format!("{:?} {data:?} {end:?}", secured.proof())),
        }
    }
}
