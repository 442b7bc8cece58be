//! Segments: who is in them.

use flow_compiler::prove::Around;

use super::Diff;
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

impl Diff<'_> {
    pub(super) fn segments(&mut self) {
        for (before, after) in self.pairs(|program| &program.segments, |segment| &segment.name) {
            let words = |diff: &Self| {
                let before = before.map(|it| (diff.words_before(&it.condition), Some(&it.at)));
                (before, after.map(|it| (diff.words_after(&it.condition), Some(&it.at))))
            };
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("segment.{name}"));
            match (before, after) {
                (Some(before), Some(after)) => {
                    if self.same(&before.condition, &after.condition) {
                        continue;
                    }
                    let meaning = self.meaning(Some(&before.condition), Some(&after.condition), Around::default());
                    let says = match meaning.relation {
                        Relation::Wider => "more contacts are in it, and everybody of before",
                        Relation::Narrower => "fewer contacts are in it, and nobody new",
                        Relation::Disjoint => "other contacts are in it: nobody of before",
                        Relation::Different => "some contacts come in, and others go out",
                        Relation::Same => "it is written anew: exactly the same contacts are in it",
                        Relation::Unproved => "other contacts may be in it",
                    };
                    let sides = words(self);
                    self.tell(meaning.relation.code(), None, says.to_owned(), sides, meaning.witnesses);
                }
                (None, Some(_)) => {
                    let sides = words(self);
                    self.push(Code::ItemAdded, None, "the segment is new", sides);
                }
                (Some(_), None) => {
                    let sides = words(self);
                    self.push(Code::ItemRemoved, None, "the segment is gone", sides);
                }
                (None, None) => {}
            }
        }
    }
}
