//! `policy approve`: shows what a change does, and writes the approval of one person for exactly that.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use trust::date::Date;
use trust::finding::Finding;
use trust::gate::Question;
use trust::policy::{self, Approver, ApproverKey, Review};
use trust::review::approval::{Approval, SSH_NAMESPACE};
use trust::review::approvals::Signature;

use super::approvals::{ENDING, FOLDER, MINISIGN_ENDING, SSH_ENDING};
use super::place::{self, Asked, Named, Pair, WORKING_TREE};
use super::{Answer, DiffFormat, signature, written};
use crate::atomic::{self, Existing, Readers};
use crate::cli::ChannelArgument;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git;
use crate::keys::cli::PasswordOption;
use crate::output;
use crate::project::Project;
use crate::report::{Colour, Wish};
use crate::signing::key_file::SigningKeyFile;
use crate::signing::password::PasswordSource;
use crate::signing::trusted_comment::TrustedComment;

/// Arguments of `policy approve`.
#[derive(Args, Debug)]
#[command(after_help = "\
BASE and HEAD are as in `policy diff`; the base must be a commit. Read what is printed before you sign.")]
pub struct ApproveArguments {
    /// What the change is made upon [default: HEAD]
    #[arg(value_name = "BASE")]
    base: Option<String>,
    /// What is approved [default: WORKTREE, the files as they lie]
    #[arg(value_name = "HEAD")]
    head: Option<String>,
    /// The base is the newest commit that HEAD has in common with BASE, as in pull requests
    #[arg(long)]
    merge_base: bool,
    /// Who approves: a name in [review] of the base
    #[arg(long = "as", value_name = "NAME")]
    approver: String,
    /// Last day on which the approval counts, YYYY-MM-DD: the change must be committed by then
    #[arg(long, value_name = "DATE")]
    expires: Date,
    /// Release date that the effect is shown for, YYYY-MM-DD [default: SOURCE_DATE_EPOCH, else the date of HEAD's commit]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Sign it with this SSH key, or the public half of one that an agent holds: runs ssh-keygen
    #[arg(long, value_name = "FILE", conflicts_with = "minisign_key")]
    ssh_key: Option<PathBuf>,
    /// Sign it with this secret key of minisign
    #[arg(long, value_name = "FILE")]
    minisign_key: Option<PathBuf>,
    /// Where the password comes from.
    #[command(flatten)]
    password: PasswordOption,
}

/// Shows the change, and writes the approval.
///
/// # Errors
/// A change that needs no approval, an approver whom the base does not list, a key that is not theirs, and what cannot be
/// read or written.
pub fn run(project: &Project, arguments: &ApproveArguments) -> Result<Exit> {
    let pair = place::pair(project, &arguments.asked())?;
    let as_of = pair.release_date(project, arguments.as_of)?;
    let question = Question {
        as_of,
        channel: ChannelArgument::Development.into(),
        facts_known_on: None,
    };
    let answer = Answer::of(&pair.base, &pair.head, question);
    let review = review(&pair)?;
    let approver = approver(&review, &arguments.approver)?;
    let approval = approval(project, arguments, &pair, &answer, as_of)?;
    let colour = Colour::of(&std::io::stdout(), Wish::of_environment());
    output::print(&written(&answer, DiffFormat::Human, colour)?)?;

    let path = project.root.join(FOLDER).join(approval.stem() + ENDING);
    write_text(&path, &approval)?;
    output::say(format_args!("\nwrote {}", path.display()));
    match (&arguments.ssh_key, &arguments.minisign_key) {
        (Some(key), _) => sign_with_ssh(&path, key, approver)?,
        (_, Some(key)) => {
            let password = arguments.password.password_file.as_deref();
            let password = PasswordSource::from_option(password);
            sign_with_minisign(
                &path,
                &approval,
                &SigningKeyFile::open(key, &password)?,
                approver,
            )?;
        }
        (None, None) => output::say(format_args!(
            "it counts for nothing before you sign it:\n  {}",
            command(&path, approver)
        )),
    }
    output::say("commit both files: with the change, or after it in the same pull request");
    Ok(Exit::Done)
}

impl ApproveArguments {
    fn asked(&self) -> Asked {
        let word = |given: &Option<String>, default: &str| {
            Named::Word(given.clone().unwrap_or_else(|| default.to_owned()))
        };
        Asked {
            base: word(&self.base, "HEAD"),
            head: word(&self.head, WORKING_TREE),
            merge_base: self.merge_base,
        }
    }
}

/// The `[review]` of the base.
fn review(pair: &Pair) -> Result<Review> {
    let reading = policy::read(&pair.base.inputs.policy);
    if let Some(review) = reading.draft.review {
        return Ok(review);
    }
    let base = &pair.base.place.what;
    if reading.findings.iter().any(Finding::blocks) {
        let what = format!("the policy of {base} cannot be read: nobody knows who approves");
        return Err(Failure::new(Exit::Unreadable, what).help(
            "look at it: cargo xtask check; approve upon a commit whose policy can be read",
        ));
    }
    Err(Failure::new(
        Exit::Unreadable,
        format!("{base} has no [review]: a change upon it needs no approval"),
    )
    .help("a change that brings [review] binds the changes after it; see docs/approvals.md"))
}

fn approver<'a>(review: &'a Review, name: &str) -> Result<&'a Approver> {
    let mut approvers = review.approvers.iter();
    let found = approvers.find(|approver| approver.name.value == name);
    found.ok_or_else(|| {
        let names = review.approvers.iter().map(|a| a.name.value.as_str());
        Failure::new(
            Exit::Unreadable,
            format!("{name:?} is no approver in the [review] of the base"),
        )
        .evidence(format!("it lists {}", names.collect::<Vec<_>>().join(", ")))
        .help("say who you are: --as NAME")
    })
}

fn approval(
    project: &Project,
    arguments: &ApproveArguments,
    pair: &Pair,
    answer: &Answer,
    as_of: Date,
) -> Result<Approval> {
    let refused = |what: String| Failure::new(Exit::Unreadable, what);
    let base = pair.base.place.commit.clone().ok_or_else(|| {
        refused(format!("{} is no commit", pair.base.place.what))
            .help("approve a change upon a commit: give a branch, a tag or a hash as BASE")
    })?;
    if answer.changes.is_empty() {
        let what = "nothing changes in meaning: there is nothing to approve";
        return Err(refused(what.to_owned()).help("say what is compared: policy approve BASE HEAD"));
    }
    if arguments.expires < as_of {
        let what = format!(
            "the approval would be void: {} is before {as_of}",
            arguments.expires
        );
        return Err(refused(what).help("say a later day: --expires DATE"));
    }
    let approval = Approval {
        project: git::folder(&project.root)?,
        change: answer.digest.clone(),
        base,
        approver: arguments.approver.clone(),
        expires: arguments.expires,
        headline: Approval::headline(&answer.headline),
    };
    // A folder may be called anything.
    match Approval::parse(&approval.to_string()) {
        Ok(_) => Ok(approval),
        Err(defect) => Err(refused(format!("the approval would be void: {defect}"))
            .evidence(format!("the project is in {:?}", approval.project))
            .help("give the folder another name: without spaces at its ends, and with letters that can be seen")),
    }
}

/// Never over another approval: the signature beside it would be void.
fn write_text(path: &Path, approval: &Approval) -> Result<()> {
    let text = approval.to_string();
    if std::fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io("create", folder, &error))?;
    }
    atomic::write(path, text.as_bytes(), Existing::Refuse, Readers::Everyone)
        .map_err(|failure| failure.help("delete the older approval and its signature first"))
}

/// What signs the approval, by hand.
fn command(path: &Path, approver: &Approver) -> String {
    let file = path.display();
    match approver.key.value {
        ApproverKey::Minisign { .. } => format!("minisign -S -s KEY -m {file}"),
        ApproverKey::Ssh(_) => format!("ssh-keygen -Y sign -n {SSH_NAMESPACE} -f KEY {file}"),
    }
}

fn sign_with_ssh(path: &Path, key: &Path, approver: &Approver) -> Result<()> {
    let beside = beside(path, SSH_ENDING)?;
    let mut ssh_keygen = Command::new("ssh-keygen");
    ssh_keygen.args(["-Y", "sign", "-n", SSH_NAMESPACE, "-f"]);
    let status = ssh_keygen.arg(key).arg(path).status().map_err(|error| {
        Failure::new(Exit::Environment, "cannot run ssh-keygen")
            .evidence(error)
            .help("install OpenSSH 8.0 or newer")
    })?;
    if !status.success() {
        return Err(Failure::new(
            Exit::Unreadable,
            format!("ssh-keygen did not sign {}: {status}", path.display()),
        )
        .evidence("it said why above")
        .help(format!("sign it by hand: {}", command(path, approver))));
    }
    let text = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let made = std::fs::read(&beside).map_err(|error| Failure::io("read", &beside, &error))?;
    let signed = signature::of_ssh(&text, &made);
    require_theirs(&signed, approver).inspect_err(|_| {
        // It would be void, and in the way of the right one.
        let _ = std::fs::remove_file(&beside);
    })
}

fn sign_with_minisign(
    path: &Path,
    approval: &Approval,
    key: &SigningKeyFile,
    approver: &Approver,
) -> Result<()> {
    let beside = beside(path, MINISIGN_ENDING)?;
    let text = approval.to_string();
    let comment = TrustedComment::of_approval(&approval.stem())
        .map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))?;
    let made = key.sign(text.as_bytes(), &comment)?.to_file();
    let known = std::slice::from_ref(&approver.key.value);
    let signed = signature::of_minisign(text.as_bytes(), made.as_bytes(), known);
    require_theirs(&signed, approver)?;
    atomic::write(
        &beside,
        made.as_bytes(),
        Existing::Refuse,
        Readers::Everyone,
    )
}

/// Where the signature goes, if there is none.
fn beside(path: &Path, ending: &str) -> Result<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    let beside = PathBuf::from(name);
    match beside.exists() {
        false => Ok(beside),
        true => Err(Failure::new(
            Exit::Unreadable,
            format!("{} is there already", beside.display()),
        )
        .help("delete it to sign again")),
    }
}

fn require_theirs(signed: &Signature, approver: &Approver) -> Result<()> {
    let key = &approver.key.value;
    let why = match signed {
        Signature::By(by) if by == key.text() => return Ok(()),
        Signature::By(by) => format!("it would be signed by {by}"),
        Signature::Missing => "there is no signature".to_owned(),
        Signature::Refused(why) => why.clone(),
    };
    let name = &approver.name.value;
    Err(Failure::new(
        Exit::Unreadable,
        format!("this is not the key that [review] lists for {name}"),
    )
    .evidence(why)
    .evidence(format!("the key of {name} is {}", key.text()))
    .help("sign with that key, or let the team list another one"))
}
