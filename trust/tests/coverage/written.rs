//! A random world's facts and events, as the calendar that says them.

use std::fmt::Write as _;

use trust::calendar::Calendar;
use trust::source::SourceFile;

use crate::worlds::{World, day};

impl World {
    pub(crate) fn calendar(&self) -> Calendar {
        let mut text =
            "schema-version = 1\nconfidence = \"announced\"\nsource = \"made\"\n".to_owned();
        text += "[[lifecycle-rule]]\nprogrammes = []\nkey-created-from = \"9000-01-01\"\nremoval = \"9999-01-01\"\n";
        let cert = |number: &usize| {
            format!(
                "{{ name = \"C{number}\", sha256 = \"{}\" }}",
                hex::encode([*number as u8; 32])
            )
        };
        let key = |number: &usize| {
            format!(
                "{{ name = \"K{number}\", spki-sha256 = \"{}\" }}",
                hex::encode([100 + *number as u8; 32])
            )
        };
        for fact in &self.facts {
            let _ = write!(
                text,
                "[[chain]]\nowner = \"CA {}\"\nprofile = \"default\"\nkey-type = \"rsa\"\nfrom = \"{}\"\n",
                fact.owner,
                day(fact.from)
            );
            if let Some(root) = &fact.root {
                let _ = writeln!(text, "root = {}", cert(root));
            } else {
                let _ = writeln!(
                    text,
                    "issuers = [{}]",
                    fact.issuers.iter().map(key).collect::<Vec<_>>().join(", ")
                );
                let _ = writeln!(
                    text,
                    "path = [{}]",
                    fact.path.iter().map(cert).collect::<Vec<_>>().join(", ")
                );
            }
        }
        for (on, retired_key, retired_cert) in &self.retired {
            let retired = retired_key
                .iter()
                .map(key)
                .chain(retired_cert.iter().map(cert));
            let _ = write!(
                text,
                "[[event]]\ndate = \"{}\"\nowner = \"CA 0\"\nkind = \"issuer-rotation\"\nretires = [{}]\n",
                day(*on),
                retired.collect::<String>()
            );
        }
        for (on, days) in &self.limits {
            let _ = write!(
                text,
                "[[event]]\ndate = \"{}\"\nowner = \"CA/Browser Forum\"\nkind = \"leaf-lifetime\"\ndays = {days}\n",
                day(*on)
            );
        }
        for (number, cert) in self.certs.iter().enumerate() {
            if let Some(end) = cert.root_end {
                let _ = write!(
                    text,
                    "[[root]]\nname = \"C\"\nsha256 = \"{}\"\nowner = \"x\"\nnot-after = \"{}\"\neffective-end = \"{}\"\nprogrammes = []\n",
                    hex::encode([number as u8; 32]),
                    day(cert.last),
                    day(end)
                );
            }
        }
        let (calendar, findings) = Calendar::read(&[SourceFile::new("made.toml", &text)]);
        let said: Vec<_> = findings.iter().map(|finding| &finding.message).collect();
        assert!(said.is_empty(), "{said:?}\n{text}");
        calendar
    }
}
