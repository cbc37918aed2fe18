//! The images: strictly read, and saying what the manifest says.

use device::flash_layout::OTA_0;
use device::store::TrustStore;
use sha2::{Digest as _, Sha256};
use trust::rules::verification::{IMAGE_WRONG, MANIFEST_WRONG};

use super::Evidence;
use super::problem::Problem;
use crate::digest::sha256_hex;
use crate::image::{
    self, Application, CONVERTER, Expected, Fault, Faults, Field, FlashMap, Settings,
};
use crate::release::manifest::{ArtefactKind, ReleaseManifest};
use crate::release_date::time_of_day;

const APPLICATION: &str = "application.bin";
const FLASH: &str = "flash.bin";

/// Header, segments, checksum, digest and app descriptor of the application image.
pub fn application(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let Some(bytes) = evidence.bytes(APPLICATION) else {
        return ("is not there".to_owned(), Vec::new());
    };
    match Application::read(bytes) {
        Err(faults) => (
            "does not follow its format".to_owned(),
            problems(APPLICATION, &faults),
        ),
        Ok(image) => {
            let converted = match evidence.manifest.as_ref().map(converter) {
                Ok(Some(other)) => {
                    format!("not converted again: it was by {other}, this is {CONVERTER}")
                }
                _ => "compared with what firmware.elf converts to".to_owned(),
            };
            let seen = format!(
                "header, {} segments, checksum, digest, app descriptor; {converted}",
                image.container().segments().len()
            );
            let contradictions = evidence
                .manifest
                .as_ref()
                .map(|manifest| contradictions(&image, manifest, evidence));
            (seen, contradictions.unwrap_or_default())
        }
    }
}

/// Where the app descriptor says something else than the manifest, or names another ELF file.
fn contradictions(
    image: &Application<'_>,
    manifest: &ReleaseManifest,
    evidence: &Evidence<'_>,
) -> Vec<Problem> {
    let time = time_of_day(manifest.source_date_epoch);
    let expected = Expected {
        version: &manifest.version,
        project: &manifest.product,
        time: &time,
        date: &manifest.released,
    };
    let mut faults = image
        .descriptor()
        .require(&expected)
        .err()
        .unwrap_or_default();
    if let Some(elf) = evidence.bytes(ArtefactKind::FirmwareElf.file_name()) {
        faults.extend(
            image
                .descriptor()
                .require_elf(&Sha256::digest(elf).into())
                .err()
                .map(Faults::from)
                .unwrap_or_default(),
        );
    }
    let mut found: Vec<_> = faults
        .iter()
        .map(|fault| contradiction(APPLICATION, fault))
        .collect();
    if image.descriptor().secure_version != manifest.secure_version {
        let message = format!(
            "is {}, release.json says {}",
            image.descriptor().secure_version,
            manifest.secure_version
        );
        found.push(Problem::new(
            &MANIFEST_WRONG,
            APPLICATION,
            "app descriptor: secure_version",
            message,
        ));
    }
    if found.is_empty() {
        found.extend(not_converted(image, manifest, expected, evidence));
    }
    found
}

/// What converted the image of a release, where that is not what converts here.
fn converter(manifest: &ReleaseManifest) -> Option<&str> {
    let converter = manifest.toolchain.converter.as_str();
    (converter != CONVERTER).then_some(converter)
}

/// Where the image is not what `firmware.elf` converts to: its descriptor may name an ELF file that its code is not from.
fn not_converted(
    image: &Application<'_>,
    manifest: &ReleaseManifest,
    descriptor: Expected<'_>,
    evidence: &Evidence<'_>,
) -> Option<Problem> {
    let elf = evidence.bytes(ArtefactKind::FirmwareElf.file_name())?;
    let store = evidence.bytes(ArtefactKind::TrustStore.file_name())?;
    if converter(manifest).is_some() {
        return None;
    }
    let (field, message) = match image::application(elf, &Settings { descriptor, store }) {
        Err(failure) => (
            "content".to_owned(),
            format!("firmware.elf does not convert to it: {}", failure.what),
        ),
        Ok(made) if made.bytes() == image.bytes() => return None,
        Ok(made) => (
            named(&image.fields(), image.bytes(), made.bytes())
                .unwrap_or_else(|| "content".to_owned()),
            "it is not what firmware.elf converts to".to_owned(),
        ),
    };
    Some(Problem::new(&IMAGE_WRONG, APPLICATION, field, message))
}

/// Bootloader, partition table, otadata, application, store, and everything else erased.
pub fn flash(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let Some(bytes) = evidence.bytes(FLASH) else {
        return ("is not there".to_owned(), Vec::new());
    };
    match FlashMap::read(bytes) {
        Err(faults) => (
            "does not follow its layout".to_owned(),
            problems(FLASH, &faults),
        ),
        Ok(flash) => {
            let mut found = Vec::new();
            if let Ok(manifest) = &evidence.manifest {
                let bootloader = sha256_hex(flash.bootloader().bytes());
                if bootloader != manifest.toolchain.bootloader_sha256 {
                    let message = format!(
                        "its SHA-256 is {bootloader}, release.json says {}",
                        manifest.toolchain.bootloader_sha256
                    );
                    found.push(Problem::new(&MANIFEST_WRONG, FLASH, "bootloader", message));
                }
            }
            if evidence
                .bytes(APPLICATION)
                .is_some_and(|application| application != flash.application().bytes())
            {
                let message = format!("it is not {APPLICATION}");
                found.push(Problem::new(&IMAGE_WRONG, FLASH, OTA_0.label, message));
            }
            let application = flash.application().bytes().len();
            let fields = flash.fields().len();
            (
                format!(
                    "bootloader, partition table, otadata, application ({application} bytes) in ota_0, store; the rest erased; \
                     each byte is in one of {fields} fields"
                ),
                found,
            )
        }
    }
}

/// The field in which an artefact that is not the recorded one differs, as far as another artefact has the same
/// bytes; "content" where nothing here can tell.
pub fn first_difference(evidence: &Evidence<'_>, kind: ArtefactKind) -> String {
    let field = match kind {
        ArtefactKind::ApplicationImage => application_difference(evidence),
        ArtefactKind::FlashImage => flash_difference(evidence),
        ArtefactKind::TrustStore => store_difference(evidence),
        ArtefactKind::CoverageStatement
        | ArtefactKind::FirmwareElf
        | ArtefactKind::ProvenanceStatement
        | ArtefactKind::ReportHtml
        | ArtefactKind::ReportJson
        | ArtefactKind::Sbom => None,
    };
    field.unwrap_or_else(|| "content".to_owned())
}

fn application_difference(evidence: &Evidence<'_>) -> Option<String> {
    let (found, copy) = (evidence.bytes(APPLICATION)?, slot(evidence)?);
    let good = Application::read_prefix(copy).ok()?;
    named(&good.fields(), found, good.bytes())
}

/// The application is compared first: a bit that flipped in a segment shows there, and in the flash image alone
/// only as a checksum that is wrong.
fn flash_difference(evidence: &Evidence<'_>) -> Option<String> {
    let good = evidence
        .bytes(APPLICATION)
        .and_then(|bytes| Application::read(bytes).ok());
    let copy = good
        .as_ref()
        .and_then(|good| slot(evidence)?.get(..good.bytes().len()));
    if let (Some(good), Some(copy)) = (&good, copy)
        && let Some(field) = good
            .fields()
            .iter()
            .find(|field| differs(field, copy, good.bytes()))
    {
        return Some(field.within(OTA_0.label, OTA_0.offset as usize).to_string());
    }
    let faults = FlashMap::read(evidence.bytes(FLASH)?).err()?;
    faults.iter().next().map(|fault| fault.field.to_string())
}

fn store_difference(evidence: &Evidence<'_>) -> Option<String> {
    let image = Application::read(evidence.bytes(APPLICATION)?).ok()?;
    let embedded = image.store().ok()?;
    let good: &TrustStore<'_> = &embedded.store;
    let fields: Vec<_> = good
        .fields()
        .map(|(range, field)| Field::new(range, field.to_string()))
        .collect();
    named(
        &fields,
        evidence.bytes(ArtefactKind::TrustStore.file_name())?,
        good.as_bytes(),
    )
}

/// The first of `fields` in which the two differ.
fn named(fields: &[Field], found: &[u8], good: &[u8]) -> Option<String> {
    fields
        .iter()
        .find(|field| differs(field, found, good))
        .map(ToString::to_string)
}

fn differs(field: &Field, found: &[u8], good: &[u8]) -> bool {
    found.get(field.range.clone()) != good.get(field.range.clone())
}

fn slot<'a>(evidence: &'a Evidence<'_>) -> Option<&'a [u8]> {
    evidence
        .bytes(FLASH)?
        .get(OTA_0.offset as usize..OTA_0.end() as usize)
}

/// Faults of an image as problems.
pub fn problems(artefact: &str, faults: &Faults) -> Vec<Problem> {
    faults
        .iter()
        .map(|fault| {
            Problem::new(
                &IMAGE_WRONG,
                artefact,
                fault.field.to_string(),
                fault.problem.clone(),
            )
        })
        .collect()
}

fn contradiction(artefact: &str, fault: &Fault) -> Problem {
    Problem::new(
        &MANIFEST_WRONG,
        artefact,
        fault.field.to_string(),
        fault.problem.clone(),
    )
}
