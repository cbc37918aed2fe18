//! The facts of the repository, and what they make of real roots.

use trust::anchors::Certificate;
use trust::calendar::{Calendar, CertificateFact, Confidence, EndCause, EventKind, Removal};
use trust::date::Date;
use trust::source::SourceFile;

use crate::support::{calendar, date, mozilla, pki, said};

fn root(name: &str) -> Certificate {
    let found = mozilla()
        .into_iter()
        .filter(|root| root.name == name)
        .collect::<Vec<_>>();
    assert_eq!(found.len(), 1, "{name}");
    found.into_iter().next().unwrap()
}

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
        let root = root(name);
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
    let ends = calendar().ends(&root("ISRG Root X1"), None);
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
    let amazon = calendar().ends(&root("Amazon Root CA 1"), None);
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
        calendar.owner(&root("Certainly Root R1")).as_deref(),
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

fn calendar_of(text: &str) -> (Calendar, Vec<String>) {
    let (calendar, findings) = Calendar::read(&[SourceFile::new("calendar/test.toml", text)]);
    (calendar, said(&findings))
}

const RULE: &str = "schema-version = 1\nconfidence = 'announced'\nsource = 'test'\n\
    [[lifecycle-rule]]\nprogrammes = ['mozilla']\nkey-created-from = '0000-01-01'\nremoval-years-after-creation = 15\n";

fn fact(extra: &str) -> String {
    let sha256 = hex::encode(root("ISRG Root X1").fingerprint);
    format!(
        "{RULE}[[root]]\nname = 'ISRG Root X1'\nsha256 = '{sha256}'\nowner = 'me'\nnot-after = '2035-06-04'\n{extra}"
    )
}

fn first_end(text: &str) -> (Date, EndCause) {
    let (calendar, said) = calendar_of(text);
    assert_eq!(said, Vec::<String>::new());
    let ends = calendar.ends(&root("ISRG Root X1"), None);
    (ends[0].date, ends[0].cause)
}

#[test]
fn a_superseded_date_stays_and_ends_nothing() {
    let moved = fact("effective-end = '2026-01-01'\nsuperseded = '2025-01-01'\n");
    assert_eq!(first_end(&moved), (date("2030-06-04"), EndCause::Programme));
    let stands = fact("effective-end = '2026-01-01'\n");
    assert_eq!(first_end(&stands), (date("2026-01-01"), EndCause::Owner));
    assert_eq!(calendar_of(&moved).0.roots().count(), 1);
}

#[test]
fn a_private_root_is_in_no_programme_and_other_programmes_rules_do_not_count() {
    let not_after = (date("2035-06-04"), EndCause::NotAfter);
    assert_eq!(first_end(&fact("programmes = []\n")), not_after);
    assert_eq!(first_end(&fact("programmes = ['microsoft']\n")), not_after);
    let listed = fact("programmes = ['microsoft', 'mozilla']\n");
    assert_eq!(
        first_end(&listed),
        (date("2030-06-04"), EndCause::Programme)
    );
}

#[test]
fn a_recorded_age_of_the_key_wins_over_not_before() {
    assert_eq!(
        first_end(&fact("key-created = '2012-02-29'\n")),
        (date("2027-02-28"), EndCause::Programme)
    );
}

#[test]
fn every_mistake_of_a_file_is_reported_in_file_order() {
    let text = "schema-version = 2\n[[event]]\ndate = '2024-13-01'\nowner = ''\nkind = 'rotation'\nconfidense = 'x'\n[[rot]]\n";
    let (_, findings) = Calendar::read(&[SourceFile::new("calendar/test.toml", text)]);
    let places: Vec<_> = findings
        .iter()
        .map(|f| (f.rule.id, f.location().start().0))
        .collect();
    assert_eq!(
        places,
        [
            ("A903", 1), // schema-version
            ("A903", 2), // no confidence
            ("A903", 2), // no source
            ("A903", 3),
            ("A903", 4),
            ("A903", 5),
            ("A902", 6),
            ("A902", 7),
        ],
        "{:?}",
        said(&findings)
    );
    assert!(
        findings[6]
            .help
            .starts_with("did you mean `confidence`? known keys: date, owner, kind"),
        "{}",
        findings[6].help
    );
}

#[test]
fn a_rule_says_exactly_one_of_its_two_forms_of_removal() {
    for bad in [
        "",
        "removal = '2025-04-15'\nremoval-years-after-creation = 15\n",
    ] {
        let text = RULE.replace("removal-years-after-creation = 15\n", bad);
        assert_eq!(calendar_of(&text).1.len(), 1, "{:?}", calendar_of(&text).1);
    }
}

#[test]
fn a_calendar_without_rules_is_an_error_never_an_empty_one() {
    let (_, nothing) = Calendar::read(&[]);
    assert_eq!(
        nothing.iter().map(|f| f.rule.id).collect::<Vec<_>>(),
        ["A901"]
    );
    assert_eq!(calendar_of("schema-version = 1\n").1.len(), 1);
    assert_eq!(calendar_of("").1.len(), 1);
}
