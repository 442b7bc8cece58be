//! The checker: syntax trees in, a typed and resolved program out.
//!
//! Items are taken by kind and name, never by place, so the program depends on nothing else. Every table gets one
//! entry for each declared name, also for what is wrong, so numbers stay right; with an error there is no program.

mod amount;
mod arith;
mod behaviour;
mod compare;
mod contact;
mod event_ref;
mod expr;
mod fields;
mod import;
mod lifecycle;
mod limits;
mod list;
mod literal;
mod logic;
mod message;
mod migration;
mod mismatch;
mod missing;
mod order;
mod path;
mod proofs;
mod range;
mod score;
mod score_bands;
mod segment;
mod sequence;
mod sla;
mod slip;
mod team;
mod testing;
mod trigger;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::program::{Behaviour, Channel, Connector, Location, Program, Project, SourceFile as GraphFile};
use flow_graph::testcase::TestCase;
use flow_graph::{Id, Span as Length, Table};

use crate::Proofs;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::names::{Names, References};
use crate::settings::Settings;
use crate::source::{FileId, Sources, Span, Spanned};
use crate::syntax::tree::File;
use crate::syntax::tree::expr::{Duration, DurationUnit};

pub(crate) use types::{RunScope, Scope, Ty, Typed};

/// What checking gives.
pub(crate) struct Checked {
    /// The program; use it only when the sink has no errors.
    pub(crate) program: Program,
    /// The tests.
    pub(crate) tests: Vec<TestCase>,
    /// Where names are declared and used.
    pub(crate) references: References,
}

/// Checks the files of a project.
pub(crate) fn check(
    sources: &Sources,
    files: &[&File],
    settings: &Settings,
    sink: Sink,
    proofs: Proofs,
) -> (Checked, Sink) {
    let mut sink = sink;
    let names = Names::collect(files, settings, &mut sink);
    let (program, locations) = empty_program(sources, settings);
    let mut check = Check {
        sources,
        settings,
        names,
        program,
        sink,
        references: References::default(),
        behaviours: BTreeMap::new(),
        flow: sequence::Flow::default(),
        locations,
        tests: Vec::new(),
        untyped: BTreeSet::new(),
        unknown_settings: BTreeSet::new(),
        asked: proofs::Asked::default(),
    };
    check.run();
    if proofs == Proofs::Wanted {
        check.proofs();
    }
    check.references.sort();
    let checked = Checked { program: check.program, tests: check.tests, references: check.references };
    (checked, check.sink)
}

/// Everything that the checks share.
pub(crate) struct Check<'a> {
    /// The files.
    pub(crate) sources: &'a Sources,
    /// The settings.
    pub(crate) settings: &'a Settings,
    /// What is declared.
    pub(crate) names: Names<'a>,
    /// The program under construction.
    pub(crate) program: Program,
    /// Where mistakes go.
    pub(crate) sink: Sink,
    /// Where names are used.
    pub(crate) references: References,
    /// The tests under construction.
    pub(crate) tests: Vec<TestCase>,
    /// Behaviours by what they are, so that equal ones are shared.
    behaviours: BTreeMap<String, Id<Behaviour>>,
    /// What sequences send, begin and wait for.
    flow: sequence::Flow,
    /// Fields whose type is none, by the place of their name: of what reads them nothing more is said.
    untyped: BTreeSet<Span>,
    /// Channels and connectors that have been called unknown: the mistake is in the settings, once.
    pub(crate) unknown_settings: BTreeSet<String>,
    /// Conditions whose outcome is looked into when all is known.
    pub(crate) asked: proofs::Asked,
    /// The number of each file in the program, which are in the order of their paths.
    locations: BTreeMap<FileId, Id<GraphFile>>,
}

impl Check<'_> {
    /// The order matters only where one part reads the finished table of another: types come first.
    fn run(&mut self) {
        self.declare_names();
        self.enums();
        self.contact();
        self.events();
        self.segments();
        self.scores();
        self.lifecycles();
        self.order();
        self.topics();
        self.messages();
        self.limits();
        self.calendars();
        self.teams();
        self.sequences();
        self.slas();
        self.message_templates();
        self.migrations();
        self.imports();
        self.test_cases();
    }

    /// Pushes a mistake.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// The line at which a span starts.
    pub(crate) fn location(&self, span: Span) -> Location {
        let file = self.locations.get(&span.file).copied().unwrap_or(Id::new(0));
        Location { file, line: self.sources.line(span) }
    }

    /// What stands at a span, on one line.
    pub(crate) fn text(&self, span: Span) -> String {
        let lines = self.sources.slice(span).lines();
        let words = lines.map(without_comment).flat_map(str::split_whitespace);
        words.collect::<Vec<_>>().join(" ")
    }

    /// A length of time as the graph has it. One that no calendar holds is reported.
    pub(crate) fn span(&mut self, duration: Duration, at: Span) -> Length {
        let amount = i64::from(duration.amount);
        let calendar = |months: u32, days: u32| Length::Calendar { months, days };
        let length = match duration.unit {
            DurationUnit::Second => Length::Elapsed(amount * 1_000),
            DurationUnit::Minute => Length::Elapsed(amount * 60_000),
            DurationUnit::Hour => Length::Elapsed(amount * 3_600_000),
            DurationUnit::Day => calendar(0, duration.amount),
            DurationUnit::Week => calendar(0, duration.amount.saturating_mul(7)),
            DurationUnit::Month => calendar(duration.amount, 0),
            DurationUnit::Year => calendar(duration.amount.saturating_mul(12), 0),
        };
        if length.nominal_ms() > LONGEST_MS {
            let wrong = Diagnostic::new(Code::TooLong, at, "this is longer than 100 years");
            self.report(wrong.help("write a shorter time; for behaviour without a limit write `ever`"));
        }
        length
    }

    /// Like [`Check::span`], of a duration that knows where it stands.
    pub(crate) fn spanned(&mut self, duration: &Spanned<Duration>) -> Length {
        self.span(duration.value, duration.span)
    }

    /// Says that a clause which may stand once stands there again; gives the first.
    pub(crate) fn once<'t, T>(&mut self, clause: &str, all: &'t [T], span: impl Fn(&T) -> Span) -> Option<&'t T> {
        let first = all.first()?;
        for again in all.iter().skip(1) {
            let wrong = Diagnostic::new(Code::DuplicateClause, span(again), format!("`{clause}` stands here twice"));
            self.report(wrong.label(span(first), "it stands here first").help("keep one of the two"));
        }
        Some(first)
    }

    fn declare_names(&mut self) {
        self.references.declared = self.names.declarations();
    }
}

/// 100 years, the longest time that anything waits or looks back.
const LONGEST_MS: i64 = 36_525 * 86_400_000;

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '/' if !quoted && before == '/' => return line.get(..at.saturating_sub(1)).unwrap_or(line),
            _ => {}
        }
        before = c;
    }
    line
}

fn empty_program(sources: &Sources, settings: &Settings) -> (Program, BTreeMap<FileId, Id<GraphFile>>) {
    let mut paths: Vec<(&str, FileId)> = sources.iter().map(|(id, file)| (&*file.path, id)).collect();
    paths.sort_unstable();
    let mut files = Table::default();
    let mut locations = BTreeMap::new();
    for (path, id) in paths {
        locations.insert(id, files.push(GraphFile { path: path.to_owned() }));
    }
    let project = &settings.project;
    let mut channels = Table::default();
    for channel in settings.channels.values() {
        channels.push(Channel { name: channel.name.value.clone(), kind: channel.kind });
    }
    let mut connectors = Table::default();
    for connector in settings.connectors.values() {
        connectors.push(Connector { name: connector.name.value.clone() });
    }
    let project = Project {
        name: project.name.value.clone(),
        timezone: project.timezone.value.clone(),
        currency: project.currency.as_ref().map_or(String::new(), |currency| currency.value.clone()),
        currency_digits: project.currency_digits,
        late_after: project.late_after.value,
        duplicates_within: project.duplicates_within.value,
    };
    let program = Program { files, channels, connectors, ..Program::empty(project) };
    (program, locations)
}
