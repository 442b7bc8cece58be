//! `flow report`: what a daemon has come to.

mod figures;
mod text;

use std::time::Duration;

use serde_json::Value as Json;

use crate::args::remote::{AnswerFormat, ReportArgs};
use crate::failure::{Exit, Failure};
use crate::remote::Daemon;
use crate::terminal::Terminal;
use figures::Answer;

/// How long to wait for more of a long log.
const PAUSE: Duration = Duration::from_millis(200);

/// The lists of a report, by what they are called, and the key with the name of each entry.
const LISTS: [(&str, &str); 7] = [
    ("lifecycles", "lifecycle"),
    ("segments", "name"),
    ("scores", "score"),
    ("sequences", "sequence"),
    ("slas", "sla"),
    ("messages", "message"),
    ("deliveries", "name"),
];

/// What stands in a report beside lists, by the part to which it belongs.
const MAPS: [(&str, &str); 4] =
    [("calls", "deliveries"), ("notices", "deliveries"), ("rejected", "rejects"), ("refused_values", "rejects")];

pub(crate) fn run(args: &ReportArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    let mut answer = daemon.get(&["reports"], &[])?;
    // A long log is read in parts: what is there already is of use to nobody who compares.
    while answer.pointer("/report/complete") == Some(&Json::Bool(false)) {
        std::thread::sleep(PAUSE);
        answer = daemon.get(&["reports"], &[])?;
    }
    if let Some(report) = answer.get_mut("report")
        && !args.names.is_empty()
    {
        narrow(report, &args.names)?;
    }
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let Answer { report }: Answer = daemon.understand(answer)?;
            let text = text::of(&report, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

/// Leaves only what was asked for: whole parts, or entries by their names.
fn narrow(report: &mut Json, names: &[String]) -> Result<(), Failure> {
    let mut known = vec!["rejects".to_owned()];
    for (list, key) in LISTS {
        known.push(list.to_owned());
        let whole = names.iter().any(|name| name == list);
        let Some(entries) = report.get_mut(list).and_then(Json::as_array_mut) else { continue };
        let name = |entry: &Json| entry.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        known.extend(entries.iter().map(name));
        if !whole {
            entries.retain(|entry| names.contains(&name(entry)));
        }
    }
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        let parts = LISTS.iter().map(|(list, _)| *list).chain(["rejects"]).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(format!("nothing is called `{name}`"))
            .help(format!("name a part ({parts}), or an entry of one, such as a sequence")));
    }
    for (map, part) in MAPS {
        if !names.iter().any(|name| name == part)
            && let Some(map) = report.get_mut(map)
        {
            *map = Json::Object(serde_json::Map::new());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_is_narrowed_to_what_was_asked_for() {
        let whole = || {
            json!({
                "sequences": [{ "sequence": "a" }, { "sequence": "b" }], "messages": [{ "message": "a" }, { "message": "c" }],
                "segments": [{ "name": "x" }], "calls": { "crm.x": 1 }, "rejected": { "r": 2 },
            })
        };
        let asked = |names: &[&str]| {
            let mut report = whole();
            narrow(&mut report, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).map(|()| report)
        };
        let report = asked(&["a"]).unwrap();
        assert_eq!(report["sequences"], json!([{ "sequence": "a" }]));
        assert_eq!(report["messages"], json!([{ "message": "a" }]));
        assert_eq!((&report["segments"], &report["calls"]), (&json!([]), &json!({})));
        let report = asked(&["segments", "rejects"]).unwrap();
        assert_eq!((&report["segments"], &report["rejected"]), (&json!([{ "name": "x" }]), &json!({ "r": 2 })));
        assert_eq!(report["messages"], json!([]));
        assert!(asked(&["a", "nobody"]).unwrap_err().message.contains("`nobody`"));
    }
}
