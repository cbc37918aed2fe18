//! What is not served, and what is not understood.

use std::os::unix::fs::symlink;

use crate::support::{Server, Site, by_hand};

fn get(port: u16, target: &str) -> String {
    by_hand(
        port,
        format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(),
    )
}

#[test]
fn nothing_outside_of_the_folder_and_nothing_hidden() {
    let site = Site::new();
    let root = site.root();
    for name in [".hidden", ".git/config", "a b", "ä", "inside"] {
        site.put(name, b"found");
    }
    symlink(root.join("inside"), root.join("way-in")).unwrap();
    symlink("../secret", root.join("way-out")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink("nowhere", root.join("broken")).unwrap();
    let server = Server::plain(&site);
    let port = server.port(0);
    for target in [
        "/inside",
        "/way-in",
        "/a%20b",
        "/%c3%a4",
        "/%69nside",
        "/inside?x=/../y",
        "/inside#x",
    ] {
        let answer = get(port, target);
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nfound"),
            "{target}: {answer}"
        );
    }
    for target in [
        "/",
        "/0.1.0+4f11",
        "/0.1.0+4f11/",
        "/inside/",
        "/inside/x",
        "//inside",
        "/none",
        "/.hidden",
        "/%2ehidden",
        "/.git/config",
        "/./inside",
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/%2e%2e%2fsecret",
        "/..\\secret",
        "/%2e%2e%5csecret",
        "/0.1.0+4f11/../../secret",
        "/way-out",
        "/up/secret",
        "/broken",
        "/inside%00",
        "/%",
        "/%2",
        "/%zz",
        "/%ff",
        "inside",
        "*",
        "http://a/inside",
    ] {
        let answer = get(port, target);
        assert!(answer.starts_with("HTTP/1.1 404 "), "{target}: {answer}");
        assert!(
            !answer.contains("a key") && !answer.contains("found"),
            "{target}: {answer}"
        );
    }
}

#[test]
fn a_pipe_is_no_file() {
    let site = Site::new();
    let made = std::process::Command::new("mkfifo")
        .arg(site.root().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    let mut server = Server::plain(&site);
    assert!(get(server.port(0), "/pipe").starts_with("HTTP/1.1 404 "));
    server.says("(not a file)");
}

#[test]
fn a_head_is_said_without_the_body() {
    let site = Site::new();
    let server = Server::plain(&site);
    let head = |target: &str| {
        let request = format!(
            "HEAD {target} HTTP/1.1\r\nHost: a\r\nRange: bytes=1-\r\nConnection: close\r\n\r\n"
        );
        by_hand(server.port(0), request.as_bytes())
    };
    let found = head("/release.json");
    assert!(found.starts_with("HTTP/1.1 200 OK\r\n"), "{found}");
    assert!(
        found.contains("\r\nContent-Length: 3\r\n") && found.ends_with("\r\n\r\n"),
        "{found}"
    );
    let missing = head("/none");
    assert!(
        missing.starts_with("HTTP/1.1 404 ") && missing.ends_with("\r\n\r\n"),
        "{missing}"
    );
}

#[test]
fn parts_are_said_as_the_rfc_has_them() {
    let site = Site::new();
    site.put("ten", b"0123456789");
    let server = Server::plain(&site);
    let get = |fields: &str| {
        let request = format!("GET /ten HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n");
        by_hand(server.port(0), request.as_bytes())
    };
    let whole = get("");
    assert!(whole.contains("\r\nAccept-Ranges: bytes\r\n"), "{whole}");
    let tag = whole
        .lines()
        .find_map(|line| line.strip_prefix("ETag: "))
        .unwrap();
    for (fields, status, range, body) in [
        (
            "Range: bytes=3-\r\n".to_owned(),
            206,
            "bytes 3-9/10",
            "3456789",
        ),
        ("Range: bytes=3-4\r\n".to_owned(), 206, "bytes 3-4/10", "34"),
        ("Range: bytes=-2\r\n".to_owned(), 206, "bytes 8-9/10", "89"),
        (
            format!("Range: bytes=3-4\r\nIf-Range: {tag}\r\n"),
            206,
            "bytes 3-4/10",
            "34",
        ),
        (
            "Range: bytes=3-4\r\nIf-Range: \"x\"\r\n".to_owned(),
            200,
            "",
            "0123456789",
        ),
        (
            format!("Range: bytes=3-4\r\nIf-Range: W/{tag}\r\n"),
            200,
            "",
            "0123456789",
        ),
        ("Range: bytes=1-2,4-5\r\n".to_owned(), 200, "", "0123456789"),
        (
            "Range: bytes=10-\r\n".to_owned(),
            416,
            "bytes */10",
            "416 Range Not Satisfiable\n",
        ),
    ] {
        let answer = get(&fields);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{fields}: {answer}"
        );
        let said = answer
            .lines()
            .find_map(|line| line.strip_prefix("Content-Range: "));
        assert_eq!(said.unwrap_or_default(), range, "{fields}");
        let length = format!("\r\nContent-Length: {}\r\n", body.len());
        assert!(
            answer.contains(&length) && answer.ends_with(&format!("\r\n\r\n{body}")),
            "{fields}: {answer}"
        );
    }
}

#[test]
fn what_is_not_understood_is_refused_and_the_connection_closed() {
    let site = Site::new();
    let mut server = Server::plain(&site);
    let port = server.port(0);
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nA: {}", "a".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "A: b\r\n".repeat(64));
    for (request, status) in [
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /release.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            405,
        ),
        (
            "get /release.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            405,
        ),
        (&long, 431),
        (&many, 431),
        // HTTP/1.0 has no Host, and one answer.
        ("GET /release.json HTTP/1.0\r\n\r\n", 200),
    ] {
        let answer = by_hand(port, request.as_bytes());
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:.40}: {answer}"
        );
    }
    // A console obeys some bytes: they are shown, not obeyed.
    by_hand(
        port,
        b"GET /\x1b[2J HTTP/1.1\r\nHost: a\r\nPerennial-A: \x9b2J\r\nConnection: close\r\n\r\n",
    );
    by_hand(
        port,
        b"GET /last HTTP/1.1\r\nHost: a\r\nPerennial-A: \x9b2J\r\nConnection: close\r\n\r\n",
    );
    let line = server.says("/last");
    assert!(line.ends_with("Perennial-A: \\x9b2J"), "{line}");
}
