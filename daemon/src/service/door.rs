//! Where to come with what one wants of the shard, from any thread.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Duration;

use flow_graph::program::{Wire, builtin};
use flow_graph::{Timestamp, Value};
use flow_runtime::Incoming;
use flow_runtime::driver::deploy::{self, Refused};
use flow_runtime::ingest::request::Requests;
use flow_runtime::ingest::{Catalog, Who};
use tokio::sync::oneshot;

use super::state::State;
use super::{Ask, Kept, Told, Unkept};
use crate::clock::Clock;
use crate::delivery::{Delivery, Outcome, What};
use crate::http::keys::KeyChange;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::shard::feedback::Feedback;
use crate::shard::{Forgotten, Release, Shard};
use crate::store::{Act, Fate, Reject, Settled};

/// How long between two looks whether things are well again.
const LOOK: Duration = Duration::from_millis(100);

/// Where to come with what one wants.
#[derive(Debug, Clone)]
pub struct Door {
    ask: SyncSender<Ask>,
    clock: Clock,
    state: Arc<State>,
}

/// Why nothing was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// Too many wait: come again.
    Full,
    /// The daemon stops.
    Stopping,
    /// It could not be kept.
    Unkept(String),
}

impl Door {
    pub(super) fn new(ask: SyncSender<Ask>, clock: Clock, state: Arc<State>) -> Self {
        Self { ask, clock, state }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes calls that were read with the program of a number, and keeps what was refused of them; returns when all of
    /// it is kept.
    ///
    /// # Errors
    /// When nothing was taken.
    pub async fn take(&self, program: u32, calls: Vec<Incoming>, rejects: Vec<Reject>) -> Result<(), Closed> {
        self.well()?;
        let (done, when) = oneshot::channel();
        self.send(Ask::Calls { program, calls, rejects, done })?;
        kept(when).await
    }

    /// Takes calls as [`Door::take`] does, from a thread that may wait for room; what comes back says when they are kept.
    ///
    /// # Errors
    /// When nothing was taken.
    pub(crate) fn take_later(
        &self,
        program: u32,
        calls: Vec<Incoming>,
        rejects: Vec<Reject>,
    ) -> Result<oneshot::Receiver<Kept>, Closed> {
        let (done, when) = oneshot::channel();
        self.metrics().waiting.comes();
        self.ask.send(Ask::Calls { program, calls, rejects, done }).map_err(|_| Closed::Stopping)?;
        Ok(when)
    }

    /// Looks at the shard when it is the turn of who asks, from a thread that may wait for room.
    ///
    /// # Errors
    /// When the daemon stops.
    pub(crate) fn look_later(&self, look: impl FnOnce(&Shard) + Send + 'static) -> Result<(), Closed> {
        self.metrics().waiting.comes();
        self.ask.send(Ask::Look(Box::new(look))).map_err(|_| Closed::Stopping)
    }

    /// Keeps what became of a delivery, and takes what that means for the contact.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn settled(
        &self,
        settled: Settled,
        delivery: Delivery,
        outcome: Outcome,
        answer: Option<String>,
    ) -> Result<(), Closed> {
        let (done, when) = oneshot::channel();
        let at = settled.at;
        let calls: Told = Box::new(move |shard: &Shard| {
            let becomes = answer.as_deref();
            report(shard, &delivery, &outcome, at)
                .or_else(|| answered(shard, &delivery, &outcome, (becomes?, at)))
                .into_iter()
                .collect()
        });
        self.send_waiting(Ask::Settled { settled, calls, done }).await?;
        kept(when).await
    }

    /// Takes what is said of a contact, once the shard knows who that is; returns when it is kept.
    ///
    /// # Errors
    /// When nothing was taken.
    pub(crate) async fn tell(&self, told: Told) -> Result<(), Closed> {
        self.well()?;
        let (done, when) = oneshot::channel();
        self.send(Ask::Told { told, done })?;
        kept(when).await
    }

    /// Takes calls that had been refused, and marks them; as [`Door::take`].
    ///
    /// # Errors
    /// When nothing was taken.
    pub async fn replay(
        &self,
        program: u32,
        calls: Vec<Incoming>,
        rejects: Vec<Reject>,
        replayed: Vec<i64>,
    ) -> Result<(), Closed> {
        self.well()?;
        let (done, when) = oneshot::channel();
        self.send(Ask::Replay { program, calls, rejects, replayed, done })?;
        kept(when).await
    }

    /// Has deliveries that were given up tried again, as if they never had been.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn again(&self, ids: &[i64]) -> Result<(), Closed> {
        let (done, when) = oneshot::channel();
        let at = self.now();
        let again = |id: &i64| {
            let fate = Fate::Again { next: at, why: "asked for".to_owned() };
            Settled { id: *id, attempts: 0, at, fate }
        };
        self.send(Ask::Again { settled: ids.iter().map(again).collect(), done })?;
        kept(when).await
    }

    /// Keeps when deliveries are tried next, which were not tried now.
    ///
    /// # Errors
    /// When it was not kept.
    pub(crate) async fn postpone(&self, settled: Vec<Settled>) -> Result<(), Closed> {
        let (done, when) = oneshot::channel();
        self.send_waiting(Ask::Again { settled, done }).await?;
        kept(when).await
    }

    /// Looks at the shard.
    ///
    /// # Errors
    /// When the daemon stops.
    pub async fn look<R: Send + 'static>(&self, look: impl FnOnce(&Shard) -> R + Send + 'static) -> Result<R, Closed> {
        let (answer, when) = oneshot::channel();
        // Whoever asked may have gone.
        self.send(Ask::Look(Box::new(move |shard| drop(answer.send(look(shard))))))?;
        when.await.map_err(|_| Closed::Stopping)
    }

    /// Lets another program take over.
    ///
    /// # Errors
    /// When the daemon stops; inside, when the program was refused.
    pub async fn deploy(&self, release: Release) -> Result<Result<deploy::Deployed, Refused>, Closed> {
        let (done, when) = oneshot::channel();
        self.send(Ask::Deploy { release, done })?;
        when.await.map_err(|_| Closed::Stopping)?.map_err(|unkept| Closed::Unkept(unkept.0))
    }

    /// Keeps what the folder of the daemon holds: the fingerprint of its program.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn folder(&self, fingerprint: String) -> Result<(), Closed> {
        let (done, when) = oneshot::channel();
        self.send(Ask::Folder { fingerprint, done })?;
        kept(when).await
    }

    /// Keeps what becomes of keys, and who had it so.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn keys(&self, changes: Vec<KeyChange>, who: &str, what: &str, detail: String) -> Result<(), Closed> {
        let (done, when) = oneshot::channel();
        let act = Act { at: self.now(), who: who.to_owned(), what: what.to_owned(), detail };
        self.send(Ask::Keys { changes, act, done })?;
        kept(when).await
    }

    /// Takes somebody out of everything that is kept, by one of its ids; how much was known, or none where nobody has
    /// the id.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn erase(&self, who: &str, id: String) -> Result<Option<Forgotten>, Closed> {
        self.well()?;
        let (done, when) = oneshot::channel();
        self.send(Ask::Erase { id, who: who.to_owned(), done })?;
        when.await.map_err(|_| Closed::Stopping)?.map_err(|unkept| Closed::Unkept(unkept.0))
    }

    /// Keeps an administrative act.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn act(&self, who: &str, what: &str, detail: String) -> Result<(), Closed> {
        let (done, when) = oneshot::channel();
        let act = Act { at: self.now(), who: who.to_owned(), what: what.to_owned(), detail };
        self.send(Ask::Act { act, done })?;
        kept(when).await
    }

    /// Where it is told what happens.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.state.journal
    }

    /// What the threads measure.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.state.metrics
    }

    /// Nothing is taken any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    pub(super) fn close(&self) {
        self.state.close();
        // What stands in the queue before it is taken; nobody listens any more where it has stopped already.
        self.metrics().waiting.comes();
        let _ = self.ask.send(Ask::Stop);
    }

    /// Who comes while nothing can be kept need not wait to be told.
    fn well(&self) -> Result<(), Closed> {
        self.state.trouble().map_or(Ok(()), |why| Err(Closed::Unkept(why)))
    }

    /// Waits until what was taken so far is kept, after somebody was told that it cannot be; or until the daemon stops.
    pub(crate) async fn well_again(&self) {
        while self.state.trouble().is_some() && !self.is_closed() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn send(&self, ask: Ask) -> Result<(), Closed> {
        if self.is_closed() {
            return Err(Closed::Stopping);
        }
        self.ask.try_send(ask).map(|()| self.metrics().waiting.comes()).map_err(|error| match error {
            TrySendError::Full(_) => Closed::Full,
            TrySendError::Disconnected(_) => Closed::Stopping,
        })
    }

    /// Waits for room: what has left has to be kept.
    async fn send_waiting(&self, ask: Ask) -> Result<(), Closed> {
        let mut ask = ask;
        loop {
            ask = match self.ask.try_send(ask) {
                Ok(()) => {
                    self.metrics().waiting.comes();
                    return Ok(());
                }
                Err(TrySendError::Full(ask)) => ask,
                Err(TrySendError::Disconnected(_)) => return Err(Closed::Stopping),
            };
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn kept(when: oneshot::Receiver<Kept>) -> Result<(), Closed> {
    match when.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Unkept(why))) => Err(Closed::Unkept(why)),
        Err(_) => Err(Closed::Stopping),
    }
}

/// What a connector has answered, as an event: it has the fields that the answer has under their names. Where the answer
/// does not have what the event needs, it is none.
fn answered(
    shard: &Shard,
    delivery: &Delivery,
    outcome: &Outcome,
    (becomes, at): (&str, Timestamp),
) -> Option<Incoming> {
    let Outcome::Delivered { answer: Some(answer), .. } = outcome else { return None };
    let event = shard.engine().program().events.iter().find(|event| event.name == becomes)?;
    let Wire::Track(name) = &event.wire else { return None };
    let call = serde_json::json!({ "event": name, "userId": delivery.contact, "properties": answer });
    let catalog = Catalog::new(shard.engine());
    let request = Requests::default().read(&catalog, Some("track"), call.to_string().as_bytes(), at);
    let (_, mut call) = request.accepted.into_iter().next()?;
    call.id = Arc::from(format!("answer/{}", delivery.key));
    Arc::make_mut(call.event.as_mut()?).id = Arc::clone(&call.id);
    if !shard.is_user(&delivery.contact) {
        call.who = Who { anonymous: call.who.user.take(), ..Who::default() };
    }
    Some(call)
}

/// What has become of a message comes back as an event of its contact.
fn report(shard: &Shard, delivery: &Delivery, outcome: &Outcome, at: Timestamp) -> Option<Incoming> {
    let What::Message(message) = &delivery.what else { return None };
    let mut says = vec![(builtin::MESSAGE, Value::text(message.name.as_str()))];
    let event = match outcome {
        Outcome::Delivered { .. } => builtin::DELIVERED,
        Outcome::Never { bounced: true, .. } => {
            says.push((builtin::HARD, Value::Bool(true)));
            builtin::BOUNCED
        }
        Outcome::Never { .. } | Outcome::Later { .. } => return None,
    };
    let feedback = Feedback { event, says, id: format!("outbox/{}", delivery.key), at };
    Some(feedback.of(shard, &delivery.contact))
}
