//! The arguments of a call on a command line.

use miette::NamedSource;
use wit_parser::{Type, TypeDefKind};

use crate::component::{Component, Function};
use crate::text_error::TextError;
use crate::wave::{Mode, Value, WaveError, read};

/// Reads one argument of a call on a command line. A string needs no quotes there.
///
/// # Errors
///
/// When the function has no such parameter, or the text is not a value of its type.
pub(crate) fn argument(
    component: &Component,
    function: &Function,
    index: usize,
    text: &str,
) -> Result<Value, Box<TextError>> {
    let first = usize::from(function.method().is_some());
    let Some((name, ty)) = function.params.get(first + index) else {
        let message = format!("too many arguments for `{}`", function.item());
        return Err(Box::new(TextError {
            message,
            source_text: NamedSource::new(format!("argument {}", index + 1), text.to_owned()),
            span: 0..text.len(),
            label: format!("the function takes {}", count(function.params.len() - first)),
            help: Some(function.signature(&component.resolve)),
        }));
    };
    if is_string(component, ty) && !text.trim_start().starts_with('"') {
        return Ok(Value::String(text.to_owned()));
    }
    read(&component.resolve, ty, text, Mode::Given).map_err(|WaveError { message, span, label }| {
        Box::new(TextError {
            message,
            source_text: NamedSource::new(format!("argument {}, `{name}`", index + 1), text.to_owned()),
            span,
            label,
            help: None,
        })
    })
}

fn count(parameters: usize) -> String {
    match parameters {
        0 => "no arguments".into(),
        1 => "1 argument".into(),
        more => format!("{more} arguments"),
    }
}

fn is_string(component: &Component, ty: &Type) -> bool {
    match ty {
        Type::String => true,
        Type::Id(id) => match &component.resolve.types[*id].kind {
            TypeDefKind::Type(ty) => is_string(component, ty),
            _ => false,
        },
        _ => false,
    }
}
