//! The check against real components, made from WIT for every case.

mod broken;
mod messages;
mod wasmtime_agrees;

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve, WorldId};

use super::{Fit, Misfit, check};

fn resolve(wit: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", wit).unwrap_or_else(|error| panic!("{error:#}\n{wit}"));
    let world = resolve.select_world(&[package], None).unwrap();
    (resolve, world)
}

/// A component for the only world of this WIT, every function of which traps.
fn component(wit: &str) -> Vec<u8> {
    let (resolve, world) = resolve(wit);
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// The world as `bindgen!` encodes it.
fn world(wit: &str) -> Vec<u8> {
    let (resolve, world) = resolve(wit);
    wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None).unwrap()
}

fn fits(plugin: &str, host: &str, services: &[&str]) -> Result<Fit, Misfit> {
    let services: Vec<Vec<u8>> = services.iter().map(|service| world(service)).collect();
    let services: Vec<&[u8]> = services.iter().map(Vec::as_slice).collect();
    check(&component(plugin), &world(host), &services)
}
