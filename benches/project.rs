//! A project of the size that a large marketing team has, made from a seed: equal on every machine.

use std::fmt::Write as _;

/// Files of a project as `(path, text)`: about 10,000 lines of `.flow` at scale 1, in some 40 files, with templates.
#[must_use]
pub fn files(scale: usize) -> Vec<(String, String)> {
    let mut files = vec![("flow.toml".to_owned(), SETTINGS.to_owned()), ("world.flow".to_owned(), world())];
    for team in 0..10 * scale {
        files.push((format!("{}/segments_{team}.flow", area(team)), segments(team)));
        files.push((format!("{}/messages_{team}.flow", area(team)), messages(team)));
        files.push((format!("{}/sequences_{team}.flow", area(team)), sequences(team)));
        files.push((format!("{}/tests_{team}.flow", area(team)), tests(team)));
        for letter in 0..LETTERS {
            files.push((format!("templates/letter_{team}_{letter}.html"), template(team, letter)));
        }
    }
    files
}

const SETTINGS: &str = r#"[project]
name = "large"
language = 1
timezone = "Europe/Berlin"
currency = "EUR"

[channels.email]
kind = "smtp"
url = "env:SMTP_URL"
from = "Acme <hello@acme.example>"

[connectors.crm]
kind = "http"
url = "env:CRM_URL"
secret = "env:CRM_SECRET"
"#;

/// Events, each team of people has four.
const EVENTS: usize = 40;
/// Segments of a team.
const SEGMENTS: usize = 42;
/// Messages of a team.
const LETTERS: usize = 30;
/// Sequences of a team; each sends three of its messages.
const SEQUENCES: usize = 10;
/// Tests of a team.
const TESTS: usize = 10;

/// Where a team keeps its files.
fn area(team: usize) -> &'static str {
    ["onboarding", "retention", "sales", "events", "partners"].get(team % 5).copied().unwrap_or("other")
}

fn world() -> String {
    let mut out = String::from(
        "// What we know about people, and what they do.\n\n\
         /// The industry of a company.\nenum industry { saas, finance, retail, manufacturing, other }\n\n\
         /// How a contact came to us.\nenum origin { search, event, partner, advert }\n\n\
         contact {\n  email:        email?      personal\n  first_name:   text?       personal\n  \
         country:      country?\n  timezone:     timezone?\n  industry:     industry?\n  origin:       origin?\n  \
         company_size: int?        in 1..1000000  from crm\n  plan:         text?\n  tags:         set of text\n}\n\n\
         topic news      { consent opt_in }\ntopic service   { consent opt_out }\n\
         topic account   { consent none  transactional }\n\n\
         team sales { email \"sales@acme.example\" }\n\n\
         limits {\n  email at most 2 per 1 day, 5 per 7 days\n  quiet 21:00..08:00 local\n  \
         when capped: wait up to 2 days then skip\n}\n",
    );
    for event in 0..EVENTS {
        let _ = write!(
            out,
            "\n/// Somebody did thing number {event}.\nevent action_{event} as \"Action {event}\" {{\n  item:  text?\n  \
             area:  industry?\n  path:  text\n  value: money\n  count: int in 0..500\n}}\n"
        );
    }
    for score in 0..12 {
        let event = score * 3 % EVENTS;
        let _ = write!(
            out,
            "\n/// Interest number {score}: fit, and what somebody did lately.\nscore interest_{score} {{\n  \
             range 0..100\n  half-life 14 days\n\n  +15 when industry in [saas, finance]\n  +10 when company_size >= {size}\n  \
             +5  when country in [DE, AT, CH]\n  +5  on action_{event} where path starts with \"/pricing\"  at most 20 per 7 days\n  \
             +25 on action_{next} where count >= 75\n  +30 on action_{last}  no decay\n  -40 on unsubscribed\n\n  \
             bands {{ cold from 0, warm from 30, hot from 60 until 50 }}\n}}\n",
            size = 50 + score * 10,
            next = (event + 1) % EVENTS,
            last = (event + 2) % EVENTS,
        );
    }
    for lifecycle in 0..6 {
        let _ = write!(
            out,
            "\nlifecycle journey_{lifecycle} {{\n  stages visitor, lead, ready, customer, lost\n  start visitor\n\n  \
             visitor -> lead   when score interest_{lifecycle} >= 30\n  lead -> ready     when interest_{lifecycle} is hot\n  \
             any -> customer   on action_{event}\n  ready -> lead     when score interest_{lifecycle} < 40 for 14 days\n  \
             lead -> lost      when never did action_{lifecycle} in last 180 days\n\n  expect lead -> ready within 30 days\n}}\n",
            event = lifecycle + 20,
        );
    }
    out
}

fn segments(team: usize) -> String {
    let mut out = format!("// Who is who for team {team}.\n");
    for number in 0..SEGMENTS {
        let n = team * SEGMENTS + number;
        let (a, b, c) = (n % EVENTS, (n * 7 + 3) % EVENTS, (n * 11 + 5) % EVENTS);
        let condition = match number % 6 {
            0 => format!("count(action_{a} where path starts with \"/area/{n}\" in last {} days) >= 3", 7 + n % 23),
            1 => format!(
                "sum(action_{a}.value in last 365 days) >= {} EUR\n  or count(action_{b} in last 180 days) >= 4",
                100 + n
            ),
            2 => format!(
                "industry in [saas, finance]\n  and company_size >= {}\n  and never did action_{c} in last 60 days",
                10 + n
            ),
            3 => format!("(plan ?? \"free\") == \"team_{n}\"\n  and time since last action_{a} > {} days", 10 + n % 30),
            4 => format!("in segment people_{}\n  and not in segment people_{}", n - 1, n - 2),
            _ => format!(
                "interest_{} is hot or tags contains \"tag_{n}\"\n  or stage journey_{} at least ready",
                n % 12,
                n % 6
            ),
        };
        let _ = write!(out, "\n/// People of kind {n}.\nsegment people_{n} {{\n  {condition}\n}}\n");
    }
    out
}

fn messages(team: usize) -> String {
    let mut out = format!("// What team {team} says.\n");
    for letter in 0..LETTERS {
        let topic = if letter % 3 == 0 { "service" } else { "news" };
        let _ = write!(
            out,
            "\n/// Letter {letter} of team {team}.\nmessage letter_{team}_{letter} {{\n  channel email\n  topic {topic}\n  \
             subject \"News {letter}{{% if contact.first_name %}}, {{{{ contact.first_name }}}}{{% endif %}}\"\n  \
             body file \"templates/letter_{team}_{letter}.html\"\n  priority {}\n}}\n",
            30 + letter
        );
    }
    out
}

fn sequences(team: usize) -> String {
    let mut out = format!("// What team {team} runs.\n");
    for number in 0..SEQUENCES {
        let event = (team * 4 + number) % EVENTS;
        let segment = team * SEGMENTS + number * 3;
        let letter = |n: usize| format!("letter_{team}_{}", number * 3 + n);
        let _ = write!(
            out,
            "\n/// Program {number} of team {team}.\nsequence program_{team}_{number} {{\n  enter on action_{event} where count > {number} and value >= 10 EUR\n    \
             unless in segment people_{segment}\n  again after {again} days\n  goal action_{goal} where value > 0 EUR within 14 days\n  \
             exit on unsubscribed\n  holdout 5%\n\n  wait 1h\n  send {first}\n  wait up to 2 days {{\n    \
             on clicked({first}) {{ set tags add \"keen_{team}_{number}\" }}\n    timeout {{ send {second} }}\n  }}\n  \
             wait until weekday 09:00..17:00\n  choose {{\n    when in segment people_{other} {{ send {third} }}\n    \
             when industry == finance {{\n      call crm.create_task {{ title: \"Call {{{{ contact.first_name | default('them') }}}}\"  size: company_size ?? 0 }}\n    }}\n    \
             otherwise {{\n      split offer {{\n        50% control {{ }}\n        50% discount {{ notify sales \"Team {team}, program {number}\" }}\n      }}\n    }}\n  }}\n  \
             wait 7 days\n}}\n",
            again = 7 + number,
            goal = (event + 13) % EVENTS,
            first = letter(0),
            second = letter(1),
            third = letter(2),
            other = segment + 1,
        );
    }
    out
}

fn tests(team: usize) -> String {
    let mut out = format!("// What team {team} expects.\n");
    for number in 0..TESTS {
        let event = (team * 4 + number) % EVENTS;
        let _ = write!(
            out,
            "\ntest \"program {number} of team {team} begins and writes\" {{\n  contact ana {{ email \"ana@x.example\"  country SE  timezone \"Europe/Stockholm\" }}\n  \
             at 2026-03-24T10:00\n  ana subscribes news\n  ana does action_{event} {{ path \"/start\"  value 80 EUR  count {count} }}\n  \
             after 30m     expect ana in sequence program_{team}_{number}\n  after 1h      expect ana sent letter_{team}_{letter}\n  \
             after 20 days expect ana not in segment people_{segment}\n}}\n",
            count = 20 + number,
            letter = number * 3,
            segment = team * SEGMENTS,
        );
    }
    out
}

fn template(team: usize, letter: usize) -> String {
    format!(
        "<!doctype html>\n<html>\n<body>\n<p>Hello{{% if contact.first_name %}} {{{{ contact.first_name }}}}{{% endif %}},</p>\n\
         <p>this is letter {letter} of team {team}.</p>\n{{% if contact.industry == \"saas\" %}}\n<p>For those who build software.</p>\n\
         {{% else %}}\n<p>For {{{{ contact.plan | default(\"all\") }}}}.</p>\n{{% endif %}}\n\
         <p><a href=\"https://acme.example/{team}/{letter}\">Read on</a></p>\n</body>\n</html>\n"
    )
}
