//! `rate`: how many deliveries leave by a channel or connector in a time at most: `10/s`, `600/m`, `5000/h`.

use super::reader::{Reader, Section};
use crate::source::Spanned;

/// Units of time and their seconds.
const UNITS: [(&str, f64); 3] = [("s", 1.0), ("m", 60.0), ("h", 3_600.0)];

/// How many in a second, if the setting stands there.
pub(crate) fn read(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Spanned<f64>> {
    let text = reader.text(section, "rate")?;
    let rate = parse(&text.value);
    if rate.is_none() {
        let message = format!("`{}` is not a rate", text.value);
        reader.wrong(
            text.span,
            message,
            "write how many leave in a second, a minute or an hour: `10/s`, `600/m`, `5000/h`",
        );
    }
    rate.map(|rate| Spanned::new(rate, text.span))
}

fn parse(text: &str) -> Option<f64> {
    let (count, unit) = text.split_once('/')?;
    let count: u32 = count.trim().parse().ok().filter(|count| *count > 0)?;
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    Some(f64::from(count) / seconds)
}
