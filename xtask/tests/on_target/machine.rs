//! A run of QEMU.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use vectors::{Kind, Recorded, Vectors};
use xtask::build::on_target::{AS_RELEASED, compile};
use xtask::tools;

/// Questions, each its name, its kind and its parts.
pub(crate) type Questions<'a> = [(&'a str, Kind, Vec<&'a [u8]>)];

/// What the machine printed of one vector.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) instructions: u64,
    pub(crate) heap: usize,
    pub(crate) stack: usize,
    /// Escaped.
    pub(crate) answer: String,
}

/// The program as it is compiled for a release.
pub(crate) static PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| compile(root(), &AS_RELEASED).unwrap());

/// What the tests of `device` asked.
pub(crate) static RECORDED: LazyLock<Recorded> = LazyLock::new(|| {
    let folder = std::env::var_os("PERENNIAL_VECTORS")
        .expect("run by `cargo xtask test --only on-target`, which writes the vectors");
    Recorded::read(Path::new(&folder)).unwrap()
});

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The recorded questions that `wanted` chooses by name.
pub(crate) fn recorded(
    wanted: impl Fn(&str) -> bool,
) -> Vec<(&'static str, Kind, Vec<&'static [u8]>)> {
    let vectors = RECORDED.vectors().filter(|vector| wanted(vector.name));
    vectors
        .map(|vector| (vector.name, vector.kind, vector.parts.clone().all()))
        .collect()
}

/// What the machine answers, in the order of the questions.
pub(crate) fn ask(program: &Path, questions: &Questions<'_>) -> Vec<Answered> {
    let output = run(program, Some(&Vectors::write(questions)));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}: {printed}", output.status);
    let answered: Vec<Answered> = printed.lines().enumerate().map(read).collect();
    assert_eq!(answered.len(), questions.len(), "{printed}");
    answered
}

/// Starts the machine with a file of vectors in its memory, and waits until it ends.
pub(crate) fn run(program: &Path, vectors: Option<&[u8]>) -> Output {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(tools::qemu(root()).unwrap());
    command
        .args(["-machine", "virt", "-bios", "none", "-m", "256M"])
        // The instructions of the ESP32-C3, and no others: no atomics, no floating point; machine and user mode.
        .args([
            "-cpu",
            "rv32,a=false,f=false,d=false,h=false,s=false,mmu=false",
        ])
        // Time is the number of instructions.
        .args(["-icount", "shift=0"])
        .args(["-display", "none", "-serial", "stdio", "-monitor", "none"])
        .arg("-no-reboot")
        .arg("-kernel")
        .arg(program)
        .stdin(Stdio::null());
    if let Some(vectors) = vectors {
        std::fs::write(file.path(), vectors).unwrap();
        let at = format!(
            "loader,file={},addr=0x84000000,force-raw=on",
            file.path().display()
        );
        command.arg("-device").arg(at);
    }
    command.output().unwrap()
}

fn read((index, line): (usize, &str)) -> Answered {
    let cells: Vec<&str> = line.splitn(5, '\t').collect();
    let [number, instructions, heap, stack, answer] = cells[..] else {
        panic!("vector {index}: {line}");
    };
    assert_eq!(number, index.to_string(), "{line}");
    Answered {
        instructions: instructions.parse().unwrap(),
        heap: heap.parse().unwrap(),
        stack: stack.parse().unwrap(),
        answer: answer.to_owned(),
    }
}
