//! How much a change may do to people: `[backtest]` of `flow.toml`.

use flow_compiler::settings::BacktestSettings;
use flow_runtime::backtest::facts::FactKind;
use serde::Serialize;

use super::{Both, Figure, Report};

/// One budget, and whether a change keeps to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// The key in `flow.toml`.
    pub key: &'static str,
    /// What it limits, in words.
    pub what: String,
    /// What is allowed.
    pub allowed: String,
    /// What was found.
    pub found: String,
    /// More was found than is allowed.
    pub exceeded: bool,
}

/// All budgets that are set.
#[must_use]
pub fn judge(report: &Report, settings: &BacktestSettings) -> Vec<Budget> {
    let mut budgets = Vec::new();
    let limit = |it: &Option<flow_compiler::source::Spanned<f64>>| it.as_ref().map(|limit| limit.value);
    if let Some(allowed) = limit(&settings.max_new_sends) {
        budgets.push(growth("max_new_sends", "more messages sent".to_owned(), report.sends(), allowed));
    }
    if let Some(allowed) = limit(&settings.max_affected) {
        let all = report.history.contacts.after.max(report.history.contacts.before);
        let part = Both { before: all, after: all + report.affected };
        budgets.push(growth("max_affected", "contacts treated differently".to_owned(), part, allowed));
    }
    if let Some(allowed) = limit(&settings.max_stage_change) {
        let stages = report.changes.iter().filter(|figure| figure.kind == FactKind::Stage);
        let by =
            |figure: &&Figure| figure.contacts.difference().unsigned_abs() * 1_000_000 / figure.contacts.before.max(1);
        // The stage that changes most speaks for all.
        if let Some(figure) = stages.max_by_key(by) {
            let Both { before, after } = figure.contacts;
            let what = format!("change of contacts that reach {}", figure.name());
            budgets.push(growth(
                "max_stage_change",
                what,
                Both { before, after: before + before.abs_diff(after) },
                allowed,
            ));
        }
    }
    if let Some(allowed) = limit(&settings.max_new_breaches) {
        let breached = report.changes.iter().chain(&report.unchanged).filter(|it| it.kind == FactKind::SlaBreached);
        let all = breached.fold(Both::default(), |sum, figure| Both {
            before: sum.before + figure.count.before,
            after: sum.after + figure.count.after,
        });
        budgets.push(growth("max_new_breaches", "more service levels breached".to_owned(), all, allowed));
    }
    if let Some(allowed) = settings.max_pressure.as_ref().map(|limit| limit.value) {
        let most = report.pressure.iter().max_by_key(|channel| most_of(channel));
        let (found, by) = most.map_or((0, ""), |channel| (most_of(channel), channel.channel.as_str()));
        budgets.push(Budget {
            key: "max_pressure",
            what: format!("messages to a contact in a week ({by})"),
            allowed: allowed.to_string(),
            found: found.to_string(),
            exceeded: found > allowed,
        });
    }
    budgets
}

fn most_of(channel: &super::ChannelPressure) -> u32 {
    channel.weeks.iter().filter(|week| week.2 > 0).map(|week| week.0).max().unwrap_or(0)
}

/// How much more there is, as a part of what there was. Where there was nothing, anything is too much.
fn growth(key: &'static str, what: String, both: Both, allowed: f64) -> Budget {
    let more = both.difference().max(0);
    let share = both.share().map(|share| share.max(0.0));
    let found = share.map_or_else(|| format!("{more} where there were none"), |share| percentage(share * 100.0));
    let exceeded = share.map_or(more > 0, |share| share > allowed);
    Budget { key, what, allowed: percentage(allowed * 100.0), found, exceeded }
}

/// As exact as it has to be to tell it from a limit.
fn percentage(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} %")
}
