//! Who built an image: names of the user and of the machine.

use std::ops::Range;
use std::process::Command;

use memchr::memmem;

const USER: &str = "the name of the user";
const HOST: &str = "the name of this machine";

/// Names that half the world's machines and users have: they tell nothing, and are words of programs too.
const ORDINARY: [&str; 22] = [
    "admin",
    "build",
    "builder",
    "buildkitsandbox",
    "ci",
    "container",
    "debian",
    "dev",
    "docker",
    "host",
    "linux",
    "localhost",
    "main",
    "node",
    "none",
    "root",
    "runner",
    "server",
    "test",
    "ubuntu",
    "user",
    "vagrant",
];

/// Shorter names stand in every program by chance.
const SHORTEST: usize = 4;

/// The names of the user and of the machine.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// Names of the user.
    pub users: Vec<String>,
    /// Names of the machine.
    pub hosts: Vec<String>,
}

impl Words {
    /// Those that this process knows itself by.
    pub fn of_machine() -> Self {
        let said = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            output.status.success().then(|| text.trim().to_owned())
        };
        let variable = |name: &str| std::env::var(name).ok();
        let users = [variable("USER"), variable("LOGNAME"), said("id", &["-un"])];
        let host = said("uname", &["-n"]);
        let short = host
            .as_ref()
            .and_then(|name| Some(name.split_once('.')?.0.to_owned()));
        let telling = |names: Vec<Option<String>>| {
            let mut names: Vec<String> = names
                .into_iter()
                .flatten()
                .filter(|name| is_telling(name))
                .collect();
            names.sort();
            names.dedup();
            names
        };
        Self {
            users: telling(users.into()),
            hosts: telling(vec![variable("HOSTNAME"), host, short]),
        }
    }

    /// Where one of them stands as a word of its own.
    pub fn find(&self, bytes: &[u8]) -> Vec<(Range<usize>, &'static str)> {
        let users = self
            .users
            .iter()
            .flat_map(|name| whole_words(bytes, name).map(|range| (range, USER)));
        let hosts = self
            .hosts
            .iter()
            .flat_map(|name| whole_words(bytes, name).map(|range| (range, HOST)));
        users.chain(hosts).collect()
    }
}

fn is_telling(name: &str) -> bool {
    name.len() >= SHORTEST && !ORDINARY.contains(&name.to_ascii_lowercase().as_str())
}

fn whole_words<'a>(bytes: &'a [u8], word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    memmem::find_iter(bytes, word.as_bytes())
        .map(|at| at..at + word.len())
        .filter(move |range| {
            let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
            !is_part(before) && !is_part(bytes.get(range.end))
        })
}
