//! The policy reader and its canonical form.
//!
//! Any bytes: a reading, findings that can be printed, and a policy exactly when none of them is an error. A
//! canonical form is its own canonical form, says the same, and has no mistake that the original had not.

#![no_main]

use std::fmt::{Debug, Write as _};
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use perennial_fuzz::findings::{any_error, assert_printable};
use trust::policy::{self, KeySet, Located, PolicyDraft, Reading};
use trust::source::SourceFile;

fuzz_target!(|bytes: &[u8]| {
    let file = SourceFile::from_bytes("policy.toml", bytes);
    let reading = policy::read(&file);
    assert_printable(&reading.findings);
    assert_eq!(reading.policy.is_some(), !any_error(&reading.findings));
    match policy::canonical(&file) {
        Ok(text) => check_canonical(&reading, &text),
        Err(findings) => {
            assert_printable(&findings);
            assert!(any_error(&findings));
            assert!(reading.policy.is_none(), "read, and cannot be formatted");
        }
    }
});

fn check_canonical(reading: &Reading, text: &str) {
    let file: Arc<SourceFile> = SourceFile::new("policy.toml", text);
    assert_eq!(policy::canonical(&file).as_deref(), Ok(text), "not stable");
    let again = policy::read(&file);
    assert!(again.findings.len() <= reading.findings.len());
    if reading.findings.is_empty() {
        assert_eq!(meaning(&again.draft), meaning(&reading.draft));
    }
}

/// Every value of a draft, without its place.
fn meaning(draft: &PolicyDraft) -> String {
    let mut said = String::new();
    if let Some(product) = &draft.product {
        say(&mut said, &[&product.name, &product.chip]);
        say(&mut said, &[&product.verifier]);
        let _ = writeln!(said, "{}", product.store_sequence.value);
    }
    if let Some(service) = &draft.service_life {
        say(&mut said, &[&service.ends]);
        say(&mut said, &[&service.longest_offline_days]);
    }
    if let Some(validity) = &draft.validity {
        say(&mut said, &[&validity.min_remaining_days]);
        let _ = writeln!(said, "{:?}", validity.programme_end);
    }
    for root in draft.required_roots.iter() {
        say(&mut said, &[&root.name, &root.reason]);
        say(&mut said, &[&root.sha256]);
        say(&mut said, root.effective_end.as_slice());
    }
    for endpoint in &draft.endpoints {
        say(&mut said, &[&endpoint.name, &endpoint.url, &endpoint.owner]);
        say(&mut said, &endpoint.redirects);
        say(&mut said, &endpoint.chains);
        say(&mut said, endpoint.leaf_days.as_slice());
    }
    for pin in &draft.pin_fallbacks {
        say(&mut said, &[&pin.endpoint]);
        say(&mut said, &pin.spki_sha256);
        say(&mut said, &[&pin.expires]);
        say(&mut said, pin.after_expiry.as_slice());
    }
    if let Some(coverage) = &draft.coverage {
        say(
            &mut said,
            &[&coverage.independent_paths, &coverage.distinct_owners],
        );
    }
    say_keys(&mut said, draft.signing.as_ref());
    say_keys(&mut said, draft.rescue.as_ref());
    for waiver in &draft.waivers {
        say(&mut said, &[&waiver.code]);
        for optional in [
            &waiver.anchor,
            &waiver.endpoint,
            &waiver.owner,
            &waiver.reason,
        ] {
            say(&mut said, optional.as_slice());
        }
        say(&mut said, waiver.expires.as_slice());
    }
    let _ = writeln!(said, "{}", draft.left_out);
    said
}

fn say_keys(said: &mut String, keys: Option<&KeySet>) {
    let Some(keys) = keys else {
        return said.push_str("no keys\n");
    };
    say(said, &[&keys.threshold]);
    for key in &keys.keys {
        say(said, &[&key.public]);
        say(said, &[&key.role]);
        let _ = writeln!(said, "{:?} {:?}", key.key_id, key.ed25519);
    }
}

fn say<T: Debug, L: std::borrow::Borrow<Located<T>>>(said: &mut String, values: &[L]) {
    for value in values {
        let _ = write!(said, "{:?}; ", value.borrow().value);
    }
    said.push('\n');
}
