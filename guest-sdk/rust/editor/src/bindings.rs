//! Generated bindings of `witdock:editor`. The other modules wrap them.

#![allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "generated: the canonical ABI is unsafe code, and the documentation is in the WIT"
)]

wit_bindgen::generate!({
    world: "witdock:editor/extension",
    path: ["../../../wit/plugin", "../../../wit/editor"],
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "witdock_editor_guest::bindings",
    generate_all,
});

/// The optional export for what processes do.
pub mod process_owner {
    wit_bindgen::generate!({
        world: "witdock:editor/process-owner",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        with: {
            "witdock:editor/types@0.1.0": crate::bindings::witdock::editor::types,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::process_owner",
    });
}

/// The optional export for questions about code.
pub mod language_provider {
    wit_bindgen::generate!({
        world: "witdock:editor/language-provider",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        with: {
            "witdock:editor/types@0.1.0": crate::bindings::witdock::editor::types,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::language_provider",
    });
}

/// The optional export for documents and their files.
pub mod file_owner {
    wit_bindgen::generate!({
        world: "witdock:editor/file-owner",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        with: {
            "witdock:editor/types@0.1.0": crate::bindings::witdock::editor::types,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::file_owner",
    });
}

/// The optional export for long work.
pub mod worker {
    wit_bindgen::generate!({
        world: "witdock:editor/worker",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        with: {
            "witdock:editor/types@0.1.0": crate::bindings::witdock::editor::types,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::worker",
    });
}

/// The optional export for edits before a save.
pub mod save_hook {
    wit_bindgen::generate!({
        world: "witdock:editor/save-hook",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        with: {
            "witdock:editor/types@0.1.0": crate::bindings::witdock::editor::types,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::save_hook",
    });
}

/// The optional export for changes of the focus.
pub mod focus_follower {
    wit_bindgen::generate!({
        world: "witdock:editor/focus-follower",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        with: {
            "witdock:editor/types@0.1.0": crate::bindings::witdock::editor::types,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::focus_follower",
    });
}

/// The optional export for what happens in the folder.
pub mod folder_follower {
    wit_bindgen::generate!({
        world: "witdock:editor/folder-follower",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::folder_follower",
    });
}

/// The optional export for messages of other plugins.
pub mod subscriber {
    wit_bindgen::generate!({
        world: "witdock:editor/subscriber",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::subscriber",
    });
}

/// The optional export for modes.
pub mod mode_owner {
    wit_bindgen::generate!({
        world: "witdock:editor/mode-owner",
        path: ["../../../wit/plugin", "../../../wit/editor"],
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_editor_guest::bindings::mode_owner",
    });
}
