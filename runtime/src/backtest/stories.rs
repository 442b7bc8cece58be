//! The timelines of a few contacts under both programs: the history goes by once more, and only what speaks of them is
//! run.

use std::io::BufRead;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::Engine;
use rustc_hash::FxHashSet;

use super::{Backtest, Course, Way};
use crate::driver::{Driver, Options};
use crate::identity::{ContactNumber, People};
use crate::ingest::Incoming;
use crate::parallel::{Source, Unreadable, Watch, each};
use crate::render::Renderer;
use crate::timeline::{Entry, Moment, Timeline};

/// One contact under one program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lived {
    /// What happened, in order; none: nobody was known by this id.
    pub moments: Vec<Happened>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When, and in words.
    pub moment: Moment,
    /// The line that is responsible for a decision: file and line, from 1.
    pub line: Option<(String, u32)>,
}

/// A contact under both programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Its id.
    pub id: Arc<str>,
    /// Before.
    pub base: Lived,
    /// After.
    pub head: Lived,
}

/// What speaks of the contacts that are looked for.
struct Collected {
    inputs: Vec<(Timestamp, Incoming)>,
    end: Timestamp,
}

impl Backtest {
    /// The timelines of some contacts by their ids, in this order. `open` opens the history again, as often as it has
    /// to go by.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn stories<R: BufRead, E: From<Unreadable>>(
        &self,
        ids: &[Arc<str>],
        open: &mut impl FnMut() -> Result<Vec<Source<R>>, E>,
        watch: &mut impl Watch,
    ) -> Result<Vec<Pair>, E> {
        let base = self.collect(&self.base, 0, ids, open()?, watch)?;
        let apart = match self.way {
            Way::Apart => Some(self.collect(&self.head, 1, ids, open()?, watch)?),
            Way::Same | Way::Twins | Way::Together => None,
        };
        let head = apart.as_ref().unwrap_or(&base);
        let before = self.lived(&self.base.plain, ids, &base);
        let after = self.lived(&self.head.plain, ids, head);
        let pairs = ids.iter().zip(before).zip(after);
        Ok(pairs.map(|((id, base), head)| Pair { id: Arc::clone(id), base, head }).collect())
    }

    /// All inputs that speak of some contacts, with the instants at which they are taken.
    fn collect<R: BufRead>(
        &self,
        course: &Course,
        pass: usize,
        ids: &[Arc<str>],
        sources: Vec<Source<R>>,
        watch: &mut impl Watch,
    ) -> Result<Collected, Unreadable> {
        let plan = self.plan(&course.plain);
        let Some(known) = self.ran.get(pass).or(self.ran.first()).map(|ran| &ran.people) else {
            return Ok(Collected { inputs: Vec::new(), end: Timestamp::FIRST_VALID });
        };
        let wanted: FxHashSet<ContactNumber> = ids.iter().filter_map(|id| number_of(known, id)).collect();
        let mut collected = Collected { inputs: Vec::new(), end: Timestamp::FIRST_VALID };
        // Who is who is said once more, since a device may have changed hands on the way: numbers are those of the
        // first time, and it is known by now who each of them became.
        let mut people = People::default();
        each(&plan, sources, ids, watch, &mut |incoming| {
            let at = incoming.arrives().max(collected.end);
            if plan.options.until.is_some_and(|until| at > until) {
                return;
            }
            collected.end = at;
            let resolved = people.resolve(&plan.options.ids(&incoming.who));
            if resolved.is_some_and(|resolved| wanted.contains(&known.follow(resolved.contact))) {
                collected.inputs.push((at, incoming.clone()));
            }
        })?;
        Ok(collected)
    }

    fn lived(&self, engine: &Arc<Engine>, ids: &[Arc<str>], collected: &Collected) -> Vec<Lived> {
        let options = Options { until: self.setup.until, merges: self.setup.merges, deploys: false };
        let mut driver = Driver::new(Arc::clone(engine), Renderer::shared(engine), options);
        let mut timeline = Timeline::new(engine);
        for (at, incoming) in &collected.inputs {
            // The clock of all inputs is the clock of these, too.
            driver.take(Incoming { arrival: Some(*at), ..incoming.clone() }, &mut timeline);
        }
        driver.run_until(collected.end, &mut timeline);
        driver.finish(&mut timeline);
        let people = driver.people();
        let lived = |id: &Arc<str>| {
            let number = number_of(people, id);
            let moments = number.map(|number| timeline.of(people, number).map(happened).collect());
            Lived { moments: moments.unwrap_or_default() }
        };
        ids.iter().map(lived).collect()
    }
}

fn happened(entry: &Entry) -> Happened {
    let line = entry.record().map(|record| (record.why.file.clone(), record.why.line));
    Happened { moment: entry.moment(), line }
}

/// A contact by its id: a user's, else an anonymous one.
fn number_of(people: &People, id: &str) -> Option<ContactNumber> {
    people.find_user(id).or_else(|| people.find_anonymous(id))
}
