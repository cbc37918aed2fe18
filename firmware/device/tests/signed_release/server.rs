//! A server that holds files, and a way to it that may fail.

use std::collections::BTreeMap;

use device::install::{FetchError, Sink, Source};

/// Files, and how they come.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Bytes that come at once.
    pub(crate) chunk: usize,
    /// Bytes after which a connection breaks.
    pub(crate) breaks_after: Option<usize>,
    /// Bytes after which the next connection breaks.
    pub(crate) breaks_once_after: Option<usize>,
    /// Nothing from here on ever comes.
    pub(crate) ends_at: Option<usize>,
    /// A connection that breaks ends as if the file did.
    pub(crate) breaks_silently: bool,
    /// What it says the length is, in place of what it is.
    pub(crate) says: Option<Option<u32>>,
    /// Asked for the rest, it sends the whole file.
    pub(crate) knows_no_ranges: bool,
    /// From which byte on each file was asked for.
    pub(crate) asked: Vec<(String, u32)>,
    /// How many fetches in a row had brought nothing, at each pause.
    pub(crate) pauses: Vec<u8>,
}

const BROKE: &str = "the connection broke";

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            files: BTreeMap::new(),
            chunk: 1460,
            breaks_after: None,
            breaks_once_after: None,
            ends_at: None,
            breaks_silently: false,
            says: None,
            knows_no_ranges: false,
            asked: Vec::new(),
            pauses: Vec::new(),
        }
    }
}

impl Source for Server {
    type Error = &'static str;

    async fn fetch(
        &mut self,
        file: &str,
        from: u32,
        sink: &mut dyn Sink,
    ) -> Result<(), FetchError<&'static str>> {
        self.asked.push((file.to_owned(), from));
        let bytes = self.files.get(file);
        let bytes = bytes.ok_or(FetchError::Source("no such file"))?;
        let total = u32::try_from(bytes.len()).ok();
        let from = if self.knows_no_ranges { 0 } else { from };
        sink.begin(self.says.unwrap_or(total), from)?;

        let from = from as usize;
        let end = self.ends_at.unwrap_or(bytes.len()).min(bytes.len());
        let breaks_after = self.breaks_once_after.take().or(self.breaks_after);
        let broken = breaks_after.map_or(end, |after| end.min(from + after));
        for chunk in bytes[from..broken.max(from)].chunks(self.chunk) {
            sink.take(chunk)?;
        }
        match broken < bytes.len() && !self.breaks_silently {
            true => Err(FetchError::Source(BROKE)),
            false => Ok(()),
        }
    }

    async fn pause(&mut self, futile: u8) {
        self.pauses.push(futile);
    }

    fn is_interruption(error: &&'static str) -> bool {
        *error == BROKE
    }
}
