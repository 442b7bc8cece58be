//! `smtp`: letters, by a mail server.
//!
//! The steps of a transaction are gone through one by one, since what a refusal means depends on the step: of the
//! recipient it speaks of the address, before that of the server, after that of the letter.

mod answer;
mod letter;
mod pool;
mod server;

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};

use super::settings::{ChannelSettings, SettingError, Settings};
use super::{Channel, Sending};
use crate::delivery::{Delivery, Outcome};
use crate::links::Links;
use answer::{Failure, Stage};
use letter::Letter;
use pool::Pool;
use server::Server;

/// How long a try may take, from the connection to the answer to the letter.
const TRY_SECONDS_MAX: u64 = 120;
/// What is kept of the words with which a server took a letter.
const REFERENCE_CHARS_MAX: usize = 200;

/// The channel.
pub(crate) struct Smtp {
    pool: Arc<Pool>,
    from: Mailbox,
    links: Option<Arc<Links>>,
    limit: Duration,
}

impl Smtp {
    pub(crate) fn open(one: &ChannelSettings, settings: &Settings) -> Result<Self, SettingError> {
        let section = format!("channels.{}", one.name);
        let server = Server::read(&section, one.url.as_ref(), &settings.authorities)?;
        let from = one.from.as_deref().and_then(letter::sender).ok_or_else(|| {
            let help = "write an address, with a name before it if you like: `Acme <hello@acme.example>`";
            SettingError::new(&section, "from", "is no sender", help)
        })?;
        let limit = settings.try_timeout.unwrap_or(Duration::from_secs(TRY_SECONDS_MAX));
        Ok(Self { pool: Arc::new(Pool::new(server)), from, links: settings.links.clone(), limit })
    }

    async fn attempt(&self, letter: &Letter) -> Result<String, Failure> {
        let mut reused = true;
        loop {
            // One that was kept may have been closed by the other side meanwhile: then a new one is tried at once, since
            // nothing was handed over yet. There are only so many of them.
            let mut connection = match self.pool.kept() {
                Some(connection) => connection,
                None => {
                    reused = false;
                    self.pool.connect().await?
                }
            };
            match transact(&mut connection.inner, letter).await {
                Ok(reference) => {
                    self.pool.keep(connection);
                    return Ok(reference);
                }
                Err(failure) if reused && failure.is_stale() => {}
                Err(failure) => {
                    if failure.is_answer() && connection.reset().await {
                        self.pool.keep(connection);
                    }
                    return Err(failure);
                }
            }
        }
    }
}

impl Channel for Smtp {
    fn send<'a>(&'a self, delivery: &'a Delivery) -> Sending<'a> {
        Box::pin(async move {
            let letter = match letter::compose(delivery, &self.from, self.links.as_deref()) {
                Ok(letter) => letter,
                Err(why) => return Outcome::never(why),
            };
            // The time of a try begins with its turn.
            let _place = self.pool.place().await;
            match tokio::time::timeout(self.limit, self.attempt(&letter)).await {
                Ok(Ok(reference)) => {
                    let reference = reference.chars().filter(|c| !c.is_control()).take(REFERENCE_CHARS_MAX).collect();
                    Outcome::Delivered { reference: Some(reference), answer: None }
                }
                Ok(Err(failure)) => failure.outcome(),
                Err(_) => Outcome::later("the mail server did not answer in time"),
            }
        })
    }

    fn close(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.pool.close())
    }
}

/// One transaction (RFC 5321, section 3.3); with what words the letter was taken.
async fn transact(connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<String, Failure> {
    let mut parameters = Vec::new();
    if letter.needs_utf8() {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Failure::NoUtf8);
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let at = |stage| move |error| Failure::Smtp(stage, error);
    let sender = Mail::new(Some(letter.from.clone()), parameters);
    connection.command(sender).await.map_err(at(Stage::Sender))?;
    connection.command(Rcpt::new(letter.to.clone(), Vec::new())).await.map_err(at(Stage::Recipient))?;
    connection.command(Data).await.map_err(at(Stage::Data))?;
    // In one write: two, as the library does it, wait for each other (Nagle's algorithm and delayed acknowledgement), 40 ms
    // for each letter.
    let taken = connection.command(&letter.content).await.map_err(at(Stage::Content))?;
    Ok(format!("{} {}", taken.code(), taken.first_line().unwrap_or_default()))
}
