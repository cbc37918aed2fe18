//! Secure Boot: the padded application that `release.json` records, and the signed image where there is one.

use trust::rules::verification::{MANIFEST_WRONG, SECURE_BOOT_WRONG};
use trust::words::counted;

use super::Evidence;
use super::problem::Problem;
use crate::image::Application;
use crate::release::manifest::{ArtefactKind, FILE_NAME, SecureBootRecord};
use crate::secure_boot::{FILE_NAME as SIGNED, PaddedImage, SignedImage};

/// The recorded padded image is that of the application; the signed image is the padded one and valid signatures of it.
/// Whether devices trust the keys stands in their eFuses: the digests are shown.
pub fn check(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let name = ArtefactKind::ApplicationImage.file_name();
    let application = evidence
        .bytes(name)
        .and_then(|bytes| Application::read(bytes).ok());
    let Some(application) = application else {
        // The step of the application says why.
        return ("no application to compare with".to_owned(), Vec::new());
    };
    let padded = match PaddedImage::pad(&application) {
        Ok(padded) => padded,
        Err(error) => return unpadded(evidence, &error.to_string()),
    };
    let mut problems = Vec::new();
    if let Ok(manifest) = &evidence.manifest {
        let recorded = manifest.secure_boot.as_ref();
        problems.extend(recorded.and_then(|recorded| not_recorded(recorded, &padded)));
    }
    let seen = match evidence.bytes(SIGNED) {
        None => format!("not signed: there is no {SIGNED}"),
        Some(bytes) => match signed(bytes, &padded) {
            Ok(signed) => signatures(&signed),
            Err(found) => {
                problems.extend(found);
                "the signed image is wrong".to_owned()
            }
        },
    };
    let digest = hex::encode(padded.digest());
    (format!("padded application {digest}; {seen}"), problems)
}

/// An application that cannot be padded has neither record nor signed image.
fn unpadded(evidence: &Evidence<'_>, why: &str) -> (String, Vec<Problem>) {
    let mut problems = Vec::new();
    let message = format!("the application cannot be padded: {why}");
    let manifest = evidence.manifest.as_ref();
    if manifest.is_ok_and(|manifest| manifest.secure_boot.is_some()) {
        let problem = Problem::new(&MANIFEST_WRONG, FILE_NAME, "secure-boot", message.clone());
        problems.push(problem);
    }
    if evidence.bytes(SIGNED).is_some() {
        let problem = Problem::new(&SECURE_BOOT_WRONG, SIGNED, "content", message.clone());
        problems.push(problem);
    }
    (message, problems)
}

fn not_recorded(recorded: &SecureBootRecord, padded: &PaddedImage<'_>) -> Option<Problem> {
    let found = SecureBootRecord::of(padded);
    let (field, message) = if recorded.padded_sha256 != found.padded_sha256 {
        let (recorded, found) = (&recorded.padded_sha256, &found.padded_sha256);
        (
            "secure-boot: padded-sha256",
            format!("it says {recorded}, the padded application has {found}"),
        )
    } else if recorded.padded_size != found.padded_size {
        let (recorded, found) = (recorded.padded_size, found.padded_size);
        (
            "secure-boot: padded-size",
            format!("it says {recorded}, the padded application has {found} bytes"),
        )
    } else {
        return None;
    };
    Some(Problem::new(&MANIFEST_WRONG, FILE_NAME, field, message))
}

/// The signed image of this padded application.
fn signed<'a>(bytes: &'a [u8], padded: &PaddedImage<'_>) -> Result<SignedImage<'a>, Vec<Problem>> {
    let other = SignedImage::read(bytes).ok();
    if let Some(other) = other.and_then(|signed| other_application(&signed, padded)) {
        return Err(vec![other]);
    }
    SignedImage::read_of(bytes, padded).map_err(|faults| {
        let problems = faults.iter().map(|fault| {
            let field = fault.field.to_string();
            Problem::new(&SECURE_BOOT_WRONG, SIGNED, field, fault.problem.clone())
        });
        problems.collect()
    })
}

/// The first field in which a signed image, valid in itself, is not that of this release.
fn other_application(signed: &SignedImage<'_>, padded: &PaddedImage<'_>) -> Option<Problem> {
    let (found, expected) = (signed.padded().bytes(), padded.bytes());
    if found == expected {
        return None;
    }
    let fields = padded.fields();
    let differs = fields.iter().find(|field| {
        let range = &field.range;
        found.get(range.clone()) != expected.get(range.clone())
    });
    let field = differs.map_or_else(|| "content".to_owned(), ToString::to_string);
    let message = format!(
        "it is signed, but it is another application: padded {}, of this release {}",
        hex::encode(signed.padded().digest()),
        hex::encode(padded.digest())
    );
    Some(Problem::new(&SECURE_BOOT_WRONG, SIGNED, field, message))
}

fn signatures(signed: &SignedImage<'_>) -> String {
    let blocks = signed.sector().blocks();
    let digests: Vec<_> = blocks
        .iter()
        .map(|block| format!("\nkey digest {}", hex::encode(block.key().digest())))
        .collect();
    let count = counted(blocks.len(), "valid signature");
    format!("{count} by the{}", digests.concat())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::rc::Rc;

    use trust::policy::KeySet;

    use super::*;
    use crate::image::sample_application;
    use crate::project::Project;
    use crate::secure_boot::tests as samples;
    use crate::verify::{StoredFile, trusted_policy};

    /// What the step says of an application with `code` bytes of code, and of this signed image beside it.
    fn step(code: usize, signed: Option<Vec<u8>>) -> (String, Vec<Problem>) {
        let project = Project {
            root: samples::keys::root(),
        };
        let keys: KeySet = trusted_policy(&project).unwrap().signing.clone();
        let stored = |bytes| Rc::new(StoredFile::new(bytes));
        let mut files = BTreeMap::new();
        let application = sample_application(code);
        files.insert("application.bin".to_owned(), stored(application));
        if let Some(signed) = signed {
            files.insert(SIGNED.to_owned(), stored(signed));
        }
        check(&Evidence::new(&project, &keys, files))
    }

    #[test]
    fn a_release_may_be_unsigned_or_signed_and_says_by_whom() {
        let (seen, problems) = step(700, None);
        assert!(problems.is_empty() && seen.contains("not signed"), "{seen}");
        let signed = samples::signed(&samples::padded(700), 2);
        let (seen, problems) = step(700, Some(signed.clone()));
        assert!(problems.is_empty(), "{seen}");
        let signed = SignedImage::read(&signed).unwrap();
        for block in signed.sector().blocks() {
            assert!(seen.contains(&hex::encode(block.key().digest())), "{seen}");
        }
    }

    #[test]
    fn each_wrong_part_is_named() {
        let good = samples::signed(&samples::padded(700), 1);
        let start = good.len() - 4096;
        for (place, field) in [
            (24, "segment 0: address at 0x18 (4 bytes)"),
            (start, "signature block 0: magic"),
            (start + 500, "signature block 0: Montgomery R"),
            (start + 900, "signature block 0: RSA-PSS signature"),
            (start + 4095, "signature sector: erased"),
        ] {
            let mut bytes = good.clone();
            bytes[place] ^= 1;
            let (_, problems) = step(700, Some(bytes));
            let first = &problems[0];
            assert_eq!((first.code, first.artefact.as_str()), ("V120", SIGNED));
            assert!(first.field.starts_with(field), "{field}: {first:?}");
        }
    }

    #[test]
    fn a_signed_image_of_another_application_is_refused() {
        let other = samples::signed(&samples::padded(800), 1);
        let (_, problems) = step(700, Some(other));
        assert_eq!(problems[0].code, "V120");
        let said = &problems[0].message;
        assert!(said.contains("another application"), "{said}");
    }

    #[test]
    fn the_recorded_padded_image_is_that_of_the_application() {
        let padded = samples::padded(700);
        let good = SecureBootRecord::of(&padded);
        assert!(not_recorded(&good, &padded).is_none());
        let of = |record: &SecureBootRecord| not_recorded(record, &padded).unwrap().field;
        let mut other = good.clone();
        other.padded_sha256 = "0".repeat(64);
        assert_eq!(of(&other), "secure-boot: padded-sha256");
        let mut longer = good;
        longer.padded_size += 1;
        assert_eq!(of(&longer), "secure-boot: padded-size");
    }
}
