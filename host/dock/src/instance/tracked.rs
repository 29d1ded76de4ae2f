//! Store data that records accesses by host code.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// Data in [`HostState`](crate::HostState) for host functions. It dereferences to `T`.
///
/// It records each access: an error after an access comes from the host function, and an error before any access comes
/// from the runtime, about a value that the guest passed. So the dock does not depend on the error's text.
///
/// Where the type is known, `&mut host.app` coerces to `&mut T`; elsewhere write `&mut *host.app`.
#[derive(Default)]
pub struct Tracked<T> {
    value: T,
    // Atomic only so that a store's data stays `Sync` where the application's is.
    reached: AtomicBool,
}

impl<T> Tracked<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value, reached: AtomicBool::new(false) }
    }

    /// Whether host code has accessed the value since [`forget`](Self::forget).
    pub(crate) fn is_reached(&mut self) -> bool {
        *self.reached.get_mut()
    }

    pub(crate) fn forget(&mut self) {
        *self.reached.get_mut() = false;
    }
}

impl<T> Deref for Tracked<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.reached.store(true, Ordering::Relaxed);
        &self.value
    }
}

impl<T> DerefMut for Tracked<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        *self.reached.get_mut() = true;
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Tracked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
