//! The machine code answers as the same code does on the host.

use std::collections::BTreeSet;

use vectors::{Kind, Unmeasured, Vectors, answer};

use super::machine::{PROGRAM, Questions, ask, recorded, run};

#[test]
fn every_recorded_question_has_the_same_answer() {
    let questions = recorded(|_| true);
    let kinds: BTreeSet<Kind> = questions.iter().map(|(_, kind, _)| *kind).collect();
    let missing: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| !kinds.contains(kind))
        .collect();
    assert_eq!(missing, [&Kind::Calibration], "nobody asks of these kinds");
    let differ = differences(&questions, &questions);
    println!("{} vectors of {} kinds", questions.len(), kinds.len());
    assert!(
        differ.is_empty(),
        "{} differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
}

/// The comparison itself: one changed byte, in one of the answers alone, is seen.
#[test]
fn another_answer_is_seen() {
    let asked = [
        ("a", Kind::Host, vec![&b"a.example"[..]]),
        ("b", Kind::Host, vec![&b"b.example"[..]]),
    ];
    let mut heard = asked.clone();
    heard[1].2 = vec![b"c.example"];
    let differ = differences(&asked, &heard);
    assert_eq!(differ.len(), 1, "{differ:?}");
    assert!(differ[0].starts_with("b: "), "{differ:?}");
}

#[test]
fn a_machine_without_vectors_says_so() {
    let output = run(&PROGRAM, None);
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        printed,
        "these are no vectors: they begin with something else\n"
    );
}

/// Where the machine, asked `asked`, answers otherwise than the host, asked `heard`.
fn differences(asked: &Questions<'_>, heard: &Questions<'_>) -> Vec<String> {
    let on_target = ask(&PROGRAM, asked);
    let bytes = Vectors::write(heard);
    let on_host = Vectors::read(&bytes).unwrap();
    let pairs = on_target.iter().zip(on_host);
    let differ = pairs.filter_map(|(on_target, vector)| {
        let on_host = answer(&vector, &mut Unmeasured).escape_debug().to_string();
        let (name, on_target) = (vector.name, &on_target.answer);
        (*on_target != on_host)
            .then(|| format!("{name}: the target says {on_target}\n  the host says {on_host}"))
    });
    differ.collect()
}
