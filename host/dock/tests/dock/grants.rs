//! Every import is a capability: nothing of the host's world is linked that a policy does not name.

use wasmtime::component::HasSelf;
use witdock::{Dock, LoadError, Plugin, Policy, Source};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "package test:bare@0.1.0;
            interface shapes { record point { x: u32, y: u32 } }
            interface paper { cut: func(); }
            world bare {
                use shapes.{point};
                import paper;
                import now: func() -> u32;
                import far: func(to: point) -> u32;
                export ask: func() -> u32;
            }",
        world: "bare",
        imports: { default: trappable },
        exports: { default: async },
        include_component_type: true,
    });
}
use bindings::Bare;

pub struct Clock;

impl bindings::BareImports for Clock {
    fn now(&mut self) -> wasmtime::Result<u32> {
        Ok(12)
    }

    fn far(&mut self, to: bindings::test::bare::shapes::Point) -> wasmtime::Result<u32> {
        Ok(to.x.saturating_add(to.y))
    }
}

impl bindings::test::bare::shapes::Host for Clock {}

impl bindings::test::bare::paper::Host for Clock {
    fn cut(&mut self) -> wasmtime::Result<()> {
        Ok(())
    }
}

witdock::interface! {
    Bare,
    component_type = bindings::COMPONENT_TYPE,
    state = Clock,
    link = |linker| Bare::add_to_linker::<_, HasSelf<Clock>>(linker, |host| &mut host.app),
}

/// A guest that imports a function of the world itself.
const ASKS: &str = r#"(component
    (import "now" (func $now (result u32)))
    (core func $now (canon lower (func $now)))
    (core module $m
        (import "" "now" (func $now (result i32)))
        (func (export "ask") (result i32) (call $now)))
    (core instance $i (instantiate $m (with "" (instance (export "now" (func $now))))))
    (func (export "ask") (result u32) (canon lift (core func $i "ask"))))"#;

/// A guest that imports types only.
const TYPES_ALONE: &str = r#"(component
    (import "test:bare/shapes@0.1.0" (instance
        (type $point (record (field "x" u32) (field "y" u32)))
        (export "point" (type (eq $point)))))
    (core module $m (func (export "ask") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "ask") (result u32) (canon lift (core func $i "ask"))))"#;

async fn load(wat: &str, manifest: &str, policy: Policy) -> Result<Plugin<Bare>, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bare.wasm");
    std::fs::write(&file, wat::parse_str(wat).unwrap()).unwrap();
    std::fs::write(folder.path().join("bare.toml"), format!("[plugin]\nname = 'bare'\n[grants]\n{manifest}"))
        .unwrap();
    let dock = Dock::builder().without_cache().build().unwrap();
    dock.plugin(Source::open(file).unwrap()).policy(policy).load(|| Clock).await
}

async fn ask(plugin: &Plugin<Bare>) -> u32 {
    plugin.call(async |guest, store| guest.call_ask(store).await).await.unwrap()
}

async fn refusal(manifest: &str, policy: Policy) -> String {
    let error = load(ASKS, manifest, policy).await.unwrap_err();
    let LoadError::Refused { refused, .. } = &error else { panic!("{error}") };
    assert_eq!(refused.refusals.len(), 1, "{error}");
    error.to_string()
}

#[tokio::test]
async fn an_empty_policy_refuses_a_function_of_the_world() {
    let message = refusal("", Policy::new()).await;
    assert!(
        message.ends_with(
            "\n  import now; to allow it, add to the host's grants for this plugin: imports = [\"now\"]"
        ),
        "{message}"
    );
    // Another grant does not cover it.
    refusal("", Policy::new().import("test:bare/*").import("far").clocks()).await;
}

#[tokio::test]
async fn a_grant_links_a_function_of_the_world() {
    let policy = Policy::new().import("now");
    let plugin = load(ASKS, "", policy.clone()).await.unwrap();
    assert_eq!(ask(&plugin).await, 12);
    let granted: Vec<_> = plugin.granted().capabilities().map(ToString::to_string).collect();
    assert_eq!(granted, ["import now"]);
    let plugin = load(ASKS, "imports = ['now']", policy).await.unwrap();
    assert_eq!(ask(&plugin).await, 12);
}

#[tokio::test]
async fn a_list_of_imports_must_name_a_function_of_the_world() {
    let message = refusal("imports = []", Policy::new().import("now")).await;
    assert!(message.contains("import now, which its plugin.toml does not request"), "{message}");
}

#[tokio::test]
async fn types_alone_need_no_grant() {
    let plugin = load(TYPES_ALONE, "", Policy::new()).await.unwrap();
    assert_eq!(ask(&plugin).await, 7);
    assert_eq!(plugin.granted().capabilities().count(), 0);
}
