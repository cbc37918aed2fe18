//! Heads of many fields, of which few are looked at.

use device::http::{
    EntityTag, HttpError, MAX_FIELDS, MAX_HEAD, MAX_KEPT, MAX_KEPT_FIELDS, ResponseError,
};

use crate::support::{Got, Refusal, answered, file};

fn refused(error: ResponseError) -> Result<Got, Refusal> {
    Err(HttpError::Response(error))
}

#[test]
fn heads_at_the_limits() {
    // A field that nobody looks at, and one that is kept.
    for (name, limit) in [("A", MAX_HEAD), ("Connection", MAX_KEPT)] {
        let padded = |length: usize| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n{name}: \r\n\r\n");
            let padding = "a".repeat(length - head.len());
            format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n{name}: {padding}\r\n\r\nx")
        };
        assert_eq!(answered(padded(limit), 0), Ok(file(b"x", Some(1))));
        let too_long = refused(ResponseError::HeadTooLong);
        assert_eq!(answered(padded(limit + 1), 0), too_long);
    }
    for (name, limit) in [("A", MAX_FIELDS), ("Connection", MAX_KEPT_FIELDS)] {
        let fields = |count: usize| {
            let fields = format!("{name}: b\r\n").repeat(count - 1);
            format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 1\r\n\r\nx")
        };
        assert_eq!(answered(fields(limit), 0), Ok(file(b"x", Some(1))));
        let too_many = ResponseError::Malformed(httparse::Error::TooManyHeaders);
        assert_eq!(answered(fields(limit + 1), 0), refused(too_many));
    }
}

#[test]
fn a_head_without_an_end_is_left() {
    let line = "a".repeat(MAX_HEAD);
    for says in [
        line.clone(),
        format!("HTTP/1.1 200 OK\r\n{line}"),
        format!("HTTP/1.1 200 OK\r\nServer: {line}"),
        format!("HTTP/1.1 200 OK\r\nLocation: {line}"),
    ] {
        let error = answered(&says, 0).unwrap_err();
        assert!(!matches!(error, HttpError::NoAnswer), "{says}");
        assert!(!error.is_interrupted(), "{says}");
    }
}

/// Shaped like the answers of a release host that redirects, and of the store behind it: more than 4 KiB of policies for browsers.
#[test]
fn heads_of_the_big_hosts_are_read() {
    let policy =
        "default-src 'none'; base-uri 'self'; child-src github.example/assets-cdn/worker/; "
            .repeat(50);
    let cookie = format!(
        "_gh_sess={}; path=/; secure; HttpOnly; SameSite=Lax",
        "c%2F".repeat(150)
    );
    let common = format!(
        "Server: github.example\r\nDate: Sun, 01 Feb 2026 12:00:00 GMT\r\n\
         Content-Type: text/html; charset=utf-8\r\nVary: X-PJAX, X-PJAX-Container, Turbo-Visit, Accept-Encoding\r\n\
         Cache-Control: no-cache\r\nStrict-Transport-Security: max-age=31536000; includeSubdomains; preload\r\n\
         X-Frame-Options: deny\r\nX-Content-Type-Options: nosniff\r\nX-XSS-Protection: 0\r\n\
         Referrer-Policy: no-referrer-when-downgrade\r\nContent-Security-Policy: {policy}\r\n\
         Report-To: {{\"group\":\"default\",\"endpoints\":[{{\"url\":\"https://r.example\"}}]}}\r\n\
         Set-Cookie: {cookie}\r\nSet-Cookie: {cookie}\r\nX-GitHub-Request-Id: 8F2A:1B:9:A\r\n"
    );
    assert!(common.len() > MAX_KEPT, "{}", common.len());
    let query = "sp=r&sv=2018-11-09&sr=b&sig=".to_owned() + &"A%2B".repeat(200);
    let location = format!("https://objects.example/release-asset/1?{query}");
    let redirect =
        format!("HTTP/1.1 302 Found\r\n{common}Location: {location}\r\nContent-Length: 0\r\n\r\n");
    let found = format!(
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\
         Content-Type: application/octet-stream\r\nETag: \"0x8DD\"\r\n\
         Server: Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0\r\nx-ms-version: 2018-11-09\r\n\
         Content-Disposition: attachment; filename=application.bin\r\nVia: 1.1 varnish, 1.1 varnish\r\n\
         Accept-Ranges: bytes\r\n{}Age: 0\r\n\r\nhello",
        "X-Timer: S1769947200.123456,VS0,VE18\r\n".repeat(60)
    );
    assert_eq!(answered(redirect, 0), Ok(Got::Redirect(location)));
    let tag = EntityTag::strong("\"0x8DD\"");
    let expected = Got::File {
        bytes: b"hello".to_vec(),
        total: Some(5),
        tag,
    };
    assert_eq!(answered(found, 0), Ok(expected));
}

/// What is not kept is checked none the less: a line that others would end elsewhere must not hide a field.
#[test]
fn fields_that_nobody_looks_at_are_fields() {
    use httparse::Error as E;
    for (field, error) in [
        ("Server: a\rContent-Length: 5", E::HeaderValue),
        ("Server: a\0", E::HeaderValue),
        ("Server: a\u{7f}", E::HeaderValue),
        ("Ser ver: a", E::HeaderName),
        ("Server : a", E::HeaderName),
        (": a", E::HeaderName),
        ("Server: a\r\n\tContent-Length: 5", E::HeaderName),
        ("Server", E::HeaderName),
    ] {
        let says = format!("HTTP/1.1 200 OK\r\n{field}\r\nContent-Length: 1\r\n\r\nx");
        let malformed = refused(ResponseError::Malformed(error));
        assert_eq!(answered(says, 0), malformed, "{field:?}");
    }
    let says = "HTTP/1.1 200 OK\nServer: \u{e9}\t~\nContent-Length: 1\n\nx";
    assert_eq!(answered(says, 0), Ok(file(b"x", Some(1))));
}
