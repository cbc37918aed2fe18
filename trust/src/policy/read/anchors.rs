//! `[[required-root]]`.

use super::sections::Sections;
use super::table::Table;
use super::unique;
use super::values;
use crate::finding::Subject;
use crate::policy::model::RequiredRoot;
use crate::policy::schema;

/// Every required root that could be read, in file order.
pub(super) fn required_roots(sections: &Sections<'_, '_>) -> Vec<RequiredRoot> {
    let tables = sections.tables(&schema::REQUIRED_ROOT);
    let mut fingerprints = Vec::new();
    let mut roots = Vec::new();
    for table in tables {
        let name = table
            .entry("name")
            .and_then(|entry| values::text(entry.value).ok());
        let table = table.about(Subject {
            anchor: name,
            ..Subject::default()
        });
        let fingerprint = table.required("sha256", values::sha256);
        fingerprints.extend(fingerprint.clone());
        roots.extend(required_root(&table, fingerprint));
    }
    unique::report_repeated(
        sections.context(),
        &fingerprints,
        "the fingerprint",
        |fingerprint| hex::encode(fingerprint),
        "delete one of the two [[required-root]]",
    );
    roots
}

fn required_root(
    table: &Table<'_>,
    sha256: Option<crate::policy::Located<crate::policy::Sha256>>,
) -> Option<RequiredRoot> {
    let name = table.required("name", values::text);
    let reason = table.required("reason", values::text);
    let effective_end = table.optional("effective-end", values::date);
    Some(RequiredRoot {
        name: name?,
        sha256: sha256?,
        reason: reason?,
        effective_end,
        at: table.at().clone(),
    })
}
