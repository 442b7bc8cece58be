//! What the grammar read becomes a layout: clauses become members of blocks, words become parts.
#![expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]

use super::layout::{Block, Break, Cell, Group, Kind, Member, Part};
use super::spacing::{Word, is_word, written};
use super::trivia::Gap;
use crate::syntax::grammar::{Pair, Pairs, Rule};

/// The layout of an item; nothing when a part of it could not be read.
pub(super) fn item<'i>(text: &'i str, pair: &Pair<'i>) -> Option<Member<'i>> {
    let mut reader = Reader { text, at: 0, before: None, soft: false, lost: false };
    let mut header = Vec::new();
    let mut body = Vec::new();
    let parent = pair.as_rule();
    let mut inner = pair.clone().into_inner();
    while let Some(child) = inner.next() {
        match child.as_rule() {
            Rule::EOI => {}
            Rule::open => {
                reader.before = None;
                reader.block(&child, &mut inner, parent, &mut body);
            }
            _ => reader.parts(&child, parent, &mut header),
        }
    }
    let mut cells = vec![Cell { column: 0, parts: header }];
    if !body.is_empty() {
        cells.push(Cell { column: 1, parts: body });
    }
    (!reader.lost && reader.at == text.len()).then(|| Member::new(Kind::Plain, cells))
}

/// Walks through what the grammar read, from the first word to the last.
pub(super) struct Reader<'i> {
    text: &'i str,
    /// The end of the last word.
    at: usize,
    /// The last word; none at the beginning of a member or a column.
    before: Option<Word>,
    /// A line may end before the next word.
    pub(super) soft: bool,
    /// A part could not be read.
    lost: bool,
}

impl<'i> Reader<'i> {
    /// What stands between the last word and a place.
    fn gap(&mut self, end: usize) -> Gap<'i> {
        let text = self.text.get(self.at..end).unwrap_or("");
        // Nearly all gaps are this short.
        if text.is_empty() || text == " " {
            return Gap::default();
        }
        let gap = Gap::read(text, false);
        self.lost |= gap.is_none();
        gap.unwrap_or_default()
    }

    /// Whether the author ended a line between the last word and a node.
    pub(super) fn broken_before(&self, pair: &Pair<'_>) -> bool {
        self.text.get(self.at..pair.as_span().start()).is_some_and(|gap| gap.contains('\n'))
    }

    /// Comments and space before a word, which is then the last one.
    fn approach(&mut self, pair: &Pair<'i>, parent: Rule, out: &mut Vec<Part<'i>>) {
        let span = pair.as_span();
        let gap = self.gap(span.start());
        out.extend(gap.comments.into_iter().map(Part::Comment));
        let word = Word::new(pair, parent);
        let soft = std::mem::take(&mut self.soft);
        if self.before.is_some_and(|before| word.stands_apart(before)) {
            out.push(if soft { Part::Line } else { Part::Space });
        }
        self.before = Some(word);
        self.at = span.end();
        self.soft = pair.as_rule() == Rule::comma;
    }

    fn word(&mut self, pair: &Pair<'i>, parent: Rule, out: &mut Vec<Part<'i>>) {
        // What nobody could read has no layout.
        self.lost |= matches!(pair.as_rule(), Rule::bad | Rule::lump);
        self.approach(pair, parent, out);
        let text = written(pair);
        let width = if text.is_ascii() { text.len() } else { text.chars().count() };
        out.push(Part::Word(text, width));
    }

    /// A node as parts of a line.
    pub(super) fn parts(&mut self, pair: &Pair<'i>, parent: Rule, out: &mut Vec<Part<'i>>) {
        if is_word(pair) {
            return self.word(pair, parent, out);
        }
        match pair.as_rule() {
            Rule::expr | Rule::condition => self.expr(pair, out),
            Rule::paren | Rule::list | Rule::aggregate | Rule::except_clause => self.bracketed(pair, out),
            Rule::hold | Rule::goal_within | Rule::best_time | Rule::moment_at | Rule::moment_else => {
                self.soft = true;
                self.children(pair, out);
            }
            _ => self.children(pair, out),
        }
    }

    fn children(&mut self, pair: &Pair<'i>, out: &mut Vec<Part<'i>>) {
        let parent = pair.as_rule();
        let mut inner = pair.clone().into_inner();
        while let Some(child) = inner.next() {
            match child.as_rule() {
                Rule::open => self.block(&child, &mut inner, parent, out),
                Rule::kw_within if parent == Rule::sla_met => {
                    self.soft = true;
                    self.word(&child, parent, out);
                }
                _ => self.parts(&child, parent, out),
            }
        }
    }

    /// `( … )` and `[ … ]`, with what stands before them.
    fn bracketed(&mut self, pair: &Pair<'i>, out: &mut Vec<Part<'i>>) {
        let parent = pair.as_rule();
        let mut group: Option<Vec<Part<'i>>> = None;
        let mut broken = false;
        for child in pair.clone().into_inner() {
            match (child.as_rule(), group.as_mut()) {
                (Rule::lparen | Rule::lbracket, _) => {
                    self.word(&child, parent, out);
                    group = Some(out.pop().into_iter().collect());
                }
                (_, None) => self.parts(&child, parent, out),
                (_, Some(group)) => {
                    // Whether a condition in brackets has lines of its own is for the author to say.
                    broken |= parent == Rule::paren && group.len() == 1 && self.broken_before(&child);
                    self.parts(&child, parent, group);
                }
            }
        }
        if let Some(group) = group {
            out.push(Part::Group(Group::new(group, Break::Brackets, broken)));
        }
    }

    /// `{ … }`, from its opening brace on.
    fn block(&mut self, open: &Pair<'i>, inner: &mut Pairs<'i>, parent: Rule, out: &mut Vec<Part<'i>>) {
        self.approach(open, parent, out);
        let start = open.as_span().start();
        let mut block = Block::default();
        for child in inner.by_ref() {
            let mut gap = self.next_line(&child, &mut block.members);
            if block.members.is_empty() {
                block.trailing = gap.take_trailing();
            }
            if child.as_rule() == Rule::close {
                block.end = gap.comments;
                self.before = Some(Word::new(&child, parent));
                self.at = child.as_span().end();
                break;
            }
            let first = block.members.len();
            self.members(&child, parent, &mut block.members);
            if let Some(member) = block.members.get_mut(first) {
                member.blank = gap.blank;
                member.before = gap.comments;
            }
        }
        let one_line = self.text.get(start..self.at).is_some_and(|text| !text.contains('\n'));
        block.width = if one_line { block.measure() } else { None };
        out.push(Part::Block(block));
    }

    /// Goes to where a member begins; the comment on the line before belongs to the member there.
    fn next_line(&mut self, pair: &Pair<'i>, found: &mut [Member<'i>]) -> Gap<'i> {
        let start = pair.as_span().start();
        let mut gap = self.gap(start);
        if let Some(last) = found.last_mut() {
            last.trailing = gap.take_trailing();
        }
        self.at = start;
        self.soft = false;
        gap
    }

    /// A clause as a member of its block; a line of a test may be two.
    fn members(&mut self, pair: &Pair<'i>, parent: Rule, found: &mut Vec<Member<'i>>) {
        let before = found.last().map(|member| member.kind);
        let member = match pair.as_rule() {
            Rule::field => self.field(pair),
            Rule::score_rule => return self.score_rule(pair, found),
            Rule::transition => self.columns(Kind::Transition, within(pair), |rule| match rule {
                Rule::cause_when | Rule::cause_on => Some(1),
                _ => None,
            }),
            Rule::split_arm => self.columns(Kind::Arm, within(pair), |rule| match rule {
                Rule::name => Some(1),
                Rule::block => Some(2),
                _ => None,
            }),
            Rule::test_contact => {
                self.columns(Kind::Person, within(pair), |rule| (rule == Rule::test_fields).then_some(1))
            }
            Rule::test_line => return self.test_line(pair, found),
            Rule::expr => self.member(Kind::Condition, pair, parent),
            Rule::enter_clause => self.member(Kind::Enter, pair, parent),
            Rule::key_clause | Rule::unless_clause if matches!(before, Some(Kind::Enter | Kind::Sub)) => {
                self.member(Kind::Sub, pair, parent)
            }
            _ => self.member(Kind::Plain, pair, parent),
        };
        found.push(member);
    }

    /// A clause without columns.
    fn member(&mut self, kind: Kind, pair: &Pair<'i>, parent: Rule) -> Member<'i> {
        let mut parts = Vec::new();
        self.before = None;
        self.parts(pair, parent, &mut parts);
        Member::new(kind, vec![Cell { column: 0, parts }])
    }

    /// A clause whose parts stand in columns; `begins` says which column a part begins, if it begins one.
    fn columns(
        &mut self,
        kind: Kind,
        nodes: Vec<(Pair<'i>, Rule)>,
        mut begins: impl FnMut(Rule) -> Option<usize>,
    ) -> Member<'i> {
        self.before = None;
        let mut cells: Vec<Cell<'i>> = Vec::new();
        let mut parts = Vec::new();
        let mut column = 0;
        for (node, parent) in nodes {
            if let Some(next) = begins(node.as_rule()) {
                cells.push(Cell { column, parts: std::mem::take(&mut parts) });
                column = next;
                self.before = None;
                self.soft = false;
            }
            self.parts(&node, parent, &mut parts);
        }
        cells.push(Cell { column, parts });
        Member::new(kind, cells)
    }

    /// `name: type in 0..100  personal  as "wire"  from crm,`
    fn field(&mut self, pair: &Pair<'i>) -> Member<'i> {
        let place = |rule| match rule {
            Rule::kw_personal => Some(2),
            Rule::kw_unique => Some(3),
            Rule::mod_wire => Some(4),
            Rule::mod_owner => Some(5),
            _ => None,
        };
        let nodes = within(pair);
        let marks: Vec<Rule> = nodes.iter().map(|(node, _)| node.as_rule()).collect();
        let first = marks.iter().position(|&rule| place(rule).is_some());
        let marks = first.and_then(|first| marks.get(first..)).unwrap_or_default();
        // Marks in an unusual order share one column.
        let ordered = marks.iter().filter_map(|&rule| place(rule)).is_sorted_by(|a, b| a < b);
        let apart = ordered && !marks.contains(&Rule::mod_range);
        let mut seen = false;
        self.columns(Kind::Field, nodes, |rule| match place(rule) {
            None => (rule == Rule::field_type).then_some(1),
            Some(column) => {
                let begins = apart || !seen;
                seen = true;
                begins.then_some(column)
            }
        })
    }

    /// `+5 on event where …  at most 20 per 7 days`. A half-life on a line of its own belongs to the score, and stays
    /// on a line of its own.
    fn score_rule(&mut self, pair: &Pair<'i>, found: &mut Vec<Member<'i>>) {
        let inside = |(node, parent): (Pair<'i>, Rule)| match node.as_rule() {
            Rule::rule_when | Rule::rule_on => within(&node),
            _ => vec![(node, parent)],
        };
        let nodes: Vec<(Pair<'i>, Rule)> = within(pair).into_iter().flat_map(inside).collect();
        let own = |(node, _): &(Pair<'i>, Rule)| {
            let before = self.text.get(..node.as_span().start()).unwrap_or("");
            let line = before.rsplit('\n').next().unwrap_or("");
            node.as_rule() == Rule::half_life && line.trim().is_empty()
        };
        let runs: Vec<Vec<(Pair<'i>, Rule)>> =
            nodes.chunk_by(|before, node| !own(before) && !own(node)).map(<[_]>::to_vec).collect();
        for (i, run) in runs.into_iter().enumerate() {
            let gap = match run.first() {
                Some((node, _)) if i > 0 => self.next_line(node, found),
                Some(_) | None => Gap::default(),
            };
            let mut column = 1;
            let mut member = self.columns(if i == 0 { Kind::Rule } else { Kind::Plain }, run, |rule| match rule {
                Rule::kw_when | Rule::kw_on => Some(1),
                Rule::rule_cap | Rule::once_per | Rule::kw_no_decay | Rule::half_life if i == 0 => {
                    column += 1;
                    Some(column)
                }
                _ => None,
            });
            (member.blank, member.before) = (gap.blank, gap.comments);
            found.push(member);
        }
    }

    /// `at T`, `after D`, what happens, or a time with what happens then behind it.
    fn test_line(&mut self, pair: &Pair<'i>, found: &mut Vec<Member<'i>>) {
        let mut nodes = within(pair);
        let timed = nodes.first().is_some_and(|(node, _)| node.as_rule() == Rule::test_when);
        if !timed {
            found.push(self.member(Kind::Same, pair, Rule::test_line));
            return;
        }
        let (when, parent) = nodes.remove(0);
        let kind = if when.as_str().starts_with("at") { Kind::At } else { Kind::After };
        let mut member = self.member(kind, &when, parent);
        let Some((what, parent)) = nodes.pop() else {
            found.push(member);
            return;
        };
        if !self.broken_before(&what) {
            member
                .cells
                .extend(self.member(kind, &what, parent).cells.into_iter().map(|cell| Cell { column: 1, ..cell }));
            found.push(member);
            return;
        }
        found.push(member);
        let gap = self.next_line(&what, found);
        let mut member = self.member(Kind::Same, &what, parent);
        (member.blank, member.before) = (gap.blank, gap.comments);
        found.push(member);
    }
}

/// The nodes below a node, each with the rule of that node.
fn within<'i>(pair: &Pair<'i>) -> Vec<(Pair<'i>, Rule)> {
    let parent = pair.as_rule();
    pair.clone().into_inner().map(|inner| (inner, parent)).collect()
}
