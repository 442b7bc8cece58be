//! The states of a lifecycle, what moves a contact from one to the other, and what each begins.

use super::{Direction, Form, Line, Look, Picture, Shape};
use crate::Id;
use crate::graph::{Graph, How, Node, cause_words};
use crate::program::{Lifecycle, Program};

pub(super) fn states(program: &Program, graph: &Graph, id: Id<Lifecycle>) -> Picture {
    let Some(lifecycle) = program.lifecycles.get(id) else { return Picture::new(String::new(), Direction::Down) };
    let mut picture = Picture::new(format!("lifecycle {}", lifecycle.name), Direction::Down);
    let mut places = Vec::new();
    for (stage, name) in (0_u16..).zip(&lifecycle.stages) {
        let tag = if stage == lifecycle.start { "starts here" } else { "" };
        let mut shape = Shape::new(Look::Lifecycle, tag, name).lines(expected(lifecycle, stage));
        shape.lines.extend(begins(graph, Node::Stage(id, stage)));
        shape.strong = stage == lifecycle.start;
        places.push(picture.add(shape));
    }
    let mut any = None;
    for transition in &lifecycle.transitions {
        let Some(to) = places.get(usize::from(transition.to)).copied() else { continue };
        let label = cause_words(program, &transition.cause);
        if transition.from.len() > 2 && transition.from.len() + 1 == lifecycle.stages.len() {
            let from =
                *any.get_or_insert_with(|| picture.add(Shape::new(Look::Step, "", "any other stage").form(Form::Pill)));
            picture.arrow(from, to, label, Line::Causes);
            continue;
        }
        for from in transition.from.iter().filter_map(|from| places.get(usize::from(*from))) {
            picture.arrow(*from, to, label.clone(), Line::Causes);
        }
    }
    picture
}

fn expected(lifecycle: &Lifecycle, stage: u16) -> Vec<String> {
    let name = |stage: u16| lifecycle.stages.get(usize::from(stage)).map_or("?", String::as_str);
    let mine = lifecycle.expects.iter().filter(|expect| expect.to == stage);
    mine.map(|expect| format!("within {} of {}", expect.within, name(expect.from))).collect()
}

/// What entering a stage begins or ends.
fn begins(graph: &Graph, stage: Node) -> Vec<String> {
    let verb = |how| match how {
        How::Enters => Some("begins"),
        How::Reaches => Some("goal of"),
        How::Exits => Some("ends"),
        How::Starts => Some("starts"),
        How::Meets => Some("meets"),
        How::Continues
        | How::Then
        | How::Branches
        | How::Sends
        | How::Writes
        | How::Consents
        | How::Emits
        | How::Enrolls
        | How::Calls
        | How::Notifies
        | How::Fires
        | How::Becomes
        | How::Reminds
        | How::Breaches
        | How::Reports => None,
    };
    let line = |(node, how, _): (Node, How, bool)| {
        let address = graph.address(node.item());
        Some(format!("{} {}", verb(how)?, address.split_once('.').map_or(address, |(_, name)| name)))
    };
    graph.causes(stage).into_iter().filter_map(line).collect()
}
