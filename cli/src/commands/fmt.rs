//! `flow fmt`: files in the one layout.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::{Diagnostic, Sink};
use flow_compiler::format;
use flow_compiler::render::{View, miette};
use flow_compiler::source::{FileId, FileKind, Sources};
use flow_compiler::syntax::{decode, parse};

use crate::args::FmtArgs;
use crate::diff::unified;
use crate::failure::{Exit, Failure};
use crate::project::{find, flow_files, read};
use crate::replace::replace;
use crate::terminal::{DIM, Terminal, YELLOW};

/// What stands for standard input.
const INPUT: &str = "-";

pub(crate) fn run(args: &FmtArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.paths.iter().any(|path| path == Path::new(INPUT)) {
        return match args.paths.as_slice() {
            [_] => stream(args, terminal),
            _ => Err(Failure::new("`-` stands alone: standard input is one text")),
        };
    }
    let mut done = Done::default();
    for path in files(&args.paths)? {
        match file(&path, args, &mut done, terminal) {
            Ok(()) => {}
            Err(failure) => {
                terminal.complain(&failure);
                done.failed += 1;
            }
        }
    }
    done.report(args, terminal);
    Ok(done.exit(args))
}

/// The files that are asked for, each once.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if paths.is_empty() {
        let root = find(Path::new("."))?;
        let found = flow_files(&root)?;
        return Ok(found.iter().map(|path| path.strip_prefix("./").unwrap_or(path).to_owned()).collect());
    }
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        let more = if path.is_dir() { flow_files(path)? } else { vec![path.clone()] };
        for path in more {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// What was done so far.
#[derive(Default)]
struct Done {
    changed: usize,
    unchanged: usize,
    /// An item could not be read.
    broken: bool,
    /// Files that were left alone because something else was wrong.
    failed: usize,
}

impl Done {
    fn report(&self, args: &FmtArgs, terminal: &mut Terminal) {
        let files = |n: usize| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
        let text = match (self.changed, self.unchanged) {
            (0, 0) if self.failed > 0 => return,
            (0, 0) => "no `.flow` files here".to_owned(),
            (0, same) if self.broken => format!("{} unchanged", files(same)),
            (0, same) => format!("{} formatted already", files(same)),
            (some, 0) if args.check || args.diff => format!("{} would change", files(some)),
            (some, same) if args.check || args.diff => format!("{} would change, {same} would not", files(some)),
            (some, 0) => format!("{} formatted", files(some)),
            (some, same) => format!("{} formatted, {same} unchanged", files(some)),
        };
        let text = format!("{}\n", terminal.paint(DIM, &text));
        // A diff can be handed on to other programs.
        if args.diff { terminal.note(&text) } else { terminal.say(&text) }
    }

    fn exit(&self, args: &FmtArgs) -> Exit {
        if self.failed > 0 {
            Exit::Unusable
        } else if self.broken || (self.changed > 0 && (args.check || args.diff)) {
            Exit::Found
        } else {
            Exit::Done
        }
    }
}

fn file(path: &Path, args: &FmtArgs, done: &mut Done, terminal: &mut Terminal) -> Result<(), Failure> {
    let name = path.to_string_lossy().replace('\\', "/");
    let bytes = read(path)?;
    let mut sink = Sink::default();
    let text = decode(&bytes, FileId::default(), &mut sink);
    if !sink.is_empty() {
        done.unchanged += 1;
        done.broken = true;
        show(&name, &text, &sink.finish(), terminal);
        return Ok(());
    }
    let (formatted, broken) = laid_out(&name, &text)?;
    if formatted == text {
        done.unchanged += 1;
    } else {
        if args.diff {
            terminal.say(&unified(&name, &text, &formatted, terminal));
        } else if args.check {
            terminal.say(&format!("{name}\n"));
        } else {
            replace(path, &formatted)?;
            terminal.say(&format!("formatted {name}\n"));
        }
        done.changed += 1;
    }
    if !broken.is_empty() {
        done.broken = true;
        show_broken(&name, &text, &broken, terminal);
    }
    Ok(())
}

/// Standard input to standard output.
fn stream(args: &FmtArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let name = "standard input";
    let mut bytes = Vec::new();
    let failed = |error: std::io::Error| Failure::new(format!("cannot read standard input: {error}"));
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
    let mut sink = Sink::default();
    let text = decode(&bytes, FileId::default(), &mut sink);
    if !sink.is_empty() {
        show(name, &text, &sink.finish(), terminal);
        return Ok(Exit::Found);
    }
    let (formatted, broken) = laid_out(name, &text)?;
    if args.diff {
        terminal.say(&unified(name, &text, &formatted, terminal));
    } else if !args.check {
        terminal.pass(&formatted);
    }
    if !broken.is_empty() {
        show_broken(name, &text, &broken, terminal);
    }
    let differs = (args.check || args.diff) && formatted != text;
    Ok(if differs || !broken.is_empty() { Exit::Found } else { Exit::Done })
}

/// The text in its layout, and the items that could not be read.
fn laid_out(name: &str, text: &str) -> Result<(String, Vec<Range<usize>>), Failure> {
    let formatted = format::format(text).map_err(|mismatch| {
        let line = text.get(..mismatch.at).unwrap_or("").lines().count().max(1);
        Failure::new(format!("{mismatch} at line {line} of `{name}`: the file is left as it is"))
            .help("this is a mistake of `flow fmt`, not of yours; please report it with the file")
    })?;
    let whole = formatted.text();
    Ok((whole, formatted.broken))
}

/// Says which items were left as they are, and why.
fn show_broken(name: &str, text: &str, broken: &[Range<usize>], terminal: &mut Terminal) {
    let mut sink = Sink::default();
    parse(FileId::default(), text, &mut sink);
    let inside = |found: &Diagnostic| {
        let span = found.primary.span;
        broken.iter().any(|range| range.start <= span.end as usize && span.start as usize <= range.end)
    };
    let found: Vec<Diagnostic> = sink.finish().into_iter().filter(inside).collect();
    show(name, text, &found, terminal);
    let items = if broken.len() == 1 { "1 item".to_owned() } else { format!("{} items", broken.len()) };
    let text = format!("{items} of `{name}` cannot be read and stays as it is");
    let text = if broken.len() == 1 { text } else { text.replace("stays as it is", "stay as they are") };
    terminal.note(&format!("{}\n", terminal.paint(YELLOW, &text)));
}

fn show(name: &str, text: &str, found: &[Diagnostic], terminal: &mut Terminal) {
    let mut sources = Sources::default();
    sources.add(name, FileKind::Flow, text);
    let drawn = miette::miette(View::new(&sources), found, terminal.style());
    terminal.note(&format!("{drawn}\n"));
}
