//! The anchor pool and the calendar as they are in the repository, and every fixture about reading them.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of the test functions"
)]

mod anchors;
mod calendar;
mod calendar_files;
mod fleets;
mod made;
mod openssl;
mod pem;
mod pki;
mod retired;
mod support;
