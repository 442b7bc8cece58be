//! The reasons for which something counts as a change: one line each.

use serde::Serialize;

/// What of somebody's treatment a change touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Who is meant.
    Audience,
    /// How somebody is rated.
    Score,
    /// When something happens.
    Timing,
    /// What somebody gets.
    Message,
    /// What somebody agreed to, and is spared.
    Consent,
    /// How the project is built.
    Structure,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Audience, Self::Score, Self::Timing, Self::Message, Self::Consent, Self::Structure];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::Score => "score",
            Self::Timing => "timing",
            Self::Message => "message",
            Self::Consent => "consent",
            Self::Structure => "structure",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $word:literal $aspect:ident $approval:literal $says:literal;)*) => {
        /// A reason for which something counts as a change. The words are part of the JSON form and are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $says] $variant,)*
        }

        impl Code {
            /// All of them, by aspect.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word: `audience-wider`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it touches.
            #[must_use]
            pub fn aspect(self) -> Aspect {
                match self { $(Self::$variant => Aspect::$aspect,)* }
            }

            /// Whether somebody has to approve of it.
            #[must_use]
            pub fn needs_approval(self) -> bool {
                match self { $(Self::$variant => $approval,)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Self::$variant => $says,)* }
            }
        }
    };
}

codes! {
    AudienceWider "audience-wider" Audience false "a condition holds for more contacts than before, and for all of before";
    AudienceNarrower "audience-narrower" Audience false "a condition holds for fewer contacts than before, and for nobody new";
    AudienceDisjoint "audience-disjoint" Audience true "a condition holds for other contacts than before, and for none of before";
    AudienceDifferent "audience-different" Audience false "a condition holds for some who were out before, and no longer for some who were in";
    AudienceUnproved "audience-unproved" Audience false "a condition was changed, and how it compares could not be proved";
    AudienceSame "audience-same" Audience false "a condition was written anew and holds for exactly the same contacts";
    TriggerAdded "trigger-added" Audience false "something more begins, ends or moves it";
    TriggerRemoved "trigger-removed" Audience false "something no longer begins, ends or moves it";
    ClauseAdded "clause-added" Audience false "a condition that was not there restricts or ends it";
    ClauseRemoved "clause-removed" Audience false "a condition that restricted or ended it is gone";
    AgainChanged "again-changed" Audience false "how often somebody may come in was changed";
    KeyChanged "key-changed" Audience false "what counts as one run was changed";
    HoldoutChanged "holdout-changed" Audience false "the share that is never messaged was changed";
    SplitShares "split-shares" Audience false "the shares of a split were changed: those at the borders change arms";
    SplitDealtAnew "split-dealt-anew" Audience true "a split has another name, so everybody is dealt to its arms anew";
    EnrollExisting "enroll-existing" Audience true "whoever is there already comes in, too";
    TransitionChanged "transition-changed" Audience false "what moves somebody from stage to stage was changed";
    ScorePoints "score-points" Score false "a rule gives other points";
    ScoreRuleAdded "score-rule-added" Score false "a score has a rule more";
    ScoreRuleRemoved "score-rule-removed" Score false "a score has a rule less";
    ScoreDecay "score-decay" Score false "points fade at another pace";
    ScoreCap "score-cap" Score false "how many points a rule gives at most was changed";
    ScoreRange "score-range" Score false "the range of a score was changed";
    ScoreBand "score-band" Score false "a band of a score begins or ends elsewhere";
    WaitLonger "wait-longer" Timing false "a length of time is longer";
    WaitShorter "wait-shorter" Timing false "a length of time is shorter";
    TimeChanged "time-changed" Timing false "a time of day or a moment was changed";
    MessageText "message-text" Message false "what stands in a message or a notice was changed";
    MessageChannel "message-channel" Message false "a message leaves by another channel";
    MessagePriority "message-priority" Message false "a message goes before others that it went behind, or the other way round";
    MessageOther "message-other" Message false "a step sends another message";
    ActionChanged "action-changed" Message false "a step does something else";
    ConsentWeaker "consent-weaker" Consent true "less consent is needed than before";
    ConsentStricter "consent-stricter" Consent false "more consent is needed than before";
    TopicChanged "topic-changed" Consent true "a message is about another topic, whose consent counts from now on";
    CapLooser "cap-looser" Consent true "somebody may get more messages than before";
    CapTighter "cap-tighter" Consent false "somebody gets fewer messages than before";
    QuietLess "quiet-less" Consent true "messages may leave at hours at which nothing left before";
    QuietMore "quiet-more" Consent false "nothing leaves at hours at which messages left before";
    PersonalLess "personal-less" Consent true "a field counts as personal data no longer";
    PersonalMore "personal-more" Consent false "a field counts as personal data from now on";
    ItemAdded "item-added" Structure false "it is new";
    ItemRemoved "item-removed" Structure false "it is gone";
    StepAdded "step-added" Structure false "a sequence has a step more";
    StepRemoved "step-removed" Structure false "a sequence has a step less";
    StepMoved "step-moved" Structure false "steps come in another order";
    StepReplaced "step-replaced" Structure false "a step with the same label is of another kind";
    PathChanged "path-changed" Structure false "a step leads somewhere else";
    StagesChanged "stages-changed" Structure false "the stages of a lifecycle were changed";
    DataChanged "data-changed" Structure false "how facts and events are read was changed";
    SettingChanged "setting-changed" Structure false "a setting was changed";
    InFlight "in-flight" Structure false "what becomes of those who are inside when it changes was changed";
    OrderChanged "order-changed" Structure false "the same parts come in another order";
    Changed "changed" Structure false "its meaning was changed";
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
