//! `flow plan`: what a change does, before it is merged.

mod text;
mod witnesses;

use std::path::Path;

use flow_graph::Program;
use flow_review::plan::{Compared, Plan, markdown, plan};

use crate::args::remote::ToArgs;
use crate::args::review::{PlanArgs, PlanFormat};
use crate::failure::{Exit, Failure};
use crate::people::Planned;
use crate::remote::Daemon;
use crate::side::{Inside, Side};
use crate::terminal::Terminal;

pub(crate) fn run(args: &PlanArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    // A revision is asked for the folder of the other side, where that one is a folder.
    let folder = args.head.as_deref().map(Path::new).filter(|head| head.is_dir());
    let dir = args.dir.as_deref().or(folder);
    let mut base = Side::open(&args.base, dir)?;
    let mut head = match &args.head {
        Some(head) => Side::open(head, dir)?,
        None => Side::folder(dir)?,
    };
    let Some((old, was)) = base.placed(terminal) else { return Ok(Exit::Found) };
    let Some((new, is)) = head.placed(terminal) else { return Ok(Exit::Found) };
    let before = Compared { name: base.shown(), program: &old, places: was };
    let mut plan = plan(&before, &Compared { name: head_name(args, &head), program: &new, places: is });
    let planned = inside(&base, &new, terminal)?;
    if let Some(planned) = &planned {
        plan.people.clone_from(&planned.people);
        plan.token.clone_from(&planned.token);
    }
    if let Some(path) = &args.save_tests {
        witnesses::save(path, &plan, (base.project.as_ref(), head.project.as_ref()), terminal)?;
    }
    match args.format {
        PlanFormat::Text => {
            let told = text::text(&plan, planned.as_ref(), terminal);
            terminal.say(&told);
        }
        PlanFormat::Markdown => terminal.pass(&markdown::markdown(&plan)),
        PlanFormat::Json => terminal.json(&serde_json::to_value(&plan).unwrap_or_default()),
    }
    let refused = plan.strands() || planned.is_some_and(|planned| !planned.reasons.is_empty());
    Ok(if refused { Exit::Found } else { exit(&plan) })
}

fn exit(plan: &Plan) -> Exit {
    match (plan.changes.is_empty(), plan.needs_approval) {
        (true, _) => Exit::Done,
        (false, false) => Exit::Changed,
        (false, true) => Exit::NeedsApproval,
    }
}

/// What becomes of those who are inside, where the side has people.
fn inside(base: &Side, program: &Program, terminal: &mut Terminal) -> Result<Option<Planned>, Failure> {
    match &base.inside {
        Inside::Nobody => Ok(None),
        Inside::Daemon(url) => {
            let daemon = Daemon::of(&ToArgs { to: Some(url.clone()) })?;
            Planned::by_daemon(&daemon, program, terminal).map(Some)
        }
        Inside::Store(path) => Planned::over_store(path, program, terminal).map(Some),
    }
}

/// How the side that is planned is called: a folder that nobody named is what is there now.
fn head_name(args: &PlanArgs, head: &Side) -> String {
    if args.head.is_some() {
        head.shown()
    } else {
        format!("{} as it is now", head.shown().replace("`.`", "this folder"))
    }
}
