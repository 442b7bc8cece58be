//! The settings of `flow.toml` that decide something.

use flow_graph::program::{ChannelKind, Project};

use super::Diff;
use crate::plan::code::Code;

impl Diff<'_> {
    pub(super) fn settings(&mut self) {
        self.of("project");
        let Project { name, timezone, currency, currency_digits: _, late_after, duplicates_within } = &self.old.project;
        let new = &self.new.project;
        let rows = [
            (Code::SettingChanged, "name", "the project has another name", name.clone(), new.name.clone()),
            (
                Code::TimeChanged,
                "timezone",
                "contacts without a zone of their own live in another one",
                timezone.clone(),
                new.timezone.clone(),
            ),
            (
                Code::SettingChanged,
                "currency",
                "amounts are in another currency",
                currency.clone(),
                new.currency.clone(),
            ),
            (
                Code::TimeChanged,
                "late_after",
                "how old an event may be to set something off was changed",
                late_after.to_string(),
                new.late_after.to_string(),
            ),
            (
                Code::DataChanged,
                "duplicates_within",
                "how long an event is known by its id was changed",
                duplicates_within.to_string(),
                new.duplicates_within.to_string(),
            ),
        ];
        for (code, key, says, was, is) in rows {
            let side = |value: String| Some((format!("{key} = \"{value}\""), None));
            self.clause(code, key, says, (side(was), side(is)));
        }
        for (before, after) in self.pairs(|program| &program.channels, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("channel.{name}"));
            let words = |kind: ChannelKind| {
                let kind = match kind {
                    ChannelKind::Smtp => "smtp",
                    ChannelKind::Webhook => "webhook",
                    ChannelKind::Console => "console",
                    ChannelKind::File => "file",
                };
                (format!("kind = \"{kind}\""), None)
            };
            let sides = (before.map(|it| words(it.kind)), after.map(|it| words(it.kind)));
            match (before, after) {
                (Some(_), Some(_)) => {
                    self.clause(Code::MessageChannel, "kind", "its messages leave in another way", sides);
                }
                (None, _) => self.push(Code::ItemAdded, None, "the channel is new", sides),
                (_, None) => self.push(Code::ItemRemoved, None, "the channel is gone", sides),
            }
        }
        for (before, after) in self.pairs(|program| &program.connectors, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("connector.{name}"));
            match (before, after) {
                (None, Some(_)) => self.push(Code::ItemAdded, None, "the connector is new", (None, None)),
                (Some(_), None) => self.push(Code::ItemRemoved, None, "the connector is gone", (None, None)),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
}
