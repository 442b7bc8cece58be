//! Limits: how much somebody gets at most, and when nothing.

use flow_compiler::prove::is_at_most;
use flow_graph::program::{Cap, CapPolicy, Program};
use flow_graph::{ClockWindow, Weekdays, Words};

use super::Diff;
use crate::plan::code::Code;

impl<'p> Diff<'p> {
    pub(super) fn limits(&mut self) {
        let (old, new) = (&self.old.limits, &self.new.limits);
        self.of("limits");
        let words = |program: &Program, cap: &Cap| {
            let channel = program.channels.get(cap.channel).map_or("", |channel| &channel.name);
            format!("at most {} {channel} per {}", cap.count, cap.per)
        };
        for (was, is) in self.caps() {
            let (code, says) = match (was, is) {
                (Some(was), Some(is)) if (was.count, was.per) == (is.count, is.per) => continue,
                (None, _) => (Code::CapTighter, FEWER),
                (_, None) => (Code::CapLooser, MORE),
                (Some(was), Some(is)) if holds_as_much(was, is) => (Code::CapTighter, FEWER),
                (Some(was), Some(is)) if holds_as_much(is, was) => (Code::CapLooser, MORE),
                (Some(_), Some(_)) => (Code::CapLooser, BOTH),
            };
            let sides = (
                was.map(|cap| (words(self.old, cap), Some(&cap.at))),
                is.map(|cap| (words(self.new, cap), Some(&cap.at))),
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

    /// The caps of before with those that are there in their places: of one channel, and of equal length if there is one,
    /// else one that holds back as much, else one that lets as many through, else any.
    fn caps(&self) -> Vec<(Option<&'p Cap>, Option<&'p Cap>)> {
        let (old, new) = (self.old, self.new);
        let name = |program: &Program, cap: &Cap| program.channels.get(cap.channel).map(|channel| channel.name.clone());
        let mut found: Vec<(Option<&Cap>, Option<&Cap>)> =
            old.limits.caps.iter().map(|was| (Some(was), None)).collect();
        let mut came: Vec<&Cap> = new.limits.caps.iter().collect();
        let fits: [fn(&Cap, &Cap) -> bool; 4] =
            [|was, is| was.per == is.per, holds_as_much, |was, is| holds_as_much(is, was), |_, _| true];
        for fits in fits {
            for (was, is) in found.iter_mut().filter(|(_, is)| is.is_none()) {
                let Some(was) = was else { continue };
                let place = came.iter().position(|is| name(old, was) == name(new, is) && fits(was, is));
                *is = place.map(|place| came.remove(place));
            }
        }
        found.extend(came.into_iter().map(|is| (None, Some(is))));
        found
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

const MORE: &str = "somebody may get more messages";
const FEWER: &str = "somebody gets fewer messages at most";
const BOTH: &str = "somebody may get more messages within some lengths of time, and gets fewer within others";

/// Whether whatever a cap held back is held back by another one in its place.
fn holds_as_much(was: &Cap, is: &Cap) -> bool {
    is.count <= was.count && is_at_most(was.per, is.per)
}

/// Whether each moment of the first window is in the second: both are of whole minutes.
fn inside(first: ClockWindow, second: ClockWindow) -> bool {
    let moments = (0..24_i8).flat_map(|hour| (0..60_i8).map(move |minute| jiff::civil::time(hour, minute, 0, 0)));
    moments.filter(|time| first.contains(*time)).all(|time| second.contains(time))
}
