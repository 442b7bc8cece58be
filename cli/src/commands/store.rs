//! `flow store`: the store of a daemon, looked through, made small, copied.

use std::path::Path;

use flow_daemon::clock::Clock;
use flow_daemon::store::sqlite::{Checked, SqliteStore, backup, check};
use serde_json::json;

use super::serve::refuse::unusable;
use super::serve::settings::{retention, store};
use crate::args::remote::AnswerFormat;
use crate::args::store::{StoreArgs, StoreWhat, WhichStore};
use crate::failure::{Exit, Failure};
use crate::layout::{number, plural};
use crate::project::Project;
use crate::terminal::{GREEN, RED, Terminal};

pub(crate) fn run(args: &StoreArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match &args.what {
        StoreWhat::Check { store, format } => {
            let path = existing(store)?;
            let checked = check(&path).map_err(unusable)?;
            match format {
                AnswerFormat::Json => terminal.json(&json!({ "format_version": 1, "store": checked })),
                AnswerFormat::Text => told(&checked, &path, terminal),
            }
            Ok(if checked.wrong.is_empty() { Exit::Done } else { Exit::Found })
        }
        StoreWhat::Compact { store } => compact(store, terminal),
        StoreWhat::Backup { to, store } => {
            let path = existing(store)?;
            backup(&path, to).map_err(unusable)?;
            terminal.say(&format!("{} is a copy of {} ({})\n", to.display(), path.display(), size(to)));
            Ok(Exit::Done)
        }
    }
}

/// Where the store is; it has to be there.
fn existing(which: &WhichStore) -> Result<std::path::PathBuf, Failure> {
    let path = store(which.store.as_deref(), which.dir.as_deref())?;
    match path.exists() {
        true => Ok(path),
        false => Err(Failure::new(format!("there is no store `{}`", path.display()))
            .help("`flow serve` makes one; `--store FILE` names another one")),
    }
}

fn compact(which: &WhichStore, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let path = existing(which)?;
    let retention = retention(&Project::load(which.dir.as_deref())?.settings());
    let before = size(&path);
    let compacted = SqliteStore::open(&path).and_then(|mut store| store.compact(&retention, Clock::real().now()));
    let dropped = compacted.map_err(unusable)?;
    terminal.say(&format!("{} has {} now, and had {before}\n", path.display(), size(&path)));
    let rows = [
        (dropped.blocks, "block", "of the log"),
        (dropped.deliveries, "delivery", ""),
        (dropped.rejects, "reject", ""),
    ];
    for (count, word, of) in rows.into_iter().filter(|(count, ..)| *count > 0) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let words = if word == "delivery" && count != 1 {
            format!("{} deliveries", number(count))
        } else {
            plural(count, word)
        };
        terminal.say(&format!("  {} thrown away\n", format!("{words} {of}").trim_end()));
    }
    Ok(Exit::Done)
}

fn told(checked: &Checked, path: &Path, terminal: &mut Terminal) {
    let well = checked.wrong.is_empty();
    let verdict = if well { terminal.paint(GREEN, "is well") } else { terminal.paint(RED, "is damaged") };
    let mut text = format!("{} {verdict}\n", path.display());
    let contacts = plural(checked.contacts, "contact");
    let entries = match checked.entries {
        1 => "1 entry".to_owned(),
        n => format!("{} entries", number(n)),
    };
    text.push_str(&format!("  {contacts}, {entries} of the log ({})\n", bytes(checked.log_bytes)));
    text.push_str(match checked.replayed {
        true if !well => "",
        true => "  its log, run again from the first entry, makes these states and deliveries\n",
        false => "  its log was run again from the last states on: what is before is not all there\n",
    });
    for wrong in &checked.wrong {
        text.push_str(&format!("  {wrong}\n"));
    }
    if !well {
        text.push_str("put a backup in its place: calls that came in since are to be imported again\n");
    }
    terminal.say(&text);
}

fn size(path: &Path) -> String {
    bytes(std::fs::metadata(path).map_or(0, |data| data.len()))
}

/// `340 kB`, `2.4 MB`
fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{} kB", count / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", count / 1_000_000, count / 100_000 % 10),
        _ => format!("{}.{} GB", count / 1_000_000_000, count / 100_000_000 % 10),
    }
}
