//! A server that others wrote: Python's, over TCP.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use device::http::{Connection, HttpError, Place, ResponseError, Scheme};
use device::platform::Network as _;
use simulated::executor::block_on;
use simulated::network::{Loopback, Tcp};

use crate::support::{Got, ask, file, question};

struct Server {
    process: Child,
    network: Loopback,
}

impl Server {
    fn of(folder: &std::path::Path, protocol: &str) -> Self {
        let mut process = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
            .args(["--protocol", protocol])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let said = process.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut line).unwrap();
        // "Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ..."
        let port = line.split(' ').nth(5).unwrap().parse().unwrap();
        let network = Loopback::default().with("files.example", 80, port);
        Self { process, network }
    }

    fn connect(&mut self) -> Connection<Tcp> {
        let connected = block_on(self.network.connect("files.example", 80));
        Connection::new(connected.unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn at(target: &str) -> Place {
    Place::new(Scheme::Http, "files.example", 80, target).unwrap()
}

#[test]
fn files_of_a_server_of_python() {
    let folder = tempfile::tempdir().unwrap();
    let image: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
    std::fs::write(folder.path().join("image.bin"), &image).unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let mut server = Server::of(folder.path(), "HTTP/1.1");
    let mut connection = server.connect();
    let got = ask(&mut connection, &question(&at("/image.bin"), 0));
    assert_eq!(got, Ok(file(&image, Some(100_000))));
    // It sends "Connection: close" with its error pages, and with nothing else.
    assert!(connection.is_reusable());
    let error = ask(&mut connection, &question(&at("/other.bin"), 0)).unwrap_err();
    let (code, retry_after) = (404, None);
    let status = ResponseError::Status { code, retry_after };
    assert_eq!(error, HttpError::Response(status));
    // It sends a folder without its slash elsewhere, and knows no ranges.
    let got = ask(&mut server.connect(), &question(&at("/folder"), 0));
    assert_eq!(got, Ok(Got::Redirect("/folder/".into())));
    let got = ask(&mut server.connect(), &question(&at("/image.bin"), 7));
    assert_eq!(got, Ok(file(&image, Some(100_000))));
}

#[test]
fn files_of_a_server_of_http_1_0() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "hello").unwrap();
    let mut server = Server::of(folder.path(), "HTTP/1.0");
    let mut connection = server.connect();
    let got = ask(&mut connection, &question(&at("/a"), 0));
    assert_eq!(got, Ok(file(b"hello", Some(5))));
    assert!(!connection.is_reusable());
}
