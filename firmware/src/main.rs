//! Reference firmware of Perennial for the ESP32-C3.
//!
//! Boot: count the start of an image on trial, say what this is, check flash and trust store, read the provisioning, join the
//! network, keep up to date. A device that cannot do the next step says why. If its image is on trial, it goes back to the one
//! before, which could. Else it stays where it is and says it again each minute, for a person at the console. After an hour it
//! resets: what failed may have passed.

#![no_std]
#![no_main]
// The update client is one future, with all that it waits for inside.
#![recursion_limit = "256"]

extern crate alloc;

mod boot;
mod console;
mod identity;
mod memory;
mod network;
mod panic;
mod ports;
mod provisioning;
mod resolver;
mod stack;
mod supervisor;
#[allow(
    unreachable_pub,
    reason = "generated, and read by people as the store's public face"
)]
mod trust_store;
mod update;
mod watchdog;
mod wifi;

use device::client::Restart;
use device::startup::{self, Ended, Outcome};
use embassy_executor::Spawner;
use esp_hal::clock::CpuClock;
use esp_hal::timer::timg::TimerGroup;

use crate::boot::Starting;
use crate::ports::flash::Flash;
use crate::ports::running::runs_from;
use crate::watchdog::Watchdog;

esp_bootloader_esp_idf::esp_app_desc!(
    identity::VERSION,
    identity::PROJECT,
    esp_bootloader_esp_idf::BUILD_TIME,
    esp_bootloader_esp_idf::BUILD_DATE,
    esp_bootloader_esp_idf::ESP_IDF_COMPATIBLE_VERSION,
    esp_bootloader_esp_idf::MMU_PAGE_SIZE,
    0,
    u16::MAX,
    esp_bootloader_esp_idf::SECURE_VERSION
);

#[esp_rtos::main]
async fn main(spawner: Spawner) -> ! {
    let config = esp_hal::Config::default().with_cpu_clock(CpuClock::max());
    let peripherals = esp_hal::init(config);
    let watchdog = Watchdog::start(peripherals.RTC_TIMER);
    // Whatever fails from here on is a start that was counted. So nothing comes before it that can wait.
    let mut flash = Flash::new(peripherals.FLASH);
    let counted = startup::count(&mut flash, runs_from());
    stack::paint();
    memory::add_heap();

    identity::print_build();
    let timers = TimerGroup::new(peripherals.TIMG0);
    esp_rtos::start(timers.timer0, peripherals.FROM_CPU_INTR0);
    let board = Starting::new(flash, peripherals.WIFI, spawner);
    let halt = match startup::run(board, counted) {
        Outcome::Running => None,
        Outcome::Halted(halt) => Some(halt),
        Outcome::Restart(Ended::Failed) => {
            supervisor::restart(format_args!("this start of an image on trial failed"))
        }
        Outcome::Restart(Ended::TakenBack) => update::restart(Restart::RolledBack),
    };
    supervisor::supervise(watchdog, halt).await
}
