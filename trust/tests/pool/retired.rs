//! What an event retires is one certificate or one key: a name alone is neither.

use trust::calendar::Calendar;
use trust::source::SourceFile;

use crate::support::{said, sources};

/// An event that names a CA in words alone retires nothing, and says so with its place and the names that are near.
#[test]
fn what_is_retired_by_its_name_alone_is_found() {
    let event = |retires: &str| {
        let text = format!(
            "schema-version = 1\nconfidence = \"announced\"\nsource = \"made\"\n\n[[event]]\ndate = \"2027-01-01\"\n\
             owner = \"Let's Encrypt\"\nkind = \"distrust\"\nretires = [{{ {retires} }}]\n"
        );
        let mut files = sources("calendar", |_| true);
        files.push(SourceFile::new("trust/calendar/news.toml", text));
        Calendar::of_project(&files).1
    };
    let exactly =
        "spki-sha256 = \"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3\"";
    assert_eq!(
        said(&event(&format!("name = \"ISRG Root X1\", {exactly}"))),
        [""; 0]
    );
    assert_eq!(
        said(&event("name = \"its old root\", unrecorded = true")),
        [""; 0]
    );

    for retires in [
        "name = \"ISRG Root X 1\"".to_owned(),
        "name = \"ISRG Root X1\"".to_owned(),
        format!("name = \"ISRG Root X1\", {exactly}, unrecorded = true"),
    ] {
        let findings = event(&retires);
        assert_eq!(findings.len(), 1, "{retires}: {:#?}", said(&findings));
        let finding = &findings[0];
        assert_eq!(finding.rule.id, "A903");
        assert!(finding.blocks());
        assert_eq!(finding.location().start(), (9, 12), "{retires}");
        let known = &finding.evidence["known"];
        assert!(
            known.starts_with("ISRG Root X1: spki-sha256 = \"0b9fa5a5"),
            "{known}"
        );
    }
    let bad = event("name = \"ISRG Root X1\", unrecorded = false");
    assert_eq!(bad.len(), 1, "{:#?}", said(&bad));
}
