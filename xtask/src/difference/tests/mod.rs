//! Crafted pairs.
