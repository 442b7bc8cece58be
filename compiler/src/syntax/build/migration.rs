//! `moved` and `retired`.

use super::{Builder, Cursor, Pair, Rule};
use crate::source::Spanned;
use crate::syntax::tree::migration::{Address, MovedItem, RetiredItem, RetiredThen};

impl Builder<'_> {
    pub(super) fn moved_item(&mut self, pair: &Pair<'_>) -> Option<MovedItem> {
        let mut inner = Cursor::of(pair);
        let from = self.address(&inner.find(Rule::address)?);
        let to = self.address(&inner.find(Rule::address)?);
        Some(MovedItem { from, to })
    }

    pub(super) fn retired_item(&mut self, pair: &Pair<'_>) -> Option<RetiredItem> {
        let mut inner = Cursor::of(pair);
        let address = self.address(&inner.find(Rule::address)?);
        let then = inner.find_any(&[Rule::retired_exit, Rule::retired_continue])?;
        let span = self.span(&then);
        let then = match Cursor::of(&then).find(Rule::step_address) {
            Some(step) => RetiredThen::ContinueAt(self.name(&Cursor::of(&step).find(Rule::name)?)),
            None => RetiredThen::Exit,
        };
        Some(RetiredItem { address, then: Spanned::new(then, span) })
    }

    fn address(&self, pair: &Pair<'_>) -> Address {
        Address { parts: self.names(pair), span: self.span(pair) }
    }
}
