//! The files of the workspace folder as they come, change and go. What happens arrives at
//! [`FolderFollower::on_folder`](crate::FolderFollower::on_folder).
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/folder"]`. On other targets than WebAssembly nothing is told.

pub use crate::bindings::folder_follower::exports::witdock::editor::folder_events::{
    Change, ChangedFile, Files, FolderEvent,
};

use crate::bindings::witdock::editor::folder as host;

/// Begins to tell of the files: of all that there are, then of each change.
pub fn follow() {
    if cfg!(target_family = "wasm") {
        host::follow();
    }
}

/// Ends that.
pub fn unfollow() {
    if cfg!(target_family = "wasm") {
        host::unfollow();
    }
}
