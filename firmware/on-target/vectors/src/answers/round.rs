//! Whole rounds of the update client, from the start of an image on.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::pin::Pin;

use device::client::{self, Board, Client, Image, Next};
use device::platform::Timer as _;
use device::release::Edition;
use device::startup;
use device::store::TrustStore;
use device::tls::EmbeddedTls;

use super::release::running_as;
use super::shown;
use super::slots::slot;
use crate::board::{Activity, Flash, Ignored, InMemory, Lines, Recording, Time, Word};
use crate::form::{Malformed, Parts};
use crate::known::Known;
use crate::meter::Meter;

/// Servers that tell the time. Who answers is in the question.
const TIME_SERVERS: [&str; 2] = ["time.example.org", "time.example.net"];

/// What it told, what came of each round, and the hash of the flash.
pub(super) fn round<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let (store, version, epoch) = (parts.bytes()?, parts.text()?, parts.number()?);
    let booted = slot(u8::from(parts.number()? != 0));
    let rounds = parts.number()?;
    let activity = Activity::default();
    let flash = Flash::read(parts, &activity)?;
    let network = Recording::read(parts, &activity)?;
    let store = match TrustStore::read_exact(store) {
        Ok(store) => store,
        refused => return Ok(shown(&refused)),
    };
    let running = match Edition::new(version, epoch) {
        Ok(edition) => running_as(edition),
        refused => return Ok(shown(&refused)),
    };
    let image = Image {
        running,
        booted,
        store,
        time_servers: TIME_SERVERS,
    };
    let timer = Time::new(&activity);
    let board = Board {
        network,
        timer: timer.clone(),
        random: Known::default(),
        flash,
        console: Lines::new(),
        watchdog: Ignored,
        scratch: Word::default(),
        tls: EmbeddedTls::new(Known::default()),
    };
    Ok(live(board, image, rounds, &timer, meter))
}

fn live<M: Meter>(
    mut board: Board<InMemory<'_>>,
    image: Image<'_>,
    rounds: i64,
    timer: &Time,
    meter: &mut M,
) -> String {
    let counted = startup::count(&mut board.flash, image.booted.partition().offset);
    let started = client::start(&mut board.flash, &mut board.console, image, &counted);
    let mut client = Client::new(board, started);
    let mut answer = String::new();
    for _ in 0..rounds {
        let next = {
            let mut round = begun(&mut client);
            meter.measure(|| run(timer, round.as_mut()))
        };
        answer += &format!("{next:?}\n");
        let Some(Next::Wait(wait)) = next else { break };
        timer.run(timer.sleep(wait));
    }
    answer += &format!("{} {:?}\n", client.is_on_trial(), client.memory());
    answer + &ended(client.board())
}

/// A round whose state is not on the stack, as in the firmware, where it is static; it is not measured.
fn begun<'c>(client: &'c mut Client<'_, InMemory<'_>>) -> Pin<Box<dyn Future<Output = Next> + 'c>> {
    Box::pin(client.round())
}

fn run(timer: &Time, round: Pin<&mut dyn Future<Output = Next>>) -> Option<Next> {
    timer.run(round)
}

/// What was told, and the hash of the flash.
fn ended(board: &Board<InMemory<'_>>) -> String {
    format!("{}{}", board.console.0, board.flash.hash())
}
