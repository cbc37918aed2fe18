//! Why otadata was not read or changed.

use core::fmt;

use crate::flash::FlashError;
use crate::otadata::Slot;

/// Why otadata was not read or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotsError {
    /// The running image is confirmed and cannot be taken back.
    Confirmed(Slot),
    /// The flash cannot be read or written.
    Flash(FlashError),
    /// No other slot is selected when this one is taken back.
    NoWayBack(Slot),
    /// The running slot is not the one that is selected.
    NotSelected(Slot),
    /// The running image is on trial, and is to confirm itself before it selects another.
    OnTrial(Slot),
    /// The slot is running, and is not the spare one.
    Running(Slot),
}

impl From<FlashError> for SlotsError {
    fn from(error: FlashError) -> Self {
        Self::Flash(error)
    }
}

impl core::error::Error for SlotsError {}

impl fmt::Display for SlotsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed(slot) => {
                write!(formatter, "the image in {slot} is confirmed")
            }
            Self::Flash(error) => write!(formatter, "otadata: {error}"),
            Self::NoWayBack(slot) => {
                write!(formatter, "without {slot} no other slot would be selected")
            }
            Self::NotSelected(slot) => write!(formatter, "{slot} runs, and is not selected"),
            Self::OnTrial(slot) => write!(formatter, "the image in {slot} is on trial"),
            Self::Running(slot) => write!(formatter, "{slot} runs, and is not the spare slot"),
        }
    }
}
