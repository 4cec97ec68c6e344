//! A function of many things, side by side where there are threads.

/// The same function of each item, in their order, on all threads of the current pool.
#[cfg(feature = "parallel")]
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    items.par_iter().with_max_len(1).map(work).collect()
}

/// The same function of each item, in their order.
#[cfg(not(feature = "parallel"))]
pub fn each<T, R>(items: &[T], work: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(work).collect()
}
