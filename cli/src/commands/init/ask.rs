//! The three questions.

use std::io::{self, BufRead};

use clap::ValueEnum;
use flow_compiler::suggest;

use super::templates::Answers;
use super::{Which, name_of, wrong};
use crate::args::learn::{InitArgs, Template};
use crate::failure::Failure;
use crate::layout;
use crate::terminal::{BOLD, DIM, Terminal};

/// How often a question is asked until it is given up.
const TRIES: usize = 5;

/// Asks what no flag has said.
pub(super) fn ask(args: &InitArgs, answers: &mut Answers, terminal: &mut Terminal) -> Result<(), Failure> {
    terminal.say("A new project. Return takes what stands in brackets.\n\n");
    if args.template.is_none() {
        let list: Vec<Vec<String>> =
            Template::value_variants().iter().map(|template| vec![name_of(*template), about(*template)]).collect();
        terminal.say(&format!(
            "{}\n{}",
            terminal.paint(BOLD, "What does it begin with?"),
            layout::columns(&list, terminal.width)
        ));
        answers.template = until(terminal, "  Template", &name_of(answers.template), template)?;
    }
    if args.name.is_none() {
        terminal.say(&format!("\n{}\n", terminal.paint(BOLD, "What is it called?")));
        let usual = answers.name.clone();
        answers.name = until(terminal, "  Name", &usual, |said| {
            let candidate = Answers { name: said.to_owned(), ..copy(answers) };
            wrong(&candidate, Which::Name).map_or_else(|| Ok(said.to_owned()), Err)
        })?;
    }
    if args.zone.is_none() {
        terminal.say(&format!(
            "\n{} {}\n",
            terminal.paint(BOLD, "In which time zone do most people live?"),
            terminal.paint(DIM, "Such as Europe/Berlin, America/New_York")
        ));
        let usual = answers.zone.clone();
        answers.zone = until(terminal, "  Zone", &usual, |said| {
            let candidate = Answers { zone: said.to_owned(), ..copy(answers) };
            wrong(&candidate, Which::Zone).map_or_else(|| Ok(said.to_owned()), Err)
        })?;
    }
    terminal.say("\n");
    Ok(())
}

fn copy(answers: &Answers) -> Answers {
    Answers {
        template: answers.template,
        name: answers.name.clone(),
        zone: answers.zone.clone(),
        currency: answers.currency.clone(),
    }
}

/// Asks until the answer is right.
fn until<T>(
    terminal: &mut Terminal,
    question: &str,
    usual: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    for _ in 0..TRIES {
        terminal.say(&format!("{question} [{usual}]: "));
        let mut line = String::new();
        let length = io::stdin().lock().read_line(&mut line);
        if !matches!(length, Ok(length) if length > 0) {
            terminal.say("\n");
            return Err(Failure::new("nothing was answered, and nothing was written"));
        }
        let said = line.trim();
        match read(if said.is_empty() { usual } else { said }) {
            Ok(answer) => return Ok(answer),
            Err(failure) => terminal.complain(&failure),
        }
    }
    Err(Failure::new("nothing was written").help("`flow init --help` shows how to say it with flags"))
}

fn template(said: &str) -> Result<Template, Failure> {
    if let Ok(template) = Template::from_str(said, true) {
        return Ok(template);
    }
    let names: Vec<String> = Template::value_variants().iter().map(|template| name_of(*template)).collect();
    let failure = Failure::new(format!("there is no template `{said}`"));
    Err(match suggest::nearest(said, names.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("write {}", suggest::list(names.iter().map(String::as_str)))),
    })
}

/// What a template holds, in the words of `--help`.
fn about(template: Template) -> String {
    let value = template.to_possible_value();
    value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
}
