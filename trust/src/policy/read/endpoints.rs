//! `[[endpoint]]` and `[[pin-fallback]]`.

use toml::de::DeValue;

use super::problem::{Problem, shortened};
use super::sections::Sections;
use super::table::Table;
use super::unique;
use super::url::url;
use super::values::{self, Outcome};
use crate::calendar::KeyType;
use crate::finding::Subject;
use crate::policy::model::{AfterExpiry, Endpoint, Located, PinFallback};
use crate::policy::schema;
use crate::rules::policy as rules;

/// What holds when pins have expired.
pub(super) const AFTER_EXPIRY: &[(&str, AfterExpiry)] = &[("roots-only", AfterExpiry::RootsOnly)];

/// The kinds of keys.
pub(super) const KEY_TYPES: &[(&str, KeyType)] = &[
    (KeyType::Ecdsa.word(), KeyType::Ecdsa),
    (KeyType::Rsa.word(), KeyType::Rsa),
];

/// The endpoints of a policy.
pub(super) struct Endpoints {
    /// Those that could be read, in file order.
    pub(super) read: Vec<Endpoint>,
    /// The names of all of them: what refers to one that is wrong elsewhere is itself right.
    pub(super) names: Vec<Located<String>>,
}

/// Reads the endpoints.
pub(super) fn endpoints(sections: &Sections<'_, '_>) -> Endpoints {
    let mut names = Vec::new();
    let mut read = Vec::new();
    for table in sections.tables(&schema::ENDPOINT) {
        let name = table.required("name", values::text);
        let table = table.about(Subject {
            endpoint: name.as_ref().map(|name| name.value.clone()),
            ..Subject::default()
        });
        names.extend(name.clone());
        read.extend(endpoint(&table, name));
    }
    unique::report_repeated(
        sections.context(),
        &names,
        "the endpoint name",
        |name| format!("\"{name}\""),
        "give each [[endpoint]] a name of its own",
    );
    Endpoints { read, names }
}

/// Reads the pins; `endpoints` are the names they may refer to.
pub(super) fn pin_fallbacks(
    sections: &Sections<'_, '_>,
    endpoints: &[Located<String>],
) -> Vec<PinFallback> {
    let tables = sections.tables(&schema::PIN_FALLBACK);
    tables
        .iter()
        .filter_map(|table| pin_fallback(table, endpoints))
        .collect()
}

/// The name of an endpoint that exists; `None` when it does not, which is reported.
pub(super) fn known_endpoint(
    table: &Table<'_>,
    endpoints: &[Located<String>],
    name: Located<String>,
) -> Option<Located<String>> {
    if endpoints.iter().any(|known| known.value == name.value) {
        return Some(name);
    }
    let known: Vec<_> = endpoints.iter().map(|known| known.value.as_str()).collect();
    let list = known.join(", ");
    let help = match schema::nearest(&name.value, known.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"? Known: {list}"),
        None if known.is_empty() => "add the [[endpoint]] that it is about".to_owned(),
        None => format!("name one of the endpoints of this policy: {list}"),
    };
    let problem = Problem::invalid(
        format!(
            "refers to \"{}\", which is no endpoint of this policy",
            shortened(&name.value)
        ),
        "no endpoint has this name",
    )
    .of(&rules::UNKNOWN_REFERENCE)
    .help(help)
    .evidence("known", list);
    table.report("endpoint", name.at, problem);
    None
}

fn endpoint(table: &Table<'_>, name: Option<Located<String>>) -> Option<Endpoint> {
    let at_url = table.required("url", url);
    let redirects = table.list("redirects", url);
    let owner = table.required("owner", values::text);
    let profile = table.optional("profile", values::text);
    let key_type = table.optional("key-type", |value| values::word(value, KEY_TYPES));
    let leaf_days = table.optional("leaf-days", values::days_at_least_one);
    let leaf_ends = table.optional("leaf-ends", values::date);
    let renewal_slack_days = table.optional("renewal-slack-days", values::days);
    let chains = table.list("chains", chain_path);
    Some(Endpoint {
        name: name?,
        url: at_url?,
        redirects: redirects?,
        owner: owner?,
        profile,
        key_type,
        leaf_days,
        leaf_ends,
        renewal_slack_days,
        chains: chains?,
        at: table.at().clone(),
    })
}

fn pin_fallback(table: &Table<'_>, endpoints: &[Located<String>]) -> Option<PinFallback> {
    let endpoint = table
        .required("endpoint", values::text)
        .and_then(|name| known_endpoint(table, endpoints, name));
    let pins = table.required_list("spki-sha256", values::sha256);
    let expires = table.required("expires", values::date);
    let after_expiry = table.optional("after-expiry", |value| values::word(value, AFTER_EXPIRY));
    let spki_sha256 = pins?;
    if let (true, Some(entry)) = (spki_sha256.is_empty(), table.entry("spki-sha256")) {
        let problem = Problem::invalid("has no pin in it", "an empty list")
            .help("add the pin in use and a backup pin, or delete this [[pin-fallback]]");
        table.report("spki-sha256", table.context().place(entry.span()), problem);
        return None;
    }
    Some(PinFallback {
        endpoint: endpoint?,
        spki_sha256,
        expires: expires?,
        after_expiry,
        at: table.at().clone(),
    })
}

/// A file below `trust/`, with `/` between its parts, and never one outside.
fn chain_path(value: &DeValue<'_>) -> Outcome<String> {
    let path = values::text(value)?;
    if is_chain_path(&path) {
        return Ok(path);
    }
    Err(
        Problem::invalid("must be a path below trust/", "leads elsewhere")
            .help("write it as \"endpoints/NAME-DATE.pem\", relative to trust/"),
    )
}

/// Whether this is a path below a folder, and leads nowhere else.
pub(crate) fn is_chain_path(path: &str) -> bool {
    let inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    inside && !path.contains(['\\', ':'])
}
