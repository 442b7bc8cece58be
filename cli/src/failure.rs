//! How a command ends, and what it says when it cannot do its work.

use std::fmt;
use std::process::ExitCode;

/// How a command ends. The numbers are part of its contract; `--help` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The work is done and nothing is wrong.
    Done,
    /// The work is done and something is wrong: an error in the project, a test that fails.
    Found,
    /// Wrong use, or an input that cannot be read.
    Unusable,
    /// The run is done, with `--strict`, and some rows could not be used.
    Rejected,
    /// Two programs were compared, and they differ.
    Changed,
    /// Two programs were compared, and some of what differs needs approval.
    NeedsApproval,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Unusable | Exit::Changed => 2,
            Exit::Rejected | Exit::NeedsApproval => 3,
        })
    }
}

/// Why a command cannot do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What is wrong, in the style of a diagnostic.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// What to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let kind = error.kind();
        let why = if kind == std::io::ErrorKind::NotFound && doing == "read" {
            "there is no such file or folder".to_owned()
        } else if kind == std::io::ErrorKind::NotFound {
            "there is no such folder".to_owned()
        } else if kind == std::io::ErrorKind::IsADirectory {
            "it is a folder".to_owned()
        } else if kind == std::io::ErrorKind::PermissionDenied {
            "permission denied".to_owned()
        } else if kind == std::io::ErrorKind::ReadOnlyFilesystem {
            "nothing can be written there".to_owned()
        } else {
            // `Too many levels of symbolic links (os error 40)`
            let said = error.to_string();
            said.split(" (os error").next().unwrap_or_default().to_lowercase()
        };
        Self::new(format!("cannot {doing} `{}`: {why}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
