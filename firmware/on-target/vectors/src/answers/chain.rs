//! Chains and handshakes.

use alloc::string::String;
use alloc::vec::Vec;

use device::store::TrustStore;
use device::verify::{Clock, Moment, VerifiedServer, Verifier, VerifyError};

use super::shown;
use crate::form::{Malformed, Parts};
use crate::meter::{Meter, Unmeasured};

pub(super) fn chain<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let question = Question::read(parts)?;
    let chain = parts.rest()?;
    Ok(question
        .verify(&chain, meter)
        .map_or_else(|unreadable| unreadable, |verified| shown(&verified)))
}

pub(super) fn handshake<M: Meter>(
    parts: &mut Parts<'_>,
    meter: &mut M,
) -> Result<String, Malformed> {
    let question = Question::read(parts)?;
    let (scheme, transcript, signature) = (parts.bytes()?, parts.bytes()?, parts.bytes()?);
    let scheme = scheme.try_into().map(u16::from_be_bytes);
    let scheme = scheme.map_err(|_| Malformed::Cut)?;
    let chain = parts.rest()?;
    let server = match question.verify(&chain, &mut Unmeasured) {
        Ok(Ok(server)) => server,
        Ok(refused) => return Ok(shown(&refused)),
        Err(unreadable) => return Ok(unreadable),
    };
    let proof = meter.measure(|| server.verify_handshake(scheme, transcript, signature));
    Ok(shown(&proof))
}

/// A store, a name and a clock.
pub(super) struct Question<'a> {
    pub(super) store: &'a [u8],
    pub(super) name: &'a str,
    floor: i64,
    now: Option<i64>,
}

impl<'a> Question<'a> {
    pub(super) fn read(parts: &mut Parts<'a>) -> Result<Self, Malformed> {
        Ok(Self {
            store: parts.bytes()?,
            name: parts.text()?,
            floor: parts.number()?,
            now: parts.optional_number()?,
        })
    }

    /// What the verifier says, or why it cannot be asked.
    fn verify<M: Meter>(
        &self,
        chain: &Vec<&[u8]>,
        meter: &mut M,
    ) -> Result<Result<VerifiedServer, VerifyError>, String> {
        let store = TrustStore::read_exact(self.store);
        let store = store.map_err(|error| shown::<(), _>(&Err(error)))?;
        let Some(clock) = self.clock() else {
            return Err("no such time".into());
        };
        Ok(meter.measure(|| Verifier::new(store).verify(chain, self.name, clock)))
    }

    pub(super) fn clock(&self) -> Option<Clock> {
        let floor = Moment::from_unix_seconds(self.floor)?;
        match self.now {
            Some(now) => Some(Clock::known(floor, Moment::from_unix_seconds(now)?)),
            None => Some(Clock::unknown(floor)),
        }
    }
}
