//! What came of a case, compared with what was expected.

use http::HeaderMap;
use indexmap::IndexMap;

use super::case::{Case, Expected, Forwarded, ForwardedAs, Values};
use super::server::Seen;

/// What came of a case.
pub(super) struct Outcome {
    pub(super) name: String,
    /// What is otherwise than expected.
    pub(super) problems: Vec<String>,
}

/// A response as the client got it.
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Outcome {
    pub(super) fn new(case: &Case, got: Result<Got, String>, seen: &[Seen]) -> Self {
        let mut problems = Vec::new();
        match got {
            Ok(got) => compare(&case.expect, &got, &mut problems),
            Err(error) => problems.push(format!("there is no response: {error}")),
        }
        match &case.forwarded {
            None => {}
            Some(Forwarded::Whether(expected)) => {
                let found = seen.iter().any(|seen| !case.clusters.contains_key(&seen.cluster) || *expected);
                if found != *expected {
                    let what =
                        |forwarded: bool| if forwarded { "was forwarded" } else { "was not forwarded" };
                    problems.push(format!(
                        "the request {}, expected that it {}",
                        what(found),
                        what(*expected)
                    ));
                }
            }
            Some(Forwarded::As(expected)) => compare_forwarded(expected, seen, &mut problems),
        }
        Self { name: case.name.clone(), problems }
    }
}

fn compare(expected: &Expected, got: &Got, problems: &mut Vec<String>) {
    let Expected { status, headers, absent, body, body_has } = expected;
    if let Some(status) = status
        && *status != got.status
    {
        problems.push(format!("the status is {}, expected {status}", got.status));
    }
    compare_headers("the response", headers, absent, &got.headers, problems);
    if let Some(body) = body
        && *body != got.body
    {
        problems.push(format!("the body is {:?}, expected {body:?}", short(&got.body)));
    }
    if let Some(part) = body_has
        && !got.body.contains(part)
    {
        problems.push(format!("the body is {:?}, expected {part:?} in it", short(&got.body)));
    }
}

fn compare_forwarded(expected: &ForwardedAs, seen: &[Seen], problems: &mut Vec<String>) {
    let ForwardedAs { cluster, method, path, headers, absent, body } = expected;
    let found =
        seen.iter().rev().find(|seen| cluster.as_ref().is_none_or(|cluster| *cluster == seen.cluster));
    let Some(found) = found else {
        let to = cluster.as_ref().map(|cluster| format!(" to `{cluster}`")).unwrap_or_default();
        problems.push(format!("the request was not forwarded{to}"));
        return;
    };
    for (what, expected, found) in
        [("method", method, &found.method), ("path", path, &found.path), ("body", body, &found.body)]
    {
        if let Some(expected) = expected
            && expected != found
        {
            problems.push(format!("the forwarded {what} is {:?}, expected {expected:?}", short(found)));
        }
    }
    compare_headers("the forwarded request", headers, absent, &found.headers, problems);
}

fn compare_headers(
    what: &str,
    expected: &IndexMap<String, Values>,
    absent: &[String],
    found: &HeaderMap,
    problems: &mut Vec<String>,
) {
    let values = |name: &str| -> Vec<String> {
        found
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    };
    for (name, expected) in expected {
        let found = values(name);
        if found != expected.all() {
            problems.push(format!("`{name}` of {what} is {found:?}, expected {:?}", expected.all()));
        }
    }
    for name in absent {
        let found = values(name);
        if !found.is_empty() {
            problems.push(format!("`{name}` of {what} is {found:?}, expected none"));
        }
    }
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
