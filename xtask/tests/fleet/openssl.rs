//! `openssl s_server -HTTP`, which sends files that are whole answers.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use crate::firmware::Files;
use crate::site::Site;

/// The server, until this is dropped.
pub(crate) struct Openssl {
    process: Child,
    /// Open as long as the server runs: it writes what it does.
    _output: BufReader<ChildStdout>,
    pub(crate) port: u16,
}

/// The stock program.
pub(crate) static PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| crate::peer("PERENNIAL_OPENSSL", xtask::tools::openssl));

impl Openssl {
    /// Serves with more arguments, in openssl's words.
    pub(crate) fn serve(site: &Site, arguments: &[&str]) -> Self {
        let mut command = Command::new(&*PROGRAM);
        command.current_dir(site.root()).arg("s_server");
        command.args(["-accept", "127.0.0.1:0", "-HTTP"]);
        command.arg("-cert").arg(site.chain());
        command.arg("-cert_chain").arg(site.others());
        command.arg("-key").arg(site.key()).args(arguments);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map(Result::unwrap);
        let port = lines.find_map(|line| {
            let address = line.strip_prefix("ACCEPT ")?;
            address.rsplit(':').next()?.parse().ok()
        });
        Self {
            port: port.expect("openssl does not serve"),
            _output: output,
            process,
        }
    }
}

/// Files as whole answers of HTTP.
pub(crate) fn answers(files: &Files) -> Files {
    let answer = |(name, bytes): &(String, Vec<u8>)| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
        (name.clone(), [head.as_bytes(), bytes].concat())
    };
    files.iter().map(answer).collect()
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
