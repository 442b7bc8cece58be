//! What pages and webhooks report, brought to the shard.

use flow_graph::program::builtin;
use flow_graph::{Timestamp, Value};

use crate::reports::{Answer, Choice, Report, Reported, Reports, Unavailable};
use crate::service::Door;
use crate::shard::Shard;
use crate::shard::feedback::Feedback;
use crate::store::sqlite::Reader;

/// Brings reports to the shard.
#[derive(Debug, Clone)]
pub(super) struct Reporter {
    /// Where to come.
    pub(super) door: Door,
    /// What has left.
    pub(super) reader: Reader,
}

impl Reports for Reporter {
    fn report(&self, report: Report) -> Answer<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let (mut contact, mut message) = (report.contact.clone(), report.message.clone());
            if let Some(key) = report.key.clone().filter(|_| contact.is_none() || message.is_none()) {
                let row = self.ask(move |reader| reader.delivery(&key)).await.ok().flatten();
                if let Some(row) = row {
                    contact = contact.or(Some(row.contact));
                    message = message.or(Some(row.name));
                }
            }
            let feedback = feedback(&report, message);
            let address = report.address;
            let told = move |shard: &Shard| {
                let all = || address.as_deref().map(|address| shard.with_address(address)).unwrap_or_default();
                let contacts = contact.map_or_else(all, |contact| vec![contact]);
                contacts.iter().map(|contact| feedback.clone().of(shard, contact)).collect()
            };
            self.door.tell(Box::new(told)).await.map_err(|_| Unavailable)
        })
    }

    fn choices<'a>(&'a self, contact: &'a str) -> Answer<'a, Result<Vec<Choice>, Unavailable>> {
        let contact = contact.to_owned();
        Box::pin(async move { self.door.look(move |shard| choices(shard, &contact)).await.map_err(|_| Unavailable) })
    }

    fn delivered_at<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Timestamp>> {
        let key = key.to_owned();
        Box::pin(async move {
            let row = self.ask(move |reader| reader.delivery(&key)).await.ok().flatten();
            row.filter(|row| row.state == "left").and_then(|row| row.settled_at)
        })
    }

    fn now(&self) -> Timestamp {
        self.door.now()
    }
}

impl Reporter {
    async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<R, crate::store::StoreError> + Send + 'static,
    ) -> Result<R, Unavailable> {
        let reader = self.reader.clone();
        let answer = tokio::task::spawn_blocking(move || question(&reader)).await;
        answer.map_err(|_| Unavailable)?.map_err(|_| Unavailable)
    }
}

/// What a report says, as an event. What can happen once counts once.
fn feedback(report: &Report, message: Option<String>) -> Feedback {
    let of = report.key.as_deref().or(report.address.as_deref()).or(report.contact.as_deref()).unwrap_or_default();
    let once = |word: &str| format!("report/{word}/{of}");
    let mut says: Vec<_> = message.map(|name| (builtin::MESSAGE, Value::text(name.as_str()))).into_iter().collect();
    let (event, id) = match &report.what {
        Reported::Delivered => (builtin::DELIVERED, once("delivered")),
        Reported::Opened { human } => {
            says.push((builtin::HUMAN, Value::Bool(*human)));
            (builtin::OPENED, String::new())
        }
        Reported::Clicked { link, human } => {
            says.push((builtin::HUMAN, Value::Bool(*human)));
            says.push((builtin::LINK, Value::text(link.as_str())));
            (builtin::CLICKED, String::new())
        }
        Reported::Bounced { hard } => {
            says.push((builtin::HARD, Value::Bool(*hard)));
            (builtin::BOUNCED, once(if *hard { "bounced" } else { "bounced softly" }))
        }
        Reported::Complained => (builtin::COMPLAINED, once("complained")),
        // Consent may be given and withdrawn again and again.
        Reported::Subscribed { topic } => {
            says.push((builtin::TOPIC, Value::text(topic.as_str())));
            (builtin::SUBSCRIBED, String::new())
        }
        Reported::Unsubscribed { topic } => {
            says.extend(topic.as_ref().map(|topic| (builtin::TOPIC, Value::text(topic.as_str()))));
            (builtin::UNSUBSCRIBED, String::new())
        }
    };
    Feedback { event, says, id, at: report.at }
}

fn choices(shard: &Shard, contact: &str) -> Vec<Choice> {
    let Some(contact) = shard.find(contact).and_then(|number| shard.contact(number)) else { return Vec::new() };
    let topics = shard.engine().program().topics.enumerate().filter(|(_, topic)| !topic.transactional);
    let choice = |(id, topic): (_, &flow_graph::program::Topic)| Choice {
        topic: topic.name.clone(),
        granted: contact.journey.consents().allows(topic, id),
    };
    topics.map(choice).collect()
}
