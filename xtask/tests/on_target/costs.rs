//! What is measured: exact counts, and a page that says them.

use vectors::Kind;

use super::machine::{Answered, PROGRAM, ask, recorded, root};

/// What the names of measured questions begin with.
pub(crate) const COST: &str = "cost: ";
/// Instructions, heap and stack of the page may be off by so many per cent: compilers and crates move. The stack most: what
/// else is in the program decides what is compiled into whose frame.
const TOLERANCES: [u64; 3] = [5, 5, 50];
/// Cycles of the ESP32-C3 in a millisecond, at 160 MHz.
const PER_MILLISECOND: u64 = 160_000;

/// Each round of a loop takes the same number of instructions, from run to run too.
#[test]
fn instructions_are_counted_exactly() {
    let rounds = [1_000_i64, 2_000, 3_000].map(i64::to_le_bytes);
    let question = |rounds| ("rounds", Kind::Calibration, vec![rounds]);
    let questions: Vec<_> = rounds
        .iter()
        .map(<[u8; 8]>::as_slice)
        .map(question)
        .collect();
    let count = || {
        ask(&PROGRAM, &questions)
            .into_iter()
            .map(|answered| answered.instructions)
    };
    let counts: Vec<u64> = count().collect();
    let (first, second) = (counts[1] - counts[0], counts[2] - counts[1]);
    assert_eq!(first, second, "{counts:?}");
    assert!(first >= 1_000 && first % 1_000 == 0, "{counts:?}");
    assert_eq!(count().collect::<Vec<_>>(), counts);
}

#[test]
fn the_page_says_what_is_measured() {
    let rows = measured();
    let table: String = rows.iter().map(|(name, cost)| row(name, cost)).collect();
    println!("{table}");
    let path = root().join("docs/device-performance.md");
    let page = std::fs::read_to_string(path).unwrap();
    for (name, cost) in &rows {
        let documented = documented(&page, name);
        let now = [cost.instructions, cost.heap as u64, cost.stack as u64];
        for ((documented, now), tolerance) in documented.into_iter().zip(now).zip(TOLERANCES) {
            let off = documented.abs_diff(now);
            assert!(
                off * 100 <= now * tolerance || off < 64,
                "docs/device-performance.md says {documented} of {name}, and it is {now}. The rows now:\n{table}"
            );
        }
    }
}

/// The measured questions and what they cost, in the order of the names.
fn measured() -> Vec<(&'static str, Answered)> {
    let questions = recorded(|name| name.starts_with(COST));
    assert!(!questions.is_empty());
    let names = questions.iter().map(|(name, ..)| &name[COST.len()..]);
    names.zip(ask(&PROGRAM, &questions)).collect()
}

fn row(name: &str, cost: &Answered) -> String {
    let Answered {
        instructions,
        heap,
        stack,
        ..
    } = cost;
    let milliseconds = instructions / PER_MILLISECOND;
    format!(
        "| {name} | {} | {milliseconds} ms | {} | {} |\n",
        grouped(*instructions),
        grouped(*heap as u64),
        grouped(*stack as u64)
    )
}

/// Instructions, heap and stack of the row that begins with this name.
fn documented(page: &str, name: &str) -> [u64; 3] {
    let start = format!("| {name} | ");
    let rest = page.lines().find_map(|line| line.strip_prefix(&start));
    let rest = rest.unwrap_or_else(|| panic!("docs/device-performance.md has no row {name}"));
    let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
    let number = |cell: &str| cell.replace(',', "").parse().unwrap();
    [number(cells[0]), number(cells[2]), number(cells[3])]
}

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
