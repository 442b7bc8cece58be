//! `[import.NAME]`: how the rows of a CSV file become events.

use super::reader::{Reader, Section};
use super::{ImportSettings, keys};

/// Reads an import; nothing when a part that it cannot do without is missing.
pub(crate) fn read(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<ImportSettings> {
    reader.only(section, &keys::IMPORT);
    if let Some(format) = reader.required(section, "format", "csv")
        && format.value != "csv"
    {
        let message = format!("files of the format `{}` cannot be imported", format.value);
        reader.wrong(format.span, message, "write `format = \"csv\"`");
    }
    let event = reader.required(section, "event", "order_placed");
    let contact = reader.required(section, "contact", "customer_id");
    let time = reader.required(section, "time", "date");
    let id = reader.text(section, "id");
    let fields = reader.section(section, "fields").map(|fields| reader.pairs(&fields)).unwrap_or_default();
    Some(ImportSettings { name: section.name.clone(), event: event?, contact: contact?, time: time?, id, fields })
}
