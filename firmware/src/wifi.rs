//! Joining the Wi-Fi network, and staying joined.

use alloc::string::String;
use core::fmt;

use embassy_time::{Duration, Timer, with_timeout};
use esp_hal::peripherals::WIFI;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{
    AuthenticationMethodConfig, Config, ConnectionError, ControllerConfig, WifiController,
    WifiError,
};

use crate::console::say;
use crate::provisioning::Settings;

/// The driver reports success or failure well before this; it is here should an event get lost.
const JOIN_TIMEOUT: Duration = Duration::from_secs(60);
/// The same, for giving up an attempt.
const ABORT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an event is waited for before the driver is asked.
const EVENT_TIMEOUT: Duration = Duration::from_secs(60);
/// The wait after the first failure; it doubles with each one that follows.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const BACKOFF_LAST: Duration = Duration::from_secs(60);

/// A station that is set up for one network and not yet joined.
pub(crate) struct Station {
    controller: WifiController<'static>,
    ssid: String,
}

impl Station {
    /// Turns the radio on.
    ///
    /// # Errors
    ///
    /// The driver refuses the name or the password, or has no memory.
    pub(crate) fn new(device: WIFI<'static>, settings: &Settings) -> Result<Self, WifiError> {
        let config = ControllerConfig::default().with_initial_config(station_config(settings)?);
        Ok(Self {
            controller: WifiController::new(device, config)?,
            ssid: settings.ssid.clone(),
        })
    }

    /// Until the network is lost. The driver is asked again and again: its events can be dropped.
    async fn stay(&mut self) {
        while self.controller.is_connected() {
            let lost = self.controller.wait_for_disconnect_async();
            match with_timeout(EVENT_TIMEOUT, lost).await {
                Ok(Ok(info)) => return say!("wifi: lost ({:?})", info.reason),
                Ok(Err(error)) => return say!("wifi: lost ({error})"),
                Err(_) => {}
            }
        }
        say!("wifi: lost");
    }

    async fn join(&mut self) -> Result<(), JoinError> {
        match with_timeout(JOIN_TIMEOUT, self.controller.connect_async()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(JoinError::Refused(error)),
            Err(_) => {
                // The result does not matter: the next attempt says what is wrong.
                let _ = with_timeout(ABORT_TIMEOUT, self.controller.disconnect_async()).await;
                Err(JoinError::TimedOut)
            }
        }
    }
}

/// WPA2 is the least a protected network may offer. The driver has no WPA3.
fn station_config(settings: &Settings) -> Result<Config, WifiError> {
    let authentication = match &settings.password {
        None => AuthenticationMethodConfig::Open,
        Some(password) => AuthenticationMethodConfig::Wpa2Personal(password.as_str().try_into()?),
    };
    Ok(Config::Station(
        StationConfig::default()
            .with_ssid(settings.ssid.as_str().try_into()?)
            .with_authentication(authentication),
    ))
}

/// Why an attempt to join failed.
enum JoinError {
    Refused(ConnectionError),
    TimedOut,
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(ConnectionError::Failed(info)) => write!(f, "{:?}", info.reason),
            Self::Refused(ConnectionError::WifiError(error)) => write!(f, "{error}"),
            Self::Refused(error) => write!(f, "{error}"),
            Self::TimedOut => f.write_str("no answer from the driver"),
        }
    }
}

/// Joins the network, again and again whenever it is lost.
#[embassy_executor::task]
pub(crate) async fn stay_joined(mut station: Station) -> ! {
    let mut backoff = BACKOFF_FIRST;
    loop {
        say!("wifi: joining \"{}\"", station.ssid);
        match station.join().await {
            Ok(()) => {
                say!("wifi: joined");
                backoff = BACKOFF_FIRST;
                station.stay().await;
            }
            Err(error) => say!("wifi: not joined: {error}"),
        }
        say!("wifi: trying again in {} s", backoff.as_secs());
        Timer::after(backoff).await;
        backoff = core::cmp::min(backoff * 2, BACKOFF_LAST);
    }
}
