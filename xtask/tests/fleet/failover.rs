//! One endpoint is broken; the other one serves, below another CA.

use std::sync::LazyLock;

use crate::board::Device;
use crate::firmware::{Firmware, store};
use crate::nginx::Nginx;
use crate::openssl::Openssl;
use crate::pki::{Authority, Identity, root};
use crate::site::Site;
use crate::world::World;

const PRIMARY: &str = "primary.thermostat.example";
const FAILOVER: &str = "failover.thermostat.example";
const DECADES: [&str; 2] = ["2020-01-01", "2045-01-01"];
const MONTHS: [&str; 2] = ["2026-01-01", "2026-04-01"];
const NOW: &str = "2026-02-01T12:00:00Z";
const BOTH: &str = "TLSv1.2 TLSv1.3";

/// Two CAs, each with one that issues, and two versions that trust both.
struct Cas {
    issuing: [Authority; 2],
    old: Firmware,
    new: Firmware,
}

static CAS: LazyLock<Cas> = LazyLock::new(|| {
    let roots = [["Root A", "One Authority"], ["Root B", "Another Authority"]];
    let roots = roots.map(|name| root(name, DECADES));
    let anchors = roots.each_ref().map(Authority::anchor);
    let build = |version, built, sequence| {
        Firmware::new(
            version,
            built,
            &store(sequence, &anchors, &[PRIMARY, FAILOVER]),
        )
    };
    Cas {
        old: build("1.2.0", "2026-01-05T00:00:00Z", 7),
        new: build("1.3.0", "2026-01-20T00:00:00Z", 8),
        issuing: roots.map(|root| root.issue_ca(["Issuing CA", "Below"], DECADES)),
    }
});

/// Servers of both endpoints, and a device before the update.
struct Fleet {
    world: World,
    primary: Nginx,
    failover: Nginx,
    device: Device,
    sites: [Site; 2],
}

impl Fleet {
    /// With this primary, which speaks these versions of TLS.
    fn new(identity: &Identity, protocols: &str) -> Self {
        let Cas { issuing, old, new } = &*CAS;
        let other = issuing[1].server(FAILOVER, MONTHS, &[&issuing[1]]);
        let sites = [identity, &other].map(Site::new);
        for site in &sites {
            site.publish(&new.release());
        }
        let primary = Nginx::serve(&sites[0], protocols);
        let failover = Nginx::serve(&sites[1], BOTH);
        let mut world = World::at(NOW);
        world.nginx(PRIMARY, &primary);
        world.nginx(FAILOVER, &failover);
        Self {
            world,
            primary,
            failover,
            device: Device::new(&[old, new]),
            sites,
        }
    }

    /// The device updates from the failover. Gives why the primary was of no use.
    fn fails_over(&mut self) -> String {
        self.device.updates(&self.world);
        let said = self.device.said();
        let (_, after) = said.split_once(PRIMARY).expect("the primary was asked");
        let lines: Vec<&str> = after.lines().skip(1).collect();
        let next = format!("client: asking \"failover\", https://{FAILOVER}/fleet/");
        assert!(lines.contains(&&*next), "{said}");
        self.device.is_current(&self.world, "1.3.0");
        let log = self.failover.log(3);
        assert!(log[2].starts_with("/fleet/application.bin 200 "), "{log:?}");
        lines[0].to_owned()
    }
}

fn primary() -> &'static Authority {
    &CAS.issuing[0]
}

#[test]
fn a_connection_that_is_cut_is_resumed_where_it_was() {
    let identity = primary().server(PRIMARY, MONTHS, &[primary()]);
    let mut fleet = Fleet::new(&identity, BOTH);
    for bytes in [50_000, 30_000] {
        fleet.primary.relay.cut_after(bytes);
    }
    fleet.device.updates(&fleet.world);
    assert_eq!(fleet.primary.relay.cuts_left(), 0);
    let log = fleet.primary.log(5);
    let file = |line: &&String| line.starts_with("/fleet/application.bin ");
    let images: Vec<_> = log.iter().filter(file).collect();
    assert_eq!(images.len(), 3, "{log:#?}");
    let range = |line: &str| {
        let (_, range) = line.split_once("[bytes=")?;
        let (from, _) = range.split_once("-]")?;
        line.contains(" 206 ")
            .then(|| from.parse::<usize>().unwrap())
    };
    let ranges: Vec<_> = images.iter().map(|line| range(line)).collect();
    let [None, Some(second), Some(third)] = ranges[..] else {
        panic!("{log:#?}");
    };
    assert!(0 < second && second < third, "{log:#?}");
    // What came before a cut is not fetched again: the last answer has the rest.
    let rest = CAS.new.image.len() - third;
    assert!(images[2].contains(&format!(" 206 {rest} ")), "{log:#?}");
    fleet.device.is_current(&fleet.world, "1.3.0");
}

#[test]
fn a_server_of_tls_1_2_alone() {
    let identity = primary().server(PRIMARY, MONTHS, &[primary()]);
    let why = Fleet::new(&identity, "TLSv1.2").fails_over();
    insta::assert_snapshot!("failover_tls_1_2", why);
}

#[test]
fn a_certificate_with_another_name() {
    let identity = primary().server("www.thermostat.example", MONTHS, &[primary()]);
    let why = Fleet::new(&identity, BOTH).fails_over();
    insta::assert_snapshot!("failover_name", why);
}

#[test]
fn a_certificate_that_was_not_renewed() {
    let identity = primary().server(PRIMARY, ["2025-10-01", "2025-12-30"], &[primary()]);
    let why = Fleet::new(&identity, BOTH).fails_over();
    insta::assert_snapshot!("failover_expired", why);
}

#[test]
fn an_intermediate_that_is_not_sent() {
    let identity = primary().server(PRIMARY, MONTHS, &[]);
    let why = Fleet::new(&identity, BOTH).fails_over();
    insta::assert_snapshot!("failover_intermediate", why);
}

/// What openssl shows as the primary, with these settings.
fn with_openssl(arguments: &[&str]) -> String {
    let identity = primary().server(PRIMARY, MONTHS, &[primary()]);
    let mut fleet = Fleet::new(&identity, BOTH);
    let server = Openssl::serve(&fleet.sites[0], arguments);
    fleet.world.openssl(PRIMARY, &server);
    fleet.fails_over()
}

#[test]
fn a_server_of_another_cipher_suite() {
    let why = with_openssl(&["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]);
    insta::assert_snapshot!("failover_cipher_suite", why);
}

#[test]
fn a_server_of_another_curve() {
    let why = with_openssl(&["-groups", "X25519"]);
    insta::assert_snapshot!("failover_curve", why);
}
