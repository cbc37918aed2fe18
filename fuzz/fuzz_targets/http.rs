//! Answers of web servers: heads, bodies, redirects.
//!
//! Input: the size of the portions (1 byte), from which byte on the file is asked for (1 byte), then all that the server says;
//! it is asked again as long as it may be. A body is never longer than its Content-Length, nothing depends on how the bytes come
//! in portions, and a redirect leads nowhere but where the endpoint may send its devices.

#![no_main]

use device::http::redirect::MAX_REDIRECTS;
use device::http::{
    Answer, Connection, EntityTag, HttpError, MAX_TARGET, Place, Request, Scheme, Trail,
};
use device::url::HttpsUrl;
use libfuzzer_sys::fuzz_target;
use memory::{Memory, Peer};
use perennial_fuzz::input::Input;
use simulated::executor::block_on;

#[path = "../../firmware/device/tests/tls/memory.rs"]
mod memory;

/// Most questions over one connection.
const MAX_QUESTIONS: usize = 4;
const ENDPOINT: &str = "https://ota.example.com/fleet/";
const REDIRECTS: [&str; 2] = ["https://cdn.example/", "https://cdn.example:8443/x"];

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (portion, from) = (input.byte(), input.byte());
    let said = input.rest();
    let whole = visit(said, usize::MAX, from.into());
    let in_portions = visit(said, usize::from(portion) + 1, from.into());
    // What follows the first answer was said before anybody asked: it is found with the first one, or taken for the second.
    assert_eq!(in_portions.first(), whole.first(), "the portions count");
    for visited in &whole {
        match visited {
            Visited::File {
                bytes,
                first,
                length,
                total,
                tag,
            } => {
                assert!(bytes.len() <= *length as usize);
                assert!(*first == 0 || *first == u32::from(from), "another part");
                let end = u64::from(*first) + u64::from(*length);
                assert!(
                    total.is_none_or(|total| end <= total.into()),
                    "beyond its end"
                );
                assert!(
                    tag.as_ref()
                        .is_none_or(|tag| EntityTag::strong(tag.as_str()).as_ref() == Some(tag))
                );
            }
            Visited::Refused(said) => assert!(!said.is_empty()),
            Visited::Sent(location) => follow(location),
        }
    }
    if let Ok(text) = std::str::from_utf8(said) {
        follow(text);
    }
});

/// What came of one question.
#[derive(Debug, PartialEq)]
enum Visited {
    File {
        bytes: Vec<u8>,
        first: u32,
        length: u32,
        total: Option<u32>,
        tag: Option<EntityTag>,
    },
    Refused(String),
    Sent(String),
}

fn place() -> Place {
    Place::new(Scheme::Https, "ota.example.com", 443, "/fleet/release.json").expect("a place")
}

fn visit(said: &[u8], portion: usize, from: u32) -> Vec<Visited> {
    let stream = Memory::of(Says(said.to_vec())).dripping(portion);
    let mut connection = Connection::new(stream);
    let mut visited = Vec::new();
    let place = place();
    let request = Request {
        place: &place,
        user_agent: "perennial/1.2.3",
        from,
        tag: None,
        fields: &[],
        keep: true,
    };
    for _ in 0..MAX_QUESTIONS {
        if !connection.is_reusable() {
            break;
        }
        visited.push(block_on(ask(&mut connection, &request)));
    }
    visited
}

async fn ask(connection: &mut Connection<Memory<Says>>, request: &Request<'_>) -> Visited {
    let mut body = match connection.get(request).await {
        Ok(Answer::File(body)) => body,
        Ok(Answer::Redirect(location)) => return Visited::Sent(location),
        Err(error) => return Visited::Refused(error.to_string()),
    };
    let (first, length) = (body.first(), body.length());
    let (total, tag) = (body.total(), body.tag().cloned());
    let mut bytes = Vec::new();
    let mut room = [0; 100];
    loop {
        match body.read(&mut room).await {
            Ok(0) => break assert_eq!(bytes.len(), length as usize, "it ended"),
            Ok(count) => bytes.extend(&room[..count]),
            Err(HttpError::Short { expected, got }) => {
                assert_eq!((expected, got as usize), (length, bytes.len()));
                break assert!(got < expected);
            }
            Err(error) => panic!("{error}"),
        }
    }
    Visited::File {
        bytes,
        first,
        length,
        total,
        tag,
    }
}

/// Follows a redirect, and the same one from where it led.
fn follow(location: &str) {
    let url = |text: &'static str| HttpsUrl::parse(text.as_bytes()).expect("a URL");
    let redirects = REDIRECTS.map(url);
    let mut trail =
        Trail::within(url(ENDPOINT), redirects.into_iter(), "release.json").expect("a file");
    for followed in 0..=MAX_REDIRECTS {
        let before = trail.here().clone();
        match trail.follow(location) {
            Ok(here) => {
                assert!(followed < MAX_REDIRECTS && *here != before);
                assert_listed(here);
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return assert_eq!(*trail.here(), before);
            }
        }
    }
}

fn assert_listed(place: &Place) {
    assert!(place.target().len() <= MAX_TARGET && place.target().starts_with('/'));
    assert!(place.target().bytes().all(|byte| byte.is_ascii_graphic()));
    let url = format!("https://{}:{}{}", place.host(), place.port(), place.path());
    let listed = [
        "https://ota.example.com:443/fleet",
        "https://cdn.example:443",
        "https://cdn.example:8443/x",
    ];
    let below = |folder: &&str| {
        url.strip_prefix(*folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    assert!(listed.iter().any(below), "{url}");
    assert!(!url.contains("/../") && !url.ends_with("/.."), "{url}");
    // Its own URL leads to it.
    let shown = format!(
        "https://{}:{}{}",
        place.host(),
        place.port(),
        place.target()
    );
    assert_eq!(place.resolve(&shown).as_ref(), Ok(place));
}

/// Says everything when it is asked for the first time.
struct Says(Vec<u8>);

impl Peer for Says {
    fn hear(&mut self, _: &[u8]) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}
