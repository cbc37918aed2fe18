//! Files are fetched over HTTP/1.1 from servers that may be hostile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cut;
mod heads;
mod keeping;
mod long_heads;
mod places;
mod random;
mod ranges;
mod redirects;
mod requests;
mod server;
mod support;
