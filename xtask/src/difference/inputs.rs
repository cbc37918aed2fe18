//! The inputs of two builds, as far as the artefacts name them: which is the first that is not the same?

use std::collections::{BTreeMap, BTreeSet};

use device::store::find_in_image;
use object::read::elf::ElfFile32;
use object::{Endianness, Object as _, ObjectSection as _};
use serde_json::Value;

use super::artefact::{Artefact, Content, File, FileKind};
use super::model::{Input, Reach};
use crate::image::Descriptor;
use crate::release::manifest::FILE_NAME;

/// Inputs in the order of their effects: what comes first may be the reason of what comes later. The rest follows by
/// name.
const ORDER: [&str; 22] = [
    "commit",
    "dirty",
    "toolchain.packages",
    "toolchain.provider",
    "toolchain.rustc",
    "toolchain.tree-sha256",
    "toolchain.converter",
    "toolchain.bootloader-sha256",
    "toolchain",
    "chip",
    "inputs.policy.toml",
    "inputs",
    "facts-known-on",
    "product",
    "channel",
    "source-date-epoch",
    "released",
    "service-ends",
    "secure-version",
    "version",
    "store",
    "schema",
];
/// What the release says of its files: made by the build, not put into it.
const OUTPUTS: &str = "artefacts";
/// What has effects on everything that is compiled.
const PROGRAM: [&str; 4] = ["commit", "dirty", "toolchain", "chip"];
/// What has effects on the trust store.
const STORE: [&str; 3] = ["inputs", "store", "facts-known-on"];

/// The inputs that are not the same, the first in the order of their effects first.
pub(super) fn unequal(a: &Artefact, b: &Artefact) -> Vec<Input> {
    let (a, b) = match (manifest(a), manifest(b)) {
        (Some(a), Some(b)) => (a, b),
        _ => (of_images(a), of_images(b)),
    };
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| a.get(*name) != b.get(*name));
    let mut inputs: Vec<Input> = differing
        .map(|name| Input {
            name: name.clone(),
            a: a.get(name).cloned(),
            b: b.get(name).cloned(),
            reach: reach(name, a.get(name), b.get(name)),
        })
        .collect();
    inputs.sort_by_key(|input| (rank(&input.name), input.name.clone()));
    inputs
}

/// Whether both say what they were built from.
pub(super) fn are_recorded(a: &Artefact, b: &Artefact) -> bool {
    manifest(a).is_some() && manifest(b).is_some()
}

fn is_or_is_within(name: &str, group: &str) -> bool {
    name.strip_prefix(group)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn rank(name: &str) -> usize {
    let ranked = ORDER.iter().position(|group| is_or_is_within(name, group));
    ranked.unwrap_or(ORDER.len())
}

/// A version ends with the commit: another one was made from another program.
fn reach(name: &str, a: Option<&String>, b: Option<&String>) -> Reach {
    let commit =
        |value: Option<&String>| value?.split_once('+').map(|(_, commit)| commit.to_owned());
    if PROGRAM.iter().any(|group| is_or_is_within(name, group)) {
        Reach::Program
    } else if STORE.iter().any(|group| is_or_is_within(name, group)) {
        Reach::Store
    } else if name == "version" && commit(a) != commit(b) {
        Reach::Program
    } else {
        Reach::Value
    }
}

/// Name and value of each input that `release.json` records.
fn manifest(artefact: &Artefact) -> Option<BTreeMap<String, String>> {
    let bytes = match artefact.content() {
        Content::Release(files) => &files.get(FILE_NAME)?.bytes,
        Content::File(File {
            kind: FileKind::Manifest,
            bytes,
        }) => bytes,
        Content::File(_) => return None,
    };
    let mut flat = BTreeMap::new();
    flatten(
        String::new(),
        serde_json::from_slice(bytes).ok()?,
        &mut flat,
    );
    flat.retain(|name, _| !is_or_is_within(name, OUTPUTS));
    Some(flat)
}

/// Every value by its path. Members of a list that have a name are called by it.
fn flatten(path: String, value: Value, flat: &mut BTreeMap<String, String>) {
    let joined = |name: &str| match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(joined(&name), member, flat);
            }
        }
        Value::Array(members) => {
            for (index, member) in members.into_iter().enumerate() {
                let name = member.get("name").and_then(Value::as_str);
                let name = name.map_or_else(|| index.to_string(), str::to_owned);
                flatten(joined(&name), member, flat);
            }
        }
        Value::String(text) => drop(flat.insert(path, text)),
        other => drop(flat.insert(path, other.to_string())),
    }
}

/// What an image says of the build that made it.
fn of_images(artefact: &Artefact) -> BTreeMap<String, String> {
    let mut inputs = BTreeMap::new();
    let Content::File(file) = artefact.content() else {
        return inputs;
    };
    let descriptor = match file.kind {
        FileKind::ApplicationImage => Descriptor::read(&file.bytes).ok(),
        FileKind::Elf => descriptor_in_elf(&file.bytes),
        FileKind::FlashImage => {
            let slot = device::flash_layout::OTA_0.offset as usize;
            file.bytes
                .get(slot..)
                .and_then(|slot| Descriptor::read(slot).ok())
        }
        _ => None,
    };
    if let Some(descriptor) = descriptor {
        let mut add = |name: &str, value: String| drop(inputs.insert(name.to_owned(), value));
        add("version", descriptor.version);
        add("product", descriptor.project);
        add("released", descriptor.date);
        add("source-date-epoch", descriptor.time);
        add("secure-version", descriptor.secure_version.to_string());
    }
    if let Some((_, Ok(store))) = find_in_image(&file.bytes).next() {
        inputs.insert("store.sha256".to_owned(), hex::encode(store.sha256()));
        inputs.insert("store.sequence".to_owned(), store.sequence().to_string());
    }
    inputs
}

/// The app descriptor of an ELF file, read as it stands in an image.
fn descriptor_in_elf(elf: &[u8]) -> Option<Descriptor> {
    let file = ElfFile32::<Endianness>::parse(elf).ok()?;
    let section = file.section_by_name(".flash.appdesc")?;
    // In an image it stands behind 32 bytes of headers.
    let image = [&[0; 0x20][..], section.data().ok()?].concat();
    Descriptor::read(&image).ok()
}
