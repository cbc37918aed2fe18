//! A board of memory: flash, time, servers whose words are known, a console that is read afterwards. The same on the host and on
//! the target.

mod console;
mod flash;
mod network;
mod platform;
mod time;

pub(crate) use console::Lines;
pub(crate) use flash::Flash;
pub(crate) use network::Recording;
pub(crate) use platform::{Ignored, InMemory, Word};
pub(crate) use time::{Activity, Time};
