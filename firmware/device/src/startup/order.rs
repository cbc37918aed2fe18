//! The steps of a start, each only after the one before.

use core::fmt;

use embedded_storage::nor_flash::MultiwriteNorFlash;

use super::{Counted, Halt};
use crate::client::{self, Image, Started};
use crate::flash_layout::check_chip;
use crate::memory::RolledBack;
use crate::otadata::Slot;
use crate::platform::Console;
use crate::slots::Boot;
use crate::store::{StoreError, TrustStore};

/// What a board does in the steps of its start. [`run`] says in which order.
pub trait Steps: Sized {
    /// The whole flash chip.
    type Flash: MultiwriteNorFlash;
    /// Where each step is told.
    type Console: Console;
    /// What the board is set to: its network.
    type Settings;
    /// What the tasks need of the radio and the network.
    type Radio;
    /// Why a step of the board failed.
    type Error: fmt::Display;

    /// The whole flash chip.
    fn flash(&mut self) -> &mut Self::Flash;

    /// Where each step is told.
    fn console(&self) -> Self::Console;

    /// Whether what is written to flash is read as if it were encrypted.
    fn is_encrypted(&self) -> bool;

    /// The trust store in the image.
    ///
    /// # Errors
    ///
    /// It is not valid.
    fn store(&mut self) -> Result<TrustStore<'static>, StoreError>;

    /// The image that runs from `booted` and carries `store`.
    ///
    /// # Errors
    ///
    /// What it says of itself cannot be used.
    fn image(
        &mut self,
        booted: Slot,
        store: TrustStore<'static>,
    ) -> Result<Image<'static>, Self::Error>;

    /// What the board is set to.
    ///
    /// # Errors
    ///
    /// It is not set to anything.
    fn settings(&mut self) -> Result<Self::Settings, Self::Error>;

    /// Turns the radio on, and does all else that the network needs and that may fail.
    ///
    /// # Errors
    ///
    /// The radio does not start.
    fn radio(&mut self, settings: Self::Settings) -> Result<Self::Radio, Self::Error>;

    /// Hands the board over to the tasks that join the network and run the client of `started`.
    ///
    /// # Errors
    ///
    /// A task does not start.
    fn tasks(self, started: Started<'static>, radio: Self::Radio) -> Result<(), Self::Error>;

    /// Tells a person why the start does not go on, and what to do about it.
    fn tell(halt: &Halt<Self::Error>, console: &mut Self::Console);
}

/// What a start came to.
#[derive(Debug)]
pub enum Outcome<E> {
    /// It cannot go on, and there is nothing to go back to. Stay, as [`super::Stay`] says.
    Halted(Halt<E>),
    /// Reset the board now.
    Restart(Ended),
    /// The tasks run.
    Running,
}

/// Why a start is ended by a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The image is on trial, and a step failed after which it cannot be taken back at once. This start is counted.
    Failed,
    /// The image is taken back: the one before it is started.
    TakenBack,
}

/// All of a start after it was counted.
pub fn run<S: Steps>(mut board: S, counted: Counted) -> Outcome<S::Error> {
    let mut console = board.console();
    let (started, radio) = match prepare(&mut board, &counted) {
        Ok(prepared) => prepared,
        Err(Stop::TakenBack) => return Outcome::Restart(Ended::TakenBack),
        Err(Stop::Halt(halt)) => return go_back(&mut board, &counted, halt),
    };
    let Err(error) = board.tasks(started, radio) else {
        return Outcome::Running;
    };
    // The flash went with the board. The next starts fail alike, or do not.
    let halt = Halt::Board(error);
    S::tell(&halt, &mut console);
    match counted.boot() {
        Ok(Boot::Trial(_)) => Outcome::Restart(Ended::Failed),
        _ => Outcome::Halted(halt),
    }
}

/// What the last step needs.
type Prepared<S> = (Started<'static>, <S as Steps>::Radio);

/// Why the steps do not go on.
enum Stop<E> {
    Halt(Halt<E>),
    TakenBack,
}

impl<E> From<Halt<E>> for Stop<E> {
    fn from(halt: Halt<E>) -> Self {
        Self::Halt(halt)
    }
}

/// The steps that leave the flash where it is.
fn prepare<S: Steps>(board: &mut S, counted: &Counted) -> Result<Prepared<S>, Stop<S::Error>> {
    let mut console = board.console();
    let chip = check(board);
    if let Ok(Boot::RolledBack(why)) = counted.boot() {
        console.line(format_args!("boot: {}", Boot::RolledBack(why)));
        if chip.is_ok() {
            client::note_rolled_back(board.flash(), &mut console, RolledBack::Trial(why));
        }
        return Err(Stop::TakenBack);
    }
    chip?;
    let booted = counted.booted();
    let booted = booted.ok_or_else(|| Halt::NoSlot(counted.boot().err()))?;
    let store = board.store().map_err(Halt::TrustStore)?;
    let image = board.image(booted, store).map_err(Halt::Board)?;
    let started = client::start(board.flash(), &mut console, image, counted);
    let settings = board.settings().map_err(Halt::Board)?;
    let radio = board.radio(settings).map_err(Halt::Board)?;
    Ok((started, radio))
}

/// Whether all that follows may go by the layout.
fn check<S: Steps>(board: &mut S) -> Result<(), Halt<S::Error>> {
    if board.is_encrypted() {
        return Err(Halt::Encrypted);
    }
    check_chip(board.flash()).map_err(Halt::Chip)
}

/// If the image is on trial, the one before it is started: that one could do what this one cannot.
fn go_back<S: Steps>(board: &mut S, counted: &Counted, halt: Halt<S::Error>) -> Outcome<S::Error> {
    let mut console = board.console();
    S::tell(&halt, &mut console);
    if let Err(error) = counted.take_back(board.flash()) {
        console.line(format_args!("boot: this image stays: {error}"));
        return Outcome::Halted(halt);
    }
    // Where the layout is another one, the place of the memory is something else's.
    if check(board).is_ok() {
        client::note_rolled_back(board.flash(), &mut console, RolledBack::OwnCheck);
    }
    Outcome::Restart(Ended::TakenBack)
}
