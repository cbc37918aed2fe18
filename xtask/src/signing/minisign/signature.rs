//! Signature files: four lines, of which every byte counts.

use std::fmt;

use super::{ALGORITHM_PREHASHED, KeyId, UNTRUSTED_COMMENT, strict_base64, to_base64};

/// What the third line begins with.
const TRUSTED_COMMENT: &str = "trusted comment: ";

/// No key vouches for the first line, so it must be one of a few that are known: ours, then those that the
/// stock tools write.
const UNTRUSTED_COMMENTS: [&str; 3] = [
    "signature from perennial secret key",
    "signature from minisign secret key",
    "signature from rsign secret key",
];

/// A signature file as read. Nothing in it is verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignatureFile {
    /// One of the allowed texts.
    untrusted_comment: &'static str,
    /// Says which key made it; not covered by a signature.
    pub key_id: KeyId,
    /// Ed25519 over the BLAKE2b-512 hash of the signed file.
    pub signature: [u8; 64],
    /// What the signer says about it.
    pub trusted_comment: String,
    /// Ed25519 over [`SignatureFile::signature`] and [`SignatureFile::trusted_comment`].
    pub global_signature: [u8; 64],
}

/// A part of a signature file, or the file that it is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Field {
    /// Line 2, bytes 0 and 1.
    Algorithm,
    /// Line 4.
    GlobalSignature,
    /// Line 2, bytes 2 to 9.
    KeyId,
    /// The number of lines and what ends them.
    Lines,
    /// Line 2, bytes 10 to 73.
    Signature,
    /// The file that was signed.
    SignedFile,
    /// Line 3.
    TrustedComment,
    /// Line 1.
    UntrustedComment,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "algorithm (line 2)",
            Self::GlobalSignature => "global signature (line 4)",
            Self::KeyId => "key id (line 2)",
            Self::Lines => "line structure",
            Self::Signature => "signature (line 2)",
            Self::SignedFile => "signed file",
            Self::TrustedComment => "trusted comment (line 3)",
            Self::UntrustedComment => "untrusted comment (line 1)",
        })
    }
}

/// Why bytes are not a signature file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Defect {
    /// Which part is wrong.
    pub field: Field,
    /// What is wrong with it: a lowercase fragment.
    pub seen: &'static str,
}

impl SignatureFile {
    /// A signature file of ours.
    pub(in crate::signing) fn new(
        key_id: KeyId,
        signature: [u8; 64],
        trusted_comment: String,
        global_signature: [u8; 64],
    ) -> Self {
        let untrusted_comment = UNTRUSTED_COMMENTS[0];
        Self {
            untrusted_comment,
            key_id,
            signature,
            trusted_comment,
            global_signature,
        }
    }

    /// Reads a signature file. What it accepts, [`SignatureFile::to_file`] writes again to the byte.
    ///
    /// # Errors
    ///
    /// The first part that is not as the stock tool writes it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Defect> {
        let [untrusted, signature, trusted, global] = lines(bytes)?;
        let untrusted_comment = untrusted_comment(untrusted)?;
        let (key_id, signature) = key_id_and_signature(signature)?;
        let trusted_comment = trusted_comment(trusted)?;
        let global_signature = strict_base64(global).ok_or(Defect {
            field: Field::GlobalSignature,
            seen: "it is not the base64 of 64 bytes",
        })?;
        Ok(Self {
            untrusted_comment,
            key_id,
            signature,
            trusted_comment,
            global_signature,
        })
    }

    /// The file: four lines, each ended by a line feed.
    pub fn to_file(&self) -> String {
        let Self {
            untrusted_comment,
            trusted_comment,
            ..
        } = self;
        let signature =
            to_base64(&[&ALGORITHM_PREHASHED[..], &self.key_id.0, &self.signature].concat());
        let global = to_base64(&self.global_signature);
        format!(
            "{UNTRUSTED_COMMENT}{untrusted_comment}\n{signature}\n\
             {TRUSTED_COMMENT}{trusted_comment}\n{global}\n"
        )
    }
}

/// What the global signature is over.
pub(in crate::signing) fn globally_signed(signature: &[u8; 64], trusted_comment: &str) -> Vec<u8> {
    [&signature[..], trusted_comment.as_bytes()].concat()
}

/// Whether a text may stand in a trusted comment: it is printed on terminals, so it must not move the cursor.
pub(in crate::signing) fn may_be_commented(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\t')
}

fn lines(bytes: &[u8]) -> Result<[&[u8]; 4], Defect> {
    let refused = |seen| Defect {
        field: Field::Lines,
        seen,
    };
    let body = bytes
        .strip_suffix(b"\n")
        .ok_or(refused("the last line does not end with a line feed"))?;
    let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
    lines
        .try_into()
        .map_err(|_| refused("it has not exactly four lines"))
}

fn untrusted_comment(line: &[u8]) -> Result<&'static str, Defect> {
    let text = line.strip_prefix(UNTRUSTED_COMMENT.as_bytes());
    let known = UNTRUSTED_COMMENTS
        .into_iter()
        .find(|known| text == Some(known.as_bytes()));
    known.ok_or(Defect {
        field: Field::UntrustedComment,
        seen: "it is not one of the comments that minisign, rsign and this tool write",
    })
}

fn key_id_and_signature(line: &[u8]) -> Result<(KeyId, [u8; 64]), Defect> {
    let malformed = Defect {
        field: Field::Signature,
        seen: "it is not the base64 of 74 bytes",
    };
    let bytes: [u8; 74] = strict_base64(line).ok_or(malformed)?;
    if bytes[..2] != ALGORITHM_PREHASHED {
        let seen = "it is not `ED`, Ed25519 over the hash of the file";
        return Err(Defect {
            field: Field::Algorithm,
            seen,
        });
    }
    let key_id = bytes[2..10].try_into().map_err(|_| malformed)?;
    let signature = bytes[10..].try_into().map_err(|_| malformed)?;
    Ok((KeyId(key_id), signature))
}

fn trusted_comment(line: &[u8]) -> Result<String, Defect> {
    let refused = |seen| Defect {
        field: Field::TrustedComment,
        seen,
    };
    let text = line
        .strip_prefix(TRUSTED_COMMENT.as_bytes())
        .ok_or(refused("it does not begin with `trusted comment: `"))?;
    let text = std::str::from_utf8(text).map_err(|_| refused("it is not UTF-8"))?;
    if !may_be_commented(text) {
        return Err(refused("it has a control character"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by stock minisign 0.11.
    const FILE: &str = "untrusted comment: signature from minisign secret key\n\
        RUQbVxSVV0mSOAA3ARWAfUh3R3w78+yz7qsyPR7Rxo4uzGHIYM0w65nYYHLaErQLv/Wrw6Gwzh2OohCet0kXzu2eWNnlpmpFsQA=\n\
        trusted comment: timestamp:1795313328\tfile:f\thashed\n\
        vzO4Ju6ReifjcdN9AG+o6GvaEhqpjZvhrCmN3gXRD2A3V9aQ03E6zJkFSNGZNjsCAwNNUyswDYWt1mo6toaoCQ==\n";

    fn field(text: &str) -> Field {
        SignatureFile::parse(text.as_bytes()).unwrap_err().field
    }

    #[test]
    fn a_file_of_the_stock_tool_is_read_and_written_again_to_the_byte() {
        let read = SignatureFile::parse(FILE.as_bytes()).unwrap();
        assert_eq!(read.to_file(), FILE);
        assert_eq!(read.key_id.to_string(), "389249579514571B");
        assert_eq!(read.trusted_comment, "timestamp:1795313328\tfile:f\thashed");
    }

    #[test]
    fn each_defect_is_laid_at_its_field() {
        let other = |from: &str, to: &str| field(&FILE.replacen(from, to, 1));
        assert_eq!(
            other("from minisign", "of minisign"),
            Field::UntrustedComment
        );
        assert_eq!(
            other("untrusted comment: ", "untrusted comment:"),
            Field::UntrustedComment
        );
        // `Ed` in base64 begins with RW, `ED` with RU: the legacy form.
        assert_eq!(other("RUQb", "RWQb"), Field::Algorithm);
        // A stray bit behind the last byte, white space, no padding.
        assert_eq!(other("FsQA=", "FsQB="), Field::Signature);
        assert_eq!(other("FsQA=", "FsQA= "), Field::Signature);
        assert_eq!(other("FsQA=", "FsQA"), Field::Signature);
        assert_eq!(other("\ntrusted", "\nTrusted"), Field::TrustedComment);
        assert_eq!(other("hashed", "\u{1b}[2J"), Field::TrustedComment);
        assert_eq!(other("hashed\n", "hashed\r\n"), Field::TrustedComment);
        assert_eq!(other("oCQ==", "oCR=="), Field::GlobalSignature);
        assert_eq!(field(FILE.trim_end()), Field::Lines);
        assert_eq!(field(&format!("{FILE}\n")), Field::Lines);
        assert_eq!(field(&FILE.replacen("\n", "", 1)), Field::Lines);
        assert_eq!(field(""), Field::Lines);
        let crlf = FILE.replace('\n', "\r\n");
        assert_eq!(field(&crlf), Field::UntrustedComment);
    }
}
