//! Files of events into a prepared log, which is read again fast.

use std::io::{BufRead, BufWriter, Read};
use std::path::Path;

use flow_runtime::ingest::Format;
use flow_runtime::ingest::prepared::{ENDING, Writer};

use crate::args::ImportArgs;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::layout::{elapsed, plural};
use crate::progress::Progress;
use crate::terminal::Terminal;

/// What is read of a line that is too long for any program.
const LONGEST: u64 = 2 << 20;

/// Whether a place is a prepared log, and no daemon.
pub(super) fn is_log(to: &str) -> bool {
    Path::new(to).extension().is_some_and(|ending| ending == ENDING)
}

pub(super) fn run(args: &ImportArgs, to: &Path, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let sources = input::lines(&args.events)?;
    if args
        .events
        .iter()
        .any(|events| events.canonicalize().is_ok_and(|events| to.canonicalize().is_ok_and(|to| to == events)))
    {
        return Err(Failure::new(format!("`{}` is read and cannot be written at the same time", to.display())));
    }
    // Whoever looks at the name meanwhile finds what was there before, or nothing.
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritable = |error: std::io::Error| Failure::file("write", to, &error);
    let file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 18, file.as_file())).map_err(unwritable)?;
    let mut progress = Progress::new(sources.iter().map(|source| source.bytes).sum(), args.quiet);
    let mut before = 0;
    for mut source in sources {
        if source.format != Format::Segment {
            return Err(Failure::new(format!("`{}` is no file of JSON Lines", source.name))
                .help("a prepared log is made of events as they came: `flow backtest` reads tables by itself"));
        }
        let (mut line, mut number) = (Vec::new(), 0_u32);
        loop {
            line.clear();
            let unreadable = |error: std::io::Error| input::unreadable(&source.name, &error);
            let read = source.reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            before += read as u64;
            if line.last() != Some(&b'\n') && read as u64 == LONGEST {
                source.reader.skip_until(b'\n').map_err(unreadable)?;
            }
            number = number.saturating_add(1);
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let text = if number == 1 { text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text) } else { text };
            writer.line(text, number).map_err(unwritable)?;
            progress.step(before);
        }
    }
    let packed = writer.finish().map_err(unwritable)?;
    file.persist(to).map_err(|error| unwritable(error.error))?;
    let took = progress.finish();
    if !args.quiet {
        let share = (packed.bytes * 100).checked_div(before).unwrap_or(0);
        let mut text = format!(
            "{} has {} of {}; {} ({share} % of the size)\n",
            to.display(),
            plural(packed.calls, "call"),
            plural(packed.ids, "id"),
            elapsed(took)
        );
        if packed.unusable > 0 {
            text.push_str(&format!("  {} are no calls, and are left out\n", plural(packed.unusable, "line")));
        }
        terminal.say(&text);
    }
    Ok(if args.strict && packed.unusable > 0 { Exit::Rejected } else { Exit::Done })
}
