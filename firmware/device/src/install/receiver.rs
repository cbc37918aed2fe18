//! Takes the file of an image as it comes, looks at it, and hands on what is right so far.

use core::fmt;

use super::content::{ContentError, check_descriptor, check_image};
use super::destination::Destination;
use super::source::{Refused, Sink};
use crate::image::{ImageFacts, ImageReader};
use crate::platform::Console;
use crate::release::ReleaseImage;

/// Takes the bytes of the file, and stops at the first that cannot be right.
pub(super) struct Receiver<'a, C> {
    image: &'a ReleaseImage,
    /// Not one more type for each destination: the code of a transfer is there once, and what is rehearsed is what installs.
    destination: &'a mut dyn Destination,
    console: &'a mut C,
    /// What its lines are about.
    topic: &'static str,
    reader: ImageReader,
    /// Bytes taken.
    received: u32,
    /// Whether the image was found to be for this product.
    is_ours: bool,
    error: Option<ContentError>,
    stop: Stop,
    told: u32,
}

/// Where a transfer is stopped though nothing is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// No more.
    Never,
    /// Once so many bytes came.
    After(u32),
    /// Here.
    Here,
}

/// A line is printed for each so many percent.
const STEP: u32 = 10;

impl<'a, C: Console> Receiver<'a, C> {
    /// Nothing of `image` came yet. Lines begin with `topic`.
    pub(super) fn new(
        image: &'a ReleaseImage,
        destination: &'a mut dyn Destination,
        console: &'a mut C,
        topic: &'static str,
    ) -> Self {
        Self {
            image,
            destination,
            console,
            topic,
            reader: ImageReader::new(image.length()),
            received: 0,
            is_ours: false,
            error: None,
            stop: Stop::Never,
            told: 0,
        }
    }

    /// The same, but once about half of the file came, no more is taken until it is asked for again.
    pub(super) fn in_two_parts(self) -> Self {
        let half = self.image.length().div_ceil(2);
        Self {
            stop: Stop::After(half),
            ..self
        }
    }

    /// Bytes taken.
    pub(super) const fn received(&self) -> u32 {
        self.received
    }

    /// Why the sink refused.
    pub(super) const fn take_error(&mut self) -> Option<ContentError> {
        self.error.take()
    }

    /// Whether the sink refused because the first of two parts is there.
    pub(super) fn take_stop(&mut self) -> bool {
        let is_here = self.stop == Stop::Here;
        if is_here {
            self.stop = Stop::Never;
        }
        is_here
    }

    /// Prints a line.
    pub(super) fn say(&mut self, text: fmt::Arguments<'_>) {
        self.console.line(format_args!("{}: {text}", self.topic));
    }

    /// What is known of the image, once all of it came and is right.
    pub(super) fn finish(self) -> Result<ImageFacts, ContentError> {
        let facts = self.reader.facts()?;
        check_image(&facts, self.image)?;
        Ok(facts)
    }

    /// Nothing of what came counts.
    fn start_over(&mut self) {
        self.reader = ImageReader::new(self.image.length());
        (self.received, self.told) = (0, 0);
        self.is_ours = false;
        self.destination.start_over();
    }

    fn refused(&mut self, error: ContentError) -> Refused {
        self.error = Some(error);
        Refused
    }

    fn take_all(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.count(bytes.len())?;
        self.look_at(bytes)?;
        self.destination.take(bytes)?;
        self.tell();
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), ContentError> {
        let expected = self.image.length();
        let bytes = u32::try_from(bytes).ok();
        let received = bytes.and_then(|bytes| self.received.checked_add(bytes));
        let within = received.filter(|received| *received <= expected);
        self.received = within.ok_or(ContentError::TooManyBytes { expected })?;
        Ok(())
    }

    /// The image is refused for what its beginning says before any of it is handed on.
    fn look_at(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.reader.take(bytes)?;
        if let (false, Some(descriptor)) = (self.is_ours, self.reader.descriptor()) {
            check_descriptor(descriptor, self.image)?;
            self.is_ours = true;
        }
        Ok(())
    }

    /// Says how far it is, at each tenth.
    fn tell(&mut self) {
        let expected = self.image.length();
        let percent = u64::from(self.received)
            .saturating_mul(100)
            .checked_div(expected.into());
        let percent = u32::try_from(percent.unwrap_or_default()).unwrap_or(100);
        if percent < self.told.saturating_add(STEP) {
            return;
        }
        self.told = percent.saturating_sub(percent.checked_rem(STEP).unwrap_or_default());
        let (told, received) = (self.told, self.received);
        self.say(format_args!("{told} %, {received} of {expected} bytes"));
    }

    fn stops(&mut self) -> Result<(), Refused> {
        let received = self.received;
        if matches!(self.stop, Stop::After(bytes) if (bytes..self.image.length()).contains(&received))
        {
            self.stop = Stop::Here;
            return Err(Refused);
        }
        Ok(())
    }
}

impl<C: Console> Sink for Receiver<'_, C> {
    fn begin(&mut self, total: Option<u32>, first: u32) -> Result<(), Refused> {
        let expected = self.image.length();
        if let Some(found) = total.filter(|total| *total != expected) {
            return Err(self.refused(ContentError::Length { found, expected }));
        }
        if first == self.received {
            return Ok(());
        }
        if first != 0 {
            return Err(self.refused(ContentError::Gap {
                found: first,
                expected: self.received,
            }));
        }
        self.say(format_args!("the file comes from its beginning again"));
        self.start_over();
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        // A source that goes on although it was refused must not write behind a gap.
        if self.error.is_some() || self.stop == Stop::Here {
            return Err(Refused);
        }
        self.take_all(bytes).map_err(|error| self.refused(error))?;
        self.stops()
    }
}
