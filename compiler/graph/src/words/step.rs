//! Steps in words: the first line of each, without what stands in its block.

use super::{Scope, Words, quoted};
use crate::Expr;
use crate::program::{SetAction, StepKind, WaitUntil};

impl Words<'_> {
    /// What a step does, on one line: `wait 1h`, `send cart_reminder`, `split offer`. Exact words hold all of it but
    /// where it leads.
    #[must_use]
    pub fn step(self, kind: &StepKind) -> String {
        let program = self.program;
        let expr = |expr: &Expr| self.expr(expr, Scope::default());
        match kind {
            StepKind::Wait(span) => format!("wait {span}"),
            StepKind::WaitUntil(until) => self.until(until),
            StepKind::WaitFor { limit, since_entry, branches: _, timeout: _ } => {
                let limit = limit.map_or("wait for".to_owned(), |limit| format!("wait up to {limit}"));
                if *since_entry { format!("{limit} since entry") } else { limit }
            }
            StepKind::Send(id) => format!("send {}", program.messages.get(*id).map_or("?", |message| &message.name)),
            StepKind::Choose { .. } => "choose".to_owned(),
            StepKind::Split { salt, .. } if self.exact => format!("split {}", quoted(salt)),
            StepKind::Split { salt, .. } => format!("split {}", salt.rsplit('.').next().unwrap_or(salt)),
            StepKind::Set(action) => self.set(action),
            StepKind::Call { connector, action, arguments } => {
                let connector = program.connectors.get(*connector).map_or("?", |connector| &connector.name);
                let line = format!("call {connector}.{action}");
                if !self.exact {
                    return line;
                }
                let arguments =
                    arguments.iter().map(|argument| format!("{}: {}", argument.name, expr(&argument.value)));
                format!("{line} {{ {} }}", arguments.collect::<Vec<_>>().join(", "))
            }
            StepKind::Notify { team, text } => {
                let line = format!("notify {}", program.teams.get(*team).map_or("?", |team| &team.name));
                if self.exact { format!("{line} {}", quoted(text)) } else { line }
            }
            StepKind::Emit { event, fields } => {
                let line = format!("emit {}", self.event_name(*event));
                if !self.exact {
                    return line;
                }
                let field = |(slot, value): &(u16, Expr)| {
                    let ty = program.events.get(*event).and_then(|event| event.fields.get(usize::from(*slot)));
                    format!("{}: {}", self.slot(*event, *slot), self.typed(value, ty.map(|field| &field.ty)))
                };
                format!("{line} {{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
            StepKind::Enroll(id) => format!("enroll in {}", self.sequence(*id)),
            StepKind::Exit => "exit".to_owned(),
        }
    }

    fn until(self, until: &WaitUntil) -> String {
        match until {
            WaitUntil::Clock { days, window, single } => format!("wait until {}", self.clock(*days, *window, *single)),
            WaitUntil::Moment { value, at, otherwise_exit } => {
                let value = self.expr(value, Scope::default());
                let at = at.map_or(String::new(), |at| {
                    let text = at.to_string();
                    format!(" at {}", text.strip_suffix(":00").unwrap_or(&text))
                });
                let otherwise = if *otherwise_exit { "exit" } else { "go on" };
                format!("wait until {value}{at} else {otherwise}")
            }
        }
    }

    fn set(self, action: &SetAction) -> String {
        let field = |id| self.program.fields.get(id).map_or("?", |field: &crate::program::Field| &field.name);
        let member = |id| {
            let ty = self.program.fields.get(id).map(|field: &crate::program::Field| &field.ty);
            if let Some(crate::Type::Set(member)) = ty { Some(&**member) } else { None }
        };
        match action {
            SetAction::To(id, value) => {
                let ty = self.program.fields.get(*id).map(|field| &field.ty);
                format!("set {} to {}", field(*id), self.typed(value, ty))
            }
            SetAction::Add(id, value) => format!("set {} add {}", field(*id), self.typed(value, member(*id))),
            SetAction::Remove(id, value) => format!("set {} remove {}", field(*id), self.typed(value, member(*id))),
            SetAction::Clear(id) => format!("set {} clear", field(*id)),
            SetAction::Consent(topic, granted) => {
                let topic = self.program.topics.get(*topic).map_or("?", |topic| &topic.name);
                format!("set consent {topic} {}", if *granted { "granted" } else { "withdrawn" })
            }
        }
    }
}
