//! What the update client needs of a board, on this one: the traits of [`device::platform`] over esp-hal and embassy.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`console`] | lines for people, on both consoles |
//! | [`entropy`] | randomness fit for keys |
//! | [`flash`] | the flash chip |
//! | [`network`] | TCP and UDP by host name |
//! | [`running`] | where in flash the image runs from |
//! | [`scratch`] | a word that outlives a reset |
//! | [`timer`] | time since the board started |
//! | [`watchdog`] | a reset when the client does not come back |

pub(crate) mod console;
pub(crate) mod entropy;
pub(crate) mod flash;
pub(crate) mod network;
pub(crate) mod running;
pub(crate) mod scratch;
pub(crate) mod timer;
pub(crate) mod watchdog;

/// Whom the time is asked of: two operators, so that one alone cannot set it. A host of the provisioning with such a name
/// is asked instead (`resolver.rs`).
pub(crate) const TIME_SERVERS: [&str; 2] = ["time.cloudflare.com", "time.google.com"];
