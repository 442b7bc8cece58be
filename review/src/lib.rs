//! What a change does: two programs compared, before one takes the place of the other.

pub mod backtest;
pub mod bounds;
mod markdown;
pub mod numbers;
pub mod people;
pub mod place;
pub mod plan;
