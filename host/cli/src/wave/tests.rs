//! Values of every kind, and errors in them.

use wit_parser::Resolve;

use super::{Mode, inline, read};

const WIT: &str = "
    package test:t;
    interface i {
        resource file;
        enum color { red, green, any }
        record point { x: s8, name: option<string>, data: list<u8> }
        variant action { none, go(point) }
        flags style { bold, thin }
        a: func(x: point) -> point;
        b: func() -> list<action>;
        c: func() -> result<option<style>, color>;
        d: func() -> tuple<f64, char, u64>;
        e: func() -> own<file>;
    }";

/// Reads a value of a function's result type and prints it again, or the error.
fn again(function: &str, text: &str) -> String {
    let mut resolve = Resolve::default();
    resolve.push_str("t.wit", WIT).unwrap();
    let (_, interface) = resolve.interfaces.iter().next().unwrap();
    let ty = interface.functions[function].result.unwrap();
    match read(&resolve, &ty, text, Mode::Expected) {
        Ok(value) => inline(&value),
        Err(error) => format!("{error} at {:?}", text.get(error.span.clone()).unwrap()),
    }
}

#[test]
fn values_of_every_kind_are_read_and_printed_alike() {
    for (function, text) in [
        ("a", "{x: -3, name: some(\"a\\\"b\"), data: [1, 2]}"),
        ("a", "{x: 0, data: \"text\"}"),
        ("b", "[%none, go({x: 1, data: []})]"),
        ("c", "ok(some({bold, thin}))"),
        ("c", "ok(none)"),
        ("c", "err(any)"),
        ("c", "any"),
        ("d", "(-0.5, '\\n', 18446744073709551615)"),
        ("d", "(nan, 'ä', any)"),
        ("e", "my-file"),
    ] {
        assert_eq!(again(function, text), text);
    }
    assert_eq!(again("b", "[none]"), "[%none]");
    assert_eq!(
        again("a", "{data: \"\", x: 1, name: \"short for some\"}"),
        "{x: 1, name: some(\"short for some\"), data: []}"
    );
}

#[test]
fn an_error_names_the_expected_type() {
    let point = "expected record point { x: s8, name: option<string>, data: list<u8> }";
    for (function, text, message) in [
        ("a", "{x: 1}", format!("{point}: missing `data` at \"{{x: 1}}\"")),
        ("a", "{x: 1, dato: []}", format!("{point}: unknown field; did you mean `data`? at \"dato\"")),
        // The notation of flags.
        ("a", "{y}", format!("{point}: this is flags at \"{{y}}\"")),
        ("a", "{x: 200, data: []}", "expected s8: out of range: s8 is -128 to 127 at \"200\"".into()),
        ("a", "{x: \"1\", data: []}", "expected s8: this is a string at \"\\\"1\\\"\"".into()),
        ("a", "{x: 1, data: [256]}", "expected u8: out of range: u8 is 0 to 255 at \"256\"".into()),
        (
            "c",
            "err(grene)",
            "expected enum color { red, green, any }: unknown case; did you mean `green`? at \"grene\"".into(),
        ),
        (
            "b",
            "[go]",
            "the case `go` has a payload of type record point { x: s8, name: option<string>, data: list<u8> }: expected `go(…)` at \"go\""
                .into(),
        ),
        (
            "d",
            "(1, 'a'",
            "invalid value; expected tuple<f64, char, u64>: unexpected end of the value at \"'\"".into(),
        ),
        (
            "a",
            "{x: 1, data: \"a\\q\"}",
            "unknown escape `\\q`; valid escapes are `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\'` and `\\u{…}`: in this string at \"\\\\q\"".into(),
        ),
        ("e", "3", "expected a handle to a file: this is a number at \"3\"".into()),
    ] {
        assert_eq!(again(function, text), message);
    }
}
