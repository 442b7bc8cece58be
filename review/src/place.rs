//! Lines of files, as they are told of everywhere here.

use flow_graph::program::{Location, Program};
use serde::{Deserialize, Serialize};

/// A line of a file of the project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Path from the project's folder.
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl Place {
    /// Where something of a program stands, if it has the file.
    #[must_use]
    pub fn of(program: &Program, at: Location) -> Option<Self> {
        let file = program.files.get(at.file)?;
        Some(Self { file: file.path.clone(), line: at.line })
    }
}
