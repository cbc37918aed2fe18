//! Asking servers for the time.

use core::fmt;
use core::time::Duration;

use rand_core::CryptoRngCore;

use super::agreement::{Agreement, Reading};
use super::sntp::{AnswerProblem, PACKET, Question};
use crate::platform::{Network, TimedOut, Timer};
use crate::verify::Moment;

/// The UDP port of NTP servers.
pub const PORT: u16 = 123;
/// How long a server may take to be found and to answer. It is also how wrong its answer may be for that reason.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// Most servers that are asked: a network without SNTP costs 8 s.
pub const MAX_SERVERS: usize = 4;

/// Why the time is not known. `E` is the error of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SntpError<E> {
    /// No two of the servers that answered say the same. These are the last two.
    Disagreement {
        /// What one says.
        one: Moment,
        /// What the other says.
        other: Moment,
    },
    /// Fewer than two servers answered.
    TooFewAnswers {
        /// How many did.
        answers: usize,
        /// Why the last of the others did not; `None` where there are no others.
        last: Option<Silence<E>>,
    },
}

/// Why a server told no time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Silence<E> {
    /// What came is not an answer.
    Answer(AnswerProblem),
    /// It was not reached.
    Network(E),
    /// It did not answer in time.
    TimedOut(TimedOut),
}

/// Asks `servers` one after the other, until two agree on the time. Each is asked once, and one that is named twice is
/// asked once: who wants to know better asks again later. `floor` says which of NTP's eras it is.
///
/// # Errors
///
/// See [`SntpError`].
pub async fn ask<N: Network, T: Timer>(
    network: &mut N,
    timer: &T,
    random: &mut impl CryptoRngCore,
    servers: &[&str],
    floor: Moment,
) -> Result<Reading, SntpError<N::Error>> {
    let mut agreement = Agreement::default();
    let mut last = None;
    for (index, server) in servers.iter().enumerate().take(MAX_SERVERS) {
        if servers.iter().take(index).any(|other| other == server) {
            continue;
        }
        match one(network, timer, random, server, floor).await {
            Err(silence) => last = Some(silence),
            Ok(reading) => {
                if let Some(agreed) = agreement.hear(server, reading) {
                    return Ok(agreed);
                }
            }
        }
    }
    Err(no_agreement(&agreement, last))
}

async fn one<N: Network, T: Timer>(
    network: &mut N,
    timer: &T,
    random: &mut impl CryptoRngCore,
    server: &str,
    floor: Moment,
) -> Result<Reading, Silence<N::Error>> {
    let question = Question::new(random);
    let packet = question.packet();
    let mut answer = [0; PACKET];
    let exchange = network.exchange(server, PORT, &packet, &mut answer);
    let exchanged = timer.within(PATIENCE, exchange).await;
    let uptime = timer.uptime();
    let length = exchanged
        .map_err(Silence::TimedOut)?
        .map_err(Silence::Network)?;
    let answer = answer.get(..length).unwrap_or(&answer);
    let now = question.answered(answer, floor).map_err(Silence::Answer)?;
    Ok(Reading { now, uptime })
}

fn no_agreement<E>(agreement: &Agreement<'_>, last: Option<Silence<E>>) -> SntpError<E> {
    match agreement.heard() {
        [.., (_, one), (_, other)] => SntpError::Disagreement {
            one: one.now,
            other: other.now,
        },
        heard => SntpError::TooFewAnswers {
            answers: heard.len(),
            last,
        },
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for SntpError<E> {}

impl<E: fmt::Display> fmt::Display for SntpError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disagreement { one, other } => {
                write!(
                    formatter,
                    "no two servers agree: one says {one}, another {other}"
                )
            }
            Self::TooFewAnswers { answers, last } => {
                write!(formatter, "{answers} servers told the time, 2 must agree")?;
                match last {
                    Some(silence) => write!(formatter, "; another did not: {silence}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl<E: fmt::Display> fmt::Display for Silence<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(problem) => write!(formatter, "{problem}"),
            Self::Network(error) => write!(formatter, "{error}"),
            Self::TimedOut(error) => write!(formatter, "{error}"),
        }
    }
}
