//! Crafted pairs: the owner and the cause of every range.

mod applications;
mod elves;
mod flashes;
mod making;
mod releases;
mod signed;
