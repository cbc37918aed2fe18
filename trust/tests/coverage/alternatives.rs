//! What is known only in part is not safe: an issuer without a certificate, a root that is not sent, a second server.

use std::sync::Arc;

use trust::anchors::{PublicKey, SignatureAlgorithm};
use trust::calendar::{Calendar, SupposedDistrust};
use trust::coverage::served::Leaf;
use trust::source::SourceFile;

use crate::support::{Release, calendar_and, date, loss, pem};

const X1: &str = "pki/isrg-root-x1";
const R3: &str = "{ name = \"R3\", spki-sha256 = \"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d\" }";
const TWO: &str = "{ name = \"Two\", spki-sha256 = \"2222222222222222222222222222222222222222222222222222222222222222\" }";
/// Of R3's key below ISRG Root X1, but nobody has the certificate.
const OTHER_R3: &str = "{ name = \"R3\", spki-sha256 = \"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d\", \
    sha256 = \"3333333333333333333333333333333333333333333333333333333333333333\" }";

/// What an owner of these tests alone has said.
fn facts(text: &str) -> Arc<SourceFile> {
    let head = "schema-version = 1\nconfidence = \"announced\"\nsource = \"made\"\n";
    SourceFile::new("made.toml", format!("{head}{text}"))
}

fn chain(from: &str, issuers: &[&str], path: &str) -> String {
    let issuers = issuers.join(", ");
    format!(
        "[[chain]]\nowner = \"Made\"\nprofile = \"default\"\nkey-type = \"rsa\"\nfrom = \"{from}\"\n\
         issuers = [{issuers}]\npath = [{path}]\n"
    )
}

/// The loss of a release with ISRG Root X1 in 2022 and 2023, from the facts of its server's owner.
fn asked(calendar: &Calendar) -> String {
    let release = Release::new(&[X1]).with(|endpoint| endpoint.owner = "Made".to_owned());
    loss(&release.asked_of(calendar, "2022-01-01", "2022-01-01", "2023-12-31"))
}

/// The CA picks one of the issuers, or of the facts of one day: the one that nobody knows as well.
#[test]
fn an_issuer_without_a_certificate_is_unknown_beside_one_with() {
    let two = "[[certificate]]\nsubject = \"CN=Two\"\n\
        issuer = \"CN=ISRG Root X1,O=Internet Security Research Group,C=US\"\nkey = \"rsa-2048\"\n\
        signature = \"sha256WithRSAEncryption\"\nnot-before = \"2021-01-01\"\nnot-after = \"2028-01-01\"\nserial = \"2\"\n\
        sha256 = \"4444444444444444444444444444444444444444444444444444444444444444\"\n\
        spki-sha256 = \"2222222222222222222222222222222222222222222222222222222222222222\"\n";
    let lost_path = "{ name = \"lost\", sha256 = \"3333333333333333333333333333333333333333333333333333333333333333\" }";
    let of = |issuers: &[&str]| chain("2021-01-01", issuers, "");
    for (case, said, expected) in [
        ("known", of(&[R3]), "-"),
        ("both are known", of(&[R3, TWO]) + two, "-"),
        ("the second", of(&[R3, TWO]), "[2022-01-01, -]"),
        ("the first", of(&[TWO, R3]), "[2022-01-01, -]"),
        ("a certificate", of(&[R3, OTHER_R3]), "[2022-01-01, -]"),
        ("another fact", of(&[R3]) + &of(&[TWO]), "[2022-01-01, -]"),
        (
            "another path",
            of(&[R3]) + &chain("2021-01-01", &[R3], lost_path),
            "[2022-01-01, -]",
        ),
        ("all", of(&[TWO]), "[2022-01-01, 2022-01-01]"),
        // A leaf from the day before lives for 90 days: until then it may go on, and afterwards R3 may issue.
        (
            "later",
            of(&[R3]) + &chain("2023-03-01", &[R3, TWO], ""),
            "[2023-03-01, -]",
        ),
        // The last leaf of Two may be served on the first day that is asked about, or on the day before it.
        (
            "earlier",
            of(&[R3, TWO]) + &chain("2021-10-05", &[R3], ""),
            "[2022-01-01, -]",
        ),
        (
            "long ago",
            of(&[R3, TWO]) + &chain("2021-10-04", &[R3], ""),
            "-",
        ),
    ] {
        assert_eq!(asked(&calendar_and(&[facts(&said)])), expected, "{case}");
    }
}

/// A certificate that the calendar calls revoked is retired from that day on, as by an event of this day.
#[test]
fn a_revoked_intermediate_is_sent_no_longer() {
    let r3 = &pem("pki/r3-by-isrg-root-x1")[0];
    let fact = |revoked: &str| {
        format!(
            "[[certificate]]\nsubject = \"CN=R3,O=Let's Encrypt,C=US\"\n\
             issuer = \"CN=ISRG Root X1,O=Internet Security Research Group,C=US\"\nkey = \"rsa-2048\"\n\
             signature = \"sha256WithRSAEncryption\"\nnot-before = \"2020-09-04\"\nnot-after = \"2025-09-15\"\n\
             serial = \"1\"\nsha256 = \"{}\"\nspki-sha256 = \"{}\"\n{revoked}",
            hex::encode(r3.fingerprint),
            hex::encode(r3.spki_sha256)
        )
    };
    let exactly = format!(
        "{{ name = \"R3\", spki-sha256 = \"{}\", sha256 = \"{}\" }}",
        hex::encode(r3.spki_sha256),
        hex::encode(r3.fingerprint)
    );
    for (revoked, expected) in [
        ("", "-"),
        ("revoked = \"2023-01-01\"\n", "[2023-01-01, 2023-03-31]"),
        ("revoked = \"2023-01-02\"\n", "[2023-01-02, 2023-04-01]"),
    ] {
        let said = chain("2021-01-01", &[&exactly], "") + &fact(revoked);
        assert_eq!(asked(&calendar_and(&[facts(&said)])), expected, "{revoked}");
    }
}

/// From the day of the event on the CA issues no more below the root: the next leaf's chain is unknown. Roots are hardly
/// ever sent, and never issue leaves.
#[test]
fn a_root_that_is_not_sent_is_distrusted_all_the_same() {
    let root = &pem(X1)[0];
    let by_key = format!("spki-sha256 = \"{}\"", hex::encode(root.spki_sha256));
    let by_certificate = format!("sha256 = \"{}\"", hex::encode(root.fingerprint));
    let other = &pem("pki/dst-root-ca-x3")[0];
    let other_key = format!("spki-sha256 = \"{}\"", hex::encode(other.spki_sha256));
    // Of the same key, but no root.
    let cross = &pem("pki/isrg-root-x1-by-dst-root-ca-x3")[0];
    let cross = format!("sha256 = \"{}\"", hex::encode(cross.fingerprint));
    let facts_with = |kind: &str, retired: &str| {
        let issued = chain("2021-01-01", &[R3], "");
        facts(&format!(
            "{issued}[[event]]\ndate = \"2023-01-01\"\nowner = \"Made\"\nkind = \"{kind}\"\n\
             retires = [{{ name = \"it\", {retired} }}]\n"
        ))
    };
    for (kind, retired, expected) in [
        ("distrust", by_key.as_str(), "[2023-01-01, 2023-03-31]"),
        ("distrust", &by_certificate, "[2023-01-01, 2023-03-31]"),
        ("revocation", &by_key, "[2023-01-01, 2023-03-31]"),
        ("root-expiry", &by_key, "-"),
        ("distrust", &other_key, "-"),
        ("distrust", &cross, "-"),
    ] {
        let calendar = calendar_and(&[facts_with(kind, retired)]);
        assert_eq!(asked(&calendar), expected, "{kind} {retired}");
    }
    let supposed = SupposedDistrust {
        name: "it".to_owned(),
        owner: Some("Made".to_owned()),
        spki_sha256: root.spki_sha256,
        roots: vec![(root.fingerprint, root.not_after)],
        from: date("2023-01-01"),
    };
    let issued = calendar_and(&[facts(&chain("2021-01-01", &[R3], ""))]);
    assert_eq!(
        asked(&issued.supposing(&supposed)),
        "[2023-01-01, 2023-03-31]"
    );
}

/// A later leaf makes an older one history only where it has the same key: then this server was seen to have renewed. One
/// with another key may be of another region of the host, or for the other kind of key, whose server was not seen to have
/// moved. This release knows only the newer one's root.
#[test]
fn an_older_capture_is_history_only_where_its_server_was_seen_to_renew() {
    let x3 = pem("pki/lets-encrypt-authority-x3-by-dst-root-ca-x3");
    let r3 = pem("pki/r3-by-isrg-root-x1");
    let leaf = |(key, number): (PublicKey, u8), first: &str, last: &str| Leaf {
        not_before: date(first),
        not_after: date(last),
        spki_sha256: [number; 32],
        key,
        signature: SignatureAlgorithm::RsaSha256,
        der_length: 1_200,
        names: Vec::new(),
    };
    let rsa = |number| (PublicKey::Rsa(2048), number);
    let ecdsa = |number| (PublicKey::P256, number);
    for (older, newer, last, expected) in [
        (rsa(7), rsa(7), "2020-03-09", "-"),
        (ecdsa(7), ecdsa(7), "2020-03-09", "-"),
        // Its leaf had not ended when the newer one's began.
        (rsa(7), rsa(7), "2020-03-10", "[2020-04-01, -]"),
        // Another region, captured before it renewed.
        (rsa(7), rsa(8), "2020-03-09", "[2020-04-01, -]"),
        (ecdsa(7), ecdsa(8), "2020-03-09", "[2020-04-01, -]"),
        (rsa(7), ecdsa(8), "2020-03-09", "[2020-04-01, -]"),
        (ecdsa(7), rsa(8), "2020-03-09", "[2020-04-01, -]"),
    ] {
        let mut release = Release::new(&[X1]).with(|endpoint| endpoint.profile = None);
        release.seen = vec![
            (leaf(older.clone(), "2020-01-01", last), x3.clone()),
            (leaf(newer.clone(), "2020-03-10", "2020-06-08"), r3.clone()),
        ];
        let calendar = calendar_and(&[]);
        let coverage = release.asked_of(&calendar, "2020-04-01", "2020-04-01", "2020-11-30");
        assert_eq!(loss(&coverage), expected, "{older:?} {newer:?} {last}");
    }
}
