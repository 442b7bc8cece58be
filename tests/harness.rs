//! What several tests and the fuzz targets of `fuzz/` share: one copy of each check.

pub mod events;
pub mod format;
pub mod machine;
pub mod rearrange;
pub mod request;
pub mod text;
pub mod tokens;
