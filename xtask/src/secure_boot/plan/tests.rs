//! The budget at its boundaries, and the burns as espefuse takes them.

use std::fs;
use std::process::Command;

use trust::date::Date;

use super::budget::Budget;
use super::{Slot, burns};
use crate::secure_boot::tests::keys;
use crate::tools;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn steps_are_spread_over_what_is_left_of_the_service_life() {
    let budget = Budget::new(day("2026-01-01"), day("2033-12-31"), 0);
    assert_eq!(budget.days_left, 2922);
    assert_eq!(budget.steps_left, 16);
    // Eight years, 16 steps; the years are a quarter of a day longer than the mean of 365.2425.
    assert_eq!(budget.steps_a_year_hundredths, Some(199));
    assert_eq!(budget.earliest.len(), 16);
    assert_eq!(budget.earliest[0].day, "2026-01-01");
    assert_eq!(budget.earliest[8].day, "2030-01-01");
    assert_eq!(budget.earliest[15].secure_version, 16);
}

#[test]
fn the_last_day_counts_and_the_day_after_has_nothing() {
    let last = Budget::new(day("2033-12-31"), day("2033-12-31"), 15);
    assert_eq!((last.days_left, last.steps_left), (1, 1));
    assert_eq!(last.steps_a_year_hundredths, Some(36524));
    let after = Budget::new(day("2034-01-01"), day("2033-12-31"), 15);
    assert_eq!(after.days_left, 0);
    assert_eq!(after.steps_a_year_hundredths, None);
    assert!(after.earliest.is_empty());
}

#[test]
fn used_up_steps_leave_none() {
    let used = Budget::new(day("2026-01-01"), day("2033-12-31"), 16);
    assert_eq!(used.steps_left, 0);
    assert_eq!(used.steps_a_year_hundredths, Some(0));
    assert!(used.earliest.is_empty());
}

#[test]
fn slots_are_never_all_revoked_and_one_key_is_warned_of() {
    let slots = |digests: [bool; 3]| {
        let slots = digests.into_iter().enumerate();
        let digest = |given: bool| given.then(|| "5a".repeat(32));
        let slots = slots.map(|(slot, given)| Slot {
            slot,
            key_digest: digest(given),
        });
        slots.collect::<Vec<_>>()
    };
    for (given, revoked_at_once, warnings) in [
        ([false; 3], 0, 7),
        ([true, false, false], 2, 8),
        ([true, true, false], 1, 7),
        ([true; 3], 0, 7),
    ] {
        let slots = slots(given);
        let burns = burns::of(&slots);
        let commands = burns.iter().filter_map(|burn| burn.command.as_ref());
        let revocations = commands.filter(|command| command.contains("REVOKE"));
        assert_eq!(revocations.count(), revoked_at_once, "{given:?}");
        assert_eq!(burns::warnings(&slots).len(), warnings, "{given:?}");
    }
}

/// espefuse takes each command of the factory, in order, for a chip that it plays itself; and what is in the eFuses then.
#[test]
fn espefuse_burns_what_the_plan_says() {
    let folder = tempfile::tempdir().unwrap();
    let program = tools::esptool(&keys::root()).unwrap();
    let espefuse = |line: &str| {
        let output = Command::new(program.with_file_name("espefuse"))
            .args([
                "--virt",
                "--path-efuse-file",
                "efuses.bin",
                "--do-not-confirm",
            ])
            .args(line.split(' '))
            .current_dir(folder.path())
            .env("COLUMNS", "200")
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{line}: {said}");
        said
    };
    let digest = [0x5A; 32];
    fs::write(folder.path().join("digest-0.bin"), digest).unwrap();
    let slot = |slot, key_digest| Slot { slot, key_digest };
    let slots = [
        slot(0, Some(hex::encode(digest))),
        slot(1, None),
        slot(2, None),
    ];
    let burns = burns::of(&slots);
    let commands: Vec<_> = burns
        .iter()
        .filter_map(|burn| burn.command.as_ref())
        .collect();
    assert_eq!(commands.len(), 8);
    for command in commands {
        espefuse(command.strip_prefix("espefuse ").unwrap());
    }
    let summary = espefuse("--chip esp32c3 summary");
    for (name, value) in [
        ("KEY_PURPOSE_0", "SECURE_BOOT_DIGEST0"),
        ("SECURE_BOOT_KEY_REVOKE0", "= False"),
        ("SECURE_BOOT_KEY_REVOKE1", "= True"),
        ("SECURE_BOOT_KEY_REVOKE2", "= True"),
        ("SECURE_BOOT_EN", "= True"),
        ("SECURE_BOOT_AGGRESSIVE_REVOKE", "= False"),
    ] {
        let mut lines = summary.lines();
        let line = lines.find(|line| line.starts_with(&format!("{name} ")));
        assert!(
            line.is_some_and(|line| line.contains(value)),
            "{name}: {summary}"
        );
    }
    assert!(summary.contains(&["5a"; 32].join(" ")), "{summary}");
}
