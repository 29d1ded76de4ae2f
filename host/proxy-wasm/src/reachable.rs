//! The parts of the adapter that a module needs.

use std::collections::BTreeSet;

use wasmparser::{ElementItems, Operator, Parser, Payload};

use crate::AdaptError;
use crate::scan::Scanned;

/// Which functions of the adapter each of them calls or refers to.
#[derive(Debug)]
pub(crate) struct Calls {
    /// By the indices of the functions that it defines.
    from: Vec<Vec<u32>>,
    imports: usize,
    /// Those that indirect calls reach.
    referred: Vec<u32>,
}

impl Calls {
    pub(crate) fn of(adapter: &Scanned<'_>) -> Result<Self, AdaptError> {
        let mut from = Vec::with_capacity(adapter.bodies.len());
        for body in &adapter.bodies {
            let mut calls = Vec::new();
            for operator in body.get_operators_reader()? {
                if let Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } = operator?
                {
                    calls.push(function_index);
                }
            }
            from.push(calls);
        }
        Ok(Self { from, imports: adapter.imports.len(), referred: referred(adapter)? })
    }

    /// Finds the functions that can run when these are called: by their indices, imports too.
    pub(crate) fn reachable(&self, roots: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
        let mut waiting: Vec<u32> = roots.into_iter().chain(self.referred.iter().copied()).collect();
        let mut found = BTreeSet::new();
        while let Some(function) = waiting.pop() {
            if found.insert(function)
                && let Some(calls) =
                    (function as usize).checked_sub(self.imports).and_then(|own| self.from.get(own))
            {
                waiting.extend_from_slice(calls);
            }
        }
        found
    }
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
