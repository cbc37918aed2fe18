//! What this board does in the steps of its start. `device::startup` says in which order.

use core::fmt;

use device::client::{Image, Started};
use device::otadata::Slot;
use device::release::VersionError;
use device::startup::{self, Steps};
use device::store::{StoreError, TrustStore};
use embassy_executor::{SpawnError, Spawner};
use embassy_net::Stack;
use esp_hal::peripherals::WIFI;
use esp_hal::rng::Trng;
use esp_radio::wifi::WifiError;

use crate::console::say;
use crate::ports::console::BothConsoles;
use crate::ports::entropy::{NoEntropy, entropy};
use crate::ports::flash::Flash;
use crate::provisioning::{Settings, SettingsError};
use crate::resolver::Resolver;
use crate::wifi::Station;
use crate::{identity, memory, network, update, wifi};

/// Why a start does not come to its end.
pub(crate) type Halt = startup::Halt<BootError>;

/// Why a step of this board failed.
#[derive(Debug)]
pub(crate) enum BootError {
    /// A task was started twice: a bug.
    Bug(SpawnError),
    /// There is no randomness: a bug, since the radio is on.
    NoEntropy(NoEntropy),
    /// There are no settings for the network.
    NotProvisioned(SettingsError),
    /// The radio driver refused the settings.
    Radio(WifiError),
    /// The radio was turned on twice: a bug.
    RadioTaken,
    /// The version of this build has no place among others: a bug.
    Version(VersionError),
}

/// The board, until its tasks run.
pub(crate) struct Starting {
    flash: Flash,
    radio: Option<WIFI<'static>>,
    spawner: Spawner,
}

/// The radio is on, and nothing was sent.
pub(crate) struct Online {
    station: Station,
    stack: Stack<'static>,
    resolver: Resolver,
    /// For the client, and for TLS.
    random: [Trng; 2],
}

impl Starting {
    /// A board whose start was counted.
    pub(crate) const fn new(flash: Flash, radio: WIFI<'static>, spawner: Spawner) -> Self {
        Self {
            flash,
            radio: Some(radio),
            spawner,
        }
    }
}

impl Steps for Starting {
    type Flash = Flash;
    type Console = BothConsoles;
    type Settings = Settings;
    type Radio = Online;
    type Error = BootError;

    fn flash(&mut self) -> &mut Flash {
        &mut self.flash
    }

    fn console(&self) -> BothConsoles {
        BothConsoles
    }

    fn is_encrypted(&self) -> bool {
        esp_storage::flash_encryption()
    }

    fn store(&mut self) -> Result<TrustStore<'static>, StoreError> {
        let store = identity::trust_store()?;
        identity::print_store(&store);
        identity::print_standing(&store, &mut self.flash);
        Ok(store)
    }

    fn image(
        &mut self,
        booted: Slot,
        store: TrustStore<'static>,
    ) -> Result<Image<'static>, BootError> {
        update::image(booted, store).map_err(BootError::Version)
    }

    fn settings(&mut self) -> Result<Settings, BootError> {
        let settings = Settings::read(&mut self.flash).map_err(BootError::NotProvisioned)?;
        settings.print();
        Ok(settings)
    }

    fn radio(&mut self, settings: Settings) -> Result<Online, BootError> {
        memory::print("before the radio");
        let radio = self.radio.take().ok_or(BootError::RadioTaken)?;
        let station = Station::new(radio, &settings).map_err(BootError::Radio)?;
        memory::print("with the radio");
        let stack = network::start(self.spawner)?;
        let random = || entropy().map_err(BootError::NoEntropy);
        Ok(Online {
            station,
            stack,
            resolver: Resolver::new(settings.hosts, stack),
            random: [random()?, random()?],
        })
    }

    fn tasks(self, started: Started<'static>, online: Online) -> Result<(), BootError> {
        let Online {
            station,
            stack,
            resolver,
            random,
        } = online;
        let client = update::client(started, self.flash, stack, resolver, random);
        let spawner = self.spawner;
        spawner.spawn(network::report(stack).map_err(BootError::Bug)?);
        spawner.spawn(wifi::stay_joined(station).map_err(BootError::Bug)?);
        spawner.spawn(update::keep(client, stack).map_err(BootError::Bug)?);
        Ok(())
    }

    fn tell(halt: &Halt, _: &mut BothConsoles) {
        print(halt);
    }
}

/// Says why, and what to do about it.
pub(crate) fn print(halt: &Halt) {
    let framed = matches!(halt, Halt::TrustStore(_));
    let frame = || say!("**********************************************************************");
    if framed {
        frame();
    }
    say!("boot: {halt}");
    match halt {
        Halt::Board(BootError::NotProvisioned(error)) => {
            say!("boot: {}, then reset", error.next_step());
        }
        Halt::Board(BootError::Radio(_)) => {
            say!("boot: check name and password with `cargo xtask provision`, then reset");
        }
        Halt::TrustStore(_) => {
            say!("boot: no server can be trusted, so this device stays off the network");
            say!("boot: write a release that `cargo xtask verify` accepts");
        }
        _ => {}
    }
    if framed {
        frame();
    }
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bug(error) => write!(f, "a task did not start: {error:?}"),
            Self::NoEntropy(error) => write!(f, "{error}"),
            Self::NotProvisioned(error) => write!(f, "{error}"),
            Self::Radio(error) => write!(f, "the radio did not start: {error}"),
            Self::RadioTaken => f.write_str("the radio was turned on before"),
            Self::Version(error) => write!(f, "the version of this image: {error}"),
        }
    }
}
