//! The reader of the ledger: nothing is lost without a finding, and what was read is written and read the same.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use perennial_fuzz::findings::assert_printable;
use trust::ledger::Ledger;
use trust::source::SourceFile;

fuzz_target!(|bytes: &[u8]| {
    check_rescue_store(bytes);
    let file = SourceFile::from_bytes("trust/releases/fuzzed.toml", bytes);
    let (ledger, findings) = Ledger::read(&[Arc::clone(&file)]);
    assert_printable(&findings);
    let Some(recorded) = ledger.releases().next() else {
        assert!(!findings.is_empty(), "no release, no finding");
        return;
    };
    let release = &recorded.release;
    assert_eq!(recorded.anchors_at.len(), release.anchors.len());
    assert_eq!(recorded.endpoints_at.len(), release.endpoints.len());
    assert_eq!(recorded.pins_at.len(), release.pins.len());
    assert!(!release.endpoints.is_empty());
    let name = format!("trust/releases/{}", release.file_name());
    let (again, none) = Ledger::read(&[SourceFile::new(name, release.to_toml())]);
    assert!(none.is_empty(), "{none:?}");
    assert_eq!(
        again.releases().next().map(|read| &read.release),
        Some(release)
    );
    // One version in two files is two mistakes nowhere and one here.
    let (_, twice) = Ledger::read(&[Arc::clone(&file), file]);
    assert_eq!(
        twice
            .iter()
            .filter(|finding| finding.rule.id == "L904")
            .count(),
        1
    );
});

fn check_rescue_store(bytes: &[u8]) {
    let file = SourceFile::from_bytes("trust/rescues/4.toml", bytes);
    let (ledger, findings) = Ledger::read(&[file]);
    assert_printable(&findings);
    assert!(ledger.is_empty());
    let Some(recorded) = ledger.rescues().next() else {
        assert!(!findings.is_empty(), "no rescue store, no finding");
        return;
    };
    assert_eq!(recorded.rescue.file_name(), "4.toml");
    let again = SourceFile::new("trust/rescues/4.toml", recorded.rescue.to_toml());
    let (again, none) = Ledger::read(&[again]);
    assert!(none.is_empty(), "{none:?}");
    assert_eq!(
        again.rescues().next().map(|read| &read.rescue),
        Some(&recorded.rescue)
    );
}
