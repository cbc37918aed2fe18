//! What the scan finds, and what it must not take for a leak.

use super::*;

/// 2026-11-22T15:30:00Z.
const NOW: i64 = 1_795_361_400;

fn traces() -> Traces {
    Traces {
        paths: vec!["/work/of/mine".into(), "/r".into()],
        relative: vec!["device".to_owned(), "library".to_owned(), "src".to_owned()],
        words: Words {
            users: vec!["margarete".to_owned()],
            hosts: vec!["builder-7".to_owned()],
        },
        clock: Clock {
            building: NOW - 3_600..=NOW,
            released: NOW - 1_800,
        },
    }
}

fn found(text: &str) -> Vec<&'static str> {
    let bytes = [b"\0\x01", text.as_bytes(), b"\xff"].concat();
    traces().find(&bytes).iter().map(|leak| leak.what).collect()
}

#[test]
fn paths_users_hosts_and_times_are_found() {
    for (text, what) in [
        (
            "called `unwrap` on None/work/of/mine/src/main.rs",
            "a path of this machine",
        ),
        ("/r", "a path of this machine"),
        ("None/srv/ci/job/src/main.rs", "an absolute path"),
        ("x/home/somebody/a", "an absolute path"),
        ("/elsewhere/project/src/main.rs", "an absolute path"),
        ("/workspaces/perennial/x.rs", "an absolute path"),
        (
            "/cargo/registry/a-1.0.0/src/lib.rs/home/joe/x.rs",
            "an absolute path",
        ),
        ("https://example.com/a.rs/home/joe/x.rs", "an absolute path"),
        (
            "panicked at /elsewhere/esp-idf/components/wifi.c",
            "an absolute path",
        ),
        ("by margarete@x", "the name of the user"),
        ("on builder-7.", "the name of this machine"),
        ("built 1795361000", "the time of the build"),
        ("built 1795361000123456", "the time of the build"),
    ] {
        assert_eq!(found(text), [what], "{text}");
    }
    let mut other_day = traces();
    other_day.clock.released -= 86_400;
    for day in ["2026-11-22", "Nov 22 2026", "20261122"] {
        let leaks = other_day.find(day.as_bytes());
        assert_eq!(leaks[0].what, "the day of the build", "{day}");
    }
}

#[test]
fn names_of_paths_links_and_ordinary_words_are_none() {
    for text in [
        "/cargo/registry/smoltcp-0.13.1/src/wire/udp.rs",
        "None/cargo/registry/a-1.0.0/src/home/opt/x.rs",
        "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/fmt/mod.rs",
        "unreachablelibrary/core/src/num/mod.rs",
        "src/main.rsdevice/src/day.rs",
        "https://ota.example.com/home/x/index.rs",
        "/ready /router /worker of/minesweeper",
        "margaretes builder-70 root",
        "released 1795359600, ends 2030-06-04, 00010203040506070809",
        "2026-11-22",
        "%02x:%02x, open/PSK, 15/30, a.c",
    ] {
        assert_eq!(found(text), [] as [&str; 0], "{text}");
    }
}

#[test]
fn a_failure_shows_the_text_and_the_next_step() {
    let bytes = b"\0\0Option::unwrap()/work/of/mine/src/main.rs\0";
    let failure = traces().require_none("firmware.elf", bytes).unwrap_err();
    assert_eq!(failure.exit, Exit::NotReproducible);
    assert_eq!(
        failure.evidence,
        ["a path of this machine at 0x12: Option::unwrap()/work/of/mine/src/main.rs"]
    );
    assert!(failure.help.contains("--dangerously-skip-leak-check"));
    traces().require_none("firmware.elf", b"\0").unwrap();
}
