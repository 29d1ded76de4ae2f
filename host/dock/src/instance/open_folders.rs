//! Which granted folder each open descriptor is in.

use std::collections::BTreeMap;

/// The granted folders that open descriptors are in, by the descriptors' numbers. A number that is used again gets a new entry, so there are at
/// most as many as an instance may hold handles.
#[derive(Debug, Default)]
pub(crate) struct OpenFolders(BTreeMap<u32, usize>);

impl OpenFolders {
    /// The place of the folder that a descriptor is in among those that are granted.
    pub(super) fn of(&self, descriptor: u32) -> Option<usize> {
        self.0.get(&descriptor).copied()
    }

    pub(super) fn note(&mut self, descriptor: u32, folder: usize) {
        self.0.insert(descriptor, folder);
    }
}
