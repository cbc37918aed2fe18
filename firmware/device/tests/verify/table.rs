//! The table of docs/verification.md is the test: each of its rows is tried, and no row is missing.

use crate::rows::try_each_row;
use crate::support::{Chain, verify_for};

#[test]
fn every_row_of_the_table_is_what_the_device_decides() {
    let chain = Chain::new();
    try_each_row(&chain, |contents, name, clock| {
        let judged = verify_for(contents, &chain.sent(), name, clock);
        judged.map(|server| server.trusted_by())
    });
}
