//! Every verb has examples, and each can be typed so.

use clap::Command;
use xtask::{cli, examples};

use super::{root, run, stdout};

/// The verbs that do something: those without verbs of their own.
fn verbs(command: &Command, path: &str) -> Vec<String> {
    let below = command
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help");
    let found = below.flat_map(|verb| {
        let path = format!("{path} {}", verb.get_name()).trim().to_owned();
        match verb.has_subcommands() {
            true => verbs(verb, &path),
            false => vec![path],
        }
    });
    found.collect()
}

#[test]
fn every_verb_has_one_to_four_examples_and_no_other_thing_has() {
    let mut expected = verbs(&cli::command(), "");
    expected.sort();
    let written: Vec<_> = examples::TABLE
        .iter()
        .map(|examples| examples.verb)
        .collect();
    assert_eq!(written, expected, "xtask/src/examples/table.rs, by verb");
    for examples in examples::TABLE {
        assert!(
            (1..=4).contains(&examples.commands.len()),
            "{}",
            examples.verb
        );
    }
}

#[test]
fn every_example_can_be_typed_so() {
    for examples in examples::TABLE {
        for example in examples.commands {
            let words = words(example.command);
            let beginning = format!("cargo xtask {}", examples.verb);
            assert!(
                example.command.starts_with(&beginning),
                "{}",
                example.command
            );
            assert!(!example.does.is_empty(), "{}", example.command);
            // The name of the program is two words.
            let parsed = cli::command().try_get_matches_from(&words[1..]);
            assert!(
                parsed.is_ok(),
                "{}: {}",
                example.command,
                parsed.unwrap_err()
            );
        }
    }
}

#[test]
fn the_examples_stand_below_the_help() {
    let help = stdout(&run(root(), &["forecast", "--help"], 0));
    assert!(
        help.contains(
            "\nExamples:\n  # when does each release go dark?\n  $ cargo xtask forecast\n"
        ),
        "{help}"
    );
    assert!(
        help.contains("Exit code 0 also when something goes dark"),
        "{help}"
    );
    let short = stdout(&run(root(), &["check", "-h"], 0));
    assert!(
        short.contains("$ cargo xtask check --as-of 2027-01-01"),
        "{short}"
    );
    let of_verbs = stdout(&run(root(), &["roots", "--help"], 0));
    assert!(of_verbs.contains("$ cargo xtask roots list"), "{of_verbs}");
    assert!(
        of_verbs.contains("$ cargo xtask roots paths R12"),
        "{of_verbs}"
    );
}

/// The words of a line of shell with double quotes and nothing else.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    assert!(!quoted, "{line}");
    words.push(word);
    words
}
