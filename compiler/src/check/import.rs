//! Imports of the settings against the events and their fields.

use flow_graph::program::Event;

use super::Check;
use crate::diagnostic::{Code, Diagnostic};
use crate::settings::ImportSettings;

impl Check<'_> {
    pub(super) fn imports(&mut self) {
        let settings = self.settings;
        for import in settings.imports.values() {
            self.import(import);
        }
    }

    fn import(&mut self, import: &ImportSettings) {
        let Some(id) = self.find::<Event>(&import.event) else { return };
        let known: Vec<_> = import.fields.iter().map(|(field, _)| self.find_member(id, field)).collect();
        // A name that is none of its fields may be a slip of the hand for one that is missing: that has been said.
        if known.iter().any(Option::is_none) {
            return;
        }
        let Some(event) = self.program.events.get(id) else { return };
        let given = |name: &str| import.fields.iter().any(|(field, _)| field.value == name);
        let lacking: Vec<String> = event
            .fields
            .iter()
            .filter(|field| !field.optional && !matches!(field.ty, flow_graph::Type::Set(_)) && !given(&field.name))
            .map(|field| field.name.clone())
            .collect();
        for field in lacking {
            let message = format!("no column is said for the field `{field}` of the event `{}`", import.event.value);
            let mut wrong = Diagnostic::new(Code::MissingField, import.name.span, message);
            if let Some(declared) = self.names.member_number(id, &field).and_then(|n| self.names.member_declared(id, n))
            {
                wrong = wrong.label(declared, "declared here without `?`");
            }
            let help = format!("add `{field} = \"column\"` to `[import.{}.fields]`", import.name.value);
            self.report(wrong.help(help));
        }
    }
}
