//! The kinds of values that a policy has, each read strictly.

use toml::de::DeValue;

use super::problem::{Problem, shortened};
use crate::date::Date;
use crate::policy::model::Sha256;

/// What reading one value gives.
pub(super) type Outcome<T> = Result<T, Problem>;

/// A hundred years: nothing here is in service for longer, and no sum of days overflows.
pub(in crate::policy) const MAX_DAYS: u64 = 36_525;
/// As many years.
pub(in crate::policy) const MAX_YEARS: u64 = 100;
/// More independent paths than there are CA owners that anybody could have a contract with.
pub(in crate::policy) const MAX_PATHS: u64 = 16;
/// More keys than anybody would look after.
pub(in crate::policy) const MAX_KEYS: u64 = 255;
/// 2^53 - 1: the highest that every reader of JSON takes for itself. A device takes steps of at most 2^32, so that two million
/// rescue stores lead there, more than its flash can be written.
pub(in crate::policy) const MAX_SEQUENCE: u64 = (1 << 53) - 1;
/// The version of the policy's shape that is read.
pub(in crate::policy) const SCHEMA: u64 = 1;

/// A string with something to read in it, on one line: it is copied into generated source files and reports.
pub(super) fn text(value: &DeValue<'_>) -> Outcome<String> {
    let text = string(value)?;
    if text.trim().is_empty() {
        return Err(Problem::invalid("is blank", "nothing but spaces").help("say it in words"));
    }
    if text != text.trim() {
        return Err(
            Problem::invalid("begins or ends with a space", "a space at an end")
                .help(format!("write \"{}\"", text.trim())),
        );
    }
    if let Some(odd) = text.chars().find(|c| is_unprintable(*c)) {
        let code = format!("U+{:04X}", u32::from(odd));
        return Err(Problem::invalid(
            format!("has the character {code}, which cannot be printed"),
            format!("has {code}"),
        )
        .help("keep it on one line and without control characters"));
    }
    Ok(text.to_owned())
}

/// A longer name is no name.
const LONGEST_NAME: usize = 64;

/// A name that can be a part of the name of a file on every system.
pub(super) fn file_name(value: &DeValue<'_>) -> Outcome<String> {
    let text = text(value)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.len() <= LONGEST_NAME && text.bytes().all(plain) {
        return Ok(text);
    }
    Err(Problem::invalid(
        "is no name for a file",
        format!("not 1 to {LONGEST_NAME} of a to z, 0 to 9 and -"),
    )
    .help("write it in small letters, digits and -: files are named by it"))
}

/// A string, whatever it says.
pub(super) fn string<'v>(value: &'v DeValue<'_>) -> Outcome<&'v str> {
    value.as_str().ok_or_else(|| {
        let problem = Problem::wrong_type(value, "a string");
        match value {
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
                problem.help("put it in double quotes")
            }
            _ => problem.help("write one text in double quotes"),
        }
    })
}

/// A date: a quoted `YYYY-MM-DD`, as everywhere in the project. TOML's own dates are refused, so that there is
/// one form for a person and a tool to find.
pub(super) fn date(value: &DeValue<'_>) -> Outcome<Date> {
    const EXPECTED: &str = "a date in quotes";
    if let DeValue::Datetime(datetime) = value {
        let shown = datetime.to_string();
        let day = shown.get(..10).unwrap_or(&shown);
        return Err(Problem::wrong_type(value, EXPECTED).help(format!("write \"{day}\"")));
    }
    let text = value
        .as_str()
        .ok_or_else(|| Problem::wrong_type(value, EXPECTED).help("write it as \"YYYY-MM-DD\""))?;
    text.parse().map_err(|_| {
        let shown = shortened(text);
        Problem::invalid(
            format!("must be a day of the calendar, but is \"{shown}\""),
            "no such day of the form YYYY-MM-DD",
        )
        .help("write year, month and day with their zeros, as in \"2034-06-30\"")
    })
}

/// A SHA-256 value: 64 lowercase hexadecimal digits.
pub(super) fn sha256(value: &DeValue<'_>) -> Outcome<Sha256> {
    let text = string(value)?;
    let lowercase = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let mut digest = Sha256::default();
    if lowercase && hex::decode_to_slice(text, &mut digest).is_ok() {
        return Ok(digest);
    }
    let says = "must be a SHA-256 value of 64 lowercase hexadecimal digits";
    if let Some(right) = canonical_sha256(text) {
        return Err(Problem::invalid(says, "not in this form").help(format!("write \"{right}\"")));
    }
    Err(Problem::invalid(says, sha256_defect(text)).help(
        "copy it from `openssl x509 -noout -fingerprint -sha256` or `cargo xtask roots list`",
    ))
}

/// The canonical form of a SHA-256 value in any of the forms that tools print, such as `69:72:9B:…`.
pub(in crate::policy) fn canonical_sha256(text: &str) -> Option<String> {
    let separator = |c: char| c == ':' || c == ' ';
    let digits: String = text.chars().filter(|c| !separator(*c)).collect();
    let is_digest = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| digits.to_ascii_lowercase())
}

fn sha256_defect(text: &str) -> String {
    match text.chars().find(|c| !c.is_ascii_hexdigit()) {
        Some(odd) => format!("'{}' is not a hexadecimal digit", odd.escape_debug()),
        None => format!("{} digits", text.chars().count()),
    }
}

/// A number of days, 0 to a hundred years.
pub(super) fn days(value: &DeValue<'_>) -> Outcome<u32> {
    whole_number(value, 0, MAX_DAYS)
}

/// A number of days, 1 to a hundred years.
pub(super) fn days_at_least_one(value: &DeValue<'_>) -> Outcome<u32> {
    whole_number(value, 1, MAX_DAYS)
}

/// A number of years, 1 to 100.
pub(super) fn years(value: &DeValue<'_>) -> Outcome<u16> {
    whole_number(value, 1, MAX_YEARS)
}

/// `true` or `false`.
pub(super) fn boolean(value: &DeValue<'_>) -> Outcome<bool> {
    value.as_bool().ok_or_else(|| {
        Problem::wrong_type(value, "true or false").help("write true or false, without quotes")
    })
}

/// How many paths or owners, 1 to 16.
pub(super) fn paths(value: &DeValue<'_>) -> Outcome<u32> {
    whole_number(value, 1, MAX_PATHS)
}

/// The sequence of a store, from 1.
pub(super) fn sequence(value: &DeValue<'_>) -> Outcome<u64> {
    whole_number(value, 1, MAX_SEQUENCE)
}

/// How many keys must sign: at least 1. The caller compares it with the number of keys.
pub(super) fn threshold(value: &DeValue<'_>) -> Outcome<u32> {
    whole_number(value, 1, MAX_KEYS)
}

/// How many must approve a change: none, or as many as there are approvers. The caller compares it with their number.
pub(super) fn approvals(value: &DeValue<'_>) -> Outcome<u32> {
    whole_number(value, 0, 255)
}

/// The version of the policy's shape: 1 is the only one.
pub(super) fn schema_version(value: &DeValue<'_>) -> Outcome<()> {
    let number = integer(value)?.and_then(|number| u64::try_from(number).ok());
    if number == Some(SCHEMA) {
        return Ok(());
    }
    Err(Problem::invalid("is not a version that this tool reads", "known: 1")
        .of(&crate::rules::policy::SCHEMA_VERSION)
        .help("write schema-version = 1, or use the release of Perennial that the policy was written for"))
}

/// One of the words that are known, by the value it stands for.
pub(super) fn word<T: Copy>(value: &DeValue<'_>, known: &[(&'static str, T)]) -> Outcome<T> {
    let text = string(value)?;
    if let Some((_, meaning)) = known.iter().find(|(word, _)| *word == text) {
        return Ok(*meaning);
    }
    let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
    let list = words.join(", ");
    let help = match crate::policy::schema::nearest(text, words.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"? Known: {list}"),
        None => format!("use one of: {list}"),
    };
    Err(Problem::invalid(
        format!("cannot be \"{}\"", shortened(text)),
        "not one of the known values",
    )
    .help(help)
    .evidence("known", list))
}

fn whole_number<N: TryFrom<u64>>(value: &DeValue<'_>, least: u64, most: u64) -> Outcome<N> {
    let number = integer(value)?.and_then(|number| u64::try_from(number).ok());
    number
        .filter(|number| (least..=most).contains(number))
        .and_then(|number| N::try_from(number).ok())
        .ok_or_else(|| {
            Problem::invalid(
                format!("must be from {least} to {most}"),
                format!("not from {least} to {most}"),
            )
            .help(format!("write a whole number from {least} to {most}"))
        })
}

/// `None` for an integer that is outside of 64 bits.
fn integer(value: &DeValue<'_>) -> Outcome<Option<i64>> {
    match value {
        DeValue::Integer(integer) => {
            Ok(i64::from_str_radix(integer.as_str(), integer.radix()).ok())
        }
        DeValue::Float(_) => Err(Problem::wrong_type(value, "a whole number")
            .help("write a whole number: a policy has no fractions")),
        DeValue::String(text) if text.parse::<i64>().is_ok() => {
            Err(Problem::wrong_type(value, "a whole number").help("take the quotes away"))
        }
        _ => Err(Problem::wrong_type(value, "a whole number")),
    }
}

// Control characters break out of a comment in generated code; bidirectional ones show a reviewer another text
// than the one that is there (CVE-2021-42574).
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
