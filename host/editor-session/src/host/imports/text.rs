//! `selections`, `viewport` and `workspace`.

use std::io::{ErrorKind, Read};

use witdock_editor_core::{Revision, Selection, Selections};

use super::documents::{MAX_TEXT_BYTES, info};
use super::{CallView, Misplaced, number, version, within};
use crate::host::bindings::witdock::editor::workspace::{self, FileError};
use crate::host::bindings::witdock::editor::{selections, types, viewport};
use crate::host::convert::offset;

impl selections::Host for CallView<'_> {
    fn get(&mut self, document: u64) -> wasmtime::Result<Option<types::SelectionSet>> {
        Ok(self.state.document(document).map(|working| {
            let all = &working.view.selections;
            types::SelectionSet {
                selections: all
                    .iter()
                    .map(|one| types::Selection { anchor: one.anchor as u64, head: one.head as u64 })
                    .collect(),
                primary: number(all.primary_index()),
            }
        }))
    }

    fn cursor(&mut self, document: u64) -> wasmtime::Result<Option<u64>> {
        Ok(self.state.document(document).map(|working| working.view.selections.primary().head as u64))
    }

    fn set(
        &mut self,
        version: types::DocumentVersion,
        set: types::SelectionSet,
    ) -> wasmtime::Result<Result<(), selections::SelectionError>> {
        use selections::SelectionError;
        if !self.state.may_edit {
            return Ok(Err(SelectionError::NotInThisCall));
        }
        let Some(working) = self.state.document_mut(version.document) else {
            return Ok(Err(SelectionError::NoSuchDocument));
        };
        let view = &mut working.view;
        if view.revision.number() != version.revision {
            return Ok(Err(SelectionError::Stale(view.revision.number())));
        }
        let primary = offset(set.primary.into());
        if primary >= set.selections.len() {
            return Ok(Err(SelectionError::Empty));
        }
        let mut before = 0;
        let mut list = Vec::with_capacity(set.selections.len());
        for (index, one) in (0..).zip(set.selections) {
            let one = Selection::new(offset(one.anchor), offset(one.head));
            let range = types::Range { start: one.start() as u64, end: one.end() as u64 };
            match within(&view.text, range) {
                Err(Misplaced::OutOfRange) => return Ok(Err(SelectionError::OutOfRange(index))),
                Err(Misplaced::NotOnBoundary(_)) => return Ok(Err(SelectionError::NotOnBoundary(index))),
                Ok(_) if one.start() < before => return Ok(Err(SelectionError::Overlapping(index))),
                Ok(range) => before = range.end,
            }
            list.push(one);
        }
        view.selections = Selections::new(list, primary);
        working.selections_set = true;
        Ok(Ok(()))
    }
}

impl viewport::Host for CallView<'_> {
    fn current(&mut self) -> wasmtime::Result<Option<viewport::Visible>> {
        let seen = self.state.snapshot.visible;
        let current = self.state.snapshot.current.and_then(|id| self.state.document(id));
        Ok(current.map(|working| viewport::Visible {
            version: version(&working.view),
            first_line: number(seen.first_line),
            end_line: number(seen.end_line),
            columns: number(seen.columns),
        }))
    }

    fn show(&mut self, location: types::Location) -> wasmtime::Result<Result<(), viewport::ShowError>> {
        use viewport::ShowError;
        let may_edit = self.state.may_edit;
        let Some(working) = self.state.document_mut(location.version.document) else {
            return Ok(Err(ShowError::NoSuchDocument));
        };
        let view = &mut working.view;
        // The session maps a place in an older revision when the call has returned.
        if view.revision == Revision::new(location.version.revision) {
            let place = offset(location.offset);
            if !view.text.is_boundary(place) {
                return Ok(Err(ShowError::OutOfRange));
            }
            if may_edit {
                view.selections = Selections::one(Selection::at(place));
                working.selections_set = true;
            }
        }
        self.state.outcome.shown = Some(location.into());
        Ok(Ok(()))
    }
}

impl workspace::Host for CallView<'_> {
    fn root(&mut self) -> wasmtime::Result<String> {
        Ok(self.state.snapshot.root.to_string_lossy().into_owned())
    }

    fn open_documents(&mut self) -> wasmtime::Result<Vec<types::DocumentInfo>> {
        Ok(self.state.documents.iter().map(|working| info(&working.view)).collect())
    }

    fn read_file(&mut self, path: String) -> wasmtime::Result<Result<String, FileError>> {
        Ok(self.read(&path))
    }
}

impl CallView<'_> {
    /// Reads a file below the root. The folder is opened as a capability, so neither `..` nor a symbolic link leads out
    /// of it.
    fn read(&mut self, path: &str) -> Result<String, FileError> {
        let unavailable = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => FileError::NotFound,
            // The error of cap-std for a path that leads out of the folder.
            ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
                FileError::NotGranted(path.to_owned())
            }
            _ => FileError::Unavailable(error.to_string()),
        };
        let root = &self.state.snapshot.root;
        if self.state.root.as_ref().is_none_or(|(open, _)| open != root) {
            let folder = cap_std::fs::Dir::open_ambient_dir(root, cap_std::ambient_authority());
            self.state.root = Some((root.clone(), folder.map_err(unavailable)?));
        }
        let Some((_, folder)) = &self.state.root else { return Err(FileError::NotFound) };
        // Checked first: opening a pipe that nobody writes to would wait forever.
        if !folder.metadata(path).map_err(unavailable)?.is_file() {
            return Err(FileError::NotAFile);
        }
        let mut bytes = Vec::new();
        let most = MAX_TEXT_BYTES as u64;
        folder
            .open(path)
            .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
            .map_err(unavailable)?;
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(FileError::TooLong(most));
        }
        String::from_utf8(bytes).map_err(|error| FileError::NotText(error.utf8_error().valid_up_to() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::call::CallState;
    use wasmtime::component::ResourceTable;

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_below_the_root_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("inside")).unwrap();
        std::fs::write(root.join("inside/a.txt"), "text").unwrap();
        std::fs::write(root.join("binary"), b"ok\xff").unwrap();
        std::fs::write(folder.path().join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink("../secret", root.join("link")).unwrap();
        std::os::unix::fs::symlink("inside/a.txt", root.join("near")).unwrap();
        let mut state = CallState::default();
        state.snapshot.root = root;
        let programs = witdock::Programs::default();
        let mut view = CallView { state: &mut state, table: &mut ResourceTable::new(), programs: &programs };
        let secret = folder.path().join("secret").to_string_lossy().into_owned();
        assert_eq!(view.read("inside/a.txt"), Ok("text".to_owned()));
        assert_eq!(view.read("near"), Ok("text".to_owned()));
        for outside in ["../secret", "inside/../../secret", "link", secret.as_str()] {
            assert_eq!(view.read(outside), Err(FileError::NotGranted(outside.to_owned())));
        }
        assert_eq!(view.read("none"), Err(FileError::NotFound));
        assert_eq!(view.read("inside"), Err(FileError::NotAFile));
        assert_eq!(view.read("binary"), Err(FileError::NotText(2)));
    }
}
