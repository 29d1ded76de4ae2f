use std::path::Path;

use super::folder;
use crate::source::Source;

#[test]
fn watches_a_component_through_its_folder() {
    let folder = folder(&[("a.wasm", b""), ("b.wasm", b"")]);
    let real = folder.path().canonicalize().unwrap();
    let source = Source::open(folder.path().join("a.wasm")).unwrap();

    let watched = source.watch_paths();
    assert_eq!(watched.len(), 1);
    assert_eq!((watched[0].path.as_path(), watched[0].recursive), (real.as_path(), false));
    assert!(source.is_relevant(&real.join("a.wasm")));
    assert!(source.is_relevant(&real.join("a.toml")), "its manifest");
    assert!(!source.is_relevant(&real.join("b.wasm")));
    assert!(!source.is_relevant(&real.join("a.wasm.tmp")));
}

#[test]
fn sources_are_relevant_and_build_output_is_not() {
    let manifest = b"[plugin]\nname = 'x'\n[build]\ncommand = ['make']\noutput = 'out/x.wasm'\n\
        watch = ['../wit', '../shared/rules.txt', 'dist/schema.json']\nignore = ['src/generated', '../wit/deps']\n";
    let folder = folder(&[("x/plugin.toml", manifest), ("wit/world.wit", b""), ("shared/rules.txt", b"")]);
    let base = folder.path().canonicalize().unwrap();
    let source = Source::open(base.join("x")).unwrap();

    let watched = source.watch_paths();
    let watched: Vec<(&Path, bool)> =
        watched.iter().map(|watched| (watched.path.as_path(), watched.recursive)).collect();
    let (x, wit, shared) = (base.join("x"), base.join("wit"), base.join("shared"));
    assert_eq!(watched, [(x.as_path(), true), (wit.as_path(), true), (shared.as_path(), false)]);

    for relevant in [
        "x/plugin.toml",
        "x/src/lib.rs",
        "x/src/build/mod.rs",
        "x/src/target/mod.rs",
        "x/build.rs",
        "x/out/other.txt",
        "x/dist/schema.json",
        "wit/world.wit",
        "shared/rules.txt",
    ] {
        assert!(source.is_relevant(&base.join(relevant)), "{relevant}");
    }
    for not in [
        "x/out/x.wasm",
        "x/target",
        "x/target/release/x.wasm",
        "x/dist/bundle.js",
        "x/build/x.o",
        "x/node_modules/left-pad/index.js",
        "x/packages/a/node_modules/b.js",
        "x/src/__pycache__/a.pyc",
        "x/.git/index",
        "x/src/.lib.rs.swp",
        "x/src/lib.rs~",
        "x/src/#lib.rs#",
        "x/src/4913",
        "x/src/lib.rs___jb_tmp___",
        "x/src/generated/types.ts",
        "wit/deps/other.wit",
        "shared/other.txt",
        "elsewhere/file",
    ] {
        assert!(!source.is_relevant(&base.join(not)), "{not}");
    }
}
