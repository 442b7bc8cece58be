//! `flow docs`: the project as pages for people who do not program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use flow_site::File;

use super::check::report;
use crate::args::learn::DocsArgs;
use crate::failure::{Exit, Failure};
use crate::layout::plural;
use crate::project::{self, Project};
use crate::terminal::{DIM, Terminal};

/// Says of a folder that its pages were made by this command.
const MARK: &str = "search-index.js";
/// Where the pages are, when nothing is said.
const FOLDER: &str = "site";

pub(crate) fn run(args: &DocsArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = Project::load(args.dir.as_deref())?;
    let compilation = project.compile();
    let Some(files) = flow_site::site(&project.sources, &compilation) else {
        report(&project, &compilation, terminal);
        return Ok(Exit::Found);
    };
    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => project::root(args.dir.as_deref())?.join(FOLDER),
    };
    let old = ours(&folder)?;
    for file in &files {
        write(&folder, file)?;
    }
    // A page of something that is gone would be found and believed.
    let now: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for path in old.iter().filter(|path| !now.contains(path.as_str())) {
        let path = folder.join(path);
        fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, &error))?;
    }
    let pages = files.iter().filter(|file| file.path.ends_with(".html")).count();
    let shown = folder.to_string_lossy().replace('\\', "/");
    let shown = shown.strip_prefix("./").unwrap_or(&shown);
    terminal.say(&format!("{} in `{shown}`\n", plural(u64::try_from(pages).unwrap_or(0), "page")));
    terminal.say(&terminal.paint(DIM, &format!("open {shown}/index.html: nothing is fetched, no server is needed\n")));
    Ok(Exit::Done)
}

fn write(folder: &Path, file: &File) -> Result<(), Failure> {
    let path = folder.join(&file.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::file("write", parent, &error))?;
    }
    fs::write(&path, &file.text).map_err(|error| Failure::file("write", &path, &error))
}

/// The pages that this command has put into a folder before. One with other things in it is not touched.
fn ours(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::file("read", folder, &error)),
    };
    let paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    if !paths.is_empty() && !folder.join(MARK).is_file() {
        return Err(Failure::new(format!(
            "`{}` has other things in it, and nothing is written over",
            folder.display()
        ))
        .help("name another folder with `--out`; it is made where there is none"));
    }
    let mut found = Vec::new();
    for path in paths {
        let inside = if path.is_dir() {
            fs::read_dir(&path).into_iter().flatten().flatten().map(|it| it.path()).collect()
        } else {
            vec![path]
        };
        for path in inside.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "html")) {
            found.extend(path.strip_prefix(folder).ok().map(|path| path.to_string_lossy().replace('\\', "/")));
        }
    }
    Ok(found)
}
