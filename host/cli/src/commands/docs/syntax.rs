//! Writes types and functions in the syntax of WIT.

use std::collections::BTreeMap;

use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Resolve, Result_, Type, TypeDefKind, TypeId, TypeOwner,
};

use super::code::Code;

/// Writes WIT with links to the definitions in the reference.
pub(super) struct Syntax<'a> {
    pub(super) resolve: &'a Resolve,
    /// The anchors of the interfaces in the reference.
    pub(super) anchors: &'a BTreeMap<InterfaceId, String>,
}

impl Syntax<'_> {
    pub(super) fn ty(&self, ty: &Type) -> Code {
        Code::of(match ty {
            Type::Bool => "bool",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::S8 => "s8",
            Type::S16 => "s16",
            Type::S32 => "s32",
            Type::S64 => "s64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::ErrorContext => "error-context",
            Type::Id(id) => return self.defined(*id),
        })
    }

    /// A type by its name, or by its structure if it has none.
    fn defined(&self, id: TypeId) -> Code {
        let definition = &self.resolve.types[id];
        if let Some(name) = &definition.name {
            return match self.anchor(id) {
                Some(anchor) => Code::default().link(name, anchor),
                None => Code::of(name),
            };
        }
        match &definition.kind {
            TypeDefKind::Handle(Handle::Own(resource)) => self.defined(*resource),
            TypeDefKind::Handle(Handle::Borrow(resource)) => {
                self.wrapped("borrow", [self.defined(*resource)])
            }
            TypeDefKind::Tuple(tuple) => self.wrapped("tuple", tuple.types.iter().map(|ty| self.ty(ty))),
            TypeDefKind::Option(ty) => self.wrapped("option", [self.ty(ty)]),
            TypeDefKind::Result(result) => self.result(result),
            TypeDefKind::List(ty) => self.wrapped("list", [self.ty(ty)]),
            TypeDefKind::Map(key, value) => self.wrapped("map", [self.ty(key), self.ty(value)]),
            TypeDefKind::FixedLengthList(ty, length) => {
                self.wrapped("list", [self.ty(ty), Code::of(length.to_string())])
            }
            TypeDefKind::Future(ty) => self.perhaps_wrapped("future", ty.as_ref()),
            TypeDefKind::Stream(ty) => self.perhaps_wrapped("stream", ty.as_ref()),
            TypeDefKind::Type(ty) => self.ty(ty),
            // All others have names.
            other => Code::of(other.as_str()),
        }
    }

    fn wrapped(&self, name: &str, types: impl IntoIterator<Item = Code>) -> Code {
        Code::of(format!("{name}<")).code(Code::joined(types, ", ")).text(">")
    }

    fn perhaps_wrapped(&self, name: &str, ty: Option<&Type>) -> Code {
        ty.map_or_else(|| Code::of(name), |ty| self.wrapped(name, [self.ty(ty)]))
    }

    fn result(&self, Result_ { ok, err }: &Result_) -> Code {
        match (ok, err) {
            (None, None) => Code::of("result"),
            (Some(ok), None) => self.wrapped("result", [self.ty(ok)]),
            (None, Some(err)) => self.wrapped("result", [Code::of("_"), self.ty(err)]),
            (Some(ok), Some(err)) => self.wrapped("result", [self.ty(ok), self.ty(err)]),
        }
    }

    /// The anchor of a type's definition. For a `use`d type, that is in the interface that it comes from.
    fn anchor(&self, id: TypeId) -> Option<String> {
        let definition = &self.resolve.types[id];
        if let TypeDefKind::Type(Type::Id(used)) = definition.kind
            && self.resolve.types[used].owner != definition.owner
        {
            return self.anchor(used);
        }
        match definition.owner {
            TypeOwner::Interface(interface) => {
                Some(format!("{}.{}", self.anchors.get(&interface)?, definition.name.as_ref()?))
            }
            TypeOwner::World(_) | TypeOwner::None => None,
        }
    }

    /// Whether the type is `use`d from another interface.
    pub(super) fn is_used(&self, id: TypeId) -> bool {
        let definition = &self.resolve.types[id];
        matches!(definition.kind, TypeDefKind::Type(Type::Id(used))
            if self.resolve.types[used].owner != definition.owner)
    }

    /// The definition of a type, without comments.
    pub(super) fn definition(&self, id: TypeId) -> Code {
        let definition = &self.resolve.types[id];
        let name = definition.name.as_deref().unwrap_or("_");
        let lines = |keyword: &str, lines: Vec<Code>| {
            let open = Code::of(format!("{keyword} {name} {{\n"));
            let lines = lines.into_iter().map(|line| Code::of("  ").code(line).text(",\n"));
            lines.fold(open, Code::code).text("}")
        };
        match &definition.kind {
            TypeDefKind::Record(record) => lines(
                "record",
                record.fields.iter().map(|field| self.named(&field.name, &field.ty)).collect(),
            ),
            TypeDefKind::Variant(variant) => lines(
                "variant",
                variant
                    .cases
                    .iter()
                    .map(|case| match &case.ty {
                        Some(ty) => Code::of(format!("{}(", case.name)).code(self.ty(ty)).text(")"),
                        None => Code::of(&case.name),
                    })
                    .collect(),
            ),
            TypeDefKind::Enum(cases) => {
                lines("enum", cases.cases.iter().map(|case| Code::of(&case.name)).collect())
            }
            TypeDefKind::Flags(flags) => {
                lines("flags", flags.flags.iter().map(|flag| Code::of(&flag.name)).collect())
            }
            TypeDefKind::Resource => Code::of(format!("resource {name}")),
            kind => {
                let unnamed = match kind {
                    TypeDefKind::Type(ty) => self.ty(ty),
                    _ => self.composed(id),
                };
                Code::of(format!("type {name} = ")).code(unnamed).text(";")
            }
        }
    }

    /// The structure behind a named alias such as `type names = list<string>`.
    fn composed(&self, id: TypeId) -> Code {
        let mut resolve = self.resolve.clone();
        resolve.types[id].name = None;
        Syntax { resolve: &resolve, anchors: self.anchors }.defined(id)
    }

    fn named(&self, name: &str, ty: &Type) -> Code {
        Code::of(format!("{name}: ")).code(self.ty(ty))
    }

    /// The declaration of a function.
    pub(super) fn function(&self, function: &Function) -> Code {
        let name = function.item_name();
        let prefix = match function.kind {
            FunctionKind::Constructor(_) => "constructor(".to_owned(),
            FunctionKind::Freestanding | FunctionKind::Method(_) => format!("{name}: func("),
            FunctionKind::Static(_) => format!("{name}: static func("),
            FunctionKind::AsyncFreestanding | FunctionKind::AsyncMethod(_) => format!("{name}: async func("),
            FunctionKind::AsyncStatic(_) => format!("{name}: static async func("),
        };
        // WIT does not write a method's first parameter, the resource itself,
        let skipped =
            usize::from(matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_)));
        let parameters = function.params.iter().skip(skipped).map(|param| self.named(&param.name, &param.ty));
        let code = Code::of(prefix).code(Code::joined(parameters, ", ")).text(")");
        match &function.result {
            // nor the result of a constructor.
            Some(result) if !matches!(function.kind, FunctionKind::Constructor(_)) => {
                code.text(" -> ").code(self.ty(result)).text(";")
            }
            _ => code.text(";"),
        }
    }
}
