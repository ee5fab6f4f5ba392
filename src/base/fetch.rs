//! Memory that will be needed soon.

/// Begins to fetch the first bytes of a value, a cache line of them, into the processor's caches. It changes nothing else.
pub fn fetch<T>(value: &T) {
    prefetch_index::prefetch_index(std::slice::from_ref(value), 0);
}
