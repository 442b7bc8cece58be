//! Blocks of steps, flattened: each step names the one after it.
//!
//! A step's number is its position in the text, so where a block goes on is known before its steps are checked.

use std::collections::BTreeMap;

use flow_graph::Id;
use flow_graph::program::sequence::SplitArm;
use flow_graph::program::{Message, Sequence, Step, StepId, StepKind};

use super::Check;
use super::path::Paths;
use crate::check::Scope;
use crate::check::logic::facts;
use crate::check::proofs::{Arms, Later, Path, Place, Sending, WaitBranch, Waiting};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove;
use crate::source::Span;
use crate::syntax::tree::step::{Block, Choose, Split, Step as Tree, StepKind as Kind, WaitFor};
use crate::template::Reach;

/// The steps of one sequence under construction.
pub(super) struct Steps {
    /// What a template in a step may speak of.
    reach: Reach,
    sequence: Id<Sequence>,
    name: String,
    done: Vec<Step>,
    paths: Paths,
    splits: BTreeMap<String, Span>,
    /// What is certain of everybody who comes to the step at hand, since the last wait.
    path: Path,
    /// Runs come to the step at hand at the instant at which they begin.
    at_once: bool,
}

/// Where a step stands among others.
struct Around<'p> {
    /// The path of the blocks around it, and its own identity behind it.
    path: &'p str,
    /// The step after it.
    next: Option<StepId>,
}

impl Check<'_> {
    /// All steps of a sequence.
    pub(super) fn steps(&mut self, id: Id<Sequence>, name: &str, scope: &Scope, trees: &[Tree]) -> Vec<Step> {
        let run = self.flow.runs.get(&id).cloned().unwrap_or_default();
        let reach = Reach { entries: run.entries, event_open: run.open, key: run.key, labels: Vec::new() };
        let size: usize = trees.iter().map(size).sum();
        if let (true, Some(first)) = (size >= usize::from(StepId::MAX), trees.first()) {
            self.amount(
                first.span,
                format!("a sequence of {size} steps"),
                "divide it: let one sequence `enroll in` the next",
            );
            return Vec::new();
        }
        let (done, paths, splits) = (Vec::new(), Paths::default(), BTreeMap::new());
        let mut steps =
            Steps { reach, sequence: id, name: name.to_owned(), done, paths, splits, path: Path::new(), at_once: true };
        self.block(&mut steps, scope, trees, &Around { path: "", next: None });
        steps.done
    }

    /// A block; gives the step at which it begins.
    fn block(&mut self, steps: &mut Steps, scope: &Scope, trees: &[Tree], around: &Around<'_>) -> Option<StepId> {
        let entry = if trees.is_empty() { around.next } else { number(steps.done.len()) };
        let mut scope = scope.clone();
        let mut ended: Option<Span> = None;
        for (position, tree) in trees.iter().enumerate() {
            if let Some(end) = ended.take() {
                let wrong = Diagnostic::new(Code::Unreachable, tree.head, "nobody ever reaches this step");
                self.report(wrong.label(end, "the run always ends here").help("remove it, or the `exit` before it"));
            }
            let last = position + 1 == trees.len();
            let next = if last { around.next } else { number(steps.done.len() + size(tree)) };
            self.step(steps, &scope, tree, &Around { path: around.path, next });
            if ends(tree) {
                ended = Some(tree.head);
            }
            if waits(&tree.kind) {
                // What was certain before a wait need not be so after it.
                scope.known.clear();
                steps.path.clear();
                steps.at_once = false;
            }
        }
        entry
    }

    fn step(&mut self, steps: &mut Steps, scope: &Scope, tree: &Tree, around: &Around<'_>) {
        let position = steps.done.len();
        let label = tree.label.as_ref().map(|label| label.value.clone());
        let id = steps.paths.identity(around.path, label.as_deref(), &tree.kind);
        let at = self.location(tree.head);
        let text = self.text(tree.head);
        if let Some(number) = number(position) {
            self.flow.places.insert((steps.sequence, number), tree.head);
        }
        let ways = self.ways(tree);
        let step = Step { id: id.clone(), label, kind: StepKind::Exit, next: around.next, text, at, ways };
        steps.done.push(step);
        let kind = self.kind(steps, scope, tree, &Around { path: &id, next: around.next });
        if let Some(step) = steps.done.get_mut(position) {
            match &kind {
                StepKind::Exit | StepKind::WaitFor { .. } | StepKind::Choose { .. } | StepKind::Split { .. } => {
                    step.next = None;
                }
                StepKind::Wait(_)
                | StepKind::WaitUntil(_)
                | StepKind::Send(_)
                | StepKind::Set(_)
                | StepKind::Call { .. }
                | StepKind::Notify { .. }
                | StepKind::Emit { .. }
                | StepKind::Enroll(_) => {}
            }
            step.kind = kind;
        }
    }

    /// What a step does; one that is wrong stands as an exit, since there will be no program.
    fn kind(&mut self, steps: &mut Steps, scope: &Scope, tree: &Tree, around: &Around<'_>) -> StepKind {
        match &tree.kind {
            Kind::Wait(duration) => StepKind::Wait(self.positive(duration, "a wait")),
            Kind::WaitUntil(until) => self.wait_until(scope, until, tree.head).unwrap_or(StepKind::Exit),
            Kind::WaitFor(wait) => self.wait_branches(steps, scope, wait, (tree.head, around)),
            Kind::Send(name) => self.send(steps, name, tree.head).unwrap_or(StepKind::Exit),
            Kind::Choose(choose) => self.choose(steps, scope, choose, around),
            Kind::Split(split) => self.split(steps, scope, split, around),
            Kind::Set(_) | Kind::Call(_) | Kind::Notify(_) | Kind::Emit(_) => {
                let reach = steps.reach.clone();
                self.action(scope, &reach, &tree.kind).unwrap_or(StepKind::Exit)
            }
            Kind::Enroll(name) => self.find::<Sequence>(name).map_or(StepKind::Exit, StepKind::Enroll),
            Kind::Exit => StepKind::Exit,
        }
    }

    fn send(&mut self, steps: &Steps, name: &crate::source::Name, at: Span) -> Option<StepKind> {
        let message = self.find::<Message>(name)?;
        self.flow.sends.entry(message).or_default().push((steps.sequence, at));
        let (path, at_once) = (steps.path.clone(), steps.at_once);
        self.asked.sends.push(Sending { sequence: steps.sequence, message, at, path, at_once });
        Some(StepKind::Send(message))
    }

    fn inner(
        &mut self,
        steps: &mut Steps,
        scope: &Scope,
        block: &Block,
        name: &str,
        around: &Around<'_>,
    ) -> Option<StepId> {
        let path = format!("{}/{name}", around.path);
        self.block(steps, scope, &block.steps, &Around { path: &path, next: around.next })
    }

    fn wait_branches(
        &mut self,
        steps: &mut Steps,
        scope: &Scope,
        wait: &WaitFor,
        (head, around): (Span, &Around<'_>),
    ) -> StepKind {
        let limit = self.wait_for(wait, head);
        let (mut branches, mut noted) = (Vec::new(), Vec::new());
        let step = number(steps.done.len().saturating_sub(1)).unwrap_or(0);
        steps.path.clear();
        steps.at_once = false;
        for (place, branch) in wait.branches.iter().enumerate() {
            let triggers = self.triggers(scope, &branch.triggers);
            self.ask_later(Later::Wait(limit.is_none()), &branch.triggers, &triggers);
            let at = branch.triggers.iter().map(|trigger| trigger.span).reduce(Span::to).unwrap_or(head);
            noted.push(WaitBranch { at, triggers: triggers.clone() });
            let target = self.inner(steps, &unknowing(scope), &branch.block, &format!("on {}", place + 1), around);
            branches.push((triggers, target));
        }
        self.asked.waits.push(Waiting { sequence: steps.sequence, step, branches: noted });
        let timeout = match &wait.timeout {
            Some(block) => self.inner(steps, &unknowing(scope), block, "timeout", around),
            None => around.next,
        };
        StepKind::WaitFor { limit, since_entry: wait.since_entry.is_some(), branches, timeout }
    }

    fn choose(&mut self, steps: &mut Steps, scope: &Scope, tree: &Choose, around: &Around<'_>) -> StepKind {
        let mut arms = Vec::new();
        let mut scope = scope.clone();
        let (path, at_once) = (steps.path.clone(), steps.at_once);
        let mut before = path.clone();
        for (place, (tree, block)) in tree.arms.iter().enumerate() {
            let condition = self.condition(&scope, tree);
            self.ask(Place::Arm, tree.span, &condition, prove::Around::default());
            steps.at_once = at_once;
            steps.path.clone_from(&before);
            steps.path.push((tree.span, condition.clone(), true));
            before.push((tree.span, condition.clone(), false));
            let inside = scope.knowing(facts(&condition, true));
            scope = scope.knowing(facts(&condition, false));
            let target = self.inner(steps, &inside, block, &format!("when {}", place + 1), around);
            arms.push((condition, target));
        }
        steps.at_once = at_once;
        steps.path.clone_from(&before);
        let otherwise = match &tree.otherwise {
            Some(block) => self.inner(steps, &scope, block, "otherwise", around),
            None => around.next,
        };
        let own = before.split_off(path.len()).into_iter().map(|(span, condition, _)| (span, condition)).collect();
        let taken = tree.otherwise.as_ref().filter(|block| !block.steps.is_empty()).map(|block| block.span);
        steps.at_once = at_once;
        steps.path.clone_from(&path);
        self.asked.arms.push(Arms { path, arms: own, otherwise: taken });
        StepKind::Choose { arms, otherwise }
    }

    fn split(&mut self, steps: &mut Steps, scope: &Scope, tree: &Split, around: &Around<'_>) -> StepKind {
        let name = &tree.name;
        if let Some(first) = steps.splits.insert(name.value.clone(), name.span) {
            let message = format!("the split `{}` stands in this sequence twice", name.value);
            let wrong = Diagnostic::new(Code::DuplicateName, name.span, message);
            self.report(
                wrong
                    .label(first, "it stands here first")
                    .help("people stay in their arm by the split's name: give it another"),
            );
        }
        let total: f64 = tree.arms.iter().map(|arm| arm.share.value).sum();
        let shares: Vec<f64> = tree.arms.iter().map(|arm| self.share(&arm.share, "an arm")).collect();
        if (total - 100.0).abs() > 1e-6 && !self.flow.broken {
            let message = format!("the arms of the split `{}` add up to {} %", name.value, rounded(total));
            let mut wrong = Diagnostic::new(Code::SplitShares, name.span, message);
            for arm in tree.arms.iter().take(6) {
                wrong = wrong.label(arm.share.span, "");
            }
            self.report(wrong.help("write shares that add up to 100 %"));
        }
        let mut arms: Vec<SplitArm> = Vec::new();
        let (path, at_once) = (steps.path.clone(), steps.at_once);
        for (tree, share) in tree.arms.iter().zip(shares) {
            if arms.iter().any(|arm| arm.name == tree.name.value) {
                let message = format!("the arm `{}` stands in this split twice", tree.name.value);
                self.report(Diagnostic::new(Code::DuplicateName, tree.name.span, message).help("give it another name"));
            }
            steps.at_once = at_once;
            steps.path.clone_from(&path);
            let target = self.inner(steps, scope, &tree.block, &tree.name.value, around);
            arms.push(SplitArm { name: tree.name.value.clone(), share, target });
        }
        steps.at_once = at_once;
        steps.path = path;
        StepKind::Split { salt: format!("{}.{}", steps.name, name.value), arms }
    }
}

/// A run may have waited: nothing is certain any more.
fn unknowing(scope: &Scope) -> Scope {
    Scope { known: Vec::new(), ..scope.clone() }
}

fn number(position: usize) -> Option<StepId> {
    StepId::try_from(position).ok()
}

/// How many steps a step is, with those inside it.
fn size(tree: &Tree) -> usize {
    1 + tree.kind.blocks().iter().flat_map(|block| &block.steps).map(size).sum::<usize>()
}

/// Whether a run that comes to a step always ends there.
fn ends(tree: &Tree) -> bool {
    match &tree.kind {
        Kind::Exit => true,
        Kind::Choose(choose) => {
            choose.otherwise.is_some() && all_end(choose.arms.iter().map(|(_, block)| block).chain(&choose.otherwise))
        }
        Kind::Split(split) => all_end(split.arms.iter().map(|arm| &arm.block)),
        Kind::WaitFor(wait) => {
            (wait.limit.is_none() || wait.timeout.is_some())
                && all_end(wait.branches.iter().map(|branch| &branch.block).chain(&wait.timeout))
        }
        Kind::Wait(_)
        | Kind::WaitUntil(_)
        | Kind::Send(_)
        | Kind::Set(_)
        | Kind::Call(_)
        | Kind::Notify(_)
        | Kind::Emit(_)
        | Kind::Enroll(_) => false,
    }
}

/// Whether there are blocks, and each of them ends the run.
fn all_end<'t>(blocks: impl Iterator<Item = &'t Block>) -> bool {
    let mut blocks = blocks.peekable();
    blocks.peek().is_some() && blocks.all(|block| block.steps.iter().any(ends))
}

/// Whether time may pass in a step.
fn waits(kind: &Kind) -> bool {
    match kind {
        Kind::Wait(_) | Kind::WaitUntil(_) | Kind::WaitFor(_) | Kind::Send(_) => true,
        Kind::Choose(_) | Kind::Split(_) => {
            kind.blocks().iter().flat_map(|block| &block.steps).any(|step| waits(&step.kind))
        }
        // What a step changes need not be what it was.
        Kind::Set(_) => true,
        Kind::Call(_) | Kind::Notify(_) | Kind::Emit(_) | Kind::Enroll(_) | Kind::Exit => false,
    }
}

fn rounded(percent: f64) -> f64 {
    (percent * 1e6).round() / 1e6
}
