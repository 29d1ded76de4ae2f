//! Formats types in WIT syntax, by name where they have one.

use wasmparser::PrimitiveValType;
use wasmparser::component_types::{
    AliasableResourceId, ComponentDefinedType, ComponentEntityType, ComponentFuncType, ComponentValType,
};

use super::difference::Direction;
use super::surface::{Shape, Surface};

/// How deep and how wide a type is written before an ellipsis.
const DEPTH: usize = 6;
const WIDTH: usize = 8;

/// How handles are formatted.
#[derive(Clone, Copy)]
pub(super) enum Handles {
    /// `own<table>`
    Short,
    /// `own<table of the imported witdock:etl/lookup@0.1.0>`: where the short forms of both sides are equal.
    Full,
}

impl Surface {
    /// `list<column>`, `record batch`, `option<u32>`.
    pub(super) fn describe(&self, ty: ComponentValType, handles: Handles) -> String {
        let text = self.text(ty, handles, DEPTH);
        match self.shape(ty) {
            Shape::Defined(ComponentDefinedType::Record(_)) => kind_and_name("record", text),
            Shape::Defined(ComponentDefinedType::Variant(_)) => kind_and_name("variant", text),
            Shape::Defined(ComponentDefinedType::Enum(_)) => kind_and_name("enum", text),
            Shape::Defined(ComponentDefinedType::Flags(_)) => kind_and_name("flags", text),
            _ => text,
        }
    }

    /// `func(input: list<field>) -> result<contract, error>`
    pub(super) fn signature(&self, function: &ComponentFuncType) -> String {
        let mut parameters: Vec<String> = function
            .params
            .iter()
            .take(WIDTH)
            .map(|(name, ty)| format!("{name}: {}", self.text(*ty, Handles::Short, DEPTH)))
            .collect();
        if function.params.len() > WIDTH {
            parameters.push("…".into());
        }
        let asyncness = if function.async_ { "async " } else { "" };
        let result = function
            .result
            .map(|ty| format!(" -> {}", self.text(ty, Handles::Short, DEPTH)))
            .unwrap_or_default();
        format!("{asyncness}func({}){result}", parameters.join(", "))
    }

    fn text(&self, ty: ComponentValType, handles: Handles, depth: usize) -> String {
        let defined = match self.shape(ty) {
            Shape::Primitive(primitive) => return primitive_name(primitive).into(),
            Shape::Defined(defined) => defined,
        };
        let Some(depth) = depth.checked_sub(1) else { return "…".into() };
        let inner = |ty: &ComponentValType| self.text(*ty, handles, depth);
        let payload = |ty: &Option<ComponentValType>| match ty {
            Some(ty) => format!("<{}>", self.text(*ty, handles, depth)),
            None => String::new(),
        };
        let handle =
            |kind: &str, id: &AliasableResourceId| format!("{kind}<{}>", self.resource_text(*id, handles));
        match defined {
            ComponentDefinedType::Primitive(primitive) => primitive_name(*primitive).into(),
            ComponentDefinedType::Record(_)
            | ComponentDefinedType::Variant(_)
            | ComponentDefinedType::Flags(_)
            | ComponentDefinedType::Enum(_) => self.name(ty).unwrap_or("(unnamed)").into(),
            ComponentDefinedType::List { element, .. } => format!("list<{}>", inner(element)),
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                format!("list<{}, {length}>", inner(element))
            }
            ComponentDefinedType::Map { key, value, .. } => format!("map<{}, {}>", inner(key), inner(value)),
            ComponentDefinedType::Option { ty, .. } => format!("option<{}>", inner(ty)),
            ComponentDefinedType::Tuple(tuple) => {
                let mut items: Vec<String> = tuple.types.iter().take(WIDTH).map(inner).collect();
                if tuple.types.len() > WIDTH {
                    items.push("…".into());
                }
                format!("tuple<{}>", items.join(", "))
            }
            ComponentDefinedType::Result { ok, err, .. } => match (ok, err) {
                (None, None) => "result".into(),
                (Some(ok), None) => format!("result<{}>", inner(ok)),
                (None, Some(err)) => format!("result<_, {}>", inner(err)),
                (Some(ok), Some(err)) => format!("result<{}, {}>", inner(ok), inner(err)),
            },
            ComponentDefinedType::Own(id) => handle("own", id),
            ComponentDefinedType::Borrow(id) => handle("borrow", id),
            ComponentDefinedType::Future { ty, .. } => format!("future{}", payload(ty)),
            ComponentDefinedType::Stream { ty, .. } => format!("stream{}", payload(ty)),
        }
    }

    fn resource_text(&self, id: AliasableResourceId, handles: Handles) -> String {
        match (self.resource(id), handles) {
            (None, _) => "an unnamed resource".into(),
            (Some(resource), Handles::Short) => resource.name.clone(),
            (Some(resource), Handles::Full) => match &resource.interface {
                Some(interface) => match resource.direction {
                    Direction::Import => format!("{} of the imported {interface}", resource.name),
                    Direction::Export => format!("{} of the exported {interface}", resource.name),
                },
                None => format!("{} of the world", resource.name),
            },
        }
    }

    /// A short description of an import or export.
    pub(super) fn describe_item(&self, item: ComponentEntityType) -> String {
        match item {
            ComponentEntityType::Instance(id) => {
                let names: Vec<&str> = self.functions(id).map(|(name, _)| name).collect();
                match names.as_slice() {
                    [] => "an interface with types only".into(),
                    [name] => format!("an interface with the function `{name}`"),
                    [first @ .., last] if names.len() <= 4 => {
                        format!("an interface with the functions `{}` and `{last}`", first.join("`, `"))
                    }
                    _ => format!("an interface with {} functions", names.len()),
                }
            }
            ComponentEntityType::Func(id) => self.signature(&self.types[id]),
            ComponentEntityType::Type { .. } => "a type".into(),
            ComponentEntityType::Module(_) => "a core module".into(),
            ComponentEntityType::Value(_) => "a value".into(),
            ComponentEntityType::Component(_) => "a component".into(),
        }
    }
}

fn kind_and_name(kind: &str, name: String) -> String {
    format!("{kind} {name}")
}

fn primitive_name(primitive: PrimitiveValType) -> &'static str {
    match primitive {
        PrimitiveValType::Bool => "bool",
        PrimitiveValType::S8 => "s8",
        PrimitiveValType::U8 => "u8",
        PrimitiveValType::S16 => "s16",
        PrimitiveValType::U16 => "u16",
        PrimitiveValType::S32 => "s32",
        PrimitiveValType::U32 => "u32",
        PrimitiveValType::S64 => "s64",
        PrimitiveValType::U64 => "u64",
        PrimitiveValType::F32 => "f32",
        PrimitiveValType::F64 => "f64",
        PrimitiveValType::Char => "char",
        PrimitiveValType::String => "string",
        PrimitiveValType::ErrorContext => "error-context",
    }
}
