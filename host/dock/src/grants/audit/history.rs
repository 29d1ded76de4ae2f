//! The uses of all generations of a plugin.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::record::Use;
use super::uses::Uses;
use crate::foreign::Digest;
use crate::grants::Granted;
use crate::lock::lock;

/// The uses of a plugin's generations, the newest last. Generations with the same component and the same grants are counted together.
#[derive(Debug, Default)]
pub(crate) struct History(Mutex<VecDeque<Arc<Uses>>>);

/// How many components with their grants are remembered. A plugin that is developed has a new one every minute.
const MOST: usize = 64;

impl History {
    /// Where a generation counts its uses.
    pub(crate) fn of(&self, granted: &Granted, digest: Digest) -> Arc<Uses> {
        let mut history = lock(&self.0);
        if let Some(known) = history.iter().find(|uses| uses.are_of(granted, digest)) {
            return known.clone();
        }
        if history.len() >= MOST {
            history.pop_front();
        }
        let uses = Arc::new(Uses::new(granted, digest));
        history.push_back(uses.clone());
        uses
    }

    pub(crate) fn all(&self) -> Vec<Use> {
        lock(&self.0).iter().flat_map(|uses| uses.all()).collect()
    }

    pub(crate) fn take(&self) -> Vec<Use> {
        lock(&self.0).iter().flat_map(|uses| uses.take()).collect()
    }
}
