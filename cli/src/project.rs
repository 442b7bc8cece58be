//! Finding a project and reading its files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::{Diagnostic, Sink};
use flow_compiler::render::View;
use flow_compiler::source::{FileId, FileKind, Sources};
use flow_compiler::syntax::decode;
use flow_compiler::{Compilation, settings};

use crate::failure::Failure;

/// The file that makes a folder a project.
pub(crate) const SETTINGS: &str = "flow.toml";
/// Where message bodies are.
const TEMPLATES: &str = "templates";
/// No file of a project is anywhere near this; one that is was put there by mistake.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// Folders that are never part of a project.
const SKIPPED: &[&str] = &["target", "node_modules"];
/// Deeper folders are not looked into.
const MAX_DEPTH: usize = 32;

/// The files of a project.
pub(crate) struct Project {
    /// The folder as it is shown before paths.
    folder: String,
    /// Its files.
    pub(crate) sources: Sources,
    /// What was found while they were read.
    unread: Vec<Diagnostic>,
    /// What can be proved to go wrong is looked for too.
    pub(crate) proofs: bool,
}

impl Project {
    /// The project that holds a folder (default: this one), all of its files read.
    pub(crate) fn load(dir: Option<&Path>) -> Result<Self, Failure> {
        let root = root(dir)?;
        let mut paths = Vec::new();
        collect(&root, Depth { level: 0, nested: false }, &mut paths)?;
        let mut names: Vec<(String, FileKind, PathBuf)> =
            paths.into_iter().filter_map(|path| classify(&root, path)).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        let files = names.into_iter().map(|(name, kind, path)| Ok((name, kind, read(&path)?)));
        let files = files.collect::<Result<Vec<_>, Failure>>()?;
        let folder = root.to_string_lossy().replace('\\', "/");
        let folder = folder.strip_prefix("./").unwrap_or(&folder).to_owned();
        Ok(Self::of_files(folder, files))
    }

    /// A project of files with these names, wherever they come from; `folder` is shown before their paths.
    pub(crate) fn of_files(folder: String, mut files: Vec<(String, FileKind, Vec<u8>)>) -> Self {
        files.sort_by(|a, b| (a.1 != FileKind::Settings, &a.0).cmp(&(b.1 != FileKind::Settings, &b.0)));
        let mut sources = Sources::default();
        let mut sink = Sink::default();
        for (number, (name, kind, bytes)) in (0..).zip(files) {
            let text = decode(&bytes, FileId(number), &mut sink);
            sources.add(name, kind, text);
        }
        Self { folder, sources, unread: sink.finish(), proofs: true }
    }

    /// A project of files that were read elsewhere; its proofs are not looked for.
    pub(crate) fn of_sources(sources: Sources) -> Self {
        Self { folder: String::new(), sources, unread: Vec::new(), proofs: false }
    }

    /// Its files, and what was found while they were read.
    pub(crate) fn into_parts(self) -> (Sources, Vec<Diagnostic>) {
        (self.sources, self.unread)
    }

    /// The project compiled; with what was found while its files were read.
    pub(crate) fn compile(&self) -> Compilation {
        let compile = if self.proofs { flow_compiler::compile } else { flow_compiler::compile_unproved };
        let mut compilation = compile(&self.sources);
        if self.unread.is_empty() {
            return compilation;
        }
        let mut sink = Sink::default();
        for diagnostic in self.unread.iter().cloned().chain(std::mem::take(&mut compilation.diagnostics)) {
            sink.push(diagnostic);
        }
        if sink.has_errors() {
            compilation.program = None;
            compilation.tests.clear();
        }
        compilation.diagnostics = sink.finish();
        compilation
    }

    /// Whether all of its files could be read as text.
    pub(crate) fn is_text(&self) -> bool {
        self.unread.is_empty()
    }

    /// Its settings. What is wrong with them is told when it is compiled.
    pub(crate) fn settings(&self) -> settings::Settings {
        settings::read(&self.sources, &mut Sink::default())
    }

    /// A path of it as it is shown.
    pub(crate) fn path(&self, path: &str) -> String {
        self.view().path(path)
    }

    /// A line of one of its files, without the space around it.
    pub(crate) fn line(&self, file: &str, number: u32) -> String {
        let text = self.sources.find(file).and_then(|id| self.sources.get(id)).map(|file| &*file.text);
        let skip = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        text.and_then(|text| text.lines().nth(skip)).unwrap_or_default().trim().to_owned()
    }

    /// How diagnostics of it are shown.
    pub(crate) fn view(&self) -> View<'_> {
        View::new(&self.sources).within(&self.folder)
    }
}

/// The folder of the project that holds a folder (default: this one).
pub(crate) fn root(dir: Option<&Path>) -> Result<PathBuf, Failure> {
    find(dir.unwrap_or(Path::new(".")))
}

/// Whether a path below the project's folder can be a file of the project, or a folder of such.
pub(crate) fn belongs(path: &Path) -> bool {
    let names: Vec<_> = path.components().map(|name| name.as_os_str().to_string_lossy()).collect();
    let Some((last, folders)) = names.split_last() else { return false };
    if names.iter().any(|name| is_hidden(name)) || folders.iter().any(|it| is_skipped(it)) {
        return false;
    }
    let template = folders.first().is_some_and(|first| first == TEMPLATES) && !last.ends_with('~');
    // What has no ending may be a folder that came or went with all that is in it.
    last == SETTINGS || last.ends_with(".flow") || template || !last.contains('.')
}

/// The folder at or above `dir` that has the settings, as short as it can be written.
pub(crate) fn find(dir: &Path) -> Result<PathBuf, Failure> {
    let meta = fs::metadata(dir).map_err(|error| Failure::file("read", dir, &error))?;
    let start = if meta.is_dir() { dir.to_path_buf() } else { dir.parent().map(Path::to_path_buf).unwrap_or_default() };
    let start = if start.as_os_str().is_empty() { PathBuf::from(".") } else { start };
    if start.join(SETTINGS).is_file() {
        return Ok(start);
    }
    let full = fs::canonicalize(&start).map_err(|error| Failure::file("read", &start, &error))?;
    let mut up = start;
    for folder in full.ancestors().skip(1) {
        up.push("..");
        if folder.join(SETTINGS).is_file() {
            return Ok(up);
        }
    }
    Err(Failure::new(format!(
        "`{}` is not in a project: neither it nor a folder above has a `{SETTINGS}`",
        dir.display()
    ))
    .help("name the project's folder, or begin a project with `flow init`"))
}

/// All `.flow` files below a folder, those of projects inside it too, in the order of their paths.
pub(crate) fn flow_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(folder, Depth { level: 0, nested: true }, &mut found)?;
    found.retain(|path| path.extension().is_some_and(|ending| ending == "flow"));
    found.sort();
    Ok(found)
}

/// How far a search has come.
#[derive(Clone, Copy)]
struct Depth {
    level: usize,
    /// It goes on into projects inside the folder.
    nested: bool,
}

/// All files below a folder; what is hidden or built is left out, and links to folders are not followed.
fn collect(folder: &Path, depth: Depth, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Failure::file("read", folder, &error))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_hidden(&name) {
            continue;
        }
        let kind = entry.file_type().map_err(|error| Failure::file("read", &entry.path(), &error))?;
        if !kind.is_dir() {
            found.push(entry.path());
        } else if depth.level < MAX_DEPTH && !is_skipped(&name) && (depth.nested || !is_project(&entry.path())) {
            collect(&entry.path(), Depth { level: depth.level + 1, ..depth }, found)?;
        }
    }
    Ok(())
}

/// Files and folders that nobody is shown.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Folders that are never part of a project.
fn is_skipped(folder: &str) -> bool {
    SKIPPED.contains(&folder)
}

/// Which of all files below a folder belong to the project in it, and what each is for: those that [`Project::load`]
/// finds in a folder on a disk.
pub(crate) fn files_among<'a>(paths: &[&'a str]) -> Vec<(&'a str, FileKind)> {
    let folder_of = |path: &'a str| path.rsplit_once('/').map(|(folder, _)| folder);
    let settings = paths.iter().filter(|path| path.ends_with(&format!("/{SETTINGS}")));
    let projects: BTreeSet<&str> = settings.filter_map(|path| folder_of(path)).collect();
    let belongs = |path: &'a str| {
        let folder = folder_of(path).unwrap_or_default();
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        let inside = ends.filter_map(|end| folder.get(..end)).any(|above| projects.contains(above));
        let deep = folder.split('/').count() > MAX_DEPTH;
        !inside && !deep && !path.split('/').any(is_hidden) && !folder.split('/').any(is_skipped)
    };
    let files = paths.iter().filter(|path| belongs(path));
    files.filter_map(|path| Some((*path, kind_of(path)?))).collect()
}

/// A project inside a project is its own.
pub(crate) fn is_project(folder: &Path) -> bool {
    folder.join(SETTINGS).is_file()
}

/// The folders of all projects at or below a folder, in the order of their paths; what cannot be read has none.
pub(crate) fn projects_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // What was found before something that cannot be read counts all the same.
    let _ = collect(folder, Depth { level: 0, nested: true }, &mut found);
    found.retain(|path| path.file_name().is_some_and(|name| name == SETTINGS));
    let mut folders: Vec<PathBuf> = found.iter().filter_map(|path| path.parent().map(Path::to_path_buf)).collect();
    folders.sort();
    folders
}

/// What a file of a project is for, by its path from the project's folder; nothing for a file that is none of ours.
pub(crate) fn kind_of(name: &str) -> Option<FileKind> {
    if name == SETTINGS {
        Some(FileKind::Settings)
    } else if name.ends_with(".flow") {
        Some(FileKind::Flow)
    } else if name.split('/').next() == Some(TEMPLATES) {
        Some(FileKind::Template)
    } else {
        None
    }
}

/// The name of a file in the project and what it is for; nothing for a file that is none of ours.
fn classify(root: &Path, path: PathBuf) -> Option<(String, FileKind, PathBuf)> {
    let name = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    let kind = kind_of(&name)?;
    Some((name, kind, path))
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let meta = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    if !meta.is_file() {
        return Err(Failure::new(format!("`{}` is not a file", path.display())));
    }
    not_too_large(&path.display().to_string(), meta.len())?;
    fs::read(path).map_err(|error| Failure::file("read", path, &error))
}

/// Refuses a file that nobody can have written by hand.
pub(crate) fn not_too_large(path: &str, bytes: u64) -> Result<(), Failure> {
    if bytes <= MAX_FILE_BYTES {
        return Ok(());
    }
    let limit = MAX_FILE_BYTES >> 20;
    Err(Failure::new(format!("`{path}` is larger than {limit} MiB"))
        .help("a project holds text that people write; move other files out of it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_files_has_the_project_that_a_disk_has() {
        let deep = format!("{}x.flow", "a/".repeat(MAX_DEPTH));
        let deeper = format!("{}x.flow", "a/".repeat(MAX_DEPTH + 1));
        let paths = [
            "flow.toml",
            "a.flow",
            "more/b.flow",
            "more/read.md",
            "templates/c.html",
            "more/templates/d.html",
            ".hidden/e.flow",
            "more/.f.flow",
            "target/g.flow",
            "more/node_modules/h.flow",
            "inner/flow.toml",
            "inner/i.flow",
            "inner/more/j.flow",
            "innermost/k.flow",
            &deep,
            &deeper,
        ];
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let mut listed: Vec<_> = files_among(&paths).into_iter().map(|(path, _)| path.to_owned()).collect();
        listed.sort();
        let project = Project::load(Some(folder.path())).unwrap();
        let mut found: Vec<_> = project.sources.iter().map(|(_, file)| file.path.to_string()).collect();
        found.sort();
        assert_eq!(listed, found);
        assert!(listed.contains(&deep) && listed.len() == 6, "{listed:?}");
    }
}
