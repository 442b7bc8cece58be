//! `flow man`: the manual, made from the same words as `--help`.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use flow_compiler::suggest;

use crate::args::Args;
use crate::args::learn::ManArgs;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) fn run(args: &ManArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut flow = Args::command();
    flow.build();
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|error| Failure::file("write", folder, &error))?;
        let count = write(&flow, "flow", folder)?;
        terminal.say(&format!("{count} pages in {}\n", folder.display()));
        return Ok(Exit::Done);
    }
    let page = match &args.of {
        None => page(flow, "flow")?,
        Some(word) => {
            let known = || flow.get_subcommands().map(Command::get_name);
            let Some(command) = flow.find_subcommand(word) else {
                let failure = Failure::new(format!("there is no command `{word}`"));
                return Err(match suggest::nearest(word, known()) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure.help("`flow --help` lists all commands"),
                });
            };
            page(command.clone(), &format!("flow-{word}"))?
        }
    };
    terminal.pass(&page);
    Ok(Exit::Done)
}

/// Writes the page of a command and those of the commands below it; how many.
fn write(command: &Command, name: &str, folder: &Path) -> Result<usize, Failure> {
    let path = folder.join(format!("{name}.1"));
    fs::write(&path, page(command.clone(), name)?).map_err(|error| Failure::file("write", &path, &error))?;
    let mut count = 1;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        count += write(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(count)
}

fn page(command: Command, name: &str) -> Result<String, Failure> {
    let examples = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    let parts = command.get_subcommands().any(|below| below.get_name() != "help");
    let mut page = Vec::new();
    // `flow-check`: the name of a page has no blank.
    let man = Man::new(command.display_name(name.to_owned()))
        .title(name)
        .source(format!("flow {}", env!("CARGO_PKG_VERSION")))
        .manual("Flowline");
    render(&man, parts, &mut page).map_err(|error| Failure::new(format!("the page cannot be made: {error}")))?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(&more(&examples.unwrap_or_default()));
    Ok(page)
}

/// All sections but for what stands below the options: that is laid out line by line, which a manual would run together.
fn render(man: &Man, parts: bool, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if parts { man.render_subcommands_section(page) } else { Ok(()) }
}

/// What `--help` shows below the options, as sections: a command or an exit code with its meaning is an entry, and what
/// begins in the first column is a heading (`Examples:`) or a paragraph.
fn more(text: &str) -> String {
    let mut out = String::new();
    let mut paragraph = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let rest = line.trim_start();
        let indent = line.len() - rest.len();
        match line.strip_suffix(':') {
            Some(heading) if indent == 0 => out.push_str(&format!(".SH {}\n", heading.to_uppercase())),
            _ if indent == 0 && paragraph => out.push_str(&format!("{}\n", plain(rest))),
            _ if indent == 0 => out.push_str(&format!(".P\n{}\n", plain(rest))),
            _ if indent > 2 => out.push_str(&format!("{}\n", plain(rest))),
            _ => {
                let (command, meaning) = rest.split_once("  ").unwrap_or((rest, ""));
                out.push_str(&format!(".TP\n\\fB{}\\fR\n", plain(command)));
                if !meaning.is_empty() {
                    out.push_str(&format!("{}\n", plain(meaning.trim_start())));
                }
            }
        }
        paragraph = indent == 0 && !line.ends_with(':');
    }
    out
}

/// A line with nothing in it that the manual would take for itself.
fn plain(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}
