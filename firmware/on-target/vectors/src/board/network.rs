//! Servers whose words were recorded.

use alloc::vec;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;
use core::future::pending;

use device::platform::Network;
use embedded_io_async::{ErrorType, Read, Write};

use super::time::Activity;
use crate::form::{Malformed, Parts};
use crate::script::Script;

/// In the first byte of a connection: when all of it was read, nothing more ever comes. Otherwise it ends.
const SILENT: u8 = 1;

/// What servers said, in the order in which they were asked. Whom it comes from is for the certificates to say.
#[derive(Debug)]
pub(crate) struct Recording<'a> {
    connections: vec::IntoIter<&'a [u8]>,
    datagrams: vec::IntoIter<&'a [u8]>,
    activity: Activity,
}

/// A recorded connection. What is written to it makes no difference.
#[derive(Debug)]
pub(crate) struct Connection<'a> {
    script: Script<'a>,
    silent: bool,
    activity: Activity,
}

/// There is no other recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unreached;

impl<'a> Recording<'a> {
    /// Reads how many connections there are, the connections, each with its first byte, and the datagrams.
    pub(crate) fn read(parts: &mut Parts<'a>, activity: &Activity) -> Result<Self, Malformed> {
        let connections = 0..parts.number()?;
        let connections: Result<Vec<_>, _> = connections.map(|_| parts.bytes()).collect();
        Ok(Self {
            connections: connections?.into_iter(),
            datagrams: parts.rest()?.into_iter(),
            activity: activity.clone(),
        })
    }
}

impl<'a> Network for Recording<'a> {
    type Connection = Connection<'a>;
    type Error = Unreached;

    async fn connect(&mut self, _: &str, _: u16) -> Result<Connection<'a>, Unreached> {
        self.activity.note();
        let (first, says) = self
            .connections
            .next()
            .ok_or(Unreached)?
            .split_first()
            .ok_or(Unreached)?;
        Ok(Connection {
            script: Script {
                says,
                piece: usize::MAX,
            },
            silent: *first == SILENT,
            activity: self.activity.clone(),
        })
    }

    async fn exchange(
        &mut self,
        _: &str,
        _: u16,
        _: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Unreached> {
        self.activity.note();
        let says = self.datagrams.next().ok_or(Unreached)?;
        for (to, from) in answer.iter_mut().zip(says) {
            *to = *from;
        }
        Ok(says.len().min(answer.len()))
    }
}

impl ErrorType for Connection<'_> {
    type Error = Infallible;
}

impl Read for Connection<'_> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Infallible> {
        if self.silent && self.script.says.is_empty() {
            return pending().await;
        }
        self.activity.note();
        self.script.read(into).await
    }
}

impl Write for Connection<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.activity.note();
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nobody answers")
    }
}
