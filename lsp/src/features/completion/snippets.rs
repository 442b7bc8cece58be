//! Clauses and items with gaps to fill: what begins where a clause can begin.

use super::{Completion, What};
use crate::features::context::Context;
use crate::features::shapes::Block;
use crate::snapshot::Snapshot;

/// A snippet: the block, the word that brings it, what it is for, and its text.
type Snippet = (Block, &'static str, &'static str, &'static str);

/// All of them.
const SNIPPETS: &[Snippet] = &[
    (
        Block::File,
        "contact",
        "what is known of people",
        "contact {\n  email:      email?  personal\n  first_name: text?   personal\n  $0\n}",
    ),
    (Block::File, "enum", "a type with a list of values", "enum ${1:name} { ${2:one}, ${3:other} }"),
    (
        Block::File,
        "event",
        "something that people do",
        "event ${1:name} as \"${2:Name Of The Call}\" {\n  ${3:field}: ${4:text}\n}",
    ),
    (Block::File, "segment", "who is in it at every instant", "segment ${1:name} { ${2:condition} }"),
    (
        Block::File,
        "score",
        "points for facts and events",
        "score ${1:name} {\n  range 0..100\n  half-life ${2:14 days}\n  +${3:20} when ${4:condition}\n  +${5:5} on ${6:event}\n  bands { cold from 0  warm from 30  hot from 60 until 50 }\n}",
    ),
    (
        Block::File,
        "lifecycle",
        "stages on the way to a customer",
        "lifecycle ${1:name} {\n  stages ${2:visitor}, ${3:customer}\n  start ${2:visitor}\n  ${2:visitor} -> ${3:customer} on ${4:event}\n}",
    ),
    (Block::File, "topic", "what people agree to", "topic ${1:name} { consent ${2|opt_in,opt_out,none|} }"),
    (
        Block::File,
        "message",
        "what is sent",
        "message ${1:name} {\n  channel ${2:email}\n  topic ${3:topic}\n  subject \"${4:Subject}\"\n  body file \"${5:templates/name.html}\"\n}",
    ),
    (
        Block::File,
        "limits",
        "how much one person receives",
        "limits {\n  email at most ${1:1} per ${2:1 day}\n  quiet ${3:21:00}..${4:08:00} local\n  when capped: wait up to ${5:2 days} then skip\n}",
    ),
    (
        Block::File,
        "sequence",
        "steps that follow an event",
        "sequence ${1:name} {\n  enter on ${2:event}\n  goal ${3:event} within ${4:14 days}\n  exit on unsubscribed\n\n  send ${5:message}\n  wait ${6:2 days}\n  $0\n}",
    ),
    (
        Block::File,
        "calendar",
        "working time",
        "calendar ${1:name} {\n  mon..fri ${2:09:00}..${3:17:00}\n  zone \"${4:Europe/Berlin}\"\n}",
    ),
    (Block::File, "team", "who is told", "team ${1:name} { email \"${2:sales@acme.example}\" }"),
    (
        Block::File,
        "sla",
        "how soon somebody has to act",
        "sla ${1:name} {\n  start on ${2:event}\n  met on ${3:event} within ${4:4h}\n  breach { notify ${5:team} \"${6:Nobody called}\" }\n}",
    ),
    (
        Block::File,
        "test",
        "what has to be so",
        "test \"${1:what is shown}\" {\n  contact ${2:ana} { email \"${2:ana}@example.com\" }\n  at ${3:2026-03-24T10:00}\n  ${2:ana} does ${4:event}\n  after ${5:1 day}\n  expect ${2:ana} sent ${6:message} once\n}",
    ),
    (Block::Sequence, "enter on", "who comes in", "enter on ${1:event}"),
    (Block::Sequence, "goal", "what it is for", "goal ${1:event} within ${2:14 days}"),
    (Block::Sequence, "exit on", "what ends it", "exit on ${1:unsubscribed}"),
    (Block::Sequence, "holdout", "who is never written to, to compare", "holdout ${1:5}%"),
    (
        Block::Steps,
        "wait up to",
        "wait for something, but not for ever",
        "wait up to ${1:1 day} {\n  on ${2:event} { $0 }\n  timeout { }\n}",
    ),
    (Block::Steps, "wait until", "a time of day", "wait until ${1:weekday} ${2:09:00}..${3:17:00}"),
    (Block::Steps, "choose", "one way of several", "choose {\n  when ${1:condition} { $0 }\n  otherwise { }\n}"),
    (Block::Steps, "split", "an experiment", "split ${1:name} {\n  50% ${2:control} { }\n  50% ${3:variant} { $0 }\n}"),
    (Block::Steps, "call", "ask another system", "call ${1:crm}.${2:create_task} { ${3:title}: \"$4\" }"),
    (Block::Steps, "notify", "tell a team", "notify ${1:team} \"$2\""),
    (
        Block::Score,
        "bands",
        "ranges with names",
        "bands { cold from 0  warm from ${1:30}  hot from ${2:60} until ${3:50} }",
    ),
    (Block::Waits, "on", "what is waited for", "on ${1:event} { $0 }"),
    (Block::Waits, "timeout", "when it does not happen", "timeout { $0 }"),
    (Block::Choose, "when", "a way", "when ${1:condition} { $0 }"),
    (Block::Choose, "otherwise", "the way of all others", "otherwise { $0 }"),
    (Block::Sla, "remind at", "before it is late", "remind at ${1:45m} { notify ${2:team} \"$3\" }"),
];

/// The snippets of the block around the cursor.
pub(super) fn clauses(_: &Snapshot, context: &Context<'_>, items: &mut Vec<Completion>) {
    let Some(frame) = context.frame() else { return };
    for (block, label, detail, text) in SNIPPETS {
        let steps = *block == Block::Steps && matches!(frame.block, Block::Sequence | Block::Actions);
        if *block == frame.block || steps {
            items.push(Completion::new(*label, What::Snippet, 3).snippet(*text).detail(*detail));
        }
    }
}
