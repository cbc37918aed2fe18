//! An update server on this machine, by OpenSSL.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::failure::{Failure, Result};
use crate::toolchain::command::{self, environment};
use crate::tools;

/// A server with a certificate of its own. It ends with this value.
pub(super) struct Server {
    process: Child,
    /// Where it answers.
    pub(super) url: String,
}

impl Server {
    /// Under this name, on a port that the system picks.
    ///
    /// # Errors
    /// When there is no openssl, or it does not start.
    pub(super) fn start(root: &Path, folder: &Path, host: &str) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| Failure::io("make", folder, &e))?;
        let openssl = tools::openssl(root)?;
        let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
        let mut make = Command::new(&openssl);
        make.args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
            .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"])
            .args([
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
            ])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate);
        command::run("make a certificate", &mut make)?;
        let mut serve = Command::new(&openssl);
        serve
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-key"])
            .arg(&key)
            .arg("-cert")
            .arg(&certificate)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let failed = |error: std::io::Error| environment("openssl s_server").evidence(error);
        let mut process = serve.spawn().map_err(failed)?;
        let lines = process.stdout.take().map(|out| BufReader::new(out).lines());
        let mut lines = lines.into_iter().flatten().map_while(std::io::Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.strip_prefix("ACCEPT ")?.rsplit_once(':')?;
            Some(port.to_owned())
        });
        // Its output is read to the end, or it would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let port = port.ok_or_else(|| environment("openssl s_server did not start"))?;
        let url = format!("https://{host}:{port}/");
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
