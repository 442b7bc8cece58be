//! `contact`, `event`, `enum`.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::contact::{ContactItem, EnumItem, EventItem, Field, FieldType, WireName};
use crate::syntax::tree::expr::Literal;

impl Builder<'_> {
    pub(super) fn enum_item(&mut self, pair: &Pair<'_>) -> Option<EnumItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let values = self.clauses(&mut inner, Block::Enum);
        let values = values.iter().filter_map(|value| Cursor::of(value).find(Rule::name)).map(|n| self.declared(&n));
        Some(EnumItem { name, values: values.collect() })
    }

    pub(super) fn contact_item(&mut self, pair: &Pair<'_>) -> Option<ContactItem> {
        let mut inner = Cursor::of(pair);
        let keyword = self.span(&inner.find(Rule::kw_contact)?);
        Some(ContactItem { keyword, fields: self.fields(&mut inner) })
    }

    pub(super) fn event_item(&mut self, pair: &Pair<'_>) -> Option<EventItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let wire = inner.next_if(Rule::wire).and_then(|wire| self.wire(&wire));
        Some(EventItem { name, wire, fields: self.fields(&mut inner) })
    }

    fn wire(&mut self, pair: &Pair<'_>) -> Option<WireName> {
        let part = Cursor::of(pair).find_any(&[Rule::text, Rule::name])?;
        Some(match part.as_rule() {
            Rule::text => WireName::Track(self.quoted(&part)),
            _ => WireName::Call(self.name(&part)),
        })
    }

    fn fields(&mut self, inner: &mut Cursor<'_>) -> Vec<Field> {
        let fields = self.clauses(inner, Block::Fields);
        fields.iter().filter_map(|field| self.field(field)).collect()
    }

    fn field(&mut self, pair: &Pair<'_>) -> Option<Field> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let ty = self.field_type(&inner.find(Rule::field_type)?)?;
        let mut field = Field {
            doc: self.doc_before(pair),
            span: name.span.to(ty.span),
            name,
            ty,
            optional: None,
            range: None,
            wire: None,
            personal: None,
            unique: None,
            owner: None,
        };
        for part in inner.filter(|part| part.as_rule() != Rule::comma) {
            let span = self.span(&part);
            field.span = field.span.to(span);
            match part.as_rule() {
                Rule::question => field.optional = Some(span),
                Rule::kw_personal => field.personal = Some(span),
                Rule::kw_unique => field.unique = Some(span),
                Rule::mod_range => field.range = self.range(&part),
                Rule::mod_wire => field.wire = Cursor::of(&part).find(Rule::text).map(|text| self.quoted(&text)),
                Rule::mod_owner => field.owner = Cursor::of(&part).find(Rule::name).map(|name| self.name(&name)),
                _ => {}
            }
        }
        Some(field)
    }

    fn field_type(&mut self, pair: &Pair<'_>) -> Option<FieldType> {
        let mut inner = Cursor::of(pair);
        let set = inner.next_if(Rule::kw_set_of).is_some();
        Some(FieldType { set, name: self.name(&inner.find(Rule::name)?), span: self.span(pair) })
    }

    fn range(&mut self, pair: &Pair<'_>) -> Option<Spanned<(Literal, Literal)>> {
        let mut ends = Cursor::of(pair).filter(|part| !matches!(part.as_rule(), Rule::kw_in | Rule::dots));
        let (low, high) = (self.literal(&ends.next()?)?, self.literal(&ends.next()?)?);
        let span: Span = low.span.to(high.span);
        Some(Spanned::new((low.value, high.value), span))
    }

    /// The `///` lines right before a field.
    fn doc_before(&self, pair: &Pair<'_>) -> Option<String> {
        let before = self.source.get(..pair.as_span().start())?;
        // The last piece is the field's own line up to its name; on a line with other fields it is documented by none.
        let mut lines = before.rsplit('\n').map(str::trim);
        lines.next().filter(|own| own.is_empty())?;
        let mut doc: Vec<&str> = Vec::new();
        while let Some(line) = lines.next().and_then(|line| line.strip_prefix("///")) {
            doc.push(line.strip_prefix(' ').unwrap_or(line));
        }
        doc.reverse();
        (!doc.is_empty()).then(|| doc.join("\n"))
    }

    /// `a, b` as names.
    pub(super) fn names(&self, pair: &Pair<'_>) -> Vec<Name> {
        Cursor::of(pair).filter(|part| part.as_rule() == Rule::name).map(|name| self.name(&name)).collect()
    }
}
