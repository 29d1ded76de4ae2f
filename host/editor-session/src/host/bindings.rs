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
