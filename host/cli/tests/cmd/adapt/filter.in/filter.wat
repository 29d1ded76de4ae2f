;; A Proxy-Wasm module that adds a header to each request, with one line of log.
(module
  (import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_http_call"
    (func $call (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "x-filter" "yes" "added")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (call $add (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 8) (i32.const 3))
    (drop (call $log (i32.const 2) (i32.const 11) (i32.const 5)))))
