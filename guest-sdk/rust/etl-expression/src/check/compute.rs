//! The types of arithmetic.

use std::ops::Range;

use super::common::{Join, coerce, common};
use super::{in_words, text_help};
use crate::arithmetic::Operator;
use crate::data_type::{MAX_PRECISION, Type};
use crate::node::{Kind, Node};
use crate::problem::Problem;
use crate::value::Value;

pub(super) fn compute(
    operator: Operator,
    one: Node,
    other: Node,
    span: Range<usize>,
) -> Result<Node, Problem> {
    use Operator::{Add, Divide, Multiply, Remainder, Subtract};
    match (one.data_type, operator, other.data_type) {
        (Type::Date, Add | Subtract, days) if days.is_integer() => {
            return Ok(node(operator, one, other, Type::Date, span));
        }
        (days, Add, Type::Date) if days.is_integer() => {
            return Ok(node(operator, other, one, Type::Date, span));
        }
        (Type::Date, Subtract, Type::Date) => return Ok(node(operator, one, other, Type::Int64, span)),
        _ => {}
    }
    for side in [&one, &other] {
        if !side.data_type.is_number() && side.data_type != Type::Null {
            return Err(not_a_number(operator, side));
        }
    }
    // Null, as an integer: the result is null whatever the other one is.
    let known = |node: Node| match node.data_type {
        Type::Null => coerce(node, Type::Int64),
        _ => Ok(node),
    };
    let (one, other) = (known(one)?, known(other)?);
    let Some(both) = common(&one, &other, Join::Values) else {
        return Err(not_a_number(operator, &other));
    };
    match (operator, both) {
        (Divide, _) | (_, Type::Float64) => {
            let (one, other) = (coerce(one, Type::Float64)?, coerce(other, Type::Float64)?);
            Ok(node(operator, one, other, Type::Float64, span))
        }
        (Multiply, Type::Decimal { .. }) => {
            let (one, other) = (as_decimal(one)?, as_decimal(other)?);
            let sizes = one.data_type.as_decimal().zip(other.data_type.as_decimal());
            let (first, second) = sizes.unwrap_or(((1, 0), (1, 0)));
            let (precision, scale) = (first.0.saturating_add(second.0), first.1.saturating_add(second.1));
            if scale > MAX_PRECISION {
                let message = format!("the product would have {scale} digits behind the point");
                return Err(Problem::new(span, message, "too many digits")
                    .help("cast one side to a decimal with fewer of them, or to float64"));
            }
            let data_type = Type::Decimal { precision: precision.min(MAX_PRECISION), scale };
            Ok(node(operator, one, other, data_type, span))
        }
        (Add | Subtract | Remainder, Type::Decimal { precision, scale }) => {
            let more = if operator == Remainder { precision } else { precision.saturating_add(1) };
            let (one, other) = (coerce(one, both)?, coerce(other, both)?);
            let data_type = Type::Decimal { precision: more.min(MAX_PRECISION), scale };
            Ok(node(operator, one, other, data_type, span))
        }
        _ => {
            let (one, other) = (coerce(one, Type::Int64)?, coerce(other, Type::Int64)?);
            Ok(node(operator, one, other, Type::Int64, span))
        }
    }
}

/// The negative of a number: what is left of zero without it.
pub(super) fn negative(one: Node, span: Range<usize>) -> Result<Node, Problem> {
    if !one.data_type.is_number() && one.data_type != Type::Null {
        return Err(not_a_number(Operator::Subtract, &one));
    }
    let zero = match one.data_type {
        // 0.0 - 0.0 would lose the sign.
        Type::Float64 => Value::Float(-0.0),
        Type::Decimal { .. } => Value::Decimal(0),
        _ => Value::Integer(0),
    };
    let kind = Kind::Constant(zero, None);
    let data_type = if one.data_type == Type::Null { Type::Int64 } else { one.data_type };
    let zero = Node { kind, data_type, nullable: false, span: span.clone() };
    compute(Operator::Subtract, zero, one, span)
}

/// An integer as a decimal; a literal with as many digits as it has.
fn as_decimal(node: Node) -> Result<Node, Problem> {
    let literal = match &node.kind {
        Kind::Constant(_, Some(number)) => number.size(),
        _ => None,
    };
    match (literal.or_else(|| node.data_type.as_decimal()), node.data_type) {
        (_, Type::Decimal { .. }) | (None, _) => Ok(node),
        (Some((precision, scale)), _) => coerce(node, Type::Decimal { precision, scale }),
    }
}

fn node(operator: Operator, one: Node, other: Node, data_type: Type, span: Range<usize>) -> Node {
    let nullable = one.nullable || other.nullable;
    Node { kind: Kind::Compute(operator, Box::new(one), Box::new(other)), data_type, nullable, span }
}

fn not_a_number(operator: Operator, side: &Node) -> Problem {
    let found = in_words(side.data_type);
    let message = format!("`{operator}` needs numbers, and this is {found}");
    let problem = Problem::new(side.span.clone(), message, format!("this is {found}"));
    match side.data_type {
        Type::Text if operator == Operator::Add => {
            problem.help(format!("texts are joined by `||`; {}", text_help(Type::Int64)))
        }
        Type::Text => problem.help(text_help(Type::Int64)),
        Type::Timestamp => {
            problem.help("epoch_us(…) gives the microseconds, and from_epoch_us(…) a time of them")
        }
        Type::Date => problem.help("days are added to a date, and two dates are subtracted"),
        _ => problem,
    }
}
