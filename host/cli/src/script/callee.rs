//! Parses the function and the arguments of a call in a script.

use std::ops::Range;
use std::sync::Arc;

use wit_parser::{Handle, Type, TypeDefKind, TypeId};
use witdock::nearest;

use super::parse::Parser;
use super::syntax_error::{Parsed, SyntaxError, error};
use crate::component::{Function, FunctionKind, NotFound, dealias, definition, find};
use crate::wave::{Mode, Value, read};

impl<'a> Parser<'a> {
    /// Resolves a name to a function and, for `handle.method`, the handle's name.
    pub(super) fn function(
        &self,
        span: &Range<usize>,
        functions: &'a [Function],
    ) -> Parsed<(Arc<Function>, Option<String>)> {
        let name = self.text(span);
        let unknown = match find(functions, name) {
            Ok(function) => return Ok((Arc::new(function.clone()), None)),
            Err(NotFound::Ambiguous { candidates, .. }) => {
                let help = Some(format!("Write one of\n  {}", candidates.join("\n  ")));
                let message = format!("ambiguous function name `{name}`");
                return Err(SyntaxError {
                    help,
                    ..error(&message, "several functions have it", span.clone())
                });
            }
            Err(unknown) => unknown,
        };
        if let Some((on, method)) = name.rsplit_once('.') {
            let known = self.resources.get(on).copied().or_else(|| self.named_after(on, functions));
            let mut methods = functions.iter().filter(|function| {
                function.method() == Some(method)
                    && known.is_none_or(|resource| function.kind == FunctionKind::Method(resource))
            });
            match (methods.next(), methods.next()) {
                (Some(function), None) => return Ok((Arc::new(function.clone()), Some(on.to_owned()))),
                (Some(first), Some(second)) => {
                    let all = [first, second].into_iter().chain(methods).map(Function::full);
                    let help = Some(format!(
                        "Write one of these, with the handle as the first argument:\n  {}",
                        all.collect::<Vec<_>>().join("\n  ")
                    ));
                    let message = format!("ambiguous method name `{method}`");
                    let label = "several resources have it";
                    return Err(SyntaxError { help, ..error(&message, label, span.clone()) });
                }
                _ => {}
            }
        }
        let elsewhere = if std::ptr::eq(functions, self.component.exports.as_slice()) {
            find(&self.component.imports, name)
                .is_ok()
                .then_some("The component imports this function. To answer it, write `host` before it.")
        } else {
            find(&self.component.exports, name)
                .is_ok()
                .then_some("The component exports this function. To call it, remove `host`.")
        };
        // The part before the dot is a handle, unless it is an interface.
        let method = name.rsplit_once('.').and_then(|(on, method)| {
            let is_handle = functions.iter().all(|function| function.interface_word() != Some(on));
            let methods = functions.iter().filter_map(Function::method).filter(|_| is_handle);
            Some(format!("{on}.{}", nearest(method, methods)?))
        });
        let label = match (method, &unknown) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, NotFound::Unknown { nearest: Some(near), .. }) => format!("did you mean `{near}`?"),
            _ => "unknown function".to_owned(),
        };
        let help = elsewhere.map(str::to_owned).unwrap_or_else(|| self.list(functions));
        Err(SyntaxError {
            help: Some(help),
            ..error(&format!("unknown function `{name}`"), &label, span.clone())
        })
    }

    /// The resource of a handle with an automatic name: `session-1`.
    fn named_after(&self, handle: &str, functions: &[Function]) -> Option<TypeId> {
        let (resource, _) = handle.rsplit_once('-')?;
        functions.iter().find_map(|function| match function.kind {
            FunctionKind::Method(id)
                if self.component.resolve.types[id].name.as_deref() == Some(resource) =>
            {
                Some(id)
            }
            _ => None,
        })
    }

    fn list(&self, functions: &[Function]) -> String {
        const MOST: usize = 12;
        let mut text = String::from("Known functions:");
        for function in functions.iter().take(MOST) {
            text.push_str("\n  ");
            text.push_str(&function.shown());
        }
        match functions.len() {
            0 => "The component has none.".into(),
            count if count > MOST => format!("{text}\n  … and {} more", count - MOST),
            _ => text,
        }
    }

    /// Parses `(…)` after a function's name. `on` is the handle of a method call.
    pub(super) fn arguments(
        &mut self,
        function: &Arc<Function>,
        on: Option<String>,
        callee: &Range<usize>,
        mode: Mode,
    ) -> Parsed<Vec<Value>> {
        let help = || Some(function.signature(&self.component.resolve));
        if !self.scanner.rest().starts_with('(') {
            let missing = error("missing arguments", "expected `(` after this name", callee.clone());
            return Err(SyntaxError { help: help(), ..missing });
        }
        let open = self.scanner.at;
        let pieces = self.scanner.arguments()?;
        let mut values: Vec<Value> = on.into_iter().map(Value::Handle).collect();
        let params = function.params.get(values.len()..).unwrap_or_default();
        for (index, piece) in pieces.iter().enumerate() {
            let Some((_, ty)) = params.get(index) else {
                let label = format!("the function takes {}", count(params.len()));
                let extra = error("too many arguments", &label, piece.clone());
                return Err(SyntaxError { help: help(), ..extra });
            };
            values.push(self.value(ty, piece.clone(), mode)?);
        }
        // As in WAVE, trailing options may be omitted.
        for (name, ty) in params.get(pieces.len()..).unwrap_or_default() {
            if !self.is_option(ty) {
                let label = format!("`{name}` is missing; the function takes {}", count(params.len()));
                let span = open..self.scanner.at;
                return Err(SyntaxError { help: help(), ..error("too few arguments", &label, span) });
            }
            values.push(Value::Option(None));
        }
        Ok(values)
    }

    /// Reads the value of a type at a span.
    pub(super) fn value(&self, ty: &Type, span: Range<usize>, mode: Mode) -> Parsed<Value> {
        if span.is_empty() {
            let ty = definition(&self.component.resolve, ty);
            return Err(error(&format!("expected {ty}"), "missing value", span));
        }
        read(&self.component.resolve, ty, self.text(&span), mode).map_err(|error| SyntaxError {
            message: error.message,
            label: error.label,
            span: span.start + error.span.start..span.start + error.span.end,
            help: None,
        })
    }

    fn is_option(&self, ty: &Type) -> bool {
        let Type::Id(id) = ty else { return false };
        let resolve = &self.component.resolve;
        matches!(resolve.types[dealias(resolve, *id)].kind, TypeDefKind::Option(_))
    }

    /// The resource of the handle in a result, an option or alone.
    pub(super) fn resource(&self, ty: &Type) -> Option<TypeId> {
        let Type::Id(id) = ty else { return None };
        let resolve = &self.component.resolve;
        match &resolve.types[dealias(resolve, *id)].kind {
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                Some(dealias(resolve, *resource))
            }
            TypeDefKind::Option(some) => self.resource(some),
            TypeDefKind::Result(result) => result.ok.as_ref().and_then(|ok| self.resource(ok)),
            _ => None,
        }
    }
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".into(),
        1 => "1 argument".into(),
        more => format!("{more} arguments"),
    }
}
