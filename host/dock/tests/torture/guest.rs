//! A guest that counts its calls and says which version of it answers.

use witdock::{PluginBuilder, Policy};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "package test:torture@0.1.0;
            interface counter {
                /// Adds to the count and gives it.
                add: func(n: u32) -> u32;
                /// The version of the guest.
                mark: func() -> u32;
            }
            world marked { export counter; }",
        exports: { default: async },
        include_component_type: true,
    });
}
pub use bindings::Marked;

async fn activate(
    guest: &Marked,
    store: &mut wasmtime::Store<witdock::HostState<()>>,
) -> wasmtime::Result<()> {
    match guest.test_torture_counter().call_mark(store).await? {
        0 => Err(wasmtime::Error::msg("a guest without a mark is not accepted")),
        _ => Ok(()),
    }
}

witdock::interface! {
    Marked,
    component_type = bindings::COMPONENT_TYPE,
    state = (),
    link = |_linker| Ok(()),
    activate = activate,
}

/// What is wrong with a version of the guest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is not accepted when it is activated.
    Activate,
    /// It traps when it gets the state of the version before it.
    Restore,
}

/// The version with this mark.
pub fn component(mark: u32, fault: Fault) -> Vec<u8> {
    let mark = if fault == Fault::Activate { 0 } else { mark };
    let restore = if fault == Fault::Restore { "unreachable" } else { "" };
    let wat = format!(
        r#"(component
        (core module $m
          (memory (export "memory") 1)
          (global $count (mut i32) (i32.const 0))
          (func (export "add") (param i32) (result i32)
            (global.set $count (i32.add (global.get $count) (local.get 0)))
            (global.get $count))
          (func (export "mark") (result i32) (i32.const {mark}))
          (func (export "save") (result i32)
            (i32.store (i32.const 64) (global.get $count))
            (i32.store8 (i32.const 16) (i32.const 0))
            (i32.store (i32.const 20) (i32.const 64))
            (i32.store (i32.const 24) (i32.const 4))
            (i32.const 16))
          (func (export "restore") (param i32 i32) (result i32)
            {restore}
            (global.set $count (i32.load (local.get 0)))
            (i32.store8 (i32.const 32) (i32.const 0))
            (i32.const 32))
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $i (instantiate $m))
        (func $add (param "n" u32) (result u32) (canon lift (core func $i "add")))
        (func $mark (result u32) (canon lift (core func $i "mark")))
        (instance $counter (export "add" (func $add)) (export "mark" (func $mark)))
        (export "test:torture/counter@0.1.0" (instance $counter))
        (func $save (result (result (list u8) (error string)))
          (canon lift (core func $i "save") (memory $i "memory")))
        (func $restore (param "saved" (list u8)) (result (result (error string)))
          (canon lift (core func $i "restore") (memory $i "memory") (realloc (core func $i "realloc"))))
        (instance $state (export "save" (func $save)) (export "restore" (func $restore)))
        (export "witdock:plugin/state@0.1.0" (instance $state)))"#
    );
    wat::parse_str(wat).expect("the guest's WAT is well formed")
}

/// A guest that does harm on request: it loops (1001), fills its memory (1002), writes to the log without end (1003), or traps (1004). Versions differ
/// by a number.
pub fn hostile(version: u32) -> Vec<u8> {
    let wat = format!(
        r#"(component
        (import "witdock:plugin/log@0.1.0" (instance $log
          (type $cases (enum "error" "warn" "info" "debug" "trace"))
          (export "level" (type $level (eq $cases)))
          (export "write" (func (param "level" $level) (param "target" string) (param "message" string)))))
        (core module $libc (memory (export "memory") 1))
        (core instance $libc (instantiate $libc))
        (core func $write (canon lower (func $log "write") (memory $libc "memory")))
        (core module $m
          (import "host" "write" (func $write (param i32 i32 i32 i32 i32)))
          (import "libc" "memory" (memory 1))
          (func (export "add") (param i32) (result i32) (local $page i32)
            (if (i32.eq (local.get 0) (i32.const 1001)) (then (loop (br 0))))
            (if (i32.eq (local.get 0) (i32.const 1002))
              (then
                (loop $more
                  (local.set $page (memory.grow (i32.const 16)))
                  (if (i32.eq (local.get $page) (i32.const -1)) (then unreachable))
                  (memory.fill (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1) (i32.const 1048576))
                  (br $more))))
            (if (i32.eq (local.get 0) (i32.const 1003))
              (then (loop
                (call $write (i32.const 2) (i32.const 0) (i32.const 4096) (i32.const 0) (i32.const 4096))
                (br 0))))
            (if (i32.eq (local.get 0) (i32.const 1004)) (then unreachable))
            (local.get 0))
          (func (export "mark") (result i32) (i32.const {version})))
        (core instance $i (instantiate $m
          (with "libc" (instance $libc))
          (with "host" (instance (export "write" (func $write))))))
        (func $add (param "n" u32) (result u32) (canon lift (core func $i "add")))
        (func $mark (result u32) (canon lift (core func $i "mark")))
        (instance $counter (export "add" (func $add)) (export "mark" (func $mark)))
        (export "test:torture/counter@0.1.0" (instance $counter)))"#
    );
    wat::parse_str(wat).expect("the guest's WAT is well formed")
}

/// Grants nothing: the guest needs nothing.
pub fn without_grants(builder: PluginBuilder<Marked>) -> PluginBuilder<Marked> {
    builder.policy(Policy::new())
}
