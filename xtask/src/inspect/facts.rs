//! What is known of CAs wherever the program runs: the calendar and the Mozilla set, compiled in.

use trust::anchors::Certificate;
use trust::calendar::Calendar;
use trust::source::SourceFile;

/// The files of `trust/calendar/`; a test compares the list with the folder.
const CALENDAR: [(&str, &str); 6] = [
    (
        "chains.toml",
        include_str!("../../../trust/calendar/chains.toml"),
    ),
    (
        "events.toml",
        include_str!("../../../trust/calendar/events.toml"),
    ),
    (
        "letsencrypt.toml",
        include_str!("../../../trust/calendar/letsencrypt.toml"),
    ),
    (
        "owners.toml",
        include_str!("../../../trust/calendar/owners.toml"),
    ),
    (
        "programmes.toml",
        include_str!("../../../trust/calendar/programmes.toml"),
    ),
    (
        "roots.toml",
        include_str!("../../../trust/calendar/roots.toml"),
    ),
];

/// Facts that this program carries.
pub(super) struct Embedded {
    pub(super) calendar: Calendar,
    pub(super) pool: Vec<Certificate>,
}

impl Embedded {
    pub(super) fn new() -> Self {
        let files =
            CALENDAR.map(|(name, text)| SourceFile::new(format!("trust/calendar/{name}"), text));
        // That it has no mistakes is a test's business: the text is part of the program.
        let (calendar, _) = Calendar::read(&files);
        Self {
            calendar,
            pool: crate::roots::mozilla_roots(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_calendar_is_carried_and_reads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../trust/calendar");
        let mut there: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        assert_eq!(there, CALENDAR.map(|(name, _)| name));
        let files = CALENDAR.map(|(name, text)| SourceFile::new(name, text));
        assert!(Calendar::of_project(&files).1.is_empty());
        assert!(Embedded::new().pool.len() > 100);
    }
}
