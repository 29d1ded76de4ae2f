//! A function by one of its names.

use std::fmt;

use super::function::Function;

/// Why a name means no function.
#[derive(Debug)]
pub(crate) enum NotFound {
    /// There is none of this name, but maybe one like it.
    Unknown { name: String, nearest: Option<String> },
    /// There are several. These names tell them apart.
    Ambiguous { name: String, candidates: Vec<String> },
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, nearest: Some(nearest) } => {
                write!(f, "there is no function `{name}`; the nearest is `{nearest}`")
            }
            Self::Unknown { name, nearest: None } => write!(f, "there is no function `{name}`"),
            Self::Ambiguous { name, candidates } => {
                write!(f, "`{name}` may be any of `{}`", candidates.join("`, `"))
            }
        }
    }
}

/// The function that goes by this name: `describe`, `transform.describe`, `witdock:etl/transform#describe`,
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
    let last = |name: &str| name.rsplit(['#', '/']).next().unwrap_or(name).to_owned();
    let query = last(name);
    let names: Vec<(String, String)> = functions
        .iter()
        .flat_map(|function| {
            let shown = function.shown();
            [(function.item().to_owned(), shown.clone()), (shown.clone(), shown)]
        })
        .collect();
    let near = nearest(&query, names.iter().map(|(name, _)| name.as_str()))?;
    names.iter().find(|(name, _)| name == near).map(|(_, shown)| shown.clone())
}

/// The candidate that was probably meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Below this, jaro-winkler pairs words that merely share letters.
    const ENOUGH: f64 = 0.8;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
