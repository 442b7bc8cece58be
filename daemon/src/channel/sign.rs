//! Signatures of [Standard Webhooks](https://www.standardwebhooks.com/), version 1.0.0 of its specification.
//!
//! `webhook-signature: v1,BASE64` where the bytes are HMAC-SHA256 of `webhook-id.webhook-timestamp.body` under the key
//! that stands in base64 behind `whsec_`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac_sha256::HMAC;

use crate::secret::Secret;

/// Sizes of a key in bytes that the specification allows.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Signs requests.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Vec<u8>,
}

impl Signer {
    /// From `whsec_BASE64`; nothing where that is no key.
    pub(crate) fn new(secret: &Secret) -> Option<Self> {
        let text = secret.expose().trim();
        let key = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok()?;
        KEY_BYTES.contains(&key.len()).then_some(Self { key })
    }

    /// The header `webhook-signature`.
    pub(crate) fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut mac = HMAC::new(&self.key);
        mac.update(format!("{id}.{timestamp}."));
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize()))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

/// A key of a delivery as a header can hold it: what is no letter, digit or one of `/._-:@` is written `%XX` for each
/// of its bytes, `%` too; so different keys stay different.
pub(crate) fn header_id(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn signs_as_the_reference_does() {
        let signer = Signer::new(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).expect("a key");
        let signed = signer.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_too_short_or_no_base64_is_none() {
        for wrong in ["", "whsec_", "whsec_c2hvcnQ=", "hello world!", "whsec_ÄÖ"] {
            assert!(Signer::new(&Secret::new(wrong)).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_id_is_a_header_and_stays_different() {
        assert_eq!(header_id("u-1/cart/1/send x/1"), "u-1/cart/1/send%20x/1");
        assert_eq!(header_id("é\r\n%"), "%C3%A9%0D%0A%25");
    }
}
