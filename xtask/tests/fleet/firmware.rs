//! Firmware as it was built, and the release of it.

use device::client::Image;
use device::otadata::Slot;
use device::release::{Edition, Running, SecureBoot};
use device::rescue::EnvelopeContents;
use device::store::{AnchorContents, DatesChecked, EndpointContents, StoreContents, TrustStore};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use simulated::application::Application;

use crate::clock::{date, moment};
use crate::keys::KEYS;

pub(crate) const PRODUCT: &str = "thermostat";
/// Of two operators.
pub(crate) const TIME_SERVERS: [&str; 2] = ["time.one.example", "time.other.example"];
/// What the endpoints serve, below their hosts.
pub(crate) const FOLDER: &str = "fleet";

/// Bytes of code: several records of TLS, which have up to 16 KiB.
const CODE: usize = 96 * 1024;

/// An image with a store in it.
#[derive(Clone)]
pub(crate) struct Firmware {
    pub(crate) edition: Edition,
    pub(crate) store: TrustStore<'static>,
    pub(crate) image: Vec<u8>,
}

/// Files by name.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// A store with these anchors and hosts, in the order in which they are asked. All dates are checked.
pub(crate) fn store(sequence: u64, anchors: &[AnchorContents], hosts: &[&str]) -> StoreContents {
    let endpoint = |host: &&str| EndpointContents {
        name: host.split('.').next().unwrap().into(),
        url: format!("https://{host}/{FOLDER}/"),
        redirects: Vec::new(),
    };
    StoreContents {
        sequence,
        product: PRODUCT.into(),
        dates: DatesChecked::ALL,
        anchors: anchors.to_vec(),
        pins: Vec::new(),
        endpoints: hosts.iter().map(endpoint).collect(),
        release_keys: KEYS.release(),
        rescue_keys: KEYS.rescue(),
    }
}

/// A rescue store that nobody has signed.
pub(crate) fn rescue(contents: &StoreContents, issued: &str) -> Vec<u8> {
    let bytes = contents.write().unwrap();
    let store = TrustStore::read_exact(&bytes).unwrap();
    let envelope = EnvelopeContents::unsigned(&store, moment(issued));
    envelope.write().unwrap()
}

impl Firmware {
    /// Built at this time with this store in it.
    pub(crate) fn new(version: &str, built: &str, store: &StoreContents) -> Self {
        let epoch = date(built).unix_timestamp();
        let store = store.write().unwrap();
        Self {
            edition: Edition::new(version, epoch).unwrap(),
            store: TrustStore::read_exact(store.leak()).unwrap(),
            image: application(version).image(),
        }
    }

    pub(crate) fn version(&self) -> String {
        self.edition.version().to_string()
    }

    /// What it is while it runs.
    pub(crate) fn running(&self, booted: Slot) -> Image<'static> {
        Image {
            running: Running {
                product: PRODUCT,
                chip: "esp32c3",
                edition: self.edition.clone(),
                secure_version: 0,
                store_sequence: self.store.sequence(),
                secure_boot: SecureBoot::Off,
            },
            booted,
            store: self.store.clone(),
            time_servers: TIME_SERVERS,
        }
    }

    /// What its device says of its store, when it is that which is in force.
    pub(crate) fn identity(&self) -> String {
        let sha256 = hex::encode(self.store.sha256());
        format!("image; {}; {sha256}", self.store.sequence())
    }

    /// The release of it, signed.
    pub(crate) fn release(&self) -> Files {
        let version = self.version();
        let manifest = format!("{:#}\n", self.manifest(&version)).into_bytes();
        let signature = KEYS.sign(&manifest, &version).into_bytes();
        let mut files = vec![("application.bin".to_owned(), self.image.clone())];
        files.push(("release.json.minisig".to_owned(), signature));
        files.push(("release.json".to_owned(), manifest));
        files
    }

    fn manifest(&self, version: &str) -> Value {
        let padded = application(version).padded();
        json!({
            "schema": "perennial.release/1",
            "product": PRODUCT,
            "chip": "esp32c3",
            "version": version,
            "source-date-epoch": self.edition.source_date_epoch(),
            "secure-version": 0,
            "secure-boot": {"padded-sha256": sha256(&padded), "padded-size": padded.len()},
            "store": {
                "format-version": 1,
                "sequence": self.store.sequence(),
                "sha256": hex::encode(self.store.sha256()),
            },
            "artefacts": [{
                "name": "application.bin",
                "kind": "application-image",
                "size": self.image.len(),
                "sha256": sha256(&self.image),
            }],
        })
    }
}

fn application(version: &str) -> Application {
    Application {
        code: CODE,
        ..Application::new(PRODUCT, version)
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
