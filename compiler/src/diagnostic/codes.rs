//! The registry of codes: number, slug, severity. Numbers are given by hand and never reused.
//!
//! Each has a page in `compiler/explain/` and a golden case in `tests/language/diagnostics/`; a test walks them.

use super::Severity;

macro_rules! codes {
    ($($name:ident = $number:literal, $slug:literal, $severity:ident;)*) => {
        /// A diagnostic's number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(
            #[doc = concat!("`F", stringify!($number), "`: ", $slug)]
            $name,
        )* }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// `F2001`
            #[must_use]
            pub fn number(self) -> &'static str {
                match self { $(Self::$name => concat!("F", stringify!($number)),)* }
            }

            /// `unknown-name`
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// Error or warning.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    // 1xxx: syntax
    Syntax = 1001, "syntax", Error;
    UnknownItem = 1002, "unknown-item", Error;
    UnknownClause = 1003, "unknown-clause", Error;
    BadDuration = 1004, "bad-duration", Error;
    BadName = 1005, "bad-name", Error;
    ReservedWord = 1006, "reserved-word", Error;
    WrongOperator = 1007, "wrong-operator", Error;
    WrongQuotes = 1008, "wrong-quotes", Error;
    UnclosedText = 1009, "unclosed-text", Error;
    UnclosedBracket = 1010, "unclosed-bracket", Error;
    StrayBracket = 1011, "stray-bracket", Error;
    StraySeparator = 1012, "stray-separator", Error;
    BadLiteral = 1013, "bad-literal", Error;
    HashComment = 1014, "hash-comment", Error;
    NotAvailable = 1015, "not-available", Error;
    TooDeep = 1016, "too-deep", Error;
    BadCharacter = 1017, "bad-character", Error;
    ChainedComparison = 1018, "chained-comparison", Error;
    BadEscape = 1019, "bad-escape", Error;
    MisplacedClause = 1020, "misplaced-clause", Error;
    // 2xxx: names
    UnknownName = 2001, "unknown-name", Error;
    DuplicateName = 2002, "duplicate-name", Error;
    ReservedName = 2003, "reserved-name", Error;
    WireClash = 2004, "wire-clash", Error;
    NoEvent = 2005, "no-event-here", Error;
    DuplicateClause = 2006, "duplicate-clause", Error;
    UnknownSetting = 2050, "unknown-setting", Error;
    UnknownZone = 2051, "unknown-time-zone", Error;
    UnknownTemplate = 2052, "unknown-template", Error;
    TemplateVariable = 2053, "template-variable", Error;
    TemplateFunction = 2054, "template-function", Error;
    // 3xxx: types and missing values
    TypeMismatch = 3001, "type-mismatch", Error;
    MayBeMissing = 3002, "may-be-missing", Error;
    NeedlessMissing = 3003, "never-missing", Warning;
    WrongUnit = 3004, "wrong-unit", Error;
    NoOrder = 3005, "no-order", Error;
    NotConstant = 3006, "not-constant", Error;
    BadPattern = 3007, "bad-pattern", Error;
    NeverTrue = 3008, "never-true", Error;
    AlwaysTrue = 3009, "always-true", Warning;
    FieldType = 3010, "field-type", Error;
    ContactFieldMissing = 3011, "field-may-be-missing", Error;
    TemplateMissing = 3050, "missing-in-template", Error;
    TemplateType = 3051, "type-in-template", Error;
    MissingField = 3052, "missing-field", Error;
    // 4xxx: meaning
    TooLong = 4001, "too-long", Error;
    FilterReads = 4002, "filter-reads", Error;
    NotOfMessage = 4003, "not-of-a-message", Error;
    NoReach = 4004, "no-reach", Error;
    ReadsLoop = 4005, "reads-loop", Error;
    ScoreRule = 4006, "score-rule", Error;
    ScoreBands = 4007, "score-bands", Error;
    LifecycleShape = 4008, "lifecycle-shape", Error;
    Empty = 4009, "empty-item", Error;
    NoSettings = 4050, "no-settings", Error;
    SettingValue = 4051, "setting-value", Error;
    SecretInSettings = 4052, "secret-in-settings", Error;
    TemplateSyntax = 4053, "template-syntax", Error;
    TemplateCycle = 4054, "template-includes-itself", Error;
    SequenceEntry = 4055, "sequence-entry", Error;
    MissingClause = 4056, "missing-clause", Error;
    NoAddress = 4057, "no-address", Error;
    Unreachable = 4058, "unreachable-step", Error;
    OwnedField = 4059, "owned-field", Error;
    SplitShares = 4060, "split-shares", Error;
    MomentElse = 4061, "moment-without-else", Error;
    Amount = 4062, "impossible-amount", Error;
    SlaTime = 4063, "service-level-time", Error;
    SlaAction = 4064, "service-level-action", Error;
    CauseLoop = 4065, "causes-in-a-circle", Error;
    TestTime = 4066, "test-goes-back", Error;
    WaitShape = 4067, "wait-for-nothing", Error;
    TemplateNotHere = 4068, "template-not-here", Error;
    MovingScore = 4069, "moving-score", Error;
    EmptySegment = 4080, "empty-segment", Error;
    SegmentOfAll = 4081, "segment-of-everybody", Warning;
    NeverHolds = 4082, "never-holds", Error;
    AlwaysHolds = 4083, "always-holds", Warning;
    DeadClause = 4084, "clause-without-effect", Warning;
    NobodyEnters = 4085, "nobody-enters", Error;
    HiddenTransition = 4086, "hidden-transition", Error;
    HiddenBranch = 4087, "hidden-branch", Error;
    EndlessWait = 4088, "endless-wait", Error;
    ImpossibleTrigger = 4089, "impossible-trigger", Error;
    StageUnreached = 4090, "stage-unreached", Warning;
    ExpectImpossible = 4091, "impossible-expectation", Error;
    BandUnreached = 4092, "band-unreached", Error;
    TwoWriters = 4093, "two-writers", Warning;
    NotSentYet = 4094, "not-sent-yet", Warning;
    HardlyEver = 4095, "hardly-ever", Warning;
    // 5xxx: consent, time, pressure
    ConsentNotAsked = 5001, "consent-not-asked", Error;
    NeverOpen = 5002, "never-open", Error;
    DroppedMessage = 5005, "dropped-message", Warning;
    PersonalData = 5006, "personal-data", Warning;
    QuietWait = 5007, "quiet-wait", Warning;
    // 6xxx: plan and people in flight
    MigrationAddress = 6001, "migration-address", Error;
    MigrationTarget = 6002, "migration-target", Error;
    MigrationSource = 6003, "migration-source", Error;
    // 9xxx: lints
    UnusedMessage = 9001, "unused-message", Warning;
    PathAsBody = 9002, "path-as-body", Warning;
}

impl Code {
    /// The code of a number such as `F2001`, in any case of letters.
    #[must_use]
    pub fn find(number: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number().eq_ignore_ascii_case(number))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.number())
    }
}
