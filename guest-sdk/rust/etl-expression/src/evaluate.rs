//! The value of an expression for one row.

use std::cmp::Ordering;

use crate::arithmetic::compute;
use crate::call::call;
use crate::cast::cast;
use crate::data_type::Type;
use crate::like::like;
use crate::node::{Checked, Kind, Node};
use crate::problem::Failure;
use crate::syntax::Comparison;
use crate::value::Value;

/// The values of one row.
pub trait Row {
    /// The value of a column, which has the type that the expression was checked with.
    fn value(&self, column: usize) -> Value<'_>;
}

impl Row for [Value<'_>] {
    fn value(&self, column: usize) -> Value<'_> {
        self.get(column).map_or(Value::Null, Value::borrowed)
    }
}

impl Checked {
    /// Evaluates it for a row.
    ///
    /// # Errors
    ///
    /// If a part of it that counts for this row has no exact value.
    pub fn evaluate<'r, R: Row + ?Sized>(&'r self, row: &'r R) -> Result<Value<'r>, Failure> {
        self.root.evaluate(row)
    }
}

impl Node {
    /// Evaluates it for a row.
    ///
    /// # Errors
    ///
    /// If a part of it that counts for this row has no exact value.
    pub fn evaluate<'r, R: Row + ?Sized>(&'r self, row: &'r R) -> Result<Value<'r>, Failure> {
        Ok(match &self.kind {
            Kind::Column(index) => row.value(*index),
            Kind::Constant(value, _) => value.borrowed(),
            Kind::Not(one) => match one.evaluate(row)? {
                Value::Boolean(truth) => Value::Boolean(!truth),
                _ => Value::Null,
            },
            Kind::And(one, other) => decide(false, one, other, row)?,
            Kind::Or(one, other) => decide(true, one, other, row)?,
            Kind::In(one, list) => {
                let one = one.evaluate(row)?;
                let mut found = Value::Boolean(false);
                for item in list {
                    match one.order(&item.evaluate(row)?) {
                        Some(Ordering::Equal) => return Ok(Value::Boolean(true)),
                        Some(_) => {}
                        None => found = Value::Null,
                    }
                }
                found
            }
            Kind::Case(branches, rest) => {
                for (condition, value) in branches {
                    if condition.evaluate(row)? == Value::Boolean(true) {
                        return value.evaluate(row);
                    }
                }
                rest.as_ref().map_or(Ok(Value::Null), |rest| rest.evaluate(row))?
            }
            Kind::Call(crate::Function::Coalesce, list) => {
                for item in list {
                    let value = item.evaluate(row)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Value::Null
            }
            Kind::Compare(_, one, other) | Kind::Compute(_, one, other) => {
                self.apply(&[one.evaluate(row)?, other.evaluate(row)?])?
            }
            Kind::Like { text, pattern, .. } => self.apply(&[text.evaluate(row)?, pattern.evaluate(row)?])?,
            Kind::IsNull(one) | Kind::Cast(one) | Kind::Matches(one, _) => {
                self.apply(&[one.evaluate(row)?])?
            }
            Kind::Call(_, list) => {
                let values = list.iter().map(|item| item.evaluate(row)).collect::<Result<Vec<_>, _>>()?;
                self.apply(&values)?
            }
        })
    }

    /// The parts whose values decide about this one's alone, whichever they are: all but those that only count for some rows.
    pub fn operands(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Compare(_, one, other) | Kind::Compute(_, one, other) => vec![one, other],
            Kind::Like { text, pattern, .. } => vec![text, pattern],
            Kind::IsNull(one) | Kind::Cast(one) | Kind::Matches(one, _) => vec![one],
            Kind::Call(function, list) if *function != crate::Function::Coalesce => list.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The value for these values of its [operands](Self::operands).
    ///
    /// # Errors
    ///
    /// If there is no exact value.
    pub fn apply<'v>(&self, operands: &[Value<'v>]) -> Result<Value<'v>, Failure> {
        Ok(match (&self.kind, operands) {
            (Kind::Compare(comparison, ..), [one, other]) => {
                let order = one.order(other);
                order.map_or(Value::Null, |order| Value::Boolean(comparison.holds(order)))
            }
            (Kind::Compute(operator, one, other), [first, second]) => {
                let scales = (one.data_type.scale(), other.data_type.scale());
                compute(*operator, first, second, scales, self.data_type)
                    .map_err(|failure| failure.at(&self.span))?
            }
            (Kind::Like { ignore_case, .. }, [Value::Text(text), Value::Text(pattern)]) => {
                Value::Boolean(like(text, pattern, *ignore_case))
            }
            (Kind::Matches(_, pattern), [Value::Text(text)]) => Value::Boolean(pattern.matches(text)),
            (Kind::IsNull(_), [one]) => Value::Boolean(one.is_null()),
            (Kind::Cast(inside), [one]) => cast(one, inside.data_type, self.data_type).ok_or_else(|| {
                let value = match cast(one, inside.data_type, Type::Text) {
                    Some(Value::Text(text)) => text.into_owned(),
                    _ => "a value".to_owned(),
                };
                Failure::new("cast", format!("`{value}` is not {}", self.data_type)).at(&self.span)
            })?,
            (Kind::Call(function, list), values) => {
                let from = list.first().map_or(Type::Null, |node| node.data_type);
                call(*function, values, from, self.data_type).map_err(|failure| failure.at(&self.span))?
            }
            _ => Value::Null,
        })
    }
}

/// `and` and `or`: the value `decisive` of one part decides, and then the other one does not count.
fn decide<'r, R: Row + ?Sized>(
    decisive: bool,
    one: &'r Node,
    other: &'r Node,
    row: &'r R,
) -> Result<Value<'r>, Failure> {
    let decides = Value::Boolean(decisive);
    let one = one.evaluate(row)?;
    if one == decides {
        return Ok(one);
    }
    let other = other.evaluate(row)?;
    Ok(if other == decides || !one.is_null() { other } else { Value::Null })
}

impl Comparison {
    /// Whether it holds for two values in this order.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
