//! What steps and service levels do beside sending: `set`, `call`, `notify`, `emit`.

use flow_graph::program::sequence::{Argument, SetAction};
use flow_graph::program::{Connector, Consent, Event, Field, StepKind, Team, Topic, builtin};
use flow_graph::{Expr, Id, Type};

use super::Check;
use crate::check::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};
use crate::syntax::tree::expr::{Expr as Tree, ExprKind, Literal};
use crate::syntax::tree::step::{Argument as ArgumentTree, Call, Emit, Set, StepKind as Kind};
use crate::template::{Reach, Text};

impl Check<'_> {
    /// One of the four; `None` when it is wrong, or another kind of step.
    pub(in crate::check) fn action(&mut self, scope: &Scope, reach: &Reach, kind: &Kind) -> Option<StepKind> {
        match kind {
            Kind::Set(set) => self.set(scope, set).map(StepKind::Set),
            Kind::Call(call) => self.call_step(scope, reach, call),
            Kind::Notify(notify) => {
                self.template(reach, Text::Inline(&notify.text.text, notify.text.span));
                let team = self.find::<Team>(&notify.team)?;
                Some(StepKind::Notify { team, text: notify.text.text.clone() })
            }
            Kind::Emit(emit) => self.emit(scope, emit),
            Kind::Wait(_)
            | Kind::WaitUntil(_)
            | Kind::WaitFor(_)
            | Kind::Send(_)
            | Kind::Choose(_)
            | Kind::Split(_)
            | Kind::Enroll(_)
            | Kind::Exit => None,
        }
    }

    fn set(&mut self, scope: &Scope, set: &Set) -> Option<SetAction> {
        match set {
            Set::To { field, value } => {
                let (id, ty) = self.own_field(field)?;
                self.no_template(value);
                let declared = self.names.declared(id);
                let typed = self.value(scope, value, &ty, declared);
                let (optional, range) = self.program.fields.get(id).map_or((true, None), |f| (f.optional, f.range));
                self.in_range(&typed, range, declared);
                if !optional {
                    self.must_be_there(&typed, &format!("`{}`", field.value));
                }
                Some(SetAction::To(id, typed.expr))
            }
            Set::Member { field, remove, value } => {
                let (id, ty) = self.own_field(field)?;
                let Type::Set(member) = ty else {
                    let message = format!("`{}` is not a set, so nothing can be added to it or removed", field.value);
                    let mut wrong = Diagnostic::new(Code::TypeMismatch, field.span, message);
                    if let Some(declared) = self.names.declared(id) {
                        wrong = wrong.label(declared, "declared here");
                    }
                    self.report(wrong.help(format!("write `set {} to …`", field.value)));
                    return None;
                };
                self.no_template(value);
                let typed = self.value(scope, value, &member, self.names.declared(id));
                self.must_be_there(&typed, "a set");
                Some(if *remove { SetAction::Remove(id, typed.expr) } else { SetAction::Add(id, typed.expr) })
            }
            Set::Clear { field } => {
                let (id, ty) = self.own_field(field)?;
                let optional = self.program.fields.get(id).is_some_and(|field| field.optional);
                if !optional && !matches!(ty, Type::Set(_)) {
                    let message = format!("`{}` is never missing, so it cannot be cleared", field.value);
                    let mut wrong = Diagnostic::new(Code::MayBeMissing, field.span, message);
                    if let Some(declared) = self.names.declared(id) {
                        wrong = wrong.label(declared, "declared here without `?`");
                    }
                    self.report(wrong.help("set it to another value, or add `?` to its type"));
                }
                Some(SetAction::Clear(id))
            }
            Set::Consent { topic, granted } => {
                let id = self.find::<Topic>(topic)?;
                if self.program.topics.get(id).is_some_and(|topic| topic.consent == Consent::None)
                    && !self.names.entry(id).is_some_and(|entry| entry.broken)
                {
                    let message =
                        format!("the topic `{}` asks for no consent, so none can be granted or withdrawn", topic.value);
                    let mut wrong = Diagnostic::new(Code::ConsentNotAsked, topic.span, message);
                    if let Some(declared) = self.names.declared(id) {
                        wrong = wrong.label(declared, "declared here with `consent none`");
                    }
                    self.report(wrong.help("remove the step, or give the topic `consent opt_in` or `opt_out`"));
                }
                Some(SetAction::Consent(id, *granted))
            }
        }
    }

    /// A field of the contact that a step may write: not one that a connector owns.
    fn own_field(&mut self, name: &Name) -> Option<(Id<Field>, Type)> {
        let id = self.find::<Field>(name)?;
        let field = self.program.fields.get(id)?;
        let ty = field.ty.clone();
        if let Some(owner) = field.owner.clone() {
            let message = format!("`{}` belongs to `{owner}`, which alone may write it", name.value);
            let mut wrong = Diagnostic::new(Code::OwnedField, name.span, message);
            if let Some(declared) = self.names.declared(id) {
                wrong = wrong.label(declared, format!("declared here with `from {owner}`"));
            }
            self.report(wrong.help(format!("tell it with `call {owner}.…`, or remove `from {owner}` from the field")));
        }
        Some((id, ty))
    }

    fn call_step(&mut self, scope: &Scope, reach: &Reach, call: &Call) -> Option<StepKind> {
        let connector = self.of_settings::<Connector>(&call.connector);
        self.twice(&call.fields);
        let mut arguments = Vec::new();
        for argument in &call.fields {
            let value = match text_of(&argument.value) {
                Some(text) if is_template(text) => {
                    self.template(reach, Text::Inline(text, argument.value.span));
                    Expr::Template(text.to_owned())
                }
                _ => self.expr(scope, &argument.value, None).expr,
            };
            arguments.push(Argument { name: argument.name.value.clone(), value });
        }
        Some(StepKind::Call { connector: connector?, action: call.action.value.clone(), arguments })
    }

    fn emit(&mut self, scope: &Scope, emit: &Emit) -> Option<StepKind> {
        let event = self.find::<Event>(&emit.event)?;
        if event.index() < builtin::NAMES.len() {
            let message = format!("`{}` comes from outside and cannot be emitted", emit.event.value);
            let wrong = Diagnostic::new(Code::ReservedName, emit.event.span, message);
            self.report(
                wrong.help("declare an event of your own; consent is changed with `set consent TOPIC granted`"),
            );
            return None;
        }
        self.twice(&emit.fields);
        let mut fields = Vec::new();
        for argument in &emit.fields {
            self.no_template(&argument.value);
            let Some(slot) = self.find_member(event, &argument.name) else { continue };
            let field = self.program.events.get(event).and_then(|event| event.fields.get(usize::from(slot)));
            let Some(Field { ty, optional, range, .. }) = field.cloned() else { continue };
            let declared = self.names.member_declared(event, slot);
            let typed = self.value(scope, &argument.value, &ty, declared);
            self.in_range(&typed, range, declared);
            if !optional {
                self.must_be_there(&typed, &format!("`{}`", argument.name.value));
            }
            fields.push((slot, typed.expr));
        }
        let given: Vec<&str> = emit.fields.iter().map(|argument| argument.name.value.as_str()).collect();
        self.fields_given(event, &given, emit.event.span);
        Some(StepKind::Emit { event, fields })
    }

    /// Says which fields of an event must be given and are not.
    pub(in crate::check) fn fields_given(&mut self, id: Id<Event>, given: &[&str], at: Span) {
        let Some(event) = self.program.events.get(id) else { return };
        let needs = event.fields.iter().filter(|field| !field.optional && !matches!(field.ty, Type::Set(_)));
        let lacking: Vec<String> =
            needs.map(|field| field.name.clone()).filter(|name| !given.contains(&name.as_str())).collect();
        // A name that is none of its fields may be a slip of the hand for one that is missing: that has been said.
        if given.iter().any(|name| !event.fields.iter().any(|field| field.name == *name)) {
            return;
        }
        let Some(first) = lacking.first() else { return };
        let name = event.name.clone();
        let message = match lacking.as_slice() {
            [only] => format!("the event `{name}` needs the field `{only}`"),
            _ => format!(
                "the event `{name}` needs the fields {}",
                crate::suggest::list(lacking.iter().map(String::as_str))
            ),
        };
        let mut wrong = Diagnostic::new(Code::MissingField, at, message);
        let slot = self.names.member_number(id, first);
        if let Some(declared) = slot.and_then(|slot| self.names.member_declared(id, slot)) {
            wrong = wrong.label(declared, "declared here without `?`");
        }
        self.report(wrong.help(format!("give it a value: `{first}`, or add `?` to its type")));
    }

    fn twice(&mut self, arguments: &[ArgumentTree]) {
        let mut seen: Vec<&Name> = Vec::new();
        for argument in arguments {
            if let Some(first) = seen.iter().find(|name| name.value == argument.name.value) {
                let message = format!("`{}` is given twice", argument.name.value);
                let wrong = Diagnostic::new(Code::DuplicateName, argument.name.span, message);
                self.report(wrong.label(first.span, "first given here").help("keep one of the two"));
            }
            seen.push(&argument.name);
        }
    }

    /// A text that becomes data is no template: nothing would fill it in.
    fn no_template(&mut self, value: &Tree) {
        if text_of(value).is_some_and(is_template) {
            let message = "a template does not work here: the text becomes data as it stands";
            let wrong = Diagnostic::new(Code::TemplateNotHere, value.span, message);
            self.report(wrong.help("join texts with `+`; templates are for messages, `call` and `notify`"));
        }
    }
}

fn text_of(value: &Tree) -> Option<&str> {
    if let ExprKind::Literal(Literal::Text(text)) = &value.kind { Some(text) } else { None }
}

fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|opening| text.contains(opening))
}
