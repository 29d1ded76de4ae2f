use std::path::PathBuf;

use super::{folder, open};
use crate::grants::{Capability, ImportName, Request};
use crate::source::{Build, Recipe, Source, SourceError, Target};

#[test]
fn a_whole_manifest_is_read() {
    let source = open(
        r#"
        [plugin]
        name = "word-count"
        description = "Counts words"
        version = "1.2.0"

        [build]
        language = "rust"
        target = "wasm32-wasip2"
        watch = ["../wit"]
        ignore = ["src/generated"]

        [grants]
        imports = ["demo:shop/stock"]
        folders = [{ path = "data" }, { path = "out", access = "read-write" }]
        env = ["LANG"]
        network = ["example.com:443"]
        clocks = true
        "#,
    )
    .unwrap();

    assert_eq!(source.name(), "word-count");
    assert_eq!(source.manifest().plugin.version.as_deref(), Some("1.2.0"));
    let Source::Folder { build, .. } = &source else { panic!("{source:?}") };
    assert_eq!(
        *build,
        Build {
            recipe: Recipe::Rust { target: Target::Wasip2 },
            watch: vec!["../wit".into()],
            ignore: vec!["src/generated".into()],
            target_world: None,
        }
    );
    let asked = [
        "import demo:shop/stock",
        "folder data read-only",
        "folder out read-write",
        "env LANG",
        "network example.com:443",
        "clocks",
    ];
    let asked = asked.into_iter().map(|text| text.parse::<Capability>().unwrap());
    assert_eq!(*source.request(), asked.fold(Request::default(), Request::with));
    assert_eq!(source.request().imports(), Some([ImportName::new("demo:shop/stock")].as_slice()));
}

#[test]
fn a_command_build_is_read() {
    let source =
        open("[plugin]\nname = 'js'\n[build]\ncommand = ['npm', 'run', 'build']\noutput = 'dist/js.wasm'\n")
            .unwrap();
    let Source::Folder { build, .. } = source else { panic!("{source:?}") };
    let Recipe::Command { program, arguments, output, .. } = build.recipe else { panic!("{build:?}") };
    assert_eq!((program.as_str(), arguments), ("npm", vec!["run".to_owned(), "build".to_owned()]));
    assert_eq!(output, PathBuf::from("dist/js.wasm"));
}

/// The error's text after the manifest's name.
fn message(manifest: &str) -> String {
    let SourceError::Manifest(error) = open(manifest).unwrap_err() else { panic!("{manifest}") };
    let text = error.to_string();
    let file = error.file.display().to_string();
    assert!(file.ends_with("plugin.toml"), "{file}");
    text.strip_prefix(&file).unwrap().to_owned()
}

#[test]
fn a_manifest_error_shows_the_place_the_valid_names_and_the_fix() {
    let head = "[plugin]\nname = 'x'\n";
    let build = "[plugin]\nname = 'x'\n[build]\n";
    let cases = [
        (
            format!("{build}langauge = 'rust'"),
            ":4:1: unknown field `langauge`, expected one of `language`, `target`, `command`, `output`, `env`, `wit`, \
             `world`, `watch`, `ignore`; did you mean `language`?",
        ),
        (
            format!("{head}[grants]\nclock = true"),
            ":4:1: unknown field `clock`, expected one of `imports`, `folders`, `env`, `network`, `http`, `keyvalue`, `programs`, \
             `clocks`, `config`, `random`, `stdio`; did you mean `clocks`?",
        ),
        (
            format!("{head}[grants]\nnetwork = ['example.org', 'http://example.org']"),
            ":4:11: `http://example.org` is not a network host: remove `http://` and the path: \
             write \"example.org\"",
        ),
        (
            format!("{head}[grants]\nfolders = [{{ path = 'a', access = 'write' }}]"),
            ":4:35: unknown variant `write`, expected `read-only` or `read-write`",
        ),
        (
            format!("{build}language = 'rust'\ntarget = 'wasm32-wasip1'"),
            ":5:10: unknown variant `wasm32-wasip1`, expected `wasm32-unknown-unknown` or `wasm32-wasip2`; \
             did you mean `wasm32-wasip2`?",
        ),
        (
            "[plugin]\nname = '../up'".into(),
            ":2:8: `../up` is not a valid plugin name: write up to 64 letters a-z, digits, `-`, `_` and `.`, starting with a \
             letter or digit, for example \"word-count\"",
        ),
        ("[plugin]\ndescription = 'x'".into(), ":1:1: missing field `name`"),
        ("[plugin]\nname = 'x".into(), ":2:10: invalid literal string, expected `'`"),
        (
            format!("{build}command = ['make']"),
            ":3:1: `command` needs `output`, the file that the command writes, for example `output = \"dist/plugin.wasm\"`",
        ),
        (
            format!("{build}command = []\noutput = 'x.wasm'"),
            ":3:1: `command` is empty: write the program and its arguments, for example \
             `command = [\"npm\", \"run\", \"build\"]`",
        ),
        (
            format!("{build}watch = ['a']"),
            ":3:1: [build] has neither `language` nor `command`: write either `language = \"rust\"`, or \
             `command = [\"npm\", \"run\", \"build\"]` with `output = \"dist/plugin.wasm\"`",
        ),
        (
            format!("{build}language = 'rust'\ncommand = ['make']"),
            ":3:1: [build] has both `language` and `command`: write either `language = \"rust\"`, or \
             `command = [\"npm\", \"run\", \"build\"]` with `output = \"dist/plugin.wasm\"`",
        ),
        (
            format!("{build}command = ['make']\noutput = 'x'\ntarget = 'wasm32-wasip2'"),
            ":3:1: `target` goes with `language`: a command knows its own target; remove `target`",
        ),
        (
            format!("{build}language = 'rust'\noutput = 'x'"),
            ":3:1: `output` goes with `command`: with `language = \"rust\"` cargo reports the output file; remove `output`",
        ),
        (
            format!("{build}language = 'rust'\nenv = {{ A = 'b' }}"),
            ":3:1: `env` goes with `command`; remove `env`",
        ),
        (
            format!("{build}command = ['make']\noutput = 'x'\nworld = 'w'"),
            ":3:1: `world` needs `wit`, the file or folder that defines it, for example `wit = \"wit\"`",
        ),
        (
            format!("{build}command = ['make']\noutput = 'x'\nwit = []"),
            ":3:1: `wit` is empty: write the folder of the interface, for example `wit = \"wit\"`",
        ),
    ];
    for (manifest, expected) in cases {
        assert_eq!(message(&manifest), expected, "\n{manifest}");
    }
    assert!(message(head).starts_with(": [build] is missing"));
}

#[test]
fn a_component_takes_the_manifest_beside_it_or_its_files_name() {
    let folder = folder(&[
        ("bare.wasm", b""),
        ("my plugin (1).wasm", b""),
        ("named.wasm", b""),
        ("named.toml", b"[plugin]\nname = 'other-name'\n[grants]\nrandom = true"),
        ("built.wasm", b""),
        ("built.toml", b"[plugin]\nname = 'b'\n[build]\nlanguage = 'rust'"),
    ]);
    let bare = Source::open(folder.path().join("bare.wasm")).unwrap();
    assert_eq!(bare.name(), "bare");
    assert_eq!(bare.request().imports(), None);

    let spaced = Source::open(folder.path().join("my plugin (1).wasm")).unwrap();
    assert_eq!(spaced.name(), "my-plugin--1-");

    let named = Source::open(folder.path().join("named.wasm")).unwrap();
    assert_eq!(named.name(), "other-name");
    assert!(named.request().system().contains(&Capability::Random));

    let error = Source::open(folder.path().join("built.wasm")).unwrap_err().to_string();
    assert!(error.contains("built.toml: unexpected [build]"), "{error}");
}

#[test]
fn reports_paths_that_are_not_plugins() {
    let folder = folder(&[
        ("notes.txt", b"x"),
        ("rust-one/Cargo.toml", b""),
        ("empty/readme.md", b""),
        ("good/plugin.toml", b""),
        ("latin.wasm", b""),
        ("latin.toml", b"\xff\xfe"),
    ]);
    let error = |name: &str| Source::open(folder.path().join(name)).unwrap_err().to_string();
    assert!(error("nowhere.wasm").contains("nowhere.wasm: cannot be read"));
    assert!(error("notes.txt").contains("neither a .wasm file nor a folder with a plugin.toml"));
    assert!(error("empty").contains("this folder has no plugin.toml"));
    assert!(error("good/plugin.toml").contains("open the folder that contains it"));
    assert!(error("latin.wasm").contains("latin.toml: cannot be read: it is not UTF-8"));

    // The lines in the error message make the folder a plugin.
    let message = error("rust-one");
    let (_, lines) = message.split_once("these lines:\n").unwrap();
    std::fs::write(folder.path().join("rust-one/plugin.toml"), lines).unwrap();
    assert_eq!(Source::open(folder.path().join("rust-one")).unwrap().name(), "rust-one");
}
