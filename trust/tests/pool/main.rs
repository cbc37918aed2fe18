//! The anchor pool and the calendar as they are in the repository, and every fixture about reading them.

mod calendar;
mod openssl;
mod pem;
mod pki;
mod rules;
mod support;
