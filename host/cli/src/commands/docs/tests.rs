use wit_parser::Resolve;

use super::reference::Reference;
use super::{html, markdown};

const WIT: &str = "
/// A shop.
package a:shop@1.2.0;

interface types {
    /// What is for sale. It has a price.
    record thing {
        /// Its <name>.
        name: string,
        price: u32,
    }
    type basket = list<tuple<thing, u32>>;
    variant refusal { /// Not today.
        closed, sold-out(option<thing>) }
    flags days { monday, tuesday }
}

/// Sells *things*.
@since(version = 1.1.0)
interface till {
    use types.{basket, refusal, thing as item};
    resource drawer {
        constructor(coins: u32);
        count: func(basket: borrow<drawer>) -> result<u32, refusal>;
        largest: static func() -> drawer;
    }
    pay: func(what: basket) -> result<_, refusal>;
    @since(version = 1.2.0)
    @deprecated(version = 1.2.0)
    take: func(item: item) -> future<item>;
    close: async func();
}

/// Everything.
world shop { import types; export till; export helper: interface { help: func(); } import tick: func(); }
";

fn reference(wit: &str) -> Reference {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("shop.wit", wit).unwrap();
    Reference::new(&resolve, package)
}

#[test]
fn types_and_functions_are_written_as_wit_with_links() {
    let page = markdown::page(&reference(WIT));
    for expected in [
        "# a:shop@1.2.0\n\nA shop.\n",
        "| [`till`](#till) | Sells *things*. |",
        "world shop {\n  import types;\n  import tick: func();\n  export till;\n  export helper;\n}",
        "record thing {\n  name: string,\n  price: u32,\n}",
        "What is for sale. It has a price.\n\n- `name`: Its <name>.",
        "type basket = list<tuple<thing, u32>>;\n```\n\n→ [`thing`](#types.thing)",
        "variant refusal {\n  closed,\n  sold-out(option<thing>),\n}",
        "flags days {\n  monday,\n  tuesday,\n}",
        "## Interface `till`\n\n*since 1.1.0 · exported by plugins of [`shop`](#world-shop)*",
        "#### function `drawer.constructor`\n\n```wit\nconstructor(coins: u32);\n```",
        "count: func(basket: borrow<drawer>) -> result<u32, refusal>;",
        "→ [`drawer`](#till.drawer), [`refusal`](#types.refusal)",
        "largest: static func() -> drawer;",
        "pay: func(what: basket) -> result<_, refusal>;",
        "*since 1.2.0 · deprecated since 1.2.0*\n\n```wit\ntake: func(item: item) -> future<item>;\n```\n\n→ [`item`](#types.thing)",
        "close: async func();",
        "## Interface `shop/helper`",
    ] {
        assert!(page.contains(expected), "{expected}\n\nis not in\n\n{page}");
    }
}

/// Each link has exactly one target.
fn check_links(page: &str, link: (&str, char), anchor: &str) {
    let targets: Vec<&str> = page
        .split(link.0)
        .skip(1)
        .filter_map(|rest| rest.split(link.1).next())
        .filter(|target| !target.is_empty())
        .collect();
    assert!(targets.len() > 20);
    for target in targets {
        assert_eq!(page.matches(&format!("{anchor}\"{target}\"")).count(), 1, "{target}");
    }
}

#[test]
fn every_link_has_a_target() {
    for name in ["editor", "etl", "proxy", "template"] {
        let interface = match name {
            "template" => {
                crate::interface::Interface::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/template"))
            }
            name => crate::interface::Interface::load(name),
        }
        .unwrap();
        let reference = Reference::new(&interface.resolve, interface.package);
        check_links(&markdown::page(&reference), ("](#", ')'), "<a id=");
        check_links(&html::page(&reference), ("href=\"#", '"'), "id=");
    }
}

/// WIT tools take a comment before an item for its documentation, even with two slashes.
#[test]
fn the_notes_in_the_template_are_not_documentation() {
    let wit = include_str!("../../../../../wit/template/chat.wit");
    let interface =
        crate::interface::Interface::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/template"));
    let interface = interface.unwrap();
    let page = markdown::page(&Reference::new(&interface.resolve, interface.package));
    let notes = wit.lines().map(str::trim_start).filter(|line| line.starts_with("// "));
    assert!(notes.clone().count() > 30);
    for note in notes {
        assert!(!page.contains(note.trim_start_matches("// ")), "{note}");
    }
}

#[test]
fn html_in_comments_is_escaped() {
    let page =
        html::page(&reference(&WIT.replace("A shop.", "A <script>alert(1)</script> shop with `<b>`.")));
    assert!(
        page.contains("A &lt;script&gt;alert(1)&lt;/script&gt; shop with <code>&lt;b&gt;</code>."),
        "{page}"
    );
    assert!(page.contains("<em>things</em>") && !page.contains("<script"), "{page}");
}
