//! The binary form of the trust store, from the outside.

mod boundaries;
mod budget;
mod defects;
mod fields;
mod image;
mod roundtrip;
mod standing;
mod support;
