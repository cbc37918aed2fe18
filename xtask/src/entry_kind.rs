//! What an entry of a folder is, on disk or in a commit.

use std::fmt;
use std::fs::FileType;
use std::os::unix::fs::FileTypeExt as _;

/// What an entry of a folder is. Prints for people: "a folder", "a pipe".
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum EntryKind {
    /// A block or character device.
    Device,
    /// A plain file: the only kind that has content of its own.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A named pipe.
    Pipe,
    /// In a commit: a submodule.
    Repository,
    /// A socket.
    Socket,
}

impl EntryKind {
    /// What git's mode of an entry stands for: `100644`.
    pub fn of_git_mode(mode: &str) -> Self {
        match mode {
            "100644" | "100755" => Self::File,
            "120000" => Self::Link,
            "040000" => Self::Folder,
            _ => Self::Repository,
        }
    }
}

impl From<FileType> for EntryKind {
    fn from(found: FileType) -> Self {
        if found.is_file() {
            Self::File
        } else if found.is_dir() {
            Self::Folder
        } else if found.is_symlink() {
            Self::Link
        } else if found.is_fifo() {
            Self::Pipe
        } else if found.is_socket() {
            Self::Socket
        } else {
            Self::Device
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Device => "a device",
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a link",
            Self::Pipe => "a pipe",
            Self::Repository => "another repository",
            Self::Socket => "a socket",
        })
    }
}
