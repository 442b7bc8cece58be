//! Files of events: opened, and told apart by their names.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_compiler::settings::{ImportSettings, Settings};
use flow_compiler::source::Sources;
use flow_graph::Timestamp;
use flow_runtime::ingest::prepared::Dictionary;
use flow_runtime::ingest::ties::{Joining, Ties};
use flow_runtime::ingest::{Catalog, Format, Inputs, Mapping, MappingError, Read};
use flow_runtime::parallel;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::args::{InputArgs, ReadArgs};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::project::Project;

/// What is read ahead of a file.
const BUFFER_BYTES: usize = 1 << 18;

/// One file of events.
pub(crate) struct Source {
    /// As it was given.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) reader: Box<dyn BufRead>,
    /// What it looks like.
    pub(crate) format: Format,
    /// Its size, 0 when that is not known.
    pub(crate) bytes: u64,
    /// Who may turn out to be somebody else, where that is known.
    joining: Option<Arc<Joining>>,
}

impl Source {
    /// The same for a run on several processors.
    pub(crate) fn into_parallel(self) -> parallel::Source<Box<dyn BufRead>> {
        parallel::Source { name: self.name, reader: self.reader, format: self.format, joining: self.joining }
    }
}

/// All files that were named, in that order.
pub(crate) fn open(args: &InputArgs, settings: &Settings) -> Result<Vec<Source>, Failure> {
    all(&args.events, args.read.mapping.as_deref(), settings)
}

/// All files of a list, in that order; tables by the mapping of a name.
pub(crate) fn all(paths: &[PathBuf], mapping: Option<&str>, settings: &Settings) -> Result<Vec<Source>, Failure> {
    let mut sources = opened(paths, mapping, settings)?;
    if sources.len() > 1 {
        let read = |source: &Source| source.format == Format::Segment;
        let joining = if sources.iter().any(read) { Joining::unknown() } else { joining(&sources, Ties::default()) };
        settle(&mut sources, &Arc::new(joining));
    }
    Ok(sources)
}

/// The same, each with what it knows of itself alone: it has to be settled who may turn out to be somebody else by all
/// of them.
pub(crate) fn opened(paths: &[PathBuf], mapping: Option<&str>, settings: &Settings) -> Result<Vec<Source>, Failure> {
    paths.iter().map(|path| source(path, mapping, settings)).collect()
}

/// Who may turn out to be somebody else by all files together, when those of lines were looked through.
pub(crate) fn joining(sources: &[Source], mut looked: Ties) -> Joining {
    for source in sources {
        if let Format::Prepared(dictionary) = &source.format {
            looked.log(dictionary);
        }
    }
    looked.joining()
}

/// Tells all files who may turn out to be somebody else by all of them.
pub(crate) fn settle(sources: &mut [Source], joining: &Arc<Joining>) {
    for source in sources {
        source.joining = Some(Arc::clone(joining));
        if let Format::Prepared(dictionary) = &mut source.format
            && let Some(dictionary) = Arc::get_mut(dictionary)
        {
            dictionary.settle(joining);
            source.joining = None;
        }
    }
}

/// Whether something comes through a pipe, and goes by once.
pub(crate) fn is_stream(path: &Path) -> bool {
    path == Path::new("-") || path.metadata().is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// The same of files that no project is asked about: of tables it is not known what they say.
pub(crate) fn lines(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let settings = Project::of_sources(Sources::default()).settings();
    let is_table = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "csv" || ending == "tsv");
    if let Some(table) = paths.iter().find(is_table) {
        return Err(Failure::new(format!(
            "`{}` is a table, and only a project knows what its rows say",
            table.display()
        ))
        .help("a prepared log is made of JSON Lines; `flow backtest` reads tables by itself"));
    }
    all(paths, None, &settings)
}

/// The instant of `--until`: a time without an offset is in the project's zone, a date alone is its end there.
pub(crate) fn until(args: &ReadArgs, settings: &Settings) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = &args.until else { return Ok(None) };
    let zone = TimeZone::get(&settings.project.timezone.value).unwrap_or(TimeZone::UTC);
    let found = instant(text, &zone).map(|at| Timestamp(at.as_millisecond()));
    let fits = |at: &Timestamp| (Timestamp::FIRST_VALID..=Timestamp::LAST_VALID).contains(at);
    found.filter(fits).map(Some).ok_or_else(|| {
        Failure::new(format!("`{text}` is not a time"))
            .help("write `2026-06-30`, `2026-06-30T12:00`, or an exact time such as `2026-06-30T12:00:00Z`")
    })
}

/// The instant at which something begins: a date alone is its beginning in the project's zone.
pub(crate) fn begins(text: &str, settings: &Settings) -> Result<Timestamp, Failure> {
    let zone = TimeZone::get(&settings.project.timezone.value).unwrap_or(TimeZone::UTC);
    let found = text.parse().ok().or_else(|| zone.to_timestamp(text.parse::<DateTime>().ok()?).ok());
    let found = found.map(|at: jiff::Timestamp| Timestamp(at.as_millisecond()));
    let fits = |at: &Timestamp| (Timestamp::FIRST_VALID..=Timestamp::LAST_VALID).contains(at);
    found.filter(fits).ok_or_else(|| {
        Failure::new(format!("`{text}` is not a time"))
            .help("write `2026-03-01`, `2026-03-01T10:00`, or an exact time such as `2026-03-01T10:00:00Z`")
    })
}

fn instant(text: &str, zone: &TimeZone) -> Option<jiff::Timestamp> {
    if let Ok(exact) = text.parse::<jiff::Timestamp>() {
        return Some(exact);
    }
    if let Ok(date) = text.parse::<Date>()
        && !text.contains([':', 'T', ' '])
    {
        return zone.to_timestamp(date.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight())).ok();
    }
    zone.to_timestamp(text.parse::<DateTime>().ok()?).ok()
}

fn source(path: &Path, mapping: Option<&str>, settings: &Settings) -> Result<Source, Failure> {
    if let Some(source) = prepared(path)? {
        return Ok(source);
    }
    let format = format(path, mapping, settings)?;
    if path == Path::new("-") {
        let mut reader: Box<dyn BufRead> = Box::new(BufReader::with_capacity(BUFFER_BYTES, io::stdin()));
        let format = look(format, &mut reader);
        return Ok(Source { name: "-".to_owned(), reader, format, bytes: 0, joining: None });
    }
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    let meta = file.metadata().map_err(|error| Failure::file("read", path, &error))?;
    if meta.is_dir() {
        return Err(Failure::new(format!("`{}` is a folder, not a file of events", path.display()))
            .help("the folder of a project stands before `--events`"));
    }
    let mut reader: Box<dyn BufRead> = Box::new(BufReader::with_capacity(BUFFER_BYTES, file));
    let format = look(format, &mut reader);
    Ok(Source { name: path.to_string_lossy().into_owned(), reader, format, bytes: meta.len(), joining: None })
}

/// A prepared log, if the file is one: it says so itself, whatever it is called.
fn prepared(path: &Path) -> Result<Option<Source>, Failure> {
    // What cannot be opened, and what is no file, is told where it is read as one.
    let Ok(mut file) = File::open(path) else { return Ok(None) };
    let Some(meta) = file.metadata().ok().filter(std::fs::Metadata::is_file) else { return Ok(None) };
    let name = path.to_string_lossy().into_owned();
    let Some(dictionary) = Dictionary::open(&mut file).map_err(|error| unreadable(&name, &error))? else {
        return Ok(None);
    };
    let reader: Box<dyn BufRead> = Box::new(BufReader::with_capacity(BUFFER_BYTES, file));
    let format = Format::Prepared(Arc::new(dictionary));
    Ok(Some(Source { name, reader, format, bytes: meta.len(), joining: None }))
}

/// Whether nobody in some files can turn out to be somebody else: rows of a table name users only, and of a prepared
/// log it is known.
pub(crate) fn unites(sources: &[Source]) -> bool {
    sources.iter().any(|source| match &source.format {
        Format::Segment => true,
        Format::Csv(_) => false,
        Format::Prepared(dictionary) => dictionary.unites(),
    })
}

/// Tables of many countries have `;` between their columns: so it is where the first line has some and no comma. What
/// cannot be read is told when it is read.
fn look(format: Format, reader: &mut Box<dyn BufRead>) -> Format {
    let Format::Csv(mapping) = format else { return format };
    let first = reader.fill_buf().unwrap_or_default().split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if first.contains(&b';') && !first.contains(&b',') { b';' } else { mapping.delimiter };
    Format::Csv(Mapping { delimiter, ..mapping })
}

/// CSV by its ending, or because a mapping is named and the ending does not say otherwise.
fn format(path: &Path, mapping: Option<&str>, settings: &Settings) -> Result<Format, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let delimiter = if ending == "tsv" { b'\t' } else { b',' };
    let table = matches!(ending.as_str(), "csv" | "tsv");
    let lines = matches!(ending.as_str(), "jsonl" | "json" | "ndjson");
    if !table && (lines || mapping.is_none()) {
        return Ok(Format::Segment);
    }
    let import = import(path, mapping, settings)?;
    Ok(Format::Csv(Mapping {
        event: import.event.value.clone(),
        contact: import.contact.value.clone(),
        time: import.time.value.clone(),
        id: import.id.as_ref().map(|id| id.value.clone()),
        fields: import.fields.iter().map(|(field, column)| (field.value.clone(), column.value.clone())).collect(),
        delimiter,
    }))
}

fn import<'a>(path: &Path, name: Option<&str>, settings: &'a Settings) -> Result<&'a ImportSettings, Failure> {
    let names: Vec<String> = settings.imports.keys().map(|name| format!("`{name}`")).collect();
    if let Some(name) = name {
        return settings.imports.get(name).ok_or_else(|| {
            let failure = Failure::new(format!("`flow.toml` has no `[import.{name}]`"));
            if names.is_empty() { failure } else { failure.help(format!("it has {}", names.join(", "))) }
        });
    }
    match settings.imports.values().next() {
        Some(import) if names.len() == 1 => Ok(import),
        Some(_) => Err(Failure::new(format!("several imports could fit `{}`", path.display()))
            .help(format!("say which one with `--mapping`: {}", names.join(", ")))),
        None => Err(Failure::new(format!("nothing says how the rows of `{}` become events", path.display()))
            .help("write `[import.NAME]` in `flow.toml`, with `format`, `event`, `contact`, `time` and the fields")),
    }
}

/// What is to be done with one row.
pub(crate) type Each<'a> = dyn FnMut(Read) -> Result<(), Failure> + 'a;

/// Reads all files, one after the other, and hands on what each row gives.
pub(crate) fn read(
    sources: Vec<Source>,
    catalog: &Arc<Catalog>,
    progress: &mut Progress,
    each: &mut Each<'_>,
) -> Result<(), Failure> {
    let mut before = 0;
    for (number, source) in (0..).zip(sources) {
        let name = source.name.clone();
        let unreadable = |error: io::Error| unreadable(&name, &error);
        let inputs = Inputs::new(Arc::clone(catalog), source.reader, &name, number, &source.format);
        let mut inputs = inputs.map_err(unreadable)?;
        while let Some(read) = inputs.next() {
            each(read.map_err(unreadable)?)?;
            progress.step(before + inputs.bytes());
        }
        before += inputs.bytes();
    }
    Ok(())
}

/// A file could not be read, or does not fit its mapping.
pub(crate) fn unreadable(name: &str, error: &io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<MappingError>()) {
        Some(mapping) => Failure::new(format!("`{name}` does not fit its mapping: {mapping}"))
            .help("the mapping is `[import.NAME]` in `flow.toml`"),
        None => Failure::new(format!("cannot read `{name}`: {error}")),
    }
}
