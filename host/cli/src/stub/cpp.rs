//! Stubs in C++: the functions that the generated headers declare in the namespace `exports`.

use std::fmt::Write;

use anyhow::Context;

use super::subject::{Stub, Subject};

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    let text = |wanted: &dyn Fn(&str) -> bool| {
        let found = subject.bindings.iter().filter(|(name, _)| wanted(name));
        found.map(|(name, content)| (name.as_str(), String::from_utf8_lossy(content))).collect::<Vec<_>>()
    };
    let headers = text(&|name| name.ends_with("_cpp.h"));
    let (name, header) = headers.first().context("the bindings have no header")?;
    let mut source = format!("#include \"generated/{name}\"\n\n#include <cstdlib>\n#include <utility>\n");
    for (_, class) in text(&|name| name.starts_with("exports-")) {
        declared(&mut source, &class)?;
    }
    declared(&mut source, header)?;
    Ok(Stub { source: source.trim_end().to_owned(), files: Vec::new() })
}

/// Writes a body for each function that a header declares in `exports`.
fn declared(source: &mut String, header: &str) -> std::fmt::Result {
    // The namespaces and the class around a line. An empty name stands for any other block, such as a type.
    let mut scopes: Vec<&str> = Vec::new();
    let mut docs: Vec<&str> = Vec::new();
    for line in header.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc);
            continue;
        }
        if let Some(name) = line.strip_prefix("namespace ").and_then(|rest| rest.strip_suffix(" {")) {
            scopes.push(name);
        } else if let Some(rest) = line.strip_prefix("class ").filter(|rest| rest.ends_with('{')) {
            scopes.push(rest.split(' ').next().unwrap_or(rest));
        } else if line.ends_with('{') {
            scopes.push("");
        } else if line.starts_with('}') {
            scopes.pop();
        } else if scopes.first() == Some(&"exports")
            && let Some(function) = line.strip_suffix(");")
        {
            body(source, &scopes, function, &docs)?;
        }
        docs.clear();
    }
    Ok(())
}

/// Functions that the bindings define themselves.
const DEFINED: [&str; 3] = ["ResourceNew", "ResourceRep", "ResourceDrop"];

fn body(source: &mut String, scopes: &[&str], function: &str, docs: &[&str]) -> std::fmt::Result {
    let Some((head, parameters)) = function.split_once('(') else { return Ok(()) };
    let head = head.strip_prefix("static ").unwrap_or(head);
    // A constructor has no result.
    let (result, name) = head.rsplit_once(' ').unwrap_or(("", head));
    if DEFINED.contains(&name) || scopes.contains(&"") {
        return Ok(());
    }
    writeln!(source)?;
    for doc in docs {
        writeln!(source, "//{doc}")?;
    }
    let result = if scopes
        .last()
        .is_some_and(|class| result.starts_with(class) && class.starts_with(char::is_uppercase))
    {
        format!("{}::{result}", scopes.split_last().map(|(_, outer)| outer.join("::")).unwrap_or_default())
    } else if result.ends_with("::Owned") && !result.starts_with(':') {
        format!("{}::{result}", scopes.join("::"))
    } else {
        result.to_owned()
    };
    let space = if result.is_empty() { "" } else { " " };
    writeln!(source, "{result}{space}{}::{name}({}) {{", scopes.join("::"), unused(parameters))?;
    match &*result {
        "" | "void" => {}
        // Only the host can make its own resources.
        reference if reference.ends_with("&&") => writeln!(source, "  std::abort();")?,
        _ => writeln!(source, "  return {{}};")?,
    }
    writeln!(source, "}}")
}

/// The parameters, marked as unused: `[[maybe_unused]] uint32_t by`.
fn unused(parameters: &str) -> String {
    let mut depth = 0;
    let parts = parameters.split(|c: char| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        c == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| format!("[[maybe_unused]] {part}")).collect::<Vec<_>>().join(", ")
}
