//! Calendar files with mistakes, and facts that change an end.

use trust::calendar::{Calendar, EndCause, EventKind};
use trust::date::Date;
use trust::source::SourceFile;

use crate::support::{date, mozilla_root, said, text};

fn calendar_of(text: &str) -> (Calendar, Vec<String>) {
    let (calendar, findings) = Calendar::read(&[SourceFile::new("calendar/test.toml", text)]);
    (calendar, said(&findings))
}

const RULE: &str = "schema-version = 1\nconfidence = 'announced'\nsource = 'test'\n\
    [[lifecycle-rule]]\nprogrammes = ['mozilla']\nkey-created-from = '0000-01-01'\nremoval-years-after-creation = 15\n";

fn fact(extra: &str) -> String {
    let sha256 = hex::encode(mozilla_root("ISRG Root X1").fingerprint);
    format!(
        "{RULE}[[root]]\nname = 'ISRG Root X1'\nsha256 = '{sha256}'\nowner = 'me'\nnot-after = '2035-06-04'\n{extra}"
    )
}

fn first_end(text: &str) -> (Date, EndCause) {
    let (calendar, said) = calendar_of(text);
    assert_eq!(said, Vec::<String>::new());
    let ends = calendar.ends(&mozilla_root("ISRG Root X1"), None);
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

/// Every sample of the reference page, put together, is a calendar without a mistake.
#[test]
fn the_samples_of_the_page_are_a_calendar() {
    let page = text("docs/reference/calendar.md");
    let samples = page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let (calendar, said) = calendar_of(&samples.collect::<String>());
    assert_eq!(said, Vec::<String>::new());
    let counts = [
        calendar.owners().count(),
        calendar.lifecycle_rules().count(),
        calendar.roots().count(),
        calendar.certificates().count(),
        calendar.chains().count(),
        calendar.events().count(),
    ];
    assert_eq!(counts, [1, 2, 1, 1, 2, 2]);
    for (_, kind) in EventKind::ALL {
        assert!(page.contains(&format!("`{kind}`")), "{kind}");
    }
}
