//! The ETL interface's types and traits, generated from `wit/etl`.

wasmtime::component::bindgen!({
    path: ["../../wit/plugin", "../../wit/etl"],
    world: "witdock:etl/transformer",
    imports: { default: trappable },
    exports: { default: async },
    with: {
        "witdock:etl/lookup.table": crate::lookup::OpenTable,
    },
    include_component_type: true,
});
