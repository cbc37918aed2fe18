//! A real release: judged by stock programs, attacked bit by bit, and killed while it is made.
//!
//! `cargo xtask test` builds the release and says where it is in `PERENNIAL_TEST_DIST`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod release {
    mod budget;
    mod builds;
    mod cyclonedx;
    mod damage;
    mod judges;
    mod peers;
    mod place;
    mod rebuilt;
    mod secure_boot;
}
