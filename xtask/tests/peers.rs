//! OpenSSL and GnuTLS judge the chains that the device judges, on both sides of each date. Where they differ,
//! `peers/cases.rs` says why, and `docs/verification.md` says so to readers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "peers/cases.rs"]
mod cases;
#[allow(dead_code, reason = "shared with the comparison of the models")]
#[path = "peers/judges.rs"]
mod judges;
#[path = "peers/pki.rs"]
mod pki;

use std::collections::BTreeSet;

use cases::{Case, Difference};
use device::verify::VerifiedServer;
use judges::{Judge, Judges};

#[test]
fn openssl_and_gnutls_agree_with_the_device_but_where_it_is_explained() {
    let judges = Judges::new();
    let mut unused: BTreeSet<&str> = cases::DIFFERENCES.iter().map(|known| known.why).collect();
    let mut unexplained = Vec::new();
    let mut compared = 0;
    for case in cases::all() {
        let files = judges.write(&case);
        for time in case.times() {
            let device = judges.device(&case, time);
            for judge in Judge::ALL {
                compared += 1;
                let (peer, said) = judges.ask(judge, &case, &files, time);
                if peer == device.is_ok() {
                    continue;
                }
                match explanation(&case, judge, time, peer) {
                    Some(known) => {
                        unused.remove(known.why);
                    }
                    None => unexplained.push(format!(
                        "{} at {time}: {judge:?} {}, the device: {:?}\n{said}",
                        case.name,
                        if peer { "accepts" } else { "refuses" },
                        device.as_ref().map(VerifiedServer::trusted_by),
                    )),
                }
            }
        }
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert!(
        unused.is_empty(),
        "differences that are none any more: {unused:#?}"
    );
    assert!(compared > 500, "{compared}");
}

fn explanation(case: &Case, judge: Judge, time: i64, accepts: bool) -> Option<&'static Difference> {
    cases::DIFFERENCES.iter().find(|known| {
        known.peer_accepts == accepts
            && known.judges.contains(&judge)
            && (known.applies)(case, time)
    })
}
