//! Several answers over one connection.

use device::http::{Connection, HttpError, MAX_UNWANTED, Request, ResponseError};
use simulated::executor::block_on;

use crate::support::{Got, Script, ask, file, place, question};

const ONE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none";
const TWO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo";

#[test]
fn one_file_after_the_other() {
    // In pieces of one byte the answers do not arrive before they are asked for.
    let mut connection = Connection::new(Script::new([ONE, TWO].concat()).in_pieces(1));
    let place = place();
    for bytes in [b"one", b"two"] {
        assert!(connection.is_reusable());
        let got = ask(&mut connection, &question(&place, 0));
        assert_eq!(got, Ok(file(bytes, Some(3))));
    }
}

#[test]
fn errors_and_redirects_with_a_body_leave_the_connection_whole() {
    for first in [
        "HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\nnone",
        "HTTP/1.1 302 x\r\nLocation: /b\r\nContent-Length: 4\r\n\r\ngone",
        "HTTP/1.1 416 x\r\nContent-Length: 0\r\n\r\n",
    ] {
        let mut connection = Connection::new(Script::new([first, TWO].concat()).in_pieces(1));
        let place = place();
        let _: Result<Got, _> = ask(&mut connection, &question(&place, 0));
        assert_eq!(
            ask(&mut connection, &question(&place, 0)),
            Ok(file(b"two", Some(3))),
            "{first}"
        );
    }
}

#[test]
fn a_body_that_nobody_reads_is_skipped_up_to_a_limit() {
    for (length, reusable) in [(MAX_UNWANTED, true), (MAX_UNWANTED + 1, false)] {
        let body = "x".repeat(length as usize);
        let says = format!("HTTP/1.1 404 x\r\nContent-Length: {length}\r\n\r\n{body}{TWO}");
        let mut connection = Connection::new(Script::new(says).in_pieces(1));
        let place = place();
        ask(&mut connection, &question(&place, 0)).unwrap_err();
        assert_eq!(connection.is_reusable(), reusable);
        let again = ask(&mut connection, &question(&place, 0));
        match reusable {
            true => assert_eq!(again, Ok(file(b"two", Some(3)))),
            false => assert_eq!(again, Err(HttpError::NotReusable)),
        }
    }
}

#[test]
fn servers_that_close_say_so() {
    for (says, reusable) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none", true),
        (
            "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 3\r\n\r\none",
            false,
        ),
        ("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none", false),
        (
            "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 3\r\n\r\none",
            true,
        ),
        ("HTTP/1.1 404 x\r\n\r\n", false),
        (
            "HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\none",
            false,
        ),
        ("HTTP/1.1 304 x\r\nContent-Length: 3\r\n\r\n", false),
        ("nonsense", false),
        ("", false),
    ] {
        let mut connection = Connection::new(Script::new(says));
        let _: Result<Got, _> = ask(&mut connection, &question(&place(), 0));
        assert_eq!(connection.is_reusable(), reusable, "{says:?}");
    }
}

#[test]
fn who_asks_once_does_not_ask_again() {
    let mut connection = Connection::new(Script::new([ONE, TWO].concat()).in_pieces(1));
    let place = place();
    let once = Request {
        keep: false,
        ..question(&place, 0)
    };
    ask(&mut connection, &once).unwrap();
    assert_eq!(ask(&mut connection, &once), Err(HttpError::NotReusable));
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_taken_for_the_next() {
    // Both arrive at once: the second one was sent before it was asked for.
    let mut connection = Connection::new(Script::new([ONE, TWO].concat()));
    let place = place();
    assert_eq!(
        ask(&mut connection, &question(&place, 0)),
        Ok(file(b"one", Some(3)))
    );
    assert_eq!(
        ask(&mut connection, &question(&place, 0)),
        Err(HttpError::NotReusable)
    );
}

#[test]
fn a_server_that_closed_a_kept_connection_gives_no_answer() {
    let mut connection = Connection::new(Script::new(ONE));
    let place = place();
    ask(&mut connection, &question(&place, 0)).unwrap();
    assert!(connection.is_reusable() && connection.has_answered());
    assert_eq!(
        ask(&mut connection, &question(&place, 0)),
        Err(HttpError::NoAnswer)
    );
    assert!(!connection.is_reusable() && !connection.has_answered());
}

#[test]
fn a_connection_that_broke_is_not_asked_again() {
    let mut script = Script::new("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\none");
    script.breaks = true;
    let mut connection = Connection::new(script);
    let error = ask(&mut connection, &question(&place(), 0)).unwrap_err();
    assert!(matches!(error, HttpError::Io(_)), "{error}");
    assert!(error.is_interrupted() && !connection.is_reusable() && connection.has_answered());
}

#[test]
fn who_gives_up_waiting_has_lost_the_connection() {
    use device::platform::{TimedOut, Timer as _};
    use simulated::clock::SteppedTimer;
    use simulated::network::Tcp;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(silent.local_addr().unwrap()).unwrap();
    let mut connection = Connection::new(Tcp::of(stream).unwrap());
    let (place, limit) = (place(), Duration::from_secs(30));
    let asked = question(&place, 0);
    let timer = SteppedTimer::default();
    let answer = block_on(timer.within(limit, connection.get(&asked)));
    assert_eq!(answer.err(), Some(TimedOut { limit }));
    assert!(!connection.is_reusable());
}

#[test]
fn what_is_interrupted_can_be_resumed_and_nothing_else() {
    let interrupted = |error: HttpError<String>| error.is_interrupted();
    assert!(interrupted(HttpError::Short {
        expected: 2,
        got: 1
    }));
    assert!(interrupted(HttpError::NoAnswer));
    assert!(!interrupted(HttpError::NotReusable));
    assert!(!interrupted(HttpError::Response(
        ResponseError::RangeDiffers
    )));
}
