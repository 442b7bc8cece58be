//! What the language server is handed: projects on disk, tests that can be run, a daemon that can be asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_compiler::source::{FileKind, Sources};
use flow_lsp::Host;
use flow_lsp::host::{Loaded, People, Ran};
use flow_machine::Engine;
use flow_runtime::testing::Bench;

use super::pages::Pages;
use super::people::Asked;
use crate::args::Colour;
use crate::failure::Failure;
use crate::project::{self, Project};
use crate::terminal::Terminal;
use crate::verdict;

/// Projects on disk.
#[derive(Default)]
pub(super) struct Disk {
    people: Asked,
    pages: Pages,
}

impl Host for Disk {
    fn project_of(&self, path: &Path) -> Option<PathBuf> {
        path.ancestors().find(|folder| project::is_project(folder)).map(Path::to_path_buf)
    }

    fn projects_below(&self, folder: &Path) -> Vec<PathBuf> {
        project::projects_below(folder)
    }

    fn load(&self, root: &Path) -> Result<Loaded, String> {
        let project = Project::load(Some(root)).map_err(|failure| failure.message)?;
        let (sources, unread) = project.into_parts();
        Ok(Loaded { sources, unread })
    }

    fn kind_of(&self, path: &str) -> Option<FileKind> {
        project::kind_of(path)
    }

    fn run_test(&self, sources: &Sources, test: &str) -> Ran {
        let failed = |failure: Failure| Ran { passed: false, text: failure.message };
        run_test(sources, test).unwrap_or_else(failed)
    }

    fn people(&self, project: &str) -> Option<People> {
        self.people.of(project)
    }

    fn page(&self, code: &str) -> Option<String> {
        self.pages.of(code)
    }
}

/// Runs a test as `flow test` does.
fn run_test(sources: &Sources, test: &str) -> Result<Ran, Failure> {
    let project = Project::of_sources(sources.clone());
    let compilation = project.compile();
    let Some(program) = compilation.program else {
        let text = "the project has an error, so no test can be run".to_owned();
        return Ok(Ran { passed: false, text });
    };
    let case = compilation.tests.iter().find(|case| case.name == test);
    let case = case.ok_or_else(|| Failure::new(format!("there is no test `{test}`")))?;
    let engine = Engine::new(Arc::new(program)).map_err(|error| Failure::new(error.to_string()))?;
    let failed = Bench::new(Arc::new(engine)).run(case);
    let text = match &failed {
        None => format!("passed  {}\n", case.name),
        Some(failed) => verdict::story(&project, case, failed, &Terminal::new(Colour::Never)),
    };
    Ok(Ran { passed: failed.is_none(), text: text.trim_start_matches('\n').to_owned() })
}
