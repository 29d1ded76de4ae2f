//! Stubs in Zig.

use std::fmt::Write;

use super::prototype::{Header, Parameter, Prototype};
use super::subject::{Stub, Subject};
use crate::bindings::zig::{identifier, type_name};

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    let header = Header::of(subject)?;
    let mut source = format!(
        "const std = @import(\"std\");\nconst wit = @import(\"generated/{}\");\n",
        header.name.replace(".h", ".zig")
    );
    for destructor in &header.destructors {
        resource(&mut source, destructor)?;
    }
    for function in &header.exports {
        body(&mut source, &header, function)?;
    }
    Ok(Stub { source: source.trim_end().to_owned(), files: Vec::new() })
}

/// The struct behind a resource, and its destructor.
fn resource(source: &mut String, destructor: &Prototype) -> std::fmt::Result {
    let Some(rep) = destructor.parameters.first() else { return Ok(()) };
    let kind = rep.kind.trim_end_matches('*');
    writeln!(source, "\n/// The data of a `{kind}`.\nconst {} = struct {{}};\n", own(kind))?;
    writeln!(source, "/// Called when the host drops the resource.")?;
    writeln!(source, "export fn {}(rep: ?*wit.{kind}) void {{", destructor.name)?;
    writeln!(source, "    const value: *{} = @ptrCast(@alignCast(rep.?));", own(kind))?;
    writeln!(source, "    std.heap.c_allocator.destroy(value);\n}}")
}

/// The name of the struct behind a resource's type.
fn own(kind: &str) -> String {
    format!("Own_{}", kind.trim_start_matches("exports_").trim_end_matches("_t"))
}

fn body(source: &mut String, header: &Header<'_>, function: &Prototype) -> std::fmt::Result {
    writeln!(source)?;
    for line in &function.docs {
        writeln!(source, "{}", format!("/// {line}").trim_end())?;
    }
    let parameters: Vec<String> =
        function.parameters.iter().map(|parameter| declared(header, parameter)).collect();
    let result = qualified(header, &function.result);
    writeln!(source, "export fn {}({}) {result} {{", function.name, parameters.join(", "))?;
    for parameter in function.inputs() {
        writeln!(source, "    {}", release(header, parameter))?;
    }
    if let Some(err) = function.parameters.iter().find(|parameter| parameter.name == "err") {
        writeln!(source, "    _ = {};", err.name)?;
    }
    if let Some(out) = function.out() {
        writeln!(source, "    ret.* = {};", value(header, out.kind.trim_end_matches('*')))?;
    }
    match &*function.result {
        "void" => {}
        "bool" => writeln!(source, "    return {};", function.returns_success())?,
        kind => writeln!(source, "    return {};", value(header, kind))?,
    }
    writeln!(source, "}}")
}

fn declared(header: &Header<'_>, parameter: &Parameter) -> String {
    format!("{}: {}", identifier(&parameter.name), qualified(header, &parameter.kind))
}

/// A type's name, qualified with the bindings that declare it.
fn qualified(header: &Header<'_>, kind: &str) -> String {
    let stars = kind.len() - kind.trim_end_matches('*').len();
    let name = kind.trim_end_matches('*');
    let zig = type_name(name);
    let name = if zig == name && !matches!(name, "bool" | "void") { format!("wit.{name}") } else { zig };
    let is_opaque = header.destructors.iter().any(|destructor| {
        destructor
            .parameters
            .first()
            .is_some_and(|rep| rep.kind.trim_end_matches('*') == kind.trim_end_matches('*'))
    });
    if stars > 0 && is_opaque { format!("?*{name}") } else { format!("{}{name}", "[*c]".repeat(stars)) }
}

/// The statement that frees a parameter: the plugin owns what it receives.
fn release(header: &Header<'_>, parameter: &Parameter) -> String {
    let name = identifier(&parameter.name);
    match header.release(parameter) {
        Some(free) if name.starts_with("maybe_") => format!("if ({name} != null) wit.{free}({name});"),
        Some(free) => format!("wit.{free}({name});"),
        None => format!("_ = {name};"),
    }
}

/// A type's plain value: all bytes are zero, except in a handle of the plugin's.
fn value(header: &Header<'_>, kind: &str) -> String {
    match (kind, header.maker(kind)) {
        (_, Some((make, rep))) => format!(
            "wit.{make}(@ptrCast(std.heap.c_allocator.create({}) catch @panic(\"out of memory\")))",
            own(&rep)
        ),
        ("bool", None) => "false".to_owned(),
        (kind, None)
            if kind.starts_with("int") || kind.starts_with("uint") || matches!(kind, "float" | "double") =>
        {
            "0".to_owned()
        }
        (kind, None) => format!("std.mem.zeroes({})", qualified(header, kind)),
    }
}
