//! A program made ready to run: regular expressions compiled, zones looked up, what hangs on what.

use std::sync::Arc;

use flow_graph::Program;

/// A program made ready to run. Cheap to share, never changed.
#[derive(Debug)]
pub struct Engine {
    program: Arc<Program>,
}

impl Engine {
    /// Makes a program ready.
    ///
    /// # Errors
    /// When it holds what no compiler writes: an unknown zone, a regular expression that does not compile.
    pub fn new(program: Arc<Program>) -> Result<Self, EngineError> {
        Ok(Self { program })
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }
}

/// Why a program cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError(pub String);

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}
