//! Dates that moved: the newest one known on the day asked counts, and the answer names the others.

use trust::source::SourceFile;

use crate::support::{Release, calendar_and, date, loss};

const R3: &str = "pki/r3-by-isrg-root-x1";

/// A switch of Let's Encrypt's that was to be on 2023-03-01, then on 2023-09-01, then on the day that it was.
fn moved() -> String {
    let issuers = "issuers = [{ name = \"R10\", spki-sha256 = \"2bbad93ab5c79279ec121507f272cbe0c6647a3aae52e22f388afab426b4adba\" }, \
        { name = \"R11\", spki-sha256 = \"6ddac18698f7f1f7e1c69b9bce420d974ac6f94ca8b2c761701623f99c767dc7\" }]";
    let fact = |from: &str, announced: &str, superseded: &str| {
        format!(
            "[[chain]]\nowner = \"Let's Encrypt\"\nprofile = \"default\"\nkey-type = \"rsa\"\nfrom = \"{from}\"\n\
             announced = \"{announced}\"\nsuperseded = \"{superseded}\"\n{issuers}\n"
        )
    };
    format!(
        "schema-version = 1\nconfidence = \"announced\"\nsource = \"made\"\n{}{}",
        fact("2023-03-01", "2022-01-01", "2022-06-01"),
        fact("2023-09-01", "2022-06-01", "2023-01-15"),
    )
}

#[test]
fn the_newest_date_known_on_the_day_asked_counts() {
    let calendar = calendar_and(&[SourceFile::new("moved.toml", moved())]);
    // Asked on, first loss, earlier dates that the answer names.
    for (asked, expected, previously) in [
        ("2021-12-31", "[2024-10-01, 2024-12-29]", &[][..]),
        ("2022-01-01", "[2023-03-01, 2023-05-29]", &[]),
        ("2022-05-31", "[2023-03-01, 2023-05-29]", &[]),
        ("2022-06-01", "[2023-09-01, 2023-11-29]", &["2023-03-01"]),
        ("2023-01-14", "[2023-09-01, 2023-11-29]", &["2023-03-01"]),
        ("2023-01-15", "[2024-10-01, 2024-12-29]", &[]),
        ("2024-04-11", "[2025-09-16, 2025-09-16]", &[]),
        (
            "2024-04-12",
            "[2024-06-06, 2024-09-03]",
            &["2023-03-01", "2023-09-01"],
        ),
    ] {
        let known = calendar.known_on(date(asked));
        let release = Release::new(&[R3]);
        let coverage = release.asked_of(&known, asked, "2021-12-31", "2026-12-31");
        // What R10 and R11 are was not known before their certificates were: the chain is unknown, and lost all the same.
        assert_eq!(loss(&coverage), expected, "{asked}: {:#?}", coverage.gaps);
        let previously: Vec<_> = previously.iter().map(|day| date(day)).collect();
        assert_eq!(
            coverage.loss().unwrap().causes[0].previously,
            previously,
            "{asked}"
        );
    }
}
