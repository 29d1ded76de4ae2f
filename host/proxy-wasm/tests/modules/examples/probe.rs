//! Calls each host function with odd arguments from each callback, and logs what it returns: `CALLBACK FUNCTION(ARGUMENTS) = STATUS`.
//!
//! It has no SDK, so that nothing stands between the host and what is logged. What it does follows from the path of a request.

#![allow(clippy::missing_safety_doc, clippy::not_unsafe_ptr_arg_deref)]

use std::fmt::Write;

mod host {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub fn proxy_log(level: u32, message: u32, size: u32) -> u32;
        pub fn proxy_get_log_level(at: u32) -> u32;
        pub fn proxy_get_current_time_nanoseconds(at: u32) -> u32;
        pub fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
        pub fn proxy_set_effective_context(id: u32) -> u32;
        pub fn proxy_done() -> u32;
        pub fn proxy_continue_stream(kind: u32) -> u32;
        pub fn proxy_close_stream(kind: u32) -> u32;
        pub fn proxy_send_local_response(
            status: u32,
            d: u32,
            dn: u32,
            b: u32,
            bn: u32,
            h: u32,
            hn: u32,
            grpc: u32,
        ) -> u32;
        pub fn proxy_get_buffer_bytes(kind: u32, start: u32, length: u32, at: u32, size: u32) -> u32;
        pub fn proxy_get_buffer_status(kind: u32, length: u32, flags: u32) -> u32;
        pub fn proxy_set_buffer_bytes(kind: u32, start: u32, length: u32, at: u32, size: u32) -> u32;
        pub fn proxy_get_header_map_size(map: u32, at: u32) -> u32;
        pub fn proxy_get_header_map_pairs(map: u32, at: u32, size: u32) -> u32;
        pub fn proxy_set_header_map_pairs(map: u32, at: u32, size: u32) -> u32;
        pub fn proxy_get_header_map_value(map: u32, k: u32, kn: u32, at: u32, size: u32) -> u32;
        pub fn proxy_add_header_map_value(map: u32, k: u32, kn: u32, v: u32, vn: u32) -> u32;
        pub fn proxy_replace_header_map_value(map: u32, k: u32, kn: u32, v: u32, vn: u32) -> u32;
        pub fn proxy_remove_header_map_value(map: u32, k: u32, kn: u32) -> u32;
        pub fn proxy_http_call(
            c: u32,
            cn: u32,
            h: u32,
            hn: u32,
            b: u32,
            bn: u32,
            t: u32,
            tn: u32,
            ms: u32,
            at: u32,
        ) -> u32;
        pub fn proxy_get_status(code: u32, at: u32, size: u32) -> u32;
        pub fn proxy_get_shared_data(k: u32, kn: u32, at: u32, size: u32, cas: u32) -> u32;
        pub fn proxy_set_shared_data(k: u32, kn: u32, v: u32, vn: u32, cas: u32) -> u32;
        pub fn proxy_register_shared_queue(n: u32, nn: u32, at: u32) -> u32;
        pub fn proxy_resolve_shared_queue(v: u32, vn: u32, n: u32, nn: u32, at: u32) -> u32;
        pub fn proxy_enqueue_shared_queue(queue: u32, m: u32, mn: u32) -> u32;
        pub fn proxy_dequeue_shared_queue(queue: u32, at: u32, size: u32) -> u32;
        pub fn proxy_define_metric(kind: u32, n: u32, nn: u32, at: u32) -> u32;
        pub fn proxy_increment_metric(metric: u32, by: i64) -> u32;
        pub fn proxy_record_metric(metric: u32, value: u64) -> u32;
        pub fn proxy_get_metric(metric: u32, at: u32) -> u32;
        pub fn proxy_get_property(p: u32, pn: u32, at: u32, size: u32) -> u32;
        pub fn proxy_set_property(p: u32, pn: u32, v: u32, vn: u32) -> u32;
        pub fn proxy_call_foreign_function(n: u32, nn: u32, a: u32, an: u32, at: u32, size: u32) -> u32;
    }

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        pub fn fd_write(fd: u32, vectors: u32, count: u32, written: u32) -> u32;
        pub fn clock_time_get(clock: u32, precision: u64, at: u32) -> u32;
        pub fn random_get(at: u32, size: u32) -> u32;
        pub fn environ_sizes_get(count: u32, size: u32) -> u32;
        pub fn args_sizes_get(count: u32, size: u32) -> u32;
        pub fn fd_fdstat_get(fd: u32, at: u32) -> u32;
    }
}

/// An address behind the memory's end.
const OUTSIDE: u32 = 0xffff_0000;

/// Where results go.
static mut RESULTS: [u32; 4] = [0; 4];

fn result(number: usize) -> u32 {
    (&raw mut RESULTS) as u32 + number as u32 * 4
}

fn results() -> [u32; 4] {
    unsafe { (&raw const RESULTS).read_volatile() }
}

fn clear() {
    unsafe { (&raw mut RESULTS).write_volatile([0xaaaa_aaaa; 4]) }
}

/// The bytes that two results name: an address and a size.
fn given() -> String {
    let [at, size, ..] = results();
    if at == 0xaaaa_aaaa {
        return "untouched".to_owned();
    }
    if size == 0 {
        return format!("empty at {at}");
    }
    let bytes = unsafe { std::slice::from_raw_parts(at as *const u8, size as usize) };
    format!("{:?}", String::from_utf8_lossy(bytes))
}

fn p(text: &[u8]) -> (u32, u32) {
    (text.as_ptr() as u32, text.len() as u32)
}

fn say(text: &str) {
    let (at, size) = p(text.as_bytes());
    unsafe { host::proxy_log(2, at, size) };
}

/// Runs a call and logs its status, with what it gave.
macro_rules! probe {
    ($when:expr, $name:ident ( $($argument:expr),* $(,)? ) $(, $($shown:tt)*)?) => {{
        clear();
        let status = unsafe { host::$name($($argument),*) };
        let mut line = format!("{} {}", $when, stringify!($name).trim_start_matches("proxy_"));
        $( let _ = write!(line, "({})", format!($($shown)*)); )?
        let _ = write!(line, " = {status}");
        (status, line)
    }};
}

fn pairs(items: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = (items.len() as u32).to_le_bytes().to_vec();
    for (name, value) in items {
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend((value.len() as u32).to_le_bytes());
    }
    for (name, value) in items {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes
}

/// What can be read, in any callback.
fn reads(when: &str) {
    for map in 0..=8 {
        let (status, line) = probe!(when, proxy_get_header_map_size(map, result(0)), "{map}");
        say(&if status == 0 { format!("{line} {}", results()[0]) } else { line });
        let (status, line) = probe!(when, proxy_get_header_map_pairs(map, result(0), result(1)), "{map}");
        let count =
            if status == 0 && results()[1] > 0 { unsafe { *(results()[0] as *const u32) } } else { 0 };
        say(&format!("{line} {count} pairs"));
        for name in [":path", ":status", "twice", "absent", "", "\u{e9}"] {
            let (k, kn) = p(name.as_bytes());
            let (status, line) =
                probe!(when, proxy_get_header_map_value(map, k, kn, result(0), result(1)), "{map}, {name:?}");
            say(&if status == 0 { format!("{line} {}", given()) } else { line });
        }
    }
    let (_, line) =
        probe!(when, proxy_get_header_map_value(0, OUTSIDE, 4, result(0), result(1)), "0, outside");
    say(&line);
    let (k, kn) = p(b":path");
    let (_, line) = probe!(when, proxy_get_header_map_value(0, k, kn, OUTSIDE, OUTSIDE), "0, to outside");
    say(&line);
    for kind in 0..=9 {
        for (start, length) in [(0, 0), (0, 3), (1, u32::MAX), (100, 5), (u32::MAX, u32::MAX)] {
            let call = probe!(
                when,
                proxy_get_buffer_bytes(kind, start, length, result(0), result(1)),
                "{kind}, {start}, {length}"
            );
            say(&if call.0 == 0 { format!("{} {}", call.1, given()) } else { call.1 });
        }
        let (status, line) = probe!(when, proxy_get_buffer_status(kind, result(0), result(1)), "{kind}");
        say(&if status == 0 { format!("{line} {:?}", &results()[..2]) } else { line });
    }
    let paths: [&[u8]; 9] = [
        b"",
        b"absent",
        b"request\0size",
        b"request\0time",
        b"request\0duration",
        b"connection\0mtls",
        b"request\0headers",
        b"plugin_name",
        b"plugin_root_id",
    ];
    for path in paths {
        let (at, size) = p(path);
        let (status, line) = probe!(
            when,
            proxy_get_property(at, size, result(0), result(1)),
            "{:?}",
            String::from_utf8_lossy(path)
        );
        say(&if status == 0 { format!("{line} {} bytes", results()[1]) } else { line });
    }
    let (_, line) = probe!(when, proxy_get_property(OUTSIDE, 5, result(0), result(1)), "outside");
    say(&line);
}

/// What can be changed without an effect on what follows.
fn edits(when: &str) {
    for map in 0..=8 {
        let ((k, kn), (v, vn)) = (p(b"x-probe"), p(b"1"));
        say(&probe!(when, proxy_add_header_map_value(map, k, kn, v, vn), "{map}").1);
        say(&probe!(when, proxy_replace_header_map_value(map, k, kn, v, vn), "{map}").1);
        say(&probe!(when, proxy_remove_header_map_value(map, k, kn), "{map}").1);
        let (k, kn) = p(b"absent");
        say(&probe!(when, proxy_remove_header_map_value(map, k, kn), "{map}, absent").1);
    }
    let (k, kn) = p(b"x-probe");
    say(&probe!(when, proxy_add_header_map_value(0, k, kn, OUTSIDE, 5), "0, value outside").1);
    say(&probe!(when, proxy_add_header_map_value(0, OUTSIDE, 5, k, kn), "0, name outside").1);
    say(&probe!(when, proxy_set_header_map_pairs(0, OUTSIDE, 5), "0, outside").1);
    for kind in 0..=9 {
        let (at, size) = p(b"#");
        say(&probe!(when, proxy_set_buffer_bytes(kind, 1, 1, at, size), "{kind}, 1, 1").1);
        say(&probe!(when, proxy_set_buffer_bytes(kind, 0, 0, at, 0), "{kind}, 0, 0, empty").1);
    }
    let (at, size) = p(b"my\0x");
    let (v, vn) = p(b"set");
    say(&probe!(when, proxy_set_property(at, size, v, vn), "my.x").1);
    let (_, line) = probe!(when, proxy_get_property(at, size, result(0), result(1)), "my.x");
    say(&line);
    let (at, size) = p(b"single");
    say(&probe!(when, proxy_set_property(at, size, v, vn), "single").1);
    let (status, line) = probe!(when, proxy_get_property(at, size, result(0), result(1)), "single");
    say(&if status == 0 { format!("{line} {}", given()) } else { line });
    say(&probe!(when, proxy_set_property(at, size, OUTSIDE, 5), "single, value outside").1);
}

/// What concerns no stream.
fn shared(when: &str) {
    for level in [0, 5, 6, 99] {
        let (at, size) = p(b"a line");
        say(&probe!(when, proxy_log(level, at, size), "{level}").1);
    }
    say(&probe!(when, proxy_log(2, OUTSIDE, 5), "2, outside").1);
    say(&probe!(when, proxy_get_log_level(OUTSIDE), "outside").1);
    say(&probe!(when, proxy_get_current_time_nanoseconds(result(0)), "").1);
    say(&probe!(when, proxy_get_current_time_nanoseconds(OUTSIDE), "outside").1);
    say(&probe!(when, proxy_set_tick_period_milliseconds(0), "0").1);
    say(&probe!(when, proxy_set_effective_context(0), "0").1);
    say(&probe!(when, proxy_set_effective_context(999), "999").1);
    say(&probe!(when, proxy_done(), "").1);
    for kind in [4, 99] {
        say(&probe!(when, proxy_continue_stream(kind), "{kind}").1);
        say(&probe!(when, proxy_close_stream(kind), "{kind}").1);
    }

    let (k, kn) = p(format!("key {when}").leak().as_bytes());
    let (v, vn) = p(b"value");
    say(&probe!(when, proxy_get_shared_data(k, kn, result(0), result(1), result(2)), "absent").1);
    say(&probe!(when, proxy_set_shared_data(k, kn, v, vn, 5), "absent, cas 5").1);
    let (status, line) = probe!(when, proxy_get_shared_data(k, kn, result(0), result(1), result(2)), "key");
    let cas = results()[2];
    say(&if status == 0 { format!("{line} {}", given()) } else { line });
    say(&probe!(when, proxy_set_shared_data(k, kn, v, vn, cas.wrapping_add(9)), "wrong cas").1);
    say(&probe!(when, proxy_set_shared_data(k, kn, v, vn, cas), "right cas").1);
    say(&probe!(when, proxy_set_shared_data(k, kn, v, 0, 0), "empty").1);
    let (status, line) = probe!(when, proxy_get_shared_data(k, kn, result(0), result(1), result(2)), "empty");
    say(&if status == 0 { format!("{line} {}", given()) } else { line });
    say(&probe!(when, proxy_set_shared_data(OUTSIDE, 5, v, vn, 0), "key outside").1);
    say(&probe!(when, proxy_get_shared_data(k, kn, OUTSIDE, OUTSIDE, OUTSIDE), "to outside").1);

    let (n, nn) = p(format!("queue {when}").leak().as_bytes());
    say(&probe!(when, proxy_resolve_shared_queue(v, vn, n, nn, result(0)), "another VM").1);
    let (_, line) = probe!(when, proxy_register_shared_queue(n, nn, result(0)), "queue");
    let queue = results()[0];
    say(&line);
    let (status, line) = probe!(when, proxy_register_shared_queue(n, nn, result(0)), "again");
    say(&if status == 0 { format!("{line} same {}", results()[0] == queue) } else { line });
    let (status, line) = probe!(when, proxy_resolve_shared_queue(v, 0, n, nn, result(0)), "own VM");
    say(&if status == 0 { format!("{line} same {}", results()[0] == queue) } else { line });
    say(&probe!(when, proxy_dequeue_shared_queue(queue, result(0), result(1)), "empty").1);
    say(&probe!(when, proxy_enqueue_shared_queue(queue, v, vn), "queue").1);
    let (status, line) = probe!(when, proxy_dequeue_shared_queue(queue, result(0), result(1)), "queue");
    say(&if status == 0 { format!("{line} {}", given()) } else { line });
    say(&probe!(when, proxy_enqueue_shared_queue(9999, v, vn), "unknown").1);
    say(&probe!(when, proxy_dequeue_shared_queue(9999, result(0), result(1)), "unknown").1);
    say(&probe!(when, proxy_enqueue_shared_queue(queue, OUTSIDE, 5), "outside").1);

    for kind in 0..=3 {
        let (n, nn) = p(format!("metric_{kind}").leak().as_bytes());
        let (status, line) = probe!(when, proxy_define_metric(kind, n, nn, result(0)), "{kind}");
        say(&line);
        if status != 0 {
            continue;
        }
        let metric = results()[0];
        for by in [0, 2, -1] {
            say(&probe!(when, proxy_increment_metric(metric, by), "{kind}, {by}").1);
        }
        say(&probe!(when, proxy_record_metric(metric, 7), "{kind}, 7").1);
        let (_, line) = probe!(when, proxy_get_metric(metric, result(0)), "{kind}");
        say(&line);
        say(&probe!(when, proxy_get_metric(metric, OUTSIDE), "{kind}, outside").1);
    }
    for metric in [9996, 9997] {
        say(&probe!(when, proxy_increment_metric(metric, 1), "unknown").1);
        say(&probe!(when, proxy_record_metric(metric, 1), "unknown").1);
        say(&probe!(when, proxy_get_metric(metric, result(0)), "unknown").1);
    }

    let (c, cn) = p(b"unknown cluster");
    let bytes = pairs(&[(":method", "GET"), (":path", "/"), (":authority", "a")]).leak();
    let (h, hn) = p(bytes);
    say(&probe!(when, proxy_http_call(c, cn, h, hn, 0, 0, 0, 0, 100, result(0)), "unknown cluster").1);
    let (c, cn) = p(b"auth");
    say(&probe!(when, proxy_http_call(c, cn, h, hn, 0, 0, 0, 0, u32::MAX, result(0)), "negative time-out").1);
    say(&probe!(when, proxy_http_call(c, cn, h, hn - 1, 0, 0, 0, 0, 100, result(0)), "malformed headers").1);
    say(&probe!(when, proxy_http_call(c, cn, OUTSIDE, hn, 0, 0, 0, 0, 100, result(0)), "headers outside").1);
    say(&probe!(when, proxy_http_call(c, cn, h, hn, 0, 0, 0, 0, 100, OUTSIDE), "token outside").1);
    let (_, line) = probe!(when, proxy_get_status(result(2), result(0), result(1)), "");
    say(&format!("{line} {} {}", results()[2], given()));
    let (n, nn) = p(b"no such function");
    say(&probe!(when, proxy_call_foreign_function(n, nn, 0, 0, result(0), result(1)), "unknown").1);
    say(&probe!(when, proxy_call_foreign_function(OUTSIDE, 5, 0, 0, result(0), result(1)), "outside").1);

    for fd in [0, 1, 3] {
        let text = p(b"written\n");
        let vector = [text.0, text.1];
        let (status, line) = probe!(when, fd_write(fd, vector.as_ptr() as u32, 1, result(0)), "{fd}");
        say(&if status == 0 { format!("{line} {}", results()[0]) } else { line });
        say(&probe!(when, fd_fdstat_get(fd, result(0)), "{fd}").1);
    }
    say(&probe!(when, fd_write(1, OUTSIDE, 1, result(0)), "1, outside").1);
    for clock in [0, 9] {
        say(&probe!(when, clock_time_get(clock, 0, result(0)), "{clock}").1);
    }
    say(&probe!(when, random_get(result(0), 0), "0").1);
    say(&probe!(when, random_get(result(0), 16), "16").1);
    say(&probe!(when, random_get(OUTSIDE, 16), "outside").1);
    let (_, line) = probe!(when, environ_sizes_get(result(0), result(1)), "");
    say(&format!("{line} {:?}", &results()[..2]));
    let (_, line) = probe!(when, args_sizes_get(result(0), result(1)), "");
    say(&format!("{line} {:?}", &results()[..2]));
}

fn header(map: u32, name: &str) -> String {
    let (k, kn) = p(name.as_bytes());
    clear();
    let status = unsafe { host::proxy_get_header_map_value(map, k, kn, result(0), result(1)) };
    if status == 0 { given().trim_matches('"').to_owned() } else { String::new() }
}

/// What a stream's path asks for.
static mut PATH: String = String::new();

fn path() -> String {
    unsafe { (*(&raw const PATH)).clone() }
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_abi_version_0_2_1() {}

#[unsafe(no_mangle)]
pub extern "C" fn malloc(size: u32) -> u32 {
    vec![0_u8; size as usize].leak().as_mut_ptr() as u32
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_context_create(id: u32, parent: u32) {
    say(&format!("context_create {id} {parent}"));
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_vm_start(id: u32, size: u32) -> u32 {
    say(&format!("vm_start {id} {size}"));
    reads("vm_start");
    1
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_configure(id: u32, size: u32) -> u32 {
    say(&format!("configure {id} {size}"));
    reads("configure");
    edits("configure");
    shared("configure");
    1
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_headers(id: u32, count: u32, end: u32) -> u32 {
    let path = header(0, ":path");
    unsafe { *(&raw mut PATH) = path.clone() };
    say(&format!("request_headers {id} {count} {end} {path}"));
    match path.as_str() {
        "/probe" => {
            reads("request_headers");
            edits("request_headers");
            shared("request_headers");
        }
        "/local" => {
            let bytes = pairs(&[("x-local", "1")]);
            let ((h, hn), (b, bn)) = (p(&bytes), p(b"local body"));
            say(&probe!(
                "request_headers",
                proxy_send_local_response(418, OUTSIDE, 5, b, bn, h, hn, u32::MAX),
                "outside"
            )
            .1);
            say(&probe!(
                "request_headers",
                proxy_send_local_response(418, b, bn, b, bn, h, hn, u32::MAX),
                "418"
            )
            .1);
            // It wins over this.
            return 0;
        }
        "/many" => {
            let many: Vec<_> = (0..1025).map(|_| ("x-many", "1")).collect();
            let bytes = pairs(&many);
            let (at, size) = p(&bytes);
            say(&probe!("request_headers", proxy_set_header_map_pairs(2, at, size), "2, 1025 pairs").1);
        }
        "/close" => say(&probe!("request_headers", proxy_close_stream(0), "0").1),
        "/trap" => core::arch::wasm32::unreachable(),
        "/loop" => loop {
            core::hint::black_box(());
        },
        _ => {}
    }
    0
}

macro_rules! callback {
    ($($export:ident $name:literal;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $export(id: u32, size: u32, end: u32) -> u32 {
                say(&format!("{} {id} {size} {end}", $name));
                match path().as_str() {
                    "/probe" => {
                        reads($name);
                        edits($name);
                    }
                    "/pause" if end == 0 => return 1,
                    _ => {}
                }
                0
            }
        )*
    };
}

callback! {
    proxy_on_request_body "request_body";
    proxy_on_response_headers "response_headers";
    proxy_on_response_body "response_body";
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_trailers(id: u32, count: u32) -> u32 {
    say(&format!("request_trailers {id} {count}"));
    if path() == "/probe" {
        reads("request_trailers");
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_response_trailers(id: u32, count: u32) -> u32 {
    say(&format!("response_trailers {id} {count}"));
    if path() == "/probe" {
        reads("response_trailers");
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_done(id: u32) -> u32 {
    say(&format!("done {id}"));
    if id > 1 && path() == "/probe" {
        reads("done");
    }
    (path() != "/later").into()
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_log(id: u32) {
    say(&format!("log {id}"));
    if path() == "/probe" {
        reads("log");
        edits("log");
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_delete(id: u32) {
    say(&format!("delete {id}"));
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_tick(id: u32) {
    say(&format!("tick {id}"));
    reads("tick");
    // Ends a stream that answered done with false.
    say(&probe!("tick", proxy_set_effective_context(2), "2").1);
    say(&probe!("tick", proxy_done(), "").1);
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_queue_ready(id: u32, queue: u32) {
    say(&format!("queue_ready {id} {queue}"));
}

#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_http_call_response(id: u32, call: u32, headers: u32, body: u32, trailers: u32) {
    say(&format!("http_call_response {id} {call} {headers} {body} {trailers}"));
    reads("http_call_response");
    let (_, line) = probe!("http_call_response", proxy_get_status(result(2), result(0), result(1)), "");
    say(&format!("{line} {} {}", results()[2], given()));
}
