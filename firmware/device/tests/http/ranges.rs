//! The rest of a file, after what is there already.

use device::http::{Answer, Connection, EntityTag, HttpError, ResponseError};
use simulated::executor::block_on;

use crate::support::{Script, answered, file, place, question};

fn part(range: &str) -> String {
    format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\nContent-Range: {range}\r\n\r\nabc"
    )
}

#[test]
fn the_part_that_was_asked_for() {
    for (range, total) in [
        ("bytes 7-9/10", Some(10)),
        ("bytes 7-9/*", None),
        // A server may send less than was asked for (RFC 9110, section 15.3.7).
        ("bytes 7-9/4294967295", Some(u32::MAX)),
    ] {
        assert_eq!(answered(part(range), 7), Ok(file(b"abc", total)), "{range}");
    }
}

#[test]
fn another_part_is_refused() {
    for (range, error) in [
        ("bytes 6-8/10", ResponseError::RangeDiffers),
        ("bytes 8-10/11", ResponseError::RangeDiffers),
        ("bytes 7-8/10", ResponseError::RangeDiffers),
        ("bytes 7-10/20", ResponseError::RangeDiffers),
        ("bytes 7-9/9", ResponseError::RangeDiffers),
        ("bytes 7-5/10", ResponseError::RangeDiffers),
        ("bytes 7-4294967295/*", ResponseError::RangeDiffers),
        ("bytes */10", ResponseError::RangeDiffers),
        ("bytes 7-9", ResponseError::Number("Content-Range")),
        ("bytes 7/10", ResponseError::Number("Content-Range")),
        ("bytes 7-9/", ResponseError::Number("Content-Range")),
        ("bytes +7-9/10", ResponseError::Number("Content-Range")),
        (
            "bytes 7-4294967296/*",
            ResponseError::Number("Content-Range"),
        ),
        ("bits 7-9/10", ResponseError::Number("Content-Range")),
        (
            "bytes 7-9/10\r\nContent-Range: bytes 7-9/10",
            ResponseError::Ambiguous("Content-Range"),
        ),
    ] {
        assert_eq!(
            answered(part(range), 7),
            Err(HttpError::Response(error)),
            "{range}"
        );
    }
    let none = "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc";
    let error = ResponseError::RangeDiffers;
    assert_eq!(answered(none, 7), Err(HttpError::Response(error)));
}

#[test]
fn a_part_is_not_the_whole() {
    let unasked = HttpError::Response(ResponseError::RangeUnasked);
    assert_eq!(answered(part("bytes 0-2/3"), 0), Err(unasked));
}

/// The server knows no ranges, or has another file now: who asked must know where the body begins.
#[test]
fn the_whole_in_place_of_a_part_begins_at_byte_0() {
    for (says, first) in [
        ("200 OK\r\nContent-Length: 3\r\n\r\nabc".to_owned(), 0),
        (part("bytes 1-3/4").split_off("HTTP/1.1 ".len()), 1),
    ] {
        let mut connection = Connection::new(Script::new(format!("HTTP/1.1 {says}")));
        let place = place();
        let asked = question(&place, 1);
        let Ok(Answer::File(body)) = block_on(connection.get(&asked)) else {
            panic!("{says}");
        };
        assert_eq!((body.first(), body.length()), (first, 3));
    }
}

#[test]
fn a_range_beyond_the_end() {
    for (range, total) in [("Content-Range: bytes */10\r\n", Some(10)), ("", None)] {
        let says = format!("HTTP/1.1 416 x\r\n{range}Content-Length: 0\r\n\r\n");
        let error = ResponseError::RangeNotSatisfiable { total };
        assert_eq!(answered(says, 10), Err(HttpError::Response(error)));
    }
}

#[test]
fn only_a_strong_tag_says_that_a_file_is_the_same() {
    assert_eq!(EntityTag::strong("\"a-1\"").unwrap().as_str(), "\"a-1\"");
    assert!(EntityTag::strong("\"\"").is_some());
    assert!(EntityTag::strong(&format!("\"{}\"", "a".repeat(126))).is_some());
    assert!(EntityTag::strong(&format!("\"{}\"", "a".repeat(127))).is_none());
    for odd in [
        "W/\"a\"", "a", "\"", "", "\"a\"b\"", "\"a b\"", "\"\r\n\"", "\"é\"",
    ] {
        assert_eq!(EntityTag::strong(odd), None, "{odd}");
    }
}
