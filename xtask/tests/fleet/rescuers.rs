//! Rescue stores, signed as operators sign them.

use std::process::Command;

use device::store::StoreContents;

use crate::firmware::{FOLDER, rescue};
use crate::keys::KEYS;
use crate::site::Site;

/// Puts a rescue store where devices look for it. One operator after the other signs the file: `cargo xtask rescue sign`.
pub(crate) fn publish(site: &Site, contents: &StoreContents, issued: &str) {
    let file = site.beside("rescue.bin");
    std::fs::write(&file, rescue(contents, issued)).unwrap();
    for key in KEYS.rescue_files() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["rescue", "sign"]).arg(&file);
        let output = command.arg("--key").arg(key).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    std::fs::rename(file, site.root().join(FOLDER).join("rescue.bin")).unwrap();
}
