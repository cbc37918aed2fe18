//! What time it is, from what the device knows for sure and what servers tell it.
//!
//! Two sources that never mix. The **floor** is authentic: the device was built, or confirmed a release, then, and it is not
//! earlier now. The **clock** is what two servers said over SNTP, which anybody on the way can forge: it is good for dates of
//! certificates, where it says more than the floor, and it is gone when the board starts again.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`sntp`] | one question and its answer, RFC 4330 and RFC 5905 |
//! | [`agreement`] | two servers that say the same |
//! | [`ask`](mod@ask) | asking servers, each for a short time |
//! | [`trusted`] | floor and clock, and what verification is told |

pub mod agreement;
pub mod ask;
pub mod sntp;
pub mod trusted;

pub use agreement::{Agreement, Reading};
pub use ask::{MAX_SERVERS, PATIENCE, SntpError, ask};
pub use sntp::{AnswerProblem, Question};
pub use trusted::{ClockRefused, TrustedTime};
