//! What is to be set up: the answers to everything that a policy says, before anything is proven.

use std::path::Path;

use trust::date::Date;
use trust::words::counted;

use super::chip::{self, Chip};
use super::configuration::{self, Verifier};
use super::kind::Kind;
use super::platformio;
use super::{InitArguments, KeyTypeArgument};
use crate::exit::Exit;
use crate::facts;
use crate::failure::{Failure, Result};
use crate::{git, release_date};

/// How long devices may be offline, where nobody says.
pub(super) const OFFLINE_DAYS: u32 = 180;

/// The years of service that are tried, where nobody says.
const YEARS: u16 = 6;

/// The plan for one firmware repository.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) product: String,
    pub(super) kind: Kind,
    pub(super) chip: Chip,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) as_of: Date,
    pub(super) last_unit_made: Date,
    pub(super) years: u16,
    pub(super) verifier: Verifier,
    /// A sketch without PlatformIO has its header beside it.
    pub(super) is_plain_sketch: bool,
}

/// One update server.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) owner: String,
    /// Kind of the key in its certificate.
    pub(super) key_type: &'static str,
}

impl Plan {
    pub(super) fn of(root: &Path, arguments: &InitArguments) -> Result<Self> {
        let kind = match arguments.kind {
            Some(kind) => kind,
            None => Kind::recognise(root)?,
        };
        if kind == Kind::Arduino {
            platformio::require_esp32(root)?;
        }
        require_repository(root)?;
        let date = release_date::decide(arguments.as_of, root)?;
        let chip = chip::decide(arguments.chip.as_deref(), root)?;
        Ok(Self {
            product: product(root),
            kind,
            verifier: configuration::verifier(kind, chip.name, root)?,
            chip,
            endpoints: endpoints(arguments)?,
            as_of: date.day,
            last_unit_made: arguments.last_unit_made.unwrap_or(date.day),
            years: arguments.years.unwrap_or(YEARS),
            is_plain_sketch: kind == Kind::Arduino && !platformio::is_at(root),
        })
    }

    /// The same with other servers.
    pub(super) fn with(&self, endpoints: Vec<Endpoint>) -> Self {
        Self {
            endpoints,
            ..self.clone()
        }
    }

    /// The end of service that is wanted.
    pub(super) fn wanted_end(&self) -> Date {
        self.last_unit_made.plus_years(self.years)
    }

    /// The owners, each once.
    pub(super) fn owners(&self) -> Vec<&str> {
        let mut owners: Vec<&str> = Vec::new();
        for endpoint in &self.endpoints {
            if !owners.contains(&endpoint.owner.as_str()) {
                owners.push(&endpoint.owner);
            }
        }
        owners
    }
}

/// The release date of every later command is that of a commit.
fn require_repository(root: &Path) -> Result<()> {
    git::place(root).map(drop).map_err(|failure| {
        let what = format!("{} is in no git repository", root.display());
        let failure = Failure::new(Exit::Unreadable, what).evidence(failure.what);
        failure
            .evidence("`cargo xtask check` judges for the date of a commit, and the workflow for pull requests")
            .help("git init && git add . && git commit, then this again")
    })
}

/// The folder's name, as far as it fits an app descriptor.
fn product(root: &Path) -> String {
    const LONGEST: usize = 31;
    let folder = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let plain: String = name
        .chars()
        .filter(|c| matches!(c, '!'..='~'))
        .take(LONGEST)
        .collect();
    if plain.is_empty() {
        "firmware".to_owned()
    } else {
        plain
    }
}

fn endpoints(arguments: &InitArguments) -> Result<Vec<Endpoint>> {
    let (urls, owners) = (&arguments.url, &arguments.owner);
    if owners.is_empty() {
        return Err(unknown_owner(
            "nobody said which CA issues the certificates of the servers",
            arguments,
        ));
    }
    if owners.len() != 1 && owners.len() != urls.len() {
        let what = format!(
            "{} and {}: give one owner, or one for each URL in the same order",
            counted(urls.len(), "URL"),
            counted(owners.len(), "owner")
        );
        return Err(Failure::new(Exit::Unreadable, what)
            .help("--url URL --owner NAME --url URL --owner NAME"));
    }
    let kinds = &arguments.key_type;
    if kinds.len() > 1 && kinds.len() != urls.len() {
        let what = format!(
            "{} and {}: give one kind of key, or one for each URL in the same order",
            counted(urls.len(), "URL"),
            counted(kinds.len(), "--key-type")
        );
        return Err(Failure::new(Exit::Unreadable, what)
            .help("--url URL --key-type ecdsa --url URL --key-type rsa"));
    }
    let mut endpoints = Vec::new();
    for (place, url) in urls.iter().enumerate() {
        let key_type = arguments.key_type_of(place).word();
        let known = facts::known_owners(key_type);
        let asked = owners.get(place).unwrap_or(&owners[0]);
        let same = |name: &&String| name.to_lowercase() == asked.trim().to_lowercase();
        let Some(owner) = known.iter().find(same) else {
            let what =
                format!("nothing can be proven of {asked}: which chains it sends is not recorded");
            return Err(unknown_owner(&what, arguments));
        };
        endpoints.push(Endpoint {
            name: match place {
                0 => "primary".to_owned(),
                1 => "failover".to_owned(),
                more => format!("failover-{more}"),
            },
            url: url.clone(),
            owner: owner.clone(),
            key_type,
        });
    }
    Ok(endpoints)
}

fn unknown_owner(what: &str, arguments: &InitArguments) -> Failure {
    let known = |kind: KeyTypeArgument| {
        let owners = facts::known_owners(kind.word()).join(", ");
        format!("recorded for {} keys: {owners}", kind.word())
    };
    let host = arguments.url.first().map_or("HOST", |url| host(url));
    Failure::new(Exit::Unreadable, what)
        .evidence(known(KeyTypeArgument::Ecdsa))
        .evidence(known(KeyTypeArgument::Rsa))
        .evidence(format!(
            "who issues, and the kind of key: openssl s_client -connect {host}:443 -servername {host} </dev/null | \
             openssl x509 -noout -text | grep -E 'Issuer:|Public Key Algorithm:'"
        ))
        .help(
            "--owner NAME with one of these; for another CA set up with the one you will fail over to, then record what the \
             server sends: `cargo xtask endpoints capture URL`",
        )
}

fn host(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    rest.split(['/', ':', '?']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_has_the_folders_name_as_far_as_it_fits() {
        assert_eq!(product(Path::new("/a/blinky")), "blinky");
        assert_eq!(product(Path::new("/a/größe 2")), "gre2");
        assert_eq!(product(Path::new("/")), "firmware");
        assert_eq!(
            product(Path::new(&format!("/{}", "a".repeat(40)))).len(),
            31
        );
    }
}
