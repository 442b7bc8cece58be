//! The pages of `flow explain` as files that an editor can open: written once for each version, beside other things that can be
//! made again.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

/// Where the pages lie.
#[derive(Default)]
pub(super) struct Pages {
    folder: OnceLock<Option<PathBuf>>,
}

impl Pages {
    /// The address of the page of a code; none where nothing can be written.
    pub(super) fn of(&self, code: &str) -> Option<String> {
        let folder = self.folder.get_or_init(|| write(&folder()?).ok()).as_ref()?;
        let address = reqwest::Url::from_file_path(folder.join(format!("{code}.html"))).ok()?;
        Some(address.into())
    }
}

/// `~/.cache/flow/explain-0.1.0`, or what the system has instead.
fn folder() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || {
        set("HOME")
            .map(|home| if cfg!(target_os = "macos") { home.join("Library/Caches") } else { home.join(".cache") })
    };
    let cache = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(home)?;
    Some(cache.join("flow").join(concat!("explain-", env!("CARGO_PKG_VERSION"))))
}

/// Writes what is not there yet, or is there in another form.
fn write(folder: &Path) -> std::io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for (name, text) in flow_site::explain_pages() {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            continue;
        }
        fs::write(&path, text)?;
    }
    Ok(folder.to_path_buf())
}
