//! What is measured: exact counts, and a page that says them.

use std::sync::LazyLock;

use device::tls::MAX_RECORD_BYTES;
use vectors::Kind;

use super::machine::{Answered, PROGRAM, ask, recorded, root};

/// What the names of measured questions begin with.
pub(crate) const COST: &str = "cost: ";
/// Instructions, heap and stack of the page may be off by so many per cent: compilers and crates move. The stack most: what
/// else is in the program decides what is compiled into whose frame.
const TOLERANCES: [u64; 3] = [5, 5, 50];
/// Cycles of the ESP32-C3 in a millisecond, at 160 MHz.
const PER_MILLISECOND: u64 = 160_000;

/// Bytes of stack that the main task has at least: `firmware/main_stack.x` refuses a firmware that leaves it less.
const STACK_BUDGET: usize = 64 * 1024;
/// Bytes of heap that a connection and what is done with it may take, besides the buffers of TLS: one record, and what is sent.
const HEAP_BUDGET: usize = 48 * 1024;
const TLS_BUFFERS: usize = MAX_RECORD_BYTES + 1024;

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
    let rows = &*MEASURED;
    let table: String = rows.iter().map(|(name, cost)| row(name, cost)).collect();
    println!("{table}");
    let path = root().join("docs/device-performance.md");
    let page = std::fs::read_to_string(path).unwrap();
    for (name, cost) in rows {
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

/// Whatever the page says.
#[test]
fn nothing_takes_more_than_the_device_has() {
    let beyond: Vec<String> = MEASURED
        .iter()
        .flat_map(|(name, cost)| beyond(name, cost))
        .collect();
    assert!(beyond.is_empty(), "{}", beyond.join("\n"));
}

/// Which budgets are exceeded, and by how much.
fn beyond(name: &str, cost: &Answered) -> Vec<String> {
    let budgets = [
        ("stack", cost.stack, STACK_BUDGET),
        (
            "heap with the buffers of TLS",
            cost.heap,
            HEAP_BUDGET + TLS_BUFFERS,
        ),
    ];
    let beyond = budgets.iter().filter(|(_, taken, budget)| taken > budget);
    beyond
        .map(|(what, taken, budget)| {
            format!(
                "{name}: {taken} bytes of {what}: {} beyond the budget of {budget}",
                taken - budget
            )
        })
        .collect()
}

#[test]
fn the_first_byte_beyond_a_budget_is_told() {
    let cost = |stack, heap| Answered {
        instructions: 0,
        heap,
        stack,
        answer: String::new(),
    };
    let heap = HEAP_BUDGET + TLS_BUFFERS;
    assert!(beyond("it", &cost(STACK_BUDGET, heap)).is_empty());
    let beyond = beyond("it", &cost(STACK_BUDGET + 1, heap + 1));
    let stack = "it: 65537 bytes of stack: 1 beyond the budget of 65536";
    assert_eq!(beyond.len(), 2, "{beyond:?}");
    assert_eq!(beyond[0], stack);
}

/// The measured questions and what they cost, in the order of the names.
static MEASURED: LazyLock<Vec<(&str, Answered)>> = LazyLock::new(|| {
    let questions = recorded(|name| name.starts_with(COST));
    assert!(!questions.is_empty());
    let names = questions.iter().map(|(name, ..)| &name[COST.len()..]);
    names.zip(ask(&PROGRAM, &questions)).collect()
});

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
