//! The table of clauses, one line each.
//!
//! A word stands for itself; `<x>` is a name, `X` in capitals a literal or one of the parts below, `{x}` `(x)` `[x]` a bracket
//! and what stands in it. `a | b` inside `« »` is a choice, `‹ ›` may be left out, `‹ ›*` may be there any number of times, and
//! `^` goes back to the beginning of the expression.

use flow_compiler::keywords;
use flow_graph::testcase::{GATES, VARIES};

/// Blocks, and what stands in other brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Block {
    /// A file: items.
    File,
    /// `contact { … }`
    Contact,
    /// `event x { … }`
    Event,
    /// `enum x { … }`
    Enum,
    /// `segment x { … }`
    Segment,
    /// `score x { … }`
    Score,
    /// `bands { … }`
    Bands,
    /// `lifecycle x { … }`
    Lifecycle,
    /// `topic x { … }`
    Topic,
    /// `message x { … }`
    Message,
    /// `limits { … }`
    Limits,
    /// `sequence x { … }`
    Sequence,
    /// Steps in a block of a sequence.
    Steps,
    /// Steps of a service level.
    Actions,
    /// What is waited for.
    Waits,
    /// `choose { … }`
    Choose,
    /// `split x { … }`
    Split,
    /// What a connector is told.
    CallFields,
    /// The fields of an event that is made.
    EventFields,
    /// `calendar x { … }`
    Calendar,
    /// `team x { … }`
    Team,
    /// `sla x { … }`
    Sla,
    /// `test "x" { … }`
    Test,
    /// Fields of a contact in a test.
    TestContact,
    /// Fields of an event in a test.
    TestEvent,
    /// `retired x { … }`
    Retired,
    /// `( … )` in an expression.
    Paren,
    /// `( … )` behind an event of a channel.
    OfMessage,
    /// `count( … )`
    Aggregate,
    /// `[ … ]`
    List,
    /// `except [ … ]`
    Dates,
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// One that is made here.
    New,
    /// A field, of whatever can be read here: the first name of a path.
    Path,
    /// What stands behind the dot of a path.
    Part,
    /// A field of the contact that is written.
    Field,
    /// A field of the event that is spoken of.
    EventField,
    /// A field of each event that begins a run.
    KeyField,
    /// An argument of a call.
    Argument,
    /// An event.
    Event,
    /// An event of a channel: `clicked`.
    ChannelEvent,
    /// A segment.
    Segment,
    /// A score.
    Score,
    /// `fit`, `engagement`
    ScorePart,
    /// A band of the score before it, or `known`, `missing`.
    Is,
    /// A band of the score before it.
    Band,
    /// A lifecycle.
    Lifecycle,
    /// A stage of the lifecycle before it, or of the one that this stands in.
    Stage,
    /// A topic.
    Topic,
    /// A channel.
    Channel,
    /// A connector.
    Connector,
    /// What a connector does.
    Action,
    /// A message.
    Message,
    /// A sequence.
    Sequence,
    /// A label of a step.
    Step,
    /// A calendar.
    Calendar,
    /// A team.
    Team,
    /// A service level.
    Sla,
    /// A contact of the test.
    Who,
    /// A gate: `quiet`.
    Gate,
    /// A promise that `--vary` may break.
    Varies,
    /// A type of a field.
    Type,
    /// A day: `mon`, `weekday`.
    Day,
    /// `count`, `sum`
    Aggregate,
    /// A value of the type that is wanted: of an enum, a country.
    Value,
    /// A kind of item, at the beginning of an address.
    AddressKind,
    /// A name in an address.
    AddressName,
}

impl Slot {
    /// Whether a word can stand there at all: some slots have words of their own, and a line of a test does not begin with
    /// the name of a contact that is a word of tests.
    #[must_use]
    pub fn may_be(self, word: &str) -> bool {
        match self {
            Self::ChannelEvent => CHANNEL_EVENTS.contains(&word),
            Self::ScorePart => ["fit", "engagement"].contains(&word),
            Self::Day => DAYS.contains(&word),
            Self::Aggregate => keywords::AGGREGATES.contains(&word),
            Self::Gate => GATES.contains(&word),
            Self::Varies => VARIES.contains(&word),
            Self::Who => !["at", "after", "merge", "expect", "contact", "varies"].contains(&word),
            Self::New
            | Self::Path
            | Self::Part
            | Self::Field
            | Self::EventField
            | Self::KeyField
            | Self::Argument
            | Self::Event
            | Self::Segment
            | Self::Score
            | Self::Is
            | Self::Band
            | Self::Lifecycle
            | Self::Stage
            | Self::Topic
            | Self::Channel
            | Self::Connector
            | Self::Action
            | Self::Message
            | Self::Sequence
            | Self::Step
            | Self::Calendar
            | Self::Team
            | Self::Sla
            | Self::Type
            | Self::Value
            | Self::AddressKind
            | Self::AddressName => true,
        }
    }
}

/// The events that a channel reports of a message.
pub const CHANNEL_EVENTS: [&str; 5] = ["delivered", "opened", "clicked", "bounced", "complained"];

/// Days in the order of the week, and the words for several of them.
pub const DAYS: [&str; 9] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekday", "weekend"];

/// Literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Any.
    Any,
    /// `"…"`
    Text,
    /// `"templates/x.html"`
    Path,
    /// `"Europe/Berlin"`
    Zone,
    /// `12`
    Number,
    /// `7 days`
    Duration,
    /// `5%`
    Percent,
    /// `09:00`
    Clock,
    /// `2026-01-05`
    Date,
    /// `2026-01-05T10:00`
    DateTime,
}

/// Names of slots in the table.
pub(super) const SLOTS: &[(&str, Slot)] = &[
    ("new", Slot::New),
    ("path", Slot::Path),
    ("part", Slot::Part),
    ("field", Slot::Field),
    ("event field", Slot::EventField),
    ("key", Slot::KeyField),
    ("argument", Slot::Argument),
    ("event", Slot::Event),
    ("channel event", Slot::ChannelEvent),
    ("segment", Slot::Segment),
    ("score", Slot::Score),
    ("score part", Slot::ScorePart),
    ("is", Slot::Is),
    ("band", Slot::Band),
    ("lifecycle", Slot::Lifecycle),
    ("stage", Slot::Stage),
    ("topic", Slot::Topic),
    ("channel", Slot::Channel),
    ("connector", Slot::Connector),
    ("action", Slot::Action),
    ("message", Slot::Message),
    ("sequence", Slot::Sequence),
    ("step", Slot::Step),
    ("calendar", Slot::Calendar),
    ("team", Slot::Team),
    ("sla", Slot::Sla),
    ("who", Slot::Who),
    ("gate", Slot::Gate),
    ("varies", Slot::Varies),
    ("type", Slot::Type),
    ("day", Slot::Day),
    ("aggregate", Slot::Aggregate),
    ("value", Slot::Value),
    ("kind", Slot::AddressKind),
    ("name", Slot::AddressName),
];

/// Names of literals in the table.
pub(super) const VALUES: &[(&str, Value)] = &[
    ("VALUE", Value::Any),
    ("TEXT", Value::Text),
    ("FILE", Value::Path),
    ("ZONE", Value::Zone),
    ("NUMBER", Value::Number),
    ("DURATION", Value::Duration),
    ("PERCENT", Value::Percent),
    ("CLOCK", Value::Clock),
    ("DATE", Value::Date),
    ("DATETIME", Value::DateTime),
];

/// Names of blocks in the table.
pub(super) const BLOCKS: &[(&str, Block)] = &[
    ("contact", Block::Contact),
    ("event", Block::Event),
    ("enum", Block::Enum),
    ("segment", Block::Segment),
    ("score", Block::Score),
    ("bands", Block::Bands),
    ("lifecycle", Block::Lifecycle),
    ("topic", Block::Topic),
    ("message", Block::Message),
    ("limits", Block::Limits),
    ("sequence", Block::Sequence),
    ("steps", Block::Steps),
    ("actions", Block::Actions),
    ("waits", Block::Waits),
    ("choose", Block::Choose),
    ("split", Block::Split),
    ("call fields", Block::CallFields),
    ("event fields", Block::EventFields),
    ("calendar", Block::Calendar),
    ("team", Block::Team),
    ("sla", Block::Sla),
    ("test", Block::Test),
    ("test contact", Block::TestContact),
    ("test event", Block::TestEvent),
    ("retired", Block::Retired),
    ("expr", Block::Paren),
    ("message of", Block::OfMessage),
    ("aggregate", Block::Aggregate),
    ("list", Block::List),
    ("dates", Block::Dates),
];

/// Parts that several clauses share.
pub(super) const PARTS: &[(&str, &str)] = &[
    ("NUM", "‹-› NUMBER"),
    ("DAYS", "<day> ‹.. <day>› ‹, <day> ‹.. <day>››*"),
    (
        "EXPR",
        "‹« not | - | ! | if »›* « VALUE | true | false | (expr) | [list] | in « segment <segment> | sequence <sequence> » \
         | ‹never› did <event> ‹(message of)› ‹where ^› | time since last <event> ‹(message of)› ‹where ^› \
         | score <score> ‹. <score part>› | stage <lifecycle> « is | at least » <stage> | <aggregate> (aggregate) \
         | <path> ‹. <part>› ‹. <part>› | <value> » \
         ‹« in [list] | not in [list] | is ‹not› <is> | matches TEXT | ever | in last DURATION »›* \
         ‹« and | or | == | != | < | <= | > | >= | ?? | + | - | * | / | contains | starts with | ends with | then | else ‹if› » ^›",
    ),
    (
        "TRIGGER",
        "« entered « segment <segment> | stage <lifecycle> . <stage> » | left segment <segment> | <score> becomes <band> \
         | <event> ‹(message of)› ‹where EXPR› »",
    ),
    ("TRIGGERS", "TRIGGER ‹, TRIGGER›*"),
    ("TYPE", "‹set of› <type> ‹?›"),
    ("MODS", "‹« in NUM .. NUM | as TEXT | personal | unique | from <connector> »›* ‹,›"),
    ("DOES", "‹« id TEXT | DURATION ago | as anonymous TEXT »›*"),
];

/// Each clause of each block.
pub(super) const SHAPES: &[(Block, &str)] = &[
    (Block::File, "enum <new> {enum}"),
    (Block::File, "contact {contact}"),
    (Block::File, "event <new> ‹as « TEXT | page | screen | group »› ‹{event}›"),
    (Block::File, "segment <new> {segment}"),
    (Block::File, "score <new> {score}"),
    (Block::File, "lifecycle <new> {lifecycle}"),
    (Block::File, "topic <new> {topic}"),
    (Block::File, "message <new> {message}"),
    (Block::File, "limits {limits}"),
    (Block::File, "sequence <new> {sequence}"),
    (Block::File, "calendar <new> {calendar}"),
    (Block::File, "team <new> {team}"),
    (Block::File, "sla <new> {sla}"),
    (Block::File, "test TEXT {test}"),
    (Block::File, "moved <kind> . <name> ‹. <name>›* to <kind> . <name> ‹. <name>›*"),
    (Block::File, "retired <kind> . <name> ‹. <name>›* {retired}"),
    (Block::Enum, "<new> ‹,›"),
    (Block::Contact, "<new> : TYPE MODS"),
    (Block::Event, "<new> : TYPE MODS"),
    (Block::Segment, "EXPR"),
    (Block::Score, "range NUM .. NUM"),
    (Block::Score, "half-life DURATION"),
    (Block::Score, "« + | - » NUMBER when EXPR"),
    (
        Block::Score,
        "« + | - » NUMBER on <event> ‹(message of)› ‹where EXPR› \
         ‹« at most NUMBER per DURATION | once per <event field> | no decay | half-life DURATION »›*",
    ),
    (Block::Score, "bands {bands}"),
    (Block::Bands, "<new> from NUM ‹until NUM› ‹,›"),
    (Block::Lifecycle, "stages <new> ‹, <new>›*"),
    (Block::Lifecycle, "start <stage>"),
    (Block::Lifecycle, "expect <stage> -> <stage> within DURATION"),
    (Block::Lifecycle, "« any | <stage> ‹, <stage>›* » -> <stage> when EXPR ‹for DURATION›"),
    (Block::Lifecycle, "« any | <stage> ‹, <stage>›* » -> <stage> on TRIGGERS"),
    (Block::Topic, "consent « opt_in | opt_out | none »"),
    (Block::Topic, "transactional"),
    (Block::Message, "channel <channel>"),
    (Block::Message, "topic <topic>"),
    (Block::Message, "subject TEXT"),
    (Block::Message, "body « file FILE | TEXT »"),
    (Block::Message, "text « file FILE | TEXT »"),
    (Block::Message, "priority NUM"),
    (Block::Limits, "<channel> at most NUMBER per DURATION ‹, NUMBER per DURATION›*"),
    (Block::Limits, "quiet CLOCK .. CLOCK local"),
    (Block::Limits, "when capped : « skip | wait up to DURATION then skip »"),
    (Block::Sequence, "enter on TRIGGERS"),
    (Block::Sequence, "key <key>"),
    (Block::Sequence, "unless EXPR"),
    (Block::Sequence, "exit when EXPR"),
    (Block::Sequence, "exit on TRIGGERS"),
    (Block::Sequence, "again ‹after DURATION›"),
    (Block::Sequence, "once"),
    (Block::Sequence, "goal TRIGGERS ‹within DURATION›"),
    (Block::Sequence, "holdout PERCENT"),
    (Block::Sequence, "in flight finish"),
    (Block::Sequence, "enroll existing"),
    (Block::Sequence, "STEP"),
    (Block::Steps, "STEP"),
    (Block::Actions, "STEP"),
    (Block::Waits, "on TRIGGERS {steps}"),
    (Block::Waits, "timeout {steps}"),
    (Block::Choose, "when EXPR {steps}"),
    (Block::Choose, "otherwise {steps}"),
    (Block::Split, "PERCENT <new> {steps}"),
    (Block::CallFields, "<argument> : EXPR ‹,›"),
    (Block::EventFields, "<event field> : EXPR ‹,›"),
    (Block::Calendar, "‹DAYS› CLOCK .. CLOCK"),
    (Block::Calendar, "zone ZONE"),
    (Block::Calendar, "except [dates]"),
    (Block::Team, "email TEXT"),
    (Block::Team, "webhook <connector>"),
    (Block::Sla, "per EXPR"),
    (Block::Sla, "start on TRIGGERS"),
    (Block::Sla, "met on TRIGGERS within DURATION ‹of <calendar>›"),
    (Block::Sla, "remind at DURATION {actions}"),
    (Block::Sla, "breach {actions}"),
    (Block::Sla, "pause while EXPR"),
    (Block::Sla, "target PERCENT"),
    (Block::Test, "contact <new> {test contact}"),
    (Block::Test, "varies <varies> ‹, <varies>›*"),
    (Block::Test, "at DATETIME"),
    (Block::Test, "after DURATION"),
    (Block::Test, "merge « TEXT | <who> » into <who>"),
    (Block::Test, "<who> does <event> ‹{test event}› DOES"),
    (Block::Test, "<who> sets {test contact} ‹DURATION ago›"),
    (Block::Test, "<who> <channel event> ‹<message>› ‹by machine› DOES"),
    (Block::Test, "<who> « subscribes | unsubscribes » ‹<topic>› DOES"),
    (Block::Test, "expect <who> ‹not› sent <message> ‹« once | NUMBER times »› ‹at DATETIME›"),
    (Block::Test, "expect <who> « held | dropped » <message> ‹by <gate>›"),
    (Block::Test, "expect <who> at step <step> ‹. <step>›"),
    (Block::Test, "expect <who> sla <sla> « met | breached | running »"),
    (Block::Test, "expect <who> ‹not› called <connector> . <action>"),
    (Block::Test, "expect <who> ‹not› notified <team>"),
    (Block::Test, "expect <who> score <score> ‹. <score part>› between NUM and NUM"),
    (Block::Test, "expect <who> EXPR"),
    (Block::TestContact, "<field> ‹:› « VALUE | true | false | [list] | <value> » ‹,›"),
    (Block::TestEvent, "<event field> ‹:› « VALUE | true | false | [list] | <value> » ‹,›"),
    (Block::Retired, "exit"),
    (Block::Retired, "continue at step . <step>"),
    (Block::Paren, "EXPR"),
    (Block::OfMessage, "<message>"),
    (Block::Aggregate, "<event> ‹(message of)› ‹. <event field>› ‹where EXPR› ‹« ever | in last DURATION »›"),
    (Block::List, "« EXPR | <value> » ‹,›"),
    (Block::Dates, "DATE ‹,›"),
];

/// The steps, which stand in sequences and in blocks.
pub(super) const STEPS: &[&str] = &[
    "step <new> :",
    "wait DURATION",
    "wait until ‹DAYS› CLOCK ‹.. CLOCK›",
    "wait until EXPR ‹at CLOCK› ‹else « exit | continue »›",
    "wait up to DURATION ‹since entry› {waits}",
    "wait for {waits}",
    "wait for TRIGGERS",
    "send <message>",
    "choose {choose}",
    "split <new> {split}",
    "set <field> to EXPR",
    "set <field> « add | remove » EXPR",
    "set <field> clear",
    "set consent <topic> « granted | withdrawn »",
    "call <connector> . <action> {call fields}",
    "notify <team> TEXT",
    "emit <event> ‹{event fields}›",
    "enroll in <sequence>",
    "exit",
];
