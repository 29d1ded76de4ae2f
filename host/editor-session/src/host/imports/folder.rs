//! `folder`: following the files of the folder.

use super::CallView;
use crate::host::bindings::witdock::editor::folder;

impl folder::Host for CallView<'_> {
    fn follow(&mut self) -> wasmtime::Result<()> {
        self.state.outcome.follows_folder = Some(true);
        Ok(())
    }

    fn unfollow(&mut self) -> wasmtime::Result<()> {
        self.state.outcome.follows_folder = Some(false);
        Ok(())
    }
}
