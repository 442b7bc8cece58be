//! What a link carries: encrypted, so that nobody reads in an address who somebody is, and sealed, so that nobody changes
//! it.
//!
//! A token is `base64url(version · nonce · ciphertext · tag)`. The cipher is ChaCha20-Poly1305 (RFC 8439) under a key that
//! HKDF makes of the secret; version and kind of link are sealed with it. The nonce is cut from HMAC-SHA256 of what is
//! sealed (a synthetic nonce, as in RFC 5297): so a link of a delivery is the same for each try, and two contents share a
//! nonce by chance only. The tag is compared in constant time, by the library.
//!
//! Encrypted rather than an opaque number with a table beside it: a link in a letter has to work for years, after the
//! delivery has left the store, on a machine restored from a backup.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac_sha256::{HKDF, HMAC};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Version of the form.
const VERSION: u8 = 1;
/// A longer token is none of ours.
const TOKEN_CHARS_MAX: usize = 8 * 1024;

/// A key, made ready.
pub(super) struct Key {
    cipher: LessSafeKey,
    nonces: [u8; 32],
}

impl Key {
    /// From a secret of any length.
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        let root = HKDF::extract(b"flowline links", secret);
        let (mut cipher, mut nonces) = ([0; 32], [0; 32]);
        HKDF::expand(&mut cipher, root, b"cipher 1");
        HKDF::expand(&mut nonces, root, b"nonces 1");
        let cipher = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &cipher).ok()?);
        Some(Self { cipher, nonces })
    }

    /// Seals a content for a kind of link.
    pub(super) fn seal(&self, kind: u8, content: &[u8]) -> Option<String> {
        let mut mac = HMAC::new(self.nonces);
        mac.update([VERSION, kind]);
        mac.update(content);
        let nonce: [u8; NONCE_LEN] = mac.finalize().get(..NONCE_LEN)?.try_into().ok()?;
        let mut sealed = content.to_vec();
        let aad = Aad::from([VERSION, kind]);
        self.cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        let mut token = Vec::with_capacity(1 + NONCE_LEN + sealed.len());
        token.push(VERSION);
        token.extend_from_slice(&nonce);
        token.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(token))
    }

    /// What a token carries, where it is one of this kind, made with this key.
    pub(super) fn open(&self, kind: u8, token: &str) -> Option<Vec<u8>> {
        if token.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (&version, rest) = token.split_first()?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
        if version != VERSION {
            return None;
        }
        let nonce = Nonce::assume_unique_for_key(nonce.try_into().ok()?);
        let mut sealed = sealed.to_vec();
        let content = self.cipher.open_in_place(nonce, Aad::from([VERSION, kind]), &mut sealed).ok()?;
        Some(content.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_with_its_key_and_kind_only() {
        let key = Key::new(b"a secret of the tests").expect("a key");
        let token = key.seal(1, b"u-1 and more").expect("a token");
        assert_eq!(token, key.seal(1, b"u-1 and more").expect("a token"));
        assert_eq!(key.open(1, &token).as_deref(), Some(b"u-1 and more".as_slice()));
        assert_eq!(key.open(2, &token), None);
        assert_eq!(Key::new(b"another secret").expect("a key").open(1, &token), None);
        assert!(!String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(&token).expect("base64")).contains("u-1"));
    }

    #[test]
    fn a_token_that_was_changed_opens_no_more() {
        let key = Key::new(b"a secret of the tests").expect("a key");
        let token = key.seal(1, b"u-1").expect("a token");
        let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64");
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                assert_eq!(key.open(1, &URL_SAFE_NO_PAD.encode(changed)), None, "byte {place}");
            }
        }
        for length in 0..token.len() {
            assert_eq!(key.open(1, token.get(..length).expect("ascii")), None);
        }
        for wrong in ["", "AQ", "!", "ä", &"A".repeat(10_000)] {
            assert_eq!(key.open(1, wrong), None);
        }
    }
}
