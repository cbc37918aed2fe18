//! Who judges chains: the device, and the stock programs.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use device::store::{AnchorContents, DatesChecked, Day, KeySetContents, StoreContents};
use device::verify::{Clock, Moment, VerifiedServer};
use rustls::pki_types::{CertificateDer, UnixTime};
use tempfile::TempDir;
use trust::anchors::Certificate;
use trust::device::{DeviceRefusal, verify_chain};
use trust::source::{Location, SourceFile};

use super::cases::Case;

/// A stock program or library, asked in one way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Judge {
    /// The device's own code.
    Device,
    GnuTls,
    /// The ESP-IDF's.
    MbedTls,
    OpenSsl,
    OpenSslPartialChain,
    /// With ring, as rustls has it.
    WebPki,
}

impl Judge {
    /// Those that judge what the device judges.
    pub const ALL: [Self; 3] = [Self::GnuTls, Self::OpenSsl, Self::OpenSslPartialChain];
}

/// The programs that `cargo xtask test` names, else those of this machine or its packages.
pub struct Judges {
    certtool: PathBuf,
    libfaketime: PathBuf,
    mbedtls: OnceCell<PathBuf>,
    openssl: PathBuf,
}

/// A case as files.
pub struct Files {
    folder: TempDir,
}

impl Judges {
    pub fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let named = |name| std::env::var_os(name).map(PathBuf::from);
        Self {
            certtool: named("PERENNIAL_CERTTOOL")
                .unwrap_or_else(|| xtask::tools::certtool(root).unwrap()),
            libfaketime: named("PERENNIAL_LIBFAKETIME")
                .unwrap_or_else(|| xtask::tools::libfaketime(root).unwrap()),
            mbedtls: OnceCell::new(),
            openssl: named("PERENNIAL_OPENSSL")
                .unwrap_or_else(|| xtask::tools::openssl(root).unwrap()),
        }
    }

    /// What a device decides whose store has the anchors and checks all dates.
    pub fn device(&self, case: &Case, time: i64) -> Result<VerifiedServer, DeviceRefusal> {
        let store = StoreContents {
            sequence: 1,
            product: "peers".into(),
            dates: DatesChecked::ALL,
            anchors: case.anchors.iter().map(|der| anchor(der)).collect(),
            pins: Vec::new(),
            endpoints: Vec::new(),
            release_keys: KeySetContents::NONE,
            rescue_keys: KeySetContents::NONE,
        };
        let clock = Clock::known(
            Moment::start_of(Day::MIN),
            Moment::from_unix_seconds(time).unwrap(),
        );
        verify_chain(&store.write().unwrap(), &case.chain, case.host, clock)
    }

    pub fn write(&self, case: &Case) -> Files {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, certificates: &[Vec<u8>]| {
            std::fs::write(folder.path().join(name), pem(certificates)).unwrap();
        };
        write("anchors.pem", &case.anchors);
        write("leaf.pem", &case.chain[..1]);
        write("others.pem", &case.chain[1..]);
        write("chain.pem", &case.chain);
        Files { folder }
    }

    /// Whether a judge accepts, and what it said.
    pub fn ask(&self, judge: Judge, case: &Case, files: &Files, time: i64) -> (bool, String) {
        let mut command = match judge {
            Judge::Device => return said(&self.device(case, time).map(drop)),
            Judge::WebPki => return said(&webpki(case, time)),
            Judge::GnuTls => self.certtool(case, time),
            Judge::MbedTls => self.mbedtls(case, time),
            Judge::OpenSsl => self.openssl(case, time),
            Judge::OpenSslPartialChain => {
                let mut command = self.openssl(case, time);
                command.arg("-partial_chain");
                command
            }
        };
        if matches!(judge, Judge::OpenSsl | Judge::OpenSslPartialChain) {
            if case.chain.len() > 1 {
                command.args(["-untrusted", "others.pem"]);
            }
            command.arg("leaf.pem");
        }
        let output = command.current_dir(files.folder.path()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (output.status.success(), said)
    }

    fn openssl(&self, case: &Case, time: i64) -> Command {
        let mut command = Command::new(&self.openssl);
        command.args([
            "verify",
            "-attime",
            &time.to_string(),
            "-CAfile",
            "anchors.pem",
        ]);
        // Nothing of the machine; 112 bits of security, as the device asks for.
        command.args(["-no-CApath", "-no-CAstore", "-auth_level", "2"]);
        command.args(["-purpose", "sslserver", "-verify_hostname", case.host]);
        command
    }

    fn mbedtls(&self, case: &Case, time: i64) -> Command {
        let program = self.mbedtls.get_or_init(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            let named = std::env::var_os("PERENNIAL_MBEDTLS").map(PathBuf::from);
            named.unwrap_or_else(|| xtask::tools::mbedtls_verify(root).unwrap())
        });
        let mut command = self.at(program, time);
        command.args(["chain.pem", "anchors.pem", case.host]);
        command
    }

    /// A program that takes no time as an argument: it gets a clock that stands still.
    fn at(&self, program: &Path, time: i64) -> Command {
        let time = Moment::from_unix_seconds(time).unwrap().to_string();
        let time = time.replace('T', " ").replace('Z', "");
        let mut command = Command::new(program);
        command
            .env("LD_PRELOAD", &self.libfaketime)
            .env("FAKETIME", time);
        command.env("TZ", "UTC0").env("LC_ALL", "C");
        command
    }

    fn certtool(&self, case: &Case, time: i64) -> Command {
        let mut command = self.at(&self.certtool, time);
        command.args(["--verify", "--load-ca-certificate", "anchors.pem"]);
        command.args(["--infile", "chain.pem"]);
        command.args(["--verify-profile", "medium", "--verify-hostname", case.host]);
        command.args(["--verify-purpose", "1.3.6.1.5.5.7.3.1"]);
        command
    }
}

fn said<E: std::fmt::Display>(found: &Result<(), E>) -> (bool, String) {
    let said = found.as_ref().err().map(ToString::to_string);
    (found.is_ok(), said.unwrap_or_default())
}

/// What webpki says of the chain, whoever it is for.
fn webpki(case: &Case, time: i64) -> Result<(), webpki::Error> {
    let der = |der: &Vec<u8>| CertificateDer::from(der.clone());
    let (anchors, chain): (Vec<_>, Vec<_>) = (
        case.anchors.iter().map(der).collect(),
        case.chain.iter().map(der).collect(),
    );
    let anchors: Result<Vec<_>, _> = anchors
        .iter()
        .map(webpki::anchor_from_trusted_cert)
        .collect();
    let anchors = anchors?;
    let seconds = std::time::Duration::from_secs(time.unsigned_abs());
    let leaf = webpki::EndEntityCert::try_from(&chain[0])?;
    let path = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &chain[1..],
        UnixTime::since_unix_epoch(seconds),
        webpki::KeyUsage::server_auth(),
        None,
        None,
    );
    path.map(drop)
}

fn anchor(der: &[u8]) -> AnchorContents {
    let nowhere = Location::whole(&SourceFile::new("anchor.der", ""));
    let read = Certificate::from_der(der, nowhere).unwrap();
    let day = |days| Day::from_days_since_epoch(days).unwrap();
    AnchorContents {
        name: read.name.clone(),
        fingerprint: read.fingerprint,
        not_before: day(read.not_before.days_since_epoch()),
        not_after: day(read.not_after.days_since_epoch()),
        effective_end: day(read.not_after.days_since_epoch()),
        subject: read.subject.clone(),
        spki: read.spki.clone(),
    }
}

fn pem(certificates: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for der in certificates {
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in body.as_bytes().chunks(64) {
            writeln!(text, "{}", std::str::from_utf8(line).unwrap()).unwrap();
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}
