//! A small plugin for its own interface, made from `fixtures/shelf.wit` and `fixtures/shelf.wat`.

use std::fs;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Writes the component as `shelf.wasm` into each of these folders, relative to the package.
pub(crate) fn put(folders: &[&str]) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixtures = package.join("tests/fixtures");
    let mut resolve = Resolve::default();
    let wit = fs::read_to_string(fixtures.join("shelf.wit")).unwrap();
    let id = resolve.push_source("shelf.wit", &wit).unwrap();
    let world = resolve.select_world(&[id], None).unwrap();
    let mut module = wat::parse_file(fixtures.join("shelf.wat")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let component = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
    for folder in folders {
        let folder = package.join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("shelf.wasm"), &component).unwrap();
    }
}
