//! A function that a component imports or exports, and its names.

use wit_parser::{Resolve, Type, TypeId};

use super::types::{dealias, type_name};

/// A function that a component imports or exports.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// The interface with its version, `witdock:etl/transform@0.1.0`; `None` for a function of the world itself.
    pub(crate) interface: Option<String>,
    /// The name in the component, with the kind in brackets: `describe`, `[method]session.process`.
    pub(crate) name: String,
    pub(crate) kind: FunctionKind,
    /// The parameters; a method's first is `self`.
    pub(crate) params: Vec<(String, Type)>,
    pub(crate) result: Option<Type>,
    pub(crate) is_async: bool,
}

/// The resource that a function belongs to, by its definition, and how it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    Free,
    Constructor(TypeId),
    Method(TypeId),
    Static(TypeId),
}

impl Function {
    pub(super) fn new(resolve: &Resolve, interface: Option<String>, function: &wit_parser::Function) -> Self {
        use wit_parser::FunctionKind as Wit;
        let kind = match function.kind {
            Wit::Freestanding | Wit::AsyncFreestanding => FunctionKind::Free,
            Wit::Constructor(id) => FunctionKind::Constructor(dealias(resolve, id)),
            Wit::Method(id) | Wit::AsyncMethod(id) => FunctionKind::Method(dealias(resolve, id)),
            Wit::Static(id) | Wit::AsyncStatic(id) => FunctionKind::Static(dealias(resolve, id)),
        };
        Self {
            interface,
            name: function.name.clone(),
            kind,
            params: function.params.iter().map(|param| (param.name.clone(), param.ty)).collect(),
            result: function.result,
            is_async: function.kind.is_async(),
        }
    }

    /// The name without the kind: `describe`, `session.process`, and `session` for a constructor.
    pub(crate) fn item(&self) -> &str {
        self.name.split_once(']').map_or(&self.name, |(_, item)| item)
    }

    /// A method's own name, without its resource's: `process`.
    pub(crate) fn method(&self) -> Option<&str> {
        let FunctionKind::Method(_) = self.kind else { return None };
        self.item().split_once('.').map(|(_, method)| method)
    }

    /// The name as messages show it, with the last word of the interface: `transform.describe`, `session.process`.
    pub(crate) fn shown(&self) -> String {
        match (self.kind, self.interface_word()) {
            (FunctionKind::Free, Some(word)) => format!("{word}.{}", self.name),
            _ => self.item().to_owned(),
        }
    }

    /// The name that is unique in the component: `witdock:etl/transform#describe`.
    pub(crate) fn full(&self) -> String {
        match self.interface_path() {
            Some(path) => format!("{path}#{}", self.item()),
            None => self.item().to_owned(),
        }
    }

    /// The interface's name without its version: `witdock:etl/transform`.
    pub(crate) fn interface_path(&self) -> Option<&str> {
        self.interface.as_deref().map(|name| name.split_once('@').map_or(name, |(path, _)| path))
    }

    /// The last word of the interface's name: `transform`.
    pub(crate) fn interface_word(&self) -> Option<&str> {
        self.interface_path().map(|path| path.rsplit('/').next().unwrap_or(path))
    }

    /// Whether a user may call the function by this name.
    pub(super) fn is_called(&self, query: &str) -> bool {
        let is_name = |name: &str| name == self.item() || name == self.name;
        if is_name(query) {
            return true;
        }
        let prefixes = [self.interface.as_deref(), self.interface_path(), self.interface_word()];
        prefixes.into_iter().flatten().any(|prefix| {
            query.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(['.', '#'])).is_some_and(is_name)
        })
    }

    /// The type with the name, as WIT writes it: `describe: func(input: list<field>) -> result<contract, error>`.
    pub(crate) fn signature(&self, resolve: &Resolve) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .filter(|(name, _)| self.method().is_none() || name != "self")
            .map(|(name, ty)| format!("{name}: {}", type_name(resolve, ty)))
            .collect();
        let keyword = match self.kind {
            FunctionKind::Constructor(_) => "constructor",
            FunctionKind::Static(_) => "static func",
            _ if self.is_async => "async func",
            _ => "func",
        };
        let result = match (&self.result, self.kind) {
            (_, FunctionKind::Constructor(_)) | (None, _) => String::new(),
            (Some(result), _) => format!(" -> {}", type_name(resolve, result)),
        };
        format!("{}: {keyword}({}){result}", self.item(), params.join(", "))
    }
}
