//! A store from anywhere: what saves a device that trusts no server any more.
//!
//! It comes over plain HTTP from the host of each endpoint, port 80, as `rescue.bin` beside the release. Who is on the way can
//! keep it back, and read which store the device has; nothing else. It is asked for in each round in which no endpoint answered
//! as it should, and such rounds come less and less often.
//!
//! The endpoints of the image are asked too when a rescue store with others is in force: one that names the wrong hosts must not
//! be the last.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::pin::pin;
use core::time::Duration;

use embedded_io_async::{Read, Write};

use super::board::{Board, Platform};
use super::fetch::NetworkError;
use super::state::State;
use super::status::Status;
use super::{Client, SLACK, step};
use crate::http::{Answer, Body, Connection, HttpError, Place, PlaceProblem, Request};
use crate::platform::{Console, Network, TimedOut, Timer, Watchdog};
use crate::rescue::layout::FILE_NAME;
use crate::rescue::{self, ReceiveError, Receiver, RescueStore, WriteError};
use crate::store::TrustStore;

/// For all of it.
const FILE_LIMIT: Duration = Duration::from_mins(2);
/// Product and version are nobody's business on the way.
const USER_AGENT: &str = "perennial";

/// Why there is no rescue store. `N` is the error of the network.
#[derive(Debug)]
enum NoRescue<N> {
    Place(PlaceProblem),
    TimedOut(TimedOut),
    Unreached(N),
    Http(String),
    Redirect,
    Refused(ReceiveError),
    Write(WriteError),
}

impl<P: Platform> Client<'_, P> {
    /// Asks each endpoint's host for a rescue store. Whether one is in force now that was not before.
    pub(super) async fn rescue(&mut self) -> bool {
        if self.state.image.store.rescue_keys().keys().next().is_none() {
            return false;
        }
        let all = self.endpoints();
        self.begin_step(all);
        let rescued = self.rescue_from_any().await;
        step::end(&mut self.board.scratch);
        rescued
    }

    async fn rescue_from_any(&mut self) -> bool {
        for place in places(&self.state) {
            self.board.watchdog.allow(FILE_LIMIT.saturating_add(SLACK));
            let offered = match place {
                Ok(place) => self.rescue_from(&place).await,
                Err(problem) => Err(NoRescue::Place(problem)),
            };
            match offered {
                Ok(sequence) => {
                    self.board.say(format_args!(
                        "rescue: the store with sequence {sequence} is in force"
                    ));
                    return true;
                }
                Err(error) => self.board.say(format_args!("rescue: {error}")),
            }
        }
        false
    }

    async fn rescue_from(&mut self, place: &Place) -> Result<u64, NoRescue<NetworkError<P>>> {
        let offer = self.offer(place).await?;
        let image = &self.state.image.store;
        let sequence = offer.sequence();
        let keys = image.rescue_keys().sha256();
        let floor = self.state.memory.rescue_floors.of(&keys);
        let (flash, copies) = (&mut self.board.flash, &mut self.state.copies);
        rescue::write(flash, copies, image, offer, floor).map_err(NoRescue::Write)?;
        self.state.memory.rescue_floors.raise(&keys, sequence);
        self.remember();
        Ok(sequence)
    }

    /// What is there, if enough rescue keys signed it.
    async fn offer(&mut self, at: &Place) -> Result<RescueStore, NoRescue<NetworkError<P>>> {
        let status = Status::of(&self.state);
        let Board {
            network,
            timer,
            console,
            ..
        } = &mut self.board;
        console.line(format_args!(
            "rescue: asking http://{}{}",
            at.host(),
            at.target()
        ));
        let request = Request {
            place: at,
            user_agent: USER_AGENT,
            from: 0,
            tag: None,
            fields: &status.public_fields(),
            keep: false,
        };
        let download = pin!(download(network, &request, &self.state.image.store));
        let limited = timer.within(FILE_LIMIT, download);
        limited.await.map_err(NoRescue::TimedOut)?
    }
}

/// Where a rescue store may be: on the hosts in force, then on those of the image. None is named twice.
fn places(state: &State<'_>) -> Vec<Result<Place, PlaceProblem>> {
    let in_force = state.in_force();
    let endpoints = in_force.endpoints().chain(state.image.store.endpoints());
    let mut places = Vec::new();
    for endpoint in endpoints {
        let place = Place::below_without_tls(&endpoint.url, FILE_NAME);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

async fn download<N: Network>(
    network: &mut N,
    request: &Request<'_>,
    image: &TrustStore<'_>,
) -> Result<RescueStore, NoRescue<N::Error>> {
    let connected = network.connect(request.place.host(), request.place.port());
    let stream = connected.await.map_err(NoRescue::Unreached)?;
    let mut connection = Connection::new(stream);
    match connection
        .get(request)
        .await
        .map_err(|error| told(&error))?
    {
        Answer::File(body) => receive(body, image).await,
        Answer::Redirect(_) => Err(NoRescue::Redirect),
    }
}

async fn receive<S: Read + Write, N>(
    mut body: Body<'_, S>,
    image: &TrustStore<'_>,
) -> Result<RescueStore, NoRescue<N>> {
    let length = usize::try_from(body.length()).unwrap_or(usize::MAX);
    let mut receiver = Receiver::new(image, length).map_err(NoRescue::Refused)?;
    let mut portion = [0; 512];
    loop {
        let read = body.read(&mut portion).await;
        let count = read.map_err(|error| told(&error))?;
        if count == 0 {
            return receiver.finish().map_err(NoRescue::Refused);
        }
        let bytes = portion.get(..count).unwrap_or_default();
        receiver.take(bytes).map_err(NoRescue::Refused)?;
    }
}

/// In words: each network has errors of its own.
fn told<E: fmt::Display, N>(error: &HttpError<E>) -> NoRescue<N> {
    NoRescue::Http(format!("{error}"))
}

impl<N: fmt::Display> fmt::Display for NoRescue<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(problem) => write!(formatter, "{problem}"),
            Self::TimedOut(late) => write!(formatter, "{late}"),
            Self::Unreached(error) => write!(formatter, "{error}"),
            Self::Http(error) => formatter.write_str(error),
            Self::Redirect => formatter.write_str("a redirect, which is not followed without TLS"),
            Self::Refused(error) => write!(formatter, "{error}"),
            Self::Write(error) => write!(formatter, "{error}"),
        }
    }
}
