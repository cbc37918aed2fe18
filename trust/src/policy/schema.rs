//! The shape of `policy.toml`: its sections and keys, in canonical order. Reader and formatter share it.

pub(super) use crate::words::nearest;

/// How a section is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// Any number of times, as `[[name]]`.
    List,
    /// Once, as `[name]`.
    Single,
}

/// Whether a policy may do without a section.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Presence {
    /// It may be left out.
    Optional,
    /// Without it there is nothing to prove.
    Required,
}

/// One section.
#[derive(Debug)]
pub(super) struct Section {
    /// As it stands in the brackets.
    pub(super) name: &'static str,
    /// How it is written.
    pub(super) form: Form,
    /// Whether it must be there.
    pub(super) presence: Presence,
    /// Its keys, in canonical order.
    pub(super) keys: &'static [&'static str],
}

impl Section {
    /// The header as it is written: `[product]`, `[[endpoint]]`.
    pub(super) fn header(&self) -> String {
        match self.form {
            Form::List => format!("[[{}]]", self.name),
            Form::Single => format!("[{}]", self.name),
        }
    }
}

/// The key before the first section.
pub(super) const SCHEMA_VERSION: &str = "schema-version";

/// The keys of one entry of `keys = […]` in `[signing]` and `[rescue]`, in canonical order.
pub(super) const SIGNING_KEY_KEYS: &[&str] = &["public", "role"];

/// The keys of one entry of `builders = […]` in `[audit]`, in canonical order.
pub(super) const BUILDER_KEYS: &[&str] = &["name", "operator", "public"];

/// The keys of one entry of `approvers = […]` in `[review]`, in canonical order; it has one of the last two.
pub(super) const APPROVER_KEYS: &[&str] = &["name", "minisign", "ssh"];

/// The keys of all inline tables, in an order that keeps each one's own.
pub(super) const INLINE_TABLE_KEYS: &[&str] =
    &["name", "operator", "public", "role", "minisign", "ssh"];

/// `[product]`
pub(super) const PRODUCT: Section = Section {
    name: "product",
    form: Form::Single,
    presence: Presence::Required,
    keys: &["name", "chip", "verifier", "store-sequence"],
};

/// `[service-life]`
pub(super) const SERVICE_LIFE: Section = Section {
    name: "service-life",
    form: Form::Single,
    presence: Presence::Required,
    keys: &[
        "ends",
        "last-unit-made",
        "years-in-service",
        "longest-offline-days",
    ],
};

/// `[validity]`
pub(super) const VALIDITY: Section = Section {
    name: "validity",
    form: Form::Single,
    presence: Presence::Required,
    keys: &["min-remaining-days", "programme-end"],
};

/// `[[required-root]]`
pub(super) const REQUIRED_ROOT: Section = Section {
    name: "required-root",
    form: Form::List,
    presence: Presence::Required,
    keys: &["name", "sha256", "reason", "effective-end"],
};

/// `[[endpoint]]`
pub(super) const ENDPOINT: Section = Section {
    name: "endpoint",
    form: Form::List,
    presence: Presence::Required,
    keys: &[
        "name",
        "url",
        "redirects",
        "owner",
        "profile",
        "key-type",
        "leaf-days",
        "leaf-ends",
        "renewal-slack-days",
        "chains",
    ],
};

/// `[[pin-fallback]]`
pub(super) const PIN_FALLBACK: Section = Section {
    name: "pin-fallback",
    form: Form::List,
    presence: Presence::Optional,
    keys: &["endpoint", "spki-sha256", "expires", "after-expiry"],
};

/// `[coverage]`
pub(super) const COVERAGE: Section = Section {
    name: "coverage",
    form: Form::Single,
    presence: Presence::Required,
    keys: &[
        "independent-paths",
        "distinct-owners",
        "count-private",
        "count-rescue",
    ],
};

/// `[[output]]`
pub(super) const OUTPUT: Section = Section {
    name: "output",
    form: Form::List,
    presence: Presence::Optional,
    keys: &["format", "path"],
};

/// `[signing]`
pub(super) const SIGNING: Section = Section {
    name: "signing",
    form: Form::Single,
    presence: Presence::Required,
    keys: &["threshold", "keys"],
};

/// `[rescue]`
pub(super) const RESCUE: Section = Section {
    name: "rescue",
    form: Form::Single,
    presence: Presence::Optional,
    keys: &["threshold", "keys"],
};

/// `[audit]`
pub(super) const AUDIT: Section = Section {
    name: "audit",
    form: Form::Single,
    presence: Presence::Optional,
    keys: &["threshold", "distinct", "builders"],
};

/// `[review]`
pub(super) const REVIEW: Section = Section {
    name: "review",
    form: Form::Single,
    presence: Presence::Optional,
    keys: &["weakening", "other", "approvers"],
};

/// `[[waiver]]`
pub(super) const WAIVER: Section = Section {
    name: "waiver",
    form: Form::List,
    presence: Presence::Optional,
    keys: &["code", "anchor", "endpoint", "owner", "reason", "expires"],
};

/// Every section, in canonical order.
pub(super) const SECTIONS: [&Section; 13] = [
    &PRODUCT,
    &SERVICE_LIFE,
    &VALIDITY,
    &REQUIRED_ROOT,
    &ENDPOINT,
    &PIN_FALLBACK,
    &COVERAGE,
    &OUTPUT,
    &SIGNING,
    &RESCUE,
    &AUDIT,
    &REVIEW,
    &WAIVER,
];

/// What may stand at the top of the file: the version and the names of the sections.
pub(super) const ROOT_KEYS: &[&str] = &[
    SCHEMA_VERSION,
    PRODUCT.name,
    SERVICE_LIFE.name,
    VALIDITY.name,
    REQUIRED_ROOT.name,
    ENDPOINT.name,
    PIN_FALLBACK.name,
    COVERAGE.name,
    OUTPUT.name,
    SIGNING.name,
    RESCUE.name,
    AUDIT.name,
    REVIEW.name,
    WAIVER.name,
];

/// The section with this name.
pub(super) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.into_iter().find(|section| section.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_the_file_lists_every_section() {
        let sections: Vec<_> = SECTIONS.iter().map(|section| section.name).collect();
        assert_eq!(ROOT_KEYS[0], SCHEMA_VERSION);
        assert_eq!(&ROOT_KEYS[1..], sections);
    }

    #[test]
    fn the_order_of_inline_tables_keeps_each_ones_own() {
        for own in [SIGNING_KEY_KEYS, BUILDER_KEYS, APPROVER_KEYS] {
            let kept: Vec<_> = INLINE_TABLE_KEYS
                .iter()
                .filter(|k| own.contains(k))
                .collect();
            assert_eq!(kept, own.iter().collect::<Vec<_>>());
        }
    }
}
