//! `cargo xtask serve`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::site::Site;

/// The program, with TLS and without, until this is dropped.
pub(crate) struct Desk {
    process: Child,
    console: BufReader<ChildStderr>,
    /// Of the socket with TLS, and of that without.
    pub(crate) ports: [u16; 2],
}

impl Desk {
    pub(crate) fn serve(site: &Site) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("serve").arg(site.root());
        command.arg("--chain").arg(site.chain());
        command.arg("--key").arg(site.key());
        command.args(["--plain-listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let console = BufReader::new(process.stderr.take().unwrap());
        let mut printed = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut port = || {
            let url = printed.next().expect("a URL").unwrap();
            let port = url.trim_end_matches('/').rsplit(':').next().unwrap();
            port.parse().unwrap()
        };
        Self {
            ports: [port(), port()],
            console,
            process,
        }
    }

    /// The next line that it says with `part` in it.
    pub(crate) fn says(&mut self, part: &str) -> String {
        loop {
            let mut line = String::new();
            let length = self.console.read_line(&mut line).unwrap();
            assert_ne!(length, 0, "it never said {part}");
            if line.contains(part) {
                return line;
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
