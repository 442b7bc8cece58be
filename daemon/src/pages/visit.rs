//! Whether a person or a machine opened a letter, or followed a link: a guess, by rules that are stated.
//!
//! A visit is a machine's where one of these holds; else it counts as a person's.
//!
//! 1. It asks with `HEAD`.
//! 2. It names no program (`User-Agent` missing, or shorter than five letters), or nothing but `Mozilla/5.0`: so Apple's
//!    Mail Privacy Protection fetches pictures, and some scanners links.
//! 3. It says that it only loads ahead: `Sec-Purpose`, `Purpose`, `X-Purpose`, `X-Moz` with `prefetch`, `prerender` or
//!    `preview`.
//! 4. Its program is a known scanner, previewer, crawler, or a library ([`MACHINES`]).
//! 5. It comes sooner after the delivery than a person can be: a click within 10 s, an open within 2 s. Mail gateways
//!    follow links before they let a letter through.
//!
//! The proxies of Gmail and Yahoo load pictures when a person opens a letter, so they count as that person.
//! Known to be wrong: a scanner that looks like a browser and waits; an open with pictures off is not seen at all.

use flow_graph::Timestamp;

/// A click sooner after the delivery is a scanner's.
const CLICK_AFTER_MS_MIN: i64 = 10_000;
/// An open sooner after the delivery is a machine's.
const OPEN_AFTER_MS_MIN: i64 = 2_000;
/// A shorter name of a program is none.
const AGENT_CHARS_MIN: usize = 5;

/// Parts of the names of programs behind which no person sits, in small letters. Sources: what the makers publish of
/// their scanners and previewers, and the names under which common libraries come.
pub const MACHINES: [&str; 38] = [
    // Scanners of mail gateways.
    "barracuda",
    "proofpoint",
    "mimecast",
    "symantec",
    "messagelabs",
    "trendmicro",
    "forcepoint",
    "fireeye",
    "sophos",
    "safelinks",
    "urldefense",
    "ironport",
    "cloudmark",
    "virustotal",
    // Previews.
    "bingpreview",
    "microsoftpreview",
    "skypeuripreview",
    "facebookexternalhit",
    "whatsapp",
    "telegrambot",
    "slackbot",
    "linkpreview",
    // Crawlers and browsers without a screen.
    "bot/",
    "bot;",
    "crawler",
    "spider",
    "headless",
    "phantomjs",
    "lighthouse",
    // Libraries.
    "python",
    "curl/",
    "wget/",
    "go-http-client",
    "java/",
    "okhttp",
    "axios",
    "node-fetch",
    "libwww",
];

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A picture was loaded.
    Open,
    /// A link was followed.
    Click,
}

/// What is known of a visit.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// What was done.
    pub deed: Deed,
    /// It asked with `HEAD`.
    pub head: bool,
    /// `User-Agent`.
    pub agent: Option<&'a str>,
    /// `Sec-Purpose` or one of its forerunners.
    pub purpose: Option<&'a str>,
    /// When the letter was handed over, where it is known.
    pub delivered: Option<Timestamp>,
    /// When the visit was.
    pub at: Timestamp,
}

/// Whether the visit counts as a person's.
#[must_use]
pub fn is_human(visit: &Visit<'_>) -> bool {
    let agent = visit.agent.unwrap_or_default().trim().to_ascii_lowercase();
    if visit.head || agent.len() < AGENT_CHARS_MIN || agent == "mozilla/5.0" {
        return false;
    }
    let purpose = visit.purpose.unwrap_or_default().to_ascii_lowercase();
    if ["prefetch", "prerender", "preview"].into_iter().any(|word| purpose.contains(word)) {
        return false;
    }
    if MACHINES.into_iter().any(|machine| agent.contains(machine)) {
        return false;
    }
    let soonest = match visit.deed {
        Deed::Open => OPEN_AFTER_MS_MIN,
        Deed::Click => CLICK_AFTER_MS_MIN,
    };
    visit.delivered.is_none_or(|delivered| visit.at.since(delivered) >= soonest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const CLICK: Visit<'static> = Visit {
        deed: Deed::Click,
        head: false,
        agent: Some(BROWSER),
        purpose: None,
        delivered: Some(Timestamp(0)),
        at: Timestamp(60_000),
    };

    #[test]
    fn a_browser_after_a_while_is_a_person() {
        assert!(is_human(&CLICK));
        assert!(is_human(&Visit { delivered: None, ..CLICK }));
        assert!(is_human(&Visit { at: Timestamp(10_000), ..CLICK }));
        assert!(is_human(&Visit { deed: Deed::Open, at: Timestamp(2_000), ..CLICK }));
        let gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        assert!(is_human(&Visit { deed: Deed::Open, agent: Some(gmail), ..CLICK }));
    }

    #[test]
    fn machines_are_told_by_what_they_do_and_say() {
        assert!(!is_human(&Visit { head: true, ..CLICK }));
        assert!(!is_human(&Visit { at: Timestamp(9_999), ..CLICK }));
        assert!(!is_human(&Visit { at: Timestamp(-5), ..CLICK }));
        assert!(!is_human(&Visit { purpose: Some("prefetch;prerender"), ..CLICK }));
        let agents = [
            None,
            Some(""),
            Some("x"),
            Some("Mozilla/5.0"),
            Some("curl/8.5.0"),
            Some("python-requests/2.32"),
            Some("Mozilla/5.0 (compatible; Barracuda Sentinel)"),
            Some("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
            Some("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
            Some("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"),
        ];
        for agent in agents {
            assert!(!is_human(&Visit { agent, ..CLICK }), "{agent:?}");
        }
    }
}
