//! PEM files as RFC 7468 has them. Nothing in a file is skipped without a word: what is neither a
//! certificate nor a comment is a finding. The outcome of every trap is a table in
//! `trust/anchors/README.md`.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Certificate;
use crate::finding::{Finding, Subject};
use crate::rules::certificates::{CERTIFICATE_UNREADABLE, NO_CERTIFICATE, PRIVATE_KEY_IN_POOL};
use crate::source::{Location, SourceFile};

/// Reads every certificate of a PEM file, in file order, with a finding for everything that is not one.
/// A file without any certificate always has a finding.
pub fn read_pem(file: &Arc<SourceFile>) -> (Vec<Certificate>, Vec<Finding>) {
    let mut reader = Reader {
        file,
        block: None,
        certificates: Vec::new(),
        findings: Vec::new(),
    };
    for line in lines(&file.text) {
        reader.line(line);
    }
    reader.unterminated();
    if reader.certificates.is_empty() && reader.findings.is_empty() {
        reader.findings.push(no_certificate(file));
    }
    (reader.certificates, reader.findings)
}

/// Room for the base64 of most roots.
const USUAL_BASE64: usize = 2048;

/// A block that has begun and not ended.
struct Block<'a> {
    label: &'a str,
    begin: Range<usize>,
    base64: String,
    /// Set when a line of it was refused: one finding for one block.
    refused: bool,
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    block: Option<Block<'a>>,
    certificates: Vec<Certificate>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, span: Range<usize>) {
        let file: &'a SourceFile = self.file;
        let text = &file.text[span.clone()];
        match boundary(text) {
            Boundary::Begin(label) => self.begin(label, span),
            Boundary::End(label) => self.end(label, span),
            Boundary::EndBegin(ended, begun, at) => {
                self.end(ended, span.start..span.start + at);
                self.begin(begun, span.start + at..span.end);
            }
            Boundary::Malformed => self.malformed(span),
            Boundary::None => self.content(text, span),
        }
    }

    fn begin(&mut self, label: &'a str, span: Range<usize>) {
        self.unterminated();
        self.block = Some(Block {
            label,
            begin: span,
            base64: String::with_capacity(USUAL_BASE64),
            refused: false,
        });
    }

    fn end(&mut self, label: &str, span: Range<usize>) {
        let Some(block) = self.block.take() else {
            let why = format!("`END {label}` ends a block that never began");
            return self.unreadable(
                span,
                "no BEGIN line before this",
                why,
                "restore the BEGIN line, or fetch the file again",
            );
        };
        let whole = block.begin.start..span.end;
        if block.label.ends_with(PRIVATE_KEY) {
            return self.private_key(block.begin);
        }
        if block.refused {
            return;
        }
        if block.label != label {
            let why = format!("`BEGIN {}` is ended by `END {label}`", block.label);
            return self.unreadable(span, "another label", why, "fetch the file again");
        }
        match block.label {
            "CERTIFICATE" => self.certificate(&block, whole),
            _ => self.foreign(&block),
        }
    }

    fn certificate(&mut self, block: &Block<'_>, whole: Range<usize>) {
        let at = Location::new(self.file, whole);
        let der = match STANDARD.decode(&block.base64) {
            Ok(der) => der,
            Err(error) => {
                let why = format!("the base64 of the certificate is damaged: {error}");
                let help = "fetch the certificate again: a part of it is missing or changed";
                return self.unreadable(block.begin.clone(), "damaged base64", why, help);
            }
        };
        match Certificate::from_der(&der, at) {
            Ok(certificate) => self.certificates.push(certificate),
            Err(error) => {
                let why = format!("the certificate cannot be read: {error}");
                self.unreadable(block.begin.clone(), error.to_string(), why, error.help());
            }
        }
    }

    fn private_key(&mut self, begin: Range<usize>) {
        // A finding is printed with its source text: the BEGIN line only, and nothing of the key on it.
        let location = Location::new(&without_keys(self.file), begin);
        let message = format!("{} contains a private key", self.file.name);
        self.findings.push(
            Finding::new(&PRIVATE_KEY_IN_POOL, location, "a private key", message)
                .help(
                    "take it out, treat the key as known to everyone who can read the repository, \
                     and replace every certificate made for it",
                )
                .about(Subject::item(&self.file.name)),
        );
    }

    fn foreign(&mut self, block: &Block<'_>) {
        let (why, help) = foreign_label(block.label, &self.file.name);
        self.unreadable(block.begin.clone(), "not a plain certificate", why, help);
    }

    fn malformed(&mut self, span: Range<usize>) {
        if self.file.text[span.clone()].contains(PRIVATE_KEY) {
            return self.private_key(span);
        }
        if let Some(block) = &mut self.block {
            if block.refused || block.label.ends_with(PRIVATE_KEY) {
                return;
            }
            block.refused = true;
        }
        let why = "a BEGIN or END line is not exactly `-----BEGIN CERTIFICATE-----` or \
                   `-----END CERTIFICATE-----`";
        let help = "put the line on its own: five dashes on both sides, nothing before or after; put # \
                    before it if it is a comment";
        self.unreadable(span, "not a boundary, not a comment", why.to_owned(), help);
    }

    fn content(&mut self, text: &str, span: Range<usize>) {
        let Some(block) = &mut self.block else { return };
        let line = text.trim_end_matches([' ', '\t']);
        if block.refused || block.label != "CERTIFICATE" {
            return;
        }
        if !line.is_empty() && line.bytes().all(is_base64) {
            return block.base64.push_str(line);
        }
        block.refused = true;
        let why = "a line inside the certificate is not base64".to_owned();
        let help = "move comments above the BEGIN line and remove empty lines";
        self.unreadable(span, "inside a certificate", why, help);
    }

    fn unterminated(&mut self) {
        let Some(block) = self.block.take() else {
            return;
        };
        if block.label.ends_with(PRIVATE_KEY) {
            return self.private_key(block.begin);
        }
        if !block.refused {
            let why = format!("`BEGIN {}` has no END line", block.label);
            let help = "fetch the file again: it was cut off";
            self.unreadable(block.begin, "begins here and never ends", why, help);
        }
    }

    fn unreadable(
        &mut self,
        span: Range<usize>,
        label: impl Into<String>,
        why: String,
        help: impl Into<String>,
    ) {
        let location = Location::new(self.file, span);
        let line = location.start().0;
        self.findings.push(
            Finding::new(&CERTIFICATE_UNREADABLE, location, label, why)
                .help(help)
                .about(Subject::item(format!("{}:{line}", self.file.name))),
        );
    }
}

/// How the label of every kind of private key ends: PKCS#8, encrypted, RSA, EC, OpenSSH.
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// The same file with everything that follows a `PRIVATE KEY` label on its line masked; places stay the same.
fn without_keys(file: &SourceFile) -> Arc<SourceFile> {
    let mut text = String::with_capacity(file.text.len());
    for line in file.text.split_inclusive('\n') {
        let shown = line.find(PRIVATE_KEY).map_or(line.len(), |at| {
            let end = at + PRIVATE_KEY.len();
            end + line[end..].bytes().take_while(|b| *b == b'-').count()
        });
        text.push_str(&line[..shown]);
        let masked = line[shown..].bytes();
        text.extend(masked.map(|b| {
            if matches!(b, b'\r' | b'\n') {
                char::from(b)
            } else {
                '*'
            }
        }));
    }
    SourceFile::new(&file.name, text)
}

/// What a line is to the framing.
#[derive(Debug, Eq, PartialEq)]
enum Boundary<'a> {
    /// `-----BEGIN label-----`
    Begin(&'a str),
    /// `-----END label-----`
    End(&'a str),
    /// Both on one line, where a file without a final newline was joined with another; the BEGIN stands
    /// at the byte.
    EndBegin(&'a str, &'a str, usize),
    /// Looks like one and is none.
    Malformed,
    /// Content or comment.
    None,
}

/// Blanks at the end of a line do not count (RFC 7468 section 3).
fn boundary(line: &str) -> Boundary<'_> {
    // Nearly every line is base64, and looking closely at each would take longer than all the rest.
    if !line.contains('-') {
        return Boundary::None;
    }
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let text = line.trim_end_matches([' ', '\t']);
    if let Some(label) = label(text, "-----BEGIN ") {
        return Boundary::Begin(label);
    }
    if let Some(label) = label(text, "-----END ") {
        return Boundary::End(label);
    }
    let joined = text.find("-----BEGIN ").filter(|at| *at > 0);
    if let Some(at) = joined
        && let Some(ended) = label(&text[..at], "-----END ")
        && let Some(begun) = label(&text[at..], "-----BEGIN ")
    {
        return Boundary::EndBegin(ended, begun, at);
    }
    if looks_like_boundary(text) {
        Boundary::Malformed
    } else {
        Boundary::None
    }
}

fn label<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?
        .strip_suffix("-----")
        .filter(|label| !label.is_empty() && !label.contains("--"))
}

fn looks_like_boundary(text: &str) -> bool {
    let upper = text.trim_start().to_ascii_uppercase();
    if upper.starts_with('#') {
        return false;
    }
    let word = upper.contains("BEGIN ") || upper.contains("END ");
    word && (upper.starts_with("--") || upper.contains("-----"))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The lines of a text without their ends: CR LF, LF or CR (RFC 7468 section 3). An empty last line is left out.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let end = match rest.get(length..length + 2) {
            Some("\r\n") => 2,
            _ => usize::from(length < rest.len()),
        };
        let span = at..at + length;
        at += length + end;
        Some(span)
    })
}

fn foreign_label(label: &str, name: &str) -> (String, String) {
    match label {
        "TRUSTED CERTIFICATE" => (
            "a `TRUSTED CERTIFICATE` carries OpenSSL's own trust settings, which a device would ignore"
                .to_owned(),
            format!("convert it: openssl x509 -in {name} -out {name}"),
        ),
        "X509 CERTIFICATE" | "X.509 CERTIFICATE" => (
            format!("`{label}` is the old label of a certificate (RFC 7468 section 5.1)"),
            "change the label to CERTIFICATE on both lines".to_owned(),
        ),
        _ => (
            format!("`{label}` is not a certificate"),
            "remove the block: this file holds CA certificates only".to_owned(),
        ),
    }
}

fn no_certificate(file: &Arc<SourceFile>) -> Finding {
    let (what, help) = match file.text.as_bytes() {
        [] => (
            "is empty",
            "fetch the certificate again, or remove the file",
        ),
        [0x30, 0xc2, ..] | [0x30, 0x80..=0x84, ..] => (
            "is DER, not PEM",
            "convert it: openssl x509 -inform der -in FILE -out FILE.pem",
        ),
        text if text.contains(&0) => (
            "is not text in ASCII, Latin-1 or UTF-8 (UTF-16?)",
            "save it as ASCII or UTF-8",
        ),
        _ => (
            "contains no certificate",
            "put a PEM certificate (`-----BEGIN CERTIFICATE-----`) into it, or remove the file",
        ),
    };
    let message = format!("{} {what}", file.name);
    Finding::new(&NO_CERTIFICATE, Location::whole(file), what, message)
        .help(help)
        .about(Subject::item(&file.name))
}
