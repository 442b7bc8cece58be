//! What the fuzz targets of `fuzz/` call, and the test of their corpus too: one copy of each check.

pub mod format;
pub mod machine;
pub mod request;
pub mod text;
