//! The body of a request: read up to a limit, and a no that its sender gets to see when it cannot be read.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};

use super::answer::No;

/// How much longer than its limit a body may be and its sender still hears why it is refused.
const HEARD_OUT: usize = 4;

/// Reads a body, which the layer before has unpacked where it could.
///
/// # Errors
/// Where it is packed in another way, cannot be unpacked, or is longer than `most` bytes.
pub(super) async fn read(headers: &HeaderMap, mut body: Body, most: usize) -> Result<Vec<u8>, No> {
    // The layer takes away what it has dealt with.
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let message = "the body is packed in a way that is not known here";
        return Err(No::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", message)
            .help("send it as it is, or with `Content-Encoding: gzip`"));
    }
    let (mut read, mut length) = (Vec::new(), 0_usize);
    while let Some(part) = next(&mut body).await? {
        length = length.saturating_add(part.len());
        if length <= most {
            read.extend_from_slice(&part);
        } else {
            // Who is cut off while it sends sees a broken connection instead of the answer, and sends all of it again.
            read = Vec::new();
            if length > most.saturating_mul(HEARD_OUT) {
                break;
            }
        }
    }
    if length <= most {
        return Ok(read);
    }
    let message = format!("a body has {most} bytes at most, unpacked");
    Err(No::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_long", message).help("send fewer calls at once"))
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, No> {
    loop {
        let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await else { return Ok(None) };
        let frame = frame.map_err(|_| {
            No::new(StatusCode::BAD_REQUEST, "unreadable", "the body cannot be read to its end")
                .help("it breaks off, or is not the gzip that its header says it is")
        })?;
        // What follows a body as trailers is nothing to us.
        if let Ok(part) = frame.into_data() {
            return Ok(Some(part));
        }
    }
}
