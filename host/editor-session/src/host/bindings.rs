//! Types and traits of the editor interface, generated from `wit/editor`.

wasmtime::component::bindgen!({
    path: ["../../wit/plugin", "../../wit/editor"],
    world: "witdock:editor/extension",
    imports: { default: trappable },
    exports: { default: async },
    with: {
        "witdock:editor/documents.document": crate::host::call::Provided,
    },
    additional_derives: [PartialEq, Eq],
    include_component_type: true,
});

/// The optional export for what processes do.
pub(super) mod process_owner {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/process-owner",
        exports: { default: async },
        with: {
            "witdock:editor/types": super::witdock::editor::types,
        },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for questions about code.
pub(super) mod language_provider {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/language-provider",
        exports: { default: async },
        with: {
            "witdock:editor/types": super::witdock::editor::types,
        },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for documents and their files.
pub(super) mod file_owner {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/file-owner",
        exports: { default: async },
        with: {
            "witdock:editor/types": super::witdock::editor::types,
        },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for long work.
pub(super) mod worker {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/worker",
        exports: { default: async },
        with: {
            "witdock:editor/types": super::witdock::editor::types,
        },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for edits before a save.
pub(super) mod save_hook {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/save-hook",
        exports: { default: async },
        with: {
            "witdock:editor/types": super::witdock::editor::types,
        },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for changes of the focus.
pub(super) mod focus_follower {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/focus-follower",
        exports: { default: async },
        with: {
            "witdock:editor/types": super::witdock::editor::types,
        },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for what happens in the folder.
pub(super) mod folder_follower {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/folder-follower",
        exports: { default: async },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for messages of other plugins.
pub(super) mod subscriber {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/subscriber",
        exports: { default: async },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}

/// The optional export for modes.
pub(super) mod mode_owner {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/editor"],
        world: "witdock:editor/mode-owner",
        exports: { default: async },
        additional_derives: [PartialEq, Eq],
        include_component_type: true,
    });
}
