//! The pins: a fallback for a host to whose chain no anchor leads.

use pki_types::CertificateDer;

use crate::day::Day;
use crate::store::{AfterExpiry, Pin, TrustStore};
use crate::verify::algorithms::Hash;
use crate::verify::certificate::{BasicConstraints, Certificate};
use crate::verify::error::{PinProblem, PinVerdict, VerifyError};
use crate::verify::issued::is_signed_with;
use crate::verify::moment::TimeBasis;
use crate::verify::path;
use crate::verify::proof::TrustedBy;
use crate::verify::sent::{Sent, date_problem};

/// Refuses a host whose pins have all expired when one of them says that it is then refused.
pub(super) fn check_refusal(
    store: &TrustStore<'_>,
    host: &str,
    basis: TimeBasis,
) -> Result<(), VerifyError> {
    let pins = || of_host(store, host);
    let Some(expired) = last_day(pins()).filter(|last| is_over(*last, basis)) else {
        return Ok(());
    };
    if pins().any(|pin| pin.after_expiry == AfterExpiry::Refuse) {
        return Err(VerifyError::HostRefused { expired, basis });
    }
    Ok(())
}

/// Looks for a certificate with a pinned key: the leaf, or one from which verified signatures lead to the
/// leaf. To be called only when no path leads to an anchor. At most `left` signatures are verified.
pub(super) fn by_pin(
    store: &TrustStore<'_>,
    sent: &Sent<'_>,
    host: &str,
    basis: TimeBasis,
    mut left: u8,
) -> Result<TrustedBy, PinVerdict> {
    let Some(expires) = last_day(of_host(store, host)) else {
        return Err(PinVerdict::NoPin);
    };
    if is_over(expires, basis) {
        return Err(PinVerdict::Expired { expires });
    }
    let mut verdict = PinVerdict::NoMatch;
    for (certificate, pinned) in sent.all() {
        let Some(pin) = pin_of(store, host, pinned, basis) else {
            continue;
        };
        let usable = if certificate == 0 {
            check_leaf(sent, &mut left)
        } else {
            check_issuer(store, sent, certificate, pinned, basis, &mut left)
        };
        match usable {
            Ok(()) => {
                return Ok(TrustedBy::Pin {
                    certificate,
                    spki_sha256: *pin.spki_sha256,
                    expires: pin.expires,
                });
            }
            Err(problem) => {
                verdict = PinVerdict::Unusable {
                    certificate,
                    problem,
                };
            }
        }
    }
    Err(verdict)
}

fn of_host<'a>(store: &TrustStore<'a>, host: &str) -> impl Iterator<Item = Pin<'a>> {
    store.pins().filter(move |pin| pin.host == host)
}

/// The last day of the pin that holds longest.
fn last_day<'a>(pins: impl Iterator<Item = Pin<'a>>) -> Option<Day> {
    pins.map(|pin| pin.expires).max()
}

/// Whether a pin that holds to the end of `last` holds no more.
fn is_over(last: Day, basis: TimeBasis) -> bool {
    basis.for_not_after().day() > last
}

/// The pin of the host that is of the certificate's key and holds.
fn pin_of<'a>(
    store: &TrustStore<'a>,
    host: &str,
    certificate: &Certificate<'_>,
    basis: TimeBasis,
) -> Option<Pin<'a>> {
    let matches = |hash: &[u8]| {
        of_host(store, host)
            .find(|pin| pin.spki_sha256.as_slice() == hash && !is_over(pin.expires, basis))
    };
    Hash::Sha256.of(certificate.spki, matches)
}

/// A leaf with a pinned key: its name, dates and form were checked. It must be a server's, and when an issuer
/// was sent along, its signature must be that issuer's.
fn check_leaf(sent: &Sent<'_>, left: &mut u8) -> Result<(), PinProblem> {
    let leaf = &sent.leaf;
    if leaf.basic_constraints() != BasicConstraints::Leaf || !leaf.is_for_servers() {
        return Err(PinProblem::Usage);
    }
    let mut verdicts = sent
        .others
        .iter()
        .filter(|(_, other)| other.subject == leaf.issuer && other.der != leaf.der)
        .filter_map(|(_, issuer)| {
            *left = left.saturating_sub(1);
            is_signed_with(leaf, issuer.key_algorithm, issuer.key)
        })
        .peekable();
    let none_sent = verdicts.peek().is_none();
    if none_sent || verdicts.any(|verified| verified) {
        Ok(())
    } else {
        Err(PinProblem::Unlinked)
    }
}

/// A CA certificate with a pinned key: it is trusted as an anchor would be, with its own constraints.
fn check_issuer(
    store: &TrustStore<'_>,
    sent: &Sent<'_>,
    place: u8,
    pinned: &Certificate<'_>,
    basis: TimeBasis,
    left: &mut u8,
) -> Result<(), PinProblem> {
    let dates = store.dates();
    let in_date =
        |other: &Certificate<'_>| !dates.intermediates || date_problem(other, basis).is_none();
    if !in_date(pinned) {
        return Err(PinProblem::Dates);
    }
    let BasicConstraints::Ca { below } = pinned.basic_constraints() else {
        return Err(PinProblem::Usage);
    };
    if !pinned.is_for_servers() || path::read_problem(pinned.der).is_some() {
        return Err(PinProblem::Usage);
    }
    let der = CertificateDer::from(pinned.der);
    let anchor = webpki::anchor_from_trusted_cert(&der).map_err(|_| PinProblem::Usage)?;
    let mut reached = sent.reached(in_date);
    reached.retain(|(other, _)| *other != place);
    match path::find(&reached, &[anchor], *left) {
        Ok(found) if below.is_none_or(|below| found.intermediates <= usize::from(below)) => Ok(()),
        Ok(_) => Err(PinProblem::Usage),
        Err(not_found) => {
            *left = not_found.left;
            Err(PinProblem::Unlinked)
        }
    }
}
