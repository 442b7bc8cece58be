//! What a sequence can send to one contact within a time when no cap stands in its way.
//!
//! A run is a way through a graph without circles whose edges take some time at least. For each step it is worked out how
//! soon the k-th message can leave from there on, and how soon the run can be over having sent k. The most is sent where a
//! run is under way when the time begins, and others follow it as soon as `again` lets them.

use flow_graph::program::{Again, CapPolicy, Message, Program, Sequence, Step, StepId, StepKind, WaitUntil};
use flow_graph::{Id, Span};

use super::{HOUR, caps, longest, shortest};

/// More messages than this are not told apart from any number.
const MOST: usize = 5_000;
/// Most steps of a sequence that are told apart.
const MOST_SENDS: usize = 500;
/// No way leads there.
const NEVER: i64 = i64::MAX;

/// How many messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// At most so many.
    Most(u64),
    /// Any number.
    Any(Why),
}

/// Why there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A run for each value of its key.
    Keys,
    /// A run may follow another one at once.
    Again,
}

/// What is asked of a sequence.
#[derive(Clone, Copy)]
pub(super) struct Question<'q> {
    /// Which messages count.
    pub(super) counts: &'q dyn Fn(Id<Message>) -> bool,
    /// Within so many milliseconds.
    pub(super) time: i64,
    /// Only what comes before this message, which is wished for at the end of the time.
    pub(super) before: Option<Id<Message>>,
}

/// How many messages a sequence sends.
pub(super) fn most(program: &Program, sequence: Id<Sequence>, question: Question<'_>) -> Count {
    let Question { counts, time, .. } = question;
    let earlier = program.earlier.iter().filter(|it| it.of == sequence).map(|it| &it.sequence);
    let Some(now) = program.sequences.get(sequence) else { return Count::Most(0) };
    let versions: Vec<&Sequence> = std::iter::once(now).chain(earlier).collect();
    let sends = |it: &&Sequence| it.steps.iter().any(|step| counted(step, counts));
    if !versions.iter().any(sends) || !can_begin(program, sequence) {
        return Count::Most(0);
    }
    if versions.iter().any(|it| it.key.is_some()) {
        return Count::Any(Why::Keys);
    }
    if versions.iter().any(|it| it.steps.iter().filter(|step| counted(step, counts)).count() > MOST_SENDS) {
        return Count::Any(Why::Again);
    }
    let hours = versions.iter().any(|it| has_hours(it));
    // Where the clocks go back a week has an hour more.
    let time = if hours { time.saturating_add(HOUR) } else { time };
    let versions: Vec<_> = versions.iter().map(|it| nodes(program, it, question)).collect();
    follow(now, &versions, time)
}

/// Whether anything can begin a run.
fn can_begin(program: &Program, sequence: Id<Sequence>) -> bool {
    let enrolls = |step: &Step| matches!(step.kind, StepKind::Enroll(into) if into == sequence);
    let entered = program.sequences.get(sequence).is_some_and(|it| !it.enter.is_empty());
    entered || program.versions().any(|it| it.steps.iter().any(enrolls))
}

fn counted(step: &Step, counts: &dyn Fn(Id<Message>) -> bool) -> bool {
    matches!(step.kind, StepKind::Send(message) if counts(message))
}

/// Whether any of its times is elapsed time.
fn has_hours(sequence: &Sequence) -> bool {
    let elapsed = |span: &Span| matches!(span, Span::Elapsed(ms) if *ms > 0);
    let waits = |step: &Step| match &step.kind {
        StepKind::Wait(span) | StepKind::WaitFor { limit: Some(span), .. } => elapsed(span),
        StepKind::WaitFor { limit: None, .. }
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Choose { .. }
        | StepKind::Split { .. }
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => false,
    };
    let again = matches!(&sequence.again, Again::After(span) if elapsed(span));
    again || sequence.steps.iter().any(waits)
}

/// One run after another, each as soon as it may.
fn follow(sequence: &Sequence, versions: &[Vec<Node>], time: i64) -> Count {
    let sends = || versions.iter().flatten().filter(|node| node.sends);
    // The run that is under way when the time begins, and none behind it.
    let reached = versions.iter().flatten().filter_map(|node| last_before(&node.reach, time));
    let mut best = reached.max().unwrap_or(0);
    let between = match sequence.again {
        Again::Once => return Count::Most(number(best)),
        Again::Always => 0,
        Again::After(span) => shortest(span),
    };
    let Some(first) = versions.first().and_then(|nodes| nodes.first()) else { return Count::Most(0) };
    // How soon another run can begin when so many were sent.
    let mut begins = vec![NEVER; MOST + 1];
    let mut soonest = |sent: usize, at: i64| {
        if let Some(begins) = begins.get_mut(sent) {
            *begins = (*begins).min(at);
        }
    };
    soonest(0, 0);
    for node in sends() {
        let entered = if node.latest == NEVER { -NEVER } else { -node.latest };
        for (sent, over) in ends(node) {
            soonest(sent, over.max(entered.saturating_add(between)));
        }
    }
    for sent in 0..=MOST {
        let from = begins.get(sent).copied().unwrap_or(NEVER);
        if from >= time {
            continue;
        }
        best = best.max(last_before(&first.reach, time - from).map_or(0, |more| sent + more));
        for (more, over) in ends(first) {
            let takes = between.max(over);
            match begins.get_mut(sent + more) {
                Some(next) if takes > 0 => *next = (*next).min(from.saturating_add(takes)),
                Some(_) | None => return Count::Any(Why::Again),
            }
        }
    }
    Count::Most(number(best))
}

/// How soon a run can be over that has sent something from there on, for each number of messages.
fn ends(node: &Node) -> impl Iterator<Item = (usize, i64)> + '_ {
    node.over.iter().copied().enumerate().skip(1).filter(|(_, over)| *over != NEVER)
}

/// What lies before a run at a step.
#[derive(Debug, Clone, Default)]
struct Node {
    /// Here a message is sent that counts.
    sends: bool,
    /// How soon the k-th message can leave from here on.
    soon: Vec<i64>,
    /// How soon what is asked about can come, with k messages before it or up to it.
    reach: Vec<i64>,
    /// How soon the run can be over having sent k from here on.
    over: Vec<i64>,
    /// How long it can have taken from the entry until a message leaves here.
    latest: i64,
}

/// A way on from a step: what it takes at least and at most.
struct Edge {
    to: Option<StepId>,
    least: i64,
    most: i64,
}

/// All steps of a sequence.
fn nodes(program: &Program, sequence: &Sequence, question: Question<'_>) -> Vec<Node> {
    let order = order(program, sequence);
    let mut nodes: Vec<Node> = vec![Node { latest: -1, ..Node::default() }; sequence.steps.len()];
    let stops = sequence.goal.is_some()
        || !sequence.exit_on.is_empty()
        || sequence.exit_when.is_some()
        || sequence.unless.is_some();
    // From the ends to the entry.
    for (at, step) in order.iter().filter_map(|at| Some((*at, sequence.steps.get(*at)?))) {
        let node = node(program, step, &nodes, stops, question);
        if let Some(place) = nodes.get_mut(at) {
            *place = node;
        }
    }
    // From the entry to the ends.
    if let Some(first) = nodes.first_mut() {
        first.latest = 0;
    }
    for (at, step) in order.iter().rev().filter_map(|at| Some((*at, sequence.steps.get(*at)?))) {
        let come = nodes.get(at).map_or(0, |node| node.latest);
        for edge in edges(program, step) {
            if let Some(node) = edge.to.and_then(|to| nodes.get_mut(usize::from(to))) {
                node.latest = node.latest.max(come.saturating_add(edge.most));
            }
        }
        if let (Some(node), StepKind::Send(message)) = (nodes.get_mut(at), &step.kind) {
            node.latest = come.saturating_add(hold(program, *message));
        }
    }
    nodes
}

/// What lies before a run at a step, from what lies before it at the steps behind it.
fn node(program: &Program, step: &Step, nodes: &[Node], stops: bool, question: Question<'_>) -> Node {
    let sends = counted(step, question.counts);
    let own = usize::from(sends);
    let (mut soon, mut over, mut reach) = (vec![0], Vec::new(), Vec::new());
    for edge in edges(program, step) {
        let end = Node { soon: vec![0], over: vec![0], ..Node::default() };
        let target = edge.to.and_then(|to| nodes.get(usize::from(to))).unwrap_or(&end);
        let takes = |time: &i64| time.saturating_add(edge.least);
        target.soon.iter().enumerate().for_each(|(sent, time)| least(&mut soon, sent + own, takes(time)));
        target.reach.iter().enumerate().for_each(|(sent, time)| least(&mut reach, sent + own, takes(time)));
        for (sent, time) in target.over.iter().enumerate() {
            // It may be dropped.
            least(&mut over, sent, takes(time));
            least(&mut over, sent + own, takes(time));
        }
    }
    if sends {
        least(&mut soon, 1, 0);
    }
    if stops {
        soon.iter().enumerate().for_each(|(sent, time)| least(&mut over, sent, *time));
    }
    match question.before {
        None => reach.clone_from(&soon),
        Some(last) if matches!(step.kind, StepKind::Send(message) if message == last) => least(&mut reach, 0, 0),
        Some(_) => {}
    }
    Node { sends, soon, reach, over, latest: -1 }
}

fn least(times: &mut Vec<i64>, sent: usize, time: i64) {
    if times.len() <= sent {
        times.resize(sent + 1, NEVER);
    }
    if let Some(known) = times.get_mut(sent) {
        *known = (*known).min(time);
    }
}

/// The steps that a run can come to, each behind all that it leads to.
fn order(program: &Program, sequence: &Sequence) -> Vec<usize> {
    let targets = |at: usize| {
        let step = sequence.steps.get(at);
        let edges = step.map(|step| edges(program, step)).unwrap_or_default();
        edges.into_iter().filter_map(|edge| edge.to.map(usize::from)).collect::<Vec<_>>()
    };
    let mut seen = vec![false; sequence.steps.len()];
    let (mut order, mut open) = (Vec::new(), vec![(0, false)]);
    while let Some((at, left)) = open.pop() {
        match (left, seen.get_mut(at)) {
            (true, _) => order.push(at),
            (false, Some(seen)) if !*seen => {
                *seen = true;
                open.push((at, true));
                open.extend(targets(at).into_iter().map(|to| (to, false)));
            }
            (false, Some(_) | None) => {}
        }
    }
    order
}

/// The ways on from a step.
fn edges(program: &Program, step: &Step) -> Vec<Edge> {
    let edge = |to, least, most| Edge { to, least, most };
    match &step.kind {
        StepKind::Wait(span) => vec![edge(step.next, shortest(*span), longest(*span))],
        StepKind::WaitUntil(WaitUntil::Clock { .. }) => vec![edge(step.next, 0, NEVER)],
        StepKind::WaitUntil(WaitUntil::Moment { otherwise_exit, .. }) => {
            let exit = otherwise_exit.then(|| edge(None, 0, 0));
            std::iter::once(edge(step.next, 0, NEVER)).chain(exit).collect()
        }
        StepKind::WaitFor { limit, branches, timeout, .. } => {
            let most = limit.map_or(NEVER, longest);
            let ends = limit.map(|limit| edge(*timeout, shortest(limit), most));
            branches.iter().map(|(_, to)| edge(*to, 0, most)).chain(ends).collect()
        }
        StepKind::Send(message) => vec![edge(step.next, 0, hold(program, *message))],
        StepKind::Choose { arms, otherwise } => {
            arms.iter().map(|(_, to)| edge(*to, 0, 0)).chain([edge(*otherwise, 0, 0)]).collect()
        }
        StepKind::Split { arms, .. } => arms.iter().map(|arm| edge(arm.target, 0, 0)).collect(),
        StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_) => vec![edge(step.next, 0, 0)],
        StepKind::Exit => vec![edge(None, 0, 0)],
    }
}

/// How long a message can be held before it leaves or is dropped.
fn hold(program: &Program, message: Id<Message>) -> i64 {
    let Some(message) = program.messages.get(message) else { return 0 };
    if program.topics.get(message.topic).is_some_and(|topic| topic.transactional) {
        return 0;
    }
    let limits = &program.limits;
    let quiet = caps::length(limits.quiet);
    let capped = limits.caps.iter().any(|cap| cap.channel == message.channel);
    let room = match limits.when_capped {
        CapPolicy::WaitUpTo(span) if capped => longest(span),
        CapPolicy::WaitUpTo(_) | CapPolicy::Skip => 0,
    };
    if quiet == 0 { room } else { room.saturating_add(quiet).saturating_add(HOUR) }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The largest number of messages of which the last one leaves before then.
fn last_before(soon: &[i64], time: i64) -> Option<usize> {
    soon.iter().rposition(|at| *at < time)
}
