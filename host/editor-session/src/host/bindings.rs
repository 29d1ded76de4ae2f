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
