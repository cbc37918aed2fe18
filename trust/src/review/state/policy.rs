//! The policy. Every structure is taken apart by name: a key that is added to the policy and not here does not compile.

use std::sync::Arc;

use super::value::{identity, quoted};
use super::{Item, State};
use crate::finding::Severity;
use crate::policy::{
    self, Approver, Audit, Builder, CoverageRequirement, Endpoint, KeySet, Output, PinFallback,
    PolicyDraft, Product, RequiredRoot, Review, ServiceLife, SigningKey, Validity, Waiver,
};
use crate::review::subject::Section;
use crate::source::SourceFile;

impl State {
    /// The policy, as far as it can be read. An empty file is no policy.
    pub(in crate::review) fn add_policy(&mut self, files: &[Arc<SourceFile>]) {
        for file in files.iter().filter(|file| !file.text.trim().is_empty()) {
            self.add(Section::Policy, "", Item::new(&file.name));
            let reading = policy::read(file);
            self.add_unreadable(files, &reading.findings);
            self.add_sections(&reading.draft);
        }
    }

    fn add_sections(&mut self, draft: &PolicyDraft) {
        let PolicyDraft {
            product,
            service_life,
            validity,
            required_roots,
            endpoints,
            // Says how much of the file could be read, which the findings say, too.
            left_out: _,
            pin_fallbacks,
            coverage,
            outputs,
            signing,
            rescue,
            audit,
            review,
            waivers,
        } = draft;
        let single = [
            (Section::Product, product.as_ref().map(of_product)),
            (
                Section::ServiceLife,
                service_life.as_ref().map(of_service_life),
            ),
            (Section::Validity, validity.as_ref().map(of_validity)),
            (Section::EndpointOrder, Some(of_order(endpoints))),
            (Section::Coverage, coverage.as_ref().map(of_coverage)),
            (Section::Signing, signing.as_ref().map(of_keys)),
            (Section::Rescue, rescue.as_ref().map(of_keys)),
            (Section::Audit, audit.as_ref().map(of_audit)),
            (Section::Review, review.as_ref().map(of_review)),
        ];
        for (section, item) in single {
            if let Some(item) = item {
                self.add(section, "", item);
            }
        }
        for root in required_roots.iter() {
            let identity = hex::encode(root.sha256.value);
            self.add(Section::RequiredRoot, identity, of_root(root));
        }
        for endpoint in endpoints {
            self.add(
                Section::Endpoint,
                &endpoint.name.value,
                of_endpoint(endpoint),
            );
        }
        for fallback in pin_fallbacks {
            self.add(
                Section::PinFallback,
                &fallback.endpoint.value,
                of_fallback(fallback),
            );
        }
        for output in outputs {
            self.add(Section::Output, &output.path.value, of_output(output));
        }
        for waiver in waivers {
            let only = [&waiver.anchor, &waiver.endpoint];
            let [anchor, endpoint] = only.map(|name| name.as_ref().map(|name| name.value.as_str()));
            let identity = identity(&[Some(&waiver.code.value), anchor, endpoint]);
            self.add(Section::Waiver, identity, of_waiver(waiver));
        }
    }
}

fn of_product(product: &Product) -> Item {
    let Product {
        name,
        chip,
        verifier,
        store_sequence,
    } = product;
    Item::new("")
        .text("name", &name.value)
        .text("chip", &chip.value)
        .text("verifier", verifier.value.word())
        .number("store-sequence", store_sequence.value)
}

fn of_service_life(life: &ServiceLife) -> Item {
    let ServiceLife {
        ends,
        longest_offline_days,
    } = life;
    Item::new("")
        .day("ends", ends.value)
        .number("longest-offline-days", longest_offline_days.value)
}

fn of_validity(validity: &Validity) -> Item {
    let Validity {
        min_remaining_days,
        programme_end,
    } = validity;
    let word = match programme_end {
        Some(Severity::Error) => "deny",
        Some(Severity::Warning | Severity::Note) => "warn",
        None => "allow",
    };
    Item::new("")
        .number("min-remaining-days", min_remaining_days.value)
        .text("programme-end", word)
}

fn of_root(root: &RequiredRoot) -> Item {
    let RequiredRoot {
        name,
        sha256,
        reason,
        effective_end,
        at: _,
    } = root;
    Item::new(&name.value)
        .text("name", &name.value)
        .text("sha256", hex::encode(sha256.value))
        .text("reason", &reason.value)
        .maybe(effective_end.as_ref(), |item, end| {
            item.day("effective-end", end.value)
        })
}

fn of_endpoint(endpoint: &Endpoint) -> Item {
    let Endpoint {
        name,
        url,
        redirects,
        owner,
        profile,
        key_type,
        leaf_days,
        leaf_ends,
        renewal_slack_days,
        chains,
        at: _,
    } = endpoint;
    Item::new(&name.value)
        .text("url", &url.value)
        .set("redirects", redirects.iter().map(|url| &url.value))
        .text("owner", &owner.value)
        .maybe(profile.as_ref(), |item, profile| {
            item.text("profile", &profile.value)
        })
        .maybe(key_type.as_ref(), |item, kind| {
            item.text("key-type", kind.value.word())
        })
        .maybe(leaf_days.as_ref(), |item, days| {
            item.number("leaf-days", days.value)
        })
        .maybe(leaf_ends.as_ref(), |item, day| {
            item.day("leaf-ends", day.value)
        })
        .maybe(renewal_slack_days.as_ref(), |item, days| {
            item.number("renewal-slack-days", days.value)
        })
        .set("chains", chains.iter().map(|path| &path.value))
}

/// The order is not the endpoints' own: one that is added in front of others changes them not.
fn of_order(endpoints: &[Endpoint]) -> Item {
    let names = endpoints.iter().map(|endpoint| &endpoint.name.value);
    Item::new("").list("endpoints", names)
}

fn of_fallback(fallback: &PinFallback) -> Item {
    let PinFallback {
        endpoint,
        spki_sha256,
        expires,
        after_expiry,
        at: _,
    } = fallback;
    let after = after_expiry.as_ref().map(|after| match after.value {
        policy::AfterExpiry::RootsOnly => "roots-only",
    });
    Item::new(&endpoint.value)
        .set(
            "spki-sha256",
            spki_sha256.iter().map(|pin| hex::encode(pin.value)),
        )
        .day("expires", expires.value)
        .maybe(after, |item, after| item.text("after-expiry", after))
}

fn of_coverage(coverage: &CoverageRequirement) -> Item {
    let CoverageRequirement {
        independent_paths,
        distinct_owners,
        count_private,
        count_rescue,
    } = coverage;
    Item::new("")
        .number("independent-paths", independent_paths.value)
        .number("distinct-owners", distinct_owners.value)
        .flag("count-private", *count_private)
        .flag("count-rescue", *count_rescue)
}

fn of_output(output: &Output) -> Item {
    let Output { format, path } = output;
    Item::new(&path.value)
        .text("format", format.value.word())
        .text("path", &path.value)
}

fn of_keys(set: &KeySet) -> Item {
    let KeySet {
        threshold,
        keys,
        at: _,
    } = set;
    let key = |key: &SigningKey| {
        let SigningKey {
            public,
            // Both are in the public key.
            key_id: _,
            ed25519: _,
            role,
        } = key;
        format!("{} ({})", public.value, role.value.word())
    };
    Item::new("")
        .number("threshold", threshold.value)
        .set("keys", keys.iter().map(key))
}

fn of_audit(audit: &Audit) -> Item {
    let Audit {
        threshold,
        distinct,
        builders,
        at: _,
    } = audit;
    let builder = |builder: &Builder| {
        let Builder {
            name,
            operator,
            public,
            // Both are in the public key.
            key_id: _,
            ed25519: _,
        } = builder;
        let operator = quoted(&operator.value);
        format!("{} of {operator}, {}", name.value, public.value)
    };
    Item::new("")
        .number("threshold", threshold.value)
        .number("distinct", distinct.value)
        .set("builders", builders.iter().map(builder))
}

fn of_review(review: &Review) -> Item {
    let Review {
        weakening,
        other,
        approvers,
        at: _,
    } = review;
    let approver = |approver: &Approver| {
        let Approver { name, key } = approver;
        format!("{}, {}", name.value, key.value.text())
    };
    Item::new("")
        .number("weakening", weakening.value)
        .number("other", other.value)
        .set("approvers", approvers.iter().map(approver))
}

fn of_waiver(waiver: &Waiver) -> Item {
    let Waiver {
        code,
        anchor,
        endpoint,
        owner,
        reason,
        expires,
        at: _,
    } = waiver;
    let texts = [
        ("anchor", anchor),
        ("endpoint", endpoint),
        ("owner", owner),
        ("reason", reason),
    ];
    let only = texts[..2].iter().filter_map(|(key, text)| {
        let text = text.as_ref()?;
        Some(format!(" for {key} {}", text.value))
    });
    let name = std::iter::once(code.value.clone())
        .chain(only)
        .collect::<String>();
    let item = Item::new(name).text("code", &code.value);
    let item = texts.into_iter().fold(item, |item, (key, text)| {
        item.maybe(text.as_ref(), |item, text| item.text(key, &text.value))
    });
    item.maybe(expires.as_ref(), |item, day| item.day("expires", day.value))
}
