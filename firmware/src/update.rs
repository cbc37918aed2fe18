//! The update client on this board.

use device::client::{Board, Client, Image, Platform, Restart, Started};
use device::otadata::Slot;
use device::release::{Edition, Running, SecureBoot, VersionError};
use device::store::TrustStore;
use device::tls::EmbeddedTls;
use embassy_net::Stack;
use embassy_time::{Duration, with_timeout};
use esp_hal::efuse;
use esp_hal::rng::Trng;

use crate::console::say;
use crate::ports::TIME_SERVERS;
use crate::ports::console::BothConsoles;
use crate::ports::flash::Flash;
use crate::ports::network::TcpIp;
use crate::ports::scratch::RtcWord;
use crate::ports::timer::BoardTimer;
use crate::ports::watchdog::Promise;
use crate::resolver::Resolver;
use crate::{identity, memory, supervisor};

/// How long the first round waits for an address. It is begun without one too: an image on trial must come to its end.
const ADDRESS_LIMIT: Duration = Duration::from_secs(300);

/// This board.
pub(crate) struct Esp32C3;

impl Platform for Esp32C3 {
    type Network = TcpIp;
    type Timer = BoardTimer;
    type Random = Trng;
    type Flash = Flash;
    type Console = BothConsoles;
    type Watchdog = Promise;
    type Scratch = RtcWord;
    type Tls = EmbeddedTls<Trng>;
}

/// The image that runs from `booted` and carries `store`.
///
/// # Errors
///
/// The version of this build has no place among others.
pub(crate) fn image(
    booted: Slot,
    store: TrustStore<'static>,
) -> Result<Image<'static>, VersionError> {
    let secure_boot = if efuse::read_bit(efuse::SECURE_BOOT_EN) {
        SecureBoot::On
    } else {
        SecureBoot::Off
    };
    Ok(Image {
        running: Running {
            product: identity::PROJECT,
            chip: "esp32c3",
            edition: Edition::new(identity::VERSION, identity::EPOCH)?,
            secure_version: esp_bootloader_esp_idf::SECURE_VERSION,
            store_sequence: store.sequence(),
            secure_boot,
        },
        booted,
        store,
        time_servers: TIME_SERVERS,
    })
}

/// The client of `started`.
pub(crate) fn client(
    started: Started<'static>,
    flash: Flash,
    stack: Stack<'static>,
    resolver: Resolver,
    [random, for_tls]: [Trng; 2],
) -> Client<'static, Esp32C3> {
    let board = Board {
        network: TcpIp::new(stack, resolver),
        timer: BoardTimer,
        random,
        flash,
        console: BothConsoles,
        watchdog: Promise,
        scratch: RtcWord,
        tls: EmbeddedTls::new(for_tls),
    };
    memory::print("with the update client");
    Client::new(board, started)
}

/// Keeps this board up to date, until it is to be reset.
#[allow(
    clippy::large_futures,
    reason = "the state of a task stands in static memory, which is there for it"
)]
#[embassy_executor::task]
pub(crate) async fn keep(mut client: Client<'static, Esp32C3>, stack: Stack<'static>) -> ! {
    if with_timeout(ADDRESS_LIMIT, stack.wait_config_up())
        .await
        .is_err()
    {
        say!("update: still no address; trying all the same");
    }
    let why = client.run().await;
    memory::print("before the restart");
    restart(why)
}

/// Resets the board.
pub(crate) fn restart(why: Restart) -> ! {
    match why {
        Restart::Offline => supervisor::restart(format_args!("the radio may hang")),
        Restart::RolledBack => supervisor::restart(format_args!("to the image before this one")),
        Restart::Updated => supervisor::restart(format_args!("to the new image")),
    }
}
