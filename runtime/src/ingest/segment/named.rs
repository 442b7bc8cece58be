//! Whom a call names, and of whom a call has to be read.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::json::{Json, Kind, Tree};
use super::super::{MAX_ID_BYTES, Reason, Refusal, Who, prepared};
use super::layout::Envelope;

/// Contacts of whom all is read; of others no more than whom they speak of, and when.
#[derive(Debug)]
pub(crate) struct Sieve(FxHashSet<Arc<str>>);

impl Sieve {
    /// The contacts that some ids lead to.
    pub(crate) fn new(ids: &[Arc<str>]) -> Self {
        Self(ids.iter().cloned().collect())
    }

    /// Whether it is somebody else. Who may turn out to be another contact may be one of them.
    pub(super) fn passes_over(&self, who: &Who) -> bool {
        who.alone && ![&who.user, &who.anonymous].into_iter().flatten().any(|id| self.0.contains(id))
    }
}

impl Envelope {
    #[inline]
    pub(super) fn named<'t>(&self, tree: &'t Tree<'_>, is_alias: bool) -> Result<Named<'t>, Refusal> {
        let user = id_of("userId", tree.find(self.user_id))?;
        let anonymous = id_of("anonymousId", tree.find(self.anonymous_id))?;
        let previous = if is_alias { id_of("previousId", tree.find(self.previous_id))? } else { None };
        if user.is_none() && anonymous.is_none() {
            return Err(Refusal::call(Reason::MissingContact, "neither `userId` nor `anonymousId`"));
        }
        if is_alias && (user.is_none() || previous.is_none()) {
            return Err(Refusal::call(Reason::MissingContact, "an alias has a `previousId` and a `userId`"));
        }
        Ok(Named { user, anonymous, previous })
    }
}

/// Whom a call names.
#[derive(Debug)]
pub(in super::super) struct Named<'a> {
    pub(in super::super) user: Option<Said<'a>>,
    pub(in super::super) anonymous: Option<Said<'a>>,
    /// Of an alias.
    pub(in super::super) previous: Option<Said<'a>>,
}

/// An id as a call says it.
#[derive(Debug)]
pub(in super::super) enum Said<'a> {
    /// One that is shared with other calls.
    Known(&'a prepared::Id),
    Text(&'a str),
    Number(i64),
}

impl<'a> Said<'a> {
    pub(in super::super) fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Known(id) => Cow::Borrowed(&id.text),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
        }
    }

    pub(super) fn shared(self) -> Arc<str> {
        match self {
            Self::Known(id) => Arc::clone(&id.text),
            Self::Text(_) | Self::Number(_) => Arc::from(self.text()),
        }
    }
}

/// An id: a text, or a whole number as its text. Null and empty are none.
#[inline]
pub(super) fn id_of<'a>(key: &str, json: Option<Json<'a>>) -> Result<Option<Said<'a>>, Refusal> {
    match json {
        None => Ok(None),
        Some(json) => match json.known() {
            Some(known) => Ok(Some(Said::Known(known))),
            None => said(key, json),
        },
    }
}

fn said<'a>(key: &str, json: Json<'a>) -> Result<Option<Said<'a>>, Refusal> {
    match json.kind() {
        Kind::Text("") => Ok(None),
        Kind::Text(text) if text.len() <= MAX_ID_BYTES => Ok(Some(Said::Text(text))),
        Kind::Int(number) => Ok(Some(Said::Number(number))),
        Kind::Text(_) => Err(Refusal::call(Reason::InvalidId, format!("`{key}` is longer than {MAX_ID_BYTES} bytes"))),
        other @ (Kind::Null | Kind::Bool(_) | Kind::Float(_) | Kind::List | Kind::Object) => {
            Err(Refusal::call(Reason::InvalidId, format!("`{key}` is {}", other.words())))
        }
    }
}
