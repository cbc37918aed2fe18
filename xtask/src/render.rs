//! `render`: the proven store as the firmware's source, or in another form.

mod image;
pub(crate) mod outputs;

use std::path::{Path, PathBuf};

use clap::Args;
use trust::anchors::Inventory;
use trust::channel::Channel;
use trust::gate;
use trust::render::{self as forms, Format as Form, RenderedStore};
use trust::store::ApprovedStore;
use trust::words::did_you_mean;

use crate::atomic::{self, Existing, Readers};
use crate::check;
use crate::cli::{ChannelArgument, QuestionArguments};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::provision::quoted;
use crate::roots;

/// The rendered source, from the root of the project.
pub const SOURCE: &str = "firmware/src/trust_store.rs";

/// Most characters of a line that are shown.
const MOST_SHOWN: usize = 120;

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct RenderArguments {
    /// When and for whom.
    #[command(flatten)]
    question: QuestionArguments,
    /// Form of the store: rust, c-header, esp-bundle-v1, esp-bundle-v2, json, pem, webpki [default: each [[output]] of the
    /// policy, else rust]
    #[arg(long, value_parser = form)]
    format: Option<Form>,
    /// Where it goes; - is stdout [default: firmware/src/trust_store.rs for rust, else stdout]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Compare with what is there and write nothing; exit 11 when it differs
    #[arg(long)]
    check: bool,
    /// Look for the store in a finished firmware image or program, too, in the form of --format or of any output; exit 13 when it
    /// is not there, or not alone
    #[arg(
        long = "in",
        value_name = "FILE",
        requires = "check",
        conflicts_with = "output"
    )]
    image: Option<PathBuf>,
}

impl RenderArguments {
    /// The same command without `--check`.
    fn command(&self) -> String {
        let mut words = vec!["cargo xtask render".to_owned()];
        if let Some(day) = self.question.as_of {
            words.push(format!("--as-of {day}"));
        }
        if self.question.channel != ChannelArgument::default() {
            let channel = Channel::from(self.question.channel);
            words.push(format!("--channel {}", channel.word()));
        }
        words.extend(self.format.map(|form| format!("--format {}", form.word())));
        let output = self.output.as_ref();
        words.extend(output.map(|path| format!("--output {}", quoted(&path.to_string_lossy()))));
        words.join(" ")
    }
}

fn form(word: &str) -> std::result::Result<Form, String> {
    let words = Form::ALL.map(Form::word);
    let meant = did_you_mean(word, words);
    Form::from_word(word).ok_or_else(|| format!("{meant}the forms are {}", words.join(", ")))
}

/// Renders the store that the gate approves.
///
/// # Errors
/// A closed gate, a form that cannot say what the store holds, a file that cannot be written.
pub fn run(project: &Project, arguments: &RenderArguments) -> Result<Exit> {
    let question = arguments.question.question(project)?;
    let inputs = project.inputs()?.inputs;
    let verdict = gate::judge(&inputs, question);
    let Some(store) = verdict.approved() else {
        check::say_findings(verdict.findings(), question)?;
        return Ok(check::exit_of(&verdict));
    };
    let outputs = outputs::asked(verdict.policy(), arguments);
    let forms = match arguments.format {
        Some(form) => vec![form],
        None if outputs.is_empty() => vec![Form::Rust],
        None => outputs::forms(outputs),
    };
    let findings = forms.iter().flat_map(|form| forms::findings(store, *form));
    check::say_findings(&findings.collect::<Vec<_>>(), question)?;
    let exit = match (&arguments.image, outputs.is_empty()) {
        (_, false) => outputs::deliver(project, store, outputs, arguments)?,
        // Whoever names a form asks for the image alone.
        (Some(_), true) if arguments.format.is_some() => Exit::Done,
        (_, true) => one(project, store, arguments)?,
    };
    if let Some(path) = &arguments.image {
        let (pool, _) = Inventory::from_files(&inputs.anchors);
        let mut known = roots::mozilla_roots();
        known.extend(pool.iter().cloned());
        let demand = image::Demand {
            store,
            forms: &forms,
            known: &known,
        };
        image::require(path, &demand)?;
    }
    Ok(exit)
}

/// Renders one form to where the arguments say.
fn one(project: &Project, store: &ApprovedStore, arguments: &RenderArguments) -> Result<Exit> {
    let form = arguments.format.unwrap_or(Form::Rust);
    let bytes = rendered(store, form)?;
    deliver(
        &bytes,
        output_path(project, arguments).as_deref(),
        arguments,
    )
}

/// The bytes of a form.
///
/// # Errors
/// [`Exit::Findings`] for a form that cannot say what the store holds.
pub(crate) fn rendered(store: &ApprovedStore, form: Form) -> Result<Vec<u8>> {
    forms::render(store, form).map_err(|error| {
        let what = format!("the store cannot be rendered as {}", form.word());
        Failure::new(Exit::Findings, what)
            .evidence(error)
            .help("the findings above say what to change")
    })
}

/// Where the bytes go: `None` is stdout.
fn output_path(project: &Project, arguments: &RenderArguments) -> Option<PathBuf> {
    match &arguments.output {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(path.clone()),
        None => {
            let is_source = matches!(arguments.format, None | Some(Form::Rust));
            is_source.then(|| project.root.join(SOURCE))
        }
    }
}

fn deliver(bytes: &[u8], path: Option<&Path>, arguments: &RenderArguments) -> Result<Exit> {
    if arguments.check && path.is_none() {
        return Err(
            Failure::new(Exit::Unreadable, "there is no file to compare with")
                .help("name it: --output FILE"),
        );
    }
    let Some(path) = path else {
        std::io::Write::write_all(&mut output::stdout(), bytes)
            .map_err(|error| output::unwritten(&error))?;
        return Ok(Exit::Done);
    };
    compare_or_write(bytes, path, arguments)?;
    Ok(Exit::Done)
}

/// Writes the file where it is not what it must be; with `--check` that is a failure instead.
fn compare_or_write(bytes: &[u8], path: &Path, arguments: &RenderArguments) -> Result<()> {
    let there = atomic::read(path)?;
    let current = there.as_deref() == Some(bytes);
    if arguments.check && !current {
        return Err(stale(path, there.as_deref(), bytes, &arguments.command()));
    }
    if !current {
        atomic::write(path, bytes, Existing::Replace, Readers::Everyone)?;
        output::say(format_args!("wrote {}", path.display()));
    }
    Ok(())
}

/// The rendered store, when the committed source is what it renders to.
///
/// # Errors
/// [`Exit::Stale`] when it is not: what would be compiled is not what was approved.
pub fn current(project: &Project, store: &ApprovedStore) -> Result<RenderedStore> {
    let rendered = RenderedStore::new(store).map_err(|error| {
        Failure::new(
            Exit::Findings,
            "the store cannot be rendered for the device",
        )
        .evidence(error)
    })?;
    let path = project.root.join(SOURCE);
    let there = atomic::read(&path)?;
    let source = rendered.source().as_bytes();
    if there.as_deref() == Some(source) {
        return Ok(rendered);
    }
    let command = "cargo xtask render --format rust";
    Err(stale(&path, there.as_deref(), source, command))
}

/// `command` writes what should be there.
fn stale(path: &Path, there: Option<&[u8]>, rendered: &[u8], command: &str) -> Failure {
    let path = path.display();
    let what = format!("{path} is not what the policy renders to (R101)");
    let failure = first_difference(there, rendered)
        .into_iter()
        .fold(Failure::new(Exit::Stale, what), Failure::evidence);
    failure.help(format!(
        "run `{command}`, look at the difference, and commit it"
    ))
}

/// The first line that differs, as it is and as it must be, and what it is a part of: the nearest comment above.
fn first_difference(there: Option<&[u8]>, rendered: &[u8]) -> Vec<String> {
    let Some(there) = there else {
        return vec!["there is no such file".to_owned()];
    };
    let lines = |bytes: &[u8]| -> Option<Vec<String>> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(text.lines().map(str::to_owned).collect())
    };
    let (Some(found), Some(wanted)) = (lines(there), lines(rendered)) else {
        let at = first_unequal(there, rendered);
        return vec![format!("byte {at} is the first that differs")];
    };
    let at = first_unequal(&found, &wanted);
    let shown = |lines: &[String]| {
        let line = lines.get(at).map_or("nothing", |line| line.trim());
        line.chars().take(MOST_SHOWN).collect::<String>()
    };
    let above = wanted.iter().take(at).rev();
    let part = above
        .filter_map(|line| line.trim().strip_prefix("// "))
        .find(|comment| comment.contains(": "));
    let part = part.map_or(String::new(), |part| format!(", in {}", part.trim()));
    vec![
        format!("line {}{part}", at + 1),
        format!("there:    {}", shown(&found)),
        format!("rendered: {}", shown(&wanted)),
    ]
}

/// Where the two differ first; where one of them ends.
fn first_unequal<T: PartialEq>(one: &[T], other: &[T]) -> usize {
    let equal = one.iter().zip(other).take_while(|(a, b)| a == b);
    equal.count()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileTypeExt as _;

    use super::*;
    use crate::scratch;

    fn arguments(check: bool) -> RenderArguments {
        RenderArguments {
            question: QuestionArguments::default(),
            format: Some(Form::Pem),
            output: Some("a b.pem".into()),
            check,
            image: None,
        }
    }

    #[test]
    fn the_next_step_of_a_stale_file_writes_that_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a b.pem");
        std::fs::write(&file, "old").unwrap();
        let failure = deliver(b"store", Some(&file), &arguments(true)).unwrap_err();
        assert_eq!(failure.exit, Exit::Stale);
        let command = "`cargo xtask render --format pem --output 'a b.pem'`";
        assert!(failure.help.contains(command), "{failure}");
    }

    #[test]
    fn a_pipe_is_neither_read_nor_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        scratch::pipe(&pipe);
        for check in [false, true] {
            let failure = deliver(b"store", Some(&pipe), &arguments(check)).unwrap_err();
            assert_eq!(failure.exit, Exit::Unreadable);
            assert!(failure.what.contains("is a pipe"), "{failure}");
            assert!(failure.help.contains("--output -"), "{failure}");
        }
        let kind = std::fs::symlink_metadata(&pipe).unwrap().file_type();
        assert!(kind.is_fifo());
    }
}
