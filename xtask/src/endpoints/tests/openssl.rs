//! OpenSSL's server sends what it is told to; what we keep is what OpenSSL's client sees too.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::date_time_ymd;
use tempfile::TempDir;
use trust::anchors::read_pem;
use trust::source::SourceFile;

use super::pki::{Identity, Key, leaf, openssl};
use super::{Place, file_of, url};
use crate::roots::pem;

/// `openssl s_server` on a port that the system picked; it ends with the test.
struct Server {
    process: Child,
    port: u16,
    _files: TempDir,
}

impl Server {
    fn start(identities: &[&Identity], more: &[&str]) -> Self {
        let files = tempfile::tempdir().unwrap();
        let mut command = Command::new(openssl());
        command
            .args(["s_server", "-accept", "127.0.0.1:0", "-www"])
            .args(more);
        for (index, identity) in identities.iter().enumerate() {
            // The second certificate has options of its own.
            let prefix = ["", "d"][index];
            for (option, text) in options(identity) {
                let path = files.path().join(format!("{prefix}{option}"));
                fs::write(&path, text).unwrap();
                command.arg(format!("-{prefix}{option}")).arg(path);
            }
        }
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = started.unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            line.strip_prefix("ACCEPT ")?
                .rsplit(':')
                .next()?
                .parse()
                .ok()
        });
        // Its output is read to the end, or it would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            port: port.unwrap(),
            _files: files,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn options(identity: &Identity) -> Vec<(&'static str, String)> {
    let mut options = vec![
        ("cert", pem(&identity.chain[0])),
        ("key", identity.key.serialize_pem()),
    ];
    if identity.chain.len() > 1 {
        let above = identity.chain[1..].iter().map(|der| pem(der));
        options.push(("cert_chain", above.collect()));
    }
    options
}

/// The certificates that OpenSSL's client sees.
fn seen_by_openssl(port: u16, schemes: &str) -> Vec<Vec<u8>> {
    let connect = format!("127.0.0.1:{port}");
    let output = Command::new(openssl())
        .args(["s_client", "-connect", &connect, "-servername", "localhost"])
        .args(["-showcerts", "-sigalgs", schemes])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let (certificates, _) = read_pem(&SourceFile::new("s_client", printed));
    certificates.iter().map(|c| c.der.to_vec()).collect()
}

#[test]
fn both_chains_of_a_server_are_kept_as_openssl_sees_them() {
    let (ecdsa, rsa) = (Identity::below(Key::Ecdsa, 2), Identity::below(Key::Rsa, 3));
    let server = Server::start(&[&ecdsa, &rsa], &[]);
    let place = Place::new();
    let printed = place.capture(&[&url(server.port)]).unwrap();
    let (first, second) = (file_of(server.port, "ecdsa"), file_of(server.port, "rsa"));
    assert_eq!(
        printed,
        format!("chains = [\"endpoints/{first}\", \"endpoints/{second}\"]\n")
    );
    assert_eq!(place.chain(&first), ecdsa.chain);
    assert_eq!(place.chain(&second), rsa.chain);
    assert_eq!(seen_by_openssl(server.port, "ECDSA+SHA256"), ecdsa.chain);
    assert_eq!(
        seen_by_openssl(server.port, "rsa_pss_rsae_sha256"),
        rsa.chain
    );
    let bytes: usize = rsa.chain.iter().map(Vec::len).sum();
    for line in [
        "# Sent by localhost, captured 2026-11-22: as sent, leaf first. Nothing was verified."
            .to_owned(),
        format!(
            "# url           https://localhost:{}/perennial/",
            server.port
        ),
        format!("# port          {}", server.port),
        "# tls           1.3".to_owned(),
        "# key           rsa".to_owned(),
        format!("# certificates  4, {bytes} bytes"),
        "# handshake     signed with the key of the first certificate".to_owned(),
    ] {
        let text = place.text(&second);
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn chains_of_every_length_are_kept_over_tls_1_2_and_1_3() {
    for authorities in 0..4 {
        for (version, said) in [("-tls1_2", "1.2"), ("-tls1_3", "1.3")] {
            let identity = Identity::below(Key::Ecdsa, authorities);
            let server = Server::start(&[&identity], &[version]);
            let place = Place::new();
            place.capture(&[&url(server.port)]).unwrap();
            let name = file_of(server.port, "ecdsa");
            assert_eq!(place.files(), [name.as_str()]);
            assert_eq!(place.chain(&name), identity.chain);
            assert!(
                place
                    .text(&name)
                    .contains(&format!("# tls           {said}\n"))
            );
        }
    }
}

#[test]
fn a_chain_that_no_device_accepts_is_kept_all_the_same() {
    let mut expired = leaf(&["localhost"]);
    expired.not_before = date_time_ymd(2019, 1, 1);
    expired.not_after = date_time_ymd(2020, 1, 1);
    let mut without_root = Identity::below(Key::Rsa, 2);
    without_root.chain.truncate(1);
    let mut disordered = Identity::below(Key::Ecdsa, 3);
    disordered.chain[1..].reverse();
    for identity in [
        Identity::of(&expired, Key::Ecdsa, 1),
        Identity::of(&leaf(&["another.example"]), Key::Ecdsa, 1),
        Identity::of(&leaf(&["localhost"]), Key::Rsa, 0),
        without_root,
        disordered,
    ] {
        let server = Server::start(&[&identity], &[]);
        let place = Place::new();
        place.capture(&[&url(server.port)]).unwrap();
        let [name] = &place.files()[..] else {
            panic!("{:?}", place.files());
        };
        assert_eq!(place.chain(name), identity.chain);
    }
}

#[test]
fn a_kind_that_the_server_lacks_is_refused_only_when_it_is_the_only_one() {
    let identity = Identity::below(Key::Ecdsa, 1);
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(&[&identity], &[version]);
        let failure = Place::new().refused(&[&url(server.port), "--key-type", "rsa"]);
        assert!(
            failure.what.contains("sends no chain of the kind"),
            "{failure}"
        );
        assert!(
            failure.evidence[0].contains("no rsa chain: TLS alert HandshakeFailure"),
            "{failure}"
        );
        let place = Place::new();
        place
            .capture(&[&url(server.port), "--key-type", "ecdsa"])
            .unwrap();
        place.capture(&[&url(server.port)]).unwrap();
        assert_eq!(place.files(), [file_of(server.port, "ecdsa")]);
    }
}

#[test]
fn a_server_that_asks_for_a_client_certificate_has_shown_its_own() {
    let identity = Identity::below(Key::Ecdsa, 1);
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(&[&identity], &[version, "-Verify", "1"]);
        let place = Place::new();
        place.capture(&[&url(server.port)]).unwrap();
        assert_eq!(place.chain(&file_of(server.port, "ecdsa")), identity.chain);
    }
}

#[test]
fn old_versions_of_tls_are_told() {
    let identity = Identity::below(Key::Rsa, 1);
    let more = ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"];
    let server = Server::start(&[&identity], &more);
    let failure = Place::new().refused(&[&url(server.port)]);
    assert!(failure.what.contains("refused the handshake"), "{failure}");
    assert!(failure.evidence[0].contains("ProtocolVersion"), "{failure}");
    assert!(Path::new(&openssl()).is_file());
}
