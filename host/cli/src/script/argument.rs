//! An argument of a call, as it stands on a command line.

use miette::NamedSource;
use wit_parser::{Type, TypeDefKind};

use crate::component::{Component, Function, signature};
use crate::diagnostic::Problem;
use crate::wave::{Mode, Value, WaveError, read};

/// Reads one argument of a call, as it stands on a command line. A text needs no quotes there.
pub(crate) fn argument(
    component: &Component,
    function: &Function,
    index: usize,
    text: &str,
) -> Result<Value, Box<Problem>> {
    let first = usize::from(function.method().is_some());
    let Some((name, ty)) = function.params.get(first + index) else {
        let message = format!("`{}` takes no argument {}", function.item(), index + 1);
        return Err(Box::new(Problem {
            message,
            source_text: NamedSource::new(format!("argument {}", index + 1), text.to_owned()),
            span: 0..text.len(),
            label: "one too many".into(),
            help: Some(signature(&component.resolve, function)),
        }));
    };
    if is_string(component, ty) && !text.trim_start().starts_with('"') {
        return Ok(Value::String(text.to_owned()));
    }
    read(&component.resolve, ty, text, Mode::Given).map_err(|WaveError { message, span, label }| {
        Box::new(Problem {
            message,
            source_text: NamedSource::new(format!("argument {}, `{name}`", index + 1), text.to_owned()),
            span,
            label,
            help: None,
        })
    })
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
