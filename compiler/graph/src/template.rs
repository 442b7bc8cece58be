//! What a template may use: the one table for the compiler, which checks templates, and for whoever renders them.
//!
//! Templates are minijinja. **Names**: `contact` (the fields of the contact), `event` (of the event that began the
//! run: its fields, `time`, `id`, `utm.source|medium|campaign|content|term`, `page.url|path|title|referrer`) and `key`
//! (the key of the run). A notice of a service level sees `contact` alone.
//!
//! **Values**, by type: texts as they are; `int`, `number`, `percent` and `bool` as such; `money` as an object that
//! prints `49.90 EUR` and compares by its amount; an enum as the name of its value; `date` and `datetime` as objects
//! that print `2026-01-05` and `2026-01-05 10:00` (in the zone of the contact) and that [`OWN_FILTERS`] format;
//! `duration` prints `2h`; a set as a list, sorted, empty when nothing was ever added.
//!
//! **A value that is missing** is `none`; so is `event` in a run that began without one, and `key` where there is
//! none. A comparison with it is false, as everywhere in the language. What differs from minijinja: [`OWN_FILTERS`]
//! has its own `default`, which also stands in for `none`, and the tests `defined` and `undefined` count `none` as
//! undefined. Whoever renders refuses to print `none` or an undefined value; the compiler has proved that none is
//! printed.
//!
//! **Escaping** goes by the ending of the file's name: `.html`, `.htm` and `.xml` are escaped. An inline text is plain.

pub mod names;

/// Filters of minijinja that a template may use, under minijinja's names.
pub const FILTERS: [&str; 33] = [
    "abs",
    "batch",
    "bool",
    "capitalize",
    "count",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "indent",
    "int",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "max",
    "min",
    "replace",
    "reject",
    "reverse",
    "round",
    "safe",
    "select",
    "slice",
    "sort",
    "split",
    "sum",
    "title",
    "trim",
    "upper",
];

/// Filters that are ours, with what they do. They are registered by whoever renders.
pub const OWN_FILTERS: [(&str, &str); 8] = [
    ("default", "`x | default(\"there\")`: stands in for a missing value"),
    ("d", "the same as `default`"),
    ("money", "`12.5 | money` prints `12.50 EUR`, in the currency of the project; money stays as it is"),
    ("date", "`x | date` prints `2026-01-05`; `x | date(\"%d %B %Y\")` as strftime says; in the zone of the contact"),
    ("clock", "`x | clock` prints the time of day of a datetime, `14:30`, in the zone of the contact"),
    ("urlencode", "makes a text fit for a part of a URL"),
    ("string", "a text of any value, as it would be printed"),
    ("unique", "a list with each member once"),
];

/// Tests of minijinja that a template may use: `x is even`. `defined`, `undefined` and `none` count a missing value
/// as missing.
pub const TESTS: [&str; 28] = [
    "defined",
    "undefined",
    "none",
    "boolean",
    "number",
    "integer",
    "int",
    "float",
    "string",
    "sequence",
    "iterable",
    "odd",
    "even",
    "divisibleby",
    "startingwith",
    "endingwith",
    "lower",
    "upper",
    "eq",
    "equalto",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "true",
    "false",
];

/// Functions of minijinja that a template may use.
pub const FUNCTIONS: [&str; 2] = ["range", "namespace"];

/// What `event.utm` has, all of it possibly missing.
pub const UTM: [&str; 5] = ["source", "medium", "campaign", "content", "term"];

/// What `event.page` has, all of it possibly missing.
pub const PAGE: [&str; 4] = ["url", "path", "title", "referrer"];
