//! Completing the path that is typed in a prompt.

use std::path::{Path, PathBuf};

use witdock_editor_session::documents::Documents;
use witdock_editor_session::project::FolderEntry;
use witdock_editor_session::{Message, Session};

use super::line::Line;
use super::list::List;

/// The names that complete a path.
#[derive(Debug, Default)]
pub struct Paths {
    /// The folder that is being listed, and the text before the cursor that it was asked for.
    asked: Option<(PathBuf, String)>,
    /// The folder of the names, as it is typed.
    folder: String,
    /// The names, if several complete the path.
    pub names: Vec<FolderEntry>,
    /// Which of them is in the line.
    pub list: List,
    /// Whether one of them is in the line.
    pub is_chosen: bool,
}

impl Paths {
    /// Completes the path before the cursor, or puts the next of several names there.
    pub(super) fn complete(&mut self, line: &mut Line, session: &mut Session, forward: bool) {
        if let Some(last) = self.names.len().checked_sub(1) {
            self.list.chosen = match (self.list.chosen, self.is_chosen, forward) {
                (_, false, true) => 0,
                (_, false, false) => last,
                (chosen, _, true) => {
                    if chosen < last {
                        chosen + 1
                    } else {
                        0
                    }
                }
                (chosen, _, false) => chosen.checked_sub(1).unwrap_or(last),
            };
            self.is_chosen = true;
            if let Some(entry) = self.names.get(self.list.chosen) {
                put(line, &self.folder, entry);
            }
            return;
        }
        if line.before() == "~" {
            line.insert("/");
        }
        let (folder, _) = split(line.before());
        let folder = Documents::absolute(if folder.is_empty() { "." } else { folder });
        self.asked = Some((folder.clone(), line.before().to_owned()));
        session.list_folder(folder);
    }

    /// Takes what a folder has. Gives a message where nothing completes the path.
    pub(super) fn listed(
        &mut self,
        listed: &Path,
        entries: Vec<FolderEntry>,
        line: &mut Line,
    ) -> Option<Message> {
        let (_, before) = self.asked.take_if(|(asked, _)| asked == listed)?;
        // The person has typed on.
        if before != line.before() {
            return None;
        }
        let (folder, typed) = split(&before);
        let begins = |entry: &&FolderEntry, same: fn(&str) -> String| {
            same(&entry.name).starts_with(&same(typed))
                && (typed.starts_with('.') || !entry.name.starts_with('.'))
        };
        let mut fitting: Vec<FolderEntry> =
            entries.iter().filter(|entry| begins(entry, str::to_owned)).cloned().collect();
        if fitting.is_empty() {
            fitting = entries.iter().filter(|entry| begins(entry, str::to_lowercase)).cloned().collect();
        }
        match fitting.as_slice() {
            [] => return Some(Message::info(format!("nothing begins with `{before}`"))),
            [only] => put(line, folder, only),
            several => {
                let common = common_beginning(several);
                if common.len() > typed.len() {
                    line.replace_before(&format!("{folder}{common}"));
                }
                *self = Self { folder: folder.to_owned(), names: fitting, ..Self::default() };
            }
        }
        None
    }
}

/// The folder of a path, with its slash, and the name behind it.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

/// Puts a name behind a folder. A folder ends with a slash, so that what it has can be completed next.
fn put(line: &mut Line, folder: &str, entry: &FolderEntry) {
    let slash = if entry.is_folder { "/" } else { "" };
    line.replace_before(&format!("{folder}{}{slash}", entry.name));
}

/// The beginning that all names share.
fn common_beginning(entries: &[FolderEntry]) -> &str {
    let Some((first, rest)) = entries.split_first() else { return "" };
    let length = rest.iter().fold(first.name.len(), |length, entry| {
        let same = first.name.chars().zip(entry.name.chars()).take_while(|(one, other)| one == other);
        length.min(same.map(|(one, _)| one.len_utf8()).sum())
    });
    first.name.get(..length).unwrap_or_default()
}
