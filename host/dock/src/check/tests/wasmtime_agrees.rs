//! The check agrees with wasmtime: every variation of a plugin is checked, and really linked and instantiated with
//! wasmtime's bindings of the same world.

use wasmtime::component::{Component, HasSelf, Linker, Resource};
use wasmtime::{Engine, Store};

use super::component;
use crate::check::check;

wasmtime::component::bindgen!({
    inline: "
        package test:app@1.2.0;

        interface types {
            enum color { red, green, blue }
            flags rights { read, write }
            record point { x: s32, y: s32, label: option<string> }
            variant shape { empty, dot(point), line(tuple<point, point>), text(string) }
            resource table;
        }
        interface lend {
            use types.{point, table};
            open: func(name: string) -> result<table, string>;
            close: func(it: table);
            peek: func(it: borrow<table>) -> list<point>;
            record-it: func(p: point);
        }
        interface plug {
            use types.{point, shape, color, rights, table};
            draw: func(shapes: list<shape>, color: color, rights: rights) -> result<u32, string>;
            take: func(it: table);
            swap: func(source: string, target: string);
            resource session {
                constructor(name: string);
                step: func(by: point) -> list<s32>;
                join: static func(a: session, b: session) -> session;
            }
        }
        world app {
            import lend;
            import clock: func() -> u64;
            export plug;
            export version: func() -> string;
        }
    ",
    include_component_type: true,
    with: { "test:app/types.table": Table },
});

/// The data behind a handle.
#[expect(unreachable_pub, reason = "`bindgen!` re-exports it")]
pub struct Table;

#[derive(Default)]
struct Host(wasmtime::component::ResourceTable);

impl AppImports for Host {
    fn clock(&mut self) -> u64 {
        0
    }
}

impl test::app::types::Host for Host {}

impl test::app::types::HostTable for Host {
    fn drop(&mut self, table: Resource<Table>) -> wasmtime::Result<()> {
        self.0.delete(table)?;
        Ok(())
    }
}

impl test::app::lend::Host for Host {
    fn open(&mut self, name: String) -> Result<Resource<Table>, String> {
        Err(name)
    }
    fn close(&mut self, _: Resource<Table>) {}
    fn peek(&mut self, _: Resource<Table>) -> Vec<test::app::types::Point> {
        Vec::new()
    }
    fn record_it(&mut self, _: test::app::types::Point) {}
}

/// The world again, for plugins to vary.
const PLUGIN: &str = "
    package test:app@1.2.0;
    interface types {
        enum color { red, green, blue }
        flags rights { read, write }
        record point { x: s32, y: s32, label: option<string> }
        variant shape { empty, dot(point), line(tuple<point, point>), text(string) }
        resource table;
    }
    interface lend {
        use types.{point, table};
        open: func(name: string) -> result<table, string>;
        close: func(it: table);
        peek: func(it: borrow<table>) -> list<point>;
        record-it: func(p: point);
    }
    interface plug {
        use types.{point, shape, color, rights, table};
        draw: func(shapes: list<shape>, color: color, rights: rights) -> result<u32, string>;
        take: func(it: table);
        swap: func(source: string, target: string);
        resource session {
            constructor(name: string);
            step: func(by: point) -> list<s32>;
            join: static func(a: session, b: session) -> session;
        }
    }
    world app {
        import lend;
        import clock: func() -> u64;
        export plug;
        export version: func() -> string;
    }";

/// Links, instantiates and looks all exports up, as a host does.
fn wasmtime_takes(bytes: &[u8]) -> wasmtime::Result<()> {
    let engine = Engine::default();
    let component = Component::new(&engine, bytes)?;
    let mut linker = Linker::new(&engine);
    App::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    let pre = AppPre::new(linker.instantiate_pre(&component)?)?;
    let mut store = Store::new(&engine, Host::default());
    pre.instantiate(&mut store)?;
    Ok(())
}

#[test]
fn accepts_and_refuses_the_same_components_as_wasmtime() {
    let fits = [
        // The same, and less or more than the same.
        ("", ""),
        ("import clock: func() -> u64;", ""),
        ("import lend;", ""),
        ("close: func(it: table);", ""),
        ("peek: func(it: borrow<table>) -> list<point>;", ""),
        ("export version: func() -> string;", "export version: func() -> string; export init: func();"),
        ("take: func(it: table);", "take: func(it: table); more: func() -> u8;"),
        ("export plug;", "export plug; export more: interface { resource r; get: func() -> r; }"),
        // Compatible versions.
        ("@1.2.0", "@1.0.0"),
        ("@1.2.0", "@1.9.7"),
        // Names that carry nothing over the boundary.
        ("draw: func(shapes:", "draw: func(forms:"),
        ("import lend;", "import lend; use types.{shape};"),
        // An interface with types only needs no provider.
        ("world app {", "interface words { type word = string; } world app { import words;"),
    ];
    let misfits = [
        ("@1.2.0", "@2.0.0"),
        ("@1.2.0", "@0.1.0"),
        ("export plug;", ""),
        ("export version: func() -> string;", ""),
        ("export version: func() -> string;", "export version: func() -> u32;"),
        ("export version: func() -> string;", "export version: interface { get: func(); }"),
        ("take: func(it: table);", ""),
        ("join: static func", "joined: static func"),
        ("import lend;", "import lend; import more: func();"),
        ("import lend;", "import lend; import other: interface { more: func(); }"),
        ("import clock: func() -> u64;", "import clock: func() -> u32;"),
        ("import clock: func() -> u64;", "import clock: func(zone: string) -> u64;"),
        ("record-it: func(p: point);", "record-it: func(p: point); record-more: func();"),
        ("record-it: func(p: point);", "record-it: func(p: point, q: point);"),
        // Exporting the types as well makes the plugin's `table` a resource of its own.
        ("export plug;", "export plug; export types;"),
        ("resource table;", "resource table { len: func() -> u32; }"),
        ("enum color { red, green, blue }", "enum color { red, green }"),
        ("enum color { red, green, blue }", "enum color { red, green, blue, black }"),
        ("enum color { red, green, blue }", "enum color { green, red, blue }"),
        ("enum color { red, green, blue }", "variant color { red, green, blue }"),
        ("flags rights { read, write }", "flags rights { read, write, run }"),
        ("flags rights { read, write }", "flags rights { write, read }"),
        ("x: s32, y: s32", "y: s32, x: s32"),
        ("x: s32, y: s32", "x: s32, y: s64"),
        ("x: s32, y: s32", "x: s32"),
        ("x: s32, y: s32", "x: s32, y: s32, z: s32"),
        ("label: option<string>", "label: string"),
        ("label: option<string>", "label: option<list<u8>>"),
        ("line(tuple<point, point>)", "line(tuple<point, point, point>)"),
        ("line(tuple<point, point>)", "line"),
        ("empty, dot", "empty(u8), dot"),
        ("empty, dot(point)", "dot(point), empty"),
        ("-> result<u32, string>", "-> result<u32>"),
        ("-> result<u32, string>", "-> result<_, string>"),
        ("-> result<u32, string>", "-> u32"),
        ("-> result<u32, string>", ""),
        ("-> result<table, string>", "-> result<table, list<string>>"),
        ("step: func(by: point)", "step: func()"),
        ("-> list<s32>", "-> list<u32>"),
        ("-> list<s32>", "-> tuple<s32>"),
        ("take: func(it: table);", "resource own-table; take: func(it: own-table);"),
    ];
    let stricter = [
        // wasmtime would take these, and every call would go wrong.
        ("swap: func(source: string, target: string);", "swap: func(target: string, source: string);"),
        ("peek: func(it: borrow<table>)", "peek: func(it: table)"),
    ];

    let verdict = |(from, to): (&str, &str)| {
        assert!(from.is_empty() || PLUGIN.contains(from), "{from}");
        let bytes = component(&if from.is_empty() { PLUGIN.to_owned() } else { PLUGIN.replace(from, to) });
        (check(&bytes, COMPONENT_TYPE, &[]), wasmtime_takes(&bytes))
    };
    for case in fits {
        let (checked, taken) = verdict(case);
        assert!(checked.is_ok(), "{case:?}\n{}", checked.unwrap_err());
        assert!(taken.is_ok(), "{case:?}\n{:?}", taken.unwrap_err());
    }
    for case in misfits {
        let (checked, taken) = verdict(case);
        assert!(checked.is_err(), "{case:?} passed, and wasmtime returns {taken:?}");
        assert!(taken.is_err(), "{case:?} was refused, and wasmtime takes it:\n{}", checked.unwrap_err());
    }
    for case in stricter {
        let (checked, taken) = verdict(case);
        assert!(checked.is_err() && taken.is_ok(), "{case:?} {taken:?}");
    }
}
