//! Where in the language the cursor is: in which block, behind which words of its clause, and what can come next.

use flow_compiler::keywords;

use super::shapes::{self, Block, Expected, State};
use super::tokens::{Kind, Token, Turn, tokens};

/// Where the cursor is.
#[derive(Debug)]
pub struct Context<'t> {
    /// The whole text.
    pub text: &'t str,
    /// The cursor, in bytes.
    pub offset: usize,
    /// The tokens of the item before the cursor, comments left out, without the word that is being written.
    pub tokens: Vec<Token>,
    /// The word that is being written, up to the cursor and beyond.
    pub prefix: Option<Token>,
    /// In what kind of text.
    pub inside: Inside,
    /// The blocks and brackets around, outermost first; there is always one.
    pub frames: Vec<Frame>,
}

/// In what kind of text the cursor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// Where words of the language stand.
    Code,
    /// In a text in quotes.
    Text(Token),
    /// In a comment.
    Comment,
}

/// A block or bracket that is open at the cursor.
#[derive(Debug, Clone)]
pub struct Frame {
    /// What stands in it.
    pub block: Block,
    /// The number of the first token in it.
    pub from: usize,
    /// The number of the first token of the clause that is being written in it.
    pub clause: usize,
    /// What can come next in it.
    pub state: State,
}

impl<'t> Context<'t> {
    /// Looks at a text up to the cursor.
    #[must_use]
    pub fn new(text: &'t str, offset: u32) -> Self {
        let offset = (offset as usize).min(text.len());
        let all = tokens(text);
        let until = all.partition_point(|token| token.start < offset);
        let touched = until.checked_sub(1).and_then(|last| all.get(last)).copied().filter(|token| offset <= token.end);
        let open_text = |token: Token| token.kind == Kind::Text && (offset < token.end || !closed(text, token));
        let inside = match touched {
            Some(token) if matches!(token.kind, Kind::Comment | Kind::Doc) => Inside::Comment,
            Some(token) if open_text(token) => Inside::Text(token),
            Some(_) | None => Inside::Code,
        };
        let written = |token: &Token| matches!(token.kind, Kind::Word | Kind::Number);
        let prefix = touched.filter(written);
        let in_text = matches!(inside, Inside::Text(_));
        let before = if prefix.is_some() || in_text { until.saturating_sub(1) } else { until };
        let code = |token: &&Token| !matches!(token.kind, Kind::Comment | Kind::Doc);
        let before: Vec<Token> = all.get(..before).unwrap_or_default().iter().filter(code).copied().collect();
        let start = before
            .iter()
            .enumerate()
            .rev()
            .find(|(number, _)| is_head(text, &before, *number))
            .map_or(0, |(number, _)| number);
        let tokens = before.get(start..).unwrap_or_default().to_vec();
        // The first letter of a line may begin an item: what was open before is not closed, and no matter here.
        let fresh = prefix.is_some_and(|token| token.first && token.column == 0) && balanced(&tokens);
        let tokens = if fresh { Vec::new() } else { tokens };
        let frames = walk(text, &tokens);
        Self { text, offset, tokens, prefix, inside, frames }
    }

    /// The innermost block.
    #[must_use]
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// What can come next.
    #[must_use]
    pub fn expected(&self) -> Vec<Expected> {
        let Some(frame) = self.frame() else { return Vec::new() };
        shapes::of(frame.block).map(|automaton| automaton.expected(&frame.state)).unwrap_or_default()
    }

    /// Whether a clause or an item can begin here.
    #[must_use]
    pub fn begins(&self) -> bool {
        let whole = |frame: &Frame| shapes::of(frame.block).is_some_and(|automaton| automaton.is_whole(&frame.state));
        self.frame().is_some_and(whole)
    }

    /// Whether only space stands before what is being written on its line.
    #[must_use]
    pub fn is_first(&self) -> bool {
        let at = self.prefix.map_or(self.offset, |token| token.start);
        let before = self.text.get(..at).unwrap_or("");
        before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
    }

    /// The lines of the table that what stands here can become, each with the number of the gap that comes next.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, Option<usize>)> {
        let Some(frame) = self.frame() else { return Vec::new() };
        shapes::of(frame.block).map(|automaton| automaton.lines(&frame.state)).unwrap_or_default()
    }

    /// What a token is.
    #[must_use]
    pub fn word(&self, token: Token) -> &'t str {
        slice(self.text, token)
    }

    /// The words of the innermost clause before the cursor, brackets and what stands in them included.
    #[must_use]
    pub fn clause(&self) -> &[Token] {
        let from = self.frame().map_or(0, |frame| frame.clause);
        self.tokens.get(from..).unwrap_or_default()
    }

    /// The tokens of a frame's clause up to where the next frame begins.
    #[must_use]
    pub fn clause_of(&self, depth: usize) -> &[Token] {
        let Some(frame) = self.frames.get(depth) else { return &[] };
        let until = self.frames.get(depth + 1).map_or(self.tokens.len(), |next| next.from.saturating_sub(1));
        self.tokens.get(frame.clause..until).unwrap_or_default()
    }

    /// The token before the cursor.
    #[must_use]
    pub fn last(&self) -> Option<Token> {
        self.tokens.last().copied()
    }

    /// The word `back` tokens before the cursor; 0 is the last one.
    #[must_use]
    pub fn back(&self, back: usize) -> &'t str {
        let at = self.tokens.len().checked_sub(back + 1);
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| self.word(*token))
    }
}

fn slice(text: &str, token: Token) -> &str {
    text.get(token.start..token.end).unwrap_or("")
}

fn closed(text: &str, token: Token) -> bool {
    token.end - token.start >= 2 && slice(text, token).ends_with('"')
}

/// Whether an item begins at a token: as the compiler cuts, also inside brackets that nobody closed.
fn is_head(text: &str, tokens: &[Token], number: usize) -> bool {
    let at = |number: usize| tokens.get(number).copied();
    let Some(token) = at(number).filter(|token| token.is_head()) else { return false };
    let word = slice(text, token);
    if !keywords::ITEMS.contains(&word) {
        return false;
    }
    match word {
        "contact" | "limits" => at(number + 1).is_none_or(|next| next.kind == Kind::Open(b'{')),
        "test" => at(number + 1).is_none_or(|next| next.kind == Kind::Text),
        _ => at(number + 1).is_none_or(|next| next.kind == Kind::Word),
    }
}

fn balanced(tokens: &[Token]) -> bool {
    let depth = tokens.iter().fold(0_i64, |depth, token| match token.turn() {
        Turn::Opens(_) => depth + 1,
        Turn::Closes(_) => depth - 1,
        Turn::Stays => depth,
    });
    depth <= 0
}

/// How deep brackets are followed; the compiler refuses what is deeper.
const DEEPEST: usize = 128;

/// Walks over the tokens of an item; gives what is open at the end.
fn walk(text: &str, tokens: &[Token]) -> Vec<Frame> {
    let begin = |block: Block, from: usize| Frame {
        block,
        from,
        clause: from,
        state: shapes::of(block).map(shapes::Automaton::begin).unwrap_or_default(),
    };
    let mut frames = vec![begin(Block::File, 0)];
    // Brackets that are open and deeper than anybody nests them.
    let mut deeper = 0_usize;
    for (number, token) in tokens.iter().enumerate() {
        match token.turn() {
            Turn::Opens(_) if frames.len() > DEEPEST => deeper += 1,
            Turn::Closes(_) if deeper > 0 => deeper -= 1,
            Turn::Opens(bracket) => {
                let block = frames.last().map_or(Block::File, |frame| opened(text, tokens, number, bracket, frame));
                frames.push(begin(block, number + 1));
            }
            Turn::Closes(_) if frames.len() > 1 => {
                let open = frames.pop().map_or(0, |frame| frame.from.saturating_sub(1));
                if let (Some(frame), Some(open)) = (frames.last_mut(), tokens.get(open)) {
                    advance(text, frame, (number, *open));
                    // A block that ends is the end of its clause, even where the clause was not understood.
                    if frame.state.is_lost() && token.kind == Kind::Close(b'}') {
                        *frame = Frame { from: frame.from, ..begin(frame.block, number + 1) };
                    }
                }
            }
            Turn::Closes(_) | Turn::Stays => {
                if let Some(frame) = frames.last_mut() {
                    advance(text, frame, (number, *token));
                }
            }
        }
    }
    frames
}

/// Takes a token in a frame. Where nothing fits, what stands there is left out, and the next line begins anew.
fn advance(text: &str, frame: &mut Frame, (number, token): (usize, Token)) {
    let Some(automaton) = shapes::of(frame.block) else { return };
    let word = slice(text, token);
    let next = automaton.step(&frame.state, token, word);
    let anew = || automaton.step(&automaton.begin(), token, word);
    let begins = automaton.is_whole(&frame.state) && !anew().is_lost();
    if next.is_lost() && token.first {
        frame.state = anew();
        frame.clause = number;
        return;
    }
    // A word that goes on with the clause and could begin one begins one on a line of its own.
    if begins && (token.first || only_begins(automaton, &frame.state, token, word)) {
        frame.clause = number;
    }
    frame.state = next;
}

/// Whether a token can only be the beginning of a clause.
fn only_begins(automaton: &shapes::Automaton, state: &State, token: Token, word: &str) -> bool {
    automaton.step(state, token, word) == automaton.step(&automaton.begin(), token, word)
}

/// What stands in a bracket that is opened.
fn opened(text: &str, tokens: &[Token], number: usize, bracket: u8, frame: &Frame) -> Block {
    let automaton = shapes::of(frame.block);
    let expected = automaton.map(|automaton| automaton.expected(&frame.state)).unwrap_or_default();
    let fitting: Vec<Block> = expected
        .iter()
        .filter_map(|expected| match expected {
            Expected::Open(found, block) if *found == bracket => Some(*block),
            Expected::Open(..) | Expected::Word(_) | Expected::Sign(_) | Expected::Name(_) | Expected::Literal(_) => {
                None
            }
        })
        .collect();
    let before = number.checked_sub(1).and_then(|before| tokens.get(before)).map_or("", |token| slice(text, *token));
    match (bracket, fitting.as_slice()) {
        (b'(', _) if keywords::AGGREGATES.contains(&before) && fitting.contains(&Block::Aggregate) => Block::Aggregate,
        (b'(', _) if fitting.contains(&Block::OfMessage) => Block::OfMessage,
        (_, [block, ..]) => *block,
        (b'{', []) => guessed(text, tokens, number, frame.block),
        (b'[', []) => Block::List,
        (_, []) => Block::Paren,
    }
}

/// What stands in a block whose head was not understood.
fn guessed(text: &str, tokens: &[Token], number: usize, outer: Block) -> Block {
    if outer == Block::File {
        let keyword = tokens
            .iter()
            .take(number)
            .rev()
            .map(|token| slice(text, *token))
            .find(|word| keywords::ITEMS.contains(word));
        let named = keyword.and_then(shapes::block_of);
        return named.unwrap_or(Block::Steps);
    }
    let line = tokens.iter().take(number).rev().take(12).map(|token| slice(text, *token));
    for word in line {
        match word {
            "choose" => return Block::Choose,
            "split" => return Block::Split,
            "wait" => return Block::Waits,
            "bands" => return Block::Bands,
            "call" => return Block::CallFields,
            "emit" => return Block::EventFields,
            "does" => return Block::TestEvent,
            "sets" | "contact" => return Block::TestContact,
            _ => {}
        }
    }
    Block::Steps
}

#[cfg(test)]
mod tests {
    use super::Context;

    #[test]
    fn many_brackets_are_not_followed_for_ever() {
        let text = "segment x { ".to_owned() + &"(".repeat(100_000) + &")".repeat(99_999);
        let context = Context::new(&text, u32::try_from(text.len()).unwrap());
        assert_eq!(context.frames.len(), 3);
    }
}
