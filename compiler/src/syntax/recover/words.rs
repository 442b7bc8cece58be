//! Rules of the grammar in the language's words.

use crate::syntax::grammar::Rule;

/// What could have stood at a place, in words; at most three things, the most telling first.
pub(super) fn expected(rules: &[Rule]) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    // Behind a value many operators could follow, in words and in signs.
    let behind_value = rules.contains(&Rule::infix);
    let noise = |rule: &&Rule| is_noise(**rule) || (behind_value && is_suffix_word(**rule));
    let brackets = rules.contains(&Rule::lparen) && rules.contains(&Rule::lbracket);
    let value = brackets || rules.iter().any(|rule| matches!(rule, Rule::paren | Rule::prefix));
    if value {
        words.push("a value".to_owned());
    }
    let noise = |rule: &&Rule| noise(rule) || (value && begins_value(**rule));
    let telling = rules.iter().any(|rule| !noise(&rule));
    let hidden = |rule: &&Rule| noise(rule) && (telling || value || is_suffix_word(**rule));
    for rule in rules.iter().filter(|rule| !hidden(rule)) {
        let Some(word) = describe(*rule) else { continue };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.truncate(4);
    let last = words.pop()?;
    Some(if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) })
}

/// Whether a name of the author's could have stood there.
pub(super) fn wants_name(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| {
        matches!(
            rule,
            Rule::name
                | Rule::event_name
                | Rule::event_ref
                | Rule::triggers
                | Rule::trigger
                | Rule::path
                | Rule::stage_path
                | Rule::score_name
                | Rule::action
                | Rule::address
                | Rule::from_stages
                | Rule::enum_value
                | Rule::field
                | Rule::band
        )
    })
}

/// Whether a value could have stood there, of which a name is only one kind.
pub(super) fn wants_value(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| matches!(rule, Rule::paren | Rule::prefix | Rule::lparen))
}

/// What the reserved items will be.
pub(crate) fn not_yet(keyword: &str) -> &'static str {
    match keyword {
        "attribution" => "attribution of revenue to channels",
        "content" => "dynamic content",
        "experiment" => "experiments",
        "form" => "forms",
        "predict" => "predictions",
        "sync" => "synchronisation with other systems",
        _ => "naming convention for links",
    }
}

/// What can follow nearly everything and so says nothing.
fn is_noise(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::infix
            | Rule::in_list
            | Rule::not_in
            | Rule::is_suffix
            | Rule::matches
            | Rule::EOI
            | Rule::bad
            | Rule::comma
    )
}

/// Whether nothing but an operator could have stood there.
pub(super) fn only_operators(rules: &[Rule]) -> bool {
    rules.contains(&Rule::infix) && rules.iter().all(|rule| is_noise(*rule) || is_suffix_word(*rule))
}

/// What a value may begin with: named one by one it says less than `a value`.
fn begins_value(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::lparen
            | Rule::paren
            | Rule::prefix
            | Rule::lbracket
            | Rule::list
            | Rule::text
            | Rule::name
            | Rule::path
            | Rule::datetime
            | Rule::date
            | Rule::clock
            | Rule::duration
            | Rule::wrong_duration
            | Rule::percent
            | Rule::money
            | Rule::number
            | Rule::truth
            | Rule::kw_in
            | Rule::kw_did
            | Rule::kw_never
            | Rule::kw_time_since
            | Rule::kw_score
            | Rule::kw_stage
            | Rule::kw_if
            | Rule::did
            | Rule::never_did
            | Rule::since_last
            | Rule::score_ref
            | Rule::stage_ref
            | Rule::aggregate
            | Rule::in_group
    )
}

fn is_suffix_word(rule: Rule) -> bool {
    matches!(rule, Rule::kw_in | Rule::kw_is | Rule::kw_not | Rule::kw_matches)
}

/// The keywords among what was expected.
pub(super) fn keywords(rules: &[Rule]) -> Vec<String> {
    rules.iter().filter_map(|rule| keyword(*rule)).map(|word| word.trim_matches('`').to_owned()).collect()
}

fn describe(rule: Rule) -> Option<String> {
    let word = match rule {
        Rule::EOI | Rule::bad | Rule::lparen => return None,
        Rule::infix | Rule::in_list | Rule::not_in | Rule::is_suffix | Rule::matches => "an operator",
        Rule::name | Rule::path | Rule::enum_value | Rule::field | Rule::band | Rule::from_stages => "a name",
        Rule::event_name | Rule::event_ref | Rule::event_field | Rule::event_short => "an event",
        Rule::triggers | Rule::trigger | Rule::entered | Rule::left | Rule::becomes => "an event",
        Rule::stage_path => "a stage such as `buyer.mql`",
        Rule::score_name => "a score",
        Rule::action => "an action such as `crm.create_task`",
        Rule::address => "an address such as `segment.active`",
        Rule::step_address => "a step such as `step.last_call`",
        Rule::text => "a text in quotes",
        Rule::duration | Rule::wrong_duration => "a duration such as `2h` or `3 days`",
        Rule::percent => "a percentage such as `50%`",
        Rule::number | Rule::signed_number | Rule::whole | Rule::signed_whole => "a number",
        Rule::number_range => "a range such as `0..100`",
        Rule::clock | Rule::clock_range => "a time such as `09:00`",
        Rule::datetime => "an instant such as `2026-03-27T10:00`",
        Rule::date => "a date such as `2026-12-25`",
        Rule::days | Rule::day_range | Rule::day_word => "a day such as `mon`",
        Rule::points => "points such as `+20`",
        Rule::list => "a list such as `[a, b]`",
        Rule::field_type => "a type such as `text` or `int`",
        Rule::cap => "a cap such as `1 per 1 day`",
        Rule::body_source => "a text in quotes or `file`",
        Rule::open | Rule::block | Rule::arguments | Rule::test_fields => "`{`",
        Rule::close => "`}`",
        Rule::rparen => "`)`",
        Rule::lbracket => "`[`",
        Rule::rbracket => "`]`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::arrow => "`->`",
        Rule::dots => "`..`",
        Rule::question => "`?`",
        Rule::wait | Rule::send | Rule::choose | Rule::split | Rule::set | Rule::call | Rule::notify | Rule::emit => {
            "a step"
        }
        Rule::step | Rule::enroll | Rule::exit_step => "a step",
        Rule::expr | Rule::condition | Rule::prefix | Rule::paren | Rule::if_else | Rule::in_group => "a value",
        Rule::did | Rule::never_did | Rule::since_last | Rule::score_ref | Rule::stage_ref | Rule::aggregate => {
            "a value"
        }
        Rule::money | Rule::truth | Rule::test_value => "a value",
        Rule::reach => "`in last 7 days`, `ever`",
        Rule::filter => "`where`",
        Rule::test_when => "`at`, `after`",
        other => return keyword(other),
    };
    Some(word.to_owned())
}

/// The word of a keyword's rule: `kw_at_most` is `at most`.
fn keyword(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    let word = name.strip_prefix("kw_")?;
    let separator = if word == "half_life" { "-" } else { " " };
    Some(format!("`{}`", word.replace('_', separator)))
}
