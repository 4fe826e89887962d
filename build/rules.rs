//! What the library knows of tables.

#[path = "../src/rules/packed/mod.rs"]
pub mod packed;
#[path = "../src/rules/rows.rs"]
pub mod rows;
