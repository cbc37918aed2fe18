//! A file that is another one when the rest of it is asked for: what is installed is never made of both.

use device::client::Restart;
use device::flash_layout::OTA_1;
use simulated::internet::{Lacks, Manner, WebServer};

use crate::simulated_device::Device;
use crate::transfers::{IMAGE, world};
use crate::world::{FAILOVER, NEW, PRIMARY, new, old};

/// The servers cut a connection off once in the third sector of the image; then the image is another one, or the same.
struct Row {
    /// A byte that is otherwise before the cut.
    changed: Option<usize>,
    lacks: Lacks,
    /// What is asked for after the cut: from which byte on, and on which condition.
    asked: &'static [Asked],
    /// Whether the first endpoint gives the image, or the other one must.
    works: bool,
    /// How many sectors are erased.
    erased: u32,
}

/// A first byte, and whether only of the same file.
type Asked = (usize, bool);

/// Bytes that come before the cut: the head, two sectors and more.
const CUT: usize = 9_000;
/// Within the second sector, where no check sees it before all has come.
const PLACE: usize = 5_000;

const ALL: Lacks = Lacks {
    keeping: false,
    patience: None,
    ranges: false,
    tags: false,
    conditions: false,
};

const ROWS: [Row; 7] = [
    Row {
        changed: None,
        lacks: ALL,
        asked: &[(1, true)],
        works: true,
        erased: 6,
    },
    // The whole comes, and what is there of it is passed over.
    Row {
        changed: None,
        lacks: Lacks {
            ranges: true,
            ..ALL
        },
        asked: &[(1, true)],
        works: true,
        erased: 6,
    },
    // Nobody knows whether it is the same file: it is written from its beginning on.
    Row {
        changed: None,
        lacks: Lacks {
            ranges: true,
            tags: true,
            ..ALL
        },
        asked: &[(1, false)],
        works: true,
        erased: 8,
    },
    Row {
        changed: Some(PLACE),
        lacks: ALL,
        asked: &[(1, true)],
        works: true,
        erased: 8,
    },
    Row {
        changed: Some(PLACE),
        lacks: Lacks {
            ranges: true,
            tags: true,
            ..ALL
        },
        asked: &[(1, false)],
        works: true,
        erased: 8,
    },
    // It does not know If-Range, and its tag tells.
    Row {
        changed: Some(PLACE),
        lacks: Lacks {
            conditions: true,
            ..ALL
        },
        asked: &[(1, true), (0, false)],
        works: true,
        erased: 8,
    },
    // Nothing tells but the digest of the image, at its end.
    Row {
        changed: Some(PLACE),
        lacks: Lacks { tags: true, ..ALL },
        asked: &[(1, false)],
        works: false,
        erased: 5 + 6,
    },
];

#[test]
fn what_is_installed_is_one_file() {
    for (number, row) in ROWS.iter().enumerate() {
        let world = world();
        world.internet.web(PRIMARY, 443, |server| {
            server.lacks = row.lacks;
            let next = WebServer {
                files: server.files.clone(),
                lacks: row.lacks,
                ..WebServer::default()
            };
            if let Some(place) = row.changed {
                let mut image = new().image;
                image[place] ^= 1;
                server.files.insert(IMAGE.to_owned(), image.into());
            }
            server.manner = Manner::Cuts(CUT);
            server.becomes = Some(Box::new(next));
        });
        let mut device = Device::new(world, &old());
        let session = device.session(1);
        let lines = device.lines.take();
        assert_eq!(
            session.restart,
            Some(Restart::Updated),
            "{number}: {lines:#?}"
        );
        assert_eq!(device.boots().1, NEW, "{number}");
        assert_eq!(device.erases(&OTA_1), row.erased, "{number}: {lines:#?}");
        let asked = device.world.internet.asked();
        let (first, other): (Vec<_>, Vec<_>) =
            asked.iter().partition(|asked| asked.host == PRIMARY);
        assert_eq!(other.is_empty(), row.works, "{number}: {lines:#?}");
        assert!(other.iter().all(|asked| asked.host == FAILOVER));
        let images = first.iter().filter(|asked| asked.head.contains(IMAGE));
        let after: Vec<Asked> = images
            .skip(1)
            .map(|asked| {
                let from = asked.head.contains("\r\nRange: bytes=");
                (usize::from(from), asked.head.contains("\r\nIf-Range: \""))
            })
            .collect();
        assert_eq!(after, row.asked, "{number}: {lines:#?}");
    }
}
