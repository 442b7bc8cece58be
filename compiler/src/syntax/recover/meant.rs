//! Slips that many make: what stands there, what could have stood there, and what was meant.

use super::words;
use crate::syntax::grammar::Rule;
use crate::syntax::lex::{LexKind, Lexer};

/// What to write instead.
pub(super) struct Advice {
    /// What is wrong, when the usual sentence does not say it.
    pub(super) message: Option<String>,
    /// What to write.
    pub(super) help: String,
    /// The edit: from, to (bytes of the clause), and the new text.
    pub(super) edit: Option<(usize, usize, String)>,
}

/// A place in a clause that could not be read.
pub(super) struct Place<'t> {
    /// The clause.
    pub(super) text: &'t str,
    /// The first word that does not fit.
    pub(super) from: usize,
    /// Its end.
    pub(super) to: usize,
    /// What could have stood there.
    pub(super) expected: &'t [Rule],
}

/// Word, the keyword that could have stood there, what to write.
const MEANT: &[(&str, &str, &str)] = &[
    ("in", "within", "within"),
    ("for", "within", "within"),
    ("during", "for", "for"),
    ("within", "for", "for"),
    ("after", "at", "at"),
    ("when", "on", "on"),
    ("if", "when", "when"),
    ("is", "becomes", "becomes"),
    ("max", "at most", "at most"),
    ("maximum", "at most", "at most"),
    ("limit", "at most", "at most"),
    ("by", "per", "per"),
    ("every", "per", "per"),
    ("each", "per", "per"),
    ("do", "does", "does"),
    ("did", "does", "does"),
    ("made", "does", "does"),
    ("set", "sets", "sets"),
    ("=", "is", "is"),
    ("==", "is", "is"),
    (">=", "at least", "at least"),
    ("at", "from", "from"),
    (">=", "from", "from"),
    ("=", "to", "to"),
    ("then", "else", "else"),
    ("drop", "skip", "skip"),
    ("discard", "skip", "skip"),
    ("delay", "wait", "wait"),
];

/// Words that are signs or other words here.
const OPERATORS: &[(&str, &str)] = &[
    ("equals", "=="),
    ("equal", "=="),
    ("eq", "=="),
    ("has", "contains"),
    ("have", "contains"),
    ("include", "contains"),
    ("includes", "contains"),
    ("like", "contains"),
    ("startswith", "starts with"),
    ("starts", "starts with"),
    ("begins", "starts with"),
    ("endswith", "ends with"),
    ("ends", "ends with"),
    ("over", ">"),
    ("above", ">"),
    ("under", "<"),
    ("below", "<"),
];

const DAYS: &[(&str, &str)] = &[
    ("monday", "mon"),
    ("tuesday", "tue"),
    ("wednesday", "wed"),
    ("thursday", "thu"),
    ("friday", "fri"),
    ("saturday", "sat"),
    ("sunday", "sun"),
    ("weekdays", "weekday"),
    ("workday", "weekday"),
    ("workdays", "weekday"),
    ("weekends", "weekend"),
];

/// What was meant at a place, if it is one of the usual slips.
pub(super) fn advice(place: &Place<'_>) -> Option<Advice> {
    reach(place)
        .or_else(|| sign(place))
        .or_else(|| word(place))
        .or_else(|| trigger(place))
        .or_else(|| time(place))
        .or_else(|| amount(place))
        .or_else(|| bracket(place))
}

impl<'t> Place<'t> {
    fn found(&self) -> &'t str {
        self.text.get(self.from..self.to).unwrap_or("")
    }

    fn keyword(&self, word: &str) -> bool {
        words::keywords(self.expected).iter().any(|known| known == word)
    }

    fn wants(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// The words before the place, the nearest last, with where each begins.
    fn before(&self) -> Vec<(usize, &'t str)> {
        let text = self.text.get(..self.from).unwrap_or("");
        let lexemes = Lexer::new(text).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc));
        lexemes.map(|l| (l.start, text.get(l.start..l.end).unwrap_or(""))).collect()
    }

    /// The word at some distance before the place; 1 is the nearest.
    fn back(&self, distance: usize) -> (usize, &'t str) {
        let before = self.before();
        before.len().checked_sub(distance).and_then(|at| before.get(at).copied()).unwrap_or((0, ""))
    }

    /// The next word behind the place.
    fn next(&self) -> &'t str {
        let rest = self.text.get(self.to..).unwrap_or("");
        Lexer::new(rest).next().and_then(|l| rest.get(l.start..l.end)).unwrap_or("")
    }

    fn replace(&self, with: &str) -> Option<Advice> {
        Some(advised(format!("write `{with}`"), (self.from, self.to, with.to_owned())))
    }

    fn insert(&self, at: usize, word: &str, help: String) -> Option<Advice> {
        Some(advised(help, (at, at, format!("{word} "))))
    }
}

fn advised(help: String, edit: (usize, usize, String)) -> Advice {
    Advice { message: None, help, edit: Some(edit) }
}

fn only_help(help: impl Into<String>) -> Option<Advice> {
    Some(Advice { message: None, help: help.into(), edit: None })
}

fn told(message: &str, help: &str) -> Option<Advice> {
    Some(Advice { message: Some(message.to_owned()), help: help.to_owned(), edit: None })
}

/// A length of time as it was written: `30` `days`, `12h` ….
fn length(amount: &str, unit: &str) -> String {
    let days = matches!(unit, "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years");
    if days { format!("{amount} {unit}") } else { amount.to_owned() }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// How far back something looks, and the brackets round it.
fn reach(place: &Place<'_>) -> Option<Advice> {
    let (found, next) = (place.found(), place.next());
    let ((at, last), (_, earlier)) = (place.back(1), place.back(2));
    if last == "never" && earlier == "did" {
        let (start, _) = place.back(2);
        let edit = (start, at + last.len(), "never did".to_owned());
        return Some(advised("write `never did`".to_owned(), edit));
    }
    if place.keyword("last") && last == "in" && is_number(found) {
        return place.insert(place.from, "last", format!("write `in last {}`", length(found, next)));
    }
    if place.keyword("last") && last == "in" && found == "the" {
        let edit = (place.from, place.to + 1, String::new());
        return Some(advised("write `in last 30 days`".to_owned(), edit));
    }
    if place.keyword("last") && earlier == "time" && last == "since" {
        return place.insert(place.from, "last", format!("write `time since last {found}`"));
    }
    let looks_back = place.keyword("ever") || place.wants(Rule::reach);
    if looks_back && found == "last" {
        let rest = place.text.get(place.to..).unwrap_or("");
        let mut words = rest.split_whitespace();
        let (amount, unit) = (words.next().unwrap_or("30"), words.next().unwrap_or("days"));
        return place.insert(place.from, "in", format!("write `in last {}`", length(amount, unit)));
    }
    if looks_back && matches!(found, "within" | "during" | "over" | "past" | "for" | "since") {
        let mut help = advised("write `in last 30 days`".to_owned(), (place.from, place.to, "in last".to_owned()));
        help.edit = help.edit.filter(|_| is_number(next));
        return Some(help);
    }
    if looks_back && matches!(found, "with" | "if" | "when") {
        return place.replace("where");
    }
    if found == "where" && (last == "days" || last == "day" || last == "ever" || last.ends_with(['h', 'm', 's'])) {
        let message = "`where` stands behind the time that is looked at";
        return told(message, "write it before: `count(page_viewed where … in last 30 days)`");
    }
    if found == "last" && last == "in" && earlier == ")" {
        let message = "the time that is looked at stands outside of the brackets";
        return told(message, "write it inside: `count(order_placed in last 30 days)`");
    }
    if found == "last" && last == "in" && place.wants(Rule::lbracket) {
        let (start, name) = place.back(2);
        let mut advice = place.insert(start, "did", format!("write `did {name} in last 30 days`"))?;
        advice.message = Some(format!("`did` is missing before `{name}`"));
        return Some(advice);
    }
    let counts = matches!(last, "count" | "sum" | "min" | "max" | "avg" | "distinct");
    if counts && place.wants(Rule::infix) {
        let message = format!("`{last}` needs brackets round what it looks at");
        return told(&message, &format!("write `{last}({found} in last 30 days)`"));
    }
    None
}

/// Signs.
fn sign(place: &Place<'_>) -> Option<Advice> {
    let found = place.found();
    let (at, last) = place.back(1);
    if matches!(found, "=>" | "-" | "to" | "=" | ">" | "--") && place.wants(Rule::arrow) {
        let mut advice = advised("write `->`".to_owned(), (place.from, place.to, "->".to_owned()));
        advice.edit = advice.edit.filter(|_| found != "-");
        return Some(advice);
    }
    if matches!(found, "-" | "to" | "until" | "–") && place.wants(Rule::dots) {
        return Some(advised("a range is written with `..`".to_owned(), (place.from, place.to, "..".to_owned())));
    }
    if found == "=" && place.wants(Rule::colon) {
        return place.replace(":");
    }
    if matches!(last, ">" | "<" | "!") && found == "=" {
        let right = format!("{last}=");
        let message = Some(format!("`{right}` is one sign, without a space in it"));
        return Some(Advice { message, help: format!("write `{right}`"), edit: Some((at, place.to, right)) });
    }
    if matches!(found, ":" | "=") && (place.wants(Rule::text) || place.wants(Rule::name) || place.wants(Rule::whole)) {
        let edit = (place.from, place.to, String::new());
        return Some(advised(format!("no `{found}` is needed here"), edit));
    }
    // `=` was taken for a whole sign, so what stands behind it looks wrong.
    let glued = at + last.len() == place.from;
    if matches!((last, found), ("=", ">" | "<")) && glued {
        let right = if found == ">" { ">=" } else { "<=" };
        let message = Some(format!("`={found}` is written `{right}` here"));
        return Some(Advice {
            message,
            help: format!("write `{right}`"),
            edit: Some((at, place.to, right.to_owned())),
        });
    }
    let fraction = found == "," && is_number(last) && glued && is_number(place.next()) && place.wants(Rule::infix);
    if fraction && !place.text.get(place.to..).unwrap_or("").starts_with(' ') {
        let help = format!("a fraction is written with a point: `{last}.{}`", place.next());
        return Some(advised(help, (place.from, place.to, ".".to_owned())));
    }
    None
}

/// One word for another.
fn word(place: &Place<'_>) -> Option<Advice> {
    let found = place.found();
    if let Some((.., right)) = MEANT.iter().find(|(word, keyword, _)| *word == found && place.keyword(keyword)) {
        return place.replace(right);
    }
    if found == "else" && (place.keyword("otherwise") || words::expected(place.expected).is_none()) {
        return place.replace("otherwise");
    }
    if found == "with" && place.wants(Rule::filter) {
        return place.replace("where");
    }
    if place.wants(Rule::infix) {
        let (_, right) = OPERATORS.iter().find(|(word, _)| *word == found)?;
        let first = right.split(' ').next().unwrap_or(right);
        return if place.next() == "with" { place.replace(first) } else { place.replace(right) };
    }
    if found == "if" && place.keyword("at") {
        return told("`if` begins no step", clause("if").unwrap_or_default());
    }
    let (at, last) = place.back(1);
    if last == "set" && place.wants(Rule::question) {
        return place.insert(place.from, "of", format!("write `set of {found}`"));
    }
    if found == "of" && matches!(last, "list" | "array" | "sets" | "many") {
        return Some(advised("write `set of …`".to_owned(), (at, place.from, "set ".to_owned())));
    }
    None
}

/// What is entered, left or done, and whose line it is.
fn trigger(place: &Place<'_>) -> Option<Advice> {
    let found = place.found();
    let (at, last) = place.back(1);
    if matches!(last, "stage" | "segment") && place.keyword("becomes") {
        let rest = place.text.get(place.from..).unwrap_or("");
        let name = rest.split_whitespace().next().unwrap_or(found).trim_end_matches(',');
        return place.insert(at, "entered", format!("write `entered {last} {name}`"));
    }
    if place.keyword("segment") && place.keyword("stage") {
        let rest = place.text.get(place.to..).unwrap_or("");
        let word = if rest.starts_with('.') { "stage" } else { "segment" };
        let name = place.text.get(place.from..).and_then(|rest| rest.split_whitespace().next()).unwrap_or(found);
        return place.insert(place.from, word, format!("write `{last} {word} {}`", name.trim_end_matches(',')));
    }
    if place.keyword("segment") && place.keyword("sequence") {
        return only_help(format!("say what it is: `in segment {found}` or `in sequence {found}`"));
    }
    if place.keyword("does") && place.keyword("sets") && place.next() == "{" {
        return place.insert(place.from, "does", format!("write `{last} does {found}`"));
    }
    None
}

/// Lengths of time, times of day, days, instants.
fn time(place: &Place<'_>) -> Option<Advice> {
    let found = place.found();
    let (at, last) = place.back(1);
    if let Some((_, day)) = DAYS.iter().find(|(word, _)| *word == found.to_lowercase())
        && matches!(last, "until" | "..")
    {
        return place.replace(day);
    }
    if last == "for" && place.back(2).1 == "wait" && is_number(found) {
        let help = format!("write `wait {}`, without `for`", length(found, place.next()));
        return Some(advised(help, (at, place.from, String::new())));
    }
    let length = place.wants(Rule::duration) || place.wants(Rule::wrong_duration);
    if length && matches!(found, "day" | "week" | "month" | "year" | "hour" | "minute") {
        let right = match found {
            "hour" => "1h".to_owned(),
            "minute" => "1m".to_owned(),
            other => format!("1 {other}"),
        };
        return place.replace(&right);
    }
    if place.wants(Rule::datetime) && found.len() == 10 && found.matches('-').count() == 2 {
        let next = place.next();
        let clock = if next.contains(':') || is_number(next) { clock_behind(place) } else { None };
        return match clock {
            Some((end, clock)) => {
                let right = format!("{found}T{clock}");
                Some(advised(format!("write `{right}`"), (place.from, end, right)))
            }
            None => only_help(format!("say the time too: `{found}T09:00`")),
        };
    }
    let parts: Vec<Option<String>> = found.split("..").map(of_twelve_hours).collect();
    if parts.iter().all(Option::is_some) && !parts.is_empty() {
        let right = parts.into_iter().flatten().collect::<Vec<_>>().join("..");
        return place.replace(&right);
    }
    None
}

/// The time of day behind a date.
fn clock_behind<'t>(place: &Place<'t>) -> Option<(usize, &'t str)> {
    let rest = place.text.get(place.to..)?;
    let gap = rest.len() - rest.trim_start_matches(' ').len();
    let clock = rest.get(gap..)?;
    let length = clock.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(clock.len());
    let clock = clock.get(..length).filter(|clock| clock.contains(':'))?;
    Some((place.to + gap + length, clock))
}

/// `9pm` → `21:00`
fn of_twelve_hours(word: &str) -> Option<String> {
    let (digits, afternoon) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, false),
        (None, Some(digits)) => (digits, true),
        (None, None) => return None,
    };
    let hour: u8 = digits.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let hour = hour % 12 + if afternoon { 12 } else { 0 };
    Some(format!("{hour:02}:00"))
}

/// Money and shares.
fn amount(place: &Place<'_>) -> Option<Advice> {
    let found = place.found();
    let currency = found.len() == 3 && found.bytes().all(|b| b.is_ascii_uppercase());
    if currency && is_number(place.next()) {
        let number = place.next();
        let end =
            place.text.get(place.to..).and_then(|rest| rest.find(number)).map(|at| place.to + at + number.len())?;
        let right = format!("{number} {found}");
        return Some(advised(format!("write `{right}`: the currency stands behind"), (place.from, end, right)));
    }
    if place.wants(Rule::percent) && found.bytes().all(|b| b.is_ascii_digit() || b == b'.') && is_number(found) {
        return place.replace(&format!("{found}%"));
    }
    None
}

fn bracket(place: &Place<'_>) -> Option<Advice> {
    let (at, last) = place.back(1);
    let end = at + last.len();
    let opens = place.wants(Rule::open) || place.wants(Rule::block);
    if opens && matches!(last, "opened" | "clicked" | "delivered" | "bounced" | "complained") {
        let edit = (end, place.to, format!("({})", place.found()));
        return Some(advised(format!("write `{last}({})`", place.found()), edit));
    }
    if opens && place.text.get(end..place.from).is_some_and(|gap| gap.contains('\n')) {
        let message = Some(format!("`{{` is missing before `{}`", place.found()));
        let help = "write `{` at the end of the line before".to_owned();
        return Some(Advice { message, help, edit: Some((end, end, " {".to_owned())) });
    }
    if place.found() == "(" && last == "in" && place.wants(Rule::lbracket) {
        return only_help("a list stands in square brackets: `in [a, b]`");
    }
    None
}

/// What to write for a word that begins no clause here.
pub(super) fn clause(word: &str) -> Option<&'static str> {
    Some(match word {
        "if" => "a condition is written `choose { when … { … } otherwise { … } }`",
        "else" => "the other case is written `otherwise { … }`",
        "add" | "remove" | "clear" | "tag" => "a field is changed with `set`: `set tags add \"engaged\"`",
        "mail" | "email" => "a message is sent with `send`",
        "delay" | "sleep" => "write `wait 2 days`",
        "trigger" | "start" | "when" => "a run begins with `enter on`",
        "after" => "write `again after 7 days`, or `wait 7 days`",
        "within" => "`within` stands behind what is reached: `goal order_placed within 14 days`",
        "file" => "write `body file \"templates/hello.html\"`",
        "title" | "titel" | "headline" | "betreff" => "write `subject \"…\"`",
        "from" | "sender" => "the sender stands in `flow.toml`, under `[channels.email]`",
        "half" => "write `half-life 14 days`",
        _ => return None,
    })
}

/// A day's name that is written out: its short form.
pub(super) fn day(word: &str) -> Option<&'static str> {
    DAYS.iter().find(|(long, _)| *long == word.to_lowercase()).map(|(_, short)| *short)
}

#[cfg(test)]
mod tests {
    use super::of_twelve_hours;

    #[test]
    fn twelve_hours_are_turned_into_twenty_four() {
        let cases =
            [("9pm", Some("21:00")), ("12am", Some("00:00")), ("12pm", Some("12:00")), ("13pm", None), ("9", None)];
        for (word, right) in cases {
            assert_eq!(of_twelve_hours(word).as_deref(), right);
        }
    }
}
