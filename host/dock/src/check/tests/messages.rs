//! The messages for a plugin's author.

use super::{component, fits};
use crate::check::{DifferenceKind, Item, Misfit, check};

/// A world with an example of each kind of item and type.
const HOST: &str = "
    package test:rows@0.1.0;
    interface types {
        record point { x: s32, y: s32 }
        variant values { ints(list<s32>), texts(list<string>), points(list<point>) }
        record column { valid: option<list<u8>>, values: values }
        record batch { rows: u32, columns: list<column> }
        enum level { low, high }
        variant error { settings(string), data(string) }
    }
    interface lookup {
        use types.{column};
        resource table { get: func(keys: list<column>) -> list<column>; }
        open: func(name: string) -> result<table, string>;
    }
    interface transform {
        use types.{batch, level, error};
        describe: func(settings: string, level: level) -> result<u32, error>;
        resource session {
            constructor(settings: string);
            process: func(input: batch) -> result<batch, error>;
        }
    }
    world rows { import lookup; export transform; }";

const SERVICES: &str = "
    package witdock:plugin@0.1.0;
    interface log { write: func(message: string); }
    interface state { save: func() -> list<u8>; restore: func(saved: list<u8>); }
    world services { import log; export state; }";

/// The plugin's WIT: the host's with these changes.
fn varied(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(HOST.to_owned(), |wit, (from, to)| {
        assert!(wit.contains(from), "{from}");
        wit.replace(from, to)
    })
}

fn misfit(plugin: &str) -> Misfit {
    fits(plugin, HOST, &[SERVICES]).unwrap_err()
}

#[test]
fn formats_a_complete_message() {
    let plugin = varied(&[("ints(list<s32>)", "ints(list<s64>)"), ("level: level", "level: option<string>")]);
    assert_eq!(
        misfit(&plugin).to_string(),
        "the plugin does not fit the world test:rows/rows@0.1.0: 2 differences

export test:rows/transform@0.1.0, function `[method]session.process`, parameter `input`, field `columns`, \
element, field `values`, case `ints`
    plugin has    list<s64>
    host expects  list<s32>
    the same type is used in 3 more places

export test:rows/transform@0.1.0, function `describe`, parameter `level`
    plugin has    option<string>
    host expects  enum level

Build the plugin with this host's WIT of test:rows/rows@0.1.0, or load it in a host of the version that it was built for."
    );
}

#[test]
fn shows_the_place_and_both_sides_of_each_difference() {
    let process = "export test:rows/transform@0.1.0, function `[method]session.process`";
    let describe = "export test:rows/transform@0.1.0, function `describe`";
    let points = format!(
        "{process}, parameter `input`, field `columns`, element, field `values`, case `points`, element"
    );
    let transform =
        "an interface with the functions `[constructor]session`, `[method]session.process` and `describe`";
    let cases = [
        (
            ("{ x: s32, y: s32 }", "{ x: s32 }"),
            points.clone(),
            "record point without the field `y`",
            "record point with the field `y`",
            None,
        ),
        (
            ("{ x: s32, y: s32 }", "{ x: s32, z: s32 }"),
            points.clone(),
            "record point with the field `z`",
            "record point with the field `y`",
            None,
        ),
        (
            ("{ x: s32, y: s32 }", "{ y: s32, x: s32 }"),
            points,
            "record point with the fields `y`, `x`",
            "record point with the fields `x`, `y`",
            Some("the same fields in a different order"),
        ),
        (
            ("{ low, high }", "{ low, middle, high }"),
            format!("{describe}, parameter `level`"),
            "enum level with the case `middle`",
            "enum level without the case `middle`",
            None,
        ),
        (
            ("settings: string, level: level", "settings: string"),
            describe.into(),
            "func(settings: string) -> result<u32, error>",
            "func(settings: string, level: level) -> result<u32, error>",
            Some("the parameter `level` is missing"),
        ),
        (
            ("settings: string, level: level", "settings: string, level: level, a: u8, b: u8"),
            describe.into(),
            "func(settings: string, level: level, a: u8, b: u8) -> result<u32, error>",
            "func(settings: string, level: level) -> result<u32, error>",
            Some("the parameters `a`, `b` are not expected"),
        ),
        (
            ("settings: string, level: level", "text: string"),
            describe.into(),
            "func(text: string) -> result<u32, error>",
            "func(settings: string, level: level) -> result<u32, error>",
            Some("the plugin has 1 parameter and the host 2 parameters"),
        ),
        (
            ("settings: string, level: level", "level: level, settings: string"),
            describe.into(),
            "func(level: level, settings: string) -> result<u32, error>",
            "func(settings: string, level: level) -> result<u32, error>",
            Some("the same parameters in a different order"),
        ),
        (
            ("-> result<batch, error>", "-> result<batch, string>"),
            format!("{process}, result, error"),
            "string",
            "variant error",
            None,
        ),
        (
            ("-> result<batch, error>", "-> result<batch>"),
            format!("{process}, result, error"),
            "nothing",
            "variant error",
            None,
        ),
        (
            ("texts(list<string>)", "texts"),
            format!("{process}, parameter `input`, field `columns`, element, field `values`, case `texts`"),
            "no payload",
            "list<string>",
            None,
        ),
        (
            ("process: func", "proces: func"),
            process.into(),
            "no such function; the nearest is `[method]session.proces`",
            "func(self: borrow<session>, input: batch) -> result<batch, error>",
            None,
        ),
        (
            ("export transform;", "export change: interface { f: func(); }"),
            "export test:rows/transform@0.1.0".into(),
            "no such export; it has `change`",
            transform,
            None,
        ),
        (
            ("export transform;", ""),
            "export test:rows/transform@0.1.0".into(),
            "no such export; there are none",
            transform,
            None,
        ),
        (
            ("open: func(name: string)", "open: func(name: string, mode: u8)"),
            "import test:rows/lookup@0.1.0, function `open`".into(),
            "func(name: string, mode: u8) -> result<own<table>, string>",
            "func(name: string) -> result<own<table>, string>",
            Some("the parameter `mode` is not expected"),
        ),
        (
            ("open: func", "close: func(t: table); open: func"),
            "import test:rows/lookup@0.1.0, function `close`".into(),
            "func(t: own<table>)",
            "no such function; it has `[method]table.get`, `open`",
            None,
        ),
        (
            ("resource table", "resource place; resource table"),
            "import test:rows/lookup@0.1.0".into(),
            "the resource `place`",
            "no such resource",
            None,
        ),
    ];
    for (change, place, plugin, host, hint) in cases {
        let misfit = misfit(&varied(&[change]));
        let [difference] = misfit.differences() else { panic!("{change:?}\n{misfit}") };
        assert_eq!(difference.at.to_string(), place, "{change:?}");
        assert_eq!((difference.plugin.as_str(), difference.host.as_str()), (plugin, host), "{change:?}");
        assert_eq!(difference.hint.as_deref(), hint, "{change:?}");
    }
}

#[test]
fn names_both_versions_of_an_incompatible_interface() {
    let misfit = misfit(&varied(&[("test:rows@0.1.0", "test:rows@0.2.0")]));
    let message = misfit.to_string();
    assert!(
        message.contains("export test:rows/transform@0.1.0\n    plugin has    test:rows/transform@0.2.0, which is not compatible\n"),
        "{message}"
    );
    assert!(message.contains("import test:rows/lookup@0.2.0\n    plugin expects  "), "{message}");
    assert!(
        message.contains("\n    host provides   test:rows/lookup@0.1.0, which is not compatible\n"),
        "{message}"
    );
}

/// The plugin with one more line in its world, and the package that the line needs.
fn with(line: &str, package: &str) -> String {
    varied(&[("world rows {", &format!("world rows {{ {line}"))]) + package
}

#[test]
fn provides_services_and_wasi_beside_the_world() {
    let log = "package witdock:plugin@0.1.0 { interface log { write: func(message: string); } \
               interface state { save: func() -> list<u8>; restore: func(saved: list<u8>); } }";
    let wasi = "package wasi:cli@0.2.3 { interface run { resource r; run: func(); } }";
    let plugin = with(
        "import witdock:plugin/log@0.1.0; export witdock:plugin/state@0.1.0; import wasi:cli/run@0.2.3;",
        &format!("{log} {wasi}"),
    );
    let fit = fits(&plugin, HOST, &[SERVICES]).unwrap();
    let names = |items: &[Item]| -> Vec<String> { items.iter().map(|item| item.name.to_string()).collect() };
    assert_eq!(fit.world.to_string(), "test:rows/rows@0.1.0");
    assert_eq!(names(&fit.imports), ["test:rows/types@0.1.0", "test:rows/lookup@0.1.0"]);
    assert_eq!(fit.imports[0].functions, [] as [&str; 0]);
    assert_eq!(fit.imports[1].functions, ["[method]table.get", "open"]);
    assert_eq!(names(&fit.services), ["witdock:plugin/log@0.1.0"]);
    assert_eq!(names(&fit.wasi), ["wasi:cli/run@0.2.3"]);
    assert!(fit.exports("witdock:plugin/state") && fit.exports("test:rows/transform"));
    assert!(!fits(HOST, HOST, &[SERVICES]).unwrap().exports("witdock:plugin/state"));
    // Without the services, nothing provides the log.
    assert!(fits(&plugin, HOST, &[]).is_err());
}

#[test]
fn a_wasi_interface_that_the_world_provides_is_an_import_of_the_world() {
    let package = "package wasi:blobstore@0.2.0 { interface container { get: func() -> u32; } } \
                   package wasi:random@0.2.0 { interface random { get: func() -> u32; } }";
    let world = with("import wasi:blobstore/container@0.2.0; import wasi:random/random@0.2.0;", package);
    let fit = fits(&world, &world, &[]).unwrap();
    let has = |items: &[Item], name: &str| items.iter().any(|item| item.name.path() == name);
    assert!(has(&fit.imports, "wasi:blobstore/container") && !has(&fit.wasi, "wasi:blobstore/container"));
    // The dock links these itself, under the grants for the system.
    assert!(has(&fit.wasi, "wasi:random/random") && !has(&fit.imports, "wasi:random/random"));
    let other = world.replace("container { get: func() -> u32; }", "container { get: func() -> u64; }");
    assert!(fits(&other, &world, &[]).is_err());
}

#[test]
fn suggests_the_nearest_name_for_an_unsatisfied_import() {
    let remove = "\n\nRemove these imports from the plugin, or load it in a host that provides them.";
    for (line, package, host) in [
        (
            "import tell: func(x: u8);",
            "",
            "no such import; it has `test:rows/types`, `test:rows/lookup`, `witdock:plugin/log`",
        ),
        (
            "import wasi:cli/run@0.3.0;",
            "package wasi:cli@0.3.0 { interface run { run: func(); } }",
            "only WASI 0.2",
        ),
        (
            "import witdock:plugin/log@0.2.0;",
            "package witdock:plugin@0.2.0 { interface log { write: func(); } }",
            "witdock:plugin/log@0.1.0, which is not compatible",
        ),
        (
            "import witdock:plugin/logs@0.1.0;",
            "package witdock:plugin@0.1.0 { interface logs { write: func(); } }",
            "no such import; the nearest is `witdock:plugin/log`",
        ),
    ] {
        let misfit = misfit(&with(line, package));
        let [difference] = misfit.differences() else { panic!("{misfit}") };
        assert_eq!((difference.kind, difference.host.as_str()), (DifferenceKind::UnsatisfiedImport, host));
        assert!(misfit.to_string().ends_with(remove), "{misfit}");
    }
}

#[test]
fn reports_a_service_with_other_types_or_an_incompatible_version() {
    let state = with(
        "export witdock:plugin/state@0.2.0;",
        "package witdock:plugin@0.2.0 { interface state { save: func() -> list<u8>; } }",
    );
    let misfit_of_version = misfit(&state);
    assert_eq!(
        misfit_of_version.differences()[0].plugin,
        "witdock:plugin/state@0.2.0, which is not compatible"
    );

    let log = with(
        "import witdock:plugin/log@0.1.0;",
        "package witdock:plugin@0.1.0 { interface log { write: func(message: list<u8>); } }",
    );
    let misfit = misfit(&log);
    let [difference] = misfit.differences() else { panic!("{misfit}") };
    assert_eq!((difference.plugin.as_str(), difference.host.as_str()), ("list<u8>", "string"));
}

#[test]
fn shows_full_names_of_handles_whose_short_names_are_equal() {
    let host = "package a:b@0.1.0;
        interface types { resource table; }
        interface plug { use types.{table}; take: func(it: table); }
        world w { import types; export plug; }";
    let misfit = fits(&host.replace("export plug;", "export plug; export types;"), host, &[]).unwrap_err();
    let [difference] = misfit.differences() else { panic!("{misfit}") };
    assert_eq!(difference.plugin, "own<table of the exported a:b/types@0.1.0>");
    assert_eq!(difference.host, "own<table of the imported a:b/types@0.1.0>");
}

#[test]
fn shortens_the_message_and_keeps_the_whole_list() {
    let many: String = (0..40).map(|index| format!("import extra{index}: func();")).collect();
    let misfit = misfit(&with(&many, ""));
    assert_eq!(misfit.differences().len(), 40);
    let message = misfit.to_string();
    assert!(message.contains("40 differences") && message.contains("… and 28 more"), "{message}");
}

#[test]
fn serializes_differences_to_json() {
    let misfit = misfit(&varied(&[("{ low, high }", "{ low, middle, high }")]));
    let json = serde_json::to_value(&misfit).unwrap();
    assert_eq!(
        json,
        serde_json::json!({ "differences": {
            "world": "test:rows/rows@0.1.0",
            "differences": [{
                "kind": "type",
                "at": {
                    "direction": "export",
                    "item": "test:rows/transform@0.1.0",
                    "function": "describe",
                    "path": [{ "parameter": "level" }],
                },
                "also": [],
                "plugin": "enum level with the case `middle`",
                "host": "enum level without the case `middle`",
                "hint": null,
            }],
        }})
    );
}

#[test]
fn reports_an_unreadable_world_as_an_error_of_the_host() {
    let misfit = check(&component(HOST), b"(component)", &[]).unwrap_err();
    assert!(matches!(misfit, Misfit::World { .. }));
    assert!(misfit.to_string().contains("`include_component_type: true`"));
    // A component is not a world either.
    assert!(matches!(check(&component(HOST), &component(HOST), &[]), Err(Misfit::World { .. })));
}
