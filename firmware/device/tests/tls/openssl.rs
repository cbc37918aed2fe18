//! `openssl s_server`, which sends back each line reversed or has one file, and a device that speaks with it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use device::store::{StoreContents, TrustStore};
use device::tls::{EmbeddedTls, OpenError, Secured, Server, TlsError, Visitor, visit};
use device::verify::{Clock, TrustedBy, Verifier};
use embedded_io_async::{Read, Write};
use rand_core::OsRng;
use simulated::clock::RealTimer;
use simulated::executor::block_on;
use simulated::network::Loopback;

use crate::pem::pem;
use crate::servers::{ANSWER, Case, NAME};
use crate::support::{HOST, valid};

/// So long that only something that hangs takes it.
const LIMIT: Duration = Duration::from_secs(60);

/// A running server. It ends with this value.
pub(crate) struct Openssl {
    child: Child,
    /// Open as long as the server runs: it writes what it does.
    _output: BufReader<ChildStdout>,
    _folder: Folder,
    pub(crate) port: u16,
}

impl Openssl {
    /// Serves this chain with this key in PEM, and with more arguments. Waits until it does.
    pub(crate) fn serve(chain: &[&[u8]], key: &str, arguments: &[&str]) -> Self {
        Self::start(chain, key, &[&["-rev"], arguments].concat())
    }

    /// Serves a file as this case does.
    pub(crate) fn serve_files(case: &Case) -> Self {
        let arguments = [&["-HTTP"], &case.setting.of_openssl()[..]].concat();
        Self::start(&case.chain, &case.key, &arguments)
    }

    fn start(chain: &[impl AsRef<[u8]>], key: &str, arguments: &[&str]) -> Self {
        let folder = Folder::new();
        folder.write("key.pem", key);
        folder.write(NAME, ANSWER);
        folder.write("leaf.pem", &pem(&chain[..1]));
        folder.write("rest.pem", &pem(&chain[1..]));
        let mut command = Command::new("openssl");
        command.current_dir(&folder.0).arg("s_server");
        command.args(["-accept", "127.0.0.1:0"]);
        command.args(["-cert", "leaf.pem", "-key", "key.pem"]);
        if chain.len() > 1 {
            command.args(["-cert_chain", "rest.pem"]);
        }
        command.args(arguments).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let port = read_port(&mut output);
        Self {
            child,
            _output: output,
            _folder: folder,
            port,
        }
    }

    /// What a device with this store says to it, at a time at which the made certificates hold.
    pub(crate) fn ask(&self, store: &StoreContents) -> Result<TrustedBy, TlsError> {
        self.ask_for(store, HOST, valid())
    }

    /// What a device with this store says to it.
    pub(crate) fn ask_for(
        &self,
        store: &StoreContents,
        host: &str,
        clock: Clock,
    ) -> Result<TrustedBy, TlsError> {
        self.visit(store, host, clock, Talk)?
    }

    /// What a visitor gets from it.
    pub(crate) fn visit<V: Visitor>(
        &self,
        store: &StoreContents,
        host: &str,
        clock: Clock,
        visitor: V,
    ) -> Result<V::Output, TlsError> {
        let bytes = store.write().unwrap();
        let server = Server {
            host,
            port: 443,
            verifier: &Verifier::new(TrustStore::read_exact(&bytes).unwrap()),
            clock,
        };
        let mut network = Loopback::default().with(host, 443, self.port);
        let mut engine = EmbeddedTls::new(OsRng);
        let timer = RealTimer::start();
        let visited = visit(&mut engine, &mut network, &timer, server, LIMIT, visitor);
        match block_on(visited) {
            Ok(output) => Ok(output),
            Err(OpenError::Tls(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Sends a line, reads it reversed, and says what the server is trusted by.
struct Talk;

impl Visitor for Talk {
    type Output = Result<TrustedBy, TlsError>;

    async fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        mut secured: Secured<S>,
    ) -> Self::Output {
        secured.write_all(b"stressed\n").await?;
        secured.flush().await?;
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut buffer = [0; 16];
            let count = secured.read(&mut buffer).await?;
            line.extend(&buffer[..count]);
        }
        assert_eq!(line, b"desserts\n");
        Ok(secured.proof().server().trusted_by())
    }
}

/// A folder of its own below `target`. It goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tls-{}-{count}", std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn read_port(output: &mut impl std::io::BufRead) -> u16 {
    for line in output.lines() {
        let line = line.unwrap();
        if let Some(address) = line.strip_prefix("ACCEPT ") {
            return address.rsplit(':').next().unwrap().parse().unwrap();
        }
    }
    panic!("openssl s_server did not start");
}
