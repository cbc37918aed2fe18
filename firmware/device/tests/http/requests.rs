//! What a server hears.

use device::http::{
    Connection, EntityTag, HttpError, MAX_REQUEST, Place, Request, RequestError, Scheme,
};

use crate::support::{Got, Refusal, Script, ask, place, question};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn heard(request: &Request<'_>) -> Result<String, Refusal> {
    let mut connection = Connection::new(Script::new(ANSWER).in_pieces(7));
    let _: Got = ask(&mut connection, request)?;
    Ok(String::from_utf8(connection.into_stream().heard).unwrap())
}

#[test]
fn the_whole_file() {
    assert_eq!(
        heard(&question(&place(), 0)).unwrap(),
        "GET /fleet/release.json HTTP/1.1\r\nHost: ota.example.com\r\nUser-Agent: perennial/1.2.3\r\n\
         Accept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n"
    );
}

#[test]
fn the_rest_of_a_file_with_status() {
    let place = Place::new(Scheme::Http, "192.0.2.1", 8080, "/a?b=c%2F/d").unwrap();
    let tag = EntityTag::strong("\"abc\"").unwrap();
    let answer =
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\nContent-Range: bytes 7-7/8\r\n\r\nx";
    let request = Request {
        tag: Some(&tag),
        fields: &[
            ("Perennial-Version", "1.2.3"),
            ("Perennial-Last", "rolled back: no path"),
        ],
        keep: false,
        ..question(&place, 7)
    };
    let mut connection = Connection::new(Script::new(answer));
    ask(&mut connection, &request).unwrap();
    assert!(!connection.is_reusable());
    assert_eq!(
        String::from_utf8(connection.into_stream().heard).unwrap(),
        "GET /a?b=c%2F/d HTTP/1.1\r\nHost: 192.0.2.1:8080\r\nUser-Agent: perennial/1.2.3\r\n\
         Accept-Encoding: identity\r\nRange: bytes=7-\r\nIf-Range: \"abc\"\r\nConnection: close\r\n\
         Perennial-Version: 1.2.3\r\nPerennial-Last: rolled back: no path\r\n\r\n"
    );
}

#[test]
fn the_port_is_named_unless_it_is_that_of_the_scheme() {
    for (scheme, port, host) in [
        (Scheme::Http, 80, "Host: a\r\n"),
        (Scheme::Http, 443, "Host: a:443\r\n"),
        (Scheme::Https, 443, "Host: a\r\n"),
        (Scheme::Https, 80, "Host: a:80\r\n"),
    ] {
        let place = Place::new(scheme, "a", port, "/").unwrap();
        let heard = heard(&question(&place, 0)).unwrap();
        assert!(heard.contains(host), "{heard}");
    }
}

#[test]
fn a_field_cannot_become_two() {
    let name = |name: &str| RequestError::FieldName(name.into());
    let value = || RequestError::FieldValue("A".into());
    for (field, error) in [
        (("", "b"), name("")),
        (("A B", "b"), name("A B")),
        (("A:", "b"), name("A:")),
        (("A\r\nB", "b"), name("A\r\nB")),
        (("É", "b"), name("É")),
        (("A", ""), value()),
        (("A", " b"), value()),
        (("A", "b "), value()),
        (("A", "b\r\nC: d"), value()),
        (("A", "b\nC: d"), value()),
        (("A", "\0"), value()),
        (("A", "\t"), value()),
        (("A", "é"), value()),
    ] {
        let place = place();
        let request = Request {
            fields: &[field],
            ..question(&place, 0)
        };
        assert_eq!(heard(&request), Err(HttpError::Request(error)), "{field:?}");
    }
}

#[test]
fn what_cannot_be_asked_is_not_sent_and_costs_no_connection() {
    let place = place();
    let mut connection = Connection::new(Script::new(ANSWER));
    let request = Request {
        user_agent: "a\r\nb",
        ..question(&place, 0)
    };
    let error = RequestError::FieldValue("User-Agent".into());
    assert_eq!(
        ask(&mut connection, &request),
        Err(HttpError::Request(error))
    );
    ask(&mut connection, &question(&place, 0)).unwrap();
    assert!(connection.into_stream().heard.starts_with(b"GET "));
}

#[test]
fn length_at_the_limit() {
    let place = place();
    let base = heard(&question(&place, 0)).unwrap().len();
    let with = |length: usize| {
        let value = "v".repeat(length - base - "A: \r\n".len());
        let fields = &[("A", &*value)];
        let request = Request {
            fields,
            ..question(&place, 0)
        };
        heard(&request).map(|heard| heard.len())
    };
    assert_eq!(with(MAX_REQUEST), Ok(MAX_REQUEST));
    let length = MAX_REQUEST + 1;
    assert_eq!(
        with(length),
        Err(HttpError::Request(RequestError::TooLong { length }))
    );
}
