//! Whether an error counts as the plugin's or the host's, independent of its text.

use std::time::Duration;

use wasmtime::component::HasSelf;
use witdock::{CallError, Dock, Failure, Plugin, Policy, RestartPolicy, Source};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "package test:blame@0.1.0;
            interface host {
                take: func(text: string);
                fail: func(kind: u32);
                shelf: func();
            }
            world blame {
                import host;
                export run: func(step: u32);
                export numbers: func() -> list<u32>;
                export text: func() -> string;
                export maybe: func() -> option<u32>;
                export letter: func() -> char;
                export greet: func(name: string);
            }",
        world: "blame",
        imports: { default: trappable },
        exports: { default: async },
        include_component_type: true,
    });
}
use bindings::Blame;

#[derive(Default)]
pub struct Host {
    taken: u32,
}

impl bindings::test::blame::host::Host for Host {
    fn take(&mut self, _text: String) -> wasmtime::Result<()> {
        self.taken += 1;
        Ok(())
    }

    fn fail(&mut self, kind: u32) -> wasmtime::Result<()> {
        Err(match kind {
            0 => wasmtime::Error::msg("the file is not valid utf-8"),
            1 => std::str::from_utf8(&invalid()).unwrap_err().into(),
            2 => wasmtime::Error::msg("list pointer/length out of bounds of memory"),
            _ => wasmtime::Error::msg("fuel allocated for hostcalls has been exhausted"),
        })
    }

    fn shelf(&mut self) -> wasmtime::Result<()> {
        Ok(())
    }
}

/// What no text has. A vector, since the compiler refuses constants.
fn invalid() -> Vec<u8> {
    vec![0xff]
}

witdock::interface! {
    Blame,
    component_type = bindings::COMPONENT_TYPE,
    state = Host,
    link = |linker| Blame::add_to_linker::<_, HasSelf<Host>>(linker, |host| &mut host.app),
}

/// Steps of `run`.
mod step {
    pub const INVALID_TEXT: u32 = 0;
    pub const FAR_TEXT: u32 = 1;
    pub const EXIT: u32 = 2;
    /// A host function that succeeds, and then the guest's fault.
    pub const TEXT_AFTER_SHELF: u32 = 3;
    pub const NOTHING: u32 = 4;
    pub const EXIT_WELL: u32 = 5;
    /// `fail` of the host, with a kind added.
    pub const FAIL: u32 = 10;
}

const GUEST: &str = r#"(component
    (import "test:blame/host@0.1.0" (instance $host
        (export "take" (func (param "text" string)))
        (export "fail" (func (param "kind" u32)))
        (export "shelf" (func))))
    (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $take (canon lower (func $host "take") (memory $libc "memory")))
    (core func $fail (canon lower (func $host "fail")))
    (core func $shelf (canon lower (func $host "shelf")))
    (core func $exit (canon lower (func $exit "exit")))
    (core module $m
        (import "host" "take" (func $take (param i32 i32)))
        (import "host" "fail" (func $fail (param i32)))
        (import "host" "shelf" (func $shelf))
        (import "host" "exit" (func $exit (param i32)))
        (import "libc" "memory" (memory 1))
        (data (i32.const 128) "\ff")
        (func (export "run") (param $step i32)
            (if (i32.eq (local.get $step) (i32.const 0)) (then (call $take (i32.const 128) (i32.const 1))))
            (if (i32.eq (local.get $step) (i32.const 1)) (then (call $take (i32.const -16) (i32.const 1))))
            (if (i32.eq (local.get $step) (i32.const 2)) (then (call $exit (i32.const 1))))
            (if (i32.eq (local.get $step) (i32.const 5)) (then (call $exit (i32.const 0))))
            (if (i32.eq (local.get $step) (i32.const 3))
                (then (call $shelf) (call $take (i32.const 128) (i32.const 1))))
            (if (i32.ge_u (local.get $step) (i32.const 10))
                (then (call $fail (i32.sub (local.get $step) (i32.const 10))))))
        (func (export "numbers") (result i32)
            (i32.store (i32.const 16) (i32.const 65532)) (i32.store (i32.const 20) (i32.const 2)) (i32.const 16))
        (func (export "text") (result i32)
            (i32.store (i32.const 16) (i32.const 128)) (i32.store (i32.const 20) (i32.const 1)) (i32.const 16))
        (func (export "maybe") (result i32) (i32.store8 (i32.const 16) (i32.const 7)) (i32.const 16))
        (func (export "letter") (result i32) (i32.const 0x110000))
        (func (export "greet") (param i32 i32))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65535)))
    (core instance $i (instantiate $m
        (with "libc" (instance $libc))
        (with "host" (instance
            (export "take" (func $take)) (export "fail" (func $fail))
            (export "shelf" (func $shelf)) (export "exit" (func $exit))))))
    (func (export "run") (param "step" u32) (canon lift (core func $i "run")))
    (func (export "numbers") (result (list u32)) (canon lift (core func $i "numbers") (memory $libc "memory")))
    (func (export "text") (result string) (canon lift (core func $i "text") (memory $libc "memory")))
    (func (export "maybe") (result (option u32)) (canon lift (core func $i "maybe") (memory $libc "memory")))
    (func (export "letter") (result char) (canon lift (core func $i "letter")))
    (func (export "greet") (param "name" string)
        (canon lift (core func $i "greet") (memory $libc "memory") (realloc (core func $i "realloc"))))
)"#;

async fn load() -> Plugin<Blame> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wasm");
    std::fs::write(&file, wat::parse_str(GUEST).unwrap()).unwrap();
    let dock = Dock::builder().without_cache().build().unwrap();
    let policy = Policy::new().import("test:blame/host");
    // Several failures in a row, and each is wanted.
    let restarts =
        RestartPolicy { first_back_off: Duration::ZERO, quarantine_after: 100, ..RestartPolicy::default() };
    let builder = dock.plugin(Source::open(file).unwrap()).policy(policy).restarts(restarts);
    builder.load(Host::default).await.unwrap()
}

fn message_of_plugins(error: &CallError) -> String {
    match error.failure() {
        Some(Failure::Trap { message, .. }) => message.clone(),
        other => panic!("the plugin is to blame, and not {other:?}"),
    }
}

fn message_of_hosts(error: &CallError) -> String {
    match error.failure() {
        Some(Failure::Host { message }) => message.clone(),
        other => panic!("the host is to blame, and not {other:?}"),
    }
}

async fn run(step: u32) -> CallError {
    load().await.call(async |guest, store| guest.call_run(store, step).await).await.unwrap_err()
}

#[tokio::test]
async fn an_invalid_argument_of_the_guest_is_the_plugins_failure() {
    for (step, words) in [
        (step::INVALID_TEXT, "invalid utf-8"),
        (step::FAR_TEXT, "out of bounds"),
        (step::TEXT_AFTER_SHELF, "invalid utf-8"),
    ] {
        let message = message_of_plugins(&run(step).await);
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn an_invalid_result_of_the_guest_is_the_plugins_failure() {
    let plugin = load().await;
    let failures = [
        (
            plugin.call(async |guest, store| guest.call_numbers(store).await.map(drop)).await,
            "list pointer/length out of bounds of memory",
        ),
        (plugin.call(async |guest, store| guest.call_text(store).await.map(drop)).await, "invalid utf-8"),
        (
            plugin.call(async |guest, store| guest.call_maybe(store).await.map(drop)).await,
            "invalid option discriminant",
        ),
        (plugin.call(async |guest, store| guest.call_letter(store).await.map(drop)).await, "char"),
        (
            plugin.call(async |guest, store| guest.call_greet(store, "Ada").await).await,
            "realloc return: beyond end of memory",
        ),
    ];
    for (result, words) in failures {
        let message = message_of_plugins(&result.unwrap_err());
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn an_error_of_a_host_function_is_the_hosts_failure() {
    for (kind, words) in [
        (0, "the file is not valid utf-8"),
        (1, "invalid utf-8 sequence of 1 bytes from index 0"),
        (2, "list pointer/length out of bounds of memory"),
        (3, "fuel allocated for hostcalls has been exhausted"),
    ] {
        assert_eq!(message_of_hosts(&run(step::FAIL + kind).await), words);
    }
}

#[tokio::test]
async fn an_error_of_the_code_around_the_call_is_the_hosts_failure() {
    let plugin = load().await;
    let before = plugin.call(async |_, _| -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("list pointer/length out of bounds of memory"))
    });
    assert_eq!(message_of_hosts(&before.await.unwrap_err()), "list pointer/length out of bounds of memory");
    let before = plugin.call(async |_, _| Ok(std::str::from_utf8(&invalid()).map(str::len)?));
    message_of_hosts(&before.await.unwrap_err());
    for words in
        ["the answer is not valid utf-8", "row 3 is out of bounds", "unknown handle index in the table"]
    {
        let after = plugin.call(async |guest, store| {
            guest.call_run(store, step::NOTHING).await?;
            Err::<(), _>(wasmtime::Error::msg(words))
        });
        assert_eq!(message_of_hosts(&after.await.unwrap_err()), words);
    }
}

#[tokio::test]
async fn access_to_state_after_a_failure_does_not_change_its_cause() {
    let plugin = load().await;
    let error = plugin.call(async |guest, store| {
        let result = guest.call_run(&mut *store, step::INVALID_TEXT).await;
        store.data_mut().app.taken = 0;
        result
    });
    message_of_plugins(&error.await.unwrap_err());
}

// attack: `exit(0)`
// host: counts a failure of the plugin
#[tokio::test]
async fn an_exit_is_the_plugins_failure() {
    assert_eq!(message_of_plugins(&run(step::EXIT).await), "called `exit` with status 1");
    assert_eq!(message_of_plugins(&run(step::EXIT_WELL).await), "called `exit` with status 0");
}
