//! Every chain and name that the device is tried with at stock servers: it says the same to `serve`.

#[allow(dead_code, reason = "shared with the tests of stock servers")]
#[path = "../../../firmware/device/tests/tls/servers/ask.rs"]
mod ask;
#[allow(dead_code, reason = "shared with the tests of stock servers")]
#[path = "../../../firmware/device/tests/tls/servers/case.rs"]
mod case;
#[path = "../../../firmware/device/tests/tls/servers/chains.rs"]
mod chains;
#[path = "../../../firmware/device/tests/tls/servers/keys.rs"]
mod keys;
#[path = "../../../firmware/device/tests/tls/servers/names.rs"]
mod names;
#[path = "../../../firmware/device/tests/tls/pem.rs"]
mod pem;
#[allow(dead_code, reason = "shared with the tests of the device")]
#[path = "../../../firmware/device/tests/verify/support.rs"]
mod support;

use crate::support::{Server, Site};
use ask::{FILE, NAME, Way, ask};
use pem::pem;

#[test]
fn the_device_says_of_each_chain_what_it_says_elsewhere() {
    let site = Site::new();
    site.put(NAME, FILE.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.path().join(name));
    let options = [
        "--chain",
        chain.to_str().unwrap(),
        "--key",
        key.to_str().unwrap(),
    ];
    for case in chains::all().into_iter().chain(names::all()) {
        std::fs::write(&chain, pem(&case.chain)).unwrap();
        std::fs::write(&key, &case.key).unwrap();
        let server = Server::start(&site, &options, 1);
        for portion in [usize::MAX, 1] {
            let said = ask(&Way::Port(server.port(0)), portion, &case);
            assert_eq!(said, case.expected, "{}", case.name);
        }
    }
}
