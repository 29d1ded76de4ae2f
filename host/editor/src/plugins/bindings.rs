//! The editor interface's types and traits, generated from `wit/editor`.

wasmtime::component::bindgen!({
    path: ["../../wit/plugin", "../../wit/editor"],
    world: "witdock:editor/extension",
    imports: { default: trappable },
    exports: { default: async },
    with: {
        "witdock:editor/documents.document": crate::plugins::call::Lent,
    },
    additional_derives: [PartialEq, Eq],
    include_component_type: true,
});
