//! Other sides that take a connection and then say nothing: a try ends within its time.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::time::{Duration, Instant};

use flow_daemon::channel::Channels;
use flow_daemon::channel::settings::{ChannelSettings, Settings};
use flow_daemon::delivery::Outcome;
use flow_daemon::secret::Secret;
use flow_graph::program::ChannelKind;
use support::{message, output, webhook};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// Takes connections, says `words` a letter at a time without end, or nothing.
async fn silent(words: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                for word in words.chunks(1).cycle() {
                    if stream.write_all(word).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn a_try_ends_within_its_time() {
    for words in [&b""[..], b"HTTP/1.1 200 OK\r\nx: y\r\n", b"220-hello\r\n"] {
        let port = silent(words).await;
        let mail = ChannelSettings {
            url: Some(Secret::new(format!("smtp://127.0.0.1:{port}"))),
            from: Some("hello@acme.example".into()),
            ..ChannelSettings::new("email", ChannelKind::Smtp)
        };
        let settings = Settings {
            channels: vec![mail, webhook("push", &format!("http://127.0.0.1:{port}/"), None)],
            allow_private: true,
            try_timeout: Some(Duration::from_millis(400)),
            ..Settings::default()
        };
        let channels = Channels::open(&settings, &[], &output().0).expect("channels");
        for channel in ["email", "push"] {
            let begun = Instant::now();
            let told = channels.deliver(&message("k", channel, "ana@example.org")).await;
            assert!(matches!(told, Outcome::Later { .. }), "{channel} {words:?}: {told:?}");
            assert!(begun.elapsed() < Duration::from_secs(20), "{channel} {words:?}: {:?}", begun.elapsed());
        }
    }
}
