//! Connections that break and go on.

use crate::board::spare;
use crate::update::{IMAGE, Update, update};

fn installed(update: &mut Update) -> Vec<u32> {
    update.publish();
    update.run().expect("it is right").expect("it is newer");
    assert!(spare(&update.flash).starts_with(&update.image));
    assert!(update.server.asked.iter().all(|(file, _)| file == IMAGE));
    update.server.asked.iter().map(|(_, from)| *from).collect()
}

#[test]
fn the_rest_is_asked_for_from_the_byte_that_was_reached() {
    let mut update = update();
    update.server.breaks_after = Some(10_000);
    assert_eq!(installed(&mut update), [0, 10_000, 20_000]);
    let said = "update: 10000 of 24944 bytes came, then: the connection broke; asking for the rest";
    assert!(
        update.lines.0.iter().any(|line| line == said),
        "{:#?}",
        update.lines.0
    );
}

#[test]
fn a_sector_for_each_connection_is_enough() {
    let mut update = update();
    update.server.breaks_after = Some(4_096);
    assert_eq!(installed(&mut update).len(), 7);
}

#[test]
fn less_than_a_sector_is_forgiven_only_a_few_times() {
    let mut update = update();
    update.server.breaks_after = Some(4_095);
    update.publish();
    let said = update.run().unwrap_err();
    assert_eq!(
        said,
        "16380 of 24944 bytes came, then: the connection broke"
    );
    assert_eq!(update.server.asked.len(), 4);
    assert_eq!(update.server.pauses, [1, 2, 3]);
}

#[test]
fn progress_takes_no_pause() {
    let mut update = update();
    update.server.breaks_after = Some(10_000);
    installed(&mut update);
    assert!(update.server.pauses.is_empty());
}

/// What says that a file is not there is not asked again.
#[test]
fn an_answer_that_is_final_is_asked_for_once() {
    let mut update = update();
    update.publish();
    update.server.files.remove(IMAGE);
    assert_eq!(
        update.run().unwrap_err(),
        "0 of 24944 bytes came, then: no such file"
    );
    assert_eq!(
        (update.server.asked.len(), update.server.pauses.len()),
        (1, 0)
    );
}

/// The file is taken from its beginning again: what was there of it may be of another file.
#[test]
fn a_file_that_comes_whole_again_is_installed() {
    for chunk in [1, 1460, 24_944] {
        let mut update = update();
        update.server.chunk = chunk;
        update.server.knows_no_ranges = true;
        update.server.breaks_once_after = Some(10_000);
        assert_eq!(installed(&mut update), [0, 10_000]);
    }
}

/// A server that knows no ranges and always breaks at the same byte is left, though it sends more than a sector each time.
#[test]
fn a_file_that_never_gets_further_is_given_up() {
    let mut update = update();
    update.server.knows_no_ranges = true;
    update.server.breaks_after = Some(10_000);
    update.publish();
    assert_eq!(
        update.run().unwrap_err(),
        "10000 of 24944 bytes came, then: the connection broke"
    );
    assert_eq!(update.server.asked.len(), 5);
}

#[test]
fn where_it_breaks_does_not_matter() {
    for portion in [6_243, 8_191, 8_193, 12_345, 24_943] {
        let mut update = update();
        update.server.breaks_after = Some(portion);
        update.server.breaks_silently = portion % 2 == 0;
        installed(&mut update);
    }
}
