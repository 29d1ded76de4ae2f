//! What the host keeps for a plugin: log, parts of a component, descriptors. Each with a guest that wants more.

use std::time::Duration;

use witdock::{Access, Failure, Limits, LoadError, LogLevel, Policy};
use witdock_attacks::observed;

use crate::hostile::{Attack, failure, open_descriptors, peak_memory, run, within};

/// Memory that all tests of this binary together may take: the tests run in one process.
const MOST_MEMORY: usize = 1 << 30;

/// Writes a line whose target and text are the whole memory, `n` times; for 0, passes such texts as those of a panic.
fn logs() -> String {
    r#"(component
        (import "witdock:plugin/log@0.1.0" (instance $log
            (type $cases (enum "error" "warn" "info" "debug" "trace"))
            (export "level" (type $level (eq $cases)))
            (type $place (record (field "file" string) (field "line" u32) (field "column" u32)))
            (export "location" (type $location (eq $place)))
            (export "write" (func (param "level" $level) (param "target" string) (param "message" string)))
            (export "panicked" (func (param "message" string) (param "location" (option $location))))))
        (core module $libc (memory (export "memory") 240))
        (core instance $libc (instantiate $libc))
        (core func $write (canon lower (func $log "write") (memory $libc "memory")))
        (core func $panicked (canon lower (func $log "panicked") (memory $libc "memory")))
        (core module $m
            (import "" "write" (func $write (param i32 i32 i32 i32 i32)))
            (import "" "panicked" (func $panicked (param i32 i32 i32 i32 i32 i32 i32)))
            (import "" "memory" (memory 0))
            (data (i32.const 0) "\0a\1b[2J")
            (func (export "run") (param $n i32) (result i32)
                (if (i32.eqz (local.get $n)) (then
                    (call $panicked (i32.const 0) (i32.const 15728640)
                        (i32.const 1) (i32.const 0) (i32.const 15728640) (i32.const 7) (i32.const 8))
                    unreachable))
                (loop
                    (call $write (i32.const 2) (i32.const 0) (i32.const 15728640) (i32.const 0) (i32.const 15728640))
                    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                    (br_if 0 (local.get $n)))
                (i32.const 0)))
        (core instance $i (instantiate $m (with "" (instance
            (export "write" (func $write)) (export "panicked" (func $panicked))
            (export "memory" (memory $libc "memory"))))))
        (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#
        .to_owned()
}

// attack: 60 log lines with a target and a text of 15 MB each
// host: keeps at most 1 MiB of the log
// attack: the message of a panic, 15 MB, with escape sequences
// host: keeps 8 KiB and shows escapes
#[tokio::test]
async fn a_flood_of_long_log_lines_is_cut_before_it_is_kept() {
    let attack = Attack::new(&logs(), "");
    let limits = Limits { call_deadline: Duration::from_secs(60), ..Limits::default() };
    let plugin = attack.load(Policy::new(), limits).await.unwrap();
    let mut lines = plugin.log_lines();
    run(&plugin, 60).await.unwrap();
    let kept = plugin.statistics().kept;
    assert!(kept.log_bytes <= 1 << 20, "{kept:?}");
    let mut seen = 0;
    while let Some(line) = lines.try_next() {
        assert!(line.target.len() <= 256 && line.message.len() <= 8 << 10);
        assert_eq!(line.level, LogLevel::Info);
        assert!(line.message.starts_with(r"\n\u{1b}[2J"), "{:.40}", line.message);
        seen += 1;
    }
    assert_eq!(seen, 60);

    let failure = failure(&plugin, 0).await;
    let Failure::Panic { message, location: Some(location) } = &failure else { panic!("{failure:?}") };
    assert!(
        message.len() <= 8 << 10 && location.file.len() <= 256,
        "{} {}",
        message.len(),
        location.file.len()
    );
    let shown = plugin.status().borrow().last_failure.clone().unwrap().reason;
    assert!(shown.starts_with(r"panicked: \n\u{1b}[2J") && shown.len() < 10 << 10, "{:.40}", shown);
    if let Some(peak) = peak_memory() {
        assert!(peak < MOST_MEMORY, "{peak}");
    }
    let (log_bytes, panic_bytes) = (kept.log_bytes, message.len());
    observed(
        "a_flood_of_long_log_lines_is_cut_before_it_is_kept",
        format!("{log_bytes} bytes of the log, {panic_bytes} of the panic"),
    );
}

/// A component with this many instances of a module.
fn many(count: usize, module: &str) -> String {
    let instances = "(core instance (instantiate $m))".repeat(count);
    format!(
        r#"(component (core module $m {module}) {instances}
            (core module $run (func (export "run") (param i32) (result i32) (local.get 0)))
            (core instance $i (instantiate $run))
            (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#
    )
}

// attack: thousands of core instances, memories, tables
// host: refuses the start: `Failure::Parts`
#[tokio::test]
async fn the_parts_of_a_component_are_bounded() {
    let defaults = Limits::default();
    for (module, limit, expected) in [
        ("(global (mut i64) (i64.const 0))", defaults.core_instances, "core instances"),
        ("(memory 0)", defaults.memories, "memories"),
        ("(table 0 funcref)", defaults.tables.min(defaults.core_instances), "core instances"),
        ("(table 0 funcref) (table 0 funcref)", defaults.tables / 2, "tables"),
    ] {
        // One instance is that of the function.
        let fits = limit - usize::from(expected == "core instances");
        let attack = Attack::new(&many(fits, module), "");
        let plugin = attack.load(Policy::new(), Limits::default()).await.unwrap();
        assert_eq!(run(&plugin, 7).await.unwrap(), 7);
        let attack = Attack::new(&many(fits + 1, module), "");
        let error = attack.load(Policy::new(), Limits::default()).await.unwrap_err();
        let LoadError::Start { failure: Failure::Parts { what, limit: _ }, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*what, expected);
        assert!(error.to_string().ends_with(&format!("{expected}, its limit")), "{error}");
    }
}

/// Makes sockets until it may not, and returns how many.
const SOCKETS: &str = r#"(component
    (import "wasi:sockets/network@0.2.0" (instance $network
        (type $codes (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
            "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit"
            "address-not-bindable" "address-in-use" "remote-unreachable" "connection-refused" "connection-reset"
            "connection-aborted" "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
            "permanent-resolver-failure"))
        (export "error-code" (type (eq $codes)))
        (type $families (enum "ipv4" "ipv6"))
        (export "ip-address-family" (type (eq $families)))))
    (alias export $network "error-code" (type $code))
    (alias export $network "ip-address-family" (type $family))
    (import "wasi:sockets/tcp@0.2.0" (instance $tcp (export "tcp-socket" (type (sub resource)))))
    (alias export $tcp "tcp-socket" (type $socket))
    (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
        (alias outer 1 $code (type $c)) (export "error-code" (type $code (eq $c)))
        (alias outer 1 $family (type $f)) (export "ip-address-family" (type $family (eq $f)))
        (alias outer 1 $socket (type $s)) (export "tcp-socket" (type $socket (eq $s)))
        (export "create-tcp-socket" (func (param "address-family" $family)
            (result (result (own $socket) (error $code)))))))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $create (canon lower (func $create "create-tcp-socket") (memory $libc "memory")))
    (core func $drop (canon resource.drop $socket))
    (core module $m
        (import "" "create" (func $create (param i32 i32)))
        (import "" "drop" (func $drop (param i32)))
        (import "" "memory" (memory 0))
        (func (export "run") (param $n i32) (result i32) (local $made i32)
            (loop
                (call $create (i32.const 0) (i32.const 16))
                (if (i32.load8_u (i32.const 16)) (then (return (local.get $made))))
                ;; Without a bound in the argument, they are kept.
                (if (local.get $n) (then (call $drop (i32.load (i32.const 20)))))
                (local.set $made (i32.add (local.get $made) (i32.const 1)))
                (br_if 0 (i32.or (i32.eqz (local.get $n)) (i32.lt_u (local.get $made) (local.get $n)))))
            (local.get $made)))
    (core instance $i (instantiate $m (with "" (instance
        (export "create" (func $create)) (export "drop" (func $drop)) (export "memory" (memory $libc "memory"))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#;

// attack: sockets without end
// host: ends the call: `Failure::Descriptors`
#[tokio::test]
async fn sockets_are_bounded_and_those_that_are_closed_do_not_count() {
    let attack = Attack::new(SOCKETS, "network = ['192.0.2.1:80']");
    let policy = Policy::new().network("192.0.2.1:80".parse().unwrap());
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    let before = open_descriptors();
    assert_eq!(run(&plugin, 1000).await.unwrap(), 1000);
    assert_eq!(plugin.statistics().kept.descriptors, 0);
    let failure = failure(&plugin, 0).await;
    assert_eq!(failure, Failure::Descriptors { limit: Limits::default().descriptors });
    assert_eq!(failure.to_string(), "held more than 128 files, sockets and streams, its limit");
    assert_eq!(plugin.statistics().kept.descriptors, 0, "they went with the instance");
    if let (Some(before), Some(after)) = (before, open_descriptors()) {
        assert!(after < before + Limits::default().descriptors, "{before} {after}");
        observed(
            "sockets_are_bounded_and_those_that_are_closed_do_not_count",
            format!("{before} descriptors before, {after} after"),
        );
    }
}

/// Opens `x` in its folder: for 0 once, with the error's number plus 1 as the result, and otherwise without end.
pub const FILES: &str = r#"(component
    (import "wasi:filesystem/types@0.2.0" (instance $types
        (export "descriptor" (type $descriptor (sub resource)))
        (type $codes (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
            "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
            "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
            "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty"
            "no-such-device" "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy"
            "cross-device"))
        (export "error-code" (type $code (eq $codes)))
        (type $path (flags "symlink-follow"))
        (export "path-flags" (type $path-flags (eq $path)))
        (type $open (flags "create" "directory" "exclusive" "truncate"))
        (export "open-flags" (type $open-flags (eq $open)))
        (type $desc (flags "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync"
            "mutate-directory"))
        (export "descriptor-flags" (type $descriptor-flags (eq $desc)))
        (export "[method]descriptor.open-at" (func (param "self" (borrow $descriptor))
            (param "path-flags" $path-flags) (param "path" string) (param "open-flags" $open-flags)
            (param "flags" $descriptor-flags) (result (result (own $descriptor) (error $code)))))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
        (alias outer 1 $descriptor (type $d)) (export "descriptor" (type $descriptor (eq $d)))
        (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
    (core module $libc
        (memory (export "memory") 1)
        (global $end (mut i32) (i32.const 4096))
        (func (export "realloc") (param i32 i32 i32) (param $bytes i32) (result i32)
            (global.set $end (i32.and (i32.add (i32.add (global.get $end) (local.get $bytes)) (i32.const 7)) (i32.const -8)))
            (i32.sub (global.get $end) (i32.and (i32.add (local.get $bytes) (i32.const 7)) (i32.const -8)))))
    (core instance $libc (instantiate $libc))
    (core func $directories (canon lower (func $preopens "get-directories")
        (memory $libc "memory") (realloc (core func $libc "realloc"))))
    (core func $open (canon lower (func $types "[method]descriptor.open-at") (memory $libc "memory")))
    (core module $m
        (import "" "directories" (func $directories (param i32)))
        (import "" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "" "memory" (memory 0))
        (data (i32.const 0) "x")
        (func (export "run") (param $n i32) (result i32) (local $folder i32)
            (call $directories (i32.const 16))
            (local.set $folder (i32.load (i32.load (i32.const 16))))
            (loop
                (call $open (local.get $folder) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)
                    (i32.const 32))
                (if (i32.load8_u (i32.const 32))
                    (then (return (i32.add (i32.load8_u (i32.const 36)) (i32.const 1)))))
                (br_if 0 (local.get $n)))
            (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance
        (export "directories" (func $directories)) (export "open" (func $open))
        (export "memory" (memory $libc "memory"))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#;

const NOT_PERMITTED: u32 = 31 + 1;

// attack: opening files without end
// host: ends the call: `Failure::Descriptors`
#[tokio::test]
async fn files_are_bounded() {
    let attack = Attack::new(FILES, "folders = [{ path = '/data' }]");
    let folder = attack.folder("data");
    std::fs::write(folder.join("x"), "text").unwrap();
    let limits = Limits { descriptors: 20, ..Limits::default() };
    let plugin = attack.load(Policy::new().folder("/data", folder, Access::ReadOnly), limits).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    // The folder and the file.
    assert_eq!(plugin.statistics().kept.descriptors, 2);
    assert_eq!(failure(&plugin, 1).await, Failure::Descriptors { limit: 20 });
    observed("files_are_bounded", "ended at 20 descriptors of 20");
}

// attack: a pipe in a granted folder
// host: does not open it; the runtime shuts down
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_in_a_folder_is_not_opened_and_keeps_no_thread() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let attack = Attack::new(FILES, "folders = [{ path = '/data' }]");
    let folder = attack.folder("data");
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink("pipe", folder.join("x")).unwrap();
    runtime.block_on(within(Duration::from_secs(10), async {
        let policy = Policy::new().folder("/data", folder, Access::ReadOnly);
        let plugin = attack.load(policy, Limits::default()).await.unwrap();
        assert_eq!(run(&plugin, 0).await.unwrap(), NOT_PERMITTED);
    }));
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        drop(runtime);
        ended.send(())
    });
    end.recv_timeout(Duration::from_secs(10)).expect("the runtime's shutdown waits for nothing");
}
