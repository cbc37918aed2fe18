//! Every field of every section, by name: whether another value is harmless, and when it is not.

use super::Why;
use super::rule::Rule;
use crate::review::subject::Section;

/// What `programme-end` may be, the mildest first.
const PROGRAMME_END: &[&str] = &["allow", "warn", "deny"];

/// How well a fact is known, the least first.
const CONFIDENCE: &[&str] = &["assumed", "rule", "announced", "observed"];

/// Each field of each section by name; `None` for one that nobody thought of.
pub(super) fn rule(section: Section, field: &str) -> Option<Rule> {
    let rule = match section {
        Section::Policy => return None,
        Section::Unreadable => Rule::Always(Why::Unreadable),
        Section::Release if field == "units" => Rule::Nought(Why::ReleaseForgotten),
        Section::Release | Section::RescueStore => Rule::Always(Why::RecordRewritten),
        Section::Capture => Rule::Always(Why::ServerRedeclared),
        section if section.is_fact() => return of_fact(section, field),
        section => return of_policy(section, field),
    };
    Some(rule)
}

fn of_policy(section: Section, field: &str) -> Option<Rule> {
    let more = |why| Rule::Elements {
        added: Some(why),
        removed: None,
    };
    Some(match (section, field) {
        (Section::Product, "verifier") => Rule::Always(Why::VerifierChanged),
        (Section::Product, "store-sequence") => Rule::Lower(Why::SequenceLowered),
        (Section::ServiceLife, "ends" | "longest-offline-days") => {
            Rule::Lower(Why::ServiceShortened)
        }
        (Section::Coverage, "independent-paths" | "distinct-owners")
        | (Section::Validity, "min-remaining-days") => Rule::Lower(Why::RequirementLowered),
        (Section::Coverage, "count-private" | "count-rescue") => {
            Rule::True(Why::RequirementLowered)
        }
        (Section::Validity, "programme-end") => {
            Rule::Milder(PROGRAMME_END, Why::RequirementLowered)
        }
        (Section::RequiredRoot, "effective-end") => Rule::Later(Why::AnchorEndLater),
        (
            Section::Endpoint,
            "url" | "redirects" | "owner" | "profile" | "key-type" | "leaf-days" | "leaf-ends"
            | "renewal-slack-days" | "chains",
        ) => Rule::Always(Why::ServerRedeclared),
        (Section::PinFallback, "spki-sha256") => Rule::Elements {
            added: Some(Why::PinAdded),
            removed: Some(Why::PinRemoved),
        },
        (Section::PinFallback, "expires") => Rule::Lower(Why::PinEndsEarlier),
        // There is one value. Another one would be another way for pins to end.
        (Section::PinFallback, "after-expiry") => Rule::Always(Why::PinEndsEarlier),
        (Section::Signing | Section::Rescue, "threshold")
        | (Section::Audit, "threshold" | "distinct")
        | (Section::Review, "weakening" | "other") => Rule::Lower(Why::ThresholdLowered),
        (Section::Signing | Section::Rescue, "keys")
        | (Section::Audit, "builders")
        | (Section::Review, "approvers") => more(Why::SignerAdded),
        // Without one of them it covers nothing.
        (Section::Waiver, "owner" | "reason") => Rule::WasNone(Why::WaiverAdded),
        (Section::Waiver, "expires") => {
            Rule::WasNoneOrLater(Why::WaiverAdded, Why::WaiverLonger)
        }
        // A name, or what says which one it is, which is another one then.
        (Section::Product, "name" | "chip")
        | (Section::RequiredRoot, "name" | "sha256" | "reason")
        | (Section::Output, "format" | "path")
        | (Section::Waiver, "code" | "anchor" | "endpoint")
        | (Section::Candidate, "sha256")
        // Devices ask all of them.
        | (Section::EndpointOrder, "endpoints") => Rule::Harmless,
        _ => return None,
    })
}

fn of_fact(section: Section, field: &str) -> Option<Rule> {
    let elements = |added| Rule::Elements {
        added,
        removed: Some(Why::FactRemoved),
    };
    Some(match (section, field) {
        // For the reader.
        (_, "name" | "note" | "source") | (Section::Event, "introduces") => Rule::Harmless,
        (_, "confidence") => Rule::Milder(CONFIDENCE, Why::FactChanged),
        // Before that day nobody knew: questions about the past leave it out.
        (_, "announced") => Rule::Always(Why::FactChanged),
        // These end something, and nothing else.
        (Section::LifecycleRule | Section::Root | Section::Event, "superseded") => {
            Rule::Superseded { again: None }
        }
        (_, "superseded") => Rule::Superseded {
            again: Some(Why::FactChanged),
        },
        (Section::Owner, "organisations") | (Section::Chain, "issuers") => {
            elements(Some(Why::FactChanged))
        }
        (Section::Event, "programmes") => elements(Some(Why::FactChanged)),
        (Section::LifecycleRule | Section::Root, "programmes") | (Section::Event, "retires") => {
            elements(None)
        }
        // Fewer keys are covered.
        (Section::LifecycleRule, "key-created-until") => Rule::Earlier(Why::FactChanged),
        (Section::LifecycleRule, "removal" | "removal-years")
        | (Section::Root, "effective-end" | "not-after")
        | (Section::Certificate, "not-after" | "revoked")
        | (Section::Event, "date") => Rule::Later(Why::FactLater),
        (Section::Owner, "leaf-days")
        | (Section::LifecycleRule, "key-created-from")
        | (Section::Root, "sha256" | "owner" | "key-created")
        | (
            Section::Certificate,
            "subject" | "issuer" | "key" | "signature" | "not-before" | "serial" | "sha256"
            | "spki-sha256",
        )
        | (Section::Event, "kind" | "owner" | "days")
        | (Section::Chain, "owner" | "profile" | "key-type" | "from" | "path" | "root") => {
            Rule::Always(Why::FactChanged)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
