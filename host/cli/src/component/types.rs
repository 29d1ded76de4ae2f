//! Types as WIT writes them.

use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

/// The definition behind aliases and `use`: of a resource, the one in the interface that declares it.
pub(crate) fn dealias(resolve: &Resolve, mut id: TypeId) -> TypeId {
    while let TypeDefKind::Type(Type::Id(next)) = resolve.types[id].kind {
        id = next;
    }
    id
}

/// A type as a WIT signature names it: `field`, `list<field>`.
pub(crate) fn type_name(resolve: &Resolve, ty: &Type) -> String {
    let name = |ty: &Type| type_name(resolve, ty);
    let optional = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), name);
    let id = match ty {
        Type::Bool => return "bool".into(),
        Type::U8 => return "u8".into(),
        Type::U16 => return "u16".into(),
        Type::U32 => return "u32".into(),
        Type::U64 => return "u64".into(),
        Type::S8 => return "s8".into(),
        Type::S16 => return "s16".into(),
        Type::S32 => return "s32".into(),
        Type::S64 => return "s64".into(),
        Type::F32 => return "f32".into(),
        Type::F64 => return "f64".into(),
        Type::Char => return "char".into(),
        Type::String => return "string".into(),
        Type::ErrorContext => return "error-context".into(),
        Type::Id(id) => *id,
    };
    let definition = &resolve.types[id];
    if let Some(name) = &definition.name {
        return name.clone();
    }
    match &definition.kind {
        TypeDefKind::List(element) => format!("list<{}>", name(element)),
        TypeDefKind::FixedLengthList(element, length) => format!("list<{}, {length}>", name(element)),
        TypeDefKind::Map(key, value) => format!("map<{}, {}>", name(key), name(value)),
        TypeDefKind::Option(some) => format!("option<{}>", name(some)),
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (None, None) => "result".into(),
            (Some(ok), None) => format!("result<{}>", name(ok)),
            (ok, Some(error)) => format!("result<{}, {}>", optional(ok), name(error)),
        },
        TypeDefKind::Tuple(tuple) => {
            format!("tuple<{}>", tuple.types.iter().map(name).collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Handle(Handle::Own(id)) => name(&Type::Id(*id)),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", name(&Type::Id(*id))),
        TypeDefKind::Future(ty) => format!("future<{}>", optional(ty)),
        TypeDefKind::Stream(ty) => format!("stream<{}>", optional(ty)),
        TypeDefKind::Type(ty) => name(ty),
        other => other.as_str().to_owned(),
    }
}

/// A type with its fields or cases, one level deep: `enum color { red, green }`. A type without a definition is only named.
pub(crate) fn definition(resolve: &Resolve, ty: &Type) -> String {
    let name = type_name(resolve, ty);
    let Type::Id(id) = ty else { return name };
    let optional = |name: &str, ty: &Option<Type>| match ty {
        Some(ty) => format!("{name}({})", type_name(resolve, ty)),
        None => name.to_owned(),
    };
    let inside: Vec<String> = match &resolve.types[dealias(resolve, *id)].kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|field| format!("{}: {}", field.name, type_name(resolve, &field.ty)))
            .collect(),
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().map(|case| optional(&case.name, &case.ty)).collect()
        }
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|flag| flag.name.clone()).collect(),
        TypeDefKind::Resource => return format!("a handle to a {name}"),
        TypeDefKind::Type(ty) => return format!("{name}, {}", type_name(resolve, ty)),
        kind => {
            let plain = type_name(resolve, &Type::Id(dealias(resolve, *id)));
            return match kind {
                TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                    format!("a handle to a {}", type_name(resolve, &Type::Id(*resource)))
                }
                _ if plain != name => format!("{name}, {plain}"),
                _ => name,
            };
        }
    };
    let kind = resolve.types[dealias(resolve, *id)].kind.as_str();
    format!("{kind} {name} {{ {} }}", inside.join(", "))
}
