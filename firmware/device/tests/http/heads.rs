//! What is made of heads, hostile ones most of all.

use device::http::{HttpError, ResponseError};

use crate::support::{Got, Refusal, answered, file};

fn refused(error: ResponseError) -> Result<Got, Refusal> {
    Err(HttpError::Response(error))
}

fn status(code: u16) -> ResponseError {
    ResponseError::Status {
        code,
        retry_after: None,
    }
}

#[test]
fn a_file_comes_in_pieces_of_any_size() {
    use crate::support::{Script, ask, place, question};
    use device::http::Connection;
    let says = "HTTP/1.1 200 OK\r\nServer: x\r\nCONTENT-LENGTH:5 \r\nETag: \"a\"\r\n\r\nhello";
    for piece in 1..=says.len() {
        let mut connection = Connection::new(Script::new(says).in_pieces(piece));
        let got = ask(&mut connection, &question(&place(), 0)).unwrap();
        let Got::File { bytes, total, tag } = got else {
            panic!("{got:?}")
        };
        assert_eq!((&bytes[..], total), (&b"hello"[..], Some(5)));
        assert_eq!(tag.unwrap().as_str(), "\"a\"");
    }
}

#[test]
fn framing_that_is_not_plain_is_refused() {
    for (fields, error) in [
        ("", ResponseError::NoLength),
        (
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            ResponseError::Ambiguous("Content-Length"),
        ),
        (
            "Content-Length: 5\r\ncontent-length: 6\r\n",
            ResponseError::Ambiguous("Content-Length"),
        ),
        (
            "Content-Length: 5, 5\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Content-Length: +5\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Content-Length: -5\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Content-Length: 0x5\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Content-Length: 5 5\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Content-Length:\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Content-Length: 4294967296\r\n",
            ResponseError::Number("Content-Length"),
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            ResponseError::TransferCoding,
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            ResponseError::TransferCoding,
        ),
        (
            "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
            ResponseError::TransferCoding,
        ),
        (
            "Content-Encoding: gzip\r\nContent-Length: 5\r\n",
            ResponseError::ContentCoding,
        ),
        (
            "Content-Encoding: identity, br\r\nContent-Length: 5\r\n",
            ResponseError::ContentCoding,
        ),
        (
            "Content-Encoding: identity\r\nContent-Encoding: br\r\nContent-Length: 5\r\n",
            ResponseError::ContentCoding,
        ),
        (
            "Content-Length: 5\r\nETag: \"a\"\r\nETag: \"b\"\r\n",
            ResponseError::Ambiguous("ETag"),
        ),
    ] {
        let says = format!("HTTP/1.1 200 OK\r\n{fields}\r\nhello");
        assert_eq!(answered(says, 0), refused(error), "{fields}");
    }
    for fields in [
        "Content-Length: 5",
        "Content-Length: 005",
        "Content-Encoding: Identity\r\nContent-Length: 5",
    ] {
        let says = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nhello");
        assert_eq!(answered(says, 0), Ok(file(b"hello", Some(5))), "{fields}");
    }
}

#[test]
fn a_length_of_4_gib_less_one_is_one() {
    let says = "HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\nhello";
    let expected = u32::MAX;
    assert_eq!(
        answered(says, 0),
        Err(HttpError::Short { expected, got: 5 })
    );
}

#[test]
fn what_is_not_http_is_refused_as_soon_as_it_shows() {
    use httparse::Error as E;
    for (says, error) in [
        ("SSH-2.0-OpenSSH_9.6\r\n", E::Version),
        ("HTTP/2.0 200 OK\r\n\r\n", E::Version),
        ("HTTP/1.2 200 OK\r\n\r\n", E::Version),
        ("<html>", E::Version),
        (
            "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            E::Version,
        ),
        ("\r\nA: b\r\n\r\n", E::Version),
        ("HTTP/1.1 20 OK\r\n\r\n", E::Status),
        ("HTTP/1.1 2000 OK\r\n\r\n", E::Status),
        ("HTTP/1.1 200 O\0K\r\n\r\n", E::Status),
        ("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", E::HeaderName),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", E::HeaderName),
        ("HTTP/1.1 200 OK\r\n A: b\r\n\r\n", E::HeaderName),
        // A field that is folded over lines (RFC 9112, section 5.2).
        (
            "HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 5\r\n\r\n",
            E::HeaderName,
        ),
        ("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", E::HeaderValue),
        ("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n", E::HeaderValue),
    ] {
        assert_eq!(
            answered(says, 0),
            refused(ResponseError::Malformed(error)),
            "{says:?}"
        );
    }
}

#[test]
fn interim_answers_are_skipped_up_to_four() {
    let says = |interim: &str, count: usize| {
        let interim = format!("HTTP/1.1 {interim}\r\nContent-Length: 7\r\n\r\n").repeat(count);
        format!("{interim}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
    };
    assert_eq!(
        answered(says("100 Continue", 1), 0),
        Ok(file(b"x", Some(1)))
    );
    assert_eq!(
        answered(says("103 Early Hints", 4), 0),
        Ok(file(b"x", Some(1)))
    );
    assert_eq!(
        answered(says("102 Processing", 5), 0),
        refused(ResponseError::TooManyInterim)
    );
    assert_eq!(
        answered(says("101 Switching Protocols", 1), 0),
        refused(status(101))
    );
}

#[test]
fn other_statuses_are_named() {
    for code in [
        204, 201, 300, 304, 305, 400, 401, 403, 404, 429, 500, 502, 599, 999,
    ] {
        let says = format!("HTTP/1.1 {code} x\r\nContent-Length: 2\r\n\r\nno");
        assert_eq!(answered(says, 0), refused(status(code)));
    }
    for (retry_after, found) in [
        ("120", Some(120)),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("-1", None),
    ] {
        let says = format!("HTTP/1.1 503 x\r\nRetry-After: {retry_after}\r\n\r\n");
        let code = 503;
        let error = ResponseError::Status {
            code,
            retry_after: found,
        };
        assert_eq!(answered(says, 0), refused(error));
    }
}

#[test]
fn a_redirect_says_where_to() {
    for code in [301, 302, 303, 307, 308] {
        let says = format!("HTTP/1.1 {code} x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(answered(says, 0), Ok(Got::Redirect("/b".into())));
    }
    for (fields, error) in [
        ("", ResponseError::NoLocation),
        ("Location:\r\n", ResponseError::NoLocation),
        ("Location: /\u{e9}\r\n", ResponseError::NoLocation),
        (
            "Location: /a\r\nLocation: /b\r\n",
            ResponseError::Ambiguous("Location"),
        ),
    ] {
        let says = format!("HTTP/1.1 302 Found\r\n{fields}\r\n");
        assert_eq!(answered(says, 0), refused(error), "{fields}");
    }
}

#[test]
fn errors_say_what_was_found() {
    let said = |error: ResponseError| error.to_string();
    assert_eq!(said(status(404)), "the server answers with status 404");
    let busy = ResponseError::Status {
        code: 503,
        retry_after: Some(9),
    };
    assert_eq!(
        said(busy),
        "the server answers with status 503 and asks for 9 s of patience"
    );
    let short: HttpError<String> = HttpError::Short {
        expected: 9,
        got: 4,
    };
    assert_eq!(short.to_string(), "the connection ended after 4 of 9 bytes");
}
