//! A component that a tool runs without bindings.

use std::time::Duration;

use wasmtime::component::Val;
use witdock::{Artifact, Dock, Failure, Limits, Sandbox};

const COMPONENT: &str = r#"
    (component
        (import "double" (func $double (param "n" u32) (result u32)))
        (core func $double (canon lower (func $double)))
        (core module $m
            (import "" "double" (func $double (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (call $double (local.get 0)))
            (func (export "spin") (loop $again (br $again))))
        (core instance $i (instantiate $m (with "" (instance (export "double" (func $double))))))
        (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run")))
        (func (export "spin") (canon lift (core func $i "spin"))))"#;

#[tokio::test]
async fn a_tool_provides_imports_and_the_limits_hold() {
    let dock = Dock::builder().without_cache().build().unwrap();
    let artifact = Artifact::from_wasm(wat::parse_str(COMPONENT).unwrap()).unwrap();
    let deadline = Duration::from_millis(50);
    let limits = Limits { call_deadline: deadline, ..Limits::default() };
    let sandbox = Sandbox::<u32>::new(&dock, "test", &artifact, limits, |linker| {
        linker.root().func_new("double", |mut store, _, params, results| {
            let (Some(Val::U32(n)), Some(result)) = (params.first(), results.first_mut()) else {
                return Err(wasmtime::Error::msg("another type"));
            };
            *store.data_mut().app += 1;
            *result = Val::U32(n * 2);
            Ok(())
        })
    })
    .unwrap();
    let mut trial = sandbox.start(0).await.unwrap();
    let doubled = trial.call(async |instance, store| {
        let run = instance.get_typed_func::<(u32,), (u32,)>(&mut *store, "run")?;
        run.call_async(store, (21,)).await
    });
    assert_eq!(doubled.await, Ok((42,)));
    assert_eq!(*trial.app(), 1);
    let spun = trial.call(async |instance, store| {
        let spin = instance.get_typed_func::<(), ()>(&mut *store, "spin")?;
        spin.call_async(store, ()).await
    });
    assert!(matches!(spun.await, Err(Failure::Deadline { limit, .. }) if limit == deadline));
}

#[test]
fn linking_reports_a_missing_import() {
    let dock = Dock::builder().without_cache().build().unwrap();
    let artifact = Artifact::from_wasm(wat::parse_str(COMPONENT).unwrap()).unwrap();
    let error = Sandbox::<()>::new(&dock, "test", &artifact, Limits::default(), |_| Ok(())).err().unwrap();
    assert!(error.to_string().contains("double"), "{error}");
}
