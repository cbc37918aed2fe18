//! Rescue stores, signed as operators sign them.

use std::process::Command;

use device::store::StoreContents;

use crate::firmware::{FOLDER, rescue};
use crate::keys::KEYS;
use crate::site::Site;

/// A rescue store that `signers` of the two operators have signed, one after the other (`cargo xtask rescue sign`), where
/// devices look for it.
pub(crate) fn publish(site: &Site, contents: &StoreContents, issued: &str, signers: usize) {
    let file = site.beside("rescue.bin");
    std::fs::write(&file, rescue(contents, issued)).unwrap();
    for key in KEYS.rescue_files().iter().take(signers) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["rescue", "sign"]).arg(&file);
        let output = command.arg("--key").arg(key).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    std::fs::rename(file, site.root().join(FOLDER).join("rescue.bin")).unwrap();
}
