//! Reads WAVE text as a value of a known type.

use std::str::FromStr;

use wasm_wave::ast::{Node, NodeType};
use wasm_wave::untyped::UntypedValue;
use wit_parser::{Handle, Resolve, Type, TypeDefKind};
use witdock::nearest;

use super::error::{WaveError, syntax, unknown_escape};
use super::kind::{has_case, is_option, is_result, range};
use super::value::Value;
use crate::component::{dealias, definition, type_name};

/// How a value is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is passed to a function: every part is required.
    Given,
    /// It is compared with an actual value: `any` may stand for a part of it.
    Expected,
}

/// Reads a value of this type. The text may also have white space and comments.
///
/// # Errors
///
/// When the text is not WAVE, or not a value of this type.
pub(crate) fn read(resolve: &Resolve, ty: &Type, text: &str, mode: Mode) -> Result<Value, WaveError> {
    let untyped = UntypedValue::parse(text).map_err(|error| syntax(resolve, ty, text, &error))?;
    Reader { resolve, text, mode }.value(untyped.node(), ty)
}

struct Reader<'a> {
    resolve: &'a Resolve,
    text: &'a str,
    mode: Mode,
}

type Read<T> = Result<T, WaveError>;
/// The payload of a case, an option or a result.
type Payload = Option<Box<Value>>;

impl Reader<'_> {
    fn value(&self, node: &Node, ty: &Type) -> Read<Value> {
        let resolve = self.resolve;
        if self.mode == Mode::Expected && self.word(node) == "any" && !has_case(resolve, ty, "any") {
            return Ok(Value::Any);
        }
        let id = match ty {
            Type::Bool => return node.as_bool().map(Value::Bool).map_err(|_| self.unlike(node, ty)),
            Type::U8 => return self.unsigned::<u8>(node, ty),
            Type::U16 => return self.unsigned::<u16>(node, ty),
            Type::U32 => return self.unsigned::<u32>(node, ty),
            Type::U64 => return self.unsigned::<u64>(node, ty),
            Type::S8 => return self.signed::<i8>(node, ty),
            Type::S16 => return self.signed::<i16>(node, ty),
            Type::S32 => return self.signed::<i32>(node, ty),
            Type::S64 => return self.signed::<i64>(node, ty),
            Type::F32 => return self.number(node, ty).map(Value::F32),
            Type::F64 => return self.number(node, ty).map(Value::F64),
            Type::Char => return node.as_char(self.text).map(Value::Char).map_err(|_| self.unlike(node, ty)),
            Type::String => return self.string(node, ty).map(Value::String),
            Type::ErrorContext => return Err(self.no_notation(node, ty)),
            Type::Id(id) => dealias(resolve, *id),
        };
        match &resolve.types[id].kind {
            TypeDefKind::Type(inner) => self.value(node, inner),
            TypeDefKind::List(Type::U8) => self.bytes(node, ty),
            TypeDefKind::List(element) => self.list(node, ty, element).map(Value::List),
            TypeDefKind::FixedLengthList(element, length) => {
                let values = self.list(node, ty, element)?;
                if u32::try_from(values.len()) != Ok(*length) {
                    let label = format!("{} elements", values.len());
                    return Err(self.error(node, format!("expected {length} elements"), label));
                }
                Ok(Value::List(values))
            }
            TypeDefKind::Map(key, value) => self.map(node, ty, key, value),
            TypeDefKind::Record(record) => self.record(node, ty, record),
            TypeDefKind::Tuple(tuple) => {
                let nodes: Vec<&Node> = match node.as_tuple() {
                    Ok(nodes) => nodes.collect(),
                    Err(_) => return Err(self.unlike(node, ty)),
                };
                if nodes.len() != tuple.types.len() {
                    let message = format!("expected {}", definition(resolve, ty));
                    let label = format!("{} items, expected {}", nodes.len(), tuple.types.len());
                    return Err(self.error(node, message, label));
                }
                let values = nodes.iter().zip(&tuple.types).map(|(node, ty)| self.value(node, ty));
                values.collect::<Read<_>>().map(Value::Tuple)
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| (case.name.as_str(), case.ty.as_ref()));
                self.case(node, ty, &cases.collect::<Vec<_>>())
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter().map(|case| (case.name.as_str(), None));
                self.case(node, ty, &cases.collect::<Vec<_>>())
            }
            TypeDefKind::Flags(flags) => {
                let known: Vec<&str> = flags.flags.iter().map(|flag| flag.name.as_str()).collect();
                self.flags(node, ty, &known)
            }
            TypeDefKind::Option(some) => self.option(node, ty, some).map(Value::Option),
            TypeDefKind::Result(result) => self.result(node, ty, result).map(Value::Result),
            TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) => match node.ty() {
                NodeType::Label => Ok(Value::Handle(self.word(node).to_owned())),
                _ => Err(self.unlike(node, ty)),
            },
            TypeDefKind::Resource
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Unknown => Err(self.no_notation(node, ty)),
        }
    }

    fn unsigned<T: FromStr + Into<u64>>(&self, node: &Node, ty: &Type) -> Read<Value> {
        self.number::<T>(node, ty).map(|number| Value::Unsigned(number.into()))
    }

    fn signed<T: FromStr + Into<i64>>(&self, node: &Node, ty: &Type) -> Read<Value> {
        self.number::<T>(node, ty).map(|number| Value::Signed(number.into()))
    }

    fn number<T: FromStr>(&self, node: &Node, ty: &Type) -> Read<T> {
        node.as_number(self.text).map_err(|_| match node.ty() {
            NodeType::Number => {
                let name = type_name(self.resolve, ty);
                let label = match range(ty) {
                    Some((least, most)) => format!("out of range: {name} is {least} to {most}"),
                    None => format!("not a {name}"),
                };
                self.error(node, format!("expected {}", definition(self.resolve, ty)), label)
            }
            _ => self.unlike(node, ty),
        })
    }

    fn string(&self, node: &Node, ty: &Type) -> Read<String> {
        match node.as_str(self.text) {
            Ok(text) => Ok(text.into_owned()),
            Err(error) if matches!(node.ty(), NodeType::String | NodeType::MultilineString) => {
                Err(unknown_escape(self.text, node.span().start).unwrap_or_else(|| {
                    let message =
                        "invalid escape `\\u{…}`; write the code of a character in hexadecimal".to_owned();
                    WaveError { message, span: error.span(), label: "in this string".to_owned() }
                }))
            }
            Err(_) => Err(self.unlike(node, ty)),
        }
    }

    fn bytes(&self, node: &Node, ty: &Type) -> Read<Value> {
        if matches!(node.ty(), NodeType::String | NodeType::MultilineString) {
            return self.string(node, ty).map(|text| Value::Bytes(text.into_bytes()));
        }
        let nodes = node.as_list().map_err(|_| self.unlike(node, ty))?;
        nodes.map(|node| self.number(node, &Type::U8)).collect::<Read<_>>().map(Value::Bytes)
    }

    fn list(&self, node: &Node, ty: &Type, element: &Type) -> Read<Vec<Value>> {
        let nodes = node.as_list().map_err(|_| self.unlike(node, ty))?;
        nodes.map(|node| self.value(node, element)).collect()
    }

    fn map(&self, node: &Node, ty: &Type, key: &Type, value: &Type) -> Read<Value> {
        let nodes = node.as_list().map_err(|_| self.unlike(node, ty))?;
        let mut entries = Vec::new();
        for node in nodes {
            let pair: Vec<&Node> = node.as_tuple().map(Iterator::collect).unwrap_or_default();
            let [first, second] = pair.as_slice() else { return Err(self.unlike(node, ty)) };
            entries.push((self.value(first, key)?, self.value(second, value)?));
        }
        Ok(Value::Map(entries))
    }

    fn record(&self, node: &Node, ty: &Type, record: &wit_parser::Record) -> Read<Value> {
        let given: Vec<(&str, &Node)> = match node.as_record(self.text) {
            Ok(fields) => fields.collect(),
            // WAVE parses `{}` as flags.
            Err(_)
                if self.text.get(node.span()).is_some_and(|it| it.starts_with('{'))
                    && is_no_flags(node, self.text) =>
            {
                Vec::new()
            }
            Err(_) => return Err(self.unlike(node, ty)),
        };
        for (name, value) in &given {
            if record.fields.iter().all(|field| field.name != *name) {
                let hint = did_you_mean(name, record.fields.iter().map(|field| field.name.as_str()));
                let start = self.text.get(..value.span().start).and_then(|before| before.rfind(name));
                let span = start.map_or_else(|| value.span(), |start| start..start + name.len());
                let message = format!("expected {}", definition(self.resolve, ty));
                return Err(WaveError { message, span, label: format!("unknown field{hint}") });
            }
        }
        let mut fields = Vec::new();
        let mut missing = Vec::new();
        for field in &record.fields {
            match given.iter().find(|(name, _)| *name == field.name) {
                Some((_, node)) => fields.push((field.name.clone(), self.value(node, &field.ty)?)),
                None if is_option(self.resolve, &field.ty) => {
                    fields.push((field.name.clone(), Value::Option(None)));
                }
                None => missing.push(format!("`{}`", field.name)),
            }
        }
        if missing.is_empty() {
            return Ok(Value::Record(fields));
        }
        let message = format!("expected {}", definition(self.resolve, ty));
        Err(self.error(node, message, format!("missing {}", missing.join(", "))))
    }

    fn case(&self, node: &Node, ty: &Type, cases: &[(&str, Option<&Type>)]) -> Read<Value> {
        let (name, payload) = match node.ty() {
            NodeType::Label | NodeType::VariantWithPayload => {
                node.as_variant(self.text).map_err(|_| self.unlike(node, ty))?
            }
            // A case whose name is a keyword of WAVE may be written without its `%`.
            NodeType::OptionNone | NodeType::OptionSome => {
                let payload = node.as_option().map_err(|_| self.unlike(node, ty))?;
                (if payload.is_some() { "some" } else { "none" }, payload)
            }
            NodeType::ResultOk | NodeType::ResultErr => {
                match node.as_result().map_err(|_| self.unlike(node, ty))? {
                    Ok(payload) => ("ok", payload),
                    Err(payload) => ("err", payload),
                }
            }
            _ => return Err(self.unlike(node, ty)),
        };
        let Some((_, wanted)) = cases.iter().find(|(case, _)| *case == name) else {
            let hint = did_you_mean(name, cases.iter().map(|(case, _)| *case));
            let message = format!("expected {}", definition(self.resolve, ty));
            return Err(self.error(node, message, format!("unknown case{hint}")));
        };
        let value = self.payload(node, name, *wanted, payload)?;
        Ok(Value::Case(name.to_owned(), value))
    }

    fn payload(&self, node: &Node, name: &str, wanted: Option<&Type>, given: Option<&Node>) -> Read<Payload> {
        match (wanted, given) {
            (Some(ty), Some(node)) => Ok(Some(Box::new(self.value(node, ty)?))),
            (None, None) => Ok(None),
            (Some(ty), None) => {
                let message =
                    format!("the case `{name}` has a payload of type {}", definition(self.resolve, ty));
                Err(self.error(node, message, format!("expected `{name}(…)`")))
            }
            (None, Some(_)) => {
                let message = format!("the case `{name}` has no payload");
                Err(self.error(node, message, format!("expected `{name}`")))
            }
        }
    }

    fn flags(&self, node: &Node, ty: &Type, known: &[&str]) -> Read<Value> {
        let given: Vec<&str> = match node.as_flags(self.text) {
            Ok(flags) => flags.map(|flag| flag.strip_prefix('%').unwrap_or(flag)).collect(),
            Err(_) => return Err(self.unlike(node, ty)),
        };
        for flag in &given {
            if !known.contains(flag) {
                let hint = did_you_mean(flag, known.iter().copied());
                let message = format!("expected {}", definition(self.resolve, ty));
                return Err(self.error(node, message, format!("unknown flag `{flag}`{hint}")));
            }
        }
        let set = known.iter().filter(|flag| given.contains(flag));
        Ok(Value::Flags(set.map(|flag| (*flag).to_owned()).collect()))
    }

    fn option(&self, node: &Node, ty: &Type, some: &Type) -> Read<Payload> {
        match node.ty() {
            NodeType::OptionNone => Ok(None),
            NodeType::OptionSome => match node.as_option() {
                Ok(Some(inner)) => self.value(inner, some).map(Box::new).map(Some),
                _ => Err(self.unlike(node, ty)),
            },
            // WAVE allows `1` for `some(1)` where it is unambiguous.
            _ if !is_option(self.resolve, some) && !is_result(self.resolve, some) => {
                self.value(node, some).map(Box::new).map(Some)
            }
            _ => Err(self.unlike(node, ty)),
        }
    }

    fn result(&self, node: &Node, ty: &Type, result: &wit_parser::Result_) -> Read<Result<Payload, Payload>> {
        match (node.as_result(), &result.ok) {
            (Ok(Ok(given)), ok) => self.payload(node, "ok", ok.as_ref(), given).map(Ok),
            (Ok(Err(given)), _) => self.payload(node, "err", result.err.as_ref(), given).map(Err),
            (Err(_), Some(ok)) if !is_option(self.resolve, ok) && !is_result(self.resolve, ok) => {
                self.value(node, ok).map(|value| Ok(Some(Box::new(value))))
            }
            (Err(_), _) => Err(self.unlike(node, ty)),
        }
    }

    /// The text of a name, without a leading `%`; empty for anything else.
    fn word(&self, node: &Node) -> &str {
        let text = self.text.get(node.span()).unwrap_or_default();
        match node.ty() {
            NodeType::Label => text.strip_prefix('%').unwrap_or(text),
            _ => "",
        }
    }

    /// The error for a value of another kind.
    fn unlike(&self, node: &Node, ty: &Type) -> WaveError {
        let found = match node.ty() {
            NodeType::BoolTrue | NodeType::BoolFalse => "a bool",
            NodeType::Number => "a number",
            NodeType::Char => "a char",
            NodeType::String | NodeType::MultilineString => "a string",
            NodeType::Tuple => "a tuple",
            NodeType::List => "a list",
            NodeType::Record => "a record",
            NodeType::Label => "a name",
            NodeType::VariantWithPayload => "a case with a value",
            NodeType::OptionSome | NodeType::OptionNone => "an option",
            NodeType::ResultOk | NodeType::ResultErr => "a result",
            NodeType::Flags => "flags",
        };
        self.error(node, format!("expected {}", definition(self.resolve, ty)), format!("this is {found}"))
    }

    fn no_notation(&self, node: &Node, ty: &Type) -> WaveError {
        let message = format!("a value of type `{}` cannot be written", type_name(self.resolve, ty));
        self.error(node, message, "unsupported type".to_owned())
    }

    fn error(&self, node: &Node, message: String, label: String) -> WaveError {
        WaveError { message, span: node.span(), label }
    }
}

/// A hint for the end of a message: `; did you mean `data`?`, or nothing.
fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

fn is_no_flags(node: &Node, text: &str) -> bool {
    node.ty() == NodeType::Flags && node.as_flags(text).is_ok_and(|mut flags| flags.next().is_none())
}
