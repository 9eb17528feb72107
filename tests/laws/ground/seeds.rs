//! Which seeds a run takes: the usual ones of each test, or the one that `TIDEGATE_SEED` says.

/// A number in the environment.
pub fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The seed that was chosen for all tests of this run.
pub fn chosen() -> Option<u64> {
    set("TIDEGATE_SEED")
}

/// The seeds of a test.
pub fn seeds(usual: impl IntoIterator<Item = u64>) -> Vec<u64> {
    chosen().map_or_else(|| usual.into_iter().collect(), |seed| vec![seed])
}

/// Whether a test met enough; how much one chosen seed meets is chance.
pub fn enough(met: bool) -> bool {
    met || chosen().is_some()
}
