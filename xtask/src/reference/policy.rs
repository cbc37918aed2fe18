//! Sections and keys of `policy.toml`.

use trust::policy::reference::{KeyReference, Kind, Presence, SECTIONS, SectionReference, TOP};

use super::{heading, table};

/// `policy.md`
pub fn page() -> String {
    let mut text = heading(
        "Keys of `policy.toml`",
        "Every section and key, in canonical order. The guide, with an example and what the kinds of values are, is \
         [policy.md](../policy.md); the same for editors is [policy.schema.json](policy.schema.json).",
    );
    text += "\n## Top of the file\n\n";
    text += &keys(&[TOP]);
    SECTIONS
        .iter()
        .for_each(|section| text += &of_section(section));
    text
}

fn of_section(section: &SectionReference) -> String {
    let optional = if section.required { "" } else { "*Optional.* " };
    let mut text = format!(
        "\n## `{}`\n\n{optional}{}\n\n",
        section.header(),
        section.meaning
    );
    text += &keys(section.keys);
    for key in section.keys {
        if let Kind::List(Kind::Table(inline), _) = key.kind {
            text += &format!("\nEach of `{}`:\n\n{}", key.name, keys(inline));
        }
    }
    text
}

fn keys(keys: &[KeyReference]) -> String {
    table(["key", "value", "default", "meaning"], keys.iter().map(row))
}

fn row(key: &KeyReference) -> [String; 4] {
    let default = match key.presence {
        Presence::Default(value) => format!("`{value}`"),
        Presence::Grouped => "one or the other".to_owned(),
        Presence::Optional => "may be left out".to_owned(),
        Presence::Required => "none: must be there".to_owned(),
    };
    [
        format!("`{}`", key.name),
        key.kind.in_words(),
        default,
        key.meaning.to_owned(),
    ]
}
