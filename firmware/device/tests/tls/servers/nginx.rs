//! Stock nginx, with one server for each case. It cannot be told to choose its ports, so each listens at a socket of its own
//! in a folder.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::ask::{FILE, NAME, Way};
use super::case::Case;
use crate::pem::pem;

/// How often it is asked whether it listens, and how long is waited in between: half a minute in all.
const PAUSES: u32 = 3000;
const PAUSE: Duration = Duration::from_millis(10);

/// A running server. It ends with this value.
pub(crate) struct Nginx {
    process: Child,
    folder: TempDir,
}

impl Nginx {
    /// Serves each of these, and waits until it does.
    pub(crate) fn serve(cases: &[Case]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        let mut servers = String::new();
        for (place, case) in cases.iter().enumerate() {
            write(&format!("{place}.pem"), &pem(&case.chain));
            write(&format!("{place}.key"), &case.key);
            servers += &block(place, case);
        }
        write(NAME, FILE);
        write("nginx.conf", &configuration(&servers));
        let errors = std::fs::File::create(folder.path().join("errors")).unwrap();
        let mut command = Command::new(program());
        command.current_dir(folder.path());
        command.arg("-p").arg(folder.path());
        command.args(["-e", "stderr", "-c", "nginx.conf"]);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.stderr(errors).spawn();
        let process = process.expect("no nginx here: `cargo xtask test` brings one");
        let server = Self { process, folder };
        server.wait(cases.len());
        server
    }

    /// The way to the server of the case at `place`.
    pub(crate) fn way(&self, place: usize) -> Way {
        Way::Socket(self.folder.path().join(format!("{place}.socket")))
    }

    /// It opens its sockets in the order of its configuration.
    fn wait(&self, count: usize) {
        let last = self.folder.path().join(format!("{}.socket", count - 1));
        let listens = (0..PAUSES).any(|_| {
            let connected = UnixStream::connect(&last).is_ok();
            if !connected {
                std::thread::sleep(PAUSE);
            }
            connected
        });
        let errors = || std::fs::read_to_string(self.folder.path().join("errors"));
        assert!(listens, "nginx does not serve: {:?}", errors());
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where `cargo xtask test` says it is or has put it, else the machine's own.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("PERENNIAL_NGINX") {
        return named.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let packaged = root.join("target/tools/nginx/nginx");
    match packaged.is_file() {
        true => packaged,
        false => "nginx".into(),
    }
}

fn configuration(servers: &str) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|of| format!("  {of}_temp_path temporary;\n"));
    format!(
        "daemon off;
master_process off;
pid pid;
events {{}}
http {{
  access_log off;
  ssl_protocols TLSv1.2 TLSv1.3;
  root .;
{temporary}{servers}}}
",
        temporary = temporary.concat(),
    )
}

fn block(place: usize, case: &Case) -> String {
    let setting = case.setting.of_nginx().unwrap();
    format!(
        "  server {{
    listen unix:{place}.socket ssl;
    ssl_certificate {place}.pem;
    ssl_certificate_key {place}.key;
    {setting}
  }}
"
    )
}
