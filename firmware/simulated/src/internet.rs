//! An internet in memory: hosts by name, with servers of files that do as they should or as they like, and servers of time.
//!
//! A connection speaks plain HTTP/1.1. To [`GREETING`] it answers with [`WELCOME`]: a TLS engine of tests, which encrypts nothing,
//! asks by that whether there is anybody.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::pending;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use device::platform::{Network, Timer as _};
use embedded_io_async::{ErrorType, Read, Write};

use crate::virtual_time::VirtualTimer;
pub use crate::web::Lacks;
use crate::web::{self, Answer};

/// What a TLS engine of tests says first.
pub const GREETING: &[u8] = b"is there anybody?\r\n\r\n";
/// What is answered to it.
pub const WELCOME: u8 = b'!';
/// Bytes that come at once.
const PORTION: usize = 1460;
/// How often a server that drips sends something.
const DRIP: Duration = Duration::from_secs(20);

/// All hosts. Clones are the same internet.
#[derive(Clone, Debug)]
pub struct Internet {
    timer: VirtualTimer,
    hosts: Rc<RefCell<Hosts>>,
}

#[derive(Clone, Debug, Default)]
struct Hosts {
    web: BTreeMap<(String, u16), WebServer>,
    time: BTreeMap<String, i64>,
    asked: Vec<Asked>,
    opened: Vec<(String, u16)>,
}

/// A server of files over HTTP.
#[derive(Clone, Debug, Default)]
pub struct WebServer {
    /// By the path of their URL.
    pub files: BTreeMap<String, Rc<[u8]>>,
    /// Where it sends who asks for a path.
    pub redirects: BTreeMap<String, String>,
    /// How it behaves.
    pub manner: Manner,
    /// What it does not do, of what many servers do.
    pub lacks: Lacks,
    /// What it is once it has cut a connection off ([`Manner::Cuts`]).
    pub becomes: Option<Box<WebServer>>,
}

/// How a server behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    #[default]
    Serves,
    /// It ends each connection after so many bytes of its answer.
    Cuts(usize),
    /// It sends so many bytes of a file each 20 seconds.
    Drips {
        /// The path of the file.
        path: String,
        /// Bytes.
        bytes: usize,
    },
    /// It accepts no connection.
    Refuses,
    /// It answers these bytes, whatever it is asked.
    Says(Vec<u8>),
    /// It accepts connections and never answers.
    Silent,
    /// It answers each request with this status and no body.
    Status(u16),
}

/// A request that reached a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The head of the request.
    pub head: String,
}

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    internet: Internet,
    host: String,
    port: u16,
    request: Vec<u8>,
    answer: Option<Answer>,
    /// How many requests were answered.
    answers: usize,
}

impl Internet {
    /// Without any host, in the time of `timer`.
    pub fn new(timer: &VirtualTimer) -> Self {
        Self {
            timer: timer.clone(),
            hosts: Rc::default(),
        }
    }

    /// The same hosts in another time. What is changed on either is not on the other.
    #[must_use]
    pub fn copy(&self, timer: &VirtualTimer) -> Self {
        Self {
            timer: timer.clone(),
            hosts: Rc::new(RefCell::new(self.hosts.borrow().clone())),
        }
    }

    /// Changes the server of files on `host` and `port`; there is one from then on.
    pub fn web(&self, host: &str, port: u16, change: impl FnOnce(&mut WebServer)) {
        let mut hosts = self.hosts.borrow_mut();
        change(hosts.web.entry((host.to_owned(), port)).or_default());
    }

    /// Has `host` tell the time, by a clock that showed `start`, in seconds since 1970, when all began.
    pub fn tell_time(&self, host: &str, start: i64) {
        self.hosts.borrow_mut().time.insert(host.to_owned(), start);
    }

    /// Has nobody tell the time.
    pub fn hide_time(&self) {
        self.hosts.borrow_mut().time.clear();
    }

    /// The requests since this was asked last, in order.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.hosts.borrow_mut().asked)
    }

    /// The connections that were opened since this was asked last, by host and port, in order.
    pub fn opened(&self) -> Vec<(String, u16)> {
        std::mem::take(&mut self.hosts.borrow_mut().opened)
    }

    /// A connection to this server was cut off.
    fn change(&self, host: &str, port: u16) {
        let mut hosts = self.hosts.borrow_mut();
        let server = hosts.web.get_mut(&(host.to_owned(), port));
        if let Some(server) = server
            && let Some(next) = server.becomes.take()
        {
            *server = *next;
        }
    }

    fn manner(&self, host: &str, port: u16) -> Option<Manner> {
        let hosts = self.hosts.borrow();
        let server = hosts.web.get(&(host.to_owned(), port))?;
        Some(server.manner.clone())
    }
}

impl Network for Internet {
    type Connection = Connection;
    type Error = io::Error;

    async fn connect(&mut self, host: &str, port: u16) -> io::Result<Connection> {
        match self.manner(host, port) {
            None => Err(io::Error::new(ErrorKind::NotFound, "no such host")),
            Some(Manner::Refuses) => Err(ErrorKind::ConnectionRefused.into()),
            Some(_) => {
                let opened = (host.to_owned(), port);
                self.hosts.borrow_mut().opened.push(opened);
                Ok(Connection {
                    internet: self.clone(),
                    host: host.to_owned(),
                    port,
                    request: Vec::new(),
                    answer: None,
                    answers: 0,
                })
            }
        }
    }

    async fn exchange(
        &mut self,
        host: &str,
        _: u16,
        question: &[u8],
        answer: &mut [u8],
    ) -> io::Result<usize> {
        let start = self.hosts.borrow().time.get(host).copied();
        let Some(start) = start else {
            return pending().await;
        };
        let passed = i64::try_from(self.timer.now().as_secs()).unwrap_or(i64::MAX);
        let packet = time_packet(question, start + passed);
        answer[..packet.len()].copy_from_slice(&packet);
        Ok(packet.len())
    }
}

/// RFC 4330, section 5.
fn time_packet(question: &[u8], now: i64) -> [u8; 48] {
    let seconds = (now + 2_208_988_800).to_be_bytes();
    let mut packet = [0; 48];
    packet[..4].copy_from_slice(&[4 << 3 | 4, 2, question[2], 0xE9]);
    packet[24..32].copy_from_slice(&question[40..48]);
    packet[40..44].copy_from_slice(&seconds[4..]);
    packet[44..].fill(0x12);
    packet
}

impl Connection {
    /// Answers once the request is whole.
    fn hear(&mut self) {
        let Some(end) = web::head_end(&self.request) else {
            return;
        };
        let head = self.request.drain(..end).collect::<Vec<u8>>();
        if head == GREETING {
            self.answer = Some(Answer::word(WELCOME));
            return;
        }
        let asked = Asked {
            host: self.host.clone(),
            port: self.port,
            head: String::from_utf8_lossy(&head).into_owned(),
        };
        let mut hosts = self.internet.hosts.borrow_mut();
        let server = hosts.web.get(&(self.host.clone(), self.port));
        let patience = server.and_then(|server| server.lacks.patience);
        if patience.is_some_and(|patience| self.answers >= patience) {
            self.answer = Some(Answer::of(Vec::new()));
            return;
        }
        self.answers += 1;
        self.answer = server.map(|server| server.answer(&asked.head));
        hosts.asked.push(asked);
    }
}

impl ErrorType for Connection {
    type Error = io::Error;
}

impl Read for Connection {
    async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let manner = self.internet.manner(&self.host, self.port);
        if manner == Some(Manner::Silent) {
            return pending().await;
        }
        let Some(answer) = &mut self.answer else {
            return pending().await;
        };
        if answer.is_over() {
            return pending().await;
        }
        match answer.drips() {
            None => {
                let read = answer.read(into, PORTION);
                if read.is_err() {
                    self.internet.change(&self.host, self.port);
                }
                read
            }
            Some(bytes) => {
                self.internet.timer.sleep(DRIP).await;
                answer.read(into, bytes)
            }
        }
    }
}

impl Write for Connection {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.request.extend_from_slice(bytes);
        self.hear();
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
