//! What servers say: HTTP, redirects, SNTP.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;

use device::http::{Answer, Connection, HttpError, Place, Request, Scheme, Trail};
use device::time::Question;
use device::url::HttpsUrl;
use device::verify::Moment;
use rand_core::{CryptoRng, RngCore};

use super::shown;
use crate::form::{Malformed, Parts};
use crate::meter::Meter;
use crate::script::{Script, at_once};

pub(super) fn http<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let number = |number: i64| u32::try_from(number).unwrap_or_default();
    let (from, piece) = (number(parts.number()?), number(parts.number()?));
    let says = parts.bytes()?;
    let piece = usize::try_from(piece).unwrap_or_default();
    let place = match Place::new(Scheme::Https, "ota.example.com", 443, "/fleet/release.json") {
        Ok(place) => place,
        refused => return Ok(shown(&refused)),
    };
    let answer = meter.measure(|| at_once(fetch(Script { says, piece }, &place, from)));
    Ok(answer.map_or_else(|| "it waits".into(), |answer| shown(&answer)))
}

pub(super) fn redirect<M: Meter>(
    parts: &mut Parts<'_>,
    meter: &mut M,
) -> Result<String, Malformed> {
    let (url, file, listed) = (parts.text()?, parts.text()?, parts.text()?);
    let Ok(url) = HttpsUrl::parse(url.as_bytes()) else {
        return Err(Malformed::Text);
    };
    let listed = listed.lines().map(str::as_bytes).map(HttpsUrl::parse);
    let mut trail = match Trail::within(url, listed.flatten(), file) {
        Ok(trail) => trail,
        refused => return Ok(shown(&refused)),
    };
    let mut answer = String::new();
    for location in parts.rest()? {
        let location = core::str::from_utf8(location).map_err(|_| Malformed::Text)?;
        let place = meter.measure(|| trail.follow(location).cloned());
        answer += &format!("{}\n", shown(&place));
    }
    Ok(answer)
}

pub(super) fn sntp<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let (random, answer, floor) = (parts.bytes()?, parts.bytes()?, parts.number()?);
    let floor = Moment::from_unix_seconds(floor).ok_or(Malformed::Text)?;
    let question = Question::new(&mut Told(random));
    let told = meter.measure(|| question.answered(answer, floor));
    Ok(format!("{:?} {}", question.packet(), shown(&told)))
}

async fn fetch(
    server: Script<'_>,
    place: &Place,
    from: u32,
) -> Result<(String, Vec<u8>), HttpError<Infallible>> {
    let mut connection = Connection::new(server);
    let request = Request {
        place,
        user_agent: "perennial/1.2.3",
        from,
        tag: None,
        fields: &[],
        keep: true,
    };
    let mut body = match connection.get(&request).await? {
        Answer::File(body) => body,
        Answer::Redirect(location) => return Ok((format!("to {location}"), Vec::new())),
    };
    let head = format!("{} {:?} {:?}", body.length(), body.total(), body.tag());
    let mut bytes = Vec::new();
    let mut room = [0; 100];
    loop {
        match body.read(&mut room).await? {
            0 => return Ok((head, bytes)),
            count => bytes.extend(room.iter().take(count)),
        }
    }
}

/// Random numbers that a vector tells.
struct Told<'a>(&'a [u8]);

impl CryptoRng for Told<'_> {}

impl RngCore for Told<'_> {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, into: &mut [u8]) {
        for (to, from) in into.iter_mut().zip(self.0.iter().cycle()) {
            *to = *from;
        }
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(into);
        Ok(())
    }
}
