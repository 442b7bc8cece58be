//! One program takes the place of another while the daemon runs: one at a time, with how far it has come, and what it
//! came to.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flow_graph::Program;
use flow_graph::canonical::fingerprint_of;
use flow_runtime::driver::deploy::{Deployed, Left, Refused};
use flow_runtime::rehearsal::Token;
use serde::Serialize;

use crate::http::App;
use crate::service::Closed;
use crate::shard::Release;

/// The ways by which the daemon delivers, as the settings call them: `channels.email`, `connectors.crm`.
pub type Ways = BTreeSet<String>;

/// How far a program has come that is about to take over. The shard counts, whoever likes looks.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    of: AtomicU64,
}

/// How many contacts are carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// So many are.
    pub contacts: u64,
    /// There are so many.
    pub of: u64,
}

impl Progress {
    /// So many contacts are to be carried over.
    pub(crate) fn begin(&self, of: u64) {
        self.done.store(0, Ordering::Release);
        self.of.store(of.max(1), Ordering::Release);
    }

    /// One more is.
    pub(crate) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more are.
    pub(crate) fn advance(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Relaxed);
    }

    /// It is over.
    pub(crate) fn end(&self) {
        self.of.store(0, Ordering::Release);
    }

    /// How far it is; none where no program is about to take over.
    #[must_use]
    pub fn carried(&self) -> Option<Carried> {
        let of = Some(self.of.load(Ordering::Acquire)).filter(|of| *of > 0)?;
        Some(Carried { contacts: self.done.load(Ordering::Relaxed).min(of), of })
    }
}

/// What a deploy came to.
#[derive(Debug)]
pub struct Outcome {
    /// The fingerprint of the program.
    pub fingerprint: String,
    /// It runs, or why not.
    pub done: Result<Taken, NotDeployed>,
}

impl Outcome {
    /// What it came to, for the list of administrative acts.
    #[must_use]
    pub fn words(&self, commit: Option<&str>) -> String {
        let became = match &self.done {
            Ok(taken) if taken.moved.is_some() => format!("runs as number {}", taken.number),
            Ok(_) => "ran already".to_owned(),
            Err(_) => "was refused".to_owned(),
        };
        words(&self.fingerprint, commit, &became)
    }
}

/// A program, its commit where that is known, and what became of it.
pub(crate) fn words(fingerprint: &str, commit: Option<&str>, became: &str) -> String {
    let short: String = fingerprint.chars().take(12).collect();
    let of = commit.map(|commit| format!(" of commit {commit}")).unwrap_or_default();
    format!("{short}{of} {became}")
}

/// A program runs.
#[derive(Debug)]
pub struct Taken {
    /// Its number in the store.
    pub number: u32,
    /// Who was carried over; none: it ran already.
    pub moved: Option<Deployed>,
}

/// Why a program does not take over. The one before it goes on.
#[derive(Debug, Clone)]
pub enum NotDeployed {
    /// People would stand where the new program has nothing.
    Stranded(Vec<Left>),
    /// It cannot be run.
    Unusable(String),
    /// The daemon has not opened what it delivers by.
    Lacks(Vec<String>),
    /// It does not come as it was planned.
    Unplanned(Unplanned),
    /// People would stand where the new program has nothing, and when it was planned nobody would have.
    StrandedSince(Vec<Left>),
}

/// What is not as it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unplanned {
    /// The program: the beginning of the fingerprint of the one that was planned.
    Other(String),
    /// The program that runs: the number of the one that ran then, and of the one that runs now.
    Stale(u32, u32),
}

impl Unplanned {
    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Other(planned) => {
                let planned = planned.get(..12).unwrap_or(planned);
                format!("this is not the program that was planned: that one is {planned}")
            }
            Self::Stale(then, now) => {
                format!("the plan is stale: it was made while program {then} ran, and program {now} runs now")
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Other(_) => {
                "deploy the sources that were planned, or plan these and deploy them with the token of that plan"
            }
            Self::Stale(..) => {
                "plan again: what becomes of the people inside may be something else now; `flow deploys` says who had \
                 another program take over"
            }
        }
    }
}

impl From<Refused> for NotDeployed {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stranded(left) => Self::Stranded(left),
            Refused::Unusable(error) => Self::Unusable(error.to_string()),
        }
    }
}

/// What takes over, one at a time.
#[derive(Debug, Default)]
pub struct Deploys {
    alone: tokio::sync::Mutex<()>,
    progress: Arc<Progress>,
    last: Mutex<Option<Arc<Outcome>>>,
    /// By what the daemon delivers; none: all of it is printed.
    ways: Option<Ways>,
    /// The fingerprint of the program that the folder held when it was looked at last.
    folder: Mutex<String>,
}

impl Deploys {
    pub(crate) fn new(progress: Arc<Progress>, ways: Option<Ways>, folder: String) -> Self {
        Self { progress, ways, folder: Mutex::new(folder), ..Self::default() }
    }

    /// How far one is that is about to take over.
    #[must_use]
    pub fn under_way(&self) -> Option<Carried> {
        self.progress.carried()
    }

    /// What the last one came to since the daemon was started.
    #[must_use]
    pub fn last(&self) -> Option<Arc<Outcome>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a program delivers by and the daemon has not opened.
    pub(crate) fn lacks(&self, program: &Program) -> Vec<String> {
        let Some(ways) = &self.ways else { return Vec::new() };
        let channels = program.channels.iter().map(|channel| format!("channels.{}", channel.name));
        let connectors = program.connectors.iter().map(|connector| format!("connectors.{}", connector.name));
        channels.chain(connectors).filter(|way| !ways.contains(way)).collect()
    }
}

impl App {
    /// Lets a program take over at the next border of a batch, where it can; with a plan only as it was planned.
    ///
    /// # Errors
    /// When the daemon stops, or it could not be kept.
    pub async fn deploy(&self, release: Release, plan: Option<Token>) -> Result<Arc<Outcome>, Closed> {
        let _alone = self.deploys.alone.lock().await;
        let fingerprint = fingerprint_of(&release.program);
        let running = self.names.now();
        let lacks = self.deploys.lacks(&release.program);
        let base = fingerprint_of(running.catalog.program());
        let unplanned = plan.as_ref().and_then(|plan| against(plan, (running.program, &base), &fingerprint));
        let done = if let Some(why) = unplanned {
            Err(why)
        } else if base == fingerprint {
            Ok(Taken { number: running.program, moved: None })
        } else if lacks.is_empty() {
            let moved = self.door.deploy(release).await?;
            self.refresh().await?;
            let number = self.names.now().program;
            moved.map(|moved| Taken { number, moved: Some(moved) }).map_err(|refused| match refused {
                Refused::Stranded(left) if plan.is_some() => NotDeployed::StrandedSince(left),
                Refused::Stranded(left) => NotDeployed::Stranded(left),
                Refused::Unusable(error) => NotDeployed::Unusable(error.to_string()),
            })
        } else {
            Err(NotDeployed::Lacks(lacks))
        };
        let outcome = Arc::new(Outcome { fingerprint, done });
        *self.deploys.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&outcome));
        Ok(outcome)
    }

    /// The folder of the daemon holds a program: it takes over where the folder held another one before, and not only
    /// somebody has sent another one since. None: it says nothing new.
    ///
    /// # Errors
    /// When the daemon stops, or it could not be kept.
    pub async fn folder(&self, release: Release) -> Result<Option<Arc<Outcome>>, Closed> {
        let holds = fingerprint_of(&release.program);
        if *self.deploys.folder.lock().unwrap_or_else(PoisonError::into_inner) == holds {
            return Ok(None);
        }
        let (who, commit) = (release.who.clone(), release.commit.clone());
        let outcome = self.deploy(release, None).await?;
        self.door.act(&who, "deploy", outcome.words(commit.as_deref())).await?;
        if outcome.done.is_ok() {
            self.door.folder(holds.clone()).await?;
            *self.deploys.folder.lock().unwrap_or_else(PoisonError::into_inner) = holds;
        }
        Ok(Some(outcome))
    }
}

/// Why a program is not taken that does not come as it was planned. One that runs by now is taken: it may be sent twice.
fn against(plan: &Token, (number, base): (u32, &str), head: &str) -> Option<NotDeployed> {
    if !plan.is_of(head) {
        return Some(NotDeployed::Unplanned(Unplanned::Other(plan.head.clone())));
    }
    let stands = plan.is_from(number, base) || base == head;
    (!stands).then_some(NotDeployed::Unplanned(Unplanned::Stale(plan.number, number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_seen_while_there_is_some() {
        let progress = Progress::default();
        progress.step();
        assert_eq!(progress.carried(), None, "events of a contact are asked for at other times, too");
        progress.begin(3);
        assert_eq!(progress.carried(), Some(Carried { contacts: 0, of: 3 }));
        (0..5).for_each(|_| progress.step());
        assert_eq!(progress.carried(), Some(Carried { contacts: 3, of: 3 }));
        progress.end();
        assert_eq!(progress.carried(), None);
        progress.begin(0);
        assert!(progress.carried().is_some(), "one that carries nobody over is under way, too");
    }
}
