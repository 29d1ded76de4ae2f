//! What a plugin's author reads.

use super::{component, fits};
use crate::check::{DifferenceKind, Item, Misfit, check};

/// A world with one of everything that messages speak about.
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
fn a_whole_message() {
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
fn each_difference_shows_its_place_and_both_sides() {
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
            Some("the same fields in another order"),
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
            Some("1 against 2 parameters"),
        ),
        (
            ("settings: string, level: level", "level: level, settings: string"),
            describe.into(),
            "func(level: level, settings: string) -> result<u32, error>",
            "func(settings: string, level: level) -> result<u32, error>",
            Some("the same parameters in another order"),
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
            "no such export, and no other",
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
fn another_version_is_called_so_on_both_sides() {
    let misfit = misfit(&varied(&[("test:rows@0.1.0", "test:rows@0.2.0")]));
    let message = misfit.to_string();
    assert!(
        message.contains("export test:rows/transform@0.1.0\n    plugin has    test:rows/transform@0.2.0, which is not compatible\n"),
        "{message}"
    );
    assert!(message.contains("import test:rows/lookup@0.2.0\n    plugin expects  "), "{message}");
    assert!(
        message.contains("\n    host lends      test:rows/lookup@0.1.0, which is not compatible\n"),
        "{message}"
    );
}

/// The plugin with one more line in its world, and another package that the line speaks of.
fn with(line: &str, package: &str) -> String {
    varied(&[("world rows {", &format!("world rows {{ {line}"))]) + package
}

#[test]
fn services_and_wasi_are_lent_beside_the_world() {
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
    // Without the services that the host lends, nobody lends the log.
    assert!(fits(&plugin, HOST, &[]).is_err());
}

#[test]
fn an_interface_of_wasi_that_the_world_provides_is_an_import_of_the_world() {
    let package = "package wasi:keyvalue@0.2.0 { interface store { get: func() -> u32; } } \
                   package wasi:random@0.2.0 { interface random { get: func() -> u32; } }";
    let world = with("import wasi:keyvalue/store@0.2.0; import wasi:random/random@0.2.0;", package);
    let fit = fits(&world, &world, &[]).unwrap();
    let has = |items: &[Item], name: &str| items.iter().any(|item| item.name.path() == name);
    assert!(has(&fit.imports, "wasi:keyvalue/store") && !has(&fit.wasi, "wasi:keyvalue/store"));
    // The dock links these, and grants them by what they do.
    assert!(has(&fit.wasi, "wasi:random/random") && !has(&fit.imports, "wasi:random/random"));
    let other = world.replace("store { get: func() -> u32; }", "store { get: func() -> u64; }");
    assert!(fits(&other, &world, &[]).is_err());
}

#[test]
fn an_import_that_nobody_lends_names_the_nearest() {
    let remove = "\n\nRemove what needs these imports from the plugin, or load it in a host that lends them.";
    for (line, package, host) in [
        (
            "import tell: func(x: u8);",
            "",
            "no such import; it has `test:rows/types`, `test:rows/lookup`, `witdock:plugin/log`",
        ),
        (
            "import wasi:cli/run@0.3.0;",
            "package wasi:cli@0.3.0 { interface run { run: func(); } }",
            "WASI 0.2, and no other version",
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
fn a_service_of_another_shape_or_version_is_no_silent_loss() {
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
fn handles_that_read_alike_are_told_apart() {
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
fn a_message_stays_short_and_the_list_is_whole() {
    let many: String = (0..40).map(|index| format!("import extra{index}: func();")).collect();
    let misfit = misfit(&with(&many, ""));
    assert_eq!(misfit.differences().len(), 40);
    let message = misfit.to_string();
    assert!(message.contains("40 differences") && message.contains("… and 28 more"), "{message}");
}

#[test]
fn tools_read_the_same_as_people() {
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
fn a_world_that_cannot_be_read_is_the_hosts_fault() {
    let misfit = check(&component(HOST), b"(component)", &[]).unwrap_err();
    assert!(matches!(misfit, Misfit::World { .. }));
    assert!(misfit.to_string().contains("`include_component_type: true`"));
    // A component is not a world either.
    assert!(matches!(check(&component(HOST), &component(HOST), &[]), Err(Misfit::World { .. })));
}
