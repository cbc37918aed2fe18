//! S101 and S102: keys that others have too, and keys that must not be lost.
//!
//! That a key is in both sets, in one set twice, or in a role that its set does not have is found when the policy
//! is read (P005, P006).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Case;
use crate::channel::Channel;
use crate::finding::{Finding, Severity, Subject};
use crate::policy::{KeyRole, KeySet, SigningKey};
use crate::rules::signing::{DEVELOPMENT_KEY, NO_SPARE_SIGNING_KEY};

/// The public halves of the keys whose secret halves lie beside them.
const PUBLISHED: [&str; 3] = [
    include_str!("../../keys/development.pub"),
    include_str!("../../keys/development-rescue-1.pub"),
    include_str!("../../keys/development-rescue-2.pub"),
];

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let signing = case.policy.signing.as_ref().map(|set| ("signing", set));
    let rescue = case.policy.rescue.as_ref().map(|set| ("rescue", set));
    for (section, set) in signing.into_iter().chain(rescue) {
        let known = set
            .keys
            .iter()
            .filter(|key| is_published(&key.ed25519) || *key.role == KeyRole::Development);
        findings.extend(known.map(|key| development_key(section, key, case.channel)));
        if case.channel == Channel::Production {
            findings.extend(no_spare(section, set));
        }
    }
}

fn development_key(section: &str, key: &SigningKey, channel: Channel) -> Finding {
    let id = id(key);
    let disguised = *key.role != KeyRole::Development;
    let what = match (is_published(&key.ed25519), disguised) {
        (true, true) => "is a published development key, listed in another role",
        (true, false) => "is a development key, and its secret half is published",
        (false, _) => "is a development key",
    };
    let severity = match channel {
        Channel::Development if !disguised => Severity::Warning,
        Channel::Development | Channel::Production => Severity::Error,
    };
    let message = format!("{id} in [{section}] {what}");
    Finding::new(
        &DEVELOPMENT_KEY,
        key.public.at.clone(),
        "never for devices in the field",
        message,
    )
    .and_label(key.role.at.clone(), "its role")
    .evidence("key-id", &id)
    .evidence("channel", channel.word())
    .evidence("published", is_published(&key.ed25519))
    .help("make a key with `cargo xtask keys new PATH`, list it, and remove this one")
    .about(Subject::item(format!("the key {id}")))
    .severity(severity)
}

fn no_spare(section: &str, set: &KeySet) -> Option<Finding> {
    let keys = set.keys.len();
    let needed = usize::try_from(set.threshold.value).ok()?;
    if needed < keys {
        return None;
    }
    let message = match keys {
        1 => format!("[{section}] has one key; when it is lost, nothing can be signed any more"),
        _ => format!(
            "[{section}] needs each of its {keys} keys; when one is lost, nothing can be signed any more"
        ),
    };
    let at = set.threshold.at.clone();
    let finding = Finding::new(
        &NO_SPARE_SIGNING_KEY,
        at,
        "as many as there are keys",
        message,
    )
    .and_label(set.at.clone(), "no spare key")
    .evidence("threshold", needed)
    .evidence("keys", keys)
    .help("add a key that is kept in another place (`cargo xtask keys new PATH`)")
    .about(Subject::item(section));
    Some(finding)
}

/// Whether the secret half is in the repository, whatever key id the policy gives it.
pub(crate) fn is_published(ed25519: &[u8; 32]) -> bool {
    let mut published = PUBLISHED.iter().filter_map(|file| ed25519_of(file));
    published.any(|published| published == *ed25519)
}

/// The last 32 of the 42 bytes in the second line (minisign's public key format).
fn ed25519_of(file: &str) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(file.lines().nth(1)?).ok()?;
    bytes.get(10..)?.try_into().ok()
}

/// The number that minisign prints.
fn id(key: &SigningKey) -> String {
    format!("{:016X}", u64::from_le_bytes(key.key_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchors::Inventory;
    use crate::calendar::Calendar;
    use crate::chains::Chains;
    use crate::ledger::Ledger;
    use crate::policy::{self, PolicyDraft};
    use crate::source::SourceFile;

    const BASE: &str = include_str!("../../fixtures/base/policy.toml");
    const RELEASE: &str = "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ";

    fn draft(change: impl Fn(&str) -> String) -> PolicyDraft {
        let changed = change(BASE);
        let reading = policy::read(&SourceFile::new("policy.toml", changed));
        assert!(reading.findings.is_empty(), "{:?}", reading.findings);
        reading.draft
    }

    /// Id, severity and message of each finding.
    fn findings(policy: &PolicyDraft, channel: Channel) -> Vec<(&'static str, Severity, String)> {
        let case = Case {
            policy,
            inventory: &Inventory::default(),
            calendar: &Calendar::default(),
            chains: &Chains::default(),
            ledger: &Ledger::default(),
            anchors: &[],
            as_of: "2026-07-01".parse().unwrap(),
            facts_known_on: None,
            proof: None,
            channel,
        };
        let mut findings = Vec::new();
        check(&case, &mut findings);
        findings
            .into_iter()
            .map(|found| (found.rule.id, found.severity, found.message))
            .collect()
    }

    fn published_lines() -> [&'static str; 3] {
        PUBLISHED.map(|file| file.lines().nth(1).unwrap())
    }

    /// The base policy signed by this key in this role.
    fn signed_by(public: &str, role: &str) -> PolicyDraft {
        let line = format!("{{ public = \"{public}\", role = \"{role}\" }}");
        let old = format!("{{ public = \"{RELEASE}\", role = \"release\" }}");
        draft(|base| base.replace(&old, &line))
    }

    #[test]
    fn each_published_key_can_be_read_and_is_another() {
        let keys: Vec<_> = PUBLISHED.map(|file| ed25519_of(file).unwrap()).into();
        assert!(keys.iter().all(is_published));
        let others = keys.iter().enumerate();
        let mut others = others.map(|(place, key)| keys[..place].contains(key));
        assert!(!others.any(|again| again));
        assert!(!is_published(&[0; 32]));
    }

    #[test]
    fn a_development_key_is_a_warning_until_production() {
        let published = published_lines().map(|key| {
            let what = "is a development key, and its secret half is published";
            (key, what)
        });
        let own = [(RELEASE, "is a development key")];
        for (key, what) in published.into_iter().chain(own) {
            let policy = signed_by(key, "development");
            let [(id, severity, message)] = &findings(&policy, Channel::Development)[..] else {
                panic!("not one finding");
            };
            assert_eq!((*id, *severity), ("S101", Severity::Warning));
            assert!(message.ends_with(what), "{message}");
            let production = findings(&policy, Channel::Production);
            assert_eq!(
                (production[0].0, production[0].1),
                ("S101", Severity::Error)
            );
        }
        assert!(findings(&draft(str::to_owned), Channel::Development).is_empty());
    }

    #[test]
    fn a_published_key_does_not_become_another_by_its_role_or_id() {
        for published in published_lines() {
            let mut bytes = STANDARD.decode(published).unwrap();
            bytes[2] ^= 1;
            for key in [published, &STANDARD.encode(bytes)] {
                let found = findings(&signed_by(key, "release"), Channel::Development);
                assert_eq!((found[0].0, found[0].1), ("S101", Severity::Error));
                assert!(found[0].2.contains("in another role"), "{}", found[0].2);
            }
        }
    }

    #[test]
    fn a_set_without_a_spare_key_is_found_for_production_only() {
        let base = draft(str::to_owned);
        let found = findings(&base, Channel::Production);
        let messages: Vec<_> = found
            .iter()
            .map(|(id, _, message)| (*id, message.as_str()))
            .collect();
        let lost = "nothing can be signed any more";
        assert_eq!(
            messages,
            [
                (
                    "S102",
                    &*format!("[signing] has one key; when it is lost, {lost}")
                ),
                (
                    "S102",
                    &*format!("[rescue] needs each of its 2 keys; when one is lost, {lost}")
                ),
            ]
        );
        let one_of_two = draft(|base| {
            let one = base.replace("[rescue]\nthreshold = 2", "[rescue]\nthreshold = 1");
            let spare = format!(
                "{{ public = \"{}\", role = \"release\" }},\n]\n\n[rescue]",
                SPARE
            );
            one.replace("]\n\n[rescue]", &format!("    {spare}"))
        });
        assert!(findings(&one_of_two, Channel::Production).is_empty());
    }

    const SPARE: &str = "RWQb/zdkxZrdeMzRw3dx1ki3J2q+MjyjQTq5irYl14HhirHGkODYe5it";
}
