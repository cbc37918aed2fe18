//! The pool of the repository.

use trust::anchors::{Inventory, file_name, is_pool_file};

use crate::support::{calendar, mozilla, said, sources, text};

#[test]
fn every_anchor_is_a_root_of_the_mozilla_set_under_its_own_name() {
    let files = sources("anchors", is_pool_file);
    let (pool, findings) = Inventory::from_files(&files);
    assert_eq!(said(&findings), Vec::<String>::new());
    assert_eq!(pool.len(), files.len());
    let mozilla = mozilla();
    for anchor in pool.iter() {
        assert!(
            mozilla.iter().any(|root| root.der == anchor.der),
            "{}",
            anchor.name
        );
        assert_eq!(anchor.at.file.name, file_name(&anchor.name));
        let fingerprint = hex::encode(anchor.fingerprint);
        let header = &anchor.at.file.text[..anchor.at.span.start];
        assert!(
            header.contains(&fingerprint) && header.contains(&anchor.not_after.to_string()),
            "{header}"
        );
        let row = format!(
            "| {} | {} | {fingerprint} | webpki-root-certs ",
            anchor.at.file.name, anchor.name
        );
        assert!(text("trust/anchors/README.md").contains(&row), "{row}");
    }
}

#[test]
fn every_root_that_the_calendar_names_is_in_the_pool() {
    let (pool, _) = Inventory::from_files(&sources("anchors", is_pool_file));
    for fact in calendar().roots() {
        assert!(pool.find(&fact.sha256).is_some(), "{}", fact.name);
    }
}
