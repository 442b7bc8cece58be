//! Addresses of files and their paths.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use url::Url;

/// The path of a `file:` address; none for another kind.
pub(crate) fn path(uri: &str) -> Option<PathBuf> {
    let url = Url::parse(uri).ok()?;
    if url.scheme() == "file" { url.to_file_path().ok() } else { None }
}

/// The address of a path; that of nothing for a path that is not absolute, which none of ours is.
pub(crate) fn of(path: &Path) -> Uri {
    Uri(Url::from_file_path(path).map_or_else(|()| String::from("file:///"), String::from))
}
