//! The facts of the repository, and what they make of real roots.

use trust::calendar::{CertificateFact, Confidence, EndCause, EventKind, Removal};

use crate::support::{calendar, date, mozilla, mozilla_root, pki};

#[test]
fn effective_ends_of_the_named_roots() {
    let calendar = calendar();
    for (name, owner, expected, cause) in [
        (
            "ISRG Root X1",
            "Let's Encrypt",
            "2030-06-04",
            EndCause::Owner,
        ),
        (
            "ISRG Root X2",
            "Let's Encrypt",
            "2035-09-04",
            EndCause::Owner,
        ),
        (
            "GlobalSign Root CA - R3",
            "GlobalSign",
            "2027-04-15",
            EndCause::Owner,
        ),
        (
            "GlobalSign Root CA - R6",
            "GlobalSign",
            "2029-12-10",
            EndCause::Owner,
        ),
        (
            "DigiCert Global Root G2",
            "DigiCert",
            "2029-04-15",
            EndCause::Owner,
        ),
        (
            "DigiCert TLS RSA4096 Root G5",
            "DigiCert",
            "2036-01-15",
            EndCause::Owner,
        ),
        (
            "DigiCert TLS ECC P384 Root G5",
            "DigiCert",
            "2036-01-15",
            EndCause::Programme,
        ),
        (
            "Amazon Root CA 1",
            "Amazon Trust Services",
            "2030-05-26",
            EndCause::Programme,
        ),
        (
            "Amazon Root CA 2",
            "Amazon Trust Services",
            "2030-05-26",
            EndCause::Programme,
        ),
        (
            "Amazon Root CA 3",
            "Amazon Trust Services",
            "2030-05-26",
            EndCause::Programme,
        ),
        (
            "Amazon Root CA 4",
            "Amazon Trust Services",
            "2030-05-26",
            EndCause::Programme,
        ),
        (
            "Starfield Services Root Certificate Authority - G2",
            "Amazon Trust Services",
            "2027-04-15",
            EndCause::Programme,
        ),
        (
            "GTS Root R1",
            "Google Trust Services",
            "2031-06-22",
            EndCause::Programme,
        ),
        (
            "GTS Root R3",
            "Google Trust Services",
            "2031-06-22",
            EndCause::Programme,
        ),
        (
            "GTS Root R4",
            "Google Trust Services",
            "2031-06-22",
            EndCause::Programme,
        ),
        (
            "USERTrust RSA Certification Authority",
            "Sectigo",
            "2028-04-15",
            EndCause::Programme,
        ),
        (
            "Sectigo Public Server Authentication Root E46",
            "Sectigo",
            "2036-03-22",
            EndCause::Programme,
        ),
        (
            "Microsoft RSA Root Certificate Authority 2017",
            "Microsoft",
            "2034-12-18",
            EndCause::Programme,
        ),
    ] {
        let root = mozilla_root(name);
        let ends = calendar.ends(&root, None);
        assert_eq!(
            (ends[0].date, ends[0].cause),
            (date(expected), cause),
            "{name}: {ends:#?}"
        );
        assert_eq!(calendar.owner(&root).as_deref(), Some(owner), "{name}");
        assert!(ends.is_sorted_by_key(|end| end.date), "{name}");
        let certificate = ends.iter().filter(|end| end.cause == EndCause::NotAfter);
        assert_eq!(
            certificate.map(|end| end.date).collect::<Vec<_>>(),
            [root.not_after],
            "{name}"
        );
    }
}

/// The rule's end is a candidate even where the owner's date wins, and says which date of the key it used.
#[test]
fn candidates_say_where_they_come_from() {
    let ends = calendar().ends(&mozilla_root("ISRG Root X1"), None);
    let causes: Vec<_> = ends
        .iter()
        .map(|end| (end.date.to_string(), end.cause, end.confidence))
        .collect();
    assert_eq!(
        causes,
        [
            (
                "2030-06-04".to_owned(),
                EndCause::Owner,
                Confidence::Announced
            ),
            (
                "2030-06-04".to_owned(),
                EndCause::Programme,
                Confidence::Rule
            ),
            (
                "2035-06-04".to_owned(),
                EndCause::NotAfter,
                Confidence::Certificate
            ),
        ]
    );
    assert!(
        ends[1]
            .source
            .contains("key made 2015-06-04 (the earliest known notBefore"),
        "{}",
        ends[1].source
    );
    let amazon = calendar().ends(&mozilla_root("Amazon Root CA 1"), None);
    assert!(
        amazon[0].source.contains("key made 2015-05-26 (recorded: "),
        "{}",
        amazon[0].source
    );
}

/// A cross-certificate is an anchor with the root's key: the root's rule counts, from the root's own first day.
#[test]
fn a_cross_certificate_takes_the_age_of_its_key() {
    let cross = pki("isrg-root-x1-by-dst-root-ca-x3");
    let ends = calendar().ends(&cross, None);
    assert_eq!(ends[0].date, date("2024-09-30"));
    assert_eq!(
        (ends[1].date, ends[1].cause),
        (date("2030-06-04"), EndCause::Programme)
    );
    assert!(ends[1].source.contains("2015-06-04"), "{}", ends[1].source);
}

/// The outage of 2024 was a fact of the calendar: R3 stopped issuing on 2024-06-06, announced on 2024-04-12.
#[test]
fn a_retired_intermediate_ends_on_the_day_of_its_retirement() {
    let calendar = calendar();
    let end = |name: &str| {
        let ends = calendar.ends(&pki(name), None);
        (ends[0].date.to_string(), ends[0].cause)
    };
    assert_eq!(
        end("r3-by-isrg-root-x1"),
        ("2024-06-06".to_owned(), EndCause::Owner)
    );
    assert_eq!(
        end("lets-encrypt-authority-x3-by-dst-root-ca-x3"),
        ("2020-12-02".to_owned(), EndCause::Owner)
    );
    assert_eq!(
        end("e6-by-isrg-root-x2"),
        ("2025-08-20".to_owned(), EndCause::Owner)
    );
    assert_eq!(
        end("dst-root-ca-x3"),
        ("2021-09-30".to_owned(), EndCause::NotAfter)
    );
    let programme = calendar.ends(&pki("r3-by-isrg-root-x1"), None);
    assert!(
        programme.iter().all(|end| end.cause != EndCause::Programme),
        "no programme lists R3"
    );
}

#[test]
fn owners_are_found_by_any_of_their_organisations() {
    let calendar = calendar();
    for (name, owner) in [
        ("r3-by-isrg-root-x1", Some("Let's Encrypt")),
        ("isrg-root-x2-by-isrg-root-x1", Some("Let's Encrypt")),
        ("dst-root-ca-x3", Some("IdenTrust")),
        ("leaf-2023-lencr-org-by-r3", None),
    ] {
        assert_eq!(calendar.owner(&pki(name)).as_deref(), owner, "{name}");
    }
    assert_eq!(
        calendar
            .owner(&mozilla_root("Certainly Root R1"))
            .as_deref(),
        Some("Certainly")
    );
}

/// 113 of the 118 roots leave the programmes before notAfter. The median is over all 118, those that stay to the
/// end counted with the days they have (0 or less); of the 113 alone it is a little more.
#[test]
fn most_roots_leave_the_programmes_years_before_not_after() {
    let calendar = calendar();
    let mut days: Vec<i64> = Vec::new();
    for root in mozilla() {
        let ends = calendar.ends(&root, None);
        let programme = ends.iter().find(|end| end.cause == EndCause::Programme);
        let removed = programme.unwrap_or_else(|| panic!("{} has no rule", root.name));
        days.push(root.not_after.days_since(removed.date));
    }
    days.sort_unstable();
    let early: Vec<_> = days.iter().copied().filter(|days| *days > 0).collect();
    assert_eq!((days.len(), early.len()), (118, 113));
    let years = |sorted: &[i64]| sorted[sorted.len() / 2] as f64 / 365.25;
    assert_eq!(
        format!("{:.2} {:.2}", years(&days), years(&early)),
        "9.81 9.95"
    );
}

/// Day before, day of and day after each border of the rule table.
#[test]
fn the_rule_table_has_no_gap_and_no_overlap() {
    let calendar = calendar();
    let removal = |made: &str| -> Vec<String> {
        let made = date(made);
        let covering = calendar.lifecycle_rules().filter(|rule| rule.covers(made));
        covering
            .map(|rule| rule.removal_of(made).to_string())
            .collect()
    };
    for (made, removed) in [
        ("0000-01-01", "2025-04-15"),
        ("2005-12-31", "2025-04-15"),
        ("2006-01-01", "2026-04-15"),
        ("2007-12-31", "2026-04-15"),
        ("2008-01-01", "2027-04-15"),
        ("2009-12-31", "2027-04-15"),
        ("2010-01-01", "2028-04-15"),
        ("2011-12-31", "2028-04-15"),
        ("2012-01-01", "2029-04-15"),
        ("2014-04-14", "2029-04-15"),
        ("2014-04-15", "2029-04-15"),
        ("2014-04-16", "2029-04-16"),
        ("2016-02-28", "2031-02-28"),
        ("2016-02-29", "2031-02-28"),
        ("2016-03-01", "2031-03-01"),
    ] {
        assert_eq!(removal(made), [removed], "{made}");
    }
    let open = calendar
        .lifecycle_rules()
        .filter(|rule| rule.key_created_until.is_none());
    assert_eq!(
        open.map(|rule| rule.removal).collect::<Vec<_>>(),
        [Removal::YearsAfter(15)]
    );
}

#[test]
fn nothing_of_the_facts_is_missing() {
    let calendar = calendar();
    assert_eq!(calendar.certificates().count(), 48);
    assert_eq!(
        calendar
            .certificates()
            .filter(|c| c.revoked.is_some())
            .count(),
        3
    );
    assert_eq!(calendar.events().count(), 20);
    assert_eq!(calendar.lifecycle_rules().count(), 6);
    assert_eq!(calendar.roots().count(), 19);
    let switch = calendar
        .events()
        .find(|e| e.evidence.announced == Some(date("2024-04-12")))
        .unwrap();
    assert_eq!(
        (switch.date, switch.kind),
        (date("2024-06-06"), EventKind::IssuerRotation)
    );
    let days: Vec<_> = calendar
        .events()
        .filter_map(|e| Some((e.date.to_string(), e.days?)))
        .collect();
    let expected = [
        ("2027-02-10", 64),
        ("2027-03-15", 100),
        ("2028-02-16", 45),
        ("2029-03-15", 47),
    ];
    assert_eq!(days, expected.map(|(day, n)| (day.to_owned(), n)));
}

/// What an event names by its digest is a certificate or key that the calendar knows, where it is Let's Encrypt's.
#[test]
fn digests_of_events_are_those_of_certificates() {
    let calendar = calendar();
    let roots: Vec<_> = mozilla().iter().map(|root| root.fingerprint).collect();
    for event in calendar.events() {
        for named in event.retires.iter().chain(&event.introduces) {
            if let Some(sha256) = named.sha256 {
                let known = calendar.certificates().any(|c| c.sha256 == sha256);
                assert!(known || roots.contains(&sha256), "{}", named.name);
            }
            if let Some(spki) = named.spki_sha256 {
                // Let's Encrypt gave one key two names: Authority X1 and Authority X3.
                let prefix = format!("CN={},", named.name);
                let of_key = |c: &&CertificateFact| c.spki_sha256 == spki;
                let mut facts = calendar.certificates().filter(of_key);
                assert!(facts.any(|c| c.subject.starts_with(&prefix)), "{prefix}");
            }
        }
    }
}

#[test]
fn facts_about_roots_agree_with_the_certificates() {
    let mozilla = mozilla();
    for fact in calendar().roots() {
        let root = mozilla.iter().find(|root| root.fingerprint == fact.sha256);
        let root = root.unwrap_or_else(|| panic!("{} is not in the Mozilla set", fact.name));
        assert_eq!((&root.name, root.not_after), (&fact.name, fact.not_after));
        assert!(
            fact.key_created.is_none_or(|made| made <= root.not_before),
            "{}",
            fact.name
        );
    }
}
