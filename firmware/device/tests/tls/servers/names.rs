//! Names of servers, and of those that are asked for.

use device::verify::VerifyError;
use rcgen::{CertificateParams, SanType};

use super::case::Case;
use super::support::{Chain, HOST, ca, leaf, leaf_for};

const ADDRESS: &str = "192.0.2.1";

pub(crate) fn all() -> Vec<Case> {
    let wildcard = || leaf_for(&["*.example.com"]);
    let other = || leaf_for(&["other.example.com"]);
    let longest = ["a", "b", "c", "d"].map(|label| label.repeat(63));
    let longest = &longest.join(".")[..253];
    vec![
        asked("a wildcard", wildcard(), HOST),
        wrong(asked(
            "a wildcard, where two labels are asked for",
            wildcard(),
            "a.ota.example.com",
        )),
        wrong(asked("another name", other(), HOST)),
        asked("an IPv4 address", address(), ADDRESS),
        wrong(asked(
            "a name where an IPv4 address is asked for",
            other(),
            ADDRESS,
        )),
        asked("the longest name", leaf_for(&[longest]), longest),
    ]
}

fn asked(name: &'static str, leaf: CertificateParams, host: &str) -> Case {
    Case::of(name, &Chain::with(ca("Intermediate"), leaf)).called(host)
}

fn wrong(case: Case) -> Case {
    case.untrusted(VerifyError::WrongName)
}

fn address() -> CertificateParams {
    let mut parameters = leaf();
    let address: std::net::IpAddr = ADDRESS.parse().unwrap();
    parameters.subject_alt_names = vec![SanType::IpAddress(address)];
    parameters
}
