//! The reference in `docs/pipelines.md` has every function, as messages write it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use witdock_etl_expression::Function;

#[test]
fn every_function_is_in_the_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/pipelines.md");
    let text = std::fs::read_to_string(path).unwrap();
    let missing: Vec<_> = Function::all()
        .map(|function| format!("| `{}` | {} |", function.signature(), function.description()))
        .filter(|line| !text.contains(line))
        .collect();
    assert!(missing.is_empty(), "docs/pipelines.md lacks:\n{}", missing.join("\n"));
}
