//! Files that have been read, and are somewhere else now: a folder was moved, or is mounted at another place.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

use super::past::Past;
use crate::rows::Unit;

/// Finds the files that were read at another place. A file is the same if it has the name, the size and the time of one that is gone.
#[derive(Debug)]
pub(super) struct Moved {
    /// The names of units that are done, by what a moved file keeps.
    done: HashMap<Kept, Vec<String>>,
    /// The names that they had, and have now.
    found: Vec<(String, String)>,
    /// How many of them people know of.
    told: usize,
    /// The first file that has the name and the size of one that is gone, and another time.
    alike: Option<(String, String)>,
}

/// What a file keeps when its folder moves.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kept {
    name: String,
    size: u64,
}

impl Kept {
    fn of(unit: &Unit) -> Option<Self> {
        let path = Path::new(&unit.id);
        let name = path.is_absolute().then(|| path.file_name().and_then(OsStr::to_str))??;
        Some(Self { name: name.to_owned(), size: unit.size? })
    }
}

impl Moved {
    pub(super) fn new(past: &Past) -> Self {
        let mut done: HashMap<_, Vec<_>> = HashMap::new();
        for unit in past.units.values() {
            if let Some(kept) = Kept::of(unit) {
                done.entry(kept).or_default().push(unit.id.clone());
            }
        }
        Self { done, found: Vec::new(), told: 0, alike: None }
    }

    /// Whether a file that no unit has the name of was read at another place.
    pub(super) fn is_moved(&mut self, now: &Unit, past: &Past) -> bool {
        let Some(names) = Kept::of(now).and_then(|kept| self.done.get_mut(&kept)) else { return false };
        names.retain(|name| !Path::new(name).exists());
        let same_time = |name: &&String| {
            past.units
                .get(*name)
                .is_some_and(|unit| unit.modified_us.is_some() && unit.modified_us == now.modified_us)
        };
        // Of several, the one with the most folders in common.
        let found = names.iter().filter(same_time).max_by_key(|name| common_end(name, &now.id)).cloned();
        match found {
            Some(was) => {
                names.retain(|name| *name != was);
                self.found.push((was, now.id.clone()));
                true
            }
            None => {
                if let Some(was) = names.first() {
                    self.alike.get_or_insert_with(|| (was.clone(), now.id.clone()));
                }
                false
            }
        }
    }

    /// The names that the files found so far had, and have now.
    pub(super) fn names(&self) -> &[(String, String)] {
        &self.found
    }

    /// What people should know about the files since the last call. `known` says that some are where they were.
    pub(super) fn notices(&mut self, known: bool) -> Vec<String> {
        let moved = match self.found.get(self.told..) {
            Some([(was, now)]) => Some(format!("{was} is now {now}; it is not read again")),
            Some([(was, now), others @ ..]) => {
                let count = others.len() + 1;
                Some(format!(
                    "{count} files that were read have moved, as {was} to {now}; they are not read again"
                ))
            }
            _ => None,
        };
        self.told = self.found.len();
        let alike = self.alike.take().filter(|_| !known).map(|(was, now)| {
            format!(
                "{now} has the name and the size of {was}, which was read and is gone, and another time: if the folder was copied \
                 without times, its rows are added again"
            )
        });
        moved.into_iter().chain(alike).collect()
    }
}

/// The number of last components that two paths have in common.
fn common_end(one: &str, other: &str) -> usize {
    let (one, other) = (Path::new(one).components().rev(), Path::new(other).components().rev());
    one.zip(other).take_while(|(one, other)| one == other).count()
}
