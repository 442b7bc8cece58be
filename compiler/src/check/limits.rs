//! Limits on what one person receives: caps, quiet hours, and what becomes of a message that is capped.

use flow_graph::program::{Cap, CapPolicy, Channel};

use super::Check;
use super::amount::window;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::ItemKind;
use crate::syntax::tree::message::{CapClause, LimitsItem, WhenCapped};

impl Check<'_> {
    pub(super) fn limits(&mut self) {
        let items: Vec<_> = self.names.limits.clone();
        let mut first: Option<Span> = None;
        for item in items {
            let ItemKind::Limits(tree) = &item.kind else { continue };
            if let Some(first) = first {
                let wrong = Diagnostic::new(Code::DuplicateName, tree.keyword, "`limits` is declared a second time");
                self.report(wrong.label(first, "first declared here").help("write all limits into one block"));
                continue;
            }
            first = Some(tree.keyword);
            self.limits_of(tree, item.broken);
        }
    }

    fn limits_of(&mut self, tree: &LimitsItem, broken: bool) {
        let mut channels: Vec<(&str, Span)> = Vec::new();
        for clause in &tree.caps {
            if let Some((_, before)) = channels.iter().find(|(name, _)| *name == clause.channel.value) {
                let message = format!("the caps of `{}` stand here twice", clause.channel.value);
                let wrong = Diagnostic::new(Code::DuplicateClause, clause.span, message);
                self.report(
                    wrong
                        .label(*before, "they stand here first")
                        .help("write them on one line: `at most 1 per 1 day, 3 per 7 days`"),
                );
            } else {
                channels.push((&clause.channel.value, clause.span));
            }
            self.caps(clause);
        }
        if let Some(quiet) = self.once("quiet", &tree.quiet, |quiet| quiet.span) {
            if quiet.value.0 == quiet.value.1 {
                let wrong =
                    Diagnostic::new(Code::NeverOpen, quiet.span, "it is quiet all day, so nothing is ever sent");
                self.report(wrong.help("write the hours of rest: `quiet 21:00..08:00 local`"));
            }
            self.asked.quiet = Some(quiet.span);
            self.program.limits.quiet = Some(window(quiet.value));
            self.program.limits.quiet_at = Some(self.location(quiet.span));
        }
        let capped = self.once("when capped", &tree.when_capped, |clause| clause.span);
        match capped.map(|clause| &clause.value) {
            Some(WhenCapped::Skip) => self.program.limits.when_capped = CapPolicy::Skip,
            Some(WhenCapped::WaitUpTo(limit)) => {
                let limit = self.positive(limit, "a wait");
                self.program.limits.when_capped = CapPolicy::WaitUpTo(limit);
            }
            None if !tree.caps.is_empty() && !broken => {
                let message = "it is not said what becomes of a message that a cap holds back";
                let mut wrong = Diagnostic::new(Code::MissingClause, tree.keyword, message);
                if let Some(cap) = tree.caps.first() {
                    wrong = wrong.label(cap.span, "this is a cap");
                }
                self.report(wrong.help("add `when capped: wait up to 2 days then skip`, or `when capped: skip`"));
            }
            None => {}
        }
    }

    fn caps(&mut self, clause: &CapClause) {
        let channel = self.of_settings::<Channel>(&clause.channel);
        for cap in &clause.caps {
            let (count, per) = cap.value;
            if count == 0 {
                self.amount(cap.span, "a cap of 0 messages".to_owned(), "write how many may be sent, at least 1");
            }
            let per = self.positive(&crate::source::Spanned::new(per, cap.span), "a cap");
            let at = self.location(cap.span);
            if let Some(channel) = channel {
                self.program.limits.caps.push(Cap { channel, count, per, at });
            }
        }
    }
}
