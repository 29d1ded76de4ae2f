use std::fmt;

use wasmparser::{FuncType, ValType};

/// The type of a function of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) params: &'static [ValType],
    pub(crate) results: &'static [ValType],
}

impl Signature {
    pub(crate) fn fits(self, found: &FuncType) -> bool {
        found.params() == self.params && found.results() == self.results
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.params, self.results)
    }
}

/// A function's type in words.
pub(crate) struct Shown<'a>(pub(crate) &'a FuncType);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0.params(), self.0.results())
    }
}

fn write(f: &mut fmt::Formatter<'_>, params: &[ValType], results: &[ValType]) -> fmt::Result {
    let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    write!(f, "({})", list(params))?;
    match results {
        [] => Ok(()),
        [one] => write!(f, " -> {one}"),
        more => write!(f, " -> ({})", list(more)),
    }
}
