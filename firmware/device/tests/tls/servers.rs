//! Stock servers of every kind, each with its result: the table in docs/verification.md is this one.

mod ask;
mod case;
mod chains;
mod keys;
mod names;
mod nginx;
mod settings;

use std::path::Path;

pub(crate) use ask::{ANSWER, NAME};
pub(crate) use case::Case;

use crate::openssl::Openssl;
use crate::support;
use ask::{Way, ask};
use nginx::Nginx;

/// Bytes that the device gets with each read.
const PORTIONS: [usize; 2] = [usize::MAX, 1];

/// Every kind of server.
fn cases() -> impl Iterator<Item = Case> {
    [chains::all(), names::all(), settings::all()]
        .into_iter()
        .flatten()
}

#[test]
fn openssl_serves_each() {
    for case in cases() {
        let server = Openssl::serve_files(&case);
        for portion in PORTIONS {
            let said = ask(&Way::Port(server.port), portion, &case);
            assert_eq!(said, case.expected, "{}", case.name);
        }
    }
}

#[test]
fn nginx_serves_each_that_it_can() {
    let cases: Vec<_> = cases()
        .filter(|case| case.setting.of_nginx().is_ok())
        .collect();
    let server = Nginx::serve(&cases);
    for (place, case) in cases.iter().enumerate() {
        for portion in PORTIONS {
            let said = ask(&server.way(place), portion, case);
            assert_eq!(said, case.expected, "{}", case.name);
        }
    }
}

#[test]
fn the_table_of_the_documentation_is_this_one() {
    let rows = cases().map(|case| {
        let refusal = case.setting.of_nginx().err();
        case.row(&refusal.map_or_else(String::new, |why| format!("nginx: {why}")))
    });
    let rows: Vec<_> = rows.collect();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verification.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page
        .lines()
        .skip_while(|line| *line != "| server | what the device says | not tried with |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let table: Vec<_> = table.collect();
    assert!(table == rows, "the table should be:\n{}", rows.join("\n"));
}
