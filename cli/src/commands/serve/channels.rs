//! By what deliveries leave: what `flow.toml` says, with the values of the environment.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use flow_compiler::settings::{ChannelSettings as Said, ConnectorSettings as SaidConnector, Setting, Settings};
use flow_compiler::source::Spanned;
use flow_daemon::channel::Channels;
use flow_daemon::channel::console::Output;
use flow_daemon::channel::settings::{self, ChannelSettings, ConnectorSettings};
use flow_daemon::links::Links;
use flow_daemon::secret::Secret;
use flow_graph::program::{Program, Team, Wire};

use super::settings::variable;
use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::project::{self, Project};
use crate::terminal;

/// By what deliveries leave.
pub(super) struct Opened {
    pub(super) channels: Channels,
    /// Nobody has set anything up yet: all of it is printed.
    pub(super) trial: bool,
}

/// Variables that say that somebody has set the daemon up.
const OWN: [&str; 2] = ["FLOW_WRITE_KEY", "FLOW_ADMIN_TOKEN"];

/// Opens the channels and connectors of a project.
///
/// Where not one variable is set that its settings name, and none of [`OWN`] either, somebody tries it out. As soon as
/// one is, each has to be: a daemon at work must not print what it should send.
pub(super) fn open<'t>(
    project: &Project,
    teams: impl IntoIterator<Item = &'t Team>,
    args: &ServeArgs,
    links: Option<Arc<Links>>,
) -> Result<Opened, Failure> {
    let said = project.settings();
    let output: Output = Arc::new(Mutex::new(terminal::raw()));
    if is_trial(&said) {
        return Ok(Opened { channels: Channels::printing(&output), trial: true });
    }
    let channels = said.channels.values().map(|it| channel(project, it)).collect::<Result<_, _>>()?;
    let connectors = said.connectors.values().map(|it| connector(project, it)).collect::<Result<_, _>>()?;
    let folder = project::root(args.dir.as_deref())?;
    let settings = settings::Settings {
        channels,
        connectors,
        folder,
        allow_private: args.allow_private,
        links,
        ..settings::Settings::default()
    };
    let channels = Channels::open(&settings, teams, &output).map_err(|errors| {
        let all = |of: fn(&settings::SettingError) -> &String| errors.iter().map(of).cloned().collect::<Vec<_>>();
        Failure::new(all(|error| &error.message).join("; ")).help(all(|error| &error.help).join("; "))
    })?;
    Ok(Opened { channels, trial: false })
}

/// What connectors answer becomes events that there are.
pub(super) fn answers(project: &Project, program: &Program) -> Result<(), Failure> {
    let said = project.settings();
    for name in said.connectors.values().filter_map(|it| it.answer.as_ref()) {
        let known = program.events.iter().find(|event| event.name == name.value);
        if !known.is_some_and(|event| matches!(event.wire, Wire::Track(_))) {
            let (path, line) = (project.sources.path(name.span.file), project.sources.line(name.span));
            let message = format!("{}:{line}: there is no event `{}` of a track call", project.path(path), name.value);
            return Err(
                Failure::new(message).help("`answer` names an event of the project, whose fields the answer has")
            );
        }
    }
    Ok(())
}

fn is_trial(said: &Settings) -> bool {
    let channels = said.channels.values().flat_map(|it| [&it.url, &it.secret]);
    let connectors = said.connectors.values().flat_map(|it| [&it.url, &it.secret]);
    let all: Vec<_> = channels.chain(connectors).flatten().filter_map(named).collect();
    !all.is_empty() && all.into_iter().chain(OWN).all(|name| variable(name).is_none())
}

fn named(setting: &Spanned<Setting>) -> Option<&str> {
    match &setting.value {
        Setting::Env(name) => Some(name),
        Setting::Literal(_) => None,
    }
}

fn channel(project: &Project, it: &Said) -> Result<ChannelSettings, Failure> {
    Ok(ChannelSettings {
        name: it.name.value.clone(),
        kind: it.kind,
        url: filled(project, it.url.as_ref())?,
        from: it.from.as_ref().map(|from| from.value.clone()),
        secret: filled(project, it.secret.as_ref())?,
        path: it.path.as_ref().map(|path| PathBuf::from(&path.value)),
        rate: it.rate.as_ref().map(|rate| rate.value),
    })
}

fn connector(project: &Project, it: &SaidConnector) -> Result<ConnectorSettings, Failure> {
    Ok(ConnectorSettings {
        name: it.name.value.clone(),
        url: filled(project, it.url.as_ref())?,
        secret: filled(project, it.secret.as_ref())?,
        rate: it.rate.as_ref().map(|rate| rate.value),
        answer: it.answer.as_ref().map(|answer| answer.value.clone()),
    })
}

/// The value of a setting; where it is in a variable that is not set, where to set it.
fn filled(project: &Project, setting: Option<&Spanned<Setting>>) -> Result<Option<Secret>, Failure> {
    let Some(setting) = setting else { return Ok(None) };
    let value = match &setting.value {
        Setting::Literal(value) => value.clone(),
        Setting::Env(name) => variable(name).ok_or_else(|| {
            let (path, line) = (project.sources.path(setting.span.file), project.sources.line(setting.span));
            Failure::new(format!("{}:{line}: the variable `{name}` is not set", project.path(path)))
                .help(format!("set it in the environment of `flow serve`: `{name}=… flow serve`"))
        })?,
    };
    Ok(Some(Secret::new(value)))
}
