//! The ETL interface's types and traits, generated from `wit/etl`: a world for each place that a plugin may have.

/// A guest's handle to a lookup table: the name that the pipeline gives the table.
#[derive(Debug, Clone)]
pub struct OpenTable(pub(crate) String);

wasmtime::component::bindgen!({
    path: ["../../wit/plugin", "../../wit/etl"],
    world: "witdock:etl/transformer",
    imports: { default: trappable },
    exports: { default: async },
    with: {
        "witdock:etl/lookup.table": OpenTable,
    },
    include_component_type: true,
});

pub(crate) mod source {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/etl"],
        world: "witdock:etl/source",
        imports: { default: trappable },
        exports: { default: async },
        with: {
            "witdock:etl/types": crate::bindings::witdock::etl::types,
        },
        include_component_type: true,
    });
}

pub(crate) mod sink {
    wasmtime::component::bindgen!({
        path: ["../../wit/plugin", "../../wit/etl"],
        world: "witdock:etl/sink",
        imports: { default: trappable },
        exports: { default: async },
        with: {
            "witdock:etl/types": crate::bindings::witdock::etl::types,
        },
        include_component_type: true,
    });
}
