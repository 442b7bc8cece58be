//! How blocks become steps, and which identity each has.

use flow_graph::program::{Program, StepId, StepKind};

use crate::compile;
use crate::explain::DEFAULT_SETTINGS;
use crate::source::{FileKind, Sources};

fn program(steps: &str) -> Program {
    let mut sources = Sources::default();
    sources.add("flow.toml", FileKind::Settings, DEFAULT_SETTINGS);
    let world = "contact { email: email? personal  tags: set of text }\nevent began { n: int }\nevent done { n: int }\n\
                 topic t { consent none }\nmessage m { channel email  topic t  subject \"s\"  body \"b\" }\n";
    let text = format!("{world}sequence q {{\n  enter on began\n{steps}\n}}\n");
    sources.add("a.flow", FileKind::Flow, text);
    let compilation = compile(&sources);
    let messages: Vec<_> = compilation.diagnostics.iter().map(|d| (d.code, d.message.clone())).collect();
    compilation.program.unwrap_or_else(|| panic!("{messages:?}"))
}

/// `id -> next` of each step; branching steps with their targets.
fn shape(steps: &str) -> Vec<String> {
    let program = program(steps);
    let to = |target: Option<StepId>| target.map_or("end".to_owned(), |n| n.to_string());
    let sequence = program.sequences.iter().next().expect("there is one");
    let show = |step: &flow_graph::program::Step| match &step.kind {
        StepKind::Choose { arms, otherwise } => {
            let arms: Vec<_> = arms.iter().map(|(_, target)| to(*target)).collect();
            format!("{} -> [{}] else {}", step.id, arms.join(" "), to(*otherwise))
        }
        StepKind::Split { arms, .. } => {
            let arms: Vec<_> = arms.iter().map(|arm| to(arm.target)).collect();
            format!("{} -> [{}]", step.id, arms.join(" "))
        }
        StepKind::WaitFor { branches, timeout, .. } => {
            let branches: Vec<_> = branches.iter().map(|(_, target)| to(*target)).collect();
            format!("{} -> [{}] timeout {}", step.id, branches.join(" "), to(*timeout))
        }
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => format!("{} -> {}", step.id, to(step.next)),
    };
    sequence.steps.iter().map(show).collect()
}

#[test]
fn blocks_go_on_behind_themselves() {
    let steps =
        "wait 1h\nsend m\nchoose {\n when tags contains \"a\" { send m\n wait 1 day }\n otherwise { }\n}\nsend m";
    assert_eq!(
        shape(steps),
        [
            "wait -> 1",
            "send m -> 2",
            "choose -> [3] else 5",
            "choose/when 1/send m -> 4",
            "choose/when 1/wait -> 5",
            "send m#2 -> end",
        ]
    );
}

#[test]
fn a_label_is_the_identity() {
    let steps = "split s {\n 50% a { step inner: send m }\n 50% b { exit }\n}\n\
                 wait up to 1 day {\n on done { send m }\n}\nstep last: send m";
    assert_eq!(
        shape(steps),
        [
            "split s -> [1 2]",
            "inner -> 3",
            "split s/b/exit -> end",
            "wait up to -> [4] timeout 5",
            "wait up to/on 1/send m -> 5",
            "last -> end",
        ]
    );
}

#[test]
fn weekdays_and_moments() {
    use flow_graph::program::WaitUntil;
    let program = program("wait until sat..mon 09:00\nwait until 2027-05-01T10:00 else exit\nsend m");
    let sequence = program.sequences.iter().next().expect("there is one");
    let StepKind::WaitUntil(WaitUntil::Clock { days, single, .. }) = &sequence.steps[0].kind else { panic!() };
    assert_eq!((days.0, *single), (0b110_0001, true));
    let StepKind::WaitUntil(WaitUntil::Moment { at, otherwise_exit, .. }) = &sequence.steps[1].kind else { panic!() };
    assert_eq!((at.map(|at| at.to_string()), *otherwise_exit), (Some("10:00:00".to_owned()), true));
}
