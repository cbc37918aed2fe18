//! The network stack, with DHCP.

use embassy_executor::Spawner;
use embassy_net::{Config, Runner, Stack, StackResources};
use esp_radio::wifi::Interface;
use rand_core::RngCore as _;
use static_cell::StaticCell;

use crate::boot::BootError;
use crate::console::say;
use crate::memory;
use crate::ports;
use crate::ports::entropy::entropy;

/// DHCP and DNS take a socket each.
const SOCKETS: usize = 2 + ports::network::SOCKETS;

static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();

/// Starts the stack on the station interface. It sends nothing until the station has joined.
///
/// Call it when the radio is on: before, the random numbers that seed ports and transaction
/// numbers have no entropy.
///
/// # Errors
///
/// It was started before, or the radio is off.
pub(crate) fn start(spawner: Spawner) -> Result<Stack<'static>, BootError> {
    let seed = entropy().map_err(BootError::NoEntropy)?.next_u64();
    let resources = RESOURCES.init(StackResources::new());
    let config = Config::dhcpv4(embassy_net::DhcpConfig::default());
    let (stack, runner) = embassy_net::new(Interface::station(), config, resources, seed);
    spawner.spawn(run(runner).map_err(BootError::Bug)?);
    Ok(stack)
}

#[embassy_executor::task]
async fn run(mut runner: Runner<'static, Interface>) -> ! {
    runner.run().await
}

/// Prints each address obtained and lost.
#[embassy_executor::task]
pub(crate) async fn report(stack: Stack<'static>) -> ! {
    loop {
        stack.wait_config_up().await;
        print_address(stack);
        memory::print("on the network");
        stack.wait_config_down().await;
        say!("net: address lost");
    }
}

fn print_address(stack: Stack<'static>) {
    let Some(config) = stack.config_v4() else {
        return;
    };
    match config.gateway {
        Some(gateway) => say!("net: address {} gateway {gateway}", config.address),
        None => say!("net: address {}, no gateway", config.address),
    }
    for server in &config.dns_servers {
        say!("net: name server {server}");
    }
}
