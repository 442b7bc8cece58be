//! `http`: a connector. It is asked to do something, or told something for a team; what it answers is kept, where it
//! is JSON.

use std::sync::Arc;

use super::settings::{ConnectorSettings, SettingError};
use super::web::{Target, Web};
use super::{Channel, Sending, form};
use crate::delivery::Delivery;

/// The connector.
pub(crate) struct Http {
    web: Arc<Web>,
    target: Target,
}

impl Http {
    pub(crate) fn open(settings: &ConnectorSettings, web: Arc<Web>) -> Result<Self, SettingError> {
        let section = format!("connectors.{}", settings.name);
        let target = web.target(&section, settings.url.as_ref(), settings.secret.as_ref())?;
        Ok(Self { web, target })
    }
}

impl Channel for Http {
    fn send<'a>(&'a self, delivery: &'a Delivery) -> Sending<'a> {
        Box::pin(self.web.post(&self.target, &delivery.key, form::line(delivery, None), true))
    }
}
