//! What every section and key of `policy.toml` is: for people ([`SECTIONS`]) and for editors ([`json_schema`]).
//!
//! The reader decides what a policy may say. This says it in words, in the same order; tests demand that both know the
//! same sections and keys.

mod json_schema;
mod keys;
#[cfg(test)]
mod tests;

pub use json_schema::json_schema;
pub use keys::{SECTIONS, TOP};

/// One section.
#[derive(Debug)]
pub struct SectionReference {
    /// As it stands in the brackets: `service-life`.
    pub name: &'static str,
    /// What it is for: one sentence or two, in Markdown.
    pub meaning: &'static str,
    /// Whether it may stand there many times, as `[[name]]`.
    pub repeats: bool,
    /// Whether a policy must have it.
    pub required: bool,
    /// Its keys, in canonical order.
    pub keys: &'static [KeyReference],
    /// Groups of keys of which exactly one group stands there, whole.
    pub either: &'static [&'static [&'static str]],
}

impl SectionReference {
    /// The header as it is written: `[product]`, `[[endpoint]]`.
    pub fn header(&self) -> String {
        let name = self.name;
        if self.repeats {
            format!("[[{name}]]")
        } else {
            format!("[{name}]")
        }
    }
}

/// One key of a section, or of an inline table in it.
#[derive(Debug)]
pub struct KeyReference {
    /// The key.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// Whether it may be left out.
    pub presence: Presence,
    /// What it says: Markdown, on one line.
    pub meaning: &'static str,
}

/// Whether a key may be left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Presence {
    /// It may; then this value holds, as TOML writes it.
    Default(&'static str),
    /// It stands there with its group: see [`SectionReference::either`]. In an inline table each such key is a group.
    Grouped,
    /// It may.
    Optional,
    /// It must be there.
    Required,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A rule's code, or its name.
    Code,
    /// A day, `"YYYY-MM-DD"`.
    Date,
    /// A name for a folder.
    FolderName,
    /// A list of values, at least so many.
    List(&'static Kind, usize),
    /// A whole number from the first to the second.
    Number(u64, u64),
    /// A path below `trust/`.
    Path,
    /// The name of a product: printable ASCII.
    ProductName,
    /// A path in the project.
    ProjectPath,
    /// An ed25519 public key in minisign's form.
    PublicKey,
    /// 64 lowercase hexadecimal digits.
    Sha256,
    /// A public key as OpenSSH writes it.
    SshKey,
    /// A table with these keys.
    Table(&'static [KeyReference]),
    /// One line of text.
    Text,
    /// An `https` URL.
    Url,
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
}

impl Kind {
    /// What may be written, in words: `1 to 100`, `"allow", "warn" or "deny"`.
    pub fn in_words(&self) -> String {
        match self {
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Code => "code or name of a rule".to_owned(),
            Self::Date => "date".to_owned(),
            Self::FolderName => "1 to 64 of `a` to `z`, `0` to `9` and `-`".to_owned(),
            Self::List(of, _) => format!("list: {}", of.in_words()),
            Self::Number(least, most) if least == most => format!("`{least}`"),
            Self::Number(least, most) => format!("{least} to {most}"),
            Self::Path => "path below `trust/`".to_owned(),
            Self::ProductName => "1 to 31 characters of printable ASCII".to_owned(),
            Self::ProjectPath => "path in the project".to_owned(),
            Self::PublicKey => "ed25519 public key in minisign's form".to_owned(),
            Self::Sha256 => "SHA-256: 64 lowercase hexadecimal digits".to_owned(),
            Self::SshKey => "SSH public key".to_owned(),
            Self::Table(keys) => {
                let keys = keys.iter().map(|key| format!("{} = …", key.name));
                format!("`{{ {} }}`", keys.collect::<Vec<_>>().join(", "))
            }
            Self::Text => "text".to_owned(),
            Self::Url => "`https` URL".to_owned(),
            Self::Words(words) => {
                let words: Vec<_> = words().iter().map(|word| format!("`\"{word}\"`")).collect();
                words.join(", ")
            }
        }
    }
}
