//! Stubs in C.

use std::fmt::Write;

use super::prototype::{Header, Parameter, Prototype};
use super::subject::{Stub, Subject};

/// The longest line, in columns.
const WIDTH: usize = 120;

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    let header = Header::of(subject)?;
    let mut source = format!("#include \"generated/{}\"\n\n#include <stdlib.h>\n", header.name);
    for destructor in &header.destructors {
        resource(&mut source, destructor)?;
    }
    for function in &header.exports {
        body(&mut source, &header, function)?;
    }
    Ok(Stub { source: source.trim_end().to_owned(), files: Vec::new() })
}

fn resource(source: &mut String, destructor: &Prototype) -> std::fmt::Result {
    let Some(rep) = destructor.parameters.first() else { return Ok(()) };
    let kind = rep.kind.trim_end_matches('*');
    let tag = kind.strip_suffix("_t").unwrap_or(kind);
    writeln!(source, "\n// The data of one resource.\nstruct {tag}_t {{\n  int unused;\n}};\n")?;
    writeln!(source, "// Called when the host drops the resource.\n{}", signature(destructor))?;
    writeln!(source, "  free({});\n}}", rep.name)
}

fn body(source: &mut String, header: &Header<'_>, function: &Prototype) -> std::fmt::Result {
    writeln!(source)?;
    for line in &function.docs {
        writeln!(source, "{}", format!("// {line}").trim_end())?;
    }
    writeln!(source, "{}", signature(function))?;
    for parameter in function.inputs() {
        writeln!(source, "  {}", release(header, parameter))?;
    }
    if let Some(err) = function.parameters.iter().find(|parameter| parameter.name == "err") {
        writeln!(source, "  (void){};", err.name)?;
    }
    if let Some(out) = function.out() {
        writeln!(source, "  *ret = {};", value(header, out.kind.trim_end_matches('*')))?;
    }
    match &*function.result {
        "void" => {}
        "bool" => writeln!(source, "  return {};", function.returns_success())?,
        kind => writeln!(source, "  return {};", value(header, kind))?,
    }
    writeln!(source, "}}")
}

fn signature(function: &Prototype) -> String {
    let parameters: Vec<String> = function.parameters.iter().map(declared).collect();
    let line = format!("{} {}({}) {{", function.result, function.name, parameters.join(", "));
    match &*parameters {
        [] => line.replacen("()", "(void)", 1),
        _ if line.len() <= WIDTH => line,
        parameters => {
            format!("{} {}(\n    {}) {{", function.result, function.name, parameters.join(",\n    "))
        }
    }
}

fn declared(parameter: &Parameter) -> String {
    let stars = parameter.kind.len() - parameter.kind.trim_end_matches('*').len();
    format!("{} {}{}", parameter.kind.trim_end_matches('*'), "*".repeat(stars), parameter.name)
}

/// The statement that frees a parameter: the plugin owns what it receives.
fn release(header: &Header<'_>, parameter: &Parameter) -> String {
    let name = &parameter.name;
    match header.release(parameter) {
        Some(free) if name.starts_with("maybe_") => format!("if ({name} != NULL) {free}({name});"),
        Some(free) => format!("{free}({name});"),
        None => format!("(void){name};"),
    }
}

/// A type's plain value: all bytes are zero, except in a handle of the plugin's.
fn value(header: &Header<'_>, kind: &str) -> String {
    match (kind, header.maker(kind)) {
        (_, Some((make, rep))) => format!("{make}(calloc(1, sizeof({rep})))"),
        ("bool", None) => "false".to_owned(),
        ("float" | "double", None) => "0.0".to_owned(),
        (kind, None) if kind.starts_with("int") || kind.starts_with("uint") => "0".to_owned(),
        (kind, None) => format!("({kind}){{0}}"),
    }
}
