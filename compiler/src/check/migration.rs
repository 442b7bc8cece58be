//! `moved` and `retired`: addresses of the old program, and what of the new one they lead to.

use flow_graph::program::{Lifecycle, Message, Moved, Retired, RetiredThen, Score, Segment, Sequence, Sla};

use super::Check;
use crate::diagnostic::{Code, Diagnostic};
use crate::names::{Kind, Named};
use crate::source::Name;
use crate::syntax::tree::ItemKind;
use crate::syntax::tree::migration::{Address, MovedItem, RetiredItem, RetiredThen as Then};

/// Kinds of things that people can be inside of, or counted by.
const KINDS: [Kind; 6] = [Kind::Segment, Kind::Score, Kind::Lifecycle, Kind::Message, Kind::Sequence, Kind::Sla];

/// What an address speaks of.
#[derive(Debug, PartialEq, Eq)]
struct Target<'t> {
    kind: Kind,
    name: &'t Name,
    /// The step of a sequence, the stage of a lifecycle, the band of a score.
    member: Option<&'t Name>,
}

impl Check<'_> {
    pub(super) fn migrations(&mut self) {
        for item in self.names.migrations.clone() {
            if let ItemKind::Moved(moved) = &item.kind {
                self.moved(moved, item.span);
            } else if let ItemKind::Retired(retired) = &item.kind {
                self.retired(retired, item.span);
            }
        }
    }

    fn moved(&mut self, tree: &MovedItem, span: crate::source::Span) {
        let (from, to) = (self.target(&tree.from), self.target(&tree.to));
        let (Some(from), Some(to)) = (from, to) else { return };
        if from.kind != to.kind || from.member.is_some() != to.member.is_some() {
            let message = format!("`{}` and `{}` are not of one kind", address(&tree.from), address(&tree.to));
            let wrong = Diagnostic::new(Code::MigrationAddress, tree.to.span, message)
                .label(tree.from.span, "this is the other");
            self.report(wrong.help("a step moves to a step, a segment to a segment"));
            return;
        }
        self.gone(&from, &tree.from);
        if !self.exists(&to) {
            let message = format!("there is no `{}` to move to", address(&tree.to));
            let wrong = Diagnostic::new(Code::MigrationTarget, tree.to.span, message);
            self.report(wrong.help(self.near(&to)));
        }
        let at = self.location(span);
        self.program.moved.push(Moved { from: address(&tree.from), to: address(&tree.to), at });
    }

    fn retired(&mut self, tree: &RetiredItem, span: crate::source::Span) {
        let Some(target) = self.target(&tree.address) else { return };
        if target.kind != Kind::Sequence {
            let message = format!("nobody can be inside `{}`", address(&tree.address));
            let wrong = Diagnostic::new(Code::MigrationAddress, tree.address.span, message);
            self.report(wrong.help("`retired` speaks of a step: `sequence.NAME.step.LABEL`, or of a whole sequence"));
            return;
        }
        self.gone(&target, &tree.address);
        let then = match &tree.then.value {
            Then::Exit => RetiredThen::Exit,
            Then::ContinueAt(step) => {
                let sequence = self.names.number::<Sequence>(&target.name.value);
                if let Some(sequence) = sequence {
                    self.find_member(sequence, step);
                } else {
                    let message = format!("there is no sequence `{}` in which to continue", target.name.value);
                    let wrong = Diagnostic::new(Code::MigrationTarget, step.span, message);
                    self.report(wrong.help("write `{ exit }`: the people inside leave it"));
                }
                RetiredThen::ContinueAt(step.value.clone())
            }
        };
        let at = self.location(span);
        self.program.retired.push(Retired { address: address(&tree.address), then, at });
    }

    /// What an address speaks of; one that is badly formed is reported.
    fn target<'t>(&mut self, tree: &'t Address) -> Option<Target<'t>> {
        let formed = match tree.parts.as_slice() {
            [kind, name] => kind_of(kind).map(|kind| Target { kind, name, member: None }),
            [kind, name, part, member] => kind_of(kind)
                .filter(|kind| part_of(*kind) == Some(part.value.as_str()))
                .map(|kind| Target { kind, name, member: Some(member) }),
            _ => None,
        };
        if formed.is_none() {
            let message = format!("`{}` is not an address", address(tree));
            let wrong = Diagnostic::new(Code::MigrationAddress, tree.span, message);
            self.report(wrong.help("write for example `segment.NAME`, `sequence.NAME`, `sequence.NAME.step.LABEL`, `lifecycle.NAME.stage.STAGE`"));
        }
        formed
    }

    /// Says that something which the clause calls gone is still there.
    fn gone(&mut self, target: &Target<'_>, tree: &Address) {
        if !self.exists(target) {
            return;
        }
        let message = format!("`{}` is still there", address(tree));
        let mut wrong = Diagnostic::new(Code::MigrationSource, tree.span, message);
        if let Some(declared) = self.declared_at(target) {
            wrong = wrong.label(declared, "declared here");
        }
        self.report(wrong.help("the clause speaks of the old name: remove the item, or the clause"));
    }

    fn exists(&self, target: &Target<'_>) -> bool {
        match target.kind {
            Kind::Segment => self.has::<Segment>(target),
            Kind::Score => self.has::<Score>(target),
            Kind::Lifecycle => self.has::<Lifecycle>(target),
            Kind::Message => self.has::<Message>(target),
            Kind::Sequence => self.has::<Sequence>(target),
            Kind::Sla => self.has::<Sla>(target),
            Kind::Enum
            | Kind::Field
            | Kind::Event
            | Kind::Topic
            | Kind::Channel
            | Kind::Connector
            | Kind::Calendar
            | Kind::Team
            | Kind::Test => false,
        }
    }

    fn has<T: Named>(&self, target: &Target<'_>) -> bool {
        let Some(id) = self.names.number::<T>(&target.name.value) else { return false };
        target.member.is_none_or(|member| self.names.member_number(id, &member.value).is_some())
    }

    fn declared_at(&self, target: &Target<'_>) -> Option<crate::source::Span> {
        let entry = self.names.entries(target.kind).iter().find(|entry| entry.name == target.name.value)?;
        match target.member {
            None => entry.span,
            Some(member) => entry.members.iter().find(|known| known.name == member.value)?.span,
        }
    }

    fn near(&self, target: &Target<'_>) -> String {
        let entries = self.names.entries(target.kind);
        let of = entries.iter().find(|entry| entry.name == target.name.value);
        let (name, names): (&str, Vec<&str>) = match (of, target.member) {
            (Some(entry), Some(member)) => (&member.value, entry.members.iter().map(|m| m.name.as_str()).collect()),
            _ => (&target.name.value, entries.iter().map(|entry| entry.name.as_str()).collect()),
        };
        match crate::suggest::nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if target.member.is_some() => {
                "only a step with a label has an address: `step NAME: send …`".to_owned()
            }
            None => "write the name of something that the project declares".to_owned(),
        }
    }
}

fn kind_of(word: &Name) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.noun() == word.value)
}

fn part_of(kind: Kind) -> Option<&'static str> {
    matches!(kind, Kind::Sequence | Kind::Lifecycle | Kind::Score).then(|| kind.member_noun())
}

fn address(tree: &Address) -> String {
    tree.parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".")
}
