//! The parts of the adapter that a module needs.

use std::collections::BTreeSet;

use wasmparser::{ElementItems, Operator, Parser, Payload};

use crate::AdaptError;
use crate::scan::Scanned;

/// Finds the functions of the adapter that can run when these are called: by their indices, imports too.
pub(crate) fn reachable(
    adapter: &Scanned<'_>,
    roots: impl IntoIterator<Item = u32>,
) -> Result<BTreeSet<u32>, AdaptError> {
    let mut waiting: Vec<u32> = roots.into_iter().collect();
    waiting.extend(referred(adapter)?);
    let mut found = BTreeSet::new();
    while let Some(function) = waiting.pop() {
        if !found.insert(function) {
            continue;
        }
        let Some(body) =
            (function as usize).checked_sub(adapter.imports.len()).and_then(|own| adapter.bodies.get(own))
        else {
            continue;
        };
        for operator in body.get_operators_reader()? {
            if let Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } = operator?
            {
                waiting.push(function_index);
            }
        }
    }
    Ok(found)
}

/// Functions in tables, which any indirect call could reach.
fn referred(adapter: &Scanned<'_>) -> Result<Vec<u32>, AdaptError> {
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(adapter.bytes) {
        let Payload::ElementSection(section) = payload? else { continue };
        for element in section {
            match element?.items {
                ElementItems::Functions(items) => {
                    for function in items {
                        functions.push(function?);
                    }
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions {
                        for operator in expression?.get_operators_reader() {
                            if let Operator::RefFunc { function_index } = operator? {
                                functions.push(function_index);
                            }
                        }
                    }
                }
            }
        }
    }
    Ok(functions)
}
