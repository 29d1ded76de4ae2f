//! One world in each language: the same plain values everywhere.

use wit_parser::Resolve;

use super::{Subject, stub};
use crate::bindings;
use crate::language::Language;

const WIT: &str = "
    package test:stubs@0.1.0;
    interface host { resource shelf; }
    interface plugin {
        use host.{shelf};
        type count = u64;
        record point { x: s8, at: f64, name: option<string>, sign: char }
        variant action { open(own<shelf>), go(point), stop }
        enum color { dark-red, green }
        flags style { bold, thin }
        resource session { constructor(); }
        a-count: func() -> count;
        a-point: func() -> point;
        an-action: func() -> action;
        some-parts: func() -> tuple<color, style, list<u8>, list<string>>;
        may-fail: func() -> result<action, string>;
        may-fail-empty: func() -> result<_, color>;
        within: func() -> list<result<u8>>;
        nested: func() -> option<option<bool>>;
        new-session: func() -> session;
        of-the-host: func() -> shelf;
    }
    world both { import host; export plugin; }";

/// The stub, with all blank space as single spaces.
fn written(language: Language) -> String {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("stubs.wit", WIT).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("stubs.wit"), WIT).unwrap();
    let bindings = bindings::generate(language, folder.path(), None).unwrap();
    let subject = Subject { resolve: &resolve, world, bindings: &bindings, type_name: "Both" };
    stub(language, subject).unwrap().source.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(language: Language, expected: &[&str]) {
    let source = written(language);
    for expected in expected {
        assert!(source.contains(expected), "{expected}\n\nis not in\n\n{source}");
    }
}

#[test]
fn plain_values_in_rust() {
    check(
        Language::Rust,
        &[
            "fn a_count() -> plugin::Count { witdock_guest::init(); 0 }",
            "plugin::Point { x: 0, at: 0.0, name: None, sign: ' ', } }",
            "plugin::Action::Go(plugin::Point { x: 0,",
            "(plugin::Color::DarkRed, plugin::Style::empty(), Vec::new(), Vec::new())",
            "Ok(plugin::Action::Go(",
            "Ok(())",
            "plugin::Session::new(Session)",
            "todo!(\"return a `host::Shelf` that the host has provided\")",
        ],
    );
}

#[test]
fn plain_values_in_javascript_and_typescript() {
    for language in [Language::Javascript, Language::Typescript] {
        check(
            language,
            &[
                "return 0;",
                "return { x: 0, at: 0, name: null, sign: \" \" };",
                "return { tag: \"go\", val: { x: 0,",
                "return [\"dark-red\", {}, new Uint8Array(), []];",
                "return { tag: \"none\" };",
                "throw new Error(\"`new-session` is",
                "throw new Error(\"`of-the-host` is",
            ],
        );
    }
}

#[test]
fn plain_values_in_python() {
    check(
        Language::Python,
        &[
            "return 0",
            "return plugin_types.Point(x=0, at=0.0, name=None, sign=\" \")",
            "return plugin_types.Action_Go(plugin_types.Point(",
            "return (plugin_types.Color.DARK_RED, plugin_types.Style(0), b\"\", [])",
            "def may_fail_empty(self) -> None: pass",
            "raise NotImplementedError(\"`of_the_host` is",
        ],
    );
}

#[test]
fn plain_values_in_go() {
    check(
        Language::Go,
        &[
            "func aCount() uint64 { return 0 }",
            "Point{} }",
            "return test_stubs_plugin.MakeActionGo(test_stubs_plugin.Point{})",
            "return 0, 0, nil, nil }",
            "return witTypes.Ok[witTypes.Unit, test_stubs_plugin.Color](witTypes.Unit{})",
            "return witTypes.None[witTypes.Option[bool]]() }",
            "NewSession(&session{})",
            "panic(\"only the host can make a `shelf`\")",
        ],
    );
}

/// C, C++ and Zig write the value as zeros.
#[test]
fn plain_values_in_c_cpp_and_zig() {
    check(Language::C, &["_point_t){0};", "return true; }", "_new(calloc(1, sizeof("]);
    check(Language::Cpp, &["return {};"]);
    check(Language::Zig, &["std.mem.zeroes(wit.", "std.heap.c_allocator.create(Own_"]);
}
