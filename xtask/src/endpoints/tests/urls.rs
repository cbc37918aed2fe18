//! URLs, and where redirects lead.

use proptest::prelude::*;

use super::Place;
use crate::endpoints::target::Target;

#[test]
fn urls_are_read() {
    for (text, host, port, path) in [
        ("https://a.example/x/?q=1", "a.example", 443, "/x/?q=1"),
        ("https://A.example:8443", "a.example", 8443, "/"),
        ("https://192.0.2.1?q", "192.0.2.1", 443, "/?q"),
        ("HTTPS://a.example/#top", "a.example", 443, "/"),
    ] {
        let target = Target::parse(text).unwrap();
        assert_eq!(
            (target.host.as_str(), target.port, target.path.as_str()),
            (host, port, path)
        );
    }
    let target = Target::parse("https://a.example:8443/x?secret").unwrap();
    assert_eq!(target.to_string(), "https://a.example:8443/x");
    assert_eq!(target.file_stem(), "a.example-8443");
}

#[test]
fn what_no_device_can_use_is_refused() {
    for text in [
        "",
        "a.example",
        "http://a.example/",
        "https://",
        "https:///x",
        "https://a.example:0/",
        "https://a.example:65536/",
        "https://a.example:/",
        "https://a.example:+1/",
        "https://me@a.example/",
        "https://a_b.example/",
        "https://[::1]/",
        "https://a.example/ x",
        "https://a.example/\r\nX: y",
        "https://ä.example/",
    ] {
        assert!(Target::parse(text).is_err(), "{text}");
    }
    let failure = Place::new().refused(&["http://ota.example.com/"]);
    assert!(
        failure.what.contains("does not begin with https://"),
        "{failure}"
    );
}

#[test]
fn redirects_lead_where_the_rfc_says() {
    let from = Target::parse("https://a.example:8443/dir/file?q=1").unwrap();
    for (location, to) in [
        ("https://b.example/x", Ok("https://b.example/x")),
        ("//b.example/x", Ok("https://b.example/x")),
        ("/x", Ok("https://a.example:8443/x")),
        ("x:y", Err("https://")),
        ("x", Ok("https://a.example:8443/dir/x")),
        ("./x:y", Ok("https://a.example:8443/dir/./x:y")),
        ("?z", Ok("https://a.example:8443/dir/file")),
        ("#z", Ok("https://a.example:8443/dir/file")),
        ("http://b.example/", Err("https://")),
        ("", Err("empty")),
    ] {
        match (from.resolve(location), to) {
            (Ok(target), Ok(expected)) => assert_eq!(target.to_string(), expected, "{location}"),
            (Err(why), Err(part)) => assert!(why.contains(part), "{location}: {why}"),
            (outcome, _) => panic!("{location}: {outcome:?}"),
        }
    }
    assert_eq!(from.resolve("?z").unwrap().path, "/dir/file?z");
}

proptest! {
    #[test]
    fn nothing_that_a_server_says_breaks_out_of_a_request(location in "\\PC*|[\u{0}-\u{7f}]*") {
        let from = Target::parse("https://a.example/dir/").unwrap();
        if let Ok(target) = from.resolve(&location) {
            prop_assert!(target.path.starts_with('/'));
            prop_assert!(target.path.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(device::host::host(target.host.as_bytes()).is_ok());
        }
    }
}
