//! Segments, scores and lifecycles.

use super::{Build, How, Node, Sight};
use crate::program::Cause;

impl Build<'_> {
    pub(super) fn segments(&mut self) {
        for (id, segment) in self.program.segments.enumerate() {
            self.node(Node::Segment(id));
            self.exprs(Node::Segment(id), [&segment.condition], Sight::default());
        }
    }

    pub(super) fn scores(&mut self) {
        for (id, score) in self.program.scores.enumerate() {
            self.node(Node::Score(id));
            let mut numbers = (0..).map(|rule| Node::Rule(id, rule));
            for (rule, fit) in numbers.by_ref().take(score.fit.len()).zip(&score.fit) {
                self.node(rule);
                self.reads(Node::Score(id), rule);
                self.exprs(rule, [&fit.when], Sight::default());
            }
            for (rule, hit) in numbers.zip(&score.hits) {
                self.node(rule);
                self.reads(Node::Score(id), rule);
                self.reads(rule, Node::Event(hit.event));
                self.exprs(rule, &hit.filter, Sight { this: Some(hit.event), run: None });
                if let Some(slot) = hit.once_per {
                    self.reads(rule, Node::EventField(hit.event, slot));
                }
            }
            for (band, _) in (0..).zip(&score.bands) {
                self.node(Node::Band(id, band));
                self.reads(Node::Band(id, band), Node::Score(id));
            }
        }
    }

    pub(super) fn lifecycles(&mut self) {
        for (id, lifecycle) in self.program.lifecycles.enumerate() {
            self.node(Node::Lifecycle(id));
            for (stage, _) in (0..).zip(&lifecycle.stages) {
                self.node(Node::Stage(id, stage));
                self.reads(Node::Lifecycle(id), Node::Stage(id, stage));
            }
            for (number, transition) in (0..).zip(&lifecycle.transitions) {
                let node = Node::Transition(id, number);
                self.node(node);
                for from in &transition.from {
                    self.reads(node, Node::Stage(id, *from));
                }
                self.causes(node, Node::Stage(id, transition.to), How::Becomes);
                match &transition.cause {
                    Cause::When { condition, hold: _ } => self.exprs(node, [condition], Sight::default()),
                    Cause::On(triggers) => {
                        for trigger in triggers {
                            let source = self.trigger(trigger, node, None);
                            self.causes(source, node, How::Fires);
                        }
                    }
                }
            }
        }
    }
}
