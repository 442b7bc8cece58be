//! `flow fix`: applies what diagnostics offer, round by round, and takes back what does harm. Sources in, sources out.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, Severity};
use crate::source::{FileId, Sources};

/// After so many rounds it is enough: what one fix uncovers is seldom uncovered more than twice.
pub const ROUNDS: usize = 16;

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that mean what the author meant.
    Safe,
    /// Those that may change what is decided, too.
    Unsafe,
}

/// A fix at its place, in the text as it was when it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The diagnostic.
    pub code: Code,
    /// What the fix does.
    pub title: String,
    /// The file, as a path of the project.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// A fix that was taken back, because it brings an error that was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The fix.
    pub fix: Done,
    /// The error that it brings.
    pub code: Code,
    /// Its words.
    pub message: String,
}

/// What became of a project.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The project as it is now.
    pub sources: Sources,
    /// What was applied, in order.
    pub applied: Vec<Done>,
    /// What was taken back.
    pub taken_back: Vec<TakenBack>,
    /// What there is still to say.
    pub left: Vec<Diagnostic>,
}

/// Applies the fixes of a project's diagnostics until there are none, or none that does no harm.
#[must_use]
pub fn fix(sources: &Sources, which: Which) -> Fixed {
    fix_by(sources, which, |sources| crate::compile(sources).diagnostics)
}

/// The same by another judge than the compiler.
pub fn fix_by(sources: &Sources, which: Which, judge: impl Fn(&Sources) -> Vec<Diagnostic>) -> Fixed {
    let left = judge(sources);
    let mut fixed = Fixed { sources: sources.clone(), applied: Vec::new(), taken_back: Vec::new(), left };
    for _ in 0..ROUNDS {
        let offers = offers(&fixed.left, which);
        let round = Round { base: &fixed.sources, known: count(&fixed.left, &fixed.sources), judge: &judge };
        let mut state = State { kept: Vec::new(), refused: Vec::new(), after: None };
        round.keep(&offers, &mut state);
        fixed.taken_back = state.refused;
        // Nothing was kept: nothing else can change.
        let Some((sources, left)) = state.after else { break };
        fixed.applied.extend(state.kept.iter().map(|offer| offer.done(&fixed.sources)));
        (fixed.sources, fixed.left) = (sources, left);
    }
    fixed
}

/// A fix and the diagnostic that offers it.
#[derive(Clone, Copy)]
struct Offer<'a> {
    diagnostic: &'a Diagnostic,
    fix: &'a Fix,
}

impl Offer<'_> {
    fn done(&self, sources: &Sources) -> Done {
        let span = self.diagnostic.primary.span;
        Done {
            code: self.diagnostic.code,
            title: self.fix.title.clone(),
            path: sources.path(span.file).to_owned(),
            line: sources.line(span),
        }
    }
}

/// One fix for each diagnostic, the surest, as far as their edits do not touch each other.
fn offers(found: &[Diagnostic], which: Which) -> Vec<Offer<'_>> {
    let mut offers: Vec<Offer<'_>> = Vec::new();
    for diagnostic in found {
        let of = |how| diagnostic.fixes.iter().find(|fix| fix.applicability == how);
        let also = || if which == Which::Unsafe { of(Applicability::Unsafe) } else { None };
        let Some(fix) = of(Applicability::Safe).or_else(also) else { continue };
        let free = |edit: &Edit| !offers.iter().flat_map(|offer| &offer.fix.edits).any(|other| touch(edit, other));
        if fix.edits.iter().all(free) {
            offers.push(Offer { diagnostic, fix });
        }
    }
    offers
}

/// Whether two edits may not be made in one round.
fn touch(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.span, other.span);
    a.file == b.file && a.start <= b.end && b.start <= a.end
}

/// How often each error is told, without regard to where.
type Known = HashMap<(Code, String, String), usize>;

fn count(found: &[Diagnostic], sources: &Sources) -> Known {
    let mut known = Known::new();
    for diagnostic in found.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error) {
        *known.entry(sign(diagnostic, sources)).or_default() += 1;
    }
    known
}

fn sign(diagnostic: &Diagnostic, sources: &Sources) -> (Code, String, String) {
    (diagnostic.code, diagnostic.message.clone(), sources.path(diagnostic.primary.span.file).to_owned())
}

/// The first error of a project that was not there before.
fn new_error<'d>(before: &Known, after: &'d [Diagnostic], sources: &Sources) -> Option<&'d Diagnostic> {
    let mut left = before.clone();
    after.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).find(|diagnostic| {
        match left.get_mut(&sign(diagnostic, sources)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            Some(_) | None => true,
        }
    })
}

/// What a round starts from.
struct Round<'a, J> {
    base: &'a Sources,
    known: Known,
    judge: &'a J,
}

/// What a round has come to.
struct State<'a> {
    kept: Vec<Offer<'a>>,
    refused: Vec<TakenBack>,
    /// The project with what was kept, and what is said of it.
    after: Option<(Sources, Vec<Diagnostic>)>,
}

impl<J: Fn(&Sources) -> Vec<Diagnostic>> Round<'_, J> {
    /// Keeps all offers that bring no new error: all at once if it can be, else half by half.
    fn keep<'a>(&self, offers: &[Offer<'a>], state: &mut State<'a>) {
        if offers.is_empty() {
            return;
        }
        let together: Vec<&Edit> = state.kept.iter().chain(offers).flat_map(|offer| &offer.fix.edits).collect();
        let sources = apply(self.base, &together);
        let found = (self.judge)(&sources);
        match (new_error(&self.known, &found, &sources), offers) {
            (None, _) => {
                state.kept.extend_from_slice(offers);
                state.after = Some((sources, found));
            }
            (Some(error), [offer]) => {
                let (code, message) = (error.code, error.message.clone());
                state.refused.push(TakenBack { fix: offer.done(self.base), code, message });
            }
            (Some(_), _) => {
                let (first, second) = offers.split_at(offers.len() / 2);
                self.keep(first, state);
                self.keep(second, state);
            }
        }
    }
}

/// The sources with some edits, which do not overlap. An edit whose place is not in its file is left out.
#[must_use]
pub fn apply(sources: &Sources, edits: &[&Edit]) -> Sources {
    let mut changed = Sources::default();
    for (id, file) in sources.iter() {
        let text = edited(id, &file.text, edits).map_or_else(|| Arc::clone(&file.text), Arc::from);
        changed.add(file.path.clone(), file.kind, text);
    }
    changed
}

fn edited(id: FileId, text: &str, edits: &[&Edit]) -> Option<String> {
    let mut edits: Vec<&&Edit> = edits.iter().filter(|edit| edit.span.file == id).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in &edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let (Some(before), Some(_)) = (text.get(at..start), text.get(start..end)) else { continue };
        out.push_str(before);
        out.push_str(&edit.text);
        at = end;
    }
    out.push_str(text.get(at..)?);
    (!edits.is_empty()).then_some(out)
}
