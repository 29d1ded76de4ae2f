//! The types and functions of `witdock:proxy`.

#![allow(clippy::all, clippy::indexing_slicing, unreachable_pub, reason = "generated")]

wit_bindgen::generate!({
    path: ["../../../wit/plugin", "../../../wit/proxy", "wit-wasi/clocks.wit", "wit-wasi/random.wit", "wit"],
    world: "witdock:proxy-wasm-adapter/adapter",
    generate_all,
    pub_export_macro: true,
});
