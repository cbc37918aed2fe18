//! Rounds over real TLS with randomness that can be had again: what the servers said is all that another board needs to go through
//! the same round. The target does (`firmware/on-target`).

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use device::client::{self, Board, Client, Next, Platform, Restart};
use device::flash_layout::{
    OTA_1, OTADATA, PARTITION_TABLE_OFFSET, SECTOR_SIZE, STATE, TRUST_STORE,
};
use device::otadata::Slot;
use device::platform::Network;
use device::startup;
use device::tls::EmbeddedTls;
use embedded_io_async::{ErrorType, Read, Write};
use simulated::bootloader;
use simulated::clock::RealTimer;
use simulated::executor::block_on;
use simulated::factory;
use simulated::flash::SimulatedFlash;
use simulated::network::{Loopback, Tcp, Unreached};
use simulated::scratch::Word;
use simulated::sntp;
use vectors::{Kind, Known, Unmeasured, Vectors, answer, named};

use crate::certificates::moment;
use crate::pki::PKI;
use crate::real::{Asleep, Server, released};
use crate::simulated_device::Lines;
use crate::world::{FAILOVER, Firmware, NOW, PRIMARY, new, old};

/// After what was recorded of a connection.
const ENDS: u8 = 0;
const IS_SILENT: u8 = 1;

/// A round, and all that it came from.
struct Recorded {
    next: Next,
    flash: SimulatedFlash,
    lines: Vec<String>,
    firmware: Firmware,
    before: SimulatedFlash,
    booted: Slot,
    /// What the server said in each connection.
    connections: Vec<Vec<u8>>,
    /// What the servers of time answered.
    datagrams: Vec<Vec<u8>>,
}

/// One round after a start, with a server on this port.
fn record(firmware: Firmware, mut flash: SimulatedFlash, port: u16) -> Recorded {
    let before = flash.clone();
    let lines = Lines::default();
    let booted = bootloader::boot(&mut flash).unwrap();
    let counted = startup::count(&mut flash, booted.partition().offset);
    let image = firmware.running(booted);
    let started = client::start(&mut flash, &mut lines.clone(), image, &counted);
    let heard = Heard::default();
    let board = Board {
        network: Recorder(Loopback::default().with(PRIMARY, 443, port), heard.clone()),
        timer: RealTimer::start(),
        random: Known::default(),
        flash,
        console: lines.clone(),
        watchdog: Asleep,
        scratch: Word::default(),
        tls: EmbeddedTls::new(Known::default()),
    };
    let mut client = Client::<Recording>::new(board, started);
    let next = block_on(client.round());
    Recorded {
        next,
        flash: client.board().flash.clone(),
        lines: lines.take(),
        firmware,
        before,
        booted,
        connections: heard.0.take(),
        datagrams: heard.1.take(),
    }
}

impl Recorded {
    /// The question for a board that goes through the same round. Connections end as `end` has it.
    fn parts(&self, connections: &[Vec<u8>], end: u8) -> Vec<Vec<u8>> {
        let number = |number: i64| number.to_le_bytes().to_vec();
        let spare = OTA_1.offset..OTA_1.offset + 6 * SECTOR_SIZE;
        let regions = [OTADATA, STATE, TRUST_STORE]
            .map(|partition| (partition.offset, self.before.contents(&partition)));
        let table = PARTITION_TABLE_OFFSET..PARTITION_TABLE_OFFSET + SECTOR_SIZE;
        let others = [table, spare].map(|range| (range.start, self.before.bytes(range)));
        let mut parts = vec![
            self.firmware.store.as_bytes().to_vec(),
            self.firmware.edition.version().to_string().into(),
            number(self.firmware.edition.source_date_epoch()),
            number((self.booted == Slot::Ota1).into()),
            number(1),
        ];
        parts.extend(vectors::flash(&[&regions[..], &others].concat()));
        parts.push(number(connections.len() as i64));
        parts.extend(connections.iter().map(|said| [&[end], &said[..]].concat()));
        parts.extend(self.datagrams.iter().cloned());
        parts
    }

    /// From memory, each step is told again, until somebody is asked who was not recorded.
    fn require_the_same(&self, name: &str) {
        let parts = self.parts(&self.connections, ENDS);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        named(name, Kind::Round, &parts);
        let vector = Vectors::write(&[(name, Kind::Round, parts)]);
        let vector = Vectors::read(&vector).unwrap().next().unwrap();
        let replayed = answer(&vector, &mut Unmeasured);
        let of_the_server = self
            .lines
            .iter()
            .take_while(|line| !line.contains(FAILOVER));
        let lines: String = of_the_server.map(|line| format!("{line}\n")).collect();
        assert!(replayed.contains(&lines), "{replayed}\nis not\n{lines}");
        let next = format!("Some({:?})\n", self.next);
        assert!(replayed.starts_with(&next), "{replayed}\nis not {next}");
    }

    /// The target is asked of the same round with a connection that is cut, and one that is silent, and a wrong byte.
    fn record_broken(&self) {
        for (at, said) in self.connections.iter().enumerate() {
            let mut connections = self.connections.clone();
            connections[at] = said[..said.len() * 2 / 3].to_vec();
            for end in [ENDS, IS_SILENT] {
                self.record(&connections, end);
            }
            connections[at].clone_from(said);
            connections[at][said.len() * 3 / 4] ^= 1;
            self.record(&connections, ENDS);
        }
    }

    fn record(&self, connections: &[Vec<u8>], end: u8) {
        let parts = self.parts(connections, end);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        vectors::record(Kind::Round, &parts);
    }
}

/// What a whole round takes on the target is in docs/device-performance.md.
#[test]
fn rounds_are_the_same_from_what_servers_said() {
    let folder = released();
    let server = Server::of(folder.path(), &PKI.primary);
    let flash = factory::flash(&old().image);
    let update = record(old(), flash, server.port);
    assert_eq!(update.next, Next::Restart(Restart::Updated));
    update.require_the_same("cost: round that installs an image of 20 KiB");
    update.record_broken();

    let trial = record(new(), update.flash, server.port);
    assert!(matches!(trial.next, Next::Wait(_)), "{:#?}", trial.lines);
    trial.require_the_same("cost: round that confirms a trial");
    trial.record_broken();

    let stranger = Server::of(folder.path(), &PKI.failover);
    let refused = record(new(), trial.flash, stranger.port);
    refused.require_the_same("round with a server of another name");
}

/// A board on the network of the host.
struct Recording;

impl Platform for Recording {
    type Network = Recorder;
    type Timer = RealTimer;
    type Random = Known;
    type Flash = SimulatedFlash;
    type Console = Lines;
    type Watchdog = Asleep;
    type Scratch = Word;
    type Tls = EmbeddedTls<Known>;
}

type Said = Rc<RefCell<Vec<Vec<u8>>>>;

/// What came in each connection, and each datagram.
#[derive(Clone, Default)]
struct Heard(Said, Said);

/// Loopback, with servers of time, that keeps what it hears.
struct Recorder(Loopback, Heard);

impl Network for Recorder {
    type Connection = Connection;
    type Error = Unreached;

    async fn connect(&mut self, host: &str, port: u16) -> Result<Connection, Unreached> {
        let tcp = self.0.connect(host, port).await?;
        let said = Rc::clone(&self.1.0);
        let number = said.borrow().len();
        said.borrow_mut().push(Vec::new());
        Ok(Connection { tcp, said, number })
    }

    async fn exchange(
        &mut self,
        _: &str,
        _: u16,
        question: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Unreached> {
        let packet = sntp::answer(question, moment(NOW).unix_seconds());
        answer[..packet.len()].copy_from_slice(&packet);
        self.1.1.borrow_mut().push(packet.into());
        Ok(packet.len())
    }
}

struct Connection {
    tcp: Tcp,
    said: Said,
    number: usize,
}

impl ErrorType for Connection {
    type Error = io::Error;
}

impl Read for Connection {
    async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.tcp.read(into).await?;
        self.said.borrow_mut()[self.number].extend(&into[..count]);
        Ok(count)
    }
}

impl Write for Connection {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.write(bytes).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush().await
    }
}
