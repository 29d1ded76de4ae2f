//! What is called in a script, and with what.

use std::ops::Range;
use std::sync::Arc;

use wit_parser::{Handle, Type, TypeDefKind, TypeId};
use witdock::nearest;

use super::parse::Parser;
use super::wrong::{Parsed, Wrong, wrong};
use crate::component::{Function, FunctionKind, NotFound, dealias, definition, find, signature};
use crate::wave::{Mode, Value, read};

impl<'a> Parser<'a> {
    /// The function of this name, and the handle that it is called on: the name may be a handle's and a method's.
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
                return Err(Wrong { help, ..wrong("a name of several functions", "which?", span.clone()) });
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
                        "Several resources have it. Write one of these, with the handle as the first argument:\n  {}",
                        all.collect::<Vec<_>>().join("\n  ")
                    ));
                    return Err(Wrong {
                        help,
                        ..wrong("a method of several resources", "which?", span.clone())
                    });
                }
                _ => {}
            }
        }
        let elsewhere = if std::ptr::eq(functions, self.component.exports.as_slice()) {
            find(&self.component.imports, name).is_ok().then_some(
                "The component imports it, and does not export it. `host` in front of it says what is answered.",
            )
        } else {
            find(&self.component.exports, name)
                .is_ok()
                .then_some("The component exports it, and does not import it. To call it, leave out `host`.")
        };
        // What stands before the dot is a handle, unless it is an interface.
        let method = name.rsplit_once('.').and_then(|(on, method)| {
            let is_handle = functions.iter().all(|function| function.interface_word() != Some(on));
            let methods = functions.iter().filter_map(Function::method).filter(|_| is_handle);
            Some(format!("{on}.{}", nearest(method, methods)?))
        });
        let label = match (method, &unknown) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, NotFound::Unknown { nearest: Some(near), .. }) => format!("did you mean `{near}`?"),
            _ => "no such function".to_owned(),
        };
        let help = elsewhere.map(str::to_owned).unwrap_or_else(|| self.list(functions));
        Err(Wrong {
            help: Some(help),
            ..wrong(&format!("there is no function `{name}`"), &label, span.clone())
        })
    }

    /// The resource of a handle that has the name which it is given by itself: `session-1`.
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
        let mut text = String::from("There are");
        for function in functions.iter().take(MOST) {
            text.push_str("\n  ");
            text.push_str(&function.shown());
        }
        match functions.len() {
            0 => "There is none at all.".into(),
            count if count > MOST => format!("{text}\n  and {} more", count - MOST),
            _ => text,
        }
    }

    pub(super) fn arguments(
        &mut self,
        function: &Arc<Function>,
        on: Option<String>,
        callee: &Range<usize>,
        mode: Mode,
    ) -> Parsed<Vec<Value>> {
        let help = || Some(signature(&self.component.resolve, function));
        if !self.scanner.rest().starts_with('(') {
            let wrong =
                wrong("a call has its arguments in parentheses", "expected `(` behind it", callee.clone());
            return Err(Wrong { help: help(), ..wrong });
        }
        let open = self.scanner.at;
        let pieces = self.scanner.arguments()?;
        let mut values: Vec<Value> = on.into_iter().map(Value::Handle).collect();
        let params = function.params.get(values.len()..).unwrap_or_default();
        for (index, piece) in pieces.iter().enumerate() {
            let Some((_, ty)) = params.get(index) else {
                let label = format!("one too many: it takes {}", count(params.len()));
                return Err(Wrong { help: help(), ..wrong("too many arguments", &label, piece.clone()) });
            };
            values.push(self.value(ty, piece.clone(), mode)?);
        }
        // As in WAVE, options at the end may be left out.
        for (name, ty) in params.get(pieces.len()..).unwrap_or_default() {
            if !self.is_option(ty) {
                let label = format!("`{name}` is missing: it takes {}", count(params.len()));
                let span = open..self.scanner.at;
                return Err(Wrong { help: help(), ..wrong("too few arguments", &label, span) });
            }
            values.push(Value::Option(None));
        }
        Ok(values)
    }

    pub(super) fn value(&self, ty: &Type, span: Range<usize>, mode: Mode) -> Parsed<Value> {
        if span.is_empty() {
            let ty = definition(&self.component.resolve, ty);
            return Err(wrong(&format!("expected {ty}"), "a value is missing here", span));
        }
        read(&self.component.resolve, ty, self.text(&span), mode).map_err(|error| Wrong {
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

    /// The resource of the only handle that a result may hold.
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
        0 => "no argument".into(),
        1 => "1 argument".into(),
        more => format!("{more} arguments"),
    }
}
