//! The rows of the table in docs/verification.md, for whoever tries them.

use std::collections::BTreeMap;

use device::store::StoreContents;
use device::verify::{Clock, PathEnd, PinVerdict, TrustedBy, VerifyError};

use crate::support::{Chain, HOST, day, moment, pin, root};

const ANCHORS: [&str; 3] = ["ok", "unknown", "expired"];
const PINS: [&str; 4] = ["ok", "wrong", "expired", "none"];
const NAMES: [&str; 2] = ["ok", "wrong"];
const TIMES: [&str; 4] = ["ok", "unknown", "behind the floor", "too late"];

/// The rows of the table: anchor, pin, name and time, and the outcome.
fn rows() -> BTreeMap<[String; 4], String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verification.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page
        .lines()
        .skip_while(|line| *line != "| anchor | pin | name | time | outcome |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut rows = BTreeMap::new();
    for line in table {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [anchor, pin, name, time, outcome] = cells[..] else {
            panic!("{line}");
        };
        let case = [anchor, pin, name, time].map(str::to_owned);
        let before = rows.insert(case, outcome.to_owned());
        assert_eq!(before, None, "twice: {line}");
    }
    rows
}

/// Tries each row with whoever judges, and finds that no row is missing.
pub(crate) fn try_each_row(
    chain: &Chain,
    judge: impl Fn(&StoreContents, &str, Clock) -> Result<TrustedBy, VerifyError>,
) {
    let mut rows = rows();
    for anchor in ANCHORS {
        for pin in PINS {
            let contents = contents(chain, anchor, pin);
            for name in NAMES {
                for time in TIMES {
                    let asked = if name == "ok" { HOST } else { "a.example.com" };
                    let judged = judge(&contents, asked, clock(time));
                    let case = [anchor, pin, name, time].map(str::to_owned);
                    let documented = rows.remove(&case).unwrap_or_default();
                    assert_eq!(outcome(judged), documented, "{case:?}");
                }
            }
        }
    }
    assert!(rows.is_empty(), "no such case: {rows:?}");
}

/// A store for the chain. Anchors and pins end on 2026-01-10 when they are expired.
fn contents(chain: &Chain, anchor: &str, pinned: &str) -> StoreContents {
    let ended = day(2026, 1, 10);
    let mut contents = chain.store();
    match anchor {
        "ok" => {}
        "unknown" => contents.anchors = vec![root("Other").anchor()],
        _ => {
            contents.anchors[0].not_after = ended;
            contents.anchors[0].effective_end = ended;
        }
    }
    let mut pin = pin(&chain.leaf.der);
    match pinned {
        "ok" => {}
        "wrong" => pin.spki_sha256 = [7; 32],
        "expired" => pin.expires = ended,
        _ => return contents,
    }
    // The wrong name is the host of a pin too, so that it is refused for its name alone.
    let mut other = pin.clone();
    other.host = "a.example.com".into();
    contents.pins = vec![pin, other];
    contents
}

/// The floor is 2026-01-15; the leaf begins before it and ends on 2026-04-01.
fn clock(time: &str) -> Clock {
    let floor = moment("2026-01-15T00:00:00Z");
    match time {
        "ok" => Clock::known(floor, moment("2026-02-01T00:00:00Z")),
        "unknown" => Clock::unknown(floor),
        "behind the floor" => Clock::known(floor, moment("1970-01-01T00:00:00Z")),
        _ => Clock::known(floor, moment("2026-04-01T00:00:01Z")),
    }
}

fn outcome(judged: Result<TrustedBy, VerifyError>) -> String {
    let (end, pins) = match judged {
        Ok(trusted_by) => {
            return match trusted_by {
                TrustedBy::Anchor { .. } => "trusted by the anchor",
                TrustedBy::Pin { .. } => "trusted by the pin",
                _ => "",
            }
            .into();
        }
        Err(VerifyError::WrongName) => return "refused: wrong name".into(),
        Err(VerifyError::Expired { .. }) => return "refused: the leaf has expired".into(),
        Err(VerifyError::NoPath { end, pins, .. }) => (end, pins),
        Err(other) => return format!("{other:?}"),
    };
    let end = match end {
        PathEnd::AnchorExpired { .. } => "the anchor has expired",
        PathEnd::UnknownIssuer { .. } => "the issuer is unknown",
        _ => "",
    };
    let pins = match pins {
        PinVerdict::Expired { .. } => "the pin has expired",
        PinVerdict::NoMatch => "no key is pinned",
        PinVerdict::NoPin => "there is no pin",
        _ => "",
    };
    format!("refused: {end}, and {pins}")
}
