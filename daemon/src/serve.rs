//! All of the daemon put together: store, shard, outbox, network.

mod reporter;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_graph::canonical::fingerprint_of;
use flow_runtime::driver::deploy::Refused;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::deploys::{Deploys, Ways};
use crate::figures::Figures;
use crate::http::keys::{Key, Keys, Purpose, Ring, generate, hash};
use crate::http::{self, App, Limits, Names, Rate, listen};
use crate::journal::{Happened, Sink};
use crate::links::Links;
use crate::outbox::{Courier, Outbox, Patience};
use crate::pages::{self, Pages};
use crate::plans::Plans;
use crate::secret::Secret;
use crate::service::Service;
use crate::shard::{Release, Shard};
use crate::store::sqlite::{Reader, Retention, SqliteStore};
use crate::store::{Act, Store, StoreError};
use crate::text::plain;
use reporter::Reporter;

/// How long what is under way may take when the daemon is to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// What a daemon is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its store.
    pub store: PathBuf,
    /// Who may do what, beside those whom the store knows.
    pub keys: Keys,
    /// How much at once.
    pub limits: Limits,
    /// How often a delivery is tried.
    pub patience: Patience,
    /// By what it delivers, as the settings call it; none: all of it is printed.
    pub ways: Option<Ways>,
    /// For how long what is kept.
    pub retention: Retention,
    /// The links of letters, where they lead to this daemon.
    pub links: Option<Arc<Links>>,
    /// With which bounces and complaints are let in.
    pub reports: Option<Secret>,
    /// How many times faster than everybody's clock its own goes; none: it is everybody's.
    pub pace: Option<f64>,
}

/// Why a daemon does not start.
#[derive(Debug)]
pub enum NoStart {
    /// The store cannot be used.
    Store(StoreError),
    /// The program cannot take over.
    Refused(Refused),
    /// Something of the system.
    System(String),
}

impl From<StoreError> for NoStart {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A daemon that is up.
#[derive(Debug)]
pub struct Daemon {
    service: Service,
    app: Arc<App>,
    listener: TcpListener,
    news: Arc<Notify>,
    reader: Reader,
    patience: Patience,
    clock: Clock,
    pages: Option<Pages>,
    /// What a start did.
    pub started: Started,
}

/// New keys by what they are for.
pub type Made = Vec<(&'static str, String)>;

/// What a start did.
#[derive(Debug)]
pub struct Started {
    /// Where it listens.
    pub address: SocketAddr,
    /// Contacts that it knows.
    pub contacts: usize,
    /// It has gone on where another one stopped.
    pub resumed: bool,
    /// Another program has taken over with this start.
    pub deployed: bool,
    /// Why the program of the folder has not taken over, where it should have: the one before goes on.
    pub refused: Option<Refused>,
    /// The fingerprint of the program that runs.
    pub runs: String,
    /// Keys that were made because there were none, by what they are for: told now, and never again.
    pub made: Made,
}

impl Daemon {
    /// Opens the store, goes on where it stands, lets the program take over where it is another one, and listens.
    /// `trouble` is told when nothing can be kept.
    ///
    /// # Errors
    /// When any of that fails; nothing was changed then.
    pub async fn start(
        settings: Settings,
        release: Release,
        trouble: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Result<Self, NoStart> {
        let mut store = SqliteStore::open(&settings.store)?;
        let reader = Reader::open(&settings.store)?;
        let Opened { shard, clock, resumed, deployed, refused } = open(&mut store, settings.pace, &release)?;
        store.keep_for(settings.retention, clock.clone());
        let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
            NoStart::System(format!("cannot listen at {}: {}", settings.listen, plain(&error.to_string())))
        })?;
        let address = listener.local_addr().map_err(|error| NoStart::System(error.to_string()))?;
        let (keys, made) = keys(&store, settings.keys)?;
        let runs = fingerprint_of(shard.engine().program());
        let folder = store.folder()?.unwrap_or_default();
        let deploys = Deploys::new(Arc::clone(shard.progress()), settings.ways, folder);
        let started = Started { address, contacts: shard.contacts(), resumed, deployed, refused, runs, made };
        let names = Names::new(&shard);
        let erased = Arc::clone(shard.erased());
        let figures = Figures::new(Reader::open(&settings.store)?);
        let news = Arc::new(Notify::new());
        let service = Service::start(shard, Box::new(store), clock.clone(), Arc::clone(&news), trouble)
            .map_err(|error| NoStart::System(error.to_string()))?;
        let reporter = Reporter { door: service.door().clone(), reader: reader.clone() };
        let pages = settings.links.map(|links| Pages {
            links,
            reports: Arc::new(reporter),
            project: Arc::from(release.program.project.name.as_str()),
            secret: settings.reports,
        });
        let app = Arc::new(App {
            door: service.door().clone(),
            reader: reader.clone(),
            deploys,
            plans: Plans::default(),
            figures,
            names,
            erased,
            keys,
            limits: settings.limits,
            rate: Rate::default(),
            replaying: tokio::sync::Mutex::default(),
            begun: Instant::now(),
        });
        Ok(Self { service, app, listener, news, reader, patience: settings.patience, clock, pages, started })
    }

    /// What the network sees, for whoever wants to come to it without.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Has somebody told what happens from now on, that it is up first of all.
    pub fn keep_journal(&self, sink: Sink) {
        let journal = self.service.door().journal();
        journal.keep(self.clock.clone(), sink);
        let Started { address, contacts, resumed, runs, .. } = &self.started;
        let (address, program) = (address.to_string(), runs.clone());
        journal.note(|| Happened::Started { address, contacts: *contacts, resumed: *resumed, program });
    }

    /// Serves until it is told to stop, then takes what has come in, keeps it, and ends within some seconds.
    pub async fn run<C: Courier>(self, courier: Arc<C>, mut stop: watch::Receiver<bool>) {
        let Self { service, app, listener, news, reader, patience, clock, pages, started: _ } = self;
        let door = service.door().clone();
        let outbox = Outbox { courier, queue: reader, door: service.door().clone(), clock, news, patience };
        let outbox = tokio::spawn(outbox.run());
        let mut also = stop.clone();
        let routes = http::router(app, pages.map(pages::router));
        let stopped = async move {
            // Whoever could say stop is gone: then it stops.
            let _ = also.wait_for(|stop| *stop).await;
        };
        let server = tokio::spawn(listen::serve(listener, routes, listen::HEAD, stopped));
        let _ = stop.wait_for(|stop| *stop).await;
        let _ = tokio::time::timeout(FAREWELL, server).await;
        let _ = tokio::task::spawn_blocking(move || service.stop()).await;
        outbox.abort();
        door.journal().note(|| Happened::Stopped);
    }
}

/// Those of the store, those that are given, and where none of a kind opens a new one.
fn keys(store: &SqliteStore, given: Keys) -> Result<(Ring, Made), NoStart> {
    let now = Clock::real().now();
    let mut keys = store.keys()?;
    let given = [(Purpose::Write, given.write), (Purpose::Admin, given.admin)];
    for (purpose, given) in given {
        let given = given.into_iter().map(|(name, hash)| Key { purpose, name, hash, since: None, until: None });
        keys.extend(given);
    }
    let mut made = Vec::new();
    for purpose in [Purpose::Write, Purpose::Admin] {
        if !keys.iter().any(|key| key.purpose == purpose && key.opens(now)) {
            let shown = generate(purpose).map_err(|error| NoStart::System(error.to_string()))?;
            let name = "first".to_owned();
            let key = Key { purpose, name, hash: hash(&shown), since: Some(now), until: None };
            store.add_key(key.clone())?;
            keys.push(key);
            made.push((purpose.word(), shown));
        }
    }
    Ok((Ring::new(keys), made))
}

/// A shard that goes on where its store stands.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) shard: Shard,
    pub(crate) clock: Clock,
    resumed: bool,
    deployed: bool,
    /// Why the program of the folder has not taken over.
    pub(crate) refused: Option<Refused>,
}

/// Goes on where a store stands, with the program that ran there: one that was sent goes on, too. The program of the
/// folder takes over where the folder held another one when it was looked at last. Where it cannot, the one before
/// goes on.
pub(crate) fn open(store: &mut SqliteStore, pace: Option<f64>, release: &Release) -> Result<Opened, NoStart> {
    let blocks = Arc::new(Reader::open(store.path())?);
    let restored = Shard::restore(store, Arc::clone(&blocks) as _)?;
    let clock = clock(pace, restored.as_ref());
    let now = clock.now();
    let holds = fingerprint_of(&release.program);
    let Some(shard) = restored else {
        let mut shard = Shard::new(release, now, blocks).map_err(NoStart::Refused)?;
        shard.remember(store.load()?.erased);
        shard.folder(holds);
        store.commit(&shard.commit(0))?;
        return Ok(Opened { shard, clock, resumed: false, deployed: false, refused: None });
    };
    let is_new = store.folder()?.as_ref() != Some(&holds);
    let mut opened = Opened { shard, clock, resumed: true, deployed: false, refused: None };
    if !is_new {
        return Ok(opened);
    }
    let shard = &mut opened.shard;
    if fingerprint_of(shard.engine().program()) != holds {
        // What was due under the old program happens under the old program.
        while !shard.pass(now) {
            store.commit(&shard.commit(0))?;
        }
        if let Err(refused) = shard.deploy(release, now) {
            opened.refused = Some(refused);
            return Ok(opened);
        }
        let became = format!("runs as number {}", shard.lineage().number());
        let detail = crate::deploys::words(&holds, release.commit.as_deref(), &became);
        shard.act(Act { at: now, who: release.who.clone(), what: "deploy".to_owned(), detail });
        opened.deployed = true;
    }
    shard.folder(holds);
    store.commit(&shard.commit(0))?;
    Ok(opened)
}

/// The clock of a daemon: a fast one goes on where it stood.
fn clock(pace: Option<f64>, shard: Option<&Shard>) -> Clock {
    let real = Clock::real();
    match pace {
        None => real,
        Some(pace) => Clock::fast(shard.map_or(real.now(), |shard| shard.now().max(real.now())), pace),
    }
}
