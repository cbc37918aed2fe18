//! Questions over UDP, to servers that are right, wrong, silent and hostile.

use std::net::UdpSocket;
use std::time::Duration;

use device::platform::{TimedOut, Timer as _};
use device::time::ask::Silence;
use device::time::{AnswerProblem, MAX_SERVERS, PATIENCE, SntpError};
use simulated::clock::SteppedTimer;
use simulated::network::Unreached;

use crate::support::{
    NOW, ORIGINATE, Patient, ROOT_DISPERSION, STRATUM, asked, moment, right, server, spoilt,
};

/// Why the only server told no time.
fn silence(port: u16) -> Silence<Unreached> {
    match asked(&Patient::default(), &[("a", port)]) {
        Err(SntpError::TooFewAnswers { answers: 0, last }) => last.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_servers_that_agree_set_the_time() {
    let servers = [("a", right(NOW)), ("b", right(NOW + 30))];
    let reading = asked(&Patient::default(), &servers).unwrap();
    assert_eq!(reading.now, moment(NOW + 30));
    assert_eq!(reading.uptime, Duration::from_secs(2));
}

#[test]
fn one_server_is_not_enough_under_two_names_that_are_one() {
    let port = right(NOW);
    for servers in [&[("a", port)][..], &[("a", port), ("a", port), ("a", port)]] {
        let error = asked(&Patient::default(), servers).unwrap_err();
        let SntpError::TooFewAnswers {
            answers: 1,
            last: None,
        } = error
        else {
            panic!("{error:?}")
        };
    }
}

#[test]
fn servers_apart_do_not_agree() {
    let error = asked(
        &Patient::default(),
        &[("a", right(NOW)), ("b", right(NOW + 62))],
    );
    let said = error.unwrap_err().to_string();
    assert_eq!(
        said,
        "no two servers agree: one says 2026-07-01T00:00:00Z, another 2026-07-01T00:01:02Z"
    );
}

#[test]
fn a_wrong_server_does_not_keep_the_others_from_agreeing() {
    let servers = [
        ("a", right(NOW)),
        ("b", right(NOW + 999_999)),
        ("c", right(NOW)),
    ];
    assert_eq!(
        asked(&Patient::default(), &servers).unwrap().now,
        moment(NOW)
    );
    let kiss = spoilt(|packet| packet[STRATUM] = 0);
    let servers = [("a", kiss), ("b", right(NOW)), ("c", right(NOW))];
    assert_eq!(
        asked(&Patient::default(), &servers).unwrap().now,
        moment(NOW)
    );
}

#[test]
fn four_are_asked() {
    let mut servers: Vec<_> = ["a", "b", "c", "d", "e"]
        .map(|name| (name, right(NOW)))
        .into();
    for (index, (_, port)) in (0..).zip(&mut servers) {
        *port = right(NOW + 1000 * index);
    }
    servers.push(("f", right(NOW)));
    let SntpError::Disagreement { one, other } = asked(&Patient::default(), &servers).unwrap_err()
    else {
        panic!()
    };
    assert_eq!((one, other), (moment(NOW + 2000), moment(NOW + 3000)));
}

#[test]
fn forged_answers_are_not_taken() {
    let wrong_nonce = spoilt(|packet| packet[ORIGINATE] ^= 1);
    assert!(matches!(
        silence(wrong_nonce),
        Silence::Answer(AnswerProblem::OtherQuestion)
    ));
    let truncated = server(|question| crate::support::answer(question, NOW)[..47].to_vec());
    let short = AnswerProblem::Short { length: 47 };
    assert!(matches!(silence(truncated), Silence::Answer(problem) if problem == short));
    let empty = server(|_| Vec::new());
    assert!(matches!(
        silence(empty),
        Silence::Answer(AnswerProblem::Short { length: 0 })
    ));
    let own_question = server(<[u8]>::to_vec);
    assert!(matches!(
        silence(own_question),
        Silence::Answer(AnswerProblem::OtherQuestion)
    ));
    let dispersed = spoilt(|packet| packet[ROOT_DISPERSION + 1] = 16);
    let dispersion = AnswerProblem::RootDispersion { seconds: 16 };
    assert!(matches!(silence(dispersed), Silence::Answer(problem) if problem == dispersion));
}

#[test]
fn what_follows_the_packet_is_not_looked_at() {
    let with_mac = |now| {
        server(move |question| [&crate::support::answer(question, now)[..], &[7; 20]].concat())
    };
    let reading = asked(
        &Patient::default(),
        &[("a", with_mac(NOW)), ("b", with_mac(NOW))],
    );
    assert_eq!(reading.unwrap().now, moment(NOW));
}

#[test]
fn an_answer_that_was_recorded_answers_no_other_question() {
    let mut recorded = None;
    let replays = server(move |question| {
        let answer = crate::support::answer(question, NOW).to_vec();
        recorded.get_or_insert(answer).clone()
    });
    let first = asked(&Patient::default(), &[("a", replays)]).unwrap_err();
    assert!(
        matches!(first, SntpError::TooFewAnswers { answers: 1, .. }),
        "{first:?}"
    );
    assert!(matches!(
        silence(replays),
        Silence::Answer(AnswerProblem::OtherQuestion)
    ));
}

#[test]
fn an_answer_from_another_port_is_not_heard() {
    let elsewhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    let asked_at = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = asked_at.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut question = [0; 48];
        while let Ok((_, from)) = asked_at.recv_from(&mut question) {
            let answer = crate::support::answer(&question, NOW);
            elsewhere.send_to(&answer, from).unwrap();
        }
    });
    timed_out(port, 1);
}

#[test]
fn a_network_without_sntp_costs_two_seconds_for_each_server() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    timed_out(port, MAX_SERVERS);
}

/// That many servers on `port` are asked, and none is heard.
fn timed_out(port: u16, count: usize) {
    let timer = SteppedTimer::default();
    let servers: Vec<_> = ["a", "b", "c", "d"].map(|name| (name, port)).into();
    let error = asked(&timer, &servers[..count]).unwrap_err();
    let SntpError::TooFewAnswers {
        answers: 0,
        last: Some(Silence::TimedOut(TimedOut { limit })),
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(limit, PATIENCE);
    assert_eq!(timer.uptime(), PATIENCE * u32::try_from(count).unwrap());
}

#[test]
fn names_that_nobody_knows_are_passed_over() {
    use crate::support::network;
    use device::time::ask;
    use simulated::executor::block_on;
    let mut network = network(&[("b", right(NOW)), ("c", right(NOW))]);
    let (timer, random) = (Patient::default(), &mut rand_core::OsRng);
    let floor = moment(NOW);
    let reading = block_on(ask(&mut network, &timer, random, &["a", "b", "c"], floor));
    assert_eq!(reading.unwrap().now, moment(NOW));
    let none = block_on(ask(&mut network, &timer, random, &["x", "b"], floor));
    assert_eq!(
        none.unwrap_err().to_string(),
        "1 servers told the time, 2 must agree; another did not: x:123 has no address"
    );
    let none = block_on(ask(&mut network, &timer, random, &[], floor)).unwrap_err();
    assert_eq!(none.to_string(), "0 servers told the time, 2 must agree");
}
