//! One release on a server, and a device that is offered it.

use device::install::{Installed, install};
use device::otadata::Slot;
use device::release::{
    Candidate, Edition, MANIFEST, Manifest, Running, SecureBoot, Standing, Tally, judge,
    signature_files,
};
use device::store::TrustStore;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use simulated::application::Application;
use simulated::bootloader::starts;
use simulated::executor::block_on;
use simulated::flash::SimulatedFlash;

use crate::board::{Lines, flash};
use crate::keys::{self, sign};
use crate::recorded;
use crate::server::Server;

pub(crate) const PRODUCT: &str = "reference";
pub(crate) const RUNNING: &str = "1.2.0";
pub(crate) const OFFERED: &str = "1.3.0";
pub(crate) const IMAGE: &str = "application.bin";

/// A release, a server and a device. What is wrong with a release is put into it before [`Update::publish`], what is wrong
/// with a server after it.
pub(crate) struct Update {
    pub(crate) application: Application,
    pub(crate) image: Vec<u8>,
    pub(crate) manifest: Value,
    pub(crate) signers: Vec<usize>,
    pub(crate) server: Server,
    pub(crate) store: TrustStore<'static>,
    pub(crate) running: Running<'static>,
    pub(crate) newest: Option<Edition>,
    pub(crate) flash: SimulatedFlash,
    pub(crate) lines: Lines,
}

/// A release that is right, offered to a device that needs one signature.
pub(crate) fn update() -> Update {
    let application = Application::new(PRODUCT, OFFERED);
    let image = application.image();
    let mut update = Update {
        manifest: Value::Null,
        application,
        image,
        signers: vec![0],
        server: Server::new(),
        store: keys::store(1),
        running: Running {
            product: PRODUCT,
            chip: "esp32c3",
            edition: edition(RUNNING, 1_000),
            secure_version: 0,
            store_sequence: 7,
            secure_boot: SecureBoot::Off,
        },
        newest: None,
        flash: flash(&Application::new(PRODUCT, RUNNING).image()),
        lines: Lines::default(),
    };
    update.describe();
    update
}

pub(crate) fn edition(version: &str, source_date_epoch: i64) -> Edition {
    Edition::new(version, source_date_epoch).expect("a version")
}

impl Update {
    /// Makes the image from the application again, and then the manifest.
    pub(crate) fn build(&mut self) {
        self.image = self.application.image();
        self.describe();
    }

    /// Makes the manifest that says of image and application what they are.
    pub(crate) fn describe(&mut self) {
        let padded = self.application.padded();
        self.manifest = json!({
            "schema": "perennial.release/1",
            "product": self.application.product,
            "chip": "esp32c3",
            "version": self.application.version,
            "channel": "production",
            "commit": "0123456789012345678901234567890123456789",
            "dirty": false,
            "released": "2026-07-01",
            "source-date-epoch": 2_000,
            "service-ends": "2036-12-31",
            "secure-version": self.application.secure_version,
            "secure-boot": {"padded-sha256": sha256(&padded), "padded-size": padded.len()},
            "store": {"format-version": 1, "sequence": 8, "sha256": sha256(b"store")},
            "inputs": {"policy.toml": sha256(b"policy")},
            "lockfile-sha256": sha256(b"lockfile"),
            "blobs": [],
            "toolchain": {"provider": "debian", "packages": []},
            "artefacts": [
                artefact("application.bin", "application-image", &self.image),
                artefact("flash.bin", "flash-image", b"flash"),
                artefact("later.bin", "a-kind-of-later", b"later"),
            ],
        });
    }

    /// The entry of the image in the manifest.
    pub(crate) fn entry(&mut self) -> &mut Value {
        &mut self.manifest["artefacts"][0]
    }

    /// The bytes of the manifest.
    pub(crate) fn manifest_bytes(&self) -> Vec<u8> {
        format!("{:#}\n", self.manifest).into_bytes()
    }

    /// Puts everything onto the server.
    pub(crate) fn publish(&mut self) {
        let manifest = self.manifest_bytes();
        self.publish_manifest(manifest);
    }

    /// Puts everything onto the server, with these bytes for a manifest.
    pub(crate) fn publish_manifest(&mut self, manifest: Vec<u8>) {
        for (place, signer) in self.signers.clone().into_iter().enumerate() {
            let name = match place {
                0 => "release.json.minisig".to_owned(),
                _ => format!("release.json.{}.minisig", keys::id(signer)),
            };
            self.put(&name, sign(signer, &manifest));
        }
        let files = [
            (IMAGE, self.image.clone()),
            ("application.signed.bin", self.application.signed()),
            (MANIFEST, manifest),
        ];
        for (name, bytes) in files {
            self.put(name, bytes);
        }
    }

    /// Puts a file onto the server.
    pub(crate) fn put(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.server.files.insert(name.to_owned(), bytes.into());
    }

    /// What a device does with the release, as its update client goes about it.
    pub(crate) fn run(&mut self) -> Result<Option<Installed>, String> {
        let Some(candidate) = self.candidate()? else {
            return Ok(None);
        };
        recorded::install(self, candidate.image().file());
        let Self {
            server,
            flash,
            lines,
            ..
        } = self;
        let installing = install(server, &candidate, flash, Slot::Ota1, lines);
        let installed = block_on(installing).map_err(|error| error.to_string())?;
        Ok(Some(installed))
    }

    /// What the device is to install, if what runs is not the release.
    pub(crate) fn candidate(&self) -> Result<Option<Candidate>, String> {
        let manifest = self.read_manifest()?;
        let standing = judge(&manifest, &self.running, self.newest.as_ref());
        match standing.map_err(|refusal| refusal.to_string())? {
            Standing::Current => Ok(None),
            Standing::Newer(candidate) => Ok(Some(candidate)),
        }
    }

    fn read_manifest(&self) -> Result<Manifest, String> {
        let keys = self.store.release_keys();
        let bytes = &self.server.files[MANIFEST];
        recorded::manifest(self, bytes);
        let mut tally = Tally::new(bytes, keys.clone()).map_err(|error| error.to_string())?;
        let mut said = Vec::new();
        for name in signature_files(&keys) {
            let Some(file) = self.server.files.get(&name).filter(|_| !tally.is_met()) else {
                continue;
            };
            if let Err(error) = tally.count(file) {
                said.push(error.to_string());
            }
        }
        let signed = tally.finish().map_err(|unsigned| {
            said.push(unsigned.to_string());
            said.join("; ")
        })?;
        Manifest::read(signed).map_err(|error| error.to_string())
    }

    /// Whether the bootloader would start what is in the spare slot.
    pub(crate) fn spare_starts(&self) -> bool {
        starts(&self.flash, Slot::Ota1)
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn artefact(name: &str, kind: &str, bytes: &[u8]) -> Value {
    json!({"name": name, "kind": kind, "size": bytes.len(), "sha256": sha256(bytes)})
}
