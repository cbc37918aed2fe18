//! One question and its answer, byte for byte.

use device::time::{AnswerProblem, Question};
use rand_core::OsRng;
use vectors::Kind;

use crate::support::{
    NOW, ORIGINATE, Packet, REFERENCE, ROOT_DELAY, ROOT_DISPERSION, STRATUM, TRANSMIT, answer,
    moment,
};

/// What is made of an answer that was spoilt.
fn told(spoil: impl Fn(&mut Packet)) -> Result<i64, AnswerProblem> {
    let question = Question::new(&mut OsRng);
    let mut packet = answer(&question.packet(), NOW);
    spoil(&mut packet);
    let floor = moment(NOW - 86_400);
    let seconds = floor.unix_seconds().to_le_bytes();
    vectors::record(
        Kind::Sntp,
        &[&question.packet()[TRANSMIT..], &packet, &seconds],
    );
    let moment = question.answered(&packet, floor)?;
    Ok(moment.unix_seconds())
}

#[test]
fn a_question_holds_nothing_but_a_random_number() {
    let (one, other) = (Question::new(&mut OsRng), Question::new(&mut OsRng));
    let packet = one.packet();
    assert_eq!(packet[0], 0b00_100_011);
    assert_eq!(packet[1..TRANSMIT], [0; 39]);
    assert_ne!(packet[TRANSMIT..], other.packet()[TRANSMIT..]);
}

#[test]
fn answers_that_tell_the_time() {
    assert_eq!(told(|_| ()), Ok(NOW));
    // Version 3; a leap second is announced.
    assert_eq!(told(|packet| packet[0] = 0b01_011_100), Ok(NOW));
    assert_eq!(told(|packet| packet[0] = 0b10_100_100), Ok(NOW));
    for stratum in [1, 15] {
        assert_eq!(told(|packet| packet[STRATUM] = stratum), Ok(NOW));
    }
    assert_eq!(told(|packet| packet[ROOT_DELAY + 1] = 15), Ok(NOW));
    assert_eq!(told(|packet| packet[ROOT_DISPERSION + 1] = 15), Ok(NOW));
}

#[test]
fn each_problem() {
    for mode in [0, 1, 2, 3, 5, 6, 7] {
        let other_mode = told(|packet| packet[0] = 4 << 3 | mode);
        assert_eq!(other_mode, Err(AnswerProblem::Mode(mode)));
    }
    for version in [0, 1, 2, 5, 7] {
        let other_version = told(|packet| packet[0] = version << 3 | 4);
        assert_eq!(other_version, Err(AnswerProblem::Version(version)));
    }
    for stratum in [16, 17, 255] {
        let far = told(|packet| packet[STRATUM] = stratum);
        assert_eq!(far, Err(AnswerProblem::Stratum(stratum)));
    }
    let kiss = told(|packet| {
        packet[STRATUM] = 0;
        packet[REFERENCE..16].copy_from_slice(b"RATE");
    });
    assert_eq!(kiss, Err(AnswerProblem::Kiss(*b"RATE")));
    let unsynchronised = told(|packet| packet[0] |= 0b1100_0000);
    assert_eq!(unsynchronised, Err(AnswerProblem::NotSynchronised));
    let no_time = told(|packet| packet[TRANSMIT..].fill(0));
    assert_eq!(no_time, Err(AnswerProblem::NoTime));
    // A root delay that is negative is a large one.
    for (high, seconds) in [([0, 16], 16), ([0xFF, 0xFF], 0xFFFF)] {
        let delay = told(|packet| packet[ROOT_DELAY..6].copy_from_slice(&high));
        assert_eq!(delay, Err(AnswerProblem::RootDelay { seconds }));
        let dispersion = told(|packet| packet[ROOT_DISPERSION..10].copy_from_slice(&high));
        assert_eq!(dispersion, Err(AnswerProblem::RootDispersion { seconds }));
    }
}

#[test]
fn every_byte_of_the_random_number_counts_and_counts_first() {
    for byte in ORIGINATE..32 {
        let forged = told(|packet| {
            packet[byte] ^= 0x80;
            packet[STRATUM] = 0;
        });
        assert_eq!(forged, Err(AnswerProblem::OtherQuestion), "byte {byte}");
    }
}

#[test]
fn every_length() {
    let question = Question::new(&mut OsRng);
    let packet = answer(&question.packet(), NOW);
    for length in 0..packet.len() {
        let short = question.answered(&packet[..length], moment(NOW));
        assert_eq!(short, Err(AnswerProblem::Short { length }));
    }
    let longer = [&packet[..], &[0; 30]].concat();
    assert_eq!(question.answered(&longer, moment(NOW)), Ok(moment(NOW)));
}

/// 2036-02-07T06:28:16Z, when NTP's seconds begin again, and 2³² seconds later.
#[test]
fn eras_end_without_being_noticed() {
    let era: i64 = (1 << 32) - 2_208_988_800;
    for end in [era, era + (1 << 32)] {
        for now in [end - 1, end, end + 1, end + 86_400] {
            for floor in [now - 20 * 31_557_600, end - 1, end, now] {
                let question = Question::new(&mut OsRng);
                let packet = answer(&question.packet(), now);
                let told = question.answered(&packet, moment(floor)).unwrap();
                assert_eq!(told.unix_seconds(), now, "with a floor of {floor}");
            }
        }
    }
}

#[test]
fn what_is_told_is_shown() {
    assert_eq!(
        AnswerProblem::Kiss(*b"\x1b[0m").to_string(),
        "the server wants to be left alone: \\x1b[0m"
    );
}
