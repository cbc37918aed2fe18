//! From the first instruction to the network: in which order, and what follows when a step fails.
//!
//! ```text
//! count ─► chip ─► slot ─► store ─► image ─► client ─► settings ─► radio ─► tasks ─► rounds (client)
//!   │        └───────┴───────┴────────┴── fails ──┴─────────┴────────┘
//!   │                                      │
//!   │                    on trial: taken back, restart     else: stays, says why, restart after an hour
//!   └► failed too often: taken back, restart
//! ```
//!
//! **No start of an image on trial is lost, whatever stops it.** It is counted before anything else ([`count`]): a panic, a hang
//! or a loss of power after that ends in a start that is counted too, and after three of them the image before it is started.
//!
//! | file | what it is |
//! | --- | --- |
//! | `count.rs` | the first step |
//! | `otadata_window.rs` | all of the flash that it may write |
//! | `order.rs` | the steps after it |
//! | `halt.rs` | why a start does not come to its end |
//! | `stay.rs` | what a device does that can do nothing |

mod count;
mod halt;
mod order;
mod otadata_window;
mod stay;

pub use count::{CountError, Counted, count};
pub use halt::Halt;
pub use order::{Ended, Outcome, Steps, run};
pub use stay::{Due, REMINDER_INTERVAL, RETRY_AFTER, Stay};
