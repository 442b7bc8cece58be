//! Pages and codes for programs: `docs/schemas/explain.schema.json`.

use flow_compiler::diagnostic::Code;
use flow_compiler::explain::{self, Block, GROUPS, Topic};
use flow_compiler::render::severity;
use flow_review::plan::Code as Reason;
use serde_json::{Value, json};

/// Everything that there is, without its text.
pub(super) fn list() -> Value {
    let topics = explain::topics().iter().map(
        |topic| json!({ "name": topic.name, "group": group(topic), "summary": topic.summary, "words": topic.words }),
    );
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.number());
    let codes = codes.into_iter().map(|code| {
        json!({
            "code": code.number(), "name": code.slug(), "severity": severity(code.severity()), "topics": topics_of(code),
        })
    });
    json!({
        "format_version": 1,
        "kind": "list",
        "topics": topics.collect::<Vec<_>>(),
        "codes": codes.collect::<Vec<_>>(),
    })
}

/// A page; its text is Markdown.
pub(super) fn topic(topic: &Topic) -> Value {
    let codes: Vec<&str> = topic.codes.iter().map(|code| code.number()).collect();
    json!({
        "format_version": 1,
        "kind": "topic",
        "name": topic.name,
        "group": group(topic),
        "summary": topic.summary,
        "text": topic.text,
        "near": topic.near,
        "codes": codes,
        "words": topic.words,
    })
}

/// What a code means.
pub(super) fn code(code: Code) -> Value {
    let page = explain::page(code);
    let (text, wrong, right) = page.map_or_else(Default::default, |page| (page.text, page.wrong, page.right));
    json!({
        "format_version": 1,
        "kind": "code",
        "code": code.number(),
        "name": code.slug(),
        "severity": severity(code.severity()),
        "text": text,
        "wrong": files(&wrong),
        "right": files(&right),
        "topics": topics_of(code),
    })
}

/// What a reason of a plan means.
pub(super) fn reason(reason: Reason) -> Value {
    json!({
        "format_version": 1,
        "kind": "reason",
        "name": reason.word(),
        "aspect": reason.aspect().word(),
        "needs_approval": reason.needs_approval(),
        "says": reason.says(),
    })
}

fn files(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().map(|block| json!({ "path": block.path, "text": block.text })).collect()
}

fn topics_of(code: Code) -> Vec<&'static str> {
    explain::topics_of(code).map(|topic| topic.name).collect()
}

fn group(topic: &Topic) -> &'static str {
    GROUPS.iter().find(|group| group.topics.contains(&topic.name)).map_or("", |group| group.title)
}
