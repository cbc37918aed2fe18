//! One defect for each rule about certificates and the calendar, and a passing twin.

use trust::anchors::{Inventory, is_pool_file};
use trust::calendar::Calendar;
use trust::finding::Finding;
use trust::rules;

use crate::support::{path, said, sources};

fn findings(directory: &str) -> Vec<Finding> {
    let anchors = sources(&format!("{directory}/anchors"), is_pool_file);
    let calendar = sources(&format!("{directory}/calendar"), |name| {
        name.ends_with(".toml")
    });
    assert!(
        anchors.len() + calendar.len() > 0,
        "{directory} has no input"
    );
    let (_, mut findings) = Inventory::from_files(&anchors);
    if !calendar.is_empty() {
        findings.extend(Calendar::read(&calendar).1);
    }
    findings
}

#[test]
fn a_fixture_fails_with_its_rule_alone_and_its_twin_passes() {
    let ours = |id: &str| id.starts_with("A0") || id.starts_with("A9");
    let rules: Vec<_> = rules::all()
        .into_iter()
        .filter(|rule| ours(rule.id))
        .collect();
    assert_eq!(rules.len(), 10);
    for rule in rules {
        let directory = format!("fixtures/rules/{}-{}", rule.id, rule.slug);
        assert!(path(&directory).is_dir(), "{directory}");
        let failing = findings(&format!("{directory}/fail"));
        let ids: Vec<_> = failing.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(ids, [rule.id], "{:?}", said(&failing));
        assert!(!failing[0].help.is_empty());
        let passing = findings(&format!("{directory}/pass"));
        assert_eq!(said(&passing), Vec::<String>::new(), "{directory}");
    }
}
