//! Ends a worker from outside of the thread that waits for it.

use std::process::Child;
use std::sync::{Arc, Mutex};

use crate::lock::lock;

/// Holds the worker of one preparation. A thread that blocks cannot be cancelled, but what it waits for can be ended.
#[derive(Clone, Default)]
pub(crate) struct Leash(Arc<Mutex<State>>);

#[derive(Default)]
enum State {
    #[default]
    Free,
    Holding(Arc<Mutex<Child>>),
    Cut,
}

impl Leash {
    /// Puts a process on the leash. Gives whether that was not cut before.
    pub(super) fn hold(&self, child: &Arc<Mutex<Child>>) -> bool {
        let mut state = lock(&self.0);
        match &*state {
            State::Cut => false,
            State::Free | State::Holding(_) => {
                *state = State::Holding(child.clone());
                true
            }
        }
    }

    /// Ends the worker, now or as soon as it starts, when the returned value is dropped.
    pub(crate) fn cut_at_end(&self) -> impl Drop + use<> {
        Cut(self.clone())
    }
}

struct Cut(Leash);

impl Drop for Cut {
    fn drop(&mut self) {
        if let State::Holding(child) = std::mem::replace(&mut *lock(&self.0.0), State::Cut) {
            // It has mostly ended.
            let _ = lock(&child).kill();
        }
    }
}
