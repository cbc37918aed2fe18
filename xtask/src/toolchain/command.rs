//! Running other programs: what they said is the evidence when they fail.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// How often a running program is looked at.
const TICK: Duration = Duration::from_millis(100);

/// How many of the last lines a failed program wrote are shown.
const LINES_SHOWN: usize = 8;

/// What a program wrote and how it ended.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// A failure of the environment: exit 14.
pub fn environment(what: impl Into<String>) -> Failure {
    Failure::new(Exit::Environment, what)
}

/// Runs `command` and returns what it wrote, however it ended.
///
/// # Errors
/// When the program cannot be started.
pub fn capture(command: &mut Command) -> Result<Output> {
    watch(command.stdin(Stdio::null()), |_| Continue::Yes)
}

/// Runs `command` and returns its stdout.
///
/// # Errors
/// When the program cannot be started or ends with anything but 0: `doing` says what for.
pub fn run(doing: &str, command: &mut Command) -> Result<String> {
    succeeded(doing, command, |_| Continue::Yes).map(|output| output.stdout)
}

/// [`run`], with a look at it every 100 ms; the argument counts them.
///
/// # Errors
/// As [`run`].
pub fn run_watched(doing: &str, command: &mut Command, look: impl Fn()) -> Result<()> {
    succeeded(doing, command, |_| {
        look();
        Continue::Yes
    })
    .map(drop)
}

/// [`run`], fed by the pipe `input`.
///
/// # Errors
/// As [`run`].
pub fn run_fed(doing: &str, command: &mut Command, input: Stdio) -> Result<()> {
    let output = watch(command.stdin(input), |_| Continue::Yes)?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(doing, command, &output))
    }
}

/// [`capture`], ended by force after `limit`.
///
/// # Errors
/// When the program cannot be started.
pub fn capture_within(limit: Duration, command: &mut Command) -> Result<Output> {
    watch(command.stdin(Stdio::null()), |ticks| {
        if TICK * ticks < limit {
            Continue::Yes
        } else {
            Continue::No
        }
    })
}

/// Whether a program that is running may go on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Continue {
    Yes,
    No,
}

fn succeeded(doing: &str, command: &mut Command, look: impl Fn(u32) -> Continue) -> Result<Output> {
    let output = watch(command.stdin(Stdio::null()), look)?;
    if output.status.success() {
        return Ok(output);
    }
    Err(failed(doing, command, &output))
}

/// Why `command` failed, with the last lines it wrote.
pub fn failed(doing: &str, command: &Command, output: &Output) -> Failure {
    let text = if output.stderr.trim().is_empty() {
        &output.stdout
    } else {
        &output.stderr
    };
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let shown = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
    let failure = environment(format!("cannot {doing}")).evidence(format!(
        "`{}` ended with {}",
        command.get_program().display(),
        output.status
    ));
    shown.iter().fold(failure, Failure::evidence)
}

fn watch(command: &mut Command, look: impl Fn(u32) -> Continue) -> Result<Output> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(command, &error))?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let status = wait(&mut child, look).map_err(|error| cannot_start(command, &error))?;
    Ok(Output {
        status,
        stdout: collected(stdout),
        stderr: collected(stderr),
    })
}

fn wait(child: &mut Child, look: impl Fn(u32) -> Continue) -> std::io::Result<ExitStatus> {
    // Short at first, so that a program that ends at once costs no tick.
    for pause in [1, 2, 4, 8, 16, 32] {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(pause));
    }
    let mut ticks = 0;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if look(ticks) == Continue::No {
            child.kill()?;
            return child.wait();
        }
        ticks += 1;
        thread::sleep(TICK);
    }
}

/// Reads a pipe to its end on a thread of its own, so that no program blocks on a full one.
fn drain(pipe: Option<impl Read + Send + 'static>) -> Option<JoinHandle<String>> {
    pipe.map(|mut pipe| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read before an error is still the best evidence there is.
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    })
}

fn collected(reader: Option<JoinHandle<String>>) -> String {
    reader
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default()
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    environment(format!("cannot run `{}`", command.get_program().display())).evidence(error)
}

/// Whether a program of this name is in PATH.
pub fn in_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_shows_the_last_lines() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "for i in 1 2 3 4 5 6 7 8 9; do echo line $i >&2; done; exit 3",
        ]);
        let failure = run("count", &mut command).unwrap_err();
        assert_eq!(failure.exit, Exit::Environment);
        let text = failure.to_string();
        assert!(text.contains("cannot count"), "{text}");
        assert!(text.contains("exit status: 3"), "{text}");
        assert!(
            text.contains("line 9") && !text.contains("line 1\n"),
            "{text}"
        );
    }

    #[test]
    fn more_output_than_a_pipe_holds_does_not_block() {
        let mut command = Command::new("sh");
        command.args(["-c", "head -c 1000000 /dev/zero | tr '\\0' x"]);
        assert_eq!(run("fill a pipe", &mut command).unwrap().len(), 1_000_000);
    }

    #[test]
    fn program_that_hangs_is_ended() {
        let mut command = Command::new("sleep");
        command.arg("100");
        let output = capture_within(Duration::from_millis(200), &mut command).unwrap();
        assert!(!output.status.success());
    }

    #[test]
    fn missing_program_is_named() {
        let text = run("try", &mut Command::new("no-such-program-here"))
            .unwrap_err()
            .to_string();
        assert!(text.contains("cannot run `no-such-program-here`"), "{text}");
    }
}
