//! Decisions of all partitions in the order of one.

use std::sync::mpsc::Receiver;

use super::Out;
use crate::driver::Turn;
use crate::record::Record;

/// What a partition has decided in one batch, as lines.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    lines: Vec<u8>,
    /// The turns in their order, and where the lines of each end.
    turns: Vec<(Turn, usize)>,
}

impl Chunk {
    /// Adds a line.
    pub(super) fn push(&mut self, turn: Turn, record: &Record) {
        let before = self.lines.len();
        // A record has nothing that JSON has not, and memory takes all.
        if serde_json::to_writer(&mut self.lines, record).is_err() {
            self.lines.truncate(before);
            return;
        }
        self.lines.push(b'\n');
        match self.turns.last_mut() {
            Some((last, end)) if *last == turn => *end = self.lines.len(),
            Some(_) | None => self.turns.push((turn, self.lines.len())),
        }
    }
}

/// Writes the chunks of all partitions, of each batch those of all, until there are no more.
pub(super) fn write(pipes: &[Receiver<Chunk>], mut out: Out<'_>) {
    loop {
        let chunks: Vec<Chunk> = pipes.iter().filter_map(|pipe| pipe.recv().ok()).collect();
        if chunks.len() < pipes.len() {
            return;
        }
        merge(&chunks, &mut out);
    }
}

fn merge(chunks: &[Chunk], out: &mut Out<'_>) {
    // Of each chunk how many turns are written, and how many bytes.
    let mut written = vec![(0, 0); chunks.len()];
    loop {
        let next = chunks.iter().zip(&mut written).filter_map(|(chunk, written)| {
            let (turn, end) = chunk.turns.get(written.0)?;
            Some((turn, *end, chunk, written))
        });
        let Some((_, end, chunk, written)) = next.min_by_key(|(turn, ..)| **turn) else { return };
        out(chunk.lines.get(written.1..end).unwrap_or_default());
        *written = (written.0 + 1, end);
    }
}
