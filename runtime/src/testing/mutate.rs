//! Changes one rule of a program at a time, to see which tests notice: `flow test --mutate`.
//!
//! A change is what a slip of the hand could be: a border moved by one, an operand lost, a wait longer by a day, a step
//! left out. Changes that can make no difference are left out where that is plain. All are made from the program, in
//! the order of its lines, without chance. The numbers of a program stay as they are, so its tests fit every change.

mod expr;
mod limits;
mod rules;
mod sequences;
mod spans;
mod words;

use flow_graph::program::{Event, Location, Program};
use flow_graph::{Expr, Id};
use flow_machine::Point;

use super::Place;
use super::coverage::{Coverage, place};

/// A program with one rule changed.
pub struct Mutant {
    /// The line that was changed.
    pub place: Place,
    /// The item, as `sequence welcome`.
    pub item: String,
    /// What was changed: `condition`, `duration`, `step`, …
    pub kind: &'static str,
    /// What was changed, in words: "`>= 3` became `> 3`".
    pub words: String,
    /// Who can notice.
    witness: Witness,
    edit: Edit,
}

/// Makes the change.
type Edit = Box<dyn Fn(&mut Program) + Send + Sync>;

/// Who can notice a change.
#[derive(Debug, Clone)]
enum Witness {
    /// Only tests in which any of these took part.
    Of(Vec<Point>),
    /// Every test; those in which any of these took part are asked first.
    First(Vec<Point>),
}

/// Whether a test can notice a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chance {
    /// It has been there.
    Likely,
    /// It may be led there by the change.
    Possible,
    /// It never comes there, and the change leads nobody there.
    None,
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} {}: {}", self.place.file, self.place.line, self.item, self.words)
    }
}

impl Mutant {
    /// The program with the change.
    #[must_use]
    pub fn apply(&self, program: &Program) -> Program {
        let mut program = program.clone();
        (self.edit)(&mut program);
        program
    }

    /// Whether a test that reached so much can notice.
    #[must_use]
    pub fn chance(&self, coverage: &Coverage) -> Chance {
        match &self.witness {
            Witness::Of(points) | Witness::First(points) if coverage.count(points) > 0 => Chance::Likely,
            Witness::Of(_) => Chance::None,
            Witness::First(_) => Chance::Possible,
        }
    }
}

/// All changes of a program, by file and line.
#[must_use]
pub fn mutants(program: &Program) -> Vec<Mutant> {
    let mut list = List { program, mutants: Vec::new() };
    list.rules();
    list.sequences();
    list.limits();
    list.service_levels();
    // A key that something reads cannot be left out, for example.
    list.mutants.retain(|mutant| flow_graph::verify(&mutant.apply(program)).is_ok());
    list.mutants.sort_by(|a, b| a.place.cmp(&b.place));
    list.mutants
}

struct List<'p> {
    program: &'p Program,
    mutants: Vec<Mutant>,
}

/// Where a change is made, and who can notice it.
#[derive(Debug, Clone)]
struct Site {
    at: Location,
    item: String,
    witness: Witness,
}

impl Site {
    fn new(at: Location, item: String, points: Vec<Point>) -> Self {
        Self { at, item, witness: Witness::First(points) }
    }

    /// The same item on another line, where only those can notice who have been there.
    fn only(&self, at: Location, points: Vec<Point>) -> Self {
        Self { at, item: self.item.clone(), witness: Witness::Of(points) }
    }

    /// The same item on another line.
    fn at(&self, at: Location) -> Self {
        Self { at, ..self.clone() }
    }
}

impl List<'_> {
    fn add(
        &mut self,
        site: &Site,
        kind: &'static str,
        words: impl Into<String>,
        edit: impl Fn(&mut Program) + Send + Sync + 'static,
    ) {
        self.mutants.push(Mutant {
            place: place(self.program, site.at),
            item: site.item.clone(),
            kind,
            words: words.into(),
            witness: site.witness.clone(),
            edit: Box::new(edit),
        });
    }

    /// All changes of one condition; `event` is the event that its `where` looks at.
    fn condition(
        &mut self,
        site: &Site,
        (condition, event): (&Expr, Option<Id<Event>>),
        slot: impl Fn(&mut Program) -> Option<&mut Expr> + Clone + Send + Sync + 'static,
    ) {
        for (words, changed) in expr::changes(self.program, event, condition) {
            let slot = slot.clone();
            self.add(site, "condition", words, move |program| {
                if let Some(place) = slot(program) {
                    place.clone_from(&changed);
                }
            });
        }
    }

    /// Both changes of a length of time: a bit longer, and a bit shorter where that is possible.
    fn span(
        &mut self,
        site: &Site,
        (lead, span): (&str, flow_graph::Span),
        slot: impl Fn(&mut Program) -> Option<&mut flow_graph::Span> + Clone + Send + Sync + 'static,
    ) {
        for changed in spans::around(span) {
            let slot = slot.clone();
            self.add(site, "duration", format!("`{lead}{span}` became `{lead}{changed}`"), move |program| {
                if let Some(place) = slot(program) {
                    *place = changed;
                }
            });
        }
    }
}
