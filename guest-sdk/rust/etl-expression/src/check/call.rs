//! Functions and their arguments.

use std::ops::Range;

use super::common::Join;
use super::{Check, coerced, in_words, text_help, unify};
use crate::call::UNITS;
use crate::data_type::{MAX_PRECISION, Type};
use crate::function::{Function, Parameter};
use crate::nearest::nearest;
use crate::node::{Kind, Node};
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::syntax::Syntax;
use crate::value::Value;

impl Check<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        place: &Range<usize>,
        arguments: &[Syntax],
        span: Range<usize>,
    ) -> Result<Node, Problem> {
        let Some(function) = Function::named(name) else {
            let label = match nearest(name, Function::names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "not a function".to_owned(),
            };
            let mut all: Vec<_> = Function::all().map(Function::name).collect();
            all.sort_unstable();
            return Err(Problem::new(place.clone(), format!("there is no function `{name}`"), label)
                .help(format!("the functions are {}", all.join(", "))));
        };
        let (least, most) = function.arity();
        if arguments.len() < least || arguments.len() > most {
            let (count, plural) = (arguments.len(), if arguments.len() == 1 { "" } else { "s" });
            let message = format!("`{}` has {count} argument{plural}", function.name());
            return Err(Problem::new(span, message, "a wrong number of arguments")
                .help(format!("it is written {}", function.signature())));
        }
        let nodes = arguments.iter().map(|argument| self.node(argument)).collect::<Result<Vec<_>, _>>()?;
        match function {
            Function::Coalesce | Function::Greatest | Function::Least | Function::NullIf => {
                any(function, nodes, span)
            }
            Function::Matches => matches(typed(function, nodes, span)?),
            _ => typed(function, nodes, span),
        }
    }
}

/// A function over values of any type, of which one is the result.
fn any(function: Function, nodes: Vec<Node>, span: Range<usize>) -> Result<Node, Problem> {
    let nodes = unify(nodes, Join::Values, function.name())?;
    let data_type = nodes.first().map_or(Type::Null, |node| node.data_type);
    let nullable = function == Function::NullIf || nodes.iter().all(|node| node.nullable);
    Ok(Node { kind: Kind::Call(function, nodes), data_type, nullable, span })
}

fn typed(function: Function, nodes: Vec<Node>, span: Range<usize>) -> Result<Node, Problem> {
    let parameters = function.parameters();
    // The last parameter stands for all further ones.
    let parameters = parameters.iter().chain(parameters.last().into_iter().cycle());
    let mut taken = Vec::with_capacity(nodes.len());
    for (node, parameter) in nodes.into_iter().zip(parameters) {
        if !parameter.takes(node.data_type) {
            return Err(unsuitable(function, *parameter, &node));
        }
        taken.push(match parameter {
            Parameter::Text => coerced(node, Type::Text),
            Parameter::Number | Parameter::Integer => coerced(node, Type::Int64),
            Parameter::Time | Parameter::Timestamp => coerced(node, Type::Timestamp),
        });
    }
    let data_type = result(function, &taken)?;
    let nullable = function != Function::Concat && taken.iter().any(|node| node.nullable);
    Ok(Node { kind: Kind::Call(function, taken), data_type, nullable, span })
}

fn unsuitable(function: Function, parameter: Parameter, node: &Node) -> Problem {
    let (found, wanted) = (in_words(node.data_type), parameter.name());
    let message = format!("`{}` needs {wanted} here, and this is {found}", function.name());
    let problem = Problem::new(node.span.clone(), message, format!("this is {found}"));
    match (parameter, node.data_type) {
        (_, Type::Other) => problem,
        (Parameter::Text, _) => problem.help("write cast(… as utf8)"),
        (Parameter::Number | Parameter::Integer, Type::Text) => problem.help(text_help(Type::Int64)),
        (Parameter::Time | Parameter::Timestamp, Type::Text) => problem.help(text_help(Type::Timestamp)),
        (Parameter::Timestamp, Type::Date) => problem.help("write cast(… as timestamp-us)"),
        _ => problem.help(format!("it is written {}", function.signature())),
    }
}

fn result(function: Function, arguments: &[Node]) -> Result<Type, Problem> {
    let first = arguments.first().map_or(Type::Null, |node| node.data_type);
    Ok(match function {
        Function::Upper
        | Function::Lower
        | Function::Trim
        | Function::TrimLeft
        | Function::TrimRight
        | Function::Substring
        | Function::Left
        | Function::Right
        | Function::Replace
        | Function::Concat
        | Function::SplitPart => Type::Text,
        Function::StartsWith | Function::EndsWith | Function::Contains | Function::Matches => Type::Boolean,
        Function::Abs => {
            if first.is_integer() {
                Type::Int64
            } else {
                first
            }
        }
        Function::Round => rounded(first, digits(arguments.get(1))?),
        Function::Floor | Function::Ceil | Function::Trunc => rounded(first, 0),
        Function::DateTrunc => truncated(arguments)?,
        Function::DateOf | Function::MakeDate => Type::Date,
        Function::FromEpochMicros => Type::Timestamp,
        // What is counted.
        _ => Type::Int64,
    })
}

/// A call of `matches` with its regular expression compiled: it is the same for all rows, so that it is right before the first one. With a null it stays
/// a call, which gives null.
fn matches(call: Node) -> Result<Node, Problem> {
    let Kind::Call(_, arguments) = &call.kind else { return Ok(call) };
    let [text, pattern] = arguments.as_slice() else { return Ok(call) };
    let compiled = match &pattern.kind {
        Kind::Constant(Value::Null, _) => return Ok(call),
        Kind::Constant(Value::Text(pattern), _) => Pattern::new(pattern),
        _ => {
            let message = "the regular expression of `matches` is not a text in quotes".to_owned();
            return Err(Problem::new(pattern.span.clone(), message, "this differs from row to row")
                .help("write it out; compare with a column by `like`, `contains` or `starts_with`"));
        }
    };
    let compiled = compiled.map_err(|reason| {
        Problem::new(pattern.span.clone(), format!("invalid regular expression: {reason}"), "here")
            .help("the syntax is in https://docs.rs/regex/1/regex/#syntax")
    })?;
    Ok(Node { kind: Kind::Matches(Box::new(text.clone()), compiled), ..call })
}

/// A number rounded to digits behind the point. It may have one digit more before it.
fn rounded(data_type: Type, digits: u8) -> Type {
    match data_type {
        Type::Decimal { precision, scale } if digits < scale => Type::Decimal {
            precision: (precision - scale).saturating_add(digits).saturating_add(1).min(MAX_PRECISION),
            scale: digits,
        },
        Type::Int32 => Type::Int64,
        same => same,
    }
}

/// The digits to round to: they decide about a type, so they are the same for all rows.
fn digits(node: Option<&Node>) -> Result<u8, Problem> {
    let Some(node) = node else { return Ok(0) };
    let digits = match &node.kind {
        Kind::Constant(Value::Integer(digits), _) => u8::try_from(*digits).ok(),
        _ => None,
    };
    digits.filter(|digits| *digits <= MAX_PRECISION).ok_or_else(|| {
        let message = format!("the digits to round to are a number from 0 to {MAX_PRECISION}");
        Problem::new(node.span.clone(), message, "not such a number")
    })
}

fn truncated(arguments: &[Node]) -> Result<Type, Problem> {
    let [unit, time] = arguments else { return Ok(Type::Null) };
    let of_dates = |dates: bool| UNITS.iter().filter(move |(_, has)| *has || !dates).map(|(unit, _)| *unit);
    let units: Vec<_> = of_dates(time.data_type == Type::Date).collect();
    let known = match &unit.kind {
        Kind::Constant(Value::Text(name), _) => units.contains(&name.as_ref()),
        _ => false,
    };
    if known {
        return Ok(time.data_type);
    }
    let quoted: Vec<_> = units.iter().map(|unit| format!("'{unit}'")).collect();
    let of = if time.data_type == Type::Date { "a date" } else { "a timestamp" };
    Err(Problem::new(unit.span.clone(), format!("this is no unit of {of}"), "not a unit")
        .help(format!("the units are {}", quoted.join(", "))))
}
