//! The program, what it serves, and what it shows of itself.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

/// A folder to be served, beside one that is not.
pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let secret = site.folder.path().join("secret");
        std::fs::write(secret, "a key").unwrap();
        site.put("release.json", b"{}\n");
        site.put("0.1.0+4f11/application.bin", &image());
        site
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// What is served.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("served")
    }
}

/// 100,000 bytes.
pub(crate) fn image() -> Vec<u8> {
    (0..100_000_u32).map(|at| (at % 251) as u8).collect()
}

/// A CA, and a chain and a key for `localhost` in files.
pub(crate) struct Identity {
    folder: TempDir,
    root: Vec<u8>,
}

impl Identity {
    pub(crate) fn new() -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(DnType::CommonName, "Desk CA");
        let own = KeyPair::generate().unwrap();
        let root = authority.self_signed(&own).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::new(authority, own)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write("chain.pem", leaf.pem());
        write("root.pem", root.pem());
        write("key.pem", key.serialize_pem());
        Self {
            folder,
            root: root.der().to_vec(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The options that name chain and key.
    pub(crate) fn options(&self) -> Vec<String> {
        let text = |name| self.path(name).to_str().unwrap().to_owned();
        vec![
            "--chain".to_owned(),
            text("chain.pem"),
            "--key".to_owned(),
            text("key.pem"),
        ]
    }

    /// A connection that trusts the CA and nothing else.
    pub(crate) fn connect(&self, port: u16) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root.clone())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let client = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(client, tcp(port))
    }
}

pub(crate) fn tcp(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).unwrap()
}

/// The program that serves, until this is dropped.
pub(crate) struct Server {
    process: Child,
    console: BufReader<ChildStderr>,
    /// What it prints: one URL for each socket.
    pub(crate) urls: Vec<String>,
}

impl Server {
    /// Serves `site`; `options` open so many sockets.
    pub(crate) fn start<S: AsRef<str>>(site: &Site, options: &[S], sockets: usize) -> Self {
        let mut process = command(&site.root(), options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let console = BufReader::new(process.stderr.take().unwrap());
        let printed = BufReader::new(process.stdout.take().unwrap());
        let urls = printed.lines().take(sockets).map(Result::unwrap).collect();
        Self {
            process,
            console,
            urls,
        }
    }

    /// Serves `site` without TLS.
    pub(crate) fn plain(site: &Site) -> Self {
        Self::start(site, &["--plain"], 1)
    }

    /// The port of the socket that it printed first, second, …
    pub(crate) fn port(&self, socket: usize) -> u16 {
        let url = self.urls[socket].trim_end_matches('/');
        url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// The next line that it says with `part` in it.
    pub(crate) fn says(&mut self, part: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.console.read_line(&mut line).unwrap(),
                0,
                "it never said {part}"
            );
            if line.contains(part) {
                return line.trim_end().to_owned();
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn command<S: AsRef<str>>(folder: &Path, options: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("serve").arg(folder);
    command.args(options.iter().map(AsRef::as_ref));
    command
}

/// Sends `request` by hand, and reads until the server closes.
pub(crate) fn by_hand(port: u16, request: &[u8]) -> String {
    let mut socket = tcp(port);
    // It may answer and close before it has read everything.
    let _ = socket.write_all(request);
    let mut answer = Vec::new();
    let mut room = [0; 4096];
    loop {
        match socket.read(&mut room) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&room[..count]),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error}"),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}
