//! What a script says, its names looked up and its values read.

use std::ops::Range;
use std::sync::Arc;

use crate::component::Function;
use crate::wave::{Value, inline, pretty};

/// A whole script.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// What stands before the first case, and is done first in each.
    pub(crate) head: Body,
    pub(crate) cases: Vec<Case>,
}

/// A named run on a fresh instance.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Where it begins.
    pub(crate) at: usize,
    pub(crate) body: Body,
}

/// Answers, and what is done one after the other.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// Answers that are given as often as they are asked for.
    pub(crate) standing: Vec<HostCall>,
    pub(crate) steps: Vec<Step>,
}

/// One thing that is done.
#[derive(Debug)]
pub(crate) struct Step {
    /// What is written: the call without its result.
    pub(crate) text: String,
    /// Where that is.
    pub(crate) span: Range<usize>,
    pub(crate) action: Action,
    /// Calls of the host that it makes, in this order and no other.
    pub(crate) host: Vec<HostCall>,
    pub(crate) expected: Option<Expected>,
}

/// What is done.
#[derive(Debug)]
pub(crate) enum Action {
    /// An export is called. The handle in its result gets the name, if there is one.
    Call(Call, Option<String>),
    /// A handle is dropped.
    Drop(String),
}

/// A call of an export.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) function: Arc<Function>,
    /// With the handle that a method is called on as the first.
    pub(crate) arguments: Vec<Value>,
}

/// What is expected of a step.
#[derive(Debug)]
pub(crate) enum Expected {
    /// This value. The span is that of its text.
    Value(Value, Range<usize>),
    /// Nothing is written behind the arrow yet.
    Unwritten(Range<usize>),
    /// That it fails, with this somewhere in the message.
    Trap(String),
}

/// A call of an import, with its answer.
#[derive(Debug, Clone)]
pub(crate) struct HostCall {
    pub(crate) function: Arc<Function>,
    /// What it is called with; none for anything.
    pub(crate) arguments: Option<Vec<Value>>,
    pub(crate) answer: Option<Value>,
    pub(crate) span: Range<usize>,
}

/// A call as it is written: `documents.by-id(1)`, `doc.text({start: 0, end: 9})`.
pub(crate) fn shown(function: &Function, arguments: &[Value]) -> String {
    let (name, arguments) = match (function.method(), arguments) {
        (Some(method), [Value::Handle(on), rest @ ..]) => (format!("{on}.{method}"), rest),
        _ => (function.shown(), arguments),
    };
    let arguments: Vec<String> = arguments.iter().map(inline).collect();
    format!("{name}({})", arguments.join(", "))
}

/// The call on as many lines as it needs, for a comparison with another.
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
    /// The call without its answer, on as many lines as it needs.
    pub(crate) fn call(&self, width: usize) -> String {
        match &self.arguments {
            Some(arguments) => shown_wide(&self.function, arguments, width),
            None => self.function.shown(),
        }
    }

    /// The call as it is written, with its answer.
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
