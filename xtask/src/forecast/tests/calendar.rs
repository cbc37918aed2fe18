//! The calendar file, by RFC 5545.

use super::sample;
use crate::forecast::ics::{calendar, escaped, folded};

#[test]
fn lines_are_folded_at_75_octets_and_never_within_a_character() {
    let exact = "x".repeat(75);
    assert_eq!(folded(&exact), format!("{exact}\r\n"));
    assert_eq!(folded(&"x".repeat(76)), format!("{exact}\r\n x\r\n"));
    let long = format!("DESCRIPTION:{}", "−ü認😀,".repeat(60));
    let text = folded(&long);
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    assert_eq!(text.replace("\r\n ", "").trim_end_matches("\r\n"), long);
}

#[test]
fn text_is_escaped_once_and_keeps_no_control_character() {
    assert_eq!(
        escaped("a,b;c\\d\ne\r\u{7}f:\"g\""),
        "a\\,b\\;c\\\\d\\nef:\"g\""
    );
    assert_eq!(escaped("\\n"), "\\\\n");
}

#[test]
fn every_line_ends_with_crlf_and_every_event_is_whole() {
    let text = calendar(&sample());
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let unfolded = text.replace("\r\n ", "");
    let lines: Vec<_> = unfolded.lines().collect();
    assert_eq!(lines.first(), Some(&"BEGIN:VCALENDAR"));
    assert_eq!(lines.last(), Some(&"END:VCALENDAR"));
    // Four releases: service, loss, publish. The anchor has no end.
    let count = |line: &str| lines.iter().filter(|other| other.starts_with(line)).count();
    for line in [
        "BEGIN:VEVENT",
        "UID:",
        "DTSTAMP:20260701T000000Z",
        "DTSTART;VALUE=DATE:",
        "END:VEVENT",
    ] {
        assert_eq!(count(line), 12, "{line}");
    }
    let mut uids: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("UID:"))
        .collect();
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), 12);
}

/// A calendar that imports a later forecast moves the event: the UID says what it is about and not when it is.
#[test]
fn an_event_that_moves_keeps_its_uid() {
    let uid_of_loss = |days: i64| {
        let mut forecast = sample();
        let loss = forecast.releases[0].loss.as_mut().unwrap();
        loss.earliest = loss.earliest.plus_days(days);
        let text = calendar(&forecast).replace("\r\n ", "");
        let event = text
            .split("BEGIN:VEVENT")
            .find(|event| event.contains("SUMMARY:1.0.4 may lose"));
        let mut lines = event.unwrap().lines();
        lines
            .find(|line| line.starts_with("UID:"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(uid_of_loss(0), uid_of_loss(14));
}
