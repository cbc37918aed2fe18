//! What this device is: its build, and the trust store in it.

use alloc::vec::Vec;

use device::flash::{FlashError, Region};
use device::flash_layout::TRUST_STORE as TRUST_STORE_PARTITION;
use device::hex::Hex;
use device::store::{Standing, StoreError, TrustStore, layout};

use crate::console::say;
use crate::ports::flash::Flash;
use crate::trust_store::TRUST_STORE;

/// The project name in the application descriptor.
pub(crate) const PROJECT: &str = env!("PERENNIAL_PRODUCT");
/// The version in the application descriptor.
pub(crate) const VERSION: &str = env!("PERENNIAL_VERSION");

/// The instant in the application descriptor: seconds since 1970-01-01T00:00:00Z.
pub(crate) const EPOCH: i64 = match i64::from_str_radix(env!("SOURCE_DATE_EPOCH"), 10) {
    Ok(seconds) => seconds,
    Err(_) => panic!("SOURCE_DATE_EPOCH is not a number"),
};

const COMMIT: &str = env!("PERENNIAL_COMMIT");
const RELEASE_DATE: &str = env!("PERENNIAL_RELEASE_DATE");

/// Prints project, version, commit and release date.
pub(crate) fn print_build() {
    say!("");
    say!("{PROJECT} {VERSION}");
    say!("build: commit {COMMIT}");
    say!("build: released {RELEASE_DATE}");
}

/// Checks the trust store in the image.
///
/// # Errors
///
/// The store is not one, is of another format, or its hash does not match.
pub(crate) fn trust_store() -> Result<TrustStore<'static>, StoreError> {
    // Hidden from the optimiser: to be checked are the bytes in flash, not those the compiler saw.
    TrustStore::read_exact(core::hint::black_box(&TRUST_STORE))
}

/// Compares `store` with the copy in its partition, by format, hash and sequence, and prints how they stand.
///
/// This copy has no signature and is for people: trust comes from the image and from rescue stores.
pub(crate) fn print_standing(store: &TrustStore<'_>, flash: &mut Flash) {
    let label = TRUST_STORE_PARTITION.label;
    let bytes = match read_copy(flash) {
        Ok(bytes) => bytes,
        Err(error) => {
            say!("store: partition \"{label}\": {error}");
            return;
        }
    };
    match TrustStore::read(&bytes) {
        Ok(copy) => say!(
            "store: partition \"{label}\" has {}",
            Standing::of(store, &copy)
        ),
        Err(error) => say!("store: partition \"{label}\" has no store: {error}"),
    }
}

/// What stands where the partition begins: as many bytes as a store there says it has, and only its header where it says too many.
/// The partition is larger than the heap.
fn read_copy(flash: &mut Flash) -> Result<Vec<u8>, FlashError> {
    let region = Region::of(&TRUST_STORE_PARTITION);
    let mut head = [0; layout::FIXED_HEADER_LENGTH];
    region.read(flash, 0, &mut head)?;
    let length = head[layout::TOTAL_LENGTH_OFFSET..].first_chunk();
    let length = length.map_or(0, |length| u32::from_le_bytes(*length));
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    if length > layout::MAX_STORE_LENGTH || bytes.try_reserve_exact(length).is_err() {
        return Ok(head.to_vec());
    }
    bytes.resize(length, 0);
    region.read(flash, 0, &mut bytes)?;
    Ok(bytes)
}

/// Prints the identity of `store`, each of its anchors, pins and endpoints.
pub(crate) fn print_store(store: &TrustStore<'_>) {
    say!(
        "store: product {}, format {}, sequence {}",
        store.product(),
        store.format_version(),
        store.sequence()
    );
    say!("store: sha256 {}", Hex(store.sha256()));
    for anchor in store.anchors() {
        say!(
            "store: anchor \"{}\", notAfter {}, effective end {}",
            anchor.name,
            anchor.not_after,
            anchor.effective_end
        );
        say!("store:   fingerprint {}", Hex(anchor.fingerprint));
    }
    for pin in store.pins() {
        say!(
            "store: pin for {}, expires {}, then {}",
            pin.host,
            pin.expires,
            pin.after_expiry
        );
        say!("store:   spki-sha256 {}", Hex(pin.spki_sha256));
    }
    for endpoint in store.endpoints() {
        say!("store: endpoint \"{}\", {}", endpoint.name, endpoint.url);
    }
}
