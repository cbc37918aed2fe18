//! `trust/calendar/*.toml` to [`Calendar`]. Every file has the same schema, so facts may be spread over files
//! as a reader likes; `docs/reference/calendar.md` describes it.

use std::ops::Range;
use std::sync::Arc;

use toml::de::DeTable;

use super::whole;
use super::{
    Calendar, CertificateFact, ChainFact, Confidence, EventFact, EventKind, Evidence, KeyType,
    LifecycleRule, Named, OwnerFact, Removal, RootFact,
};
use crate::date::Date;
use crate::fields::{FieldRules, Fields, finding};
use crate::finding::Finding;
use crate::rules::certificates::{CALENDAR_BAD_VALUE, CALENDAR_UNKNOWN_KEY, CALENDAR_UNREADABLE};
use crate::source::SourceFile;

const RULES: FieldRules = FieldRules {
    bad_value: &CALENDAR_BAD_VALUE,
    unknown_key: &CALENDAR_UNKNOWN_KEY,
};

/// The schema that this version reads.
const SCHEMA_VERSION: &str = "1";

impl Calendar {
    /// Reads the files of `trust/calendar/`. A fact with a mistake is left out and has a finding. A calendar
    /// without a lifecycle rule has one too: without rules every anchor would look good until its notAfter.
    pub fn read(files: &[Arc<SourceFile>]) -> (Self, Vec<Finding>) {
        let mut calendar = Self::default();
        let mut findings = Vec::new();
        for file in files {
            findings.extend(read_file(file, &mut calendar));
        }
        if (whole::LIFECYCLE_RULES.lacks)(&calendar) && findings.is_empty() {
            findings.extend([whole::lost(files, &whole::LIFECYCLE_RULES)]);
        }
        calendar.events.sort_by_key(|event| event.date);
        calendar.chains.sort_by_key(|chain| chain.from);
        calendar.rebuild_index();
        findings.extend(calendar.retire_nothing());
        crate::finding::sort(&mut findings);
        (calendar, findings)
    }
}

fn read_file(file: &Arc<SourceFile>, calendar: &mut Calendar) -> Vec<Finding> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    if !errors.is_empty() {
        return errors
            .iter()
            .map(|error| syntax_error(file, error))
            .collect();
    }
    let mut top = Fields::new(&RULES, file, "the calendar", document.get_ref(), 0..0);
    let version = |value: &toml::de::DeValue<'_>| {
        let version = value.as_integer()?;
        (version.as_str() == SCHEMA_VERSION && version.radix() == 10).then_some(())
    };
    top.required("schema-version", "1, the schema of this version", version);
    let common = Common {
        confidence: confidence(&mut top, None),
        source: top.optional_text("source"),
    };
    let mut tables = Tables {
        file,
        common,
        findings: Vec::new(),
    };
    calendar
        .owners
        .extend(tables.each(&mut top, "owner", owner));
    calendar
        .lifecycle_rules
        .extend(tables.each(&mut top, "lifecycle-rule", lifecycle_rule));
    calendar.roots.extend(tables.each(&mut top, "root", root));
    calendar
        .certificates
        .extend(tables.each(&mut top, "certificate", certificate));
    calendar
        .chains
        .extend(tables.each(&mut top, "chain", chain));
    calendar
        .events
        .extend(tables.each(&mut top, "event", event));
    let mut findings = top.finish();
    findings.extend(tables.findings);
    findings
}

fn syntax_error(file: &Arc<SourceFile>, error: &toml::de::Error) -> Finding {
    let span = error.span().unwrap_or(0..0);
    let message = format!("{} is not TOML: {}", file.name, error.message());
    finding(&CALENDAR_UNREADABLE, file, span, error.message(), message)
        .help("correct the syntax; nothing of this file was read")
}

/// What a file says once for all of its facts.
struct Common {
    confidence: Option<Confidence>,
    source: Option<String>,
}

struct Tables<'a> {
    file: &'a Arc<SourceFile>,
    common: Common,
    findings: Vec<Finding>,
}

impl<'a> Tables<'a> {
    /// Reads every table `[[key]]`; those with a mistake are left out.
    fn each<T>(
        &mut self,
        top: &mut Fields<'a>,
        key: &'static str,
        read: impl Fn(&mut Fields<'_>, &Common) -> Option<T>,
    ) -> Vec<T> {
        let mut facts = Vec::new();
        for (table, span) in top.tables(key) {
            let title = format!("[[{key}]]");
            let mut fields = Fields::new(&RULES, self.file, &title, table, header(self.file, span));
            let fact = read(&mut fields, &self.common);
            let findings = fields.finish();
            if findings.is_empty() {
                facts.extend(fact);
            }
            self.findings.extend(findings);
        }
        facts
    }
}

/// The first line of a table: its header.
fn header(file: &SourceFile, span: Range<usize>) -> Range<usize> {
    let text = file.text.get(span.clone()).unwrap_or_default();
    span.start..span.start + text.find('\n').unwrap_or(text.len())
}

fn owner(fields: &mut Fields<'_>, common: &Common) -> Option<OwnerFact> {
    let name = fields.text("name");
    let organisations = fields.optional_texts("organisations").unwrap_or_default();
    let leaf_days = fields.optional_number("leaf-days", "a number of days", 1);
    let evidence = evidence(fields, common);
    Some(OwnerFact {
        name: name?,
        organisations,
        leaf_days,
        evidence: evidence?,
    })
}

fn lifecycle_rule(fields: &mut Fields<'_>, common: &Common) -> Option<LifecycleRule> {
    let programmes = fields.optional_texts("programmes").unwrap_or_default();
    let key_created_from = fields.date("key-created-from");
    let key_created_until = fields.optional_date("key-created-until");
    let removal = removal(fields);
    let evidence = evidence(fields, common);
    Some(LifecycleRule {
        programmes,
        key_created_from: key_created_from?,
        key_created_until,
        removal: removal?,
        evidence: evidence?,
    })
}

fn removal(fields: &mut Fields<'_>) -> Option<Removal> {
    let on = fields.optional_date("removal").map(Removal::On);
    let years = |value: &toml::de::DeValue<'_>| value.as_integer()?.as_str().parse::<u16>().ok();
    let after = fields.optional("removal-years-after-creation", "a number of years", years);
    let after = after.map(Removal::YearsAfter);
    if on.is_some() != after.is_some() {
        return on.or(after);
    }
    let expected = "exactly one of `removal` and `removal-years-after-creation`";
    let span = fields.span_of("removal");
    fields.bad(
        span,
        "when?",
        format!("[[lifecycle-rule]] needs {expected}"),
        expected,
    );
    None
}

fn root(fields: &mut Fields<'_>, common: &Common) -> Option<RootFact> {
    let name = fields.text("name");
    let sha256 = fields.sha256("sha256");
    let owner = fields.text("owner");
    let not_after = fields.date("not-after");
    let key_created = fields.optional_date("key-created");
    let effective_end = fields.optional_date("effective-end");
    let programmes = fields.optional_texts("programmes");
    let evidence = evidence(fields, common);
    Some(RootFact {
        name: name?,
        sha256: sha256?,
        owner: owner?,
        not_after: not_after?,
        key_created,
        effective_end,
        programmes,
        evidence: evidence?,
    })
}

fn certificate(fields: &mut Fields<'_>, common: &Common) -> Option<CertificateFact> {
    let subject = fields.text("subject");
    let issuer = fields.text("issuer");
    let key = fields.text("key");
    let signature = fields.text("signature");
    let not_before = fields.date("not-before");
    let not_after = fields.date("not-after");
    let serial = fields.text("serial");
    let sha256 = fields.sha256("sha256");
    let spki_sha256 = fields.sha256("spki-sha256");
    let revoked = fields.optional_date("revoked");
    let evidence = evidence(fields, common);
    Some(CertificateFact {
        subject: subject?,
        issuer: issuer?,
        key: key?,
        signature: signature?,
        not_before: not_before?,
        not_after: not_after?,
        serial: serial?,
        sha256: sha256?,
        spki_sha256: spki_sha256?,
        revoked,
        evidence: evidence?,
    })
}

fn chain(fields: &mut Fields<'_>, common: &Common) -> Option<ChainFact> {
    let owner = fields.text("owner");
    let profile = fields.text("profile");
    let key_type = fields.required("key-type", "ecdsa or rsa", |value| {
        let word = value.as_str()?;
        KeyType::ALL.into_iter().find(|kind| kind.word() == word)
    });
    let from = fields.date("from");
    let issuers = identified(fields, "issuers", "spki-sha256", |named| named.spki_sha256);
    let path = identified(fields, "path", "sha256", |named| named.sha256);
    let root = identified(fields, "root", "sha256", |named| named.sha256);
    chain_shape(fields, &issuers, &path, &root);
    let evidence = chain_evidence(fields, common, !root.is_empty());
    Some(ChainFact {
        owner: owner?,
        profile: profile?,
        key_type: key_type?,
        from: from?,
        issuers,
        path,
        root: root.into_iter().next(),
        evidence: evidence?,
    })
}

/// What is said in words alone cannot be sent: each needs its fingerprint or key.
fn identified(
    fields: &mut Fields<'_>,
    key: &'static str,
    needs: &str,
    identity: impl Fn(&Named) -> Option<crate::policy::Sha256>,
) -> Vec<Named> {
    let all = named(fields, key);
    for item in all.iter().filter(|item| identity(item).is_none()) {
        let message = format!("`{key}` in [[chain]] names {} without `{needs}`", item.name);
        fields.bad(fields.span_of(key), "which one?", message, needs);
    }
    all
}

fn chain_shape(fields: &mut Fields<'_>, issuers: &[Named], path: &[Named], root: &[Named]) {
    let alone = issuers.is_empty() && path.is_empty();
    let fits = if root.is_empty() {
        !alone
    } else {
        alone && root.len() == 1
    };
    if !fits {
        let expected = "`issuers`, `path` or both; or one `root` alone";
        let message = format!("[[chain]] needs {expected}");
        fields.bad(fields.at().span, "sends what?", message, expected);
    }
}

/// As [`evidence`], but `assumed` is a word too, and the only one where nothing but the root is known.
fn chain_evidence(fields: &mut Fields<'_>, common: &Common, only_root: bool) -> Option<Evidence> {
    let assumed = fields.has_text("confidence", "assumed");
    if !assumed {
        let mut evidence = evidence(fields, common)?;
        if only_root {
            evidence.confidence = Confidence::Assumed;
        }
        return Some(evidence);
    }
    fields.skip("confidence");
    dated(fields, common, Confidence::Assumed)
}

fn event(fields: &mut Fields<'_>, common: &Common) -> Option<EventFact> {
    let date = fields.date("date");
    let owner = fields.text("owner");
    let kinds: Vec<_> = EventKind::ALL.iter().map(|(_, name)| *name).collect();
    let kind = fields.required("kind", &format!("one of {}", kinds.join(", ")), |value| {
        let name = value.as_str()?;
        let found = EventKind::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(kind, _)| *kind)
    });
    let programmes = fields.optional_texts("programmes").unwrap_or_default();
    let retires = named(fields, "retires");
    let introduces = named(fields, "introduces");
    let days = fields.optional("days", "a number of days", |value| {
        value.as_integer()?.as_str().parse().ok()
    });
    let evidence = evidence(fields, common);
    Some(EventFact {
        date: date?,
        owner: owner?,
        kind: kind?,
        programmes,
        retires,
        introduces,
        days,
        evidence: evidence?,
    })
}

fn named(fields: &mut Fields<'_>, key: &'static str) -> Vec<Named> {
    let file = Arc::clone(&fields.at().file);
    let mut all = Vec::new();
    for (table, span) in fields.tables_or_one(key) {
        let title = format!("`{key}`");
        let mut item = Fields::new(&RULES, &file, &title, table, span);
        let name = item.text("name");
        let sha256 = item.optional_sha256("sha256");
        let spki_sha256 = item.optional_sha256("spki-sha256");
        let unrecorded = item.has_true("unrecorded");
        let at = item.at();
        fields.add(item.finish());
        all.extend(name.map(|name| Named {
            name,
            sha256,
            spki_sha256,
            unrecorded,
            at,
        }));
    }
    all
}

fn evidence(fields: &mut Fields<'_>, common: &Common) -> Option<Evidence> {
    let confidence = confidence(fields, Some(common));
    let dated = dated(fields, common, Confidence::Observed);
    Some(Evidence {
        confidence: confidence?,
        ..dated?
    })
}

fn dated(fields: &mut Fields<'_>, common: &Common, confidence: Confidence) -> Option<Evidence> {
    let source = match &common.source {
        Some(common) => fields
            .optional_text("source")
            .or_else(|| Some(common.clone())),
        None => fields.text("source"),
    };
    let announced: Option<Date> = fields.optional_date("announced");
    Some(Evidence {
        announced,
        superseded: fields.optional_date("superseded"),
        note: fields.optional_text("note"),
        at: fields.at(),
        confidence,
        source: source?,
    })
}

/// `confidence` of a fact, which is required unless the file says it for all; of the file when there is no `common`.
fn confidence(fields: &mut Fields<'_>, common: Option<&Common>) -> Option<Confidence> {
    const EXPECTED: &str = "observed, announced or rule";
    let read = |value: &toml::de::DeValue<'_>| match value.as_str()? {
        "observed" => Some(Confidence::Observed),
        "announced" => Some(Confidence::Announced),
        "rule" => Some(Confidence::Rule),
        _ => None,
    };
    match common {
        Some(Common {
            confidence: None, ..
        }) => fields.required("confidence", EXPECTED, read),
        Some(common) => fields
            .optional("confidence", EXPECTED, read)
            .or(common.confidence),
        None => fields.optional("confidence", EXPECTED, read),
    }
}
