//! The functions that a generated C header asks a plugin to define. Stubs in C and Zig are made from it, since it has the names and
//! the types.

use std::collections::HashMap;

use anyhow::Context;
use heck::ToSnakeCase;
use wit_parser::{Function, Resolve, Type, TypeDefKind, WorldId, WorldItem, WorldKey};

use super::subject::Subject;
use crate::bindings::File;

/// A declared function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prototype {
    /// The lines of the WIT's comment.
    pub(super) docs: Vec<String>,
    /// Whether its WIT type returns a `result`. A returned `bool` is then true for `ok`.
    pub(super) is_fallible: bool,
    pub(super) result: String,
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter. Its type has no spaces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) kind: String,
    pub(super) name: String,
}

impl Prototype {
    fn parse(line: &str) -> Option<Self> {
        let (head, rest) = line.strip_suffix(");")?.split_once('(')?;
        let (result, name) = split_name(head)?;
        let parameters =
            rest.split(',').map(str::trim).filter(|parameter| *parameter != "void" && !parameter.is_empty());
        let parameters =
            parameters.map(|parameter| split_name(parameter).map(|(kind, name)| Parameter { kind, name }));
        let parameters = parameters.collect::<Option<_>>()?;
        Some(Self { docs: Vec::new(), is_fallible: false, result, name, parameters })
    }

    /// The pointer that the result is written to, if it is not returned.
    pub(super) fn out(&self) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == "ret")
    }

    /// Whether the returned `bool` stands for success.
    pub(super) fn returns_success(&self) -> bool {
        self.result == "bool" && self.is_fallible
    }

    /// The parameters that carry values to the plugin.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| !matches!(&*parameter.name, "ret" | "err"))
    }
}

/// The type and the name of a declaration: `uint8_t *ptr`.
fn split_name(declaration: &str) -> Option<(String, String)> {
    let declaration = declaration.trim();
    let start = declaration.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))? + 1;
    let (kind, name) = declaration.split_at_checked(start)?;
    (!name.is_empty()).then(|| (kind.replace(' ', "").trim().to_owned(), name.to_owned()))
}

/// The header of a world.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// Its path in the folder of the bindings.
    pub(super) name: &'a str,
    /// The functions that the plugin defines, in the header's order.
    pub(super) exports: Vec<Prototype>,
    /// The destructors of exported resources. Each is named `P_destructor` and takes a `P_t *`.
    pub(super) destructors: Vec<Prototype>,
    text: &'a str,
}

impl<'a> Header<'a> {
    /// Reads the header among the bindings, and adds the comments of the WIT.
    ///
    /// # Errors
    ///
    /// When there is no header.
    pub(super) fn of(subject: Subject<'a>) -> anyhow::Result<Self> {
        let mut header = Self::read(subject.bindings)?;
        let known = exported(subject.resolve, subject.world);
        for export in &mut header.exports {
            let Some(function) = known.get(&export.name) else { continue };
            export.docs = function
                .docs
                .contents
                .iter()
                .flat_map(|docs| docs.trim_end().lines())
                .map(str::to_owned)
                .collect();
            export.is_fallible = is_result(subject.resolve, function);
        }
        Ok(header)
    }

    fn read(bindings: &'a [File]) -> anyhow::Result<Self> {
        let (name, content) =
            bindings.iter().find(|(name, _)| name.ends_with(".h")).context("the bindings have no header")?;
        let text = std::str::from_utf8(content).with_context(|| format!("{name} is not UTF-8"))?;
        let mut header = Self { name, exports: Vec::new(), destructors: Vec::new(), text };
        let mut is_export = false;
        for line in text.lines() {
            if line.starts_with("// Exported Functions from") {
                is_export = true;
            } else if line.starts_with("// Imported Functions from")
                || line.starts_with("// Helper Functions")
            {
                is_export = false;
            } else if let Some(prototype) = Prototype::parse(line) {
                if is_export {
                    header.exports.push(prototype);
                } else if prototype.name.ends_with("_destructor") {
                    header.destructors.push(prototype);
                }
            }
        }
        Ok(header)
    }

    /// The function that frees a parameter, if it needs one.
    pub(super) fn release(&self, parameter: &Parameter) -> Option<String> {
        let kind = parameter.kind.trim_end_matches('*');
        let stem = kind.strip_suffix("_t")?;
        let by_address = format!("{stem}_free");
        if parameter.kind.ends_with('*') && self.declares(&by_address) {
            return Some(by_address);
        }
        // `P_own_R` is dropped by `P_R_drop_own`.
        let dropped = stem.replacen("_own_", "_", 1) + "_drop_own";
        (dropped.len() != stem.len() + "_drop_own".len() && self.declares(&dropped)).then_some(dropped)
    }

    /// For the type of an owned handle: the function that makes one from a resource of the plugin, and the type of that resource.
    pub(super) fn maker(&self, kind: &str) -> Option<(String, String)> {
        let stem = kind.trim_end_matches('*').strip_suffix("_t")?.replacen("_own_", "_", 1);
        let make = format!("{stem}_new");
        self.declares(&make).then(|| (make, format!("{stem}_t")))
    }

    fn declares(&self, function: &str) -> bool {
        self.text.contains(&format!(" {function}("))
    }
}

/// The functions that a plugin of this world exports, by their names in C.
fn exported(resolve: &Resolve, world: WorldId) -> HashMap<String, &Function> {
    let world = &resolve.worlds[world];
    let mut functions = HashMap::new();
    for (key, item) in &world.exports {
        match (key, item) {
            (_, WorldItem::Function(function)) => {
                functions
                    .insert(format!("exports_{}_{}", snake(&world.name), snake(&function.name)), function);
            }
            (key, WorldItem::Interface { id, .. }) => {
                let interface = &resolve.interfaces[*id];
                let prefix = match (key, interface.package, &interface.name) {
                    (WorldKey::Name(name), ..) => snake(name),
                    (_, Some(package), Some(name)) => {
                        let package = &resolve.packages[package].name;
                        format!("{}_{}_{}", snake(&package.namespace), snake(&package.name), snake(name))
                    }
                    _ => continue,
                };
                for function in interface.functions.values() {
                    functions.insert(format!("exports_{prefix}_{}", snake(&function.name)), function);
                }
            }
            _ => {}
        }
    }
    functions
}

/// `[method]job.step` is `method_job_step`.
fn snake(name: &str) -> String {
    name.to_snake_case()
}

fn is_result(resolve: &Resolve, function: &Function) -> bool {
    let mut result = function.result;
    while let Some(Type::Id(id)) = result {
        match &resolve.types[id].kind {
            TypeDefKind::Result(_) => return true,
            TypeDefKind::Type(inner) => result = Some(*inner),
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_with_the_comments_of_the_wit() {
        let text = "// Imported Functions from `a:b/c`\n// Not this.\nextern void a_b_c_f(void);\n\n\
            // Exported Functions from `a:b/d`\n\
            bool exports_a_b_d_g(w_string_t *name, uint8_t *maybe_n, exports_a_b_d_r_t *ret, w_string_t *err);\n\
            uint32_t exports_a_b_d_h(void);\n\n// Helper Functions\n\nvoid w_string_free(w_string_t *ret);\n";
        let bindings = [("w.h".to_owned(), text.as_bytes().to_vec())];
        let mut resolve = Resolve::default();
        let wit = "package a:b;\nworld w { export d; }\ninterface d {\n/// Does it.\n///\n/// Twice.\n\
            g: func(name: string, n: option<u8>) -> result<u8, string>; h: func() -> u32; }";
        let package = resolve.push_str("w.wit", wit).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        let subject = Subject { resolve: &resolve, world, bindings: &bindings, type_name: "" };
        let header = Header::of(subject).unwrap();
        let [g, h] = &*header.exports else { panic!("{header:?}") };
        assert_eq!(g.docs, ["Does it.", "", "Twice."]);
        assert_eq!((&*g.result, &*g.name, g.returns_success()), ("bool", "exports_a_b_d_g", true));
        assert_eq!(g.out().unwrap().kind, "exports_a_b_d_r_t*");
        let inputs: Vec<_> = g.inputs().map(|parameter| &*parameter.name).collect();
        assert_eq!(inputs, ["name", "maybe_n"]);
        assert_eq!(header.release(g.inputs().next().unwrap()).unwrap(), "w_string_free");
        assert_eq!((h.parameters.len(), h.out(), h.returns_success()), (0, None, false));
    }
}
