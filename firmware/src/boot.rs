//! The steps from a checked trust store to the network, each only after the one before.

use device::store::{StoreError, TrustStore};
use embassy_executor::{SpawnError, Spawner};
use esp_hal::peripherals::{FLASH, WIFI};
use esp_radio::wifi::WifiError;

use crate::console::say;
use crate::ports::entropy::NoEntropy;
use crate::ports::flash::Flash;
use crate::provisioning::{Settings, SettingsError};
use crate::resolver::Resolver;
use crate::storage::Storage;
use crate::wifi::Station;
use crate::{identity, memory, network, wifi};

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
    /// The trust store in the image is not valid.
    TrustStore(StoreError),
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
    store: TrustStore<'static>,
}

/// Checks the trust store and reads the settings.
///
/// # Errors
///
/// The first step that failed; the one after it was not tried.
pub(crate) fn prepare(flash: FLASH<'static>) -> Result<Ready, Halt> {
    let store = identity::trust_store().map_err(Halt::TrustStore)?;
    identity::print_store(&store);

    let mut storage = Storage::new(flash);
    identity::print_standing(&store, &mut storage);

    print_slot(&mut storage);
    let settings = Settings::read(&mut storage).map_err(Halt::NotProvisioned)?;
    settings.print();
    if let Err(error) = Flash::of(storage.into_chip()) {
        say!("boot: this board cannot be updated: {error}");
    }
    memory::print("before the radio");
    Ok(Ready { settings, store })
}

fn print_slot(storage: &mut Storage) {
    match storage.booted_slot() {
        Ok(slot) => say!("boot: running from {slot}"),
        Err(error) => say!("boot: it is not known which slot runs: {error}"),
    }
}

/// Turns the radio on and starts the tasks that join the network. Needs the scheduler.
///
/// # Errors
///
/// The first step that failed; the ones after it were not tried.
pub(crate) fn connect(spawner: Spawner, ready: Ready, radio: WIFI<'static>) -> Result<(), Halt> {
    let Ready { settings, store } = ready;
    let station = Station::new(radio, &settings).map_err(Halt::Radio)?;
    memory::print("with the radio");
    let stack = network::start(spawner)?;
    let resolver = Resolver::new(settings.hosts, stack);
    spawner.spawn(network::report(stack, resolver, store).map_err(Halt::Bug)?);
    spawner.spawn(wifi::stay_joined(station).map_err(Halt::Bug)?);
    Ok(())
}
