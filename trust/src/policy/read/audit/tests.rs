use crate::policy::tests::{fixture, listing, policy_file};
use crate::policy::{Policy, canonical, read};

/// The passing twin: three builders of two operators, of which two and two must agree.
fn good() -> String {
    fixture("rules/S111-quorum-of-one/pass/policy.toml")
}

fn policy(text: &str) -> Policy {
    read(&policy_file(text)).policy.expect("a policy")
}

/// The codes of what is found, and the whole text of it.
fn found(text: &str) -> (Vec<&'static str>, String) {
    let findings = read(&policy_file(text)).findings;
    let codes = findings.iter().map(|finding| finding.rule.id).collect();
    (codes, listing(&findings))
}

/// The policy with `old` written as `new`.
fn changed(old: &str, new: &str) -> String {
    let good = good();
    assert_eq!(good.matches(old).count(), 1, "{old}");
    good.replace(old, new)
}

#[test]
fn builders_are_read_with_who_runs_them() {
    let policy = policy(&good());
    let audit = policy.audit.as_ref().expect("[audit]");
    assert_eq!((audit.threshold.value, audit.distinct.value), (2, 2));
    let builders = audit.builders.iter();
    let named: Vec<_> = builders
        .map(|b| (b.name.as_str(), b.operator.as_str()))
        .collect();
    let expected = [
        ("ci", "the vendor"),
        ("lab", "an auditor"),
        ("spare", "an auditor"),
    ];
    assert_eq!(named, expected);
    let base = read(&policy_file(fixture("base/policy.toml")));
    assert!(base.draft.audit.is_none());
}

/// The number itself passes, the next one does not.
#[test]
fn numbers_that_nobody_can_reach_are_refused() {
    let three = changed("threshold = 2\ndistinct", "threshold = 3\ndistinct");
    policy(&three);
    let cases = [
        (
            "threshold = 2\ndistinct",
            "threshold = 4\ndistinct",
            "asks for 4 of 3 builders",
        ),
        ("distinct = 2", "distinct = 3", "asks for 3 of 2 operators"),
        (
            "threshold = 2\ndistinct",
            "threshold = 1\ndistinct",
            "asks for 2 of 1 builders that must agree",
        ),
        (
            "threshold = 2\ndistinct",
            "threshold = 0\ndistinct",
            "from 1 to 255",
        ),
        ("distinct = 2", "distinct = 0", "from 1 to 255"),
    ];
    for (old, new, why) in cases {
        let (codes, text) = found(&changed(old, new));
        assert_eq!(codes, ["P005"], "{new}: {text}");
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn what_is_missing_unknown_or_of_another_type_is_named() {
    let list = good()
        .split_once("\nbuilders")
        .expect("builders")
        .0
        .to_owned()
        + "\n";
    let cases = [
        (list, "P003"),
        (changed("threshold = 2\ndistinct", "distinct"), "P003"),
        (changed("distinct = 2\n", ""), "P003"),
        (changed(", operator = \"the vendor\"", ""), "P003"),
        (
            changed(
                "operator = \"the vendor\"",
                "owner = \"x\", operator = \"the vendor\"",
            ),
            "P002",
        ),
        (changed("distinct = 2", "distinct = \"2\""), "P004"),
        (changed("name = \"ci\"", "name = \"../ci\""), "P005"),
        (changed("name = \"ci\"", "name = \"CI\""), "P005"),
        (
            changed("name = \"ci\"", &format!("name = \"{}\"", "x".repeat(65))),
            "P005",
        ),
        (changed("public = \"RWSm79", "public = \"RXSm79"), "P005"),
    ];
    for (text, code) in cases {
        let (codes, listing) = found(&text);
        assert_eq!(codes, [code], "{listing}");
    }
    policy(&changed(
        "name = \"ci\"",
        &format!("name = \"{}\"", "x".repeat(64)),
    ));
}

#[test]
fn one_name_or_one_key_is_one_builder() {
    let (codes, text) = found(&changed("name = \"lab\"", "name = \"ci\""));
    assert_eq!(codes, ["P006"], "{text}");
    assert!(text.contains("the builder ci is given twice"), "{text}");
    let keys = [
        "RWSm79NXdyf566p7A+xK67J54Iz7GdALyIuIV/MhWjBbSgBh/EklgdxL",
        "RWRdux6u6UhDwJDmvjMhbsimU0DJpFNc4aTdnncoyjhKlfhnGWEoqFZF",
    ];
    let (codes, text) = found(&changed(keys[1], keys[0]));
    assert_eq!(codes, ["P006"], "{text}");
    assert!(text.contains("the builder key"), "{text}");
}

/// Who signs a release, or rescues, does not say that it can be built again.
#[test]
fn a_builder_has_a_key_of_its_own() {
    for (other, does) in [
        (
            "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ",
            "signs releases",
        ),
        (
            "RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg",
            "rescues",
        ),
    ] {
        let (codes, text) = found(&changed(
            "RWSm79NXdyf566p7A+xK67J54Iz7GdALyIuIV/MhWjBbSgBh/EklgdxL",
            other,
        ));
        assert_eq!(codes, ["P006"], "{text}");
        assert!(
            text.contains(&format!("{does} and attests rebuilds")),
            "{text}"
        );
    }
}

#[test]
fn the_canonical_form_orders_section_keys_and_builders() {
    let good = good();
    let form = |text: &str| canonical(&policy_file(text)).expect("a form");
    assert_eq!(form(&good), good);
    let (rest, section) = good.split_once("\n[audit]").expect("[audit]");
    let section = section
        .replace("threshold = 2\ndistinct = 2\n", "")
        .replace(
            "name = \"ci\", operator = \"the vendor\"",
            "operator = \"the vendor\", name = \"ci\"",
        );
    let shuffled = rest.replace(
        "\n[rescue]",
        &format!("\n[audit]{section}distinct = 2\nthreshold = 2\n\n[rescue]"),
    );
    assert_ne!(shuffled, good);
    assert_eq!(form(&shuffled), good);
}
