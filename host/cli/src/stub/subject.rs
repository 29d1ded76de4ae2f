//! What a generator of stubs works from, and what it makes.

use wit_parser::{Resolve, WorldId};

use crate::bindings::File;

/// A new plugin's source, as a language's generator makes it.
#[derive(Debug, Default)]
pub(crate) struct Stub {
    /// Replaces `{{stub}}` in the template.
    pub(crate) source: String,
    /// Further files, by their paths in the project.
    pub(crate) files: Vec<(String, String)>,
}

/// The world that the plugin implements, and the names that its source uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) resolve: &'a Resolve,
    pub(crate) world: WorldId,
    /// The files in `generated/`, for languages that have them.
    pub(crate) bindings: &'a [File],
    /// The plugin's name as a type: `WordCount`.
    pub(crate) type_name: &'a str,
}
