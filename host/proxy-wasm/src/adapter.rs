/// The adapter: `adapter/`, built by `adapter/build.sh`.
pub(crate) const ADAPTER: &[u8] = include_bytes!("../adapter/adapter.wasm");
