//! One side of a comparison: a folder, a revision of git, a daemon that runs, or a store.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use flow_compiler::suggest::{list, nearest};
use flow_daemon::store::sqlite::program_of;
use flow_graph::Program;
use flow_graph::program::FORMAT_VERSION;
use flow_review::plan::Places;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::args::remote::ToArgs;
use crate::commands::check::compiled;
use crate::commands::serve::refuse::unusable;
use crate::failure::Failure;
use crate::git::Repository;
use crate::project::{self, Project, files_among};
use crate::remote::Daemon;
use crate::terminal::Terminal;

/// How every SQLite file begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// So many letters of a commit are shown.
const SHORT: usize = 7;
/// Most projects that are named.
const MOST: usize = 5;
/// What a side can be, for people.
const KINDS: &str = "a side is a git revision (`main`, `HEAD~3`, `main:path/to/project`), a folder, the address of a \
                     daemon, or a store";

/// One side of a comparison.
pub(crate) struct Side {
    /// How it is called: `main`, `examples/shop`, `https://flow.acme.example`, `shop.db`.
    pub(crate) name: String,
    /// Which one that is, where its name can stand for another one tomorrow: a commit, the number of a program.
    pub(crate) version: Option<String>,
    /// Its files: of a folder and of a revision.
    pub(crate) project: Option<Project>,
    /// Where the people are that are inside.
    pub(crate) inside: Inside,
    /// What it means, where there are no files.
    program: Option<Program>,
}

/// Who is inside a side.
pub(crate) enum Inside {
    /// It is a text.
    Nobody,
    /// Those of the daemon at this address.
    Daemon(String),
    /// Those of this store.
    Store(PathBuf),
}

/// What a daemon says of the program that it runs.
#[derive(Debug, Deserialize)]
struct Running {
    running: Runs,
}

#[derive(Debug, Deserialize)]
struct Runs {
    number: u32,
    program: Json,
}

impl Side {
    /// A side as it was asked for. `dir` is a folder of the project (default: this one), which a revision is asked for.
    pub(crate) fn open(text: &str, dir: Option<&Path>) -> Result<Self, Failure> {
        let path = Path::new(text);
        if text.starts_with("http://") || text.starts_with("https://") {
            Self::daemon(text)
        } else if path.is_dir() {
            Self::folder(Some(path))
        } else if path.is_file() || path.extension().is_some_and(|ending| ending == "db") {
            Self::store(path)
        } else {
            Self::revision(text, dir)
        }
    }

    /// A project as it is on the disk now (default: the one in this folder or above it).
    pub(crate) fn folder(dir: Option<&Path>) -> Result<Self, Failure> {
        let name = dir.unwrap_or(Path::new(".")).display().to_string();
        Ok(Self { name, version: None, project: Some(Project::load(dir)?), inside: Inside::Nobody, program: None })
    }

    /// The program, or nothing after all errors have been shown.
    pub(crate) fn program(&mut self, terminal: &mut Terminal) -> Option<Program> {
        match &self.project {
            Some(project) => compiled(project, terminal).map(|(program, _)| program),
            None => self.program.take(),
        }
    }

    /// The program, and where things of it stand as far as its files are known; nothing after errors have been shown.
    pub(crate) fn placed(&mut self, terminal: &mut Terminal) -> Option<(Program, Places)> {
        let Some(project) = &self.project else { return Some((self.program.take()?, Places::default())) };
        let (program, compilation) = compiled(project, terminal)?;
        let places = Places::new(&project.sources, &compilation.references);
        Some((program, places))
    }

    /// As it is called in sentences: `main` (3f2a91c).
    pub(crate) fn shown(&self) -> String {
        match &self.version {
            Some(version) => format!("`{}` ({version})", self.name),
            None => format!("`{}`", self.name),
        }
    }

    fn daemon(url: &str) -> Result<Self, Failure> {
        let daemon = Daemon::of(&ToArgs { to: Some(url.to_owned()) })?;
        let Running { running } = daemon.read(&["deploys", "running"], &[])?;
        let program = program(running.program, &format!("the daemon at {url}"))?;
        let version = Some(format!("program {}", running.number));
        let inside = Inside::Daemon(url.to_owned());
        Ok(Self { name: url.to_owned(), version, project: None, inside, program: Some(program) })
    }

    fn store(path: &Path) -> Result<Self, Failure> {
        let mut head = [0; 16];
        let mut file = std::fs::File::open(path).map_err(|error| Failure::file("read", path, &error))?;
        let shown = path.display();
        if file.read_exact(&mut head).is_err() || head != SQLITE {
            return Err(Failure::new(format!("`{shown}` is a file, and no store")).help(KINDS));
        }
        let last = program_of(path).map_err(unusable)?;
        let last = last.ok_or_else(|| Failure::new(format!("no program has run with the store `{shown}`")))?;
        let json = serde_json::from_str(&last.program);
        let json = json.map_err(|error| Failure::new(format!("the program in `{shown}` cannot be read: {error}")))?;
        let program = program(json, &format!("the store `{shown}`"))?;
        let version = Some(format!("program {}", last.number));
        let inside = Inside::Store(path.to_owned());
        Ok(Self { name: shown.to_string(), version, project: None, inside, program: Some(program) })
    }

    /// All files of the project's folder as they were at a revision.
    fn revision(text: &str, dir: Option<&Path>) -> Result<Self, Failure> {
        let (revision, folder) = split(text);
        let here = dir.unwrap_or(Path::new(".")).to_path_buf();
        // Where the folder is named, any place in the repository will do.
        let from = if folder.is_some() { here } else { project::root(dir)? };
        let Some(repository) = Repository::of(&from)? else { return Err(nowhere(text, &from)) };
        let commit = repository.commit(revision)?.map_or_else(|| Err(unknown(&repository, text, revision)), Ok)?;
        let folder = &from_top(&repository.prefix, folder.unwrap_or("./"));
        let files = repository.files(&commit, folder)?.unwrap_or_default();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        if !paths.contains(&project::SETTINGS) {
            return Err(no_project(&repository, revision, &commit, folder));
        }
        let ours = files_among(&paths);
        let chosen: BTreeSet<&str> = ours.iter().map(|(path, _)| *path).collect();
        let entries: Vec<_> = files.iter().filter(|file| chosen.contains(file.path.as_str())).cloned().collect();
        let contents = repository.read(&entries)?;
        let files =
            ours.into_iter().zip(contents).map(|((path, kind), bytes)| (path.to_owned(), kind, bytes)).collect();
        // As `git show` takes it.
        let project = Project::of_files(format!("{revision}:{folder}"), files);
        let version = Some(commit.chars().take(SHORT).collect());
        Ok(Self { name: text.to_owned(), version, project: Some(project), inside: Inside::Nobody, program: None })
    }
}

/// A revision and the folder behind it: `main:shop`. A colon in braces is part of a time: `main@{2026-03-01 10:00}`.
fn split(text: &str) -> (&str, Option<&str>) {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                let (revision, folder) = text.split_at(at);
                return (revision, folder.strip_prefix(':'));
            }
            _ => {}
        }
    }
    (text, None)
}

/// A folder as the repository names it; one that begins with `./` or `../` is looked for from `prefix` on, as git does.
fn from_top(prefix: &str, folder: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let from = if folder.split('/').next().is_some_and(|first| matches!(first, "." | "..")) { prefix } else { "" };
    for name in from.split('/').chain(folder.split('/')) {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

/// A program that came from elsewhere.
fn program(json: Json, whose: &str) -> Result<Program, Failure> {
    let format = json.get("format_version").and_then(Json::as_u64);
    if format.is_some_and(|format| format > u64::from(FORMAT_VERSION)) {
        return Err(Failure::new(format!("the program of {whose} is of a later `flow`"))
            .help("use the `flow` of the daemon, or a later one"));
    }
    let unreadable = |why: String| Failure::new(format!("the program of {whose} cannot be read: {why}"));
    let program = Program::deserialize(json).map_err(|error| unreadable(error.to_string()))?;
    flow_graph::verify(&program).map_err(|error| unreadable(error.to_string()))?;
    Ok(program)
}

/// There is no such folder, and no repository in which it could be a revision.
fn nowhere(text: &str, folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::new(format!("`{text}` is no folder, and `{folder}` is in no git repository that could know it"))
        .help(KINDS)
}

fn unknown(repository: &Repository, text: &str, revision: &str) -> Failure {
    let fetch = "this clone has only the latest part of the history: `git fetch --unshallow` brings the rest (in a job: \
                 `fetch-depth: 0`)";
    // `main~30`, `main^2`, `main@{1}`: the name may be right, and the history too short.
    let name = revision.split(['~', '^', '@']).next().unwrap_or_default();
    if name != revision && matches!(repository.commit(name), Ok(Some(_))) {
        let failure = Failure::new(format!("the history of `{name}` has no `{revision}`"));
        return if repository.shallow { failure.help(fetch) } else { failure };
    }
    let what = if text == revision { "no folder and no revision" } else { "no revision" };
    let failure = Failure::new(format!("`{revision}` is {what} that git knows here"));
    let names = repository.names();
    let elsewhere = names.iter().find(|it| it.split_once('/').is_some_and(|(_, branch)| branch == revision));
    let near = elsewhere.map(String::as_str).or_else(|| nearest(revision, names.iter().map(String::as_str)));
    match near {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if repository.shallow => failure.help(fetch),
        None => failure.help(KINDS),
    }
}

/// The revision has no project where one is looked for; it may have some elsewhere.
fn no_project(repository: &Repository, revision: &str, commit: &str, folder: &str) -> Failure {
    let place = if folder.is_empty() { "its top".to_owned() } else { format!("`{folder}`") };
    let failure = Failure::new(format!("`{revision}` has no project at {place}: there is no `{}`", project::SETTINGS));
    let files = repository.files(commit, "").ok().flatten().unwrap_or_default();
    let at = |path: &str| path.strip_suffix(project::SETTINGS).map(|at| at.trim_end_matches('/').to_owned());
    let projects: Vec<String> = files.iter().filter_map(|file| at(&file.path)).take(MOST).collect();
    let sides: Vec<String> = projects.iter().map(|at| format!("{revision}:{at}")).collect();
    match sides.is_empty() {
        true => failure,
        false => failure.help(format!("projects at that revision: {}", list(sides.iter().map(String::as_str)))),
    }
}

#[cfg(test)]
mod tests;
