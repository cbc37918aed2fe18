//! HTTP/1.1, RFC 9110 and 9112, as much of it as fetching a file takes: GET, ranges, redirects.
//!
//! Whoever answers is hostile until proven otherwise, and bounded: a head has at most [`MAX_HEAD`] bytes and
//! [`MAX_FIELDS`] fields, of which those that nobody looks at are not kept, a body exactly as many bytes as its Content-Length says. How the connection ends says nothing: a
//! bare FIN looks like the end of a file, so only Content-Length counts. Transfer and content codings are refused.
//!
//! A [`Connection`] can be asked again after an answer, where the server keeps it: on the chip, a TLS handshake takes
//! seconds. Nothing here waits for a limited time: callers use [`Timer::within`](crate::platform::Timer::within), and a
//! connection whose answer they gave up waiting for is not asked again.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`place`] | where a file is: server and request target |
//! | [`request`] | what is asked |
//! | [`connection`] | asking, and the body |
//! | [`response`] | what a head says |
//! | [`redirect`] | where an endpoint may send its devices |
//! | [`error`] | everything that can be wrong |

pub mod connection;
pub mod error;
pub mod place;
pub mod redirect;
pub mod request;
pub mod response;

mod buffer;
mod fields;
mod head;

pub use connection::{Answer, Body, Connection};
pub use error::{HttpError, RequestError, ResponseError};
pub use place::{Place, PlaceProblem, Scheme};
pub use redirect::{RedirectError, Trail};
pub use request::Request;
pub use response::EntityTag;

/// Most bytes of the head of an answer.
pub const MAX_HEAD: usize = 16 * 1024;
/// Most bytes of the status line and the fields that are looked at: a Location has [`MAX_TARGET`] and more.
pub const MAX_KEPT: usize = 4096;
/// Most fields in the head of an answer.
pub const MAX_FIELDS: usize = 100;
/// Most fields that are looked at. Each of them may stand once, but those that are lists.
pub const MAX_KEPT_FIELDS: usize = 16;
/// Most interim answers (1xx) before the final one.
pub const MAX_INTERIM: usize = 4;
/// Most bytes of a request target. Signed URLs of content delivery networks have hundreds.
pub const MAX_TARGET: usize = 2048;
/// Most bytes of a request.
pub const MAX_REQUEST: usize = 4096;
/// Most bytes of a body that nobody wants that are read so that the connection can be asked again.
pub const MAX_UNWANTED: u32 = 4096;
