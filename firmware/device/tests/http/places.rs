//! Where files are.

use device::host::HostProblem;
use device::http::{MAX_TARGET, Place, PlaceProblem, Scheme};
use device::url::{HttpsUrl, UrlProblem};

fn url(text: &str) -> HttpsUrl<'_> {
    HttpsUrl::parse(text.as_bytes()).unwrap()
}

#[test]
fn files_below_a_url() {
    for base in ["https://a:8443/fleet/", "https://a:8443/fleet"] {
        let place = Place::below(&url(base), "0.1.0+4f11/release.json").unwrap();
        assert_eq!((place.host(), place.port()), ("a", 8443));
        assert_eq!(place.target(), "/fleet/0.1.0+4f11/release.json");
        assert_eq!(
            place.to_string(),
            "https://a:8443/fleet/0.1.0+4f11/release.json"
        );
        let plain = Place::below_without_tls(&url(base), "rescue.bin").unwrap();
        assert_eq!(plain.to_string(), "http://a/fleet/rescue.bin");
        assert_eq!((plain.scheme(), plain.port()), (Scheme::Http, 80));
        assert!(!plain.is_on_server_of(&place));
    }
    let root = Place::below(&url("https://a/"), "f").unwrap();
    assert_eq!(root.target(), "/f");
}

#[test]
fn each_problem_of_a_target() {
    let target = |target: &str| Place::new(Scheme::Https, "a", 443, target).map(|_| ());
    let dots = Err(PlaceProblem::DotSegment);
    for (text, expected) in [
        ("/", Ok(())),
        ("/a?", Ok(())),
        ("/a?X-Amz-Signature=0f%2F&b=[\"{|}\"]\\", Ok(())),
        ("/a?b?c/../d", Ok(())),
        ("/a%2Fb", Ok(())),
        ("/...", Ok(())),
        ("/..a/a..", Ok(())),
        ("", Err(PlaceProblem::NoSlash)),
        ("a", Err(PlaceProblem::NoSlash)),
        ("?a", Err(PlaceProblem::NoSlash)),
        ("/..", Err(PlaceProblem::Path(UrlProblem::DotSegment))),
        ("/a/./b", Err(PlaceProblem::Path(UrlProblem::DotSegment))),
        ("/a b", Err(PlaceProblem::Path(UrlProblem::PathByte(b' ')))),
        (
            "/a\r\nB: c",
            Err(PlaceProblem::Path(UrlProblem::PathByte(b'\r'))),
        ),
        ("/a%0", Err(PlaceProblem::Path(UrlProblem::PathByte(b'%')))),
        ("/é", Err(PlaceProblem::Path(UrlProblem::NotAscii))),
        ("/a#b", Err(PlaceProblem::Path(UrlProblem::PathByte(b'#')))),
        ("/a?b c", Err(PlaceProblem::QueryByte(b' '))),
        ("/a?b\r\nC: d", Err(PlaceProblem::QueryByte(b'\r'))),
        ("/a?b#c", Err(PlaceProblem::QueryByte(b'#'))),
        ("/a?\u{7f}", Err(PlaceProblem::QueryByte(0x7f))),
        ("/%2e%2E/b", dots),
        ("/a/.%2e/b", dots),
        ("/a%2f..%2Fb", dots),
        ("/a/%2e", dots),
        ("/a/..%5Cb", dots),
    ] {
        assert_eq!(target(text), expected, "{text:?}");
    }
    let long = |length: usize| {
        target(&format!(
            "/{}?{}",
            "a".repeat(1000),
            "b".repeat(length - 1002)
        ))
    };
    assert_eq!(long(MAX_TARGET), Ok(()));
    let length = MAX_TARGET + 1;
    assert_eq!(long(length), Err(PlaceProblem::TooLong { length }));
}

#[test]
fn each_problem_of_a_server() {
    let new = |host: &str, port| Place::new(Scheme::Http, host, port, "/").map(|_| ());
    assert_eq!(new("a", 65535), Ok(()));
    assert_eq!(new("a", 0), Err(PlaceProblem::Port));
    assert_eq!(
        new("A", 80),
        Err(PlaceProblem::Host(HostProblem::Byte(b'A')))
    );
    assert_eq!(
        new("a\r\n", 80),
        Err(PlaceProblem::Host(HostProblem::Byte(b'\r')))
    );
}

#[test]
fn queries_are_not_shown() {
    let place = Place::new(Scheme::Https, "a", 443, "/f?sig=secret").unwrap();
    assert_eq!(
        (place.path(), place.to_string().as_str()),
        ("/f", "https://a/f")
    );
}
