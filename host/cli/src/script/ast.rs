//! A parsed script: its names are resolved and its values have types.

use std::ops::Range;
use std::sync::Arc;

use crate::component::Function;
use crate::wave::{Value, inline, pretty};

/// A whole script.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// The statements before the first case. Every case begins with them.
    pub(crate) head: Body,
    pub(crate) cases: Vec<Case>,
}

/// A named sequence of steps that runs on a fresh instance.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Where it begins in the text.
    pub(crate) at: usize,
    pub(crate) body: Body,
}

/// The answers and steps of a case, or of a script's head.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// Answers that the host gives at any time and any number of times.
    pub(crate) standing: Vec<HostCall>,
    pub(crate) steps: Vec<Step>,
}

/// One call or one drop of a handle, with everything that is expected of it.
#[derive(Debug)]
pub(crate) struct Step {
    /// The text of the call, without its result.
    pub(crate) text: String,
    /// Where `text` is in the script.
    pub(crate) span: Range<usize>,
    pub(crate) action: Action,
    /// The host calls that it makes, in exactly this order.
    pub(crate) host: Vec<HostCall>,
    pub(crate) expected: Option<Expected>,
}

/// The action of a step.
#[derive(Debug)]
pub(crate) enum Action {
    /// Calls an export, and gives the handle in its result a name.
    Call(Call, Option<String>),
    /// Drops the handle with this name.
    Drop(String),
}

/// A call of an export.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) function: Arc<Function>,
    /// The arguments; a method's first is the handle that it is called on.
    pub(crate) arguments: Vec<Value>,
}

/// The expected outcome of a step.
#[derive(Debug)]
pub(crate) enum Expected {
    /// The call returns this value, whose text is at this span.
    Value(Value, Range<usize>),
    /// The script has nothing after `->` yet, at this position.
    Unwritten(Range<usize>),
    /// The plugin fails with a message that contains this text.
    Trap(String),
}

/// A host call that a script expects or allows, with its answer.
#[derive(Debug, Clone)]
pub(crate) struct HostCall {
    pub(crate) function: Arc<Function>,
    /// The expected arguments; `None` allows any.
    pub(crate) arguments: Option<Vec<Value>>,
    pub(crate) answer: Option<Value>,
    pub(crate) span: Range<usize>,
}

/// A call as scripts write it: `documents.by-id(1)`, `doc.text({start: 0, end: 9})`.
pub(crate) fn shown(function: &Function, arguments: &[Value]) -> String {
    let (name, arguments) = match (function.method(), arguments) {
        (Some(method), [Value::Handle(on), rest @ ..]) => (format!("{on}.{method}"), rest),
        _ => (function.shown(), arguments),
    };
    let arguments: Vec<String> = arguments.iter().map(inline).collect();
    format!("{name}({})", arguments.join(", "))
}

/// The same on as many lines as it needs to fit into `width` columns.
pub(crate) fn shown_wide(function: &Function, arguments: &[Value], width: usize) -> String {
    let line = shown(function, arguments);
    if line.chars().count() <= width {
        return line;
    }
    let (name, arguments) = match (function.method(), arguments) {
        (Some(method), [Value::Handle(on), rest @ ..]) => (format!("{on}.{method}"), rest),
        _ => (function.shown(), arguments),
    };
    let arguments: Vec<String> =
        arguments.iter().map(|value| format!("  {},", pretty(value, 2, width))).collect();
    format!("{name}(\n{}\n)", arguments.join("\n"))
}

impl HostCall {
    /// The call without its answer, on as many lines as it needs to fit into `width` columns.
    pub(crate) fn call(&self, width: usize) -> String {
        match &self.arguments {
            Some(arguments) => shown_wide(&self.function, arguments, width),
            None => self.function.shown(),
        }
    }

    /// The call with its answer, on one line.
    pub(crate) fn shown(&self) -> String {
        let call = match &self.arguments {
            Some(arguments) => shown(&self.function, arguments),
            None => self.function.shown(),
        };
        match &self.answer {
            Some(answer) => format!("{call} -> {}", inline(answer)),
            None => call,
        }
    }
}
