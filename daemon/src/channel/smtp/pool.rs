//! Connections to one mail server, kept for the next letter.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Rset;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::answer::Failure;
use super::server::Server;

/// Connections at once.
const CONNECTIONS_MAX: usize = 8;
/// How long a connection without work is kept.
const IDLE_SECONDS_MAX: u64 = 30;
/// Letters by one connection: servers close one that stays too long.
const LETTERS_PER_CONNECTION_MAX: u32 = 100;
/// How long the parting may take.
const QUIT_SECONDS_MAX: u64 = 2;

/// The connections.
pub(super) struct Pool {
    server: Server,
    places: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

/// A connection, and what it has done.
pub(super) struct Connection {
    pub(super) inner: AsyncSmtpConnection,
    letters: u32,
    since: Instant,
}

impl Connection {
    /// Ends a transaction that was refused; says whether the connection can be used further.
    pub(super) async fn reset(&mut self) -> bool {
        self.inner.command(Rset).await.is_ok()
    }
}

impl Pool {
    pub(super) fn new(server: Server) -> Self {
        Self { server, places: Semaphore::new(CONNECTIONS_MAX), idle: Mutex::default() }
    }

    /// Waits for a place. It is never closed, so there always is one some time.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }

    /// The connection that was used last, where one is kept.
    pub(super) fn kept(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|one| one.since.elapsed() < Duration::from_secs(IDLE_SECONDS_MAX));
        idle.pop()
    }

    /// A new connection: TLS and password as the settings say.
    pub(super) async fn connect(&self) -> Result<Connection, Failure> {
        Ok(Connection { inner: self.server.connect().await?, letters: 0, since: Instant::now() })
    }

    /// Keeps a connection after a transaction.
    pub(super) fn keep(&self, mut connection: Connection) {
        connection.letters = connection.letters.saturating_add(1);
        connection.since = Instant::now();
        if connection.letters < LETTERS_PER_CONNECTION_MAX && !connection.inner.has_broken() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }

    /// Parts from the server.
    pub(super) async fn close(&self) {
        while let Some(mut connection) = self.kept() {
            let quit = connection.inner.quit();
            // What it answers does not matter any more.
            let _ = tokio::time::timeout(Duration::from_secs(QUIT_SECONDS_MAX), quit).await;
        }
    }
}
