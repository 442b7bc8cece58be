//! `flow.toml`: the settings of a project, as plain data with the places where they stand.
//!
//! Secrets are never here: a setting that holds one names a variable of the environment, `"env:SMTP_URL"`.

use std::collections::BTreeMap;

use flow_graph::Span as Length;
use flow_graph::program::ChannelKind;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Name, SourceFile, Sources, Span, Spanned};
use reader::{Reader, Section};

mod backtest;
mod channel;
pub mod currency;
mod duration;
mod import;
pub mod keys;
mod project;
mod rate;
mod reader;
mod retention;
pub mod zone;

/// Name of the file that holds the settings.
pub const FILE: &str = "flow.toml";

/// The smallest settings that do something.
pub const EXAMPLE: &str = "[project]\nname = \"acme\"\nlanguage = 1\ntimezone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n\n\
                           [channels.email]\nkind = \"console\"";

/// What `flow.toml` says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file; [`FileId::NONE`] when there is none.
    pub file: FileId,
    /// False when a part could not be read: then a name that is not found here may have stood in that part, and
    /// nothing is said about it.
    pub complete: bool,
    /// `[project]`
    pub project: ProjectSettings,
    /// `[channels.NAME]`
    pub channels: BTreeMap<String, ChannelSettings>,
    /// `[connectors.NAME]`
    pub connectors: BTreeMap<String, ConnectorSettings>,
    /// `[import.NAME]`
    pub imports: BTreeMap<String, ImportSettings>,
    /// `[retention]`
    pub retention: RetentionSettings,
    /// `[backtest]`
    pub backtest: BacktestSettings,
}

/// `[backtest]`: how much a change may do to people; shares are those of one. Without a value, as much as it likes.
#[derive(Debug, Clone, Default)]
pub struct BacktestSettings {
    /// How many more messages may leave, of those that left before.
    pub max_new_sends: Option<Spanned<f64>>,
    /// To how many of all contacts anything different may happen.
    pub max_affected: Option<Spanned<f64>>,
    /// By how much the number of contacts that reach a stage may change.
    pub max_stage_change: Option<Spanned<f64>>,
    /// How many more service levels may be breached, of those that were before.
    pub max_new_breaches: Option<Spanned<f64>>,
    /// How many messages a contact may get by one channel in a week.
    pub max_pressure: Option<Spanned<u32>>,
}

/// `[retention]`: for how long a daemon keeps what; without a value, for good.
#[derive(Debug, Clone, Default)]
pub struct RetentionSettings {
    /// What came in and what was decided.
    pub log: Option<Spanned<Length>>,
    /// What has left or was given up.
    pub deliveries: Option<Spanned<Length>>,
    /// What was refused.
    pub rejects: Option<Spanned<Length>>,
}

/// `[project]`
#[derive(Debug, Clone)]
pub struct ProjectSettings {
    /// Its name.
    pub name: Name,
    /// The zone where a contact has no valid one: a name of the IANA database.
    pub timezone: Name,
    /// Three capital letters; without one the project has no money.
    pub currency: Option<Name>,
    /// Digits behind the point of the currency.
    pub currency_digits: u8,
    /// Older events correct state and never trigger.
    pub late_after: Spanned<Length>,
    /// A message id seen again within this is dropped.
    pub duplicates_within: Spanned<Length>,
}

/// `[channels.NAME]`: how messages leave.
#[derive(Debug, Clone)]
pub struct ChannelSettings {
    /// Its name.
    pub name: Name,
    /// How.
    pub kind: ChannelKind,
    /// `url`: the server or the address that is called.
    pub url: Option<Spanned<Setting>>,
    /// `from`: the sender.
    pub from: Option<Name>,
    /// `secret`: with which requests are signed.
    pub secret: Option<Spanned<Setting>>,
    /// `path`: the file that is written; else one with the name of the channel.
    pub path: Option<Name>,
    /// `rate`: how many leave in a second at most; else as many as there are.
    pub rate: Option<Spanned<f64>>,
}

/// `[connectors.NAME]`: another system, over HTTP.
#[derive(Debug, Clone)]
pub struct ConnectorSettings {
    /// Its name.
    pub name: Name,
    /// `url`: where it is.
    pub url: Option<Spanned<Setting>>,
    /// `secret`: with which requests are signed.
    pub secret: Option<Spanned<Setting>>,
    /// `rate`: how many leave in a second at most; else as many as there are.
    pub rate: Option<Spanned<f64>>,
    /// `answer`: the event that an answer in JSON becomes.
    pub answer: Option<Name>,
}

/// `[import.NAME]`: how the rows of a CSV file become events.
#[derive(Debug, Clone)]
pub struct ImportSettings {
    /// Its name.
    pub name: Name,
    /// The event that a row becomes.
    pub event: Name,
    /// The column with the contact's id.
    pub contact: Name,
    /// The column with the event's time.
    pub time: Name,
    /// The column with the message id; else the row has none.
    pub id: Option<Name>,
    /// Fields of the event and the columns that hold them.
    pub fields: Vec<(Name, Name)>,
}

/// A value that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// As it stands there.
    Literal(String),
    /// `"env:NAME"`: in that variable of the environment.
    Env(String),
}

/// Reads the settings among the files of a project. What is wrong is pushed; the rest, and defaults where something
/// is missing, come back.
#[must_use]
pub fn read(sources: &Sources, sink: &mut Sink) -> Settings {
    let Some((id, file)) = sources.iter().find(|(_, file)| &*file.path == FILE) else {
        let nowhere = Span::new(FileId::NONE, 0, 0);
        let missing = Diagnostic::new(Code::NoSettings, nowhere, "the project has no `flow.toml`");
        sink.push(missing.help(format!("put this into `flow.toml` beside the `.flow` files:\n{EXAMPLE}")));
        return empty(FileId::NONE);
    };
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let skipped = u32::try_from(file.text.len() - text.len()).unwrap_or(0);
    let (document, errors) = toml::de::DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        sink.push(syntax(id, file, skipped, error));
        return empty(id);
    }
    let mut reader = Reader::new(id, skipped, sink);
    let root = Section::root(document.get_ref(), Span::new(id, 0, 0));
    let mut settings = sections(&mut reader, &root);
    settings.complete = reader.clean;
    settings
}

fn sections(reader: &mut Reader<'_>, root: &Section<'_>) -> Settings {
    reader.only(root, &keys::SECTIONS);
    let mut settings = empty(root.span.file);
    settings.project = project::read(reader, root);
    for section in reader.named(root, "channels") {
        let channel = channel::channel(reader, &section);
        settings.channels.insert(channel.name.value.clone(), channel);
    }
    for section in reader.named(root, "connectors") {
        let connector = channel::connector(reader, &section);
        settings.connectors.insert(connector.name.value.clone(), connector);
    }
    for section in reader.named(root, "import") {
        if let Some(import) = import::read(reader, &section) {
            settings.imports.insert(import.name.value.clone(), import);
        }
    }
    settings.retention = retention::read(reader, root);
    settings.backtest = backtest::read(reader, root);
    settings
}

fn empty(file: FileId) -> Settings {
    Settings {
        file,
        complete: false,
        project: project::defaults(Span::new(file, 0, 0)),
        channels: BTreeMap::new(),
        connectors: BTreeMap::new(),
        imports: BTreeMap::new(),
        retention: RetentionSettings::default(),
        backtest: BacktestSettings::default(),
    }
}

fn syntax(id: FileId, file: &SourceFile, skipped: u32, error: &toml::de::Error) -> Diagnostic {
    let end = u32::try_from(file.text.len()).unwrap_or(u32::MAX);
    let span = error.span().map_or(Span::new(id, end, end), |range| {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(skipped);
        Span::new(id, at(range.start), at(range.end))
    });
    let said = error.message().lines().next().unwrap_or_default().to_lowercase();
    Diagnostic::new(Code::NoSettings, span, format!("`flow.toml` cannot be read: {}", plainly(&said)))
        .help(format!("settings are written in TOML, for example:\n{EXAMPLE}"))
}

/// What the reader of TOML says, in the words of somebody who writes settings.
fn plainly(said: &str) -> &str {
    const WORDS: [(&str, &str); 9] = [
        ("recurs", "something is nested too deep"),
        ("key with no value", "a name has no value: write `name = …`"),
        ("duplicate key", "this name stands here twice"),
        ("unclosed table", "the `]` of this section is missing"),
        ("invalid basic string", "this text has a character that may not stand in it, or no end"),
        ("invalid literal string", "this text has a character that may not stand in it, or no end"),
        ("invalid mantissa", "this is neither a number nor a text in quotes"),
        ("string values must be quoted", "a text stands in quotes: `\"…\"`"),
        ("unexpected key or value", "a line ends after its value"),
    ];
    let known = WORDS.iter().find(|(start, _)| said.contains(start));
    known
        .map_or_else(|| if said.is_empty() { "it is not TOML" } else { said.trim_end_matches('.') }, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::diagnostic::Sink;
    use crate::source::{FileKind, Sources};

    /// `line:column code message` of each diagnostic.
    fn said(text: &str) -> Vec<String> {
        let mut sources = Sources::default();
        sources.add("flow.toml", FileKind::Settings, text);
        let mut sink = Sink::default();
        let _ = read(&sources, &mut sink);
        let place = |d: &crate::diagnostic::Diagnostic| {
            let position = sources.get(d.primary.span.file).map(|file| file.position(d.primary.span.start));
            position.map_or_else(String::new, |p| format!("{}:{} ", p.line, p.column))
        };
        sink.finish().iter().map(|d| format!("{}{} {}", place(d), d.code, d.message)).collect()
    }

    #[test]
    fn the_example_is_right() {
        assert_eq!(said(super::EXAMPLE), Vec::<String>::new());
    }

    #[test]
    fn each_mistake_has_its_line() {
        let text = "\u{feff}[project]\nname = \"a\"\nlanguage = 2\ntimezone = \"Berlin\"\ncurency = \"EUR\"\nlate_after = \"3 d\"\n\
                    [channels.email]\nkind = \"smtp\"\nurl = \"smtp://u:p@host\"\n";
        assert_eq!(
            said(text),
            [
                "3:12 F4051 this project is written in version 2 of the language, and this is version 1",
                "4:12 F2051 there is no time zone `Berlin`",
                "5:1 F2050 `[project]` has no setting `curency`",
                "6:14 F4051 `3 d` is not a duration",
                "7:11 F4051 `[channels.email]` needs `from`",
                "9:7 F4052 the secret in `url` stands where everybody can read it",
            ]
        );
    }

    #[test]
    fn a_rate_is_so_many_in_a_time() {
        let text = format!(
            "{}\nrate = \"10 a second\"\n[connectors.crm]\nkind = \"http\"\nurl = \"env:U\"\nrate = \"0/s\"\n",
            super::EXAMPLE
        );
        assert_eq!(said(&text), ["9:8 F4051 `10 a second` is not a rate", "13:8 F4051 `0/s` is not a rate"]);
        assert_eq!(said(&text.replace("10 a second", "10/s").replace("0/s", "5000/h")), [""; 0]);
    }

    #[test]
    fn all_is_kept_for_a_day_at_least() {
        let text = format!("{}\n[retention]\nlog = \"2h\"\nreject = \"1 day\"\n", super::EXAMPLE);
        let expected = ["10:7 F4051 `log` is shorter than a day", "11:1 F2050 `[retention]` has no setting `reject`"];
        assert_eq!(said(&text), expected);
    }

    #[test]
    fn budgets_are_percentages_and_numbers() {
        let text = format!(
            "{}\n[backtest]\nmax_new_sends = \"5\"\nmax_pressure = -1\nmax_affected = \"-3 %\"\nmax_sends = 3\n",
            super::EXAMPLE
        );
        let expected = [
            "10:17 F4051 `5` is not a percentage",
            "11:16 F4051 `max_pressure` is no number of messages",
            "12:16 F4051 `-3 %` is not a percentage",
            "13:1 F2050 `[backtest]` has no setting `max_sends`",
        ];
        assert_eq!(said(&text), expected);
        let right = "max_new_sends = \"5 %\"\nmax_affected = \"0.5%\"\nmax_pressure = 4\n";
        assert_eq!(said(&format!("{}\n[backtest]\n{right}", super::EXAMPLE)), [""; 0]);
    }

    #[test]
    fn broken_toml_is_one_answer() {
        assert_eq!(said("[project\nname = 1\nx").len(), 1);
        assert_eq!(said("").len(), 1);
        assert_eq!(said("project = 3").len(), 1);
        assert_eq!(said("\u{0}").len(), 1);
    }
}
