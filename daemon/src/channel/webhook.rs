//! `webhook`: a message is sent to an address of the web, which passes it on: push, SMS, an own service.

use std::sync::Arc;

use super::settings::{ChannelSettings, SettingError};
use super::web::{Target, Web};
use super::{Channel, Sending, form};
use crate::delivery::Delivery;

/// The channel.
pub(crate) struct Webhook {
    web: Arc<Web>,
    target: Target,
    from: Option<String>,
}

impl Webhook {
    pub(crate) fn open(settings: &ChannelSettings, web: Arc<Web>) -> Result<Self, SettingError> {
        let section = format!("channels.{}", settings.name);
        let target = web.target(&section, settings.url.as_ref(), settings.secret.as_ref())?;
        Ok(Self { web, target, from: settings.from.clone() })
    }
}

impl Channel for Webhook {
    fn send<'a>(&'a self, delivery: &'a Delivery) -> Sending<'a> {
        let body = form::line(delivery, self.from.as_deref());
        Box::pin(self.web.post(&self.target, &delivery.key, body, false))
    }
}
