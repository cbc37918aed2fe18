//! The calendar reader, and the ends that its facts give to a root.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use perennial_fuzz::findings::assert_printable;
use trust::anchors::{Certificate, read_pem};
use trust::calendar::Calendar;
use trust::date::Date;
use trust::source::SourceFile;

static ROOTS: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
    let text = concat!(
        include_str!("../../trust/anchors/isrg-root-x1.pem"),
        include_str!("../../trust/anchors/isrg-root-x2.pem"),
        include_str!("../../trust/anchors/gts-root-r4.pem"),
    );
    read_pem(&SourceFile::new("roots.pem", text)).0
});

fuzz_target!(|bytes: &[u8]| {
    let file = SourceFile::from_bytes("calendar.toml", bytes);
    let (calendar, findings) = Calendar::read(&[Arc::clone(&file)]);
    assert_printable(&findings);
    if findings.is_empty() {
        assert!(
            calendar.lifecycle_rules().next().is_some(),
            "no rule, no finding"
        );
    }
    assert!(calendar.events().is_sorted_by(|a, b| a.date <= b.date));
    assert_places(&calendar);
    let day = |text: &str| text.parse::<Date>().expect("a date");
    for rule in calendar.lifecycle_rules() {
        for made in ["0000-01-01", "2006-04-15", "2020-02-29", "9999-12-31"].map(day) {
            rule.covers(made);
            rule.removal_of(made);
        }
    }
    for root in &*ROOTS {
        calendar.owner(root);
        let ends = calendar.ends(root, None);
        assert!(ends.first().is_some_and(|end| end.date <= root.not_after));
        assert!(ends.is_sorted_by(|a, b| a.date <= b.date));
    }
    // The same facts in two files are the facts of both.
    let (twice, again) = Calendar::read(&[Arc::clone(&file), file]);
    assert_eq!(twice.roots().count(), 2 * calendar.roots().count());
    assert_eq!(twice.events().count(), 2 * calendar.events().count());
    assert_eq!(again.is_empty(), findings.is_empty());
});

fn assert_places(calendar: &Calendar) {
    let evidence = (calendar.roots().map(|fact| &fact.evidence))
        .chain(calendar.owners().map(|fact| &fact.evidence))
        .chain(calendar.events().map(|fact| &fact.evidence))
        .chain(calendar.certificates().map(|fact| &fact.evidence))
        .chain(calendar.lifecycle_rules().map(|fact| &fact.evidence));
    for evidence in evidence {
        assert!(!evidence.source.is_empty());
        assert!(evidence.at.start() <= evidence.at.end());
    }
}
