//! `[[output]]`: the files that the store is rendered into.

use toml::de::DeValue;

use super::problem::{Problem, shortened};
use super::sections::Sections;
use super::table::Table;
use super::unique;
use super::values::{self, Outcome};
use crate::policy::model::{Located, Output};
use crate::policy::schema;
use crate::render::Format;

/// The forms that a store is rendered in.
pub(super) const FORMATS: [(&str, Format); Format::ALL.len()] = [
    ("c-header", Format::CHeader),
    ("esp-bundle-v1", Format::EspBundleV1),
    ("esp-bundle-v2", Format::EspBundleV2),
    ("json", Format::Json),
    ("pem", Format::Pem),
    ("rust", Format::Rust),
    ("webpki", Format::WebPki),
];

/// A longer path is a mistake.
const LONGEST_PATH: usize = 255;

/// What a render must not write: the inputs of the next one, and the history.
const NOT_OURS: [&str; 3] = ["policy.toml", "trust", ".git"];

/// Every output that could be read, in file order.
pub(super) fn outputs(sections: &Sections<'_, '_>) -> Vec<Output> {
    let tables = sections.tables(&schema::OUTPUT);
    let mut paths = Vec::new();
    let mut outputs = Vec::new();
    for table in tables {
        let path = table.required("path", path);
        paths.extend(path.clone());
        outputs.extend(output(&table, path));
    }
    // Where upper and lower case are one, two such paths are one file.
    let folded = paths.iter().map(|path| Located {
        value: path.value.to_ascii_lowercase(),
        at: path.at.clone(),
    });
    let folded: Vec<_> = folded.collect();
    unique::report_repeated(
        sections.context(),
        &folded,
        "the output path",
        |path| format!("\"{path}\""),
        "give each [[output]] a file of its own",
    );
    outputs
}

fn output(table: &Table<'_>, path: Option<Located<String>>) -> Option<Output> {
    let format = table.required("format", |value| values::word(value, &FORMATS));
    Some(Output {
        format: format?,
        path: path?,
    })
}

/// A path that stays inside of the project on every system: parts between `/`, of printable ASCII without what Windows
/// or a shell reads otherwise.
fn path(value: &DeValue<'_>) -> Outcome<String> {
    let text = values::text(value)?;
    match defect(&text) {
        None => Ok(text),
        Some((defect, next_step)) => Err(Problem::invalid(
            format!("is not a file that can be rendered into: {defect}"),
            defect,
        )
        .help(next_step)
        .evidence("found", shortened(&text))),
    }
}

fn defect(text: &str) -> Option<(String, &'static str)> {
    const FROM_THE_ROOT: &str = "write it from the root of the project: include/trust_store.h";
    let fault = |what: &str, next_step| Some((what.to_owned(), next_step));
    if text.len() > LONGEST_PATH {
        return fault("it has more than 255 characters", FROM_THE_ROOT);
    }
    if let Some(odd) = text.chars().find(|c| !is_path_character(*c)) {
        return Some((
            format!("'{}' cannot stand in it", odd.escape_debug()),
            "use letters, digits, spaces and . _ - + @ in its parts, and / between them",
        ));
    }
    if text.starts_with('/') {
        return fault("it is absolute", FROM_THE_ROOT);
    }
    let parts: Vec<_> = text.split('/').collect();
    if parts.contains(&"..") {
        return fault("it leads out of the project", FROM_THE_ROOT);
    }
    if parts.iter().any(|part| part.is_empty() || *part == ".") {
        return fault("one of its parts is empty or .", FROM_THE_ROOT);
    }
    let first = parts[0].to_ascii_lowercase();
    if NOT_OURS.contains(&first.as_str()) {
        return Some((
            format!("{first} is what the store is made from, or its history"),
            "render beside the sources of the firmware",
        ));
    }
    None
}

fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-+@ /".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_word() {
        let words: Vec<_> = FORMATS.iter().map(|(word, _)| *word).collect();
        assert_eq!(words, Format::ALL.map(Format::word));
        for (word, format) in FORMATS {
            assert_eq!(Format::from_word(word), Some(format));
        }
    }

    #[test]
    fn a_path_stays_inside_of_the_project() {
        for good in [
            "include/trust_store.h",
            "a b/c+d.pem",
            ".hidden/x",
            "trusted/x",
        ] {
            assert_eq!(defect(good), None, "{good}");
        }
        for (bad, why) in [
            ("/etc/ca.pem", "absolute"),
            ("../ca.pem", "out of the project"),
            ("a/../../ca.pem", "out of the project"),
            ("a//b", "empty"),
            ("./a", "empty or ."),
            ("a/", "empty"),
            ("a\\b", "cannot stand"),
            ("C:x", "cannot stand"),
            ("trust/anchors/x.pem", "made from"),
            ("policy.toml", "made from"),
            (".git/hooks/pre-commit", "made from"),
            ("Trust/x", "made from"),
        ] {
            let said = defect(bad).map(|(what, _)| what).unwrap_or_default();
            assert!(said.contains(why), "{bad}: {said}");
        }
    }
}
