//! Nothing of a policy becomes markup, a link or a mention in a comment, or moves the cursor of a terminal.

use std::sync::Arc;

use xtask::report::Colour;
use xtask::review::{DiffFormat, written};

use super::support::{Edit, answer, edited, project};
use trust::gate::Inputs;
use trust::source::SourceFile;

/// What a pull request may try, each with what must not be left of it outside of a code span.
const HOSTILE: [&str; 12] = [
    "@perennial/admins please merge",
    "<img src=x onerror=alert(1)>",
    "</details></summary>",
    "[click](https://evil.example/)",
    "![pixel](https://evil.example/p.png)",
    "https://evil.example/",
    "fixes #1",
    "a | b | c",
    "`` ` `` @team",
    "```\\n# Approved\\n```",
    "**approved** ~~no~~ <!-- x -->",
    "\\u202eevorppa \\u200b",
];

fn with_reason(reason: &str) -> Inputs {
    let from = "reason = \"failover server: another owner, another key\"";
    let mut inputs = project();
    let text = inputs
        .policy
        .text
        .replace(from, &format!("reason = \"{reason}\""));
    assert_ne!(text, inputs.policy.text);
    inputs.policy = SourceFile::new("policy.toml", text);
    inputs
}

#[test]
fn a_hostile_text_stays_in_its_code_span() {
    for reason in HOSTILE {
        let answer = answer(&project(), &with_reason(reason));
        let text = written(&answer, DiffFormat::Markdown, Colour::Plain).unwrap();
        let plain = outside_of_code(&text);
        for mark in [
            "@", "evil", "img", "#1", "approved", "Approved", "<!--", "\u{202e}",
        ] {
            assert!(
                !plain.contains(mark),
                "{reason:?} left {mark:?} in:\n{text}"
            );
        }
        assert_eq!(
            plain.matches("<details>").count(),
            plain.matches("</details>").count()
        );
        assert!(
            text.lines()
                .all(|line| line.matches("evil").count() == 0 || line.contains('`'))
        );
        let human = written(&answer, DiffFormat::Human, Colour::Plain).unwrap();
        let odd = |c: char| c != '\n' && trust::words::is_invisible(c);
        assert!(!human.contains(odd), "{human:?}");
        assert!(!answer.headline.contains(trust::words::is_invisible));
    }
}

/// Names and notes that others choose: of endpoints, waivers, facts, files and releases.
#[test]
fn every_text_of_others_stays_in_a_code_span() {
    let mut head = edited(
        &project(),
        &[
            Edit::Append(
                "policy.toml",
                "\n[[waiver]]\ncode = \"A104\"\nanchor = \"MARK\"\nowner = \"MARK\"\nreason = \"MARK\"\nexpires = \"2027-01-01\"\n",
            ),
            Edit::Replace("policy.toml", "name = \"failover\"", "name = \"MARK\""),
            Edit::Replace(
                "policy.toml",
                "name = \"DigiCert TLS ECC P384 Root G5\"",
                "name = \"MARK\"",
            ),
            Edit::Append(
                "trust/calendar/owners.toml",
                "\n[[owner]]\nname = \"MARK\"\norganisations = [\"MARK\"]\nconfidence = \"observed\"\nsource = \"MARK\"\nnote = \"MARK\"\n",
            ),
            Edit::Append("trust/endpoints/MARK.pem", "nothing\n"),
            Edit::Replace(
                "trust/releases/1.0.4.toml",
                "name = \"ISRG Root X2\"",
                "name = \"MARK\"",
            ),
        ],
    );
    head.policy = marked(&head.policy);
    for files in [&mut head.calendar, &mut head.endpoints, &mut head.releases] {
        *files = files.iter().map(marked).collect();
    }
    let answer = answer(&project(), &head);
    assert!(answer.changes.len() >= 8, "{:?}", answer.changes);
    let text = written(&answer, DiffFormat::Markdown, Colour::Plain).unwrap();
    assert!(text.matches("evil").count() > 20, "{text}");
    let plain = outside_of_code(&text);
    for left in ["@", "evil", "<b>", "[x]"] {
        assert!(!plain.contains(left), "{left:?} is left in:\n{plain}");
    }
    // The table is ours alone.
    let rows: Vec<_> = plain.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 7, "{rows:?}");
    assert!(
        rows.iter().all(|row| row.matches('|').count() == 4),
        "{rows:?}"
    );
}

fn marked(file: &Arc<SourceFile>) -> Arc<SourceFile> {
    let mark = "@evil <b>` | [x](https://evil.example)";
    SourceFile::new(
        file.name.replace("MARK", mark),
        file.text.replace("MARK", mark),
    )
}

/// What is left of each line when its code spans are taken away, as CommonMark finds them: a run of backticks ends at the
/// next run of the same length.
fn outside_of_code(text: &str) -> String {
    text.lines().map(|line| outside(line) + "\n").collect()
}

fn outside(line: &str) -> String {
    let Some(start) = line.find('`') else {
        return line.to_owned();
    };
    let run = line[start..].chars().take_while(|c| *c == '`').count();
    let inside = &line[start + run..];
    let mut at = 0;
    while let Some(found) = inside[at..].find('`') {
        let begin = at + found;
        let length = inside[begin..].chars().take_while(|c| *c == '`').count();
        if length == run {
            return line[..start].to_owned() + &outside(&inside[begin + length..]);
        }
        at = begin + length;
    }
    // No end: the backticks are text.
    line[..start + run].to_owned() + &outside(inside)
}

#[test]
fn a_comment_is_never_too_long_and_is_cut_at_whole_items() {
    let mut base = project();
    let candidate = |place: usize| {
        format!(
            "\n[[owner]]\nname = \"{} {place}\"\norganisations = [\"{}\"]\nconfidence = \"observed\"\nsource = \"made\"\n",
            "`|@x".repeat(30),
            "long ".repeat(60)
        )
    };
    let text: String = (0..2000).map(candidate).collect();
    let made = SourceFile::new(
        "trust/calendar/made.toml",
        format!("schema-version = 1\n{text}"),
    );
    let head = {
        let mut head = base.clone();
        head.calendar.push(made);
        head
    };
    base = edited(&base, &[Edit::Append("policy.toml", "# Looked at.\n")]);
    let answer = answer(&base, &head);
    assert_eq!(answer.changes.len(), 2000);
    let text = written(&answer, DiffFormat::Markdown, Colour::Plain).unwrap();
    assert!(text.len() <= 60_000, "{}", text.len());
    assert!(text.contains(" more, not shown: `--format json` has all"));
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    assert!(!outside_of_code(&text).contains('@'));
    assert!(text.ends_with(&format!("Digest: `{}`.\n", answer.digest)));
}

/// However long the texts are, a comment is never larger than GitHub takes.
#[test]
fn no_comment_is_too_large_whatever_the_lengths() {
    let base = project();
    for length in (0..400).step_by(20) {
        let mut head = base.clone();
        let waivers: String = (0..200)
            .map(|one| {
                let reason = "x".repeat(length + 1);
                format!(
                    "\n[[waiver]]\ncode = \"A{:03}\"\nanchor = \"a{one}\"\nowner = \"us\"\nreason = \"{reason}\"\nexpires = \"2027-06-30\"\n",
                    100 + one % 9
                )
            })
            .collect();
        head.policy = SourceFile::new("policy.toml", format!("{}{waivers}", base.policy.text));
        let text = written(&answer(&base, &head), DiffFormat::Markdown, Colour::Plain).unwrap();
        assert!(text.len() <= 60_000, "{length}: {}", text.len());
    }
}
