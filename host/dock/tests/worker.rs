//! Components are read and compiled in a child process with limits. This file has a `main` of its own, since a program
//! opts in there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends at what it does not expect")]

use std::sync::RwLock;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use witdock::{Artifact, Budget, Dock, Failure, Limits, Sandbox, SandboxError, worker};
use witdock_attacks::observed;

/// One test counts this process's children, and so runs alone.
static OTHERS: RwLock<()> = RwLock::new(());

fn main() {
    worker::serve();
    let trial = |name: &str, test: fn()| {
        Trial::test(name, move || -> Result<(), Failed> {
            let _others = OTHERS.read();
            test();
            Ok(())
        })
    };
    let tests = vec![
        trial("compiled_code_runs", compiled_code_runs),
        trial("several_at_once", several_at_once),
        trial("an_error_of_the_compiler_is_its_own", an_error_of_the_compiler_is_its_own),
        trial("time_is_limited", time_is_limited),
        trial("memory_is_limited", memory_is_limited),
        trial("a_circle_of_packages_ends_the_worker_alone", a_circle_of_packages_ends_the_worker_alone),
        trial("a_trap_has_its_source_line", a_trap_has_its_source_line),
        trial("debug_information_without_end_costs_a_moment", debug_information_without_end_costs_a_moment),
        Trial::test("the_end_of_a_runtime_ends_its_workers", || {
            let _alone = OTHERS.write();
            the_end_of_a_runtime_ends_its_workers();
            Ok(())
        }),
        trial("bytes_of_any_kind_are_read", bytes_of_any_kind_are_read),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

fn artifact(text: &str) -> Artifact {
    Artifact::new(wat::parse_str(text).unwrap())
}

/// A component that exports `run`, with this in its core module.
fn with_functions(functions: &str) -> Artifact {
    artifact(&format!(
        r#"(component
            (core module $m (func (export "run") (result i32) (i32.const 7)) {functions})
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    ))
}

/// Functions that take a while to compile, and are within the budget.
fn slow_functions() -> String {
    let body: String = (0..400)
        .map(|n| format!("(if (local.get {}) (then (local.set {} (i32.const {n}))))", n % 40, n % 37))
        .collect();
    format!("(func (param i32) (local {}) {body})", "i32 ".repeat(40)).repeat(60)
}

fn compile(artifact: &Artifact, budget: Budget) -> Result<Sandbox<()>, SandboxError> {
    let dock = Dock::builder().without_cache().build().unwrap();
    let limits = Limits { budget, ..Limits::default() };
    Sandbox::new(&dock, "plugin", artifact, limits, |_| Ok(()))
}

fn message(result: Result<Sandbox<()>, SandboxError>) -> String {
    match result {
        Ok(_) => panic!("it was compiled"),
        Err(error) => error.to_string(),
    }
}

fn call(sandbox: &Sandbox<()>) -> Result<u32, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut instance = sandbox.start(()).await?;
        let call = instance.call(async |instance, store| {
            let run = instance.get_typed_func::<(), (u32,)>(&mut *store, "run")?;
            run.call_async(store, ()).await
        });
        Ok(call.await?.0)
    })
}

fn run(sandbox: &Sandbox<()>) -> u32 {
    call(sandbox).unwrap()
}

fn compiled_code_runs() {
    let sandbox = compile(&with_functions(""), Budget::default()).unwrap();
    assert_eq!(run(&sandbox), 7);
}

fn several_at_once() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(run(&compile(&with_functions(""), Budget::default()).unwrap()), 7));
        }
    });
}

fn an_error_of_the_compiler_is_its_own() {
    let wrong = artifact("(component (core module (func (result i32))))");
    let message = message(compile(&wrong, Budget::default()));
    assert!(message.contains("type mismatch"), "{message}");
}

// attack: code that takes too long, or too much memory, to compile
// host: ends the child
fn time_is_limited() {
    let slow = with_functions(&slow_functions());
    let begun = Instant::now();
    let message = message(compile(&slow, Budget { time: Duration::from_millis(20), ..Budget::default() }));
    assert!(message.contains("took longer than 20 ms and was ended"), "{message}");
    let took = begun.elapsed();
    assert_eq!(run(&compile(&slow, Budget::default()).unwrap()), 7);
    assert!(took < begun.elapsed() - took, "it was not ended early: {took:?}");
    observed("time_is_limited", format!("{} ms, of which 20 are allowed", took.as_millis()));
}

fn memory_is_limited() {
    // Less than the compiler itself takes.
    let budget = Budget { memory_bytes: 8 << 20, ..Budget::default() };
    if cfg!(target_os = "linux") {
        let message = message(compile(&with_functions(&slow_functions()), budget));
        assert!(message.contains("compiling the component needs more than 8 MiB of memory"), "{message}");
    }
}

// attack: WIT packages that depend on each other in a circle, which overflow a decoder's stack
// host: an error: the child overflows, the host does not
fn a_circle_of_packages_ends_the_worker_alone() {
    let circle = artifact(
        r#"(component
            (import "a:b/i" (instance $i (export "t" (type (sub resource)))))
            (alias export $i "t" (type $t))
            (import "c:d/j" (instance $j
                (alias outer 1 $t (type $t0)) (export "t" (type (eq $t0))) (export "u" (type (sub resource)))))
            (alias export $j "u" (type $u))
            (import "a:b/k" (instance (alias outer 1 $u (type $u0)) (export "u" (type (eq $u0))))))"#,
    );
    let error = worker::try_reading(circle.bytes(), &Budget::default()).unwrap_err();
    assert!(error.to_string().contains("depend on each other in a circle"), "{error}");
}

/// A component that traps, with debug information of this many units, which share one table of this many lines, from
/// this address on.
fn with_debug_information(units: usize, rows: usize, from: u8) -> Artifact {
    let length = |content: &[u8]| u32::try_from(content.len()).unwrap().to_le_bytes();
    // Tag `compile_unit` without children: `stmt_list` as an offset, `low_pc` as an address, `high_pc` as a length.
    let abbreviations = [1, 0x11, 0, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0, 0];
    // Version 4, abbreviations at 0, addresses of 4 bytes; then the lines at 0, from 0, of 1,000 bytes.
    let unit = [&[4, 0, 0, 0, 0, 0, 4, 1][..], &[0; 8], &1_000_u32.to_le_bytes()].concat();
    let info = [&length(&unit)[..], &unit].concat().repeat(units);
    let tables = [
        // The shape of instructions, the lengths of their operands, no folders, one file.
        &[1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0][..],
        b"source.c\0\0\0\0\0",
    ]
    .concat();
    let program = [
        // Rows of one byte and one line each.
        &[0, 5, 2, 0, from, 0, 0][..],
        &vec![33; rows],
        &[0, 1, 1],
    ]
    .concat();
    let lines = [&[4, 0][..], &length(&tables), &tables, &program].concat();
    let lines = [&length(&lines)[..], &lines].concat();
    let section = |name: &str, content: &[u8]| {
        let bytes: String = content.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(@custom \"{name}\" \"{bytes}\")")
    };
    let sections = section(".debug_abbrev", &abbreviations)
        + &section(".debug_info", &info)
        + &section(".debug_line", &lines);
    artifact(&format!(
        r#"(component
            (core module $m (func (export "run") (result i32) unreachable) {sections})
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    ))
}

fn failure(artifact: &Artifact) -> String {
    call(&compile(artifact, Budget::default()).unwrap()).unwrap_err().to_string()
}

fn a_trap_has_its_source_line() {
    let message = failure(&with_debug_information(1, 100, 0));
    assert!(message.contains("at source.c:"), "{message}");
}

// attack: 20,000 units of debug information that share one table, and a trap
// host: reports the trap after 2 seconds at most, without its line
fn debug_information_without_end_costs_a_moment() {
    // No unit has a line for the trap, so all of them are read.
    let bomb = with_debug_information(20_000, 300_000, 100);
    assert!(bomb.bytes().len() < 1 << 20, "{} bytes", bomb.bytes().len());
    let before = Instant::now();
    let message = failure(&bomb);
    let took = before.elapsed();
    assert!(message.contains("trapped") && !message.contains("source.c"), "{message}");
    // Two seconds for the lines; the rest is a busy machine.
    assert!(took < Duration::from_secs(60), "{took:?}");
    observed("debug_information_without_end_costs_a_moment", format!("{} ms", took.as_millis()));
}

mod bindings {
    wasmtime::component::bindgen!({
        inline: "package test:running; world running { export run: func() -> u32; }",
        exports: { default: async },
        include_component_type: true,
    });
}
use bindings::Running;

witdock::interface! {
    Running,
    component_type = bindings::COMPONENT_TYPE,
    state = (),
    link = |_| Ok(()),
}

/// The processes that this one has started and that have not ended.
#[cfg(target_os = "linux")]
fn children() -> String {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok()).collect()
}

#[cfg(target_os = "linux")]
fn the_end_of_a_runtime_ends_its_workers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow.wasm");
    // It takes minutes to compile.
    let slow = slow_functions().repeat(40);
    std::fs::write(&path, with_functions(&slow).bytes()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let before = children();
    runtime.spawn(async move {
        let dock = Dock::builder().without_cache().build().unwrap();
        dock.plugin::<Running>(witdock::Source::open(&path).unwrap()).load(|| ()).await.map(drop)
    });
    while children() == before {
        std::thread::yield_now();
    }
    let begun = Instant::now();
    drop(runtime);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(children(), before);
}

#[cfg(not(target_os = "linux"))]
fn the_end_of_a_runtime_ends_its_workers() {}

fn bytes_of_any_kind_are_read() {
    let whole = with_functions("");
    for bytes in [b"".as_slice(), b"\0asm", b"\0asm\x01\0\0\0", &[0; 100], whole.bytes()] {
        worker::try_reading(bytes, &Budget::default()).unwrap();
    }
}
