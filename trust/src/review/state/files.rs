//! The pool of candidates, and captured chains.

use std::sync::Arc;

use super::{Item, State};
use crate::anchors::{Certificate, Inventory, read_pem};
use crate::chains;
use crate::review::subject::Section;
use crate::source::SourceFile;

impl State {
    /// The certificates of `trust/anchors/`, by fingerprint.
    pub(in crate::review) fn add_candidates(&mut self, files: &[Arc<SourceFile>]) {
        let (inventory, findings) = Inventory::from_files(files);
        self.add_unreadable(files, &findings);
        for certificate in inventory.iter() {
            let sha256 = fingerprint(certificate);
            let item = Item::new(&certificate.name).text("sha256", &sha256);
            self.add(Section::Candidate, sha256, item);
        }
    }

    /// The chains of `trust/endpoints/`, by path: what was sent, and when that was seen.
    pub(in crate::review) fn add_captures(&mut self, files: &[Arc<SourceFile>]) {
        for file in files {
            let (certificates, findings) = read_pem(file);
            self.add_unreadable(std::slice::from_ref(file), &findings);
            let item = Item::new(&file.name)
                .list("certificates", certificates.iter().map(fingerprint))
                .maybe(chains::captured_on(&file.text), |item, day| {
                    item.day("captured", day)
                });
            self.add(Section::Capture, &file.name, item);
        }
    }
}

fn fingerprint(certificate: &Certificate) -> String {
    hex::encode(certificate.fingerprint)
}
