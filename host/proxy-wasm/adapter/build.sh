#!/bin/sh
# Builds the adapter into `adapter.wasm`, which the crate includes.
set -e
cd "$(dirname "$0")"
cargo build --release --locked --target wasm32-unknown-unknown "$@"
cp target/wasm32-unknown-unknown/release/witdock_proxy_wasm_adapter.wasm adapter.wasm
# Other compilers make other bytes.
rustc --version > adapter.rustc
