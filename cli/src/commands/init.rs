//! `flow init`: a project to begin with, by three questions or by flags.

mod ask;
mod templates;

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use flow_compiler::compile;
use flow_compiler::diagnostic::Diagnostic;
use flow_compiler::settings::zone;
use flow_compiler::source::FileKind;

use crate::args::learn::{InitArgs, Template};
use crate::failure::{Exit, Failure};
use crate::layout::{self, plural};
use crate::terminal::{BOLD, DIM, Terminal};
use templates::Answers;

/// Files of a template that may be there already: they are left as they are.
const KEPT: &[&str] = &["README.md", ".gitignore"];

pub(crate) fn run(args: &InitArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    refuse_projects(&folder)?;
    let answers = answers(args, &folder, terminal)?;
    let files = templates::files(&answers);
    check(&files)?;
    let kept = write(&folder, &files)?;
    terminal.say(&said(&folder, &files, &kept, terminal));
    Ok(Exit::Done)
}

/// What the project shall be, from flags and questions.
fn answers(args: &InitArgs, folder: &Path, terminal: &mut Terminal) -> Result<Answers, Failure> {
    let asks = !args.yes && io::stdin().is_terminal() && io::stdout().is_terminal();
    if args.template.is_none() && !asks {
        let names: Vec<String> =
            Template::value_variants().iter().map(|template| format!("`{}`", name_of(*template))).collect();
        return Err(Failure::new("nobody is here to say what the project begins with")
            .help(format!("write `--template` with one of {}", names.join(", "))));
    }
    let mut answers = Answers {
        template: args.template.unwrap_or(Template::Newsletter),
        name: args.name.clone().unwrap_or_else(|| folder_name(folder)),
        zone: args.zone.clone().unwrap_or_else(system_zone),
        currency: args.currency.trim().to_uppercase(),
    };
    for (given, which) in
        [(args.name.is_some(), Which::Name), (args.zone.is_some(), Which::Zone), (true, Which::Currency)]
    {
        if given {
            wrong(&answers, which).map_or(Ok(()), Err)?;
        }
    }
    if asks {
        ask::ask(args, &mut answers, terminal)?;
    }
    for which in [Which::Name, Which::Zone] {
        wrong(&answers, which).map_or(Ok(()), Err)?;
    }
    Ok(answers)
}

/// One of the answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Name,
    Zone,
    Currency,
}

/// What is wrong with an answer: what the compiler says of the settings that hold it.
fn wrong(answers: &Answers, which: Which) -> Option<Failure> {
    if which == Which::Name {
        let name = answers.name.trim();
        let odd = name.is_empty() || name.chars().count() > 80 || name.contains(char::is_control);
        return odd.then(|| Failure::new("a project has a name of up to 80 letters on one line"));
    }
    let only = Answers {
        template: answers.template,
        name: "name".to_owned(),
        zone: if which == Which::Zone { answers.zone.clone() } else { "UTC".to_owned() },
        currency: if which == Which::Currency { answers.currency.clone() } else { "EUR".to_owned() },
    };
    let settings = templates::files(&only).into_iter().filter(|(path, _)| *path == "flow.toml").collect::<Vec<_>>();
    compiled(&settings).into_iter().next().map(|found| {
        let failure = Failure::new(found.message.clone());
        match &found.help {
            Some(help) => failure.help(help.clone()),
            None => failure,
        }
    })
}

/// What the compiler says of the files.
fn compiled(files: &[(&str, String)]) -> Vec<Diagnostic> {
    let mut sources = flow_compiler::source::Sources::default();
    for (path, text) in files {
        let kind = match *path {
            "flow.toml" => FileKind::Settings,
            path if path.ends_with(".flow") => FileKind::Flow,
            path if path.starts_with("templates/") => FileKind::Template,
            _ => continue,
        };
        sources.add(*path, kind, text.clone());
    }
    compile(&sources).diagnostics
}

/// A template is right with every answer; what is not is a mistake of ours, and nothing is written then.
fn check(files: &[(&'static str, String)]) -> Result<(), Failure> {
    match compiled(files).first() {
        None => Ok(()),
        Some(found) => Err(Failure::new(format!("the project would not be right: {}", found.message))),
    }
}

/// A project inside a project is possible, but a project where one is stays as it is.
fn refuse_projects(folder: &Path) -> Result<(), Failure> {
    if folder.is_file() {
        return Err(Failure::new(format!("`{}` is a file", folder.display())).help("name a folder"));
    }
    let settings = folder.join("flow.toml");
    let shown = settings.strip_prefix(".").unwrap_or(&settings);
    if settings.exists() {
        return Err(Failure::new(format!("there is a project already: `{}`", shown.display()))
            .help("name another folder: `flow init FOLDER`"));
    }
    Ok(())
}

/// Writes the files; of those that are there already some are left as they are, and named. Others stop everything
/// before anything is written.
fn write(folder: &Path, files: &[(&'static str, String)]) -> Result<Vec<&'static str>, Failure> {
    let there = |path: &&str| fs::symlink_metadata(folder.join(path)).is_ok();
    let kept: Vec<&'static str> = files.iter().map(|(path, _)| *path).filter(there).collect();
    if let Some(path) = kept.iter().find(|path| !KEPT.contains(path)) {
        return Err(Failure::new(format!(
            "`{}` is there already, and nothing is written over",
            folder.join(path).display()
        ))
        .help("name another folder: `flow init FOLDER`"));
    }
    for (path, text) in files.iter().filter(|(path, _)| !kept.contains(path)) {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Failure::file("write", parent, &error))?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::file("write", &path, &error))?;
    }
    Ok(kept)
}

/// What was done, and what to do next.
fn said(folder: &Path, files: &[(&'static str, String)], kept: &[&str], terminal: &Terminal) -> String {
    let tests =
        files.iter().map(|(_, text)| text.lines().filter(|line| line.starts_with("test \"")).count()).sum::<usize>();
    let written = u64::try_from(files.len() - kept.len()).unwrap_or(0);
    let here = folder == Path::new(".");
    let place = if here { "this folder".to_owned() } else { format!("`{}`", folder.display()) };
    let tests = plural(u64::try_from(tests).unwrap_or(0), "test");
    let mut text = format!("{} in {place}, {tests} among them\n", plural(written, "file"));
    for (path, what) in files.iter().filter(|(path, _)| !kept.contains(path)).map(|(path, _)| (path, about(path))) {
        let what = if what.is_empty() { String::new() } else { terminal.paint(DIM, what) };
        text.push_str(format!("  {path:<34}{what}").trim_end());
        text.push('\n');
    }
    for path in kept {
        text.push_str(&format!("  {path:<34}{}\n", terminal.paint(DIM, "was there: left as it is")));
    }
    text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "What to do next")));
    if !here {
        text.push_str(&format!("  cd {}\n", shell(folder)));
    }
    let next = [
        ("flow check", "what the compiler says"),
        ("flow test", "the stories in tests.flow, on a virtual clock"),
        ("flow serve", "runs it here; letters are printed, none leaves"),
        ("flow docs", "the same as pages, for people who do not program"),
        ("flow explain", "the language, page by page"),
    ];
    let rows: Vec<Vec<String>> =
        next.iter().map(|(command, what)| vec![(*command).to_owned(), (*what).to_owned()]).collect();
    text.push_str(&layout::columns(&rows, terminal.width));
    text
}

/// What stands in a file.
fn about(path: &str) -> &'static str {
    match path {
        "flow.toml" => "name, zone, currency, how letters leave",
        "world.flow" => "what is known of people, and what they do",
        "leads.flow" => "a score, and the way to a customer",
        "messages.flow" => "topics, messages, limits",
        "programs.flow" => "what happens to whom",
        "promises.flow" => "what marketing and sales promise",
        "tests.flow" => "stories that have to come true",
        "README.md" => "where to begin",
        _ => "",
    }
}

/// A path as a shell takes it.
fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./~".contains(c)) && !text.starts_with('-');
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn name_of(template: Template) -> String {
    template.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// The name of the folder, which is that of the project when nothing else is said.
fn folder_name(folder: &Path) -> String {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = full.components().next_back().map(|name| name.as_os_str().to_string_lossy().into_owned());
    name.filter(|name| !name.contains(char::is_control) && name != "/").unwrap_or_else(|| "project".to_owned())
}

/// The zone of this machine, by its name, where it has one.
fn system_zone() -> String {
    let told = std::env::var("TZ").ok().map(|zone| zone.trim_start_matches(':').to_owned());
    let linked = || {
        let target = fs::read_link("/etc/localtime").ok()?.to_string_lossy().into_owned();
        target.split_once("zoneinfo/").map(|(_, zone)| zone.to_owned())
    };
    let named = || fs::read_to_string("/etc/timezone").ok().map(|zone| zone.trim().to_owned());
    let known = |zone: String| zone::find(&zone);
    told.and_then(known)
        .or_else(|| linked().and_then(known))
        .or_else(|| named().and_then(known))
        .map(|zone| zone.trim_start_matches("Etc/").to_owned())
        .unwrap_or_else(|| "UTC".to_owned())
}
