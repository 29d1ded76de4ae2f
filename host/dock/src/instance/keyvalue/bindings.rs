//! The types and traits of `wasi:keyvalue`, generated from its WIT.

wasmtime::component::bindgen!({
    path: "src/instance/keyvalue/wit",
    world: "wasi:keyvalue/imports",
    imports: { default: trappable },
    with: { "wasi:keyvalue/store.bucket": super::opened::Bucket },
});
