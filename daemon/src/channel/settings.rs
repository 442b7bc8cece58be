//! What `flow.toml` says of channels and connectors, with the values of the environment filled in.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use flow_graph::program::ChannelKind;

use crate::links::Links;
use crate::secret::Secret;

/// All that the registry is built from.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `[channels.NAME]`, in the order of their names.
    pub channels: Vec<ChannelSettings>,
    /// `[connectors.NAME]`, in the order of their names.
    pub connectors: Vec<ConnectorSettings>,
    /// Where paths of the settings begin: the folder of the project.
    pub folder: PathBuf,
    /// HTTP may go to loopback and private networks, too.
    pub allow_private: bool,
    /// How long a try may take; else 20 s by HTTP and 120 s by mail.
    pub try_timeout: Option<Duration>,
    /// Certificates (DER) of authorities that are trusted besides the usual ones: a company's own.
    pub authorities: Vec<Vec<u8>>,
    /// Makes the links of letters, where the daemon can be reached from outside.
    pub links: Option<Arc<Links>>,
}

/// `[channels.NAME]`
#[derive(Debug, Clone)]
pub struct ChannelSettings {
    /// Its name.
    pub name: String,
    /// How messages leave.
    pub kind: ChannelKind,
    /// The server (`smtp`) or the address that is called (`webhook`). May hold a password.
    pub url: Option<Secret>,
    /// The sender: `Acme <hello@acme.example>`.
    pub from: Option<String>,
    /// With which requests are signed.
    pub secret: Option<Secret>,
    /// The file that is written; else `NAME.jsonl`.
    pub path: Option<PathBuf>,
    /// How many leave in a second at most; none: as many as there are.
    pub rate: Option<f64>,
}

impl ChannelSettings {
    /// A channel that says nothing but its kind.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ChannelKind) -> Self {
        Self { name: name.into(), kind, url: None, from: None, secret: None, path: None, rate: None }
    }
}

/// `[connectors.NAME]`, of the kind `http`.
#[derive(Debug, Clone)]
pub struct ConnectorSettings {
    /// Its name.
    pub name: String,
    /// Where it is. May hold a password.
    pub url: Option<Secret>,
    /// With which requests are signed.
    pub secret: Option<Secret>,
    /// How many leave in a second at most; none: as many as there are.
    pub rate: Option<f64>,
    /// The event that an answer in JSON becomes.
    pub answer: Option<String>,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// Where it stands: `channels.push.url`.
    pub key: String,
    /// What is wrong, without the value.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl SettingError {
    /// `key` of the table `[section]` cannot be used.
    pub(crate) fn new(section: &str, key: &str, what: &str, help: impl Into<String>) -> Self {
        Self { key: format!("{section}.{key}"), message: format!("`{key}` of [{section}] {what}"), help: help.into() }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.help)
    }
}

impl std::error::Error for SettingError {}
