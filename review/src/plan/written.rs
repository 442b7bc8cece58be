//! A witness as a test of the language: somebody with these values, and what is expected of them.
//!
//! Whether such a test passes is found out by running it: who writes tests into a project keeps those that do.

use std::fmt::Write as _;

use flow_compiler::prove::example::{fields, fields_with};
use flow_compiler::prove::{Subject, Term};
use flow_graph::program::{Event, Measure, Program};
use flow_graph::words::quoted;
use flow_graph::{Expr, Id, Value, Words};

/// More events nobody reads in a test.
const EVENTS_AT_MOST: i64 = 40;

/// A test under construction.
struct Script<'p> {
    program: &'p Program,
    contact: Vec<String>,
    lines: String,
    number: u32,
}

/// A test of who is in a segment; none where a value is not brought about by a field or by a few events.
pub(crate) fn of_segment(program: &Program, name: &str, values: &[(Term, Value)], now: bool) -> Option<String> {
    let mut script = Script { program, contact: Vec::new(), lines: String::new(), number: 0 };
    for (term, value) in values {
        script.bring_about(term, value)?;
    }
    let is = if now { "in" } else { "not in" };
    let verb = if now { "takes in" } else { "leaves out" };
    Some(script.text(&format!("segment {name} {verb} somebody since this change"), &format!("{is} segment {name}")))
}

/// A test of whether an event begins a run of a sequence.
pub(crate) fn of_entry(
    program: &Program,
    name: &str,
    event: Id<Event>,
    values: &[(Term, Value)],
    now: bool,
) -> Option<String> {
    let mut script = Script { program, contact: Vec::new(), lines: String::new(), number: 0 };
    let mut slots = Vec::new();
    for (term, value) in values {
        match &term.subject {
            Subject::Value(Expr::This(slot)) => slots.push((*slot, value.clone())),
            Subject::Value(_) | Subject::Band(_) | Subject::Stage(_) => script.bring_about(term, value)?,
        }
    }
    script.does(event, &fields_with(program, event, &slots, 1))?;
    let is = if now { "in" } else { "not in" };
    let verb = if now { "lets in" } else { "keeps out" };
    Some(script.text(&format!("sequence {name} {verb} somebody since this change"), &format!("{is} sequence {name}")))
}

impl Script<'_> {
    fn bring_about(&mut self, term: &Term, value: &Value) -> Option<()> {
        let program = self.program;
        if term.past {
            return None;
        }
        match &term.subject {
            Subject::Value(Expr::Field(id)) => {
                if value.is_known() {
                    let field = program.fields.get(*id)?;
                    self.contact.push(format!(
                        "{} {}",
                        field.name,
                        Words::plain(program).value(value, Some(&field.ty))
                    ));
                }
                Some(())
            }
            Subject::Value(Expr::Behaviour(id)) => {
                let behaviour = program.behaviours.get(*id)?;
                let (event, filter) = (behaviour.event, behaviour.filter.as_ref());
                match (behaviour.measure, value) {
                    (_, Value::Missing) => Some(()),
                    (Measure::Count | Measure::Distinct(_), Value::Int(n)) if *n <= EVENTS_AT_MOST => (0..*n)
                        .try_for_each(|_| {
                            self.number += 1;
                            let fields = fields(program, event, filter, self.number);
                            self.does(event, &fields)
                        }),
                    (
                        Measure::Sum(slot)
                        | Measure::Min(slot)
                        | Measure::Max(slot)
                        | Measure::Avg(slot)
                        | Measure::First(slot)
                        | Measure::Last(slot),
                        value,
                    ) if filter.is_none() => {
                        self.number += 1;
                        let fields = fields_with(program, event, &[(slot, value.clone())], self.number);
                        self.does(event, &fields)
                    }
                    _ => None,
                }
            }
            Subject::Value(_) | Subject::Band(_) | Subject::Stage(_) => None,
        }
    }

    fn does(&mut self, event: Id<Event>, fields: &str) -> Option<()> {
        let name = &self.program.events.get(event)?.name;
        let fields = if fields.is_empty() { String::new() } else { format!(" {{ {fields} }}") };
        let _ = writeln!(self.lines, "  ana does {name}{fields}");
        Some(())
    }

    fn text(self, name: &str, expects: &str) -> String {
        let contact = self.contact.join("  ");
        let contact = if contact.is_empty() { "{ }".to_owned() } else { format!("{{ {contact} }}") };
        let lines = self.lines;
        // A Tuesday in the middle of the morning: nobody rests, and no clock changes soon.
        format!(
            "test {} {{\n  contact ana {contact}\n  at 2026-03-03T10:00\n{lines}  expect ana {expects}\n}}\n",
            quoted(name)
        )
    }
}
