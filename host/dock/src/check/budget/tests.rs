//! Components that are small as bytes and large as work, and the limit that each of them meets.

use std::time::{Duration, Instant};

use super::{Budget, Depth, scan};

/// The field of the budget that bytes exceed, if any.
fn exceeded(bytes: &[u8]) -> Option<&'static str> {
    let begun = Instant::now();
    let result = scan(bytes, &Budget::default(), Depth::Code);
    // The bound is generous: a scan that is not linear takes minutes.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    result.err().map(|over| over.field)
}

/// The same for an attack, whose figures are told.
fn refused(bytes: &[u8], test: &str) -> Option<&'static str> {
    let begun = Instant::now();
    let exceeded = exceeded(bytes);
    let took = begun.elapsed().as_micros();
    witdock_attacks::observed(test, format!("{} bytes, refused after {took} µs", bytes.len()));
    exceeded
}

fn text(text: &str) -> Option<&'static str> {
    exceeded(&wat::parse_str(text).unwrap())
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}

/// A component with one section.
fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".as_slice(), &[id], &leb128(content.len()), content].concat()
}

// attack: nested components, each of which instantiates the one before twice, 60 levels
// host: refuses it: `budget.instances`
#[test]
fn doubled_instances_are_counted_without_making_them() {
    let mut component =
        "(component (component $c0 (core module $m) (core instance (instantiate $m)))".to_owned();
    for level in 1..=60 {
        let below = level - 1;
        component += &format!(
            "(component $c{level} (alias outer 1 {below} (component $p))
               (instance (instantiate $p)) (instance (instantiate $p)))"
        );
    }
    component += "(instance (instantiate $c60)))";
    let bytes = wat::parse_str(&component).unwrap();
    assert_eq!(refused(&bytes, "doubled_instances_are_counted_without_making_them"), Some("instances"));
}

#[test]
fn what_a_component_imports_cannot_be_instantiated() {
    let higher =
        "(component (component $a (import \"m\" (core module $m)) (core instance (instantiate $m))))";
    assert_eq!(text(higher), Some("instances"));
}

// attack: 600 instances of 1,000 globals
// host: refuses it: `budget.instance_items`
#[test]
fn instances_count_with_all_that_is_in_them() {
    let globals = "(global i32 (i32.const 0))".repeat(1_000);
    let instances = "(core instance (instantiate $m))".repeat(600);
    assert_eq!(text(&format!("(component (core module $m {globals}) {instances})")), Some("instance_items"));
}

// attack: component types nested 300,000 deep, three bytes a level
// host: refuses it: `budget.nesting`
#[test]
fn nesting_is_bounded_in_components_and_in_types() {
    assert_eq!(text(&format!("{}{}", "(component ".repeat(25), ")".repeat(25))), Some("nesting"));
    // Three bytes a level; a reader with one stack frame for each would overflow.
    for kind in [0x41, 0x42] {
        let types = [vec![1], [kind, 1, 1].repeat(300_000), vec![kind, 0]].concat();
        assert_eq!(exceeded(&section(7, &types)), Some("nesting"));
    }
}

#[test]
fn definitions_types_and_names_are_bounded() {
    assert_eq!(text(&format!("(component {})", "(component)".repeat(1_000))), Some("definitions"));
    assert_eq!(text(&format!("(component {})", "(type string)".repeat(20_001))), Some("types"));
    assert_eq!(
        text(&format!("(component (type (instance {})))", "(type string)".repeat(20_001))),
        Some("types")
    );
    let name = "a".repeat(3_000);
    assert_eq!(text(&format!("(component (import \"{name}\" (func)))")), Some("name_bytes"));
    assert_eq!(
        text(&format!("(component (core module (import \"m\" \"{name}\" (func))))")),
        Some("name_bytes")
    );
}

// attack: 72 kB of nested loops over 500 locals
// host: refuses it: `budget.function_work`
#[test]
fn code_that_takes_long_to_compile_is_bounded() {
    // 72 kB of nested loops over 500 locals.
    let locals = "(local ".to_owned() + &"i32 ".repeat(500) + ")";
    let nested = |loops: usize| {
        let body = "(loop (local.set 1 (i32.add (local.get 0) (local.get 2)))".repeat(loops);
        format!("(func {locals} {body}{})", ")".repeat(loops))
    };
    let bytes = wat::parse_str(format!("(component (core module {}))", nested(300))).unwrap();
    assert_eq!(refused(&bytes, "code_that_takes_long_to_compile_is_bounded"), Some("function_work"));
    assert_eq!(text(&format!("(component (core module {}))", nested(200).repeat(25))), Some("work"));
    assert_eq!(text(&format!("(component (core module {}))", nested(30).repeat(25))), None);
    let parameters = "(param ".to_owned() + &"i32 ".repeat(900) + ")";
    let blocks = "(block)".repeat(25_000);
    assert_eq!(
        text(&format!("(component (core module (func {parameters} {blocks})))")),
        Some("function_work")
    );
    let long = wat::parse_str(format!("(component (core module (func {})))", "(nop)".repeat(1_000))).unwrap();
    let over = scan(&long, &Budget { function_bytes: 1_000, ..Budget::default() }, Depth::Code).unwrap_err();
    assert_eq!(over.field, "function_bytes");
}

// attack: one changed byte anywhere
// host: an error, no crash
#[test]
fn damaged_bytes_end_the_scan() {
    let whole = wat::parse_str(
        "(component (core module $m (memory 1) (func (local i32) (loop (br 0))))
           (core instance (instantiate $m)) (type (component (import \"a\" (func)))))",
    )
    .unwrap();
    for at in 0..whole.len() {
        for value in [0, 1, 0x41, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            // Neither panics nor runs on.
            let _ = exceeded(&damaged);
            let _ = exceeded(&damaged[..at]);
        }
    }
}
