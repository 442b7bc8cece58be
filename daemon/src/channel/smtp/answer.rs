//! What a mail server's answer means.

use lettre::transport::smtp::Error;

use crate::delivery::Outcome;

/// The steps of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// To the server: connection, greeting, TLS, password.
    Connect,
    /// `MAIL FROM`
    Sender,
    /// `RCPT TO`
    Recipient,
    /// `DATA`
    Data,
    /// The letter, up to the answer to its last dot.
    Content,
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Self::Connect => "the connection",
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Data | Self::Content => "the letter",
        }
    }
}

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// What the server said, or that it said nothing.
    Smtp(Stage, Error),
    /// The address has letters beyond ASCII, and the server knows no such addresses.
    NoUtf8,
}

impl Failure {
    /// A connection that was kept and is of no use any more; nothing was handed over by it.
    pub(super) fn is_stale(&self) -> bool {
        match self {
            // 421: the server closes.
            Self::Smtp(Stage::Sender, error) => error.status().is_none_or(|code| u16::from(code) == 421),
            Self::Smtp(..) | Self::NoUtf8 => false,
        }
    }

    /// The server has answered, so the connection can be used further.
    pub(super) fn is_answer(&self) -> bool {
        match self {
            Self::Smtp(_, error) => error.status().is_some_and(|code| u16::from(code) != 421),
            Self::NoUtf8 => true,
        }
    }

    /// What becomes of the delivery. The server's words are not passed on: they often hold the address.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::NoUtf8 => Outcome::never("the mail server takes no address with letters beyond ASCII"),
            Self::Smtp(stage, error) => match error.status() {
                Some(code) => judge(*stage, u16::from(code), enhanced(error)),
                None => Outcome::later(broken(*stage, error)),
            },
        }
    }
}

/// A refusal in figures.
///
/// * `4yz`: another try makes sense (RFC 5321, section 4.2.1).
/// * `5yz` to the connection (greeting, TLS, password) speaks of the server or the settings, not of this letter: as `4yz`.
/// * `5yz` to the recipient speaks of the address where the code says so: 550, 551, 553, unless the enhanced code (RFC
///   3463) says something else than class 5.1 (no such address) or 5.2.1 (mailbox disabled). A relay that is not ours
///   (`554 5.7.1`), a full mailbox (`552 5.2.2`) or a filter must not have an address suppressed for good.
/// * any other `5yz`: no try will change it.
fn judge(stage: Stage, code: u16, enhanced: Option<(u16, u16, u16)>) -> Outcome {
    let figures = match enhanced {
        Some((class, subject, detail)) => format!("{code} {class}.{subject}.{detail}"),
        None => code.to_string(),
    };
    let why = format!("the mail server refused {}: {figures}", stage.words());
    if code < 500 || stage == Stage::Connect {
        return Outcome::later(why);
    }
    let of_address = match enhanced {
        Some((_, subject, detail)) => subject == 1 || (subject == 2 && detail == 1),
        None => true,
    };
    Outcome::Never { why, bounced: stage == Stage::Recipient && matches!(code, 550 | 551 | 553) && of_address }
}

fn broken(stage: Stage, error: &Error) -> String {
    match stage {
        Stage::Connect if error.is_tls() => {
            "no secure connection to the mail server: its certificate is not trusted".into()
        }
        Stage::Connect if error.is_client() => {
            "the mail server offers neither TLS nor a way to log in that is known".into()
        }
        Stage::Connect => "the mail server cannot be reached".into(),
        Stage::Content => "the connection broke off after the letter: it may have arrived, and be sent again".into(),
        Stage::Sender | Stage::Recipient | Stage::Data => "the connection to the mail server broke off".into(),
    }
}

/// The enhanced status code at the beginning of the words: `5.1.1 <a@b.example>: no such user`.
fn enhanced(error: &Error) -> Option<(u16, u16, u16)> {
    let words = std::error::Error::source(error)?.to_string();
    let mut figures = words.split_whitespace().next()?.split('.').map(str::parse);
    let code = (figures.next()?.ok()?, figures.next()?.ok()?, figures.next()?.ok()?);
    (figures.next().is_none() && matches!(code.0, 2 | 4 | 5)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_refusal_means() {
        let bounced = |stage, code, enhanced| match judge(stage, code, enhanced) {
            Outcome::Never { bounced, .. } => Some(bounced),
            Outcome::Later { .. } | Outcome::Delivered { .. } => None,
        };
        let recipient = |code, enhanced| bounced(Stage::Recipient, code, enhanced);
        assert_eq!(recipient(450, Some((4, 2, 1))), None);
        assert_eq!(recipient(550, None), Some(true));
        assert_eq!(recipient(550, Some((5, 1, 1))), Some(true));
        assert_eq!(recipient(550, Some((5, 2, 1))), Some(true));
        assert_eq!(recipient(553, Some((5, 1, 3))), Some(true));
        assert_eq!(recipient(550, Some((5, 7, 1))), Some(false), "a filter");
        assert_eq!(recipient(554, Some((5, 7, 1))), Some(false), "no relay for us");
        assert_eq!(recipient(552, Some((5, 2, 2))), Some(false), "a full mailbox");
        assert_eq!(recipient(503, None), Some(false));
        assert_eq!(bounced(Stage::Content, 550, None), Some(false));
        assert_eq!(bounced(Stage::Sender, 550, None), Some(false));
        assert_eq!(bounced(Stage::Connect, 535, Some((5, 7, 8))), None, "a password that was changed");
        assert_eq!(bounced(Stage::Connect, 554, None), None);
    }
}
