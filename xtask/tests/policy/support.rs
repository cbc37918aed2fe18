//! Projects that are this one with some edits.

use std::path::Path;
use std::sync::Arc;

use trust::channel::Channel;
use trust::gate::{Inputs, Question};
use trust::source::SourceFile;
use xtask::project::Project;
use xtask::review::{Answer, Place, Side};

/// A release of the ledger: two roots, two servers, 12000 devices.
const RELEASE: &str =
    include_str!("../../../trust/fixtures/rules/L903-ledger-bad-value/pass/releases/1.0.4.toml");

/// What is done to a file. Files are named as in the project.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    /// A text that is there once, replaced.
    Replace(&'static str, &'static str, &'static str),
    /// A text at the end of a file, which is made where it is not there.
    Append(&'static str, &'static str),
    /// A file with the text of another, in which a text that is there once or more is replaced.
    Copy(&'static str, &'static str, &'static str, &'static str),
    /// No such file.
    Remove(&'static str),
}

/// The files of this project, with one shipped release.
pub fn project() -> Inputs {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let found = Project::find(Some(root)).unwrap();
    let mut inputs = found.inputs().unwrap().inputs;
    inputs.releases = vec![SourceFile::new("trust/releases/1.0.4.toml", RELEASE)];
    inputs
}

/// The same with edits.
pub fn edited(inputs: &Inputs, edits: &[Edit]) -> Inputs {
    let mut inputs = inputs.clone();
    for edit in edits {
        apply(&mut inputs, *edit);
    }
    inputs
}

fn apply(inputs: &mut Inputs, edit: Edit) {
    let (name, text) = match edit {
        Edit::Replace(name, from, to) => {
            let text = text(inputs, name).unwrap_or_else(|| panic!("{name} is not there"));
            assert_eq!(text.matches(from).count(), 1, "{from:?} in {name}");
            (name, Some(text.replace(from, to)))
        }
        Edit::Append(name, more) => (name, Some(text(inputs, name).unwrap_or_default() + more)),
        Edit::Copy(name, of, from, to) => {
            let text = text(inputs, of).unwrap_or_else(|| panic!("{of} is not there"));
            assert!(text.contains(from), "{from:?} in {of}");
            (name, Some(text.replace(from, to)))
        }
        Edit::Remove(name) => (name, None),
    };
    if name == "policy.toml" {
        inputs.policy = SourceFile::new(name, text.unwrap_or_default());
        return;
    }
    let files = folder(inputs, name);
    files.retain(|file| file.name != name);
    files.extend(text.map(|text| SourceFile::new(name, text)));
    files.sort_by(|a, b| a.name.cmp(&b.name));
}

fn text(inputs: &mut Inputs, name: &str) -> Option<String> {
    if name == "policy.toml" {
        return Some(inputs.policy.text.clone());
    }
    let files = folder(inputs, name).iter();
    let mut found = files.filter(|file| file.name == name);
    found.next().map(|file| file.text.clone())
}

fn folder<'i>(inputs: &'i mut Inputs, name: &str) -> &'i mut Vec<Arc<SourceFile>> {
    match name.split('/').nth(1) {
        Some("anchors") => &mut inputs.anchors,
        Some("calendar") => &mut inputs.calendar,
        Some("endpoints") => &mut inputs.endpoints,
        Some("releases" | "rescues") => &mut inputs.releases,
        _ => panic!("{name} is no input"),
    }
}

/// What `head` in place of `base` does on 2026-11-23.
pub fn answer(base: &Inputs, head: &Inputs) -> Answer {
    let side = |inputs: &Inputs, name: &str| Side {
        inputs: inputs.clone(),
        place: Place::new(name),
    };
    let question = Question {
        as_of: "2026-11-23".parse().unwrap(),
        channel: Channel::Development,
        facts_known_on: None,
    };
    Answer::of(&side(base, "the base"), &side(head, "the head"), question)
}
