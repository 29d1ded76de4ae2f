//! What reads foreign text, for the tests that give it any text. It is no interface for programs.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use std::sync::OnceLock;

use wit_parser::{Resolve, Type};

use crate::component::Component;
use crate::wave::{Mode, inline, pretty, read};

/// A world with values of every kind, resources, and imports.
const WIT: &str = "
    package test:foreign@0.1.0;
    interface catalog {
        resource shelf { size: func() -> u32; }
        open: func(name: string) -> option<shelf>;
        note: func(text: string);
    }
    interface values {
        use catalog.{shelf};
        enum color { red, green, any }
        record point { x: s8, name: option<string>, data: list<u8> }
        variant action { none, go(point), paint(list<color>) }
        flags style { bold, thin }
        resource session { constructor(pages: u32); days: func(pages: u32) -> u32; }
        points: func(of: point) -> point;
        actions: func() -> list<action>;
        styles: func() -> result<option<style>, color>;
        pair: func() -> tuple<f64, char, u64, bool>;
        nested: func() -> list<list<option<result<u8, string>>>>;
        count: func(shelf: string) -> result<u32, string>;
        shout: func(text: string, mark: option<char>) -> string;
        clear: func(shelf: shelf) -> u32;
        spin: func();
        crash: func();
    }
    world foreign { import catalog; export values; }";

fn component() -> Result<&'static Component, String> {
    static COMPONENT: OnceLock<Result<Component, String>> = OnceLock::new();
    let component = COMPONENT.get_or_init(|| {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("foreign.wit", WIT).map_err(|error| format!("{error:#}"))?;
        let world = resolve.select_world(&[package], None).map_err(|error| format!("{error:#}"))?;
        Ok(Component::of_world(resolve, world))
    });
    component.as_ref().map_err(Clone::clone)
}

/// Reads a text as a value of each type. A value is the same when it is printed and read again.
///
/// # Errors
///
/// The message of the last error, where no type has such a value.
///
/// # Panics
///
/// When a value is another one after it was printed.
pub fn wave(text: &str) -> Result<String, String> {
    let component = component()?;
    let resolve = &component.resolve;
    let results = component.exports.iter().filter_map(|function| function.result);
    let (mut taken, mut refused) = (Vec::new(), String::new());
    for (number, ty) in results.chain([Type::String, Type::F32, Type::S64, Type::Char]).enumerate() {
        for mode in [Mode::Given, Mode::Expected] {
            match read(resolve, &ty, text, mode) {
                Ok(value) => {
                    for printed in [inline(&value), pretty(&value, 0, 80)] {
                        let again = read(resolve, &ty, &printed, mode).map(|value| inline(&value));
                        assert_eq!(again.ok(), Some(inline(&value)), "{printed}");
                    }
                    taken.push(number.to_string());
                }
                Err(error) => {
                    assert!(text.get(error.span.clone()).is_some(), "{error} at {:?}", error.span);
                    refused = error.to_string();
                }
            }
        }
    }
    if taken.is_empty() { Err(refused) } else { Ok(taken.join(",")) }
}

/// Reads a file with cases.
///
/// # Errors
///
/// The message with its place, as the program shows it.
pub fn case_file(text: &str) -> Result<String, String> {
    match crate::script::parse(component()?, "foreign.case", text) {
        Ok(script) => Ok(format!("{} cases", script.cases.len())),
        Err(error) => {
            let words = error.to_string();
            drop(format!("{:?}", miette::Report::new(*error)));
            Err(words)
        }
    }
}
