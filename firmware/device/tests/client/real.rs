//! One update over real sockets and real TLS 1.3, from a server that others wrote: Python's, on top of OpenSSL.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::client::{self, Board, Client, Next, Platform, Restart};
use device::otadata::Slot;
use device::platform::Watchdog;
use device::startup;
use device::tls::EmbeddedTls;
use rand_core::OsRng;
use simulated::bootloader;
use simulated::clock::RealTimer;
use simulated::executor::block_on;
use simulated::factory;
use simulated::flash::SimulatedFlash;
use simulated::network::Loopback;
use simulated::scratch::Word;
use tempfile::TempDir;

use crate::keys::id;
use crate::pki::{Identity, PKI};
use crate::simulated_device::Lines;
use crate::world::{Firmware, PRIMARY, new, old};

/// A board on the network of the host.
struct OnHost;

impl Platform for OnHost {
    type Network = Loopback;
    type Timer = RealTimer;
    type Random = OsRng;
    type Flash = SimulatedFlash;
    type Console = Lines;
    type Watchdog = Asleep;
    type Scratch = Word;
    type Tls = EmbeddedTls<OsRng>;
}

/// A watchdog that never bites: nothing here depends on how fast the host is.
pub(crate) struct Asleep;

impl Watchdog for Asleep {
    fn allow(&mut self, _: Duration) {}
}

const SCRIPT: &str = "
import http.server, ssl
class Files(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def setup(self):
        note('connection')
        super().setup()
    def log_request(self, *arguments): note(self.path)
    def log_message(*arguments): pass
def note(line):
    with open('log', 'a') as log: print(line, file=log)
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Files)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain('chain.pem', 'key.pem')
server.socket = tls.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
";

pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Has the files of `folder` and shows `identity`.
    pub(crate) fn of(folder: &Path, identity: &Identity) -> Self {
        std::fs::write(folder.join("chain.pem"), chain_pem(&identity.chain)).unwrap();
        std::fs::write(folder.join("key.pem"), identity.key.serialize_pem()).unwrap();
        let mut process = Command::new("python3")
            .args(["-c", SCRIPT])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let said = process.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn chain_pem(chain: &[Vec<u8>]) -> String {
    let block = |der: &Vec<u8>| {
        let text = STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    chain.iter().map(block).collect()
}

/// One round after a start, and the flash after it.
fn round(
    firmware: &Firmware,
    mut flash: SimulatedFlash,
    port: u16,
    lines: &Lines,
) -> (Next, SimulatedFlash) {
    let booted = bootloader::boot(&mut flash).unwrap();
    let counted = startup::count(&mut flash, booted.partition().offset);
    let image = firmware.running(booted);
    let started = client::start(&mut flash, &mut lines.clone(), image, &counted);
    let board = Board {
        network: Loopback::default().with(PRIMARY, 443, port),
        timer: RealTimer::start(),
        random: OsRng,
        flash,
        console: lines.clone(),
        watchdog: Asleep,
        scratch: Word::default(),
        tls: EmbeddedTls::new(OsRng),
    };
    let mut client = Client::<OnHost>::new(board, started);
    let next = block_on(client.round());
    (next, client.board().flash.clone())
}

/// A folder with the files of a release of [`new`].
pub(crate) fn released() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("fleet")).unwrap();
    for (name, bytes) in new().release(&[0]) {
        std::fs::write(folder.path().join("fleet").join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn an_update_from_a_server_of_python_over_tls_1_3() {
    let folder = released();
    let server = Server::of(folder.path(), &PKI.primary);
    let lines = Lines::default();
    let flash = factory::flash(&old().image);

    let (next, mut flash) = round(&old(), flash, server.port, &lines);
    let said = lines.take();
    assert_eq!(next, Next::Restart(Restart::Updated), "{said:#?}");
    let signed = format!("update: release.json is signed by {}", id(0));
    assert!(said.contains(&signed), "{said:#?}");
    assert_eq!(bootloader::boot(&mut flash), Some(Slot::Ota1));

    let log = || std::fs::read_to_string(folder.path().join("log")).unwrap();
    let manifest = "connection\n/fleet/release.json\n/fleet/release.json.minisig\n";
    let image = "connection\n/fleet/application.bin\n";
    assert_eq!(log(), [manifest, image].concat());

    let (next, flash) = round(&new(), flash, server.port, &lines);
    let said = lines.take();
    assert!(matches!(next, Next::Wait(_)), "{said:#?}");
    // The first part comes over the connection that is there.
    let rehearsal = "/fleet/application.bin\n";
    assert_eq!(
        log(),
        [manifest, image, manifest, rehearsal, image].concat()
    );
    let confirmed = "update: 1.3.0 of 1768867200 is confirmed in ota_1";
    assert!(said.iter().any(|line| line == confirmed), "{said:#?}");

    // The same server for a device that does not know its CA.
    drop(flash);
    let mut contents = crate::world::store(7);
    contents.anchors = vec![PKI.later.anchor()];
    let stranger = Firmware::new("1.2.0", "2026-01-05T00:00:00Z", &contents);
    let flash = factory::flash(&stranger.image);
    let (next, _) = round(&stranger, flash, server.port, &lines);
    assert!(matches!(next, Next::Wait(_)));
    let said = lines.take();
    assert!(
        said.iter().any(|line| line.contains("no anchor")),
        "{said:#?}"
    );
}
