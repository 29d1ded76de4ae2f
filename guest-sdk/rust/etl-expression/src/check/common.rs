//! Types that hold the values of two others, and values in them.

use std::ops::Range;

use crate::cast::{cast as cast_value, ten};
use crate::data_type::{MAX_PRECISION, Type};
use crate::node::{Kind, Node};
use crate::number::Number;
use crate::problem::Problem;
use crate::value::Value;

/// What two values come together for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Only their order counts: an integer is compared with 10.5 exactly.
    Comparison,
    /// One of them is the result.
    Values,
}

/// The type that holds the values of both. Literals take the type of the other one.
pub(super) fn common(one: &Node, other: &Node, join: Join) -> Option<Type> {
    match (one.data_type, other.data_type) {
        (Type::Other, _) | (_, Type::Other) => None,
        (Type::Null, same) | (same, Type::Null) => Some(same),
        (one_type, other_type) if one_type == other_type => Some(one_type),
        (Type::Text, time @ (Type::Date | Type::Timestamp)) if is_text(one) => Some(time),
        (time @ (Type::Date | Type::Timestamp), Type::Text) if is_text(other) => Some(time),
        (Type::Date | Type::Timestamp, Type::Date | Type::Timestamp) => Some(Type::Timestamp),
        _ => numbers(one, other, join),
    }
}

fn is_text(node: &Node) -> bool {
    matches!(node.kind, Kind::Constant(Value::Text(_), _))
}

/// The number as it is written, if the node is one.
fn literal(node: &Node) -> Option<&Number> {
    match &node.kind {
        Kind::Constant(_, number) => number.as_ref(),
        _ => None,
    }
}

fn numbers(one: &Node, other: &Node, join: Join) -> Option<Type> {
    if let (Some(_), Some(_)) = (literal(one), literal(other)) {
        return plain(one.data_type, other.data_type);
    }
    let with_literal = |node: &Node, number: &Number| match node.data_type {
        Type::Int32 if number.integer().is_some_and(|number| i32::try_from(number).is_ok()) => {
            Some(Type::Int32)
        }
        Type::Decimal { .. } => {
            let (precision, scale) = number.size()?;
            widest(node.data_type.as_decimal()?, (precision, scale))
        }
        Type::Int32 | Type::Int64 if join == Join::Comparison && number.integer().is_none() => {
            widest(node.data_type.as_decimal()?, number.size()?)
        }
        _ => None,
    };
    let adapted = match (literal(one), literal(other)) {
        (None, Some(number)) => with_literal(one, number),
        (Some(number), None) => with_literal(other, number),
        _ => None,
    };
    adapted.or_else(|| plain(one.data_type, other.data_type))
}

/// The type that holds numbers of both types.
pub(super) fn plain(one: Type, other: Type) -> Option<Type> {
    match (one, other) {
        _ if !one.is_number() || !other.is_number() => None,
        (Type::Float64, _) | (_, Type::Float64) => Some(Type::Float64),
        (one, other) if one.is_integer() && other.is_integer() => Some(Type::Int64),
        _ => widest(one.as_decimal()?, other.as_decimal()?),
    }
}

/// The decimal with the digits of both, as far as there are so many.
fn widest(one: (u8, u8), other: (u8, u8)) -> Option<Type> {
    let scale = one.1.max(other.1);
    let whole = one.0.saturating_sub(one.1).max(other.0.saturating_sub(other.1));
    (scale <= MAX_PRECISION)
        .then_some(Type::Decimal { precision: whole.saturating_add(scale).clamp(1, MAX_PRECISION), scale })
}

/// A number as a value: an integer if it is one that 64 bits hold, a float if that is exact, and else a decimal.
pub(super) fn number(number: &Number) -> (Value<'static>, Option<Number>, Type) {
    let keep = Some(number.clone());
    let integer = number.integer();
    if let Some(integer) = integer.and_then(|integer| i64::try_from(integer).ok()) {
        return (Value::Integer(integer), keep, Type::Int64);
    }
    let decimal = || {
        let (precision, scale) = number.size().filter(|(precision, _)| *precision <= MAX_PRECISION)?;
        let value = number.scaled(i8::try_from(scale).ok()?)?;
        Some((Value::Decimal(value), Type::Decimal { precision, scale }))
    };
    match (number.float(), decimal()) {
        (Some(float), _) if integer.is_none() => (Value::Float(float), keep, Type::Float64),
        (_, Some((value, data_type))) => (value, keep, data_type),
        // More digits than any type has: the nearest float.
        (float, None) => (Value::Float(float.unwrap_or(f64::NAN)), keep, Type::Float64),
    }
}

/// The node in another type that holds its values, or may hold them.
pub(super) fn coerce(node: Node, to: Type) -> Result<Node, Problem> {
    if node.data_type == to {
        return Ok(node);
    }
    let Kind::Constant(value, written) = &node.kind else {
        let span = node.span.clone();
        return Ok(cast(node, to, span));
    };
    let adapted = match (written, to) {
        (Some(number), Type::Decimal { precision, scale }) => {
            let scaled = i8::try_from(scale).ok().and_then(|scale| number.scaled(scale));
            let fits = |value: &i128| ten(precision).is_none_or(|limit| value.abs() < limit);
            scaled.filter(fits).map(Value::Decimal)
        }
        (Some(number), Type::Float64) => number.float().map(Value::Float),
        _ => cast_value(value, node.data_type, to),
    };
    match adapted {
        Some(value) => Ok(Node { kind: Kind::Constant(value, written.clone()), data_type: to, ..node }),
        None => {
            let exactly = if written.is_some() { "exactly " } else { "" };
            let (message, label) = (format!("this is not {exactly}{to}"), format!("not {exactly}{to}"));
            Err(Problem::new(node.span.clone(), message, label))
        }
    }
}

/// The node's values in another type.
pub(super) fn cast(node: Node, to: Type, span: Range<usize>) -> Node {
    if node.data_type == to {
        return node;
    }
    let nullable = node.nullable;
    Node { kind: Kind::Cast(Box::new(node)), data_type: to, nullable, span }
}
