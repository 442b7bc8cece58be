//! The order in which scores and segments are worked out; those that read each other in a circle have none.

use flow_graph::graph;
use flow_graph::program::Derived;

use super::Check;
use crate::diagnostic::{Code, Diagnostic};
use crate::names::lookup::symbol;
use crate::names::{Kind, Symbol};
use crate::source::Span;

impl Check<'_> {
    pub(super) fn order(&mut self) {
        match graph::order(&self.program) {
            Ok(order) => self.program.order = order,
            Err(loops) => {
                for circle in loops {
                    self.circle(&circle);
                }
            }
        }
    }

    fn circle(&mut self, circle: &[Derived]) {
        let Some(first) = circle.first() else { return };
        let names: Vec<String> = circle.iter().chain([first]).map(|derived| self.words(*derived)).collect();
        let message = format!("these read each other in a circle: {}", names.join(" → "));
        let mut steps = circle.iter().zip(circle.iter().cycle().skip(1));
        let Some(span) = steps.next().and_then(|(reader, read)| self.place(*reader, *read)) else { return };
        let mut wrong = Diagnostic::new(Code::ReadsLoop, span, message);
        let words = |derived: &Derived| format!("`{}` is read here", self.name_of(*derived));
        wrong = wrong.here(circle.get(1).map_or_else(|| words(first), words));
        for (reader, read) in steps {
            if let Some(span) = self.place(*reader, *read) {
                wrong = wrong.label(span, words(read));
            }
        }
        self.report(wrong.help("let one of them look at events or fields instead"));
    }

    /// Where one reads the other.
    fn place(&self, reader: Derived, read: Derived) -> Option<Span> {
        let (kind, number) = match symbol_of(reader) {
            Symbol::Item(kind, number) | Symbol::Member(kind, number, _) => (kind, number),
        };
        let entry = self.names.entries(kind).get(usize::try_from(number).ok()?)?;
        let whole = entry.item?.span;
        let inside = |span: &Span| span.file == whole.file && whole.start <= span.start && span.end <= whole.end;
        let wanted = symbol_of(read);
        let uses = self.references.uses.iter().filter(|(span, symbol)| *symbol == wanted && inside(span));
        uses.map(|(span, _)| *span).min().or(entry.span)
    }

    fn name_of(&self, derived: Derived) -> &str {
        match derived {
            Derived::Score(id) => self.names.name(id),
            Derived::Segment(id) => self.names.name(id),
        }
    }

    fn words(&self, derived: Derived) -> String {
        let kind = match derived {
            Derived::Score(_) => Kind::Score,
            Derived::Segment(_) => Kind::Segment,
        };
        format!("{} `{}`", kind.noun(), self.name_of(derived))
    }
}

fn symbol_of(derived: Derived) -> Symbol {
    match derived {
        Derived::Score(id) => symbol(id),
        Derived::Segment(id) => symbol(id),
    }
}
