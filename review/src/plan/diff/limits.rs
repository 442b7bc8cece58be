//! Limits: how much somebody gets at most, and when nothing.

use flow_graph::program::{Cap, CapPolicy, Program};
use flow_graph::{ClockWindow, Weekdays, Words};

use super::Diff;
use crate::plan::code::Code;

impl Diff<'_> {
    pub(super) fn limits(&mut self) {
        let (old, new) = (&self.old.limits, &self.new.limits);
        self.of("limits");
        let key = |program: &Program, cap: &Cap| {
            (program.channels.get(cap.channel).map_or(String::new(), |it| it.name.clone()), cap.per)
        };
        let words =
            |program: &Program, cap: &Cap| format!("at most {} {} per {}", cap.count, key(program, cap).0, cap.per);
        let find = |program: &'_ Program, wanted: &(String, flow_graph::Span)| {
            program.limits.caps.iter().find(|cap| key(program, cap) == *wanted).copied()
        };
        let mut keys: Vec<(String, flow_graph::Span)> = Vec::new();
        let all = old.caps.iter().map(|cap| key(self.old, cap)).chain(new.caps.iter().map(|cap| key(self.new, cap)));
        for one in all {
            if !keys.contains(&one) {
                keys.push(one);
            }
        }
        for wanted in keys {
            let (was, is) = (find(self.old, &wanted), find(self.new, &wanted));
            let count = |cap: Option<Cap>| cap.map_or(u32::MAX, |cap| cap.count);
            let (code, says) = match count(is).cmp(&count(was)) {
                std::cmp::Ordering::Equal => continue,
                std::cmp::Ordering::Greater => (Code::CapLooser, "somebody may get more messages"),
                std::cmp::Ordering::Less => (Code::CapTighter, "somebody gets fewer messages at most"),
            };
            let sides = (
                was.as_ref().map(|cap| (words(self.old, cap), Some(&cap.at))),
                is.as_ref().map(|cap| (words(self.new, cap), Some(&cap.at))),
            );
            self.push(code, Some("caps"), says, sides);
        }
        self.quiet(old.quiet, new.quiet);
        let policy = |policy: CapPolicy| match policy {
            CapPolicy::Skip => "when capped skip".to_owned(),
            CapPolicy::WaitUpTo(span) => format!("when capped wait up to {span}"),
        };
        let sides = (Some((policy(old.when_capped), None)), Some((policy(new.when_capped), None)));
        self.clause(
            Code::TimeChanged,
            "when capped",
            "what becomes of a message that a cap holds back was changed",
            sides,
        );
    }

    fn quiet(&mut self, was: Option<ClockWindow>, is: Option<ClockWindow>) {
        if was == is {
            return;
        }
        let words = |program, window: ClockWindow| {
            format!("quiet {}", Words::plain(program).clock(Weekdays::ALL, window, false))
        };
        let less = match (was, is) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(was), Some(is)) => !inside(was, is),
        };
        let (code, says) = if less {
            (Code::QuietLess, "messages may leave at hours that were quiet")
        } else {
            (Code::QuietMore, "more hours are quiet")
        };
        let (old, new) = (self.old, self.new);
        let sides = (
            was.map(|it| (words(old, it), old.limits.quiet_at.as_ref())),
            is.map(|it| (words(new, it), new.limits.quiet_at.as_ref())),
        );
        self.push(code, Some("quiet"), says, sides);
    }
}

/// Whether each moment of the first window is in the second: both are of whole minutes.
fn inside(first: ClockWindow, second: ClockWindow) -> bool {
    let moments = (0..24_i8).flat_map(|hour| (0..60_i8).map(move |minute| jiff::civil::time(hour, minute, 0, 0)));
    moments.filter(|time| first.contains(*time)).all(|time| second.contains(time))
}
