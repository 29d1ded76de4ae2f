//! Optional exports.

use wasmtime::Store;
use wasmtime::component::{HasSelf, Instance};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};
use witdock::{Dock, HostState, LoadError, Plugin, Policy, Source};

const WIT: &str = "package test:shop@0.1.0;
    interface paper { cut: func(); }
    interface sell { price: func() -> u32; }
    interface wrap { wrap: func(parcel: string) -> string; }
    world shop { export sell; }
    world extras { import paper; export wrap; }";

macro_rules! bindings {
    ($module:ident, $world:literal) => {
        #[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
        mod $module {
            wasmtime::component::bindgen!({
                inline: "package test:shop@0.1.0;
                    interface paper { cut: func(); }
                    interface sell { price: func() -> u32; }
                    interface wrap { wrap: func(parcel: string) -> string; }
                    world shop { export sell; }
                    world extras { import paper; export wrap; }",
                world: $world,
                imports: { default: trappable },
                exports: { default: async },
                include_component_type: true,
            });
        }
    };
}
bindings!(shop, "shop");
bindings!(extras, "extras");

struct Guest {
    _shop: shop::Shop,
    extras: Option<extras::Extras>,
}

struct Scissors;

impl extras::test::shop::paper::Host for Scissors {
    fn cut(&mut self) -> wasmtime::Result<()> {
        Ok(())
    }
}

fn bind(store: &mut Store<HostState<Scissors>>, instance: &Instance) -> wasmtime::Result<Guest> {
    let shop = shop::Shop::new(&mut *store, instance)?;
    Ok(Guest { _shop: shop, extras: extras::Extras::new(store, instance).ok() })
}

witdock::interface! {
    Guest,
    component_type = shop::COMPONENT_TYPE,
    state = Scissors,
    link = |linker| extras::Extras::add_to_linker::<_, HasSelf<Scissors>>(linker, |host| &mut host.app),
    optional = [extras::COMPONENT_TYPE],
    bind = bind,
}

/// Loads a component of a world that is added to the package; every function of it traps.
async fn load(wit: &str, world: &str, policy: Policy) -> Result<Plugin<Guest>, LoadError> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", &format!("{wit}\n{world}")).unwrap();
    let world = resolve.select_world(&[package], Some("made")).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let component = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("made.wasm");
    std::fs::write(&file, component).unwrap();
    let dock = Dock::builder().without_cache().build().unwrap();
    dock.plugin(Source::open(file).unwrap()).policy(policy).load(|| Scissors).await
}

async fn has_extras(plugin: &Plugin<Guest>) -> bool {
    plugin.call(async |guest, _| Ok(guest.extras.is_some())).await.unwrap()
}

#[tokio::test]
async fn an_optional_export_is_bound_if_it_exists() {
    let without = load(WIT, "world made { export sell; }", Policy::new()).await.unwrap();
    assert!(!has_extras(&without).await);
    let with = load(WIT, "world made { export sell; export wrap; }", Policy::new()).await.unwrap();
    assert!(has_extras(&with).await);
}

#[tokio::test]
async fn an_optional_export_of_other_types_is_a_misfit() {
    let other = WIT.replace("wrap: func(parcel: string)", "wrap: func(parcel: u32)");
    let error = load(&other, "world made { export sell; export wrap; }", Policy::new()).await.unwrap_err();
    assert!(error.to_string().contains("test:shop/wrap@0.1.0"), "{error}");
}

#[tokio::test]
async fn imports_of_an_optional_world_need_a_grant() {
    let world = "world made { import paper; export sell; export wrap; }";
    let error = load(WIT, world, Policy::new()).await.unwrap_err();
    assert!(matches!(&error, LoadError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("imports = [\"test:shop/paper\"]"), "{error}");
    assert!(has_extras(&load(WIT, world, Policy::new().import("test:shop/*")).await.unwrap()).await);
}
