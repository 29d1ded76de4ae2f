//! Finds a function by one of its names.

use std::fmt;

use witdock::nearest;

use super::function::Function;

/// Why a name selects no function.
#[derive(Debug)]
pub(crate) enum NotFound {
    /// No function has this name; `nearest` has a similar one.
    Unknown { name: String, nearest: Option<String> },
    /// Several functions have it. `candidates` are their unique names.
    Ambiguous { name: String, candidates: Vec<String> },
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, nearest: Some(nearest) } => {
                write!(f, "unknown function `{name}`; did you mean `{nearest}`?")
            }
            Self::Unknown { name, nearest: None } => write!(f, "unknown function `{name}`"),
            Self::Ambiguous { name, candidates } => {
                write!(f, "`{name}` is ambiguous: write one of `{}`", candidates.join("`, `"))
            }
        }
    }
}

/// The function with this name: `describe`, `transform.describe`, `witdock:etl/transform#describe`,
/// `session.process`, `[method]session.process`.
pub(crate) fn find<'a>(functions: &'a [Function], name: &str) -> Result<&'a Function, NotFound> {
    let mut found = functions.iter().filter(|function| function.is_called(name));
    match (found.next(), found.next()) {
        (Some(function), None) => Ok(function),
        (None, _) => {
            Err(NotFound::Unknown { name: name.to_owned(), nearest: nearest_function(functions, name) })
        }
        (Some(first), Some(second)) => {
            let all = [first, second].into_iter().chain(found);
            Err(NotFound::Ambiguous { name: name.to_owned(), candidates: all.map(Function::full).collect() })
        }
    }
}

fn nearest_function(functions: &[Function], name: &str) -> Option<String> {
    let query = name.rsplit(['#', '/']).next().unwrap_or(name);
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    // First by the whole name, then without the interface, then by the last word.
    let names: [&dyn Fn(&Function) -> String; 3] =
        [&Function::shown, &|function| function.item().to_owned(), &|function| last(function.item())];
    names.iter().zip([query, query, &last(query)]).find_map(|(of, query)| {
        let candidates: Vec<String> = functions.iter().map(of).collect();
        let near = nearest(query, candidates.iter().map(String::as_str))?;
        functions.iter().find(|function| of(function) == near).map(Function::shown)
    })
}

#[cfg(test)]
mod tests {
    use super::super::functions;
    use super::*;
    use wit_parser::Resolve;

    const WIT: &str = "
        package a:b@1.2.0;
        interface one { describe: func(); resource session { constructor(); run: func(); make: static func() -> session; } }
        interface two { describe: func(); close: func(); }
        world w { export one; export two; export start: func(); }";

    #[test]
    fn a_function_is_found_by_every_name_that_is_unique() {
        let mut resolve = Resolve::default();
        let package = resolve.push_source("w.wit", WIT).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        let functions = functions(&resolve, &resolve.worlds[world].exports);
        let full = |name: &str| match find(&functions, name) {
            Ok(function) => function.full(),
            Err(error) => error.to_string(),
        };
        for name in ["close", "two.close", "two#close", "a:b/two.close", "a:b/two@1.2.0#close"] {
            assert_eq!(full(name), "a:b/two#close");
        }
        assert_eq!(full("start"), "start");
        assert_eq!(full("session"), "a:b/one#session");
        assert_eq!(full("[constructor]session"), "a:b/one#session");
        assert_eq!(full("one.session.run"), "a:b/one#session.run");
        assert_eq!(full("session.make"), "a:b/one#session.make");
        assert_eq!(
            full("describe"),
            "`describe` is ambiguous: write one of `a:b/one#describe`, `a:b/two#describe`"
        );
        assert_eq!(full("one.describe"), "a:b/one#describe");
        assert_eq!(full("clsoe"), "unknown function `clsoe`; did you mean `two.close`?");
        assert_eq!(full("three.close"), "unknown function `three.close`; did you mean `two.close`?");
        assert_eq!(full("zebra"), "unknown function `zebra`");
    }
}
