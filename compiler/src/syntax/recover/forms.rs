//! How the clauses of each block are written: for help, and for did-you-mean.

use crate::syntax::build::Block;
use crate::syntax::grammar::Rule;

/// First word and example of each clause of a block.
type Forms = &'static [(&'static str, &'static str)];

const STEPS: Forms = &[
    ("wait", "wait 2 days"),
    ("send", "send cart_reminder"),
    ("choose", "choose { when in segment vip { send cart_vip } otherwise { exit } }"),
    ("split", "split offer { 50% control { } 50% discount { send cart_discount } }"),
    ("set", "set tags add \"engaged\""),
    ("call", "call crm.create_task { title: \"Call back\" }"),
    ("notify", "notify sales \"A lead is waiting\""),
    ("emit", "emit cart_recovery_ended"),
    ("enroll", "enroll in nurture"),
    ("exit", "exit"),
    ("step", "step last_call: send cart_reminder"),
];

const SEQUENCE: Forms = &[
    ("enter", "enter on cart_updated where items > 0"),
    ("key", "key cart"),
    ("unless", "unless in segment recent_buyers"),
    ("again", "again after 7 days"),
    ("once", "once"),
    ("goal", "goal order_placed where cart == key within 5 days"),
    ("exit", "exit on unsubscribed"),
    ("holdout", "holdout 5%"),
    ("enroll", "enroll in nurture"),
    ("wait", "wait 2 days"),
    ("send", "send cart_reminder"),
    ("choose", "choose { when in segment vip { send cart_vip } otherwise { exit } }"),
    ("split", "split offer { 50% control { } 50% discount { send cart_discount } }"),
    ("set", "set tags add \"engaged\""),
    ("call", "call crm.create_task { title: \"Call back\" }"),
    ("notify", "notify sales \"A lead is waiting\""),
    ("emit", "emit cart_recovery_ended"),
    ("step", "step last_call: send cart_reminder"),
];

const SCORE: Forms =
    &[("range", "range 0..100"), ("half-life", "half-life 14 days"), ("bands", "bands { cold from 0, warm from 30 }")];
const RULE: &str = "+5 on page_viewed where path == \"/pricing\" at most 20 per 7 days";

const LIFECYCLE: Forms = &[
    ("stages", "stages lead, mql, customer"),
    ("start", "start lead"),
    ("expect", "expect lead -> mql within 30 days"),
];
const TRANSITION: &str = "lead -> mql when lead is hot";

const TOPIC: Forms = &[("consent", "consent opt_in"), ("transactional", "transactional")];

const MESSAGE: Forms = &[
    ("channel", "channel email"),
    ("topic", "topic promotions"),
    ("subject", "subject \"Hello {{ contact.first_name }}\""),
    ("body", "body file \"templates/hello.html\""),
    ("text", "text \"Hello\""),
    ("priority", "priority 50"),
];

const LIMITS: Forms = &[("quiet", "quiet 21:00..08:00 local"), ("when", "when capped: wait up to 2 days then skip")];
const CAP: &str = "email at most 1 per 1 day, 3 per 7 days";

const WAIT: Forms = &[("on", "on clicked(cart_reminder) { exit }"), ("timeout", "timeout { send cart_reminder }")];

const CHOOSE: Forms =
    &[("when", "when in segment vip { send cart_vip }"), ("otherwise", "otherwise { send cart_reminder }")];

const CALENDAR: Forms = &[
    ("zone", "zone \"Europe/Berlin\""),
    ("except", "except [2026-12-25, 2026-12-26]"),
    ("mon", "mon..fri 09:00..18:00"),
    ("weekday", "weekday 09:00..18:00"),
];

const TEAM: Forms = &[("email", "email \"sales@acme.example\""), ("webhook", "webhook crm")];

const SLA: Forms = &[
    ("per", "per contact.owner"),
    ("start", "start on entered stage buyer.mql"),
    ("met", "met on sales_contacted within 1h of sales_hours"),
    ("remind", "remind at 45m { notify sales \"Lead waiting\" }"),
    ("breach", "breach { notify sales \"Missed\" }"),
    ("pause", "pause while stage buyer is sql"),
    ("target", "target 95%"),
];

const TEST: Forms = &[
    ("contact", "contact ana { email \"ana@x.example\" }"),
    ("at", "at 2026-03-27T10:00"),
    ("after", "after 20h"),
    ("expect", "expect ana sent cart_reminder"),
    ("merge", "merge \"a1\" into ana"),
    ("varies", "varies sent"),
];
const ACT: &str = "ana does cart_updated { cart \"c1\"  items 2 }";

const ITEMS: Forms = &[
    ("calendar", "calendar sales_hours { mon..fri 09:00..18:00 }"),
    ("contact", "contact { email: email? personal }"),
    ("enum", "enum industry { saas, retail }"),
    ("event", "event page_viewed as page { path: text }"),
    ("lifecycle", "lifecycle buyer { stages lead, customer  start lead }"),
    ("limits", "limits { email at most 1 per 1 day }"),
    ("message", "message welcome { channel email  topic news }"),
    ("moved", "moved segment.engaged to segment.active"),
    ("retired", "retired sequence.welcome.step.old_offer { exit }"),
    ("score", "score lead { range 0..100 }"),
    ("segment", "segment vip { count(order_placed ever) >= 3 }"),
    ("sequence", "sequence welcome { enter on signed_up  send welcome }"),
    ("sla", "sla follow_up { start on entered stage buyer.mql }"),
    ("team", "team sales { email \"sales@acme.example\" }"),
    ("test", "test \"a buyer is a customer\" { contact ana { } }"),
    ("topic", "topic news { consent opt_in }"),
];

/// An example of an item's head.
pub(super) fn item(keyword: &str) -> Option<&'static str> {
    find(ITEMS, keyword)
}

/// An example of the clause that begins with a word.
pub(super) fn form(block: Block, word: &str) -> Option<&'static str> {
    find(forms(block), word).or(match block {
        Block::Enum => Some("saas, retail, finance"),
        Block::Fields => Some("company_size: int? in 1..1000000"),
        Block::Segment => Some("industry == saas and count(page_viewed in last 7 days) >= 3"),
        Block::Score => Some(RULE),
        Block::Bands => Some("hot from 60 until 50"),
        Block::Lifecycle => Some(TRANSITION),
        Block::Limits => Some(CAP),
        Block::Split => Some("50% control { }"),
        Block::Arguments => Some("title: \"Call back\""),
        Block::Calendar => Some("mon..fri 09:00..18:00"),
        Block::Test => Some(ACT),
        Block::TestFields => Some("cart \"c1\"  value 80 EUR"),
        Block::Topic
        | Block::Message
        | Block::Sequence
        | Block::Steps
        | Block::Wait
        | Block::Choose
        | Block::Team
        | Block::Sla => None,
    })
}

fn find(forms: Forms, word: &str) -> Option<&'static str> {
    forms.iter().find(|(keyword, _)| *keyword == word).map(|(_, form)| *form)
}

fn forms(block: Block) -> Forms {
    match block {
        Block::Score => SCORE,
        Block::Lifecycle => LIFECYCLE,
        Block::Topic => TOPIC,
        Block::Message => MESSAGE,
        Block::Limits => LIMITS,
        Block::Sequence => SEQUENCE,
        Block::Steps => STEPS,
        Block::Wait => WAIT,
        Block::Choose => CHOOSE,
        Block::Calendar => CALENDAR,
        Block::Team => TEAM,
        Block::Sla => SLA,
        Block::Test => TEST,
        Block::Enum
        | Block::Fields
        | Block::Segment
        | Block::Bands
        | Block::Split
        | Block::Arguments
        | Block::TestFields => &[],
    }
}

/// The words that begin a clause of a block.
pub(super) fn keywords(block: Block) -> &'static [&'static str] {
    macro_rules! firsts {
        ($forms:ident) => {{
            const WORDS: [&str; $forms.len()] = firsts($forms);
            &WORDS
        }};
    }
    match block {
        Block::Score => firsts!(SCORE),
        Block::Lifecycle => firsts!(LIFECYCLE),
        Block::Topic => firsts!(TOPIC),
        Block::Message => firsts!(MESSAGE),
        Block::Limits => firsts!(LIMITS),
        Block::Sequence => firsts!(SEQUENCE),
        Block::Steps => firsts!(STEPS),
        Block::Wait => firsts!(WAIT),
        Block::Choose => firsts!(CHOOSE),
        Block::Calendar => firsts!(CALENDAR),
        Block::Team => firsts!(TEAM),
        Block::Sla => firsts!(SLA),
        Block::Test => firsts!(TEST),
        Block::Enum
        | Block::Fields
        | Block::Segment
        | Block::Bands
        | Block::Split
        | Block::Arguments
        | Block::TestFields => &[],
    }
}

const fn firsts<const N: usize>(forms: Forms) -> [&'static str; N] {
    let mut words = [""; N];
    let mut rest = forms;
    let mut i = 0;
    while let [(word, _), tail @ ..] = rest {
        if i < N {
            #[expect(clippy::indexing_slicing, reason = "`i < N`, and constants have no iterators")]
            {
                words[i] = word;
            }
        }
        i += 1;
        rest = tail;
    }
    words
}

/// Whether clauses of a block may begin with a name of the author's too.
pub(super) fn has_names(block: Block) -> bool {
    matches!(block, Block::Lifecycle | Block::Limits | Block::Test | Block::Score)
}

/// A block in words.
pub(super) fn of(block: Block) -> &'static str {
    match block {
        Block::Enum => "an enum",
        Block::Fields => "a list of fields",
        Block::Segment => "a segment",
        Block::Score => "a score",
        Block::Bands => "a list of bands",
        Block::Lifecycle => "a lifecycle",
        Block::Topic => "a topic",
        Block::Message => "a message",
        Block::Limits => "the limits",
        Block::Sequence => "a sequence",
        Block::Steps => "a list of steps",
        Block::Wait => "a wait",
        Block::Choose => "`choose`",
        Block::Split => "a split",
        Block::Arguments => "a list of values",
        Block::Calendar => "a calendar",
        Block::Team => "a team",
        Block::Sla => "a service level",
        Block::Test => "a test",
        Block::TestFields => "a list of values",
    }
}

/// Where a word begins a clause, in words.
pub(super) fn home(word: &str) -> Option<&'static str> {
    let blocks = [
        Block::Sequence,
        Block::Message,
        Block::Sla,
        Block::Lifecycle,
        Block::Score,
        Block::Topic,
        Block::Limits,
        Block::Wait,
        Block::Choose,
        Block::Calendar,
        Block::Test,
    ];
    blocks.into_iter().find(|block| keywords(*block).contains(&word)).map(of)
}

/// Words of a block that stand behind a name, so that a slip in one shows only later.
pub(super) fn hints(block: Block) -> &'static [&'static str] {
    if block == Block::Test {
        return &["sent", "held", "dropped", "called", "notified", "stage", "score", "does", "sets"];
    }
    &[]
}

/// Whether a word begins a clause of some block.
pub(super) fn any_keyword(word: &str) -> bool {
    home(word).is_some() || keywords(Block::Steps).contains(&word) || keywords(Block::Team).contains(&word)
}

/// The rule that reads one clause of a block alone.
pub(super) fn only(block: Block) -> Rule {
    match block {
        Block::Enum => Rule::only_enum,
        Block::Fields => Rule::only_field,
        Block::Segment => Rule::only_segment,
        Block::Score => Rule::only_score,
        Block::Bands => Rule::only_band,
        Block::Lifecycle => Rule::only_lifecycle,
        Block::Topic => Rule::only_topic,
        Block::Message => Rule::only_message,
        Block::Limits => Rule::only_limits,
        Block::Sequence => Rule::only_sequence,
        Block::Steps => Rule::only_step,
        Block::Wait => Rule::only_wait,
        Block::Choose => Rule::only_choose,
        Block::Split => Rule::only_split,
        Block::Arguments => Rule::only_argument,
        Block::Calendar => Rule::only_calendar,
        Block::Team => Rule::only_team,
        Block::Sla => Rule::only_sla,
        Block::Test => Rule::only_test,
        Block::TestFields => Rule::only_test_field,
    }
}
