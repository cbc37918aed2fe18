//! Anything at all as an answer.

use device::http::{Connection, MAX_HEAD, Place, Scheme, Trail};
use device::url::HttpsUrl;
use proptest::prelude::*;

use crate::support::{Got, Script, ask, place, question};

/// Parts of heads, so that something of what is tried gets further than the first line.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        Just(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Just(b"HTTP/1.1 206 x\r\n".to_vec()),
        Just(b"HTTP/1.1 100 x\r\n\r\n".to_vec()),
        Just(b"HTTP/1.1 302 x\r\n".to_vec()),
        Just(b"Content-Range: bytes 3-".to_vec()),
        Just(b"Content-Length: ".to_vec()),
        Just(b"Location: https://".to_vec()),
        Just(b"\r\n".to_vec()),
        "[0-9/*-]{1,10}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(scrap, 0..12).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn no_answer_is_too_odd(says in scraps(), piece in 1..50_usize, from in 0..5_u32) {
        let mut connection = Connection::new(Script::new(says).in_pieces(piece));
        let place = place();
        for _ in 0..3 {
            let _: Result<Got, _> = ask(&mut connection, &question(&place, from));
        }
    }

    /// What is read of the stream is at most the body and what one read of the head brought along.
    #[test]
    fn a_body_has_the_bytes_that_the_answer_says(
        length in 0..3000_usize,
        body in prop::collection::vec(any::<u8>(), 0..6000),
        piece in 1..9000_usize,
    ) {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let says = [head.as_bytes(), &body].concat();
        let mut connection = Connection::new(Script::new(says).in_pieces(piece));
        let got = ask(&mut connection, &question(&place(), 0));
        match got {
            Ok(Got::File { bytes, .. }) => prop_assert_eq!(&bytes[..], &body[..length]),
            other => prop_assert!(body.len() < length, "{:?}", other),
        }
        let read = connection.into_stream().read;
        prop_assert!(read <= (head.len() + length).max(MAX_HEAD));
    }

    #[test]
    fn no_location_leads_out(location in "(https?://)?(a|b|A)?(:[0-9]{1,3})?(/|%2[ef5]|\\.|f|\\?|#|@|\\\\){0,12}") {
        let base = HttpsUrl::parse(b"https://a/f/").unwrap();
        let mut trail = Trail::within(base, std::iter::empty(), "x").unwrap();
        if let Ok(place) = trail.follow(&location) {
            prop_assert_eq!((place.scheme(), place.host(), place.port()), (Scheme::Https, "a", 443));
            let path = place.path().to_ascii_lowercase().replace("%2e", ".");
            prop_assert!(path == "/f" || path.starts_with("/f/"), "{}", path);
            prop_assert!(!path.contains("/../") && !path.ends_with("/.."), "{}", path);
        }
    }

    #[test]
    fn no_target_is_too_odd(target in any::<String>()) {
        if let Ok(place) = Place::new(Scheme::Https, "a", 443, &target) {
            prop_assert!(place.target().bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
