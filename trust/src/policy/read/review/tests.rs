use crate::policy::tests::{fixture, listing, policy_file};
use crate::policy::{ApproverKey, canonical, read};

// Made by ssh-keygen; nobody has the secret halves.
const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjKOLIMb8XJYXXObhYhtbM4sWFjC9+S6TDDtBKd1nK3";
const P256: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGBYKakuYy58DoGIwdcvvkptbSVVK089e51adR\
    sAO4mYW1RUQIWWmneoC6qe17uVCQv4wj8RTfn7lw6WPYNUnic=";
const P384: &str = "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBHulDgNHEHmxXmE8GWssAVFhbz6oAIzeeWqOZc\
    NYhNfwta9eopBGaK+vLPGFj6yAJ3xl9bco+mpNY+85HJJf4qpYU4Kv2P6dZlcUPEXi+PNQoDadAqOzW0hUY4ya36zviw==";
const P521: &str = "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAA/zlfXTEN0rlGKzWgN3ovTBvAbufU6pLLW8L\
    8uo8tB6voOPraZq68dNmIxhJw3VYskxsvzI6bGkmgAUd6Rzm+KNgAYklKkPuy4Q09jOKZI+CoDzRhYcHZkiHP3q8w2mIJY1qYrjRMFovSeX4Nl\
    zbrtSPzJI6X+dbbdLy5WfXNhAaIeaA==";
const RSA_2048: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDBVzW2ySZ77/lGgHHHIe6Zoj462m0eW7yH5wkG7WoQbAMTmgUEhYLHkd6M8HGUqeLjJUvbT9\
    O2k7WMDT0/rD4Vzj/Qpy2CCMj1ePxsR/G4ihFRmkyLAYxPQsVS2r7Q/7rdOMjTPpcKa2ENA2isbZdT/TSm3ktSlm2ykCGv9RrCWblMXjG2f0gT\
    7cmf3wzW74FaAb0Sc9MjQTg34NmABXCZssDE6Xo/RoT/7VS8rAaHfS917cBUwxgBjr5Ql4H85Dhw/D7tE+G3JjbHSFMwgbnZV9nA2OOQihU3VE\
    Pq6igAglSXb4FyWICG6oxN2bWTnJDl/yYLLu688/0LkZ+9nvub";
const RSA_1024: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDckE2fays+cpxPsdbcNicriYcMGbcgQzXv0Pf+SUAQVrZRxA8lXjkvuskPq3j5uouSR+9U8k\
    5TQrHHOmnjjH3gbBT+0YbzzrAQ4gMmY0UNw5U8Ke2ocnN5ecY6YCdQQOHKASSQIcOf9CTFALTj7FM5c4tRxWPP+Oo/Pd6KQkjaTQ==";
/// The Ed25519 key above, as one of a security token.
const TOKEN: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAILjKOLIMb8XJYXXObhYhtbM4sWFjC9+S6TDDtBK\
    d1nK3AAAABHNzaDo=";
/// The Ed25519 key above, in minisign's form.
const MINISIGN: &str = "RWQBAQEBAQEBAbjKOLIMb8XJYXXObhYhtbM4sWFjC9+S6TDDtBKd1nK3";

/// The base policy with a `[review]`.
fn with(weakening: u32, other: u32, approvers: &[(&str, &str)]) -> String {
    let approvers = approvers.iter().map(|(name, key)| {
        let kind = if key.starts_with("RW") {
            "minisign"
        } else {
            "ssh"
        };
        format!("    {{ name = \"{name}\", {kind} = \"{key}\" }},\n")
    });
    let approvers: String = approvers.collect();
    fixture("base/policy.toml")
        + &format!(
            "\n[review]\nweakening = {weakening}\nother = {other}\napprovers = [\n{approvers}]\n"
        )
}

fn good() -> String {
    with(2, 1, &[("ada", ED25519), ("bob", P256)])
}

/// The codes of what is found, and the whole text of it.
fn found(text: &str) -> (Vec<&'static str>, String) {
    let findings = read(&policy_file(text)).findings;
    let codes = findings.iter().map(|finding| finding.rule.id).collect();
    (codes, listing(&findings))
}

#[test]
fn approvers_are_read_with_their_keys() {
    let policy = read(&policy_file(good())).policy.expect("a policy");
    let review = policy.review.as_ref().expect("[review]");
    assert_eq!((review.weakening.value, review.other.value), (2, 1));
    assert_eq!(review.approvers[0].name.value, "ada");
    assert_eq!(
        review.approvers[1].key.value,
        ApproverKey::Ssh(P256.to_owned())
    );
    let base = read(&policy_file(fixture("base/policy.toml")));
    assert!(base.draft.review.is_none());
}

#[test]
fn every_known_kind_of_key_can_approve_and_no_other() {
    for key in [ED25519, P256, P384, RSA_2048, TOKEN, MINISIGN] {
        let (codes, text) = found(&with(1, 0, &[("ada", key)]));
        assert!(codes.is_empty(), "{key}: {text}");
    }
    let dss = ED25519.replace("ssh-ed25519", "ssh-dss");
    let with_comment = format!("{ED25519} ada@example.com");
    let refused = [
        (P521, "a key of the type ecdsa-sha2-nistp521"),
        (RSA_1024, "an RSA key of 1024 bits, not of 2048 to 4096"),
        (&with_comment, "more than type and key"),
        (&dss, "not an SSH public key"),
        (&ED25519[..40], "not an SSH public key"),
        ("", "not an SSH public key"),
        ("RWabc", "is not a minisign public key"),
    ];
    for (key, why) in refused {
        let (codes, text) = found(&with(1, 0, &[("ada", key)]));
        assert_eq!(codes, ["P005"], "{key}: {text}");
        assert!(text.contains(why), "{key}: {text}");
    }
}

/// The number itself passes, the next one does not.
#[test]
fn numbers_that_nobody_can_reach_are_refused() {
    let two = [("ada", ED25519), ("bob", P256)];
    for (weakening, other) in [(1, 0), (1, 1), (2, 0), (2, 2)] {
        let (codes, text) = found(&with(weakening, other, &two));
        assert!(codes.is_empty(), "{weakening} {other}: {text}");
    }
    let cases = [
        (3, 1, "asks for 3 of 2 approvers"),
        (0, 0, "from 1 to 255"),
        (1, 2, "asks for 2 of 1 approvals of a change that weakens"),
        (2, 256, "from 0 to 255"),
    ];
    for (weakening, other, why) in cases {
        let (codes, text) = found(&with(weakening, other, &two));
        assert_eq!(codes, ["P005"], "{text}");
        assert!(text.contains(why), "{text}");
    }
    let (codes, text) = found(&with(1, 0, &[]));
    assert_eq!(codes, ["P005"], "{text}");
}

#[test]
fn one_name_or_one_key_is_one_approver() {
    let cases = [
        (
            [("ada", ED25519), ("ada", P256)],
            "the approver ada is given twice",
        ),
        ([("ada", ED25519), ("bob", ED25519)], "the approver key"),
        // One person with one key in two forms.
        ([("ada", ED25519), ("bob", MINISIGN)], "the approver key"),
    ];
    for (approvers, why) in cases {
        let (codes, text) = found(&with(1, 0, &approvers));
        assert_eq!(codes, ["P006"], "{text}");
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn what_is_missing_unknown_or_of_another_type_is_named() {
    let cases = [
        ("weakening = 2\n", "", "P003"),
        ("other = 1\n", "", "P003"),
        ("name = \"ada\", ", "", "P003"),
        (", ssh = \"ecdsa", ", key = \"x\", ssh = \"ecdsa", "P002"),
        (
            ", ssh = \"ecdsa",
            ", minisign = \"x\", ssh = \"ecdsa",
            "P006",
        ),
        ("name = \"bob\"", "name = \"Bob\"", "P005"),
        ("name = \"bob\"", "name = \"../bob\"", "P005"),
        ("weakening = 2", "weakening = \"2\"", "P004"),
    ];
    for (old, new, code) in cases {
        let changed = good().replacen(old, new, 1);
        assert_ne!(changed, good());
        let (codes, text) = found(&changed);
        assert_eq!(codes, [code], "{old}: {text}");
    }
    let (rest, _) = good()
        .split_once("approvers")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("approvers");
    assert_eq!(found(&rest).0, ["P003"]);
    let no_key = good().replace(&format!(", ssh = \"{P256}\""), "");
    assert_eq!(found(&no_key).0, ["P003"]);
}

#[test]
fn the_canonical_form_orders_keys_and_approvers() {
    let form = |text: &str| canonical(&policy_file(text)).expect("a form");
    let tidy = form(&good());
    assert_eq!(form(&tidy), tidy);
    let shuffled = good()
        .replace("weakening = 2\nother = 1\n", "other = 1\nweakening = 2\n")
        .replace(
            &format!("name = \"bob\", ssh = \"{P256}\""),
            &format!("ssh = \"{P256}\", name = \"bob\""),
        );
    assert_ne!(shuffled, good());
    assert_eq!(form(&shuffled), tidy);
}
