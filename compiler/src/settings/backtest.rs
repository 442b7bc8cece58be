//! `[backtest]`: how much a change may do to people before `flow backtest` fails.

use super::reader::{Reader, Section};
use super::{BacktestSettings, keys};
use crate::source::Spanned;

/// Reads the section, if it stands there.
pub(crate) fn read(reader: &mut Reader<'_>, root: &Section<'_>) -> BacktestSettings {
    let Some(section) = reader.section(root, "backtest") else { return BacktestSettings::default() };
    reader.only(&section, &keys::BACKTEST);
    let [sends, affected, stages, breaches, _] = keys::BACKTEST.map(|(key, _)| key);
    BacktestSettings {
        max_new_sends: share(reader, &section, sends),
        max_affected: share(reader, &section, affected),
        max_stage_change: share(reader, &section, stages),
        max_new_breaches: share(reader, &section, breaches),
        max_pressure: pressure(reader, &section),
    }
}

/// A percentage as a share of one.
fn share(reader: &mut Reader<'_>, section: &Section<'_>, key: &str) -> Option<Spanned<f64>> {
    let text = reader.text(section, key)?;
    let number = text.value.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let share = number.filter(|number| (0.0..=1_000_000.0).contains(number)).map(|number| number / 100.0);
    if share.is_none() {
        let help = format!("write a percentage in quotes: `{key} = \"5 %\"`");
        reader.wrong(text.span, format!("`{}` is not a percentage", text.value), help);
    }
    share.map(|share| Spanned::new(share, text.span))
}

fn pressure(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Spanned<u32>> {
    let number = reader.int(section, "max_pressure")?;
    let count = u32::try_from(number.value).ok();
    if count.is_none() {
        let help = "write how many messages a contact may get in a week at most: `max_pressure = 4`";
        reader.wrong(number.span, "`max_pressure` is no number of messages", help);
    }
    count.map(|count| Spanned::new(count, number.span))
}
