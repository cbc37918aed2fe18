//! A connection that ends after each byte of an answer.

use device::http::{HttpError, ResponseError};

use crate::support::{answered, file};

const HEAD: &str =
    "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 11\r\nConnection: close\r\n\r\n";
const BODY: &str = "hello world";

#[test]
fn every_cut_is_told_from_the_end() {
    let whole = [HEAD, BODY].concat();
    for cut in 0..whole.len() {
        let error = answered(&whole[..cut], 0).unwrap_err();
        let expected = match cut {
            0 => HttpError::NoAnswer,
            _ if cut < HEAD.len() => HttpError::Response(ResponseError::HeadCut),
            _ => HttpError::Short {
                expected: 11,
                got: u32::try_from(cut - HEAD.len()).unwrap(),
            },
        };
        assert_eq!(error, expected, "after {cut} bytes");
    }
    assert_eq!(answered(&whole, 0), Ok(file(BODY.as_bytes(), Some(11))));
}

#[test]
fn what_follows_the_body_is_not_of_the_file() {
    let more = [HEAD, BODY, " and more"].concat();
    assert_eq!(answered(more, 0), Ok(file(BODY.as_bytes(), Some(11))));
}
