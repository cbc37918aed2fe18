//! `serve`: an update server for the desk. Static files below one folder, over TLS or without.
//!
//! | module | what it is |
//! | --- | --- |
//! | `cli` | the command line |
//! | `listen` | sockets, threads, the lines on the console |
//! | `tls` | what the server shows of itself |
//! | `conversation` | request after request on one connection |
//! | `request` | the head of a request |
//! | `file` | from a request target to the bytes of a file below the folder |
//! | `range` | which part of them was asked for |
//! | `answer` | what is said to a request |

mod answer;
mod cli;
mod conversation;
mod file;
mod listen;
mod range;
mod request;
mod tls;

pub use cli::ServeArguments;

use std::io::Write;
use std::sync::Arc;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use file::Folder;
use listen::{Listener, Places};

/// Serves until somebody ends the program. Prints the URL of each socket when it accepts connections.
///
/// # Errors
/// [`Exit::Unreadable`]: no such folder, no chain or key that fit, an address that is taken.
pub fn run(arguments: &ServeArguments, out: &mut dyn Write) -> Result<Exit> {
    let folder = Arc::new(Folder::open(&arguments.folder)?);
    let tls = match (&arguments.chain, &arguments.key) {
        (Some(chain), Some(key)) => Some(tls::config(chain, key)?),
        _ => None,
    };
    let mut listeners = vec![Listener::bind(arguments.listen, tls)?];
    if let Some(plain) = arguments.plain_listen {
        listeners.push(Listener::bind(plain, None)?);
    }
    for listener in &listeners {
        writeln!(out, "{}", listener.url()).map_err(|error| output::unwritten(&error))?;
    }
    out.flush().map_err(|error| output::unwritten(&error))?;
    let places = Arc::new(Places::default());
    let threads = listeners.into_iter().map(|listener| {
        let (folder, places) = (Arc::clone(&folder), Arc::clone(&places));
        std::thread::spawn(move || listener.serve(&folder, &places))
    });
    for thread in threads.collect::<Vec<_>>() {
        let bug = |_| Failure::new(Exit::Bug, "a listening thread ended");
        thread.join().map_err(bug)?;
    }
    Ok(Exit::Done)
}
