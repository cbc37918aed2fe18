//! Firmware, releases of it, and the servers of a fleet.

use std::collections::BTreeMap;
use std::rc::Rc;

use device::client::Image;
use device::otadata::Slot;
use device::release::{Edition, Running, SecureBoot};
use device::store::{EndpointContents, KeySetContents, StoreContents, TrustStore};
use serde_json::json;
use simulated::internet::{Internet, Manner};
use simulated::virtual_time::VirtualTimer;

use crate::certificates::{moment, store as store_of};
use crate::pki::PKI;
use crate::rescuers::RESCUERS;
use crate::tls::Identities;
use crate::update::{PRODUCT, edition, update};
use crate::{keys, rescuers};

pub(crate) const PRIMARY: &str = "primary.example.com";
pub(crate) const FAILOVER: &str = "failover.example.com";
pub(crate) const CDN: &str = "cdn-a.example";
/// Of two operators.
pub(crate) const TIME_SERVERS: [&str; 2] = ["time.example.org", "time.example.net"];
/// When each test begins.
pub(crate) const NOW: &str = "2026-02-01T12:00:00Z";

pub(crate) const OLD: &str = "1.2.0";
pub(crate) const NEW: &str = "1.3.0";

/// Firmware as it was built, and what it knows of itself when it runs.
#[derive(Clone)]
pub(crate) struct Firmware {
    pub(crate) edition: Edition,
    pub(crate) store: TrustStore<'static>,
    pub(crate) image: Vec<u8>,
    pub(crate) secure_version: u32,
    pub(crate) secure_boot: SecureBoot,
}

impl Firmware {
    /// Built on this date with this store.
    pub(crate) fn new(version: &str, date: &str, store: &StoreContents) -> Self {
        let bytes = store.write().unwrap();
        let mut application = update().application;
        application.version = version.to_owned();
        application.code = CODE;
        Self {
            edition: edition(version, moment(date).unix_seconds()),
            store: TrustStore::read_exact(bytes.leak()).unwrap(),
            image: application.image(),
            secure_version: 0,
            secure_boot: SecureBoot::Off,
        }
    }

    /// What runs from `booted`.
    pub(crate) fn running(&self, booted: Slot) -> Image<'static> {
        Image {
            running: Running {
                product: PRODUCT,
                chip: "esp32c3",
                edition: self.edition.clone(),
                secure_version: self.secure_version,
                store_sequence: self.store.sequence(),
                secure_boot: self.secure_boot,
            },
            booted,
            store: self.store.clone(),
            time_servers: TIME_SERVERS,
        }
    }

    /// The files of a release of it.
    pub(crate) fn release(&self, signers: &[usize]) -> Files {
        let mut update = update();
        update.application.version = self.edition.version().to_string();
        update.image.clone_from(&self.image);
        update.describe();
        update.manifest["source-date-epoch"] = json!(self.edition.source_date_epoch());
        update.manifest["store"]["sequence"] = json!(self.store.sequence());
        update.signers = signers.to_vec();
        update.publish();
        update.server.files
    }
}

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Bytes of code: an image of six sectors.
const CODE: usize = 20 * 1024;

/// What runs first.
pub(crate) fn old() -> Firmware {
    Firmware::new(OLD, "2026-01-05T00:00:00Z", &store(7))
}

/// What is released later.
pub(crate) fn new() -> Firmware {
    Firmware::new(NEW, "2026-01-20T00:00:00Z", &store(8))
}

/// A store with both CAs and both endpoints, for whose releases one key must sign, and for whose rescue two.
pub(crate) fn store(sequence: u64) -> StoreContents {
    StoreContents {
        sequence,
        product: PRODUCT.into(),
        endpoints: vec![endpoint(PRIMARY, &[CDN]), endpoint(FAILOVER, &[])],
        release_keys: release_keys(1),
        rescue_keys: rescuers::keys(2, &RESCUERS),
        ..store_of(PKI.anchors())
    }
}

/// The keys that may sign, of which `threshold` must.
pub(crate) fn release_keys(threshold: u8) -> KeySetContents {
    KeySetContents {
        threshold,
        keys: (0..keys::STRANGER).map(keys::contents).collect(),
    }
}

pub(crate) fn endpoint(host: &str, redirects: &[&str]) -> EndpointContents {
    let url = |host: &&str| format!("https://{host}/");
    EndpointContents {
        name: host.split('.').next().unwrap_or_default().into(),
        url: format!("https://{host}/fleet/"),
        redirects: redirects.iter().map(url).collect(),
    }
}

/// All that is beyond the board.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) timer: VirtualTimer,
    pub(crate) internet: Internet,
    pub(crate) identities: Identities,
    /// What may run, by version.
    pub(crate) firmware: BTreeMap<String, Firmware>,
}

impl World {
    /// Both servers are there, without a release; the time is told.
    pub(crate) fn new(firmware: &[Firmware]) -> Self {
        let timer = VirtualTimer::default();
        let internet = Internet::new(&timer);
        let identities = Identities::default();
        for (host, identity) in [
            (PRIMARY, &PKI.primary),
            (FAILOVER, &PKI.failover),
            (CDN, &PKI.cdn),
        ] {
            identities.set(host, identity);
            internet.web(host, 443, |_| {});
        }
        for server in TIME_SERVERS {
            internet.tell_time(server, moment(NOW).unix_seconds());
        }
        let by_version = |firmware: &Firmware| {
            let version = firmware.edition.version().to_string();
            (version, firmware.clone())
        };
        Self {
            timer,
            internet,
            identities,
            firmware: firmware.iter().map(by_version).collect(),
        }
    }

    /// The same, from the beginning of time. What is changed on either is not on the other.
    pub(crate) fn copy(&self) -> Self {
        let timer = VirtualTimer::default();
        Self {
            internet: self.internet.copy(&timer),
            identities: self.identities.copy(),
            firmware: self.firmware.clone(),
            timer,
        }
    }

    /// Both endpoints have these files, and no others.
    pub(crate) fn publish(&self, files: &Files) {
        for host in [PRIMARY, FAILOVER] {
            self.publish_on(host, files);
        }
    }

    pub(crate) fn publish_on(&self, host: &str, files: &Files) {
        let path = |name: &String| format!("/fleet/{name}");
        self.internet.web(host, 443, |server| {
            let shared = files
                .iter()
                .map(|(name, bytes)| (path(name), Rc::from(bytes.as_slice())));
            server.files = shared.collect();
        });
    }

    /// Has the server on `host` behave so.
    pub(crate) fn behave(&self, host: &str, manner: Manner) {
        self.internet
            .web(host, 443, |server| server.manner = manner);
    }

    /// Has both endpoints behave so.
    pub(crate) fn behave_all(&self, manner: &Manner) {
        for host in [PRIMARY, FAILOVER] {
            self.behave(host, manner.clone());
        }
    }

    /// Has `rescue.bin` on port 80 of `host`.
    pub(crate) fn offer_rescue(&self, host: &str, bytes: &[u8]) {
        self.internet.web(host, 80, |server| {
            let path = "/fleet/rescue.bin".to_owned();
            server.files.insert(path, bytes.into());
        });
    }
}
