//! Stock nginx, below a relay: it listens at a socket in its folder, so that no port has to be guessed.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use crate::relay::Relay;
use crate::site::Site;

/// Waits for something that another process does.
const PAUSE: Duration = Duration::from_millis(20);
const PAUSES: usize = 1500;

/// The server, until this is dropped.
pub(crate) struct Nginx {
    process: Child,
    log: PathBuf,
    /// The way to it.
    pub(crate) relay: Relay,
}

impl Nginx {
    /// Serves with these versions of TLS, in nginx's words.
    pub(crate) fn serve(site: &Site, protocols: &str) -> Self {
        static PROGRAM: LazyLock<PathBuf> =
            LazyLock::new(|| crate::peer("PERENNIAL_NGINX", xtask::tools::nginx));
        let socket = site.beside("socket");
        // One that was killed leaves its socket.
        let _ = std::fs::remove_file(&socket);
        std::fs::write(site.beside("nginx.conf"), configuration(site, protocols)).unwrap();
        let mut command = Command::new(&*PROGRAM);
        command.arg("-p").arg(site.beside(""));
        command
            .args(["-e", "stderr", "-c"])
            .arg(site.beside("nginx.conf"));
        let errors = std::fs::File::create(site.beside("errors")).unwrap();
        let process = command.stdin(Stdio::null()).stdout(Stdio::null());
        let process = process.stderr(errors).spawn().unwrap();
        let server = Self {
            process,
            log: site.beside("access.log"),
            relay: Relay::to(&socket),
        };
        let listens = wait_for(|| UnixStream::connect(&socket).ok());
        let errors = || std::fs::read_to_string(site.beside("errors"));
        assert!(listens.is_some(), "nginx does not serve: {:?}", errors());
        server
    }

    /// The first `count` lines of its access log, which it writes when a request has ended.
    pub(crate) fn log(&self, count: usize) -> Vec<String> {
        let lines = wait_for(|| {
            let text = std::fs::read_to_string(&self.log).unwrap();
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            (lines.len() >= count).then_some(lines)
        });
        lines.unwrap_or_else(|| panic!("less than {count} requests"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    (0..PAUSES).find_map(|_| {
        let answer = ask();
        if answer.is_none() {
            std::thread::sleep(PAUSE);
        }
        answer
    })
}

fn configuration(site: &Site, protocols: &str) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary =
        temporary.map(|of| format!("  {of}_temp_path \"{}\";\n", path(site, "temporary")));
    format!(
        r#"daemon off;
master_process off;
pid "{pid}";
events {{}}
http {{
  log_format fleet '$uri $status $body_bytes_sent [$http_range] $http_user_agent [$http_perennial_store] $connection_requests';
  access_log "{log}" fleet;
  default_type application/octet-stream;
{temporary}  server {{
    listen "unix:{socket}" ssl;
    ssl_protocols {protocols};
    ssl_certificate "{chain}";
    ssl_certificate_key "{key}";
    root "{root}";
  }}
}}
"#,
        pid = path(site, "pid"),
        log = path(site, "access.log"),
        temporary = temporary.concat(),
        socket = path(site, "socket"),
        chain = path(site, "chain.pem"),
        key = path(site, "key.pem"),
        root = path(site, "www"),
    )
}

fn path(site: &Site, name: &str) -> String {
    site.beside(name).to_str().unwrap().to_owned()
}
