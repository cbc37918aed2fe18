//! Where an endpoint may send its devices.

use device::host::HostProblem;
use device::http::{PlaceProblem, RedirectError, Trail};
use device::url::{HttpsUrl, UrlProblem};
use vectors::Kind;

const BASE: &str = "https://ota.example.com/fleet/";
const REDIRECTS: [&str; 3] = [
    "https://cdn.example.com/",
    "https://cdn.example.net:8443/a/b",
    "https://cdn.example.org/a/b/",
];

fn trail() -> Trail<'static> {
    let url = |text: &'static str| HttpsUrl::parse(text.as_bytes()).unwrap();
    Trail::within(url(BASE), REDIRECTS.into_iter().map(url), "f.bin").unwrap()
}

/// Where one redirect leads: host, port and target.
fn led(location: &str) -> Result<(String, u16, String), RedirectError> {
    let listed = REDIRECTS.join("\n");
    let question = [BASE, "f.bin", &listed, location];
    vectors::record(Kind::Redirect, &question.map(str::as_bytes));
    let mut trail = trail();
    let place = trail.follow(location)?;
    Ok((place.host().into(), place.port(), place.target().into()))
}

#[test]
fn to_places_that_are_listed() {
    for (location, host, port, target) in [
        ("/fleet/g.bin", "ota.example.com", 443, "/fleet/g.bin"),
        ("/fleet/", "ota.example.com", 443, "/fleet/"),
        ("/fleet", "ota.example.com", 443, "/fleet"),
        ("g.bin", "ota.example.com", 443, "/fleet/g.bin"),
        ("a/b:c", "ota.example.com", 443, "/fleet/a/b:c"),
        ("?a=b:c", "ota.example.com", 443, "/fleet/f.bin?a=b:c"),
        ("//cdn.example.com/g", "cdn.example.com", 443, "/g"),
        (
            "https://ota.example.com/fleet/g?h=%2F..",
            "ota.example.com",
            443,
            "/fleet/g?h=%2F..",
        ),
        (
            "HTTPS://OTA.Example.COM:443/fleet/g#h",
            "ota.example.com",
            443,
            "/fleet/g",
        ),
        ("https://cdn.example.com", "cdn.example.com", 443, "/"),
        (
            "https://cdn.example.com?a=b",
            "cdn.example.com",
            443,
            "/?a=b",
        ),
        (
            "https://cdn.example.com/x/y?a=/",
            "cdn.example.com",
            443,
            "/x/y?a=/",
        ),
        (
            "https://cdn.example.net:8443/a/b",
            "cdn.example.net",
            8443,
            "/a/b",
        ),
        (
            "https://cdn.example.net:8443/a/b/c",
            "cdn.example.net",
            8443,
            "/a/b/c",
        ),
        (
            "https://cdn.example.org/a/b/c",
            "cdn.example.org",
            443,
            "/a/b/c",
        ),
    ] {
        assert_eq!(
            led(location),
            Ok((host.into(), port, target.into())),
            "{location}"
        );
    }
}

#[test]
fn not_to_others() {
    for location in [
        "/",
        "/g.bin",
        "/fleet2/g.bin",
        "/FLEET/g.bin",
        "https://ota.example.com:8443/fleet/g",
        "https://evil.example/fleet/g",
        "https://ota.example.com.evil.example/fleet/g",
        "https://cdn.example.com:8443/x",
        "https://cdn.example.net/a/b",
        "https://cdn.example.net:8443/a/bc",
        "https://cdn.example.net:8443/a",
        "https://cdn.example.org/a/%62/c",
    ] {
        assert_eq!(led(location), Err(RedirectError::NotListed), "{location}");
    }
}

#[test]
fn not_to_what_is_no_place() {
    let host = |byte| PlaceProblem::Host(HostProblem::Byte(byte));
    for (location, problem) in [
        ("http://ota.example.com/fleet/g", PlaceProblem::NotHttps),
        ("ftp://ota.example.com/fleet/g", PlaceProblem::NotHttps),
        ("://a/", PlaceProblem::NotHttps),
        ("", PlaceProblem::Empty),
        ("#a", PlaceProblem::Empty),
        ("javascript:alert(1)", PlaceProblem::NotHttps),
        ("https://user@ota.example.com/fleet/g", host(b'@')),
        (
            "https://user:pw@ota.example.com/fleet/g",
            PlaceProblem::Port,
        ),
        (
            "https://ota.example.com\\@evil.example/fleet/g",
            host(b'\\'),
        ),
        ("https://ota.example.com:/fleet/g", PlaceProblem::Port),
        ("https://ota.example.com:0/fleet/g", PlaceProblem::Port),
        ("https://ota.example.com:+443/fleet/g", PlaceProblem::Port),
        ("https://ota.example.com:65979/fleet/g", PlaceProblem::Port),
        ("https://[::1]/fleet/g", PlaceProblem::Port),
        (
            "https:///fleet/g",
            PlaceProblem::Host(HostProblem::EmptyLabel),
        ),
        ("/fleet/%2e%2e/g", PlaceProblem::DotSegment),
        ("/fleet/..%2fg", PlaceProblem::DotSegment),
    ] {
        assert_eq!(
            led(location),
            Err(RedirectError::Place(problem)),
            "{location}"
        );
    }
    for dots in ["/fleet/../g", "../g.bin", "./g.bin", ".."] {
        let path = UrlProblem::DotSegment;
        let problem = PlaceProblem::Path(path);
        assert_eq!(led(dots), Err(RedirectError::Place(problem)), "{dots}");
    }
}

#[test]
fn four_are_followed() {
    let mut trail = trail();
    for step in 1..=4 {
        trail.follow(&format!("/fleet/{step}")).unwrap();
    }
    assert_eq!(trail.follow("/fleet/5").err(), Some(RedirectError::TooMany));
    assert_eq!(trail.here().target(), "/fleet/4");
}

#[test]
fn circles_are_found_at_once() {
    let mut trail = trail();
    assert_eq!(
        trail.follow("/fleet/f.bin").err(),
        Some(RedirectError::Circle)
    );
    trail.follow("https://cdn.example.com/f.bin").unwrap();
    assert_eq!(trail.follow("/f.bin").err(), Some(RedirectError::Circle));
    assert_eq!(
        trail.follow(&format!("{BASE}f.bin")).err(),
        Some(RedirectError::Circle)
    );
    // Another query is another question.
    trail.follow("/f.bin?token=1").unwrap();
}

#[test]
fn what_is_not_proven_by_tls_leads_to_nothing_that_is() {
    use device::http::Place;
    let base = HttpsUrl::parse(BASE.as_bytes()).unwrap();
    let plain = Place::below_without_tls(&base, "rescue.bin").unwrap();
    assert_eq!(plain.resolve("//a/").err(), Some(PlaceProblem::NotHttps));
    assert_eq!(
        plain.resolve("http://a/").err(),
        Some(PlaceProblem::NotHttps)
    );
    let same = plain.resolve("other.bin").unwrap();
    assert_eq!(same.to_string(), "http://ota.example.com/fleet/other.bin");
    assert!(same.is_on_server_of(&plain));
}
