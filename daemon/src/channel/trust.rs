//! Whose certificates are believed: the authorities of the web, those that this machine trusts (`SSL_CERT_FILE` is
//! heeded), and those of the settings.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// The authorities beside those of the web.
///
/// # Errors
/// One of the settings cannot be read. One of the machine that cannot be read is passed over.
pub(crate) fn authorities(own: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut readable = RootCertStore::empty();
    let mut all = rustls_native_certs::load_native_certs().certs;
    all.retain(|authority| readable.add(authority.clone()).is_ok());
    for authority in own {
        let authority = CertificateDer::from(authority.clone());
        readable.add(authority.clone()).map_err(|_| "a certificate of an authority cannot be read".to_owned())?;
        all.push(authority);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_told() {
        assert!(authorities(&[b"hidden".to_vec()]).expect_err("no certificate").contains("cannot be read"));
        assert!(authorities(&[]).is_ok());
    }
}
