//! One question for the time, and its answer: SNTP version 4, RFC 4330, whose packets are those of RFC 5905, section 7.3.

use core::fmt;

use rand_core::CryptoRngCore;

use crate::verify::Moment;

/// Bytes of a packet without extensions.
pub const PACKET: usize = 48;
/// A server whose clock may be so wrong, or so far away, tells nothing: the MAXDISP of RFC 5905.
pub const MAX_ROOT_SECONDS: u16 = 16;

/// From 1900-01-01, where NTP counts from, to 1970-01-01.
const SECONDS_1900_TO_1970: i64 = 2_208_988_800;
/// No leap second announced, version 4, mode 3 (client).
const CLIENT: u8 = 4 << 3 | 3;
const MODE_SERVER: u8 = 4;
const LEAP_NOT_SYNCHRONISED: u8 = 3;

/// A question. Its transmit timestamp is random: the answer must repeat it, so that only who saw the question can answer, and
/// nobody learns what the device takes for the time.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    nonce: [u8; 8],
}

/// Why an answer tells no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerProblem {
    /// Beyond the year 9999.
    Calendar,
    /// The server wants to be left alone, for the reason of this code (RFC 5905, section 7.4).
    Kiss([u8; 4]),
    /// Not that of a server.
    Mode(u8),
    /// The server has no transmit time.
    NoTime,
    /// The server's clock is not synchronised.
    NotSynchronised,
    /// It does not repeat the question: it answers another one, or is forged.
    OtherQuestion,
    /// The server's clock may be wrong by [`MAX_ROOT_SECONDS`] or more.
    RootDispersion {
        /// Seconds.
        seconds: u16,
    },
    /// The server is [`MAX_ROOT_SECONDS`] or more away from its source.
    RootDelay {
        /// Seconds.
        seconds: u16,
    },
    /// Fewer than [`PACKET`] bytes.
    Short {
        /// Bytes.
        length: usize,
    },
    /// Not 1 to 15.
    Stratum(u8),
    /// Neither 3 nor 4.
    Version(u8),
}

/// What is looked at of an answer.
struct Packet {
    leap_version_mode: u8,
    stratum: u8,
    root_delay: u16,
    root_dispersion: u16,
    reference: [u8; 4],
    originate: [u8; 8],
    transmit_seconds: u32,
    transmit_fraction: u32,
}

impl Question {
    /// A question that nobody can guess.
    pub fn new(random: &mut impl CryptoRngCore) -> Self {
        let mut nonce = [0; 8];
        random.fill_bytes(&mut nonce);
        Self { nonce }
    }

    /// The packet.
    pub fn packet(&self) -> [u8; PACKET] {
        let mut packet = [0; PACKET];
        let (first, rest) = (&self.nonce, packet.iter_mut().rev());
        for (to, from) in rest.zip(first.iter().rev()) {
            *to = *from;
        }
        if let Some(first) = packet.first_mut() {
            *first = CLIENT;
        }
        packet
    }

    /// The time that `answer` tells: whole seconds, when it was sent. What follows the first [`PACKET`] bytes is not looked at.
    ///
    /// NTP's seconds have 32 bits and begin again in 2036. Of the times that they can mean, it is the one that is nearest to
    /// `floor`: right within 68 years.
    ///
    /// # Errors
    ///
    /// The first problem, whether it is an answer to this question before all others.
    pub fn answered(&self, answer: &[u8], floor: Moment) -> Result<Moment, AnswerProblem> {
        let length = answer.len();
        let packet = Packet::read(answer).ok_or(AnswerProblem::Short { length })?;
        if packet.originate != self.nonce {
            return Err(AnswerProblem::OtherQuestion);
        }
        packet.check()?;
        nearest(packet.transmit_seconds, floor).ok_or(AnswerProblem::Calendar)
    }
}

impl Packet {
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.get(..PACKET)?;
        Some(Self {
            leap_version_mode: *bytes.first()?,
            stratum: *bytes.get(1)?,
            // 16.16 bits each: the whole seconds.
            root_delay: u16::from_be_bytes(field(bytes, 4)?),
            root_dispersion: u16::from_be_bytes(field(bytes, 8)?),
            reference: field(bytes, 12)?,
            originate: field(bytes, 24)?,
            transmit_seconds: u32::from_be_bytes(field(bytes, 40)?),
            transmit_fraction: u32::from_be_bytes(field(bytes, 44)?),
        })
    }

    fn check(&self) -> Result<(), AnswerProblem> {
        let first = self.leap_version_mode;
        let (leap, version, mode) = (first >> 6, first >> 3 & 7, first & 7);
        if mode != MODE_SERVER {
            return Err(AnswerProblem::Mode(mode));
        }
        if !matches!(version, 3 | 4) {
            return Err(AnswerProblem::Version(version));
        }
        match self.stratum {
            0 => return Err(AnswerProblem::Kiss(self.reference)),
            1..=15 => {}
            stratum => return Err(AnswerProblem::Stratum(stratum)),
        }
        if leap == LEAP_NOT_SYNCHRONISED {
            return Err(AnswerProblem::NotSynchronised);
        }
        if (self.transmit_seconds, self.transmit_fraction) == (0, 0) {
            return Err(AnswerProblem::NoTime);
        }
        self.check_root()
    }

    fn check_root(&self) -> Result<(), AnswerProblem> {
        let (delay, dispersion) = (self.root_delay, self.root_dispersion);
        if delay >= MAX_ROOT_SECONDS {
            return Err(AnswerProblem::RootDelay { seconds: delay });
        }
        if dispersion >= MAX_ROOT_SECONDS {
            let seconds = dispersion;
            return Err(AnswerProblem::RootDispersion { seconds });
        }
        Ok(())
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// The moment nearest to `floor` whose seconds since 1900 are `seconds`, modulo 2³².
fn nearest(seconds: u32, floor: Moment) -> Option<Moment> {
    let since_1900 = floor.unix_seconds().checked_add(SECONDS_1900_TO_1970)?;
    let floor_seconds = u32::try_from(since_1900.rem_euclid(1 << 32)).ok()?;
    let ahead = seconds.wrapping_sub(floor_seconds).cast_signed();
    Moment::from_unix_seconds(floor.unix_seconds().checked_add(i64::from(ahead))?)
}

impl core::error::Error for AnswerProblem {}

impl fmt::Display for AnswerProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar => formatter.write_str("the time is beyond the year 9999"),
            Self::Kiss(code) => {
                let code = code.escape_ascii();
                write!(formatter, "the server wants to be left alone: {code}")
            }
            Self::Mode(mode) => write!(formatter, "its mode is {mode}, not that of a server"),
            Self::NoTime => formatter.write_str("it has no transmit time"),
            Self::NotSynchronised => formatter.write_str("the server's clock is not synchronised"),
            Self::OtherQuestion => formatter.write_str("it does not answer the question"),
            Self::RootDispersion { seconds } => {
                write!(formatter, "the server's clock may be wrong by {seconds} s")
            }
            Self::RootDelay { seconds } => {
                write!(formatter, "the server is {seconds} s away from its source")
            }
            Self::Short { length } => write!(formatter, "it has {length} bytes, not {PACKET}"),
            Self::Stratum(stratum) => write!(formatter, "its stratum is {stratum}"),
            Self::Version(version) => write!(formatter, "its version is {version}, not 3 or 4"),
        }
    }
}
