//! The host functions of Proxy-Wasm, by subject. A function exported as `env#NAME` is the module's import `NAME` of `env`.

mod buffers;
mod calls;
mod grpc;
mod headers;
mod log;
mod metrics;
mod properties;
mod shared;
mod stream;
mod time;
mod wasi;
