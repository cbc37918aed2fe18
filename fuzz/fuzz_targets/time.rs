//! Answers of time servers.
//!
//! Input: the floor (8 bytes), which answers repeat the question (1 byte), then up to four datagrams, each with its length
//! before it. A time that is believed is one that two servers said, within 68 years of the floor.

#![no_main]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;

use device::platform::Network;
use device::time::agreement::MAX_APART;
use device::time::sntp::PACKET;
use device::time::trusted::MAX_AHEAD;
use device::time::{Question, TrustedTime, ask};
use device::verify::Moment;
use embedded_io_async::{ErrorType, Read, Write};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::input::Input;
use perennial_fuzz::random::Known;
use simulated::clock::SteppedTimer;
use simulated::executor::block_on;

/// Half an era of NTP, in seconds.
const HALF_AN_ERA: u64 = 1 << 31;
const SERVERS: [&str; 4] = ["a", "b", "c", "d"];

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let seconds = i64::from_le_bytes(input.array());
    let Some(floor) = Moment::from_unix_seconds(seconds) else {
        return;
    };
    let echo = input.byte();
    let datagrams: Vec<Vec<u8>> = (0..SERVERS.len())
        .map(|_| input.counted().to_vec())
        .collect();
    for datagram in &datagrams {
        assert_answer(datagram, floor);
    }
    let mut network = Datagrams {
        waiting: datagrams.into(),
        echo,
        said: Vec::new(),
        floor,
    };
    let (timer, mut random) = (SteppedTimer::default(), Known::default());
    let asked = ask(&mut network, &timer, &mut random, &SERVERS, floor);
    match block_on(asked) {
        Ok(reading) => {
            let apart = |other: &&Moment| reading.now.unix_seconds().abs_diff(other.unix_seconds());
            let agree = network
                .said
                .iter()
                .filter(|said| apart(said) <= MAX_APART.as_secs());
            assert!(agree.count() >= 2, "nobody else said so");
            assert_set(floor, reading.now, |time| time.set(reading).is_ok());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

/// One answer to a question that is known.
fn assert_answer(datagram: &[u8], floor: Moment) {
    let question = Question::new(&mut Known::default());
    match question.answered(datagram, floor) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(now) => {
            assert_eq!(datagram[24..32], question.packet()[40..48]);
            let apart = now.unix_seconds().abs_diff(floor.unix_seconds());
            assert!(apart <= HALF_AN_ERA);
            let since_1900 = now.unix_seconds() + 2_208_988_800;
            let sent = u32::from_be_bytes(datagram[40..44].try_into().expect("4 bytes"));
            assert_eq!(since_1900.rem_euclid(1 << 32), i64::from(sent));
            // What follows a packet is not looked at.
            assert_eq!(question.answered(&datagram[..PACKET], floor), Ok(now));
        }
    }
}

/// A clock that is set is neither behind the floor nor absurdly far ahead of it.
fn assert_set(floor: Moment, now: Moment, set: impl FnOnce(&mut TrustedTime) -> bool) {
    let mut time = TrustedTime::new(floor);
    let is_set = set(&mut time);
    let ahead = now.unix_seconds() - floor.unix_seconds();
    let most = i64::try_from(MAX_AHEAD.as_secs()).expect("20 years");
    assert_eq!(is_set, (0..=most).contains(&ahead));
    assert_eq!(time.is_set(), is_set);
    assert_eq!(time.floor(), floor);
}

/// A network that gives one datagram after the other.
struct Datagrams {
    waiting: VecDeque<Vec<u8>>,
    /// Bit n: the answer n repeats the question, whatever it says.
    echo: u8,
    /// What was told so far.
    said: Vec<Moment>,
    floor: Moment,
}

impl Network for Datagrams {
    type Connection = Nothing;
    type Error = Unreached;

    async fn connect(&mut self, _: &str, _: u16) -> Result<Nothing, Unreached> {
        Err(Unreached)
    }

    async fn exchange(
        &mut self,
        _: &str,
        _: u16,
        question: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Unreached> {
        let mut datagram = self.waiting.pop_front().ok_or(Unreached)?;
        if self.echo & 1 != 0
            && let Some(place) = datagram.get_mut(24..32)
        {
            place.copy_from_slice(&question[40..48]);
        }
        self.echo >>= 1;
        let length = datagram.len().min(answer.len());
        answer[..length].copy_from_slice(&datagram[..length]);
        self.hear(&answer[..length], question);
        Ok(length)
    }
}

impl Datagrams {
    /// Remembers what an answer says, in other words than the device's.
    fn hear(&mut self, answer: &[u8], question: &[u8]) {
        if answer.len() < PACKET || answer[24..32] != question[40..48] {
            return;
        }
        let sent = u32::from_be_bytes(answer[40..44].try_into().expect("4 bytes"));
        let said = (-16..=80)
            .filter_map(|era| {
                Moment::from_unix_seconds((era << 32) + i64::from(sent) - 2_208_988_800)
            })
            .min_by_key(|moment| moment.unix_seconds().abs_diff(self.floor.unix_seconds()));
        self.said.extend(said);
    }
}

/// Never made: nobody asks for a connection.
struct Nothing(Infallible);

impl ErrorType for Nothing {
    type Error = Infallible;
}

impl Read for Nothing {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, Infallible> {
        match self.0 {}
    }
}

impl Write for Nothing {
    async fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        match self.0 {}
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        match self.0 {}
    }
}

#[derive(Debug)]
struct Unreached;

impl fmt::Display for Unreached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no answer")
    }
}
