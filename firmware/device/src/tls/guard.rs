//! The guard below the TLS library: no record reaches it that it would trip over.
//!
//! It sees records as they come from the network, so it sees types and lengths of all, and the contents of those that are
//! not encrypted. What the library does with each of them without a guard stands in [`super::embedded`].

use core::fmt;

use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};

use crate::tls::cipher;
use crate::tls::error::TlsError;
use crate::tls::progress::{Phase, Progress};
use crate::tls::records::{
    APPLICATION_DATA, HANDSHAKE, MAX_HANDSHAKE_BYTES, MAX_HANDSHAKE_RECORDS, RecordProblem,
    judge_contents, judge_header,
};
use crate::tls::suite::Suite;

const HEADER_BYTES: usize = 5;
/// Most bytes of a record that is not encrypted that are looked at. A ServerHello for P-256 has 155 at most.
const PLAIN_BYTES: usize = 512;

/// A transport that gives only records that may come.
pub(super) struct Guard<'a, C> {
    transport: C,
    progress: &'a Progress,
    offered: Suite,
    /// What was checked and is not handed out yet: a header, and the contents if they are not encrypted.
    checked: Checked,
    /// Bytes of the record that were not read yet. They are encrypted.
    left: usize,
    handshake_records: u8,
    handshake_bytes: usize,
}

/// The connection is not worth another byte. Why stands in [`Progress`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopped;

impl<'a, C> Guard<'a, C> {
    pub(super) const fn new(transport: C, progress: &'a Progress, offered: Suite) -> Self {
        Self {
            transport,
            progress,
            offered,
            checked: Checked::EMPTY,
            left: 0,
            handshake_records: 0,
            handshake_bytes: 0,
        }
    }

    fn stop(&self, error: TlsError) -> Stopped {
        self.progress.stop(error);
        Stopped
    }
}

impl<C: Read + Write> ErrorType for Guard<'_, C> {
    type Error = Stopped;
}

impl<C: Read + Write> Read for Guard<'_, C> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Stopped> {
        if into.is_empty() {
            return Ok(0);
        }
        if self.checked.is_empty() && self.left == 0 {
            self.next_record().await?;
        }
        if !self.checked.is_empty() {
            return Ok(self.checked.hand_out(into));
        }
        let most = into.len().min(self.left);
        let count = self
            .receive(into.get_mut(..most).unwrap_or_default())
            .await?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

impl<C: Read + Write> Write for Guard<'_, C> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Stopped> {
        let written = self.transport.write(bytes).await;
        written.map_err(|error| self.stop(TlsError::Io(error.kind())))
    }

    async fn flush(&mut self) -> Result<(), Stopped> {
        let flushed = self.transport.flush().await;
        flushed.map_err(|error| self.stop(TlsError::Io(error.kind())))
    }
}

impl<C: Read + Write> Guard<'_, C> {
    async fn next_record(&mut self) -> Result<(), Stopped> {
        let mut header = [0; HEADER_BYTES];
        self.fill(&mut header).await?;
        let [kind, major, _, high, low] = header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let judged = judge_header(kind, major, length, self.progress.phase());
        judged.map_err(|problem| self.stop(TlsError::Record(problem)))?;
        self.count(length)?;
        if kind == APPLICATION_DATA {
            self.checked = Checked::of_header(self.marked(header));
            self.left = length;
            return Ok(());
        }
        self.checked = Checked::of_header(header);
        let mut contents = [0; PLAIN_BYTES];
        let start = contents
            .get_mut(..length.min(PLAIN_BYTES))
            .unwrap_or_default();
        self.fill(start).await?;
        judge_contents(kind, start, length, self.offered).map_err(|error| self.stop(error))?;
        if kind == HANDSHAKE {
            self.progress.enter(Phase::Handshake);
        }
        self.checked.append(start);
        Ok(())
    }

    /// The header of an encrypted record, for the cipher.
    fn marked(&self, header: [u8; HEADER_BYTES]) -> [u8; HEADER_BYTES] {
        let [kind, major, minor, high, low] = header;
        match self.progress.phase() {
            Phase::Established => [kind, cipher::mark(major), minor, high, low],
            Phase::Hello | Phase::Handshake => header,
        }
    }

    /// Counts a record of the handshake against what a handshake may have.
    fn count(&mut self, length: usize) -> Result<(), Stopped> {
        if self.progress.phase() == Phase::Established {
            return Ok(());
        }
        self.handshake_records = self.handshake_records.saturating_add(1);
        self.handshake_bytes = self.handshake_bytes.saturating_add(length);
        let problem = if self.handshake_records > MAX_HANDSHAKE_RECORDS {
            RecordProblem::TooManyRecords
        } else if self.handshake_bytes > MAX_HANDSHAKE_BYTES {
            RecordProblem::TooManyBytes
        } else {
            return Ok(());
        };
        Err(self.stop(TlsError::Record(problem)))
    }

    async fn fill(&mut self, mut into: &mut [u8]) -> Result<(), Stopped> {
        while !into.is_empty() {
            let count = self.receive(into).await?;
            into = into.get_mut(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// At least one byte of the transport.
    async fn receive(&mut self, into: &mut [u8]) -> Result<usize, Stopped> {
        match self.transport.read(into).await {
            Ok(0) => Err(self.stop(TlsError::Cut)),
            Ok(count) => Ok(count),
            Err(error) => Err(self.stop(TlsError::Io(error.kind()))),
        }
    }
}

/// Bytes that were checked and wait to be read.
struct Checked {
    bytes: [u8; HEADER_BYTES + PLAIN_BYTES],
    begin: usize,
    end: usize,
}

impl Checked {
    const EMPTY: Self = Self {
        bytes: [0; HEADER_BYTES + PLAIN_BYTES],
        begin: 0,
        end: 0,
    };

    fn of_header(header: [u8; HEADER_BYTES]) -> Self {
        let mut checked = Self::EMPTY;
        checked.append(&header);
        checked
    }

    const fn is_empty(&self) -> bool {
        self.begin == self.end
    }

    fn append(&mut self, bytes: &[u8]) {
        let end = self.end.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.end..end) {
            place.copy_from_slice(bytes);
            self.end = end;
        }
    }

    fn hand_out(&mut self, into: &mut [u8]) -> usize {
        let waiting = self.bytes.get(self.begin..self.end).unwrap_or_default();
        let count = waiting.len().min(into.len());
        for (place, byte) in into.iter_mut().zip(waiting) {
            *place = *byte;
        }
        self.begin = self.begin.saturating_add(count);
        count
    }
}

impl core::error::Error for Stopped {}

impl Error for Stopped {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was stopped")
    }
}
