//! Connections: whoever says nothing, says it too slowly, or says too much before it says what it wants, is parted from.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long the head of a request may take; a connection on which nothing is asked for as long is closed, too.
pub(crate) const HEAD: Duration = Duration::from_secs(20);
/// Most bytes of a head.
const HEAD_BYTES: usize = 32 << 10;
/// Most lines of a head.
const HEAD_LINES: usize = 64;
/// Most connections at the same time; who comes next waits until another one goes.
const CONNECTIONS: usize = 4_096;
/// How long to wait when the system has no more of what a connection needs.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until it is to stop, then until what is under way is done.
pub(crate) async fn serve(listener: TcpListener, router: Router, head: Duration, stop: impl Future<Output = ()>) {
    let parting = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let (stream, seat) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &seats) => accepted,
        };
        // Small answers go at once.
        let _ = stream.set_nodelay(true);
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(HEAD_BYTES).max_headers(HEAD_LINES);
        let service = TowerToHyperService::new(router.clone());
        let connection = parting.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // What is wrong with a connection is told to whoever is at its other end.
            let _ = connection.await;
            drop(seat);
        });
    }
    parting.shutdown().await;
}

async fn accept(listener: &TcpListener, seats: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The seats are never closed.
    let seat = Arc::clone(seats).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, seat),
            // It has gone again, or there are too many files open.
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::{get, post};
    use std::net::SocketAddr;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    async fn started() -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            "done"
        };
        let router = Router::new().route("/", get(|| async { "hello" })).route("/slow", post(slow));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        (address, stop, tokio::spawn(serve(listener, router, Duration::from_millis(300), stopped)))
    }

    /// What comes until the connection is closed, after what is said of it a piece at a time.
    async fn said(address: SocketAddr, pieces: &[String], pause: Duration) -> (String, Duration) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let begun = Instant::now();
        for piece in pieces {
            // It may be closed already.
            if stream.write_all(piece.as_bytes()).await.is_err() {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
    }

    #[tokio::test]
    async fn who_is_slow_or_says_too_much_is_parted_from() {
        let (address, _stop, _task) = started().await;
        let now = Duration::ZERO;
        let get = |more: &str| vec![format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n")];
        assert!(said(address, &get(""), now).await.0.ends_with("hello"));
        let lines: String = (0..100).map(|n| format!("X-{n}: y\r\n")).collect();
        assert!(said(address, &get(&lines), now).await.0.starts_with("HTTP/1.1 431"));
        let long = format!("X: {}\r\n", "y".repeat(100_000));
        let (answer, _) = said(address, &get(&long), now).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
        // Letter by letter, nothing at all, and nothing after an answer.
        let letters: Vec<_> = "GET / HTTP/1.1\r\nHost: x\r\nX: abcdefghijkl".chars().map(String::from).collect();
        for pieces in [letters, vec![], vec!["GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()]] {
            let (_, took) = said(address, &pieces, Duration::from_millis(20)).await;
            assert!(took < Duration::from_secs(5), "{pieces:?}: {took:?}");
        }
    }

    #[tokio::test]
    async fn what_is_under_way_is_answered_before_the_end() {
        let (address, stop, task) = started().await;
        let post = "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".to_owned();
        let asked = tokio::spawn(async move { said(address, &[post], Duration::ZERO).await.0 });
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.send(()).unwrap();
        assert!(asked.await.unwrap().ends_with("done"));
        task.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
