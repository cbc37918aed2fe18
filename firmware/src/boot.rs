//! The steps from a checked trust store to the network, each only after the one before.

use device::client::{Started, start, take_back};
use device::otadata::Slot;
use device::release::VersionError;
use device::store::StoreError;
use embassy_executor::{SpawnError, Spawner};
use esp_hal::peripherals::{FLASH, WIFI};
use esp_radio::wifi::WifiError;

use crate::console::say;
use crate::ports::console::BothConsoles;
use crate::ports::entropy::NoEntropy;
use crate::ports::flash::{Flash, Unwritable};
use crate::provisioning::{Settings, SettingsError};
use crate::resolver::Resolver;
use crate::storage::{Storage, StorageError};
use crate::wifi::Station;
use crate::{identity, memory, network, update, wifi};

/// Why the device does not go on the network.
pub(crate) enum Halt {
    /// A task was started twice: a bug.
    Bug(SpawnError),
    /// There is no randomness: a bug, since the radio is on.
    NoEntropy(NoEntropy),
    /// There are no settings for the network.
    NotProvisioned(SettingsError),
    /// The radio driver refused the settings.
    Radio(WifiError),
    /// It is not known which slot runs.
    Slot(StorageError),
    /// The trust store in the image is not valid.
    TrustStore(StoreError),
    /// The flash is not one that this firmware may write to.
    Unwritable(Unwritable),
    /// The version of this build has no place among others: a bug.
    Version(VersionError),
}

impl Halt {
    /// Says why, and what to do about it.
    pub(crate) fn print(&self) {
        match self {
            Self::Bug(error) => say!("boot: a task did not start: {error:?}"),
            Self::NoEntropy(error) => say!("boot: {error}"),
            Self::NotProvisioned(error) => {
                say!("boot: {error}");
                say!("boot: {}, then reset", error.next_step());
            }
            Self::Radio(error) => {
                say!("boot: the radio did not start: {error}");
                say!("boot: check name and password with `cargo xtask provision`, then reset");
            }
            Self::Slot(error) => say!("boot: it is not known which slot runs: {error}"),
            Self::Unwritable(error) => say!("boot: this board cannot be updated: {error}"),
            Self::Version(error) => say!("boot: the version of this image: {error}"),
            Self::TrustStore(error) => {
                say!("**********************************************************************");
                say!("boot: THE TRUST STORE IN THIS IMAGE IS INVALID: {error}");
                say!("boot: no server can be trusted, so this device stays off the network");
                say!("boot: write a release that `cargo xtask verify` accepts");
                say!("**********************************************************************");
            }
        }
    }
}

/// What a device needs before it may use the network. Only [`prepare`] makes one.
pub(crate) struct Ready {
    settings: Settings,
    flash: Flash,
    started: Started<'static>,
}

/// Checks the trust store, counts the start of an image on trial, and reads the settings.
///
/// An image on trial that halts here selects the one before it again, and the board restarts.
///
/// # Errors
///
/// The first step that failed; the one after it was not tried.
pub(crate) fn prepare(chip: FLASH<'static>) -> Result<Ready, Halt> {
    let mut storage = Storage::new(chip);
    let store = identity::trust_store();
    if let Ok(store) = &store {
        identity::print_store(store);
        identity::print_standing(store, &mut storage);
    }
    let settings = Settings::read(&mut storage);
    let booted = storage.booted_slot().map_err(Halt::Slot)?;
    let mut flash = Flash::of(storage.into_chip()).map_err(Halt::Unwritable)?;

    let store = store.map_err(Halt::TrustStore);
    let store = or_back(&mut flash, booted, store)?;
    let image = update::image(booted, store).map_err(Halt::Version)?;
    let started = start(&mut flash, &mut BothConsoles, image);
    let started = started.unwrap_or_else(|why| update::restart(why));
    let settings = settings.map_err(Halt::NotProvisioned);
    let settings = or_back(&mut flash, booted, settings)?;
    settings.print();
    memory::print("before the radio");
    Ok(Ready {
        settings,
        flash,
        started,
    })
}

/// Turns the radio on and starts the tasks that join the network and keep the board up to date. Needs the scheduler.
///
/// # Errors
///
/// The first step that failed; the ones after it were not tried.
pub(crate) fn connect(spawner: Spawner, ready: Ready, radio: WIFI<'static>) -> Result<(), Halt> {
    let Ready {
        settings,
        mut flash,
        started,
    } = ready;
    let booted = started.booted();
    let station = Station::new(radio, &settings).map_err(Halt::Radio);
    let station = or_back(&mut flash, booted, station)?;
    memory::print("with the radio");
    let stack = network::start(spawner)?;
    let resolver = Resolver::new(settings.hosts, stack);
    let client = update::client(started, flash, stack, resolver).map_err(Halt::NoEntropy)?;
    spawner.spawn(network::report(stack).map_err(Halt::Bug)?);
    spawner.spawn(wifi::stay_joined(station).map_err(Halt::Bug)?);
    spawner.spawn(update::keep(client, stack).map_err(Halt::Bug)?);
    Ok(())
}

/// What a step gave. When it failed and the image is on trial, the one before it is started: that one could.
fn or_back<T>(flash: &mut Flash, booted: Slot, step: Result<T, Halt>) -> Result<T, Halt> {
    if let Err(halt) = &step
        && let Ok(restart) = take_back(flash, booted)
    {
        halt.print();
        update::restart(restart);
    }
    step
}
