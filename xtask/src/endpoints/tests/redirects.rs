//! The hosts behind a URL are captured too.

use super::pki::{Identity, Key, leaf};
use super::server::{found, redirect, serve};
use super::{Place, file_of, url};

#[test]
fn every_host_on_the_way_is_captured() {
    let (own, cdn) = (
        Identity::below(Key::Ecdsa, 1),
        Identity::below(Key::Ecdsa, 2),
    );
    let last = serve(&cdn, |path| {
        assert_eq!(path, "/assets/1?token=secret");
        found()
    });
    let first = serve(&own, move |path| match path {
        "/perennial/" => redirect(301, "release.json"),
        "/perennial/release.json" => redirect(302, "/moved"),
        "/moved" => redirect(
            307,
            &format!("HTTPS://LOCALHOST:{last}/assets/1?token=secret#top"),
        ),
        other => panic!("{other}"),
    });
    let place = Place::new();
    let printed = place.capture(&[&url(first)]).unwrap();
    let names = [file_of(first, "ecdsa"), file_of(last, "ecdsa")];
    let expected = format!(
        "chains = [\"endpoints/{}\"]\n# {} redirects here: https://localhost:{last}/assets/1\nchains = [\"endpoints/{}\"]\n",
        names[0],
        url(first),
        names[1]
    );
    assert_eq!(printed, expected);
    assert_eq!(place.chain(&names[0]), own.chain);
    assert_eq!(place.chain(&names[1]), cdn.chain);
    // What is committed holds no secret of a signed URL.
    assert!(!place.text(&names[1]).contains("secret"));
}

#[test]
fn circles_long_ways_and_ways_without_tls_end() {
    let identity = Identity::of(&leaf(&["localhost"]), Key::Ecdsa, 1);
    let answers: [fn(&str) -> String; 4] = [
        |path| redirect(302, if path == "/a" { "/perennial/" } else { "/a" }),
        |path| redirect(302, &format!("{path}x")),
        |_| redirect(302, "http://localhost/"),
        |_| redirect(302, "ftp://localhost/\u{1b}"),
    ];
    for answer in answers {
        let port = serve(&identity, answer);
        let place = Place::new();
        place.capture(&[&url(port)]).unwrap();
        assert_eq!(place.files(), [file_of(port, "ecdsa")]);
    }
}

#[test]
fn a_host_on_the_way_that_cannot_be_reached_leaves_nothing_half_done() {
    let identity = Identity::below(Key::Ecdsa, 1);
    let port = serve(&identity, |_| redirect(302, "https://cdn.invalid/"));
    let failure = Place::new().refused(&[&url(port)]);
    assert!(failure.what.contains("cdn.invalid"), "{failure}");
}
