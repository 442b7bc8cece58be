//! `flow plan`: what a change does, before it is merged.

mod text;
mod witnesses;

use std::path::Path;

use flow_review::plan::{Compared, markdown, plan};

use crate::args::review::{PlanArgs, PlanFormat};
use crate::failure::{Exit, Failure};
use crate::side::Side;
use crate::terminal::Terminal;

/// How the side that is planned is called: a folder that nobody named is what is there now.
fn head_name(args: &PlanArgs, head: &Side) -> String {
    if args.head.is_some() {
        head.shown()
    } else {
        format!("{} as it is now", head.shown().replace("`.`", "this folder"))
    }
}

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
    let plan = plan(&before, &Compared { name: head_name(args, &head), program: &new, places: is });
    if let Some(path) = &args.save_tests {
        witnesses::save(path, &plan, (base.project.as_ref(), head.project.as_ref()), terminal)?;
    }
    match args.format {
        PlanFormat::Text => terminal.say(&text::text(&plan, terminal)),
        PlanFormat::Markdown => terminal.pass(&markdown::markdown(&plan)),
        PlanFormat::Json => terminal.json(&serde_json::to_value(&plan).unwrap_or_default()),
    }
    Ok(match (plan.changes.is_empty(), plan.needs_approval) {
        (true, _) => Exit::Done,
        (false, false) => Exit::Changed,
        (false, true) => Exit::NeedsApproval,
    })
}
