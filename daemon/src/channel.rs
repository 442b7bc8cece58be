//! The registry of channels and connectors: by what a delivery leaves.
//!
//! `docs/delivery.md` says what leaves how, and what is promised of repetitions. Nothing here tries twice, waits, or
//! keeps anything: that is the outbox's, and it goes by the [`Outcome`].

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use flow_graph::program::{ChannelKind, Route, Team};

pub mod console;
mod file;
pub mod form;
mod guard;
mod http;
#[cfg(test)]
pub(crate) mod sample;
pub mod settings;
mod sign;
mod smtp;
mod trust;
mod web;
mod webhook;

use crate::delivery::{Delivery, Outcome, What};
use console::{Console, Output};
use settings::{ChannelSettings, SettingError, Settings};
use web::Web;

/// The channel of a project that names none by which a notice could go. No name of the settings has a space.
const TERMINAL: &str = "the terminal";

/// A try, on its way.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// By what deliveries leave. An implementation
/// * is done within a time of its own, whatever the other side does;
/// * gives the other side the key of the delivery, the same for each try;
/// * says [`Outcome::Later`] where it is not known whether the delivery arrived;
/// * names no person and no secret in what it says.
pub(crate) trait Channel: Send + Sync {
    /// Tries once.
    fn send<'a>(&'a self, delivery: &'a Delivery) -> Sending<'a>;

    /// Parts from the other side.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// The channels and connectors of a project.
pub struct Channels {
    channels: BTreeMap<String, Arc<dyn Channel>>,
    connectors: BTreeMap<String, Arc<dyn Channel>>,
    teams: BTreeMap<String, Vec<Route>>,
    /// The channel by which notices to an address go.
    mail: String,
    /// How many leave in a second at most, by what they leave.
    rates: BTreeMap<String, f64>,
    /// By connector: the event that its answer becomes.
    answers: BTreeMap<String, String>,
    /// Nothing leaves: all of it is printed.
    printed: Option<Console>,
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (channels, connectors) = (self.channels.keys(), self.connectors.keys());
        f.debug_set().entries(channels).entries(connectors).finish()
    }
}

/// TLS as it is spoken to webhooks and connectors, for whoever speaks to a daemon: it trusts the authorities of the web
/// and those of this machine.
///
/// # Errors
/// When the system cannot do it.
pub fn tls() -> Result<rustls::ClientConfig, String> {
    web::tls(&[])
}

impl Channels {
    /// Nothing leaves: all of it is printed, as lines of `console`.
    #[must_use]
    pub fn printing(output: &Output) -> Self {
        Self {
            channels: BTreeMap::new(),
            connectors: BTreeMap::new(),
            teams: BTreeMap::new(),
            mail: TERMINAL.to_owned(),
            rates: BTreeMap::new(),
            answers: BTreeMap::new(),
            printed: Some(Console::new(Arc::clone(output))),
        }
    }

    /// Opens all that the settings name. Notices to an address go by the first `smtp` channel, else by the first
    /// `console`, else by the first `file`; where there is none of them, to `output`, as lines of `console` do.
    ///
    /// # Errors
    /// Each setting that cannot be used.
    pub fn open<'a>(
        settings: &Settings,
        teams: impl IntoIterator<Item = &'a Team>,
        output: &Output,
    ) -> Result<Self, Vec<SettingError>> {
        let mut errors = Vec::new();
        let web = match Web::new(settings) {
            Ok(web) => Arc::new(web),
            Err(message) => {
                let help = "the certificates of authorities have to be X.509 in DER".to_owned();
                return Err(vec![SettingError { key: "authorities".to_owned(), message, help }]);
            }
        };
        let mut channels: BTreeMap<String, Arc<dyn Channel>> = BTreeMap::new();
        for one in &settings.channels {
            match channel(one, settings, &web, output) {
                Ok(channel) => drop(channels.insert(one.name.clone(), channel)),
                Err(error) => errors.push(error),
            }
        }
        let mut connectors: BTreeMap<String, Arc<dyn Channel>> = BTreeMap::new();
        for one in &settings.connectors {
            match http::Http::open(one, Arc::clone(&web)) {
                Ok(connector) => drop(connectors.insert(one.name.clone(), Arc::new(connector))),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mail = mail(&settings.channels).unwrap_or(TERMINAL).to_owned();
        channels.entry(TERMINAL.to_owned()).or_insert_with(|| Arc::new(Console::new(Arc::clone(output))));
        let teams = teams.into_iter().map(|team| (team.name.clone(), team.routes.clone())).collect();
        let of = |(kind, name, rate): (&str, &String, Option<f64>)| Some((format!("{kind}.{name}"), rate?));
        let rates = settings.channels.iter().map(|one| ("channels", &one.name, one.rate));
        let rates = rates.chain(settings.connectors.iter().map(|one| ("connectors", &one.name, one.rate)));
        let rates = rates.filter_map(of).collect();
        let answers = settings.connectors.iter().filter_map(|one| Some((one.name.clone(), one.answer.clone()?)));
        let answers = answers.collect();
        Ok(Self { channels, connectors, teams, mail, rates, answers, printed: None })
    }

    /// By what it delivers, as the settings call it: `channels.email`, `connectors.crm`; none where all of it is printed.
    #[must_use]
    pub fn ways(&self) -> Option<std::collections::BTreeSet<String>> {
        if self.printed.is_some() {
            return None;
        }
        let channels = self.channels.keys().map(|name| format!("channels.{name}"));
        let connectors = self.connectors.keys().map(|name| format!("connectors.{name}"));
        Some(channels.chain(connectors).collect())
    }

    /// One delivery for each way that it takes: a notice to a team of two routes becomes two, with keys of their own.
    #[must_use]
    pub fn split(&self, delivery: Delivery) -> Vec<Delivery> {
        let What::Notice { team, .. } = &delivery.what else { return vec![delivery] };
        let routes = self.teams.get(team).cloned().unwrap_or_default();
        delivery.by_routes(&routes)
    }

    /// By what a delivery leaves, as the settings call it: `channels.email`, `connectors.crm`. What leaves by the same
    /// way shares its limits. A notice that was not split leaves by several; it has the name of its team.
    #[must_use]
    pub fn way(&self, delivery: &Delivery) -> String {
        match &delivery.what {
            What::Message(message) => format!("channels.{}", message.channel),
            What::Call { connector, .. } | What::Notice { route: Some(Route::Webhook(connector)), .. } => {
                format!("connectors.{connector}")
            }
            What::Notice { route: Some(Route::Email(_)), .. } => format!("channels.{}", self.mail),
            What::Notice { route: None, team, .. } => format!("teams.{team}"),
        }
    }

    /// By what a delivery leaves, and how many leave by it in a second at most, where that is limited.
    #[must_use]
    pub fn rate(&self, delivery: &Delivery) -> Option<(String, f64)> {
        let way = (!self.rates.is_empty()).then(|| self.way(delivery))?;
        self.rates.get(&way).copied().map(|rate| (way, rate))
    }

    /// The event that an answer to a delivery becomes, if any does.
    #[must_use]
    pub fn answer(&self, delivery: &Delivery) -> Option<&str> {
        let What::Call { connector, .. } = &delivery.what else { return None };
        self.answers.get(connector).map(String::as_str)
    }

    /// Tries once, and says what became of it.
    pub async fn deliver(&self, delivery: &Delivery) -> Outcome {
        if let Some(console) = &self.printed {
            return console.send(delivery).await;
        }
        let (way, what, name) = match &delivery.what {
            What::Message(message) => (self.channels.get(&message.channel), "channel", &message.channel),
            What::Call { connector, .. } | What::Notice { route: Some(Route::Webhook(connector)), .. } => {
                (self.connectors.get(connector), "connector", connector)
            }
            What::Notice { route: Some(Route::Email(_)), .. } => (self.channels.get(&self.mail), "channel", &self.mail),
            What::Notice { route: None, team, .. } => return self.notice(delivery, team).await,
        };
        match way {
            Some(way) => way.send(delivery).await,
            None => Outcome::never(format!("the project has no {what} `{name}` any more")),
        }
    }

    /// A notice that was not split: by each route; all of them are tried, and the first that failed is told.
    async fn notice(&self, delivery: &Delivery, team: &str) -> Outcome {
        if self.teams.get(team).is_none_or(Vec::is_empty) {
            return Outcome::never(format!("there is no way to reach the team `{team}`"));
        }
        let mut outcome = Outcome::Delivered { reference: None, answer: None };
        for one in self.split(delivery.clone()) {
            let next = Box::pin(self.deliver(&one)).await;
            if matches!(outcome, Outcome::Delivered { .. }) {
                outcome = next;
            }
        }
        outcome
    }

    /// Parts from all other sides. What is on its way has to be over.
    pub async fn close(&self) {
        for channel in self.channels.values() {
            channel.close().await;
        }
    }
}

/// The registry: one line for each kind.
fn channel(
    one: &ChannelSettings,
    settings: &Settings,
    web: &Arc<Web>,
    output: &Output,
) -> Result<Arc<dyn Channel>, SettingError> {
    Ok(match one.kind {
        ChannelKind::Smtp => Arc::new(smtp::Smtp::open(one, settings)?),
        ChannelKind::Webhook => Arc::new(webhook::Webhook::open(one, Arc::clone(web))?),
        ChannelKind::Console => Arc::new(Console::new(Arc::clone(output))),
        ChannelKind::File => Arc::new(file::Lines::open(one, &settings.folder)?),
    })
}

/// The channel by which notices to an address go.
fn mail(channels: &[ChannelSettings]) -> Option<&str> {
    [ChannelKind::Smtp, ChannelKind::Console, ChannelKind::File].into_iter().find_map(|kind| {
        let of_kind = channels.iter().filter(|channel| channel.kind == kind);
        of_kind.map(|channel| channel.name.as_str()).min()
    })
}
