//! Modules that no SDK makes: each is adapted with a clear error, or ends its own call alone.

use witdock_proxy_wasm::{AdaptError, adapt, describe, is_proxy_wasm};

use crate::host::Filter;

/// What a module needs at least.
const BASE: &str = r#"(memory (export "memory") 1)
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) i32.const 1024)"#;

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {text})")).unwrap()
}

fn error(text: &str) -> String {
    adapt(&module(text)).unwrap_err().to_string()
}

#[test]
fn each_kind_of_module_that_is_refused_is_told_why() {
    let marker = r#"(func (export "proxy_abi_version_0_2_1"))"#;
    let memory = r#"(memory (export "memory") 1)"#;
    let cases = [
        ("no marker", memory.to_owned()),
        ("two markers", format!(r#"{BASE} (func (export "proxy_abi_version_0_1_0"))"#)),
        ("another version", r#"(func (export "proxy_abi_version_0_3_0"))"#.to_owned()),
        ("no memory", format!(r#"{marker} (func (export "malloc") (param i32) (result i32) i32.const 0)"#)),
        ("no allocator", format!("{marker} {memory}")),
        (
            "a 64-bit memory",
            format!(
                r#"{marker} (memory (export "memory") i64 1) (func (export "malloc") (param i32) (result i32) i32.const 0)"#
            ),
        ),
        (
            "a shared memory",
            format!(
                r#"{marker} (memory (export "memory") 1 2 shared) (func (export "malloc") (param i32) (result i32) i32.const 0)"#
            ),
        ),
        (
            "an imported memory",
            format!(
                r#"(import "env" "memory" (memory 1)) {marker} (func (export "malloc") (param i32) (result i32) i32.const 0)"#
            ),
        ),
        ("an imported global", format!(r#"(import "env" "__stack_pointer" (global i32)) {BASE}"#)),
        (
            "an unknown function",
            format!(
                r#"(import "env" "proxy_get_headers_map_pairs" (func (param i32 i32 i32) (result i32))) {BASE}"#
            ),
        ),
        ("another module", format!(r#"(import "wasi:http/types" "drop" (func (param i32))) {BASE}"#)),
        (
            "an import's type",
            format!(r#"(import "env" "proxy_log" (func (param i32 i32) (result i32))) {BASE}"#),
        ),
        (
            "a callback's type",
            format!(
                r#"{BASE} (func (export "proxy_on_request_headers") (param i32 i32) (result i32) i32.const 0)"#
            ),
        ),
        (
            "a callback that is a global",
            format!(r#"{BASE} (global (export "proxy_on_log") i32 (i32.const 0))"#),
        ),
        ("a start's type", format!(r#"{BASE} (func (export "_start") (param i32))"#)),
    ];
    let shown: Vec<_> = cases.iter().map(|(name, text)| format!("{name}: {}", error(text))).collect();
    insta::assert_snapshot!(shown.join("\n"));
    // A callback of ABI 0.1.0 in a module of it fits.
    let old = r#"(memory (export "memory") 1) (func (export "proxy_abi_version_0_1_0"))
        (func (export "malloc") (param i32) (result i32) i32.const 0)
        (func (export "proxy_on_request_headers") (param i32 i32) (result i32) i32.const 0)"#;
    adapt(&module(old)).unwrap();
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    assert!(!is_proxy_wasm(b""));
    assert!(!is_proxy_wasm(b"\0asm\x01\0\0\0"));
    assert!(is_proxy_wasm(&module(BASE)));
    assert!(matches!(adapt(b"\0asm\x01\0\0\0\x01"), Err(AdaptError::Invalid { .. })));
    let component = adapt(&module(BASE)).unwrap().component;
    assert!(!is_proxy_wasm(&component));
    assert!(matches!(adapt(&component), Err(AdaptError::Component)));
    // Cut anywhere, it is refused or the same.
    let whole = module(BASE);
    for end in 0..whole.len() {
        let _ = adapt(&whole[..end]).map(|_| ());
        let _ = describe(&whole[..end]).map(|_| ());
    }
}

#[test]
fn a_module_without_imports_needs_no_grant() {
    let description = describe(&module(BASE)).unwrap();
    assert_eq!(description.interfaces, ["witdock:proxy/http@0.1.0", "witdock:proxy/tcp@0.1.0"]);
    let description = describe(&module(&format!(
        r#"(import "env" "proxy_http_call" (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32))) {BASE}"#
    )))
    .unwrap();
    assert_eq!(
        description.interfaces,
        ["witdock:proxy/http-calls@0.1.0", "witdock:proxy/http@0.1.0", "witdock:proxy/tcp@0.1.0"]
    );
    assert_eq!(
        description.remarks,
        ["it makes HTTP calls and has no `proxy_on_http_call_response`: it never sees an answer"]
    );
}

#[test]
fn functions_whose_interface_is_not_granted_fail_and_are_not_imported() {
    use witdock_proxy_wasm::{Options, adapt_within};
    let bytes = on_headers(
        r#"(import "env" "proxy_set_tick_period_milliseconds" (func $tick (param i32) (result i32)))
        (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))"#,
        "(if (call $log (i32.const 2) (i32.const 0) (i32.const 0)) (then unreachable))
        (if (i32.ne (i32.const 10) (call $tick (i32.const 5))) (then unreachable))
        (if (i32.ne (i32.const 58) (call $random (i32.const 0) (i32.const 5))) (then unreachable))",
    );
    let adapted = adapt_within(&bytes, Options::default(), |_| false).unwrap();
    let refused: Vec<_> =
        adapted.refused.iter().map(|one| format!("{} {}", one.function, one.interface)).collect();
    assert_eq!(
        refused,
        [
            "env.proxy_set_tick_period_milliseconds witdock:proxy/timers@0.1.0",
            "wasi_snapshot_preview1.random_get wasi:random/random@0.2.0"
        ]
    );
    let imports = format!("{:?}", wit_parser::decoding::decode(&adapted.component).unwrap().resolve());
    assert!(!imports.contains("\"timers\"") && !imports.contains("random"), "{imports}");
    let mut filter = Filter::instantiate(&adapted.component);
    filter.configure(b"", b"").unwrap().unwrap();
    let stream = filter.stream(&[(":path", "/")]);
    filter.on_request_headers(stream, true).unwrap();
}

/// A module whose request headers run this.
fn on_headers(before: &str, body: &str) -> Vec<u8> {
    module(&format!(
        r#"{before} {BASE} (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) {body} i32.const 0)"#
    ))
}

#[test]
fn traps_end_their_call_in_each_callback() {
    for callback in [
        "proxy_on_context_create (param i32 i32)",
        "proxy_on_vm_start (param i32 i32) (result i32)",
        "proxy_on_configure (param i32 i32) (result i32)",
        "_initialize",
        "_start",
    ] {
        let (name, ty) = callback.split_once(' ').unwrap_or((callback, ""));
        let bytes = module(&format!(r#"{BASE} (func (export "{name}") {ty} unreachable)"#));
        let mut filter = Filter::instantiate(&adapt(&bytes).unwrap().component);
        let error = filter.configure(b"", b"").unwrap_err();
        assert!(format!("{error:?}").contains(name), "{error:?}");
    }
    let mut filter = Filter::start(&on_headers("", "unreachable"), b"", b"");
    let stream = filter.stream(&[(":path", "/")]);
    let error = filter.on_request_headers(stream, true).unwrap_err();
    assert!(format!("{error:?}").contains("unreachable"), "{error:?}");
}

#[test]
fn an_exit_is_a_trap_with_its_code() {
    let exit = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;
    let mut filter = Filter::start(&on_headers(exit, "i32.const 3 call $exit"), b"", b"");
    let stream = filter.stream(&[(":path", "/")]);
    filter.on_request_headers(stream, true).unwrap_err();
    assert_eq!(filter.state().panics, ["the module called proc_exit(3)"]);
}

#[test]
fn a_start_section_and_several_memories_and_tables_work() {
    let bytes = module(
        r#"(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
        (memory $other 1) (memory $own (export "memory") 1)
        (table $t 1 funcref) (table $u 2 funcref)
        (global $g (mut i32) (i32.const 7))
        (func $abi (export "proxy_abi_version_0_2_0"))
        (func (export "malloc") (param i32) (result i32) i32.const 1024)
        (func $start (drop (call $log (i32.const 2) (i32.const 0) (i32.const 5))))
        (start $start)
        (func $second (drop (call $log (i32.const 3) (i32.const 8) (i32.const 6))))
        (elem (table $u) (i32.const 1) func $second)
        (data (memory $own) (i32.const 0) "start")
        (data $passive "second")
        (func (export "_initialize")
            (memory.init $own $passive (i32.const 8) (i32.const 0) (i32.const 6))
            (call_indirect $u (i32.const 1))
            (if (i32.ne (global.get $g) (i32.const 7)) (then unreachable))
            (i32.store $other (i32.const 0) (i32.const 1))
            (if (i32.ne (i32.load $other (i32.const 0)) (i32.const 1)) (then unreachable)))"#,
    );
    let mut filter = Filter::start(&bytes, b"", b"");
    assert_eq!(filter.log(), ["info start", "warn second"]);
}

#[test]
fn functions_that_only_libraries_import_answer_enosys() {
    let imports = r#"(import "wasi_unstable" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_unstable" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "env" "emscripten_notify_memory_growth" (func $grown (param i32)))"#;
    let body = "(call $grown (i32.const 0))
        (if (i32.ne (i32.const 52) (call $open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0))) (then unreachable))
        (if (i32.ne (i32.const 8) (call $write (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0))) (then unreachable))";
    let mut filter = Filter::start(&on_headers(imports, body), b"", b"");
    let stream = filter.stream(&[(":path", "/")]);
    filter.on_request_headers(stream, true).unwrap();
}

#[test]
fn an_allocator_that_lies_traps_or_is_refused() {
    let get = r#"(import "env" "proxy_get_header_map_pairs" (func $get (param i32 i32 i32) (result i32)))"#;
    let body = "(if (i32.ne (i32.const 6) (call $get (i32.const 0) (i32.const 0) (i32.const 4))) (then unreachable))";
    for answer in ["0", "0xffffffff", "0xfffe"] {
        let bytes = module(&format!(
            r#"{get} (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
            (func (export "malloc") (param i32) (result i32) i32.const {answer})
            (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) {body} i32.const 0)"#
        ));
        let mut filter = Filter::start(&bytes, b"", b"");
        let stream = filter.stream(&[(":path", "/")]);
        filter.on_request_headers(stream, true).unwrap();
    }
    // An allocator that calls the host again and again ends at the stack's end.
    let bytes = module(&format!(
        r#"{get} (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
        (func $malloc (export "malloc") (param i32) (result i32)
            (call $get (i32.const 0) (i32.const 0) (i32.const 4)))
        (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
            (call $get (i32.const 0) (i32.const 0) (i32.const 4)))"#
    ));
    let mut filter = Filter::start(&bytes, b"", b"");
    let stream = filter.stream(&[(":path", "/")]);
    filter.on_request_headers(stream, true).unwrap_err();
}

#[test]
fn of_two_allocators_each_semantics_prefers_its_own() {
    use witdock_proxy_wasm::{Options, Semantics};
    let bytes = module(
        r#"(import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))
        (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 64) "malloc") (data (i32.const 72) "other")
        (func (export "proxy_abi_version_0_2_1"))
        (func (export "malloc") (param i32) (result i32)
            (drop (call $log (i32.const 2) (i32.const 64) (i32.const 6))) i32.const 1024)
        (func (export "proxy_on_memory_allocate") (param i32) (result i32)
            (drop (call $log (i32.const 2) (i32.const 72) (i32.const 5))) i32.const 1024)
        (func (export "proxy_on_configure") (param i32 i32) (result i32)
            (drop (call $get (i32.const 7) (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 4))) i32.const 1)"#,
    );
    for (semantics, expected) in [(Semantics::Envoy, "info malloc"), (Semantics::Spec, "info other")] {
        let options = Options { semantics, ..Options::default() };
        let mut filter = Filter::start_with(&bytes, b"settings", b"", options);
        assert_eq!(filter.log(), [expected]);
    }
}

#[test]
fn calls_after_the_end_find_nothing_to_act_on() {
    let imports = r#"(import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
        (import "env" "proxy_done" (func $done (result i32)))
        (import "env" "proxy_replace_header_map_value" (func $replace (param i32 i32 i32 i32 i32) (result i32)))
        (import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))"#;
    let bytes = module(&format!(
        r#"{imports} {BASE}
        (func (export "proxy_on_delete") (param i32)
            (drop (call $continue (i32.const 0)))
            (if (i32.ne (i32.const 1) (call $done)) (then unreachable)))
        (func (export "proxy_on_tick") (param i32)
            (if (i32.ne (i32.const 2) (call $effective (i32.const 2))) (then unreachable))
            (if (i32.ne (i32.const 2) (call $replace (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
                (then unreachable)))"#
    ));
    let mut filter = Filter::start(&bytes, b"", b"");
    let stream = filter.stream(&[(":path", "/")]);
    filter.on_request_headers(stream, true).unwrap();
    filter.log_stream(stream).unwrap();
    filter.drop_stream(stream).unwrap();
    filter.on_tick().unwrap();
}
