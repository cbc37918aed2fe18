//! Names, addresses and days as the target reads them: `firmware/on-target`. What they must be is tested beside their code.

use device::day::Day;
use device::host::host;
use device::text::text;
use device::url::HttpsUrl;
use vectors::{Kind, record};

const HOSTS: [&str; 12] = [
    "",
    "a",
    "ota.example.com",
    "OTA.example.com",
    "ota..example.com",
    "-a.example",
    "a-.example",
    "a.example.",
    "192.0.2.1",
    "192.0.2.256",
    "[2001:db8::1]",
    "ä.example",
];

#[test]
fn urls() {
    let (mut read, mut refused) = (0, 0);
    for host_name in HOSTS {
        for rest in [
            "",
            "/",
            ":443/",
            ":8443/a/b/",
            ":0/",
            ":65536/",
            "/a?b",
            "/%2e/",
            "/../",
            "/\u{7f}",
        ] {
            let url = format!("https://{host_name}{rest}");
            for cut in (0..=url.len()).filter(|cut| url.is_char_boundary(*cut)) {
                record(Kind::Url, &[&url.as_bytes()[..cut]]);
            }
            match HttpsUrl::parse(url.as_bytes()) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 5 && refused > 5, "{read} {refused}");
}

#[test]
fn hosts_and_texts() {
    for name in HOSTS.map(str::as_bytes).into_iter().chain([&[0xC3][..]]) {
        record(Kind::Host, &[name]);
        for longest in [8, 64] {
            record(Kind::Text, &[name, &i64::from(longest).to_le_bytes()]);
        }
        assert!(text(name, 1).is_err() || name == b"a");
        assert!(host(name).is_err() || text(name, 64).is_ok());
    }
}

#[test]
fn days() {
    let (first, last) = (Day::MIN.days_since_epoch(), Day::MAX.days_since_epoch());
    let around = |day: i32| day.saturating_sub(2)..=day.saturating_add(2);
    let days = [first, -1, 11_016, 20_000, last]
        .into_iter()
        .flat_map(around);
    for day in days.chain([i32::MIN, i32::MAX]) {
        record(Kind::Day, &[&i64::from(day).to_le_bytes()]);
        let known = Day::from_days_since_epoch(day);
        assert_eq!(known.is_some(), (first..=last).contains(&day));
    }
}
