//! State of the one thread that an instance has.

/// A value that one thread alone has.
pub(crate) struct Single<T>(T);

// SAFETY: the adapter is built for wasm32 without threads.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> core::ops::Deref for Single<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
