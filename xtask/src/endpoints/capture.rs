//! `endpoints capture`: from a URL to the chains of every host on the way.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use trust::date::Date;
use trust::words::counted;

use super::cli::{CaptureArguments, KeyTypes};
use super::connect::{self, Deadline};
use super::file::{self, Written};
use super::http::{self, Answer};
use super::target::Target;
use super::tls::{self, Attempt, KeyType, Served};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::project::Project;
use crate::verify;

/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 10;

/// Where captures lie, below `trust/`.
const FOLDER: &str = "endpoints";

/// Captures the URL that is given, or the endpoints of the policy one after the other.
///
/// # Errors
/// As one capture; of several, all that failed, after all were tried.
pub(super) fn run(
    project: &Project,
    arguments: &CaptureArguments,
    today: Date,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<Exit> {
    match &arguments.url {
        Some(url) => one(project, arguments, url, today, out, progress),
        None => every(project, arguments, today, out, progress),
    }
}

fn every(
    project: &Project,
    arguments: &CaptureArguments,
    today: Date,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<Exit> {
    let policy = verify::trusted_policy(project)?;
    let mut failed = Vec::new();
    for endpoint in &policy.endpoints {
        let (name, url) = (&endpoint.name.value, &endpoint.url.value);
        let own = CaptureArguments {
            name: Some(file_stem(name)),
            ..arguments.clone()
        };
        out.write_all(format!("# {name}\n").as_bytes())
            .map_err(|error| Failure::io("write", Path::new("the answer"), &error))?;
        if let Err(failure) = one(project, &own, url, today, out, progress) {
            progress.say(&format!("endpoint {name}: {failure}"));
            failed.push(format!("{name}: {}", failure.what));
        }
    }
    if failed.is_empty() {
        return Ok(Exit::Done);
    }
    let what = format!(
        "{} of {} not captured",
        failed.len(),
        counted(policy.endpoints.len(), "endpoint")
    );
    let failure = Failure::new(Exit::Unreadable, what)
        .help("look at each with `cargo xtask endpoints capture URL`; the others are captured");
    Err(failed.into_iter().fold(failure, Failure::evidence))
}

/// The name of an endpoint as a part of a file's name, where it may hold anything.
fn file_stem(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    name.chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect()
}

fn one(
    project: &Project,
    arguments: &CaptureArguments,
    url: &str,
    today: Date,
    out: &mut dyn Write,
    progress: Progress,
) -> Result<Exit> {
    let first = Target::parse(url).map_err(|why| {
        let what = format!("{url:?} is not a URL that devices can use: {why}");
        Failure::new(Exit::Unreadable, what).help("write https://HOST[:PORT]/PATH")
    })?;
    if arguments.output.is_some() && arguments.key_type == KeyTypes::Both {
        let what = "--output names one file, and there may be two chains";
        return Err(Failure::new(Exit::Unreadable, what)
            .help("say which one: --key-type ecdsa or --key-type rsa"));
    }
    plain_name(arguments.name.as_deref())?;
    progress.say("nothing is verified: the chains are recorded as they are sent");
    let mut walk = Walk {
        wanted: wanted(arguments.key_type),
        patience: Duration::from_secs(arguments.timeout),
        hosts: Vec::new(),
        progress,
    };
    walk.follow(first)?;
    let files = walk.files(project, arguments, today);
    for planned in &files {
        file::check(&planned.path, &planned.text)?;
    }
    for planned in &files {
        let written = file::write(&planned.path, &planned.text)?;
        tell(planned, written, progress);
    }
    lines_for_policy(project, &walk, &files, out)?;
    Ok(Exit::Done)
}

fn wanted(key_types: KeyTypes) -> &'static [KeyType] {
    match key_types {
        KeyTypes::Both => &[KeyType::Ecdsa, KeyType::Rsa],
        KeyTypes::Ecdsa => &[KeyType::Ecdsa],
        KeyTypes::Rsa => &[KeyType::Rsa],
    }
}

/// A name is a part of a file's name, and leads to no other folder.
fn plain_name(name: Option<&str>) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let fits = |name: &str| !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain);
    if name.is_none_or(fits) {
        return Ok(());
    }
    let what = format!(
        "{:?} cannot be a part of a file's name",
        name.unwrap_or_default()
    );
    Err(Failure::new(Exit::Unreadable, what).help("use letters, digits, dots and hyphens"))
}

/// What one host sent.
struct Host {
    target: Target,
    chains: Vec<Served>,
}

/// Whether the chains of a host are known.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Visit {
    Again,
    First,
}

/// What the connections to one host brought.
#[derive(Default)]
struct Seen {
    chains: Vec<Served>,
    refusals: Vec<String>,
    /// To the request; `None` where no connection lasted long enough to ask.
    answer: Option<io::Result<Answer>>,
}

/// The way from the URL along its redirects.
struct Walk {
    wanted: &'static [KeyType],
    patience: Duration,
    hosts: Vec<Host>,
    progress: Progress,
}

impl Walk {
    fn follow(&mut self, first: Target) -> Result<()> {
        let mut seen = vec![first.clone()];
        let mut target = first;
        while let Some(next) = self.visit(&target)? {
            if seen.contains(&next) {
                self.progress
                    .say(&format!("warning: {next} redirects in a circle"));
                return Ok(());
            }
            if seen.len() > MAX_REDIRECTS {
                let warning =
                    format!("warning: more than {MAX_REDIRECTS} redirects; {next} was not visited");
                self.progress.say(&warning);
                return Ok(());
            }
            seen.push(next.clone());
            target = next;
        }
        Ok(())
    }

    /// Captures the chains of a host that was not visited before, and asks where it redirects to.
    fn visit(&mut self, target: &Target) -> Result<Option<Target>> {
        let same =
            |host: &Host| (&host.target.host, host.target.port) == (&target.host, target.port);
        let answer = if self.hosts.iter().any(same) {
            self.shake_hands(target, Visit::Again)?.answer
        } else {
            self.capture(target)?
        };
        match answer {
            Some(Ok(answer)) => return Ok(self.redirect(target, &answer)),
            Some(Err(error)) => self.unknown(target, &connect::said(&error)),
            None => self.unknown(target, "the connection ended after the handshake"),
        }
        Ok(None)
    }

    /// One connection after the other: some servers serve one at a time, and the request goes over the first.
    fn shake_hands(&self, target: &Target, visit: Visit) -> Result<Seen> {
        let mut seen = Seen::default();
        for key_type in self.wanted {
            match tls::handshake(target, *key_type, Deadline::after(self.patience))? {
                Attempt::Served(served, open) => {
                    if let (None, Some(mut connection)) = (&seen.answer, open) {
                        seen.answer = Some(http::ask(&mut *connection, target));
                    }
                    seen.chains.push(served);
                }
                Attempt::NoSuchChain(why) => {
                    let refusal = format!("no {} chain: {why}", key_type.word());
                    seen.refusals.push(refusal);
                }
            }
            if visit == Visit::Again && seen.answer.is_some() {
                break;
            }
        }
        Ok(seen)
    }

    fn capture(&mut self, target: &Target) -> Result<Option<io::Result<Answer>>> {
        let seen = self.shake_hands(target, Visit::First)?;
        let authority = target.authority();
        if seen.chains.is_empty() {
            let what = format!("{authority} sends no chain of the kind that was asked for");
            let failure = Failure::new(Exit::Environment, what);
            let failure = seen.refusals.into_iter().fold(failure, Failure::evidence);
            return Err(failure.help(
                "ask for the other --key-type; devices need TLS with an ECDSA or RSA certificate",
            ));
        }
        for refusal in &seen.refusals {
            self.progress.say(&format!("{authority}: {refusal}"));
        }
        self.hosts.push(Host {
            target: target.clone(),
            chains: seen.chains,
        });
        Ok(seen.answer)
    }

    fn redirect(&self, target: &Target, answer: &Answer) -> Option<Target> {
        let status = answer.status;
        let Some(location) = &answer.location else {
            self.progress
                .say(&format!("{target} answers with status {status}"));
            return None;
        };
        match target.resolve(location) {
            Ok(next) => {
                self.progress
                    .say(&format!("{target} redirects ({status}) to {next}"));
                Some(next)
            }
            Err(why) => {
                let shown: String = location
                    .split('?')
                    .next()
                    .unwrap_or_default()
                    .escape_debug()
                    .collect();
                let warning = format!(
                    "warning: {target} redirects ({status}) to {shown}, where no device goes: {why}"
                );
                self.progress.say(&warning);
                None
            }
        }
    }

    fn unknown(&self, target: &Target, why: &str) {
        self.progress.say(&format!(
            "warning: nobody knows where {target} redirects to: {why}"
        ));
    }

    /// The files of every chain.
    fn files(
        &self,
        project: &Project,
        arguments: &CaptureArguments,
        today: Date,
    ) -> Vec<Planned<'_>> {
        let folder = project.root.join("trust").join(FOLDER);
        let mut files = Vec::new();
        for (index, host) in self.hosts.iter().enumerate() {
            let own = index == 0;
            let given = arguments.name.as_ref().filter(|_| own);
            let stem = given.cloned().unwrap_or_else(|| host.target.file_stem());
            for served in &host.chains {
                let named = folder.join(file::name(&stem, served, today));
                files.push(Planned {
                    path: arguments.output.clone().filter(|_| own).unwrap_or(named),
                    text: file::text(&host.target, served, today),
                    host,
                    served,
                });
            }
        }
        files
    }
}

/// A file to be written.
struct Planned<'a> {
    path: PathBuf,
    text: String,
    host: &'a Host,
    served: &'a Served,
}

/// What was seen and where it is, with everything that a device would stumble over.
fn tell(planned: &Planned<'_>, written: Written, progress: Progress) {
    let served = planned.served;
    let bytes: usize = served.chain.iter().map(Vec::len).sum();
    let state = match written {
        Written::Already => " (the same chain was there already)",
        Written::New => "",
    };
    progress.say(&format!(
        "{}: {} chain over TLS {}, {}, {bytes} bytes: {}{state}",
        planned.host.target.authority(),
        served.key_type.word(),
        served.tls,
        counted(served.chain.len(), "certificate"),
        planned.path.display()
    ));
    if let Err(why) = &served.signature {
        progress.say(&format!(
            "warning: no proof that the server has the key: {why}"
        ));
    }
    for (index, der) in served.chain.iter().enumerate() {
        if let Err(why) = file::read(der) {
            progress.say(&format!(
                "warning: certificate {} cannot be read: {why}",
                index + 1
            ));
        }
    }
}

/// One `chains` line for each host, ready for `policy.toml`.
fn lines_for_policy(
    project: &Project,
    walk: &Walk,
    files: &[Planned<'_>],
    out: &mut dyn Write,
) -> Result<()> {
    let mut text = String::new();
    for (index, host) in walk.hosts.iter().enumerate() {
        let own = files
            .iter()
            .filter(|planned| std::ptr::eq(planned.host, host));
        let paths: Vec<_> = own.map(|planned| quoted(project, &planned.path)).collect();
        if index > 0 {
            text += &format!(
                "# {} redirects here: {}\n",
                walk.hosts[0].target, host.target
            );
        }
        text += &format!("chains = [{}]\n", paths.join(", "));
    }
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::io("write", Path::new("the answer"), &error))
}

/// The path as the policy has it: below `trust/`, where the file is there.
fn quoted(project: &Project, path: &Path) -> String {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let trust = std::path::absolute(project.root.join("trust")).unwrap_or_default();
    let shown = full.strip_prefix(&trust).unwrap_or(&full);
    format!("{:?}", shown.to_string_lossy())
}
