//! Every section and key, in canonical order.

use super::{KeyReference, Kind, Presence, SectionReference};
use crate::policy::read::known::{
    self, MAX_DAYS, MAX_KEYS, MAX_PATHS, MAX_SEQUENCE, MAX_YEARS, SCHEMA,
};
use crate::policy::schema;

/// The key before the first section.
pub const TOP: KeyReference = must(
    schema::SCHEMA_VERSION,
    Kind::Number(SCHEMA, SCHEMA),
    "the version of what is described here",
);

/// Every section.
pub const SECTIONS: &[SectionReference] = &[
    PRODUCT,
    SERVICE_LIFE,
    VALIDITY,
    REQUIRED_ROOT,
    ENDPOINT,
    PIN_FALLBACK,
    COVERAGE,
    OUTPUT,
    SIGNING,
    RESCUE,
    AUDIT,
    REVIEW,
    WAIVER,
];

const PRODUCT: SectionReference = SectionReference {
    name: "product",
    meaning: "What the firmware is.",
    repeats: false,
    required: true,
    either: &[],
    keys: &[
        must(
            "name",
            Kind::ProductName,
            "name of the product; it stands in the app descriptor and in the store, and the firmware is compiled with it",
        ),
        must(
            "chip",
            Kind::Words(known::chips),
            "the chip that images are built for",
        ),
        must(
            "verifier",
            Kind::Words(known::verifiers),
            "verifier model: what the firmware verifies chains with",
        ),
        default(
            "store-sequence",
            "1",
            Kind::Number(1, MAX_SEQUENCE),
            "rises by one with each change of the store, so that a device can tell the newer of two (L106, L108, L109)",
        ),
    ],
};

const SERVICE_LIFE: SectionReference = SectionReference {
    name: "service-life",
    meaning: "How long the last unit must be able to update. Give `ends`, or `last-unit-made` and `years-in-service`; not both.",
    repeats: false,
    required: true,
    either: &[&["ends"], &["last-unit-made", "years-in-service"]],
    keys: &[
        grouped("ends", Kind::Date, "last day of service"),
        grouped(
            "last-unit-made",
            Kind::Date,
            "the day on which the last unit is made",
        ),
        grouped(
            "years-in-service",
            Kind::Number(1, MAX_YEARS),
            "how many years the last unit is in service: until the same day that many years later; 29 February becomes 28 February",
        ),
        must(
            "longest-offline-days",
            Kind::Number(1, MAX_DAYS),
            "the slowest device to come back and update (L101, L102, L104)",
        ),
    ],
};

const VALIDITY: SectionReference = SectionReference {
    name: "validity",
    meaning: "What each anchor must have left.",
    repeats: false,
    required: true,
    either: &[],
    keys: &[
        must(
            "min-remaining-days",
            Kind::Number(0, MAX_DAYS),
            "how many days each anchor must have left at the release date; exactly that many are enough (A105)",
        ),
        must(
            "programme-end",
            Kind::Words(known::programme_ends),
            "what it weighs when an anchor's owner or the root programmes retire it in service (A104): nothing, a warning, an error",
        ),
    ],
};

const REQUIRED_ROOT: SectionReference = SectionReference {
    name: "required-root",
    meaning: "An anchor of the store; at least one.",
    repeats: true,
    required: true,
    either: &[],
    keys: &[
        must(
            "name",
            Kind::Text,
            "for the reader; must be the name in the certificate (A102)",
        ),
        must(
            "sha256",
            Kind::Sha256,
            "fingerprint: SHA-256 of the DER certificate; selects the anchor in `trust/anchors/`; each once",
        ),
        must(
            "reason",
            Kind::Text,
            "why the store has it; it stands in the rendered source and in the report",
        ),
        may(
            "effective-end",
            Kind::Date,
            "an end that you decided on; it counts where it is earlier than the certificate's notAfter",
        ),
    ],
};

const ENDPOINT: SectionReference = SectionReference {
    name: "endpoint",
    meaning: "A server that devices fetch updates from; at least one. Devices get them in file order.",
    repeats: true,
    required: true,
    either: &[],
    keys: &[
        must("name", Kind::Text, "unique"),
        must("url", Kind::Url, "where updates are"),
        may(
            "redirects",
            Kind::List(&Kind::Url, 0),
            "other places that it may redirect to (E113)",
        ),
        must(
            "owner",
            Kind::Text,
            "owner of the CA that issues its certificates, in the words of `roots list`",
        ),
        may(
            "profile",
            Kind::Text,
            "which of its CA's chains it sends, in the words of the calendar's `[[chain]]`: `\"default\"`",
        ),
        may(
            "key-type",
            Kind::Words(known::key_types),
            "kind of the key in its certificates; where it is not said and no chain was captured, either may be",
        ),
        may(
            "leaf-days",
            Kind::Number(1, MAX_DAYS),
            "lifetime of its certificates: how long a change of the CA takes to reach the server",
        ),
        may(
            "leaf-ends",
            Kind::Date,
            "last day of the certificate that it is known to send, where there is no captured chain",
        ),
        default(
            "renewal-slack-days",
            "0",
            Kind::Number(0, MAX_DAYS),
            "how many days earlier than a third of its life before its end a certificate may be renewed",
        ),
        may(
            "chains",
            Kind::List(&Kind::Path, 0),
            "captured chains: PEM, leaf first (E114 to E117)",
        ),
    ],
};

const PIN_FALLBACK: SectionReference = SectionReference {
    name: "pin-fallback",
    meaning: "Keys that are trusted for one endpoint when no anchor leads to its chain.",
    repeats: true,
    required: false,
    either: &[],
    keys: &[
        must("endpoint", Kind::Text, "name of an endpoint"),
        must(
            "spki-sha256",
            Kind::List(&Kind::Sha256, 1),
            "pins: SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469); at least one of them a backup pin (K101, K103)",
        ),
        must("expires", Kind::Date, "last day on which the pins count"),
        may(
            "after-expiry",
            Kind::Words(known::after_expiry),
            "what holds from the day after; must be there when the pins expire in service (K102)",
        ),
    ],
};

const COVERAGE: SectionReference = SectionReference {
    name: "coverage",
    meaning: "How many ways must lead to the servers on each day of service.",
    repeats: false,
    required: true,
    either: &[],
    keys: &[
        must(
            "independent-paths",
            Kind::Number(1, MAX_PATHS),
            "how many independent paths (E103)",
        ),
        must(
            "distinct-owners",
            Kind::Number(1, MAX_PATHS),
            "how many different owners among them; at most `independent-paths`",
        ),
        default(
            "count-private",
            "false",
            Kind::Boolean,
            "whether an anchor of no root programme counts as a path",
        ),
        default(
            "count-rescue",
            "false",
            Kind::Boolean,
            "whether the keys of `[rescue]` count as a path",
        ),
    ],
};

const SIGNING: SectionReference = SectionReference {
    name: "signing",
    meaning: "Who signs releases.",
    repeats: false,
    required: true,
    either: &[],
    keys: &[
        must(
            "threshold",
            Kind::Number(1, MAX_KEYS),
            "how many different keys must sign a release; at most the number of keys",
        ),
        must(
            "keys",
            Kind::List(
                &Kind::Table(&[
                    PUBLIC,
                    must(
                        "role",
                        Kind::Words(known::signing_roles),
                        "`\"development\"` is for a key that must never sign for devices in the field (S101)",
                    ),
                ]),
                1,
            ),
            "each key once",
        ),
    ],
};

const RESCUE: SectionReference = SectionReference {
    name: "rescue",
    meaning: "Keys for store updates that a device accepts without TLS. No key may be in `[signing]` too.",
    repeats: false,
    required: false,
    either: &[],
    keys: &[
        must(
            "threshold",
            Kind::Number(1, MAX_KEYS),
            "how many different keys must sign; at most the number of keys",
        ),
        must(
            "keys",
            Kind::List(
                &Kind::Table(&[
                    PUBLIC,
                    must(
                        "role",
                        Kind::Words(known::rescue_roles),
                        "as in `[signing]`",
                    ),
                ]),
                1,
            ),
            "each key once",
        ),
    ],
};

const OUTPUT: SectionReference = SectionReference {
    name: "output",
    meaning: "A file of the project that `render` writes the store into and `render --check` compares.",
    repeats: true,
    required: false,
    either: &[],
    keys: &[
        must("format", Kind::Words(known::formats), "in which form"),
        must(
            "path",
            Kind::ProjectPath,
            "where, from the root of the project; not `policy.toml`, and not below `trust/` or `.git/`. Each file once",
        ),
    ],
};

const AUDIT: SectionReference = SectionReference {
    name: "audit",
    meaning: "Who builds releases again, and how many must come to the same bytes before one is published.",
    repeats: false,
    required: false,
    either: &[],
    keys: &[
        must(
            "threshold",
            Kind::Number(1, MAX_KEYS),
            "how many builders must agree; at most the number of builders",
        ),
        must(
            "distinct",
            Kind::Number(1, MAX_KEYS),
            "how many different operators must be among them; at most `threshold`, and at most the number of operators (S111)",
        ),
        must(
            "builders",
            Kind::List(
                &Kind::Table(&[
                    must(
                        "name",
                        Kind::FolderName,
                        "name of the builder and of its folder; unique",
                    ),
                    must("operator", Kind::Text, "who runs it"),
                    PUBLIC,
                ]),
                1,
            ),
            "names and keys are each there once",
        ),
    ],
};

const REVIEW: SectionReference = SectionReference {
    name: "review",
    meaning: "Who must have approved a change of the policy before `check` passes.",
    repeats: false,
    required: false,
    either: &[],
    keys: &[
        must(
            "weakening",
            Kind::Number(1, MAX_KEYS),
            "how many approvals a change that weakens needs; at most the number of approvers",
        ),
        must(
            "other",
            Kind::Number(0, MAX_KEYS),
            "how many approvals any other change needs; at most `weakening`",
        ),
        must(
            "approvers",
            Kind::List(
                &Kind::Table(&[
                    must("name", Kind::FolderName, "name of the approver; unique"),
                    grouped(
                        "minisign",
                        Kind::PublicKey,
                        "ed25519 public key in minisign's form",
                    ),
                    grouped("ssh", Kind::SshKey, "public key as OpenSSH writes it"),
                ]),
                1,
            ),
            "each with one key: `minisign` or `ssh`; names and keys are each there once",
        ),
    ],
};

const WAIVER: SectionReference = SectionReference {
    name: "waiver",
    meaning: "A finding that somebody answers for, until a day.",
    repeats: true,
    required: false,
    either: &[],
    keys: &[
        must("code", Kind::Code, "whose findings are waived"),
        may(
            "anchor",
            Kind::Text,
            "only findings about the anchor of this name",
        ),
        may(
            "endpoint",
            Kind::Text,
            "only findings about the endpoint of this name",
        ),
        must("owner", Kind::Text, "who answers for it"),
        must("reason", Kind::Text, "why"),
        must(
            "expires",
            Kind::Date,
            "last day on which the waiver covers, judged at the release date (P102)",
        ),
    ],
};

/// `public` of every inline table that has one.
const PUBLIC: KeyReference = must(
    "public",
    Kind::PublicKey,
    "the second line of a `.pub` file; `keys new` and `keys public` print the entry",
);

const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> KeyReference {
    key(name, kind, Presence::Required, meaning)
}

const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> KeyReference {
    key(name, kind, Presence::Optional, meaning)
}

const fn grouped(name: &'static str, kind: Kind, meaning: &'static str) -> KeyReference {
    key(name, kind, Presence::Grouped, meaning)
}

const fn default(
    name: &'static str,
    value: &'static str,
    kind: Kind,
    meaning: &'static str,
) -> KeyReference {
    key(name, kind, Presence::Default(value), meaning)
}

const fn key(
    name: &'static str,
    kind: Kind,
    presence: Presence,
    meaning: &'static str,
) -> KeyReference {
    KeyReference {
        name,
        kind,
        presence,
        meaning,
    }
}
