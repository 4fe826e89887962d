//! The subcommands, one file each.

mod ask;
pub mod common;
pub mod neighbors;
pub mod path;
pub mod search;
pub mod stats;
