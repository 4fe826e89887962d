//! How many cases property tests try.

use proptest::test_runner::Config;

/// A few cases in the suite; as many as the environment variable `PROPTEST_CASES` says in a long run.
pub fn few_or_as_asked(few: u32) -> Config {
    if std::env::var_os("PROPTEST_CASES").is_some() { Config::default() } else { Config::with_cases(few) }
}
