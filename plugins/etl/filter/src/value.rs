//! Evaluates a condition for a row.

use std::cmp::Ordering;

use crate::expression::{Comparison, Expression, Kind, Literal};
use crate::token::Problem;

/// A value of a column, or of a part of a condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Null, or unknown.
    Null,
    /// True or false.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Real(f64),
    /// Text.
    Text(&'a str),
}

/// The type of a column, or of a part of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Nothing but null.
    Null,
    /// True or false.
    Truth,
    /// Numbers.
    Number,
    /// Text.
    Text,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Truth => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
        }
    }

    fn fits(self, other: Self) -> bool {
        self == other || self == Self::Null || other == Self::Null
    }
}

impl Expression {
    /// Checks the types of the condition and its columns.
    ///
    /// # Errors
    ///
    /// If the types of its parts do not match, with the position.
    pub fn check(&self, column: &impl Fn(&str) -> Type) -> Result<(), Problem> {
        expect(self, Type::Truth, column)
    }

    fn of_type(&self, column: &impl Fn(&str) -> Type) -> Result<Type, Problem> {
        Ok(match &self.kind {
            Kind::Column(name) => column(name),
            Kind::Literal(Literal::Null) => Type::Null,
            Kind::Literal(Literal::Truth(_)) => Type::Truth,
            Kind::Literal(Literal::Whole(_) | Literal::Real(_)) => Type::Number,
            Kind::Literal(Literal::Text(_)) => Type::Text,
            Kind::Not(one) => expect(one, Type::Truth, column).map(|()| Type::Truth)?,
            Kind::Negative(one) => expect(one, Type::Number, column).map(|()| Type::Number)?,
            Kind::Both(one, other) | Kind::Either(one, other) => {
                expect(one, Type::Truth, column)?;
                expect(other, Type::Truth, column).map(|()| Type::Truth)?
            }
            Kind::Compute(_, one, other) => {
                expect(one, Type::Number, column)?;
                expect(other, Type::Number, column).map(|()| Type::Number)?
            }
            Kind::Compare(comparison, one, other) => {
                same(one, other, self.at, &comparison.to_string(), column).map(|()| Type::Truth)?
            }
            Kind::In(one, list) => {
                list.iter().try_for_each(|item| same(one, item, item.at, "in", column))?;
                Type::Truth
            }
            Kind::Like(one, _) => expect(one, Type::Text, column).map(|()| Type::Truth)?,
            Kind::IsNull(one) => one.of_type(column).map(|_| Type::Truth)?,
        })
    }

    /// Evaluates it; `column` returns the row's values.
    pub fn value<'v>(&'v self, column: &impl Fn(&str) -> Value<'v>) -> Value<'v> {
        match &self.kind {
            Kind::Column(name) => column(name),
            Kind::Literal(literal) => match literal {
                Literal::Null => Value::Null,
                Literal::Truth(truth) => Value::Truth(*truth),
                Literal::Whole(number) => Value::Whole(*number),
                Literal::Real(number) => Value::Real(*number),
                Literal::Text(text) => Value::Text(text),
            },
            Kind::Not(one) => match one.value(column) {
                Value::Truth(truth) => Value::Truth(!truth),
                _ => Value::Null,
            },
            Kind::Negative(one) => compute('-', Value::Whole(0), one.value(column)),
            // A false part decides, whatever the other part is.
            Kind::Both(one, other) => match (one.value(column), other.value(column)) {
                (Value::Truth(false), _) | (_, Value::Truth(false)) => Value::Truth(false),
                (Value::Truth(true), Value::Truth(true)) => Value::Truth(true),
                _ => Value::Null,
            },
            Kind::Either(one, other) => match (one.value(column), other.value(column)) {
                (Value::Truth(true), _) | (_, Value::Truth(true)) => Value::Truth(true),
                (Value::Truth(false), Value::Truth(false)) => Value::Truth(false),
                _ => Value::Null,
            },
            Kind::Compute(sign, one, other) => compute(*sign, one.value(column), other.value(column)),
            Kind::Compare(comparison, one, other) => {
                let order = order(one.value(column), other.value(column));
                order.map_or(Value::Null, |order| Value::Truth(holds(*comparison, order)))
            }
            Kind::In(one, list) => {
                let one = one.value(column);
                let mut found = Value::Truth(false);
                for item in list {
                    match order(one, item.value(column)) {
                        Some(Ordering::Equal) => return Value::Truth(true),
                        Some(_) => {}
                        None => found = Value::Null,
                    }
                }
                found
            }
            Kind::Like(one, pattern) => match one.value(column) {
                Value::Text(text) => Value::Truth(like(text, pattern)),
                _ => Value::Null,
            },
            Kind::IsNull(one) => Value::Truth(one.value(column) == Value::Null),
        }
    }
}

fn expect(part: &Expression, expected: Type, column: &impl Fn(&str) -> Type) -> Result<(), Problem> {
    let found = part.of_type(column)?;
    if found.fits(expected) {
        return Ok(());
    }
    Err(Problem::new(part.at, format!("this is {}; expected {}", found.name(), expected.name())))
}

fn same(
    one: &Expression,
    other: &Expression,
    at: usize,
    what: &str,
    column: &impl Fn(&str) -> Type,
) -> Result<(), Problem> {
    let (one, other) = (one.of_type(column)?, other.of_type(column)?);
    if one.fits(other) {
        return Ok(());
    }
    Err(Problem::new(at, format!("`{what}` cannot compare {} with {}", one.name(), other.name())))
}

fn order(one: Value<'_>, other: Value<'_>) -> Option<Ordering> {
    match (one, other) {
        (Value::Whole(one), Value::Whole(other)) => Some(one.cmp(&other)),
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Truth(one), Value::Truth(other)) => Some(one.cmp(&other)),
        _ => real(one)?.partial_cmp(&real(other)?),
    }
}

fn real(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Whole(number) => Some(number as f64),
        Value::Real(number) => Some(number),
        _ => None,
    }
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// Whole numbers stay whole if they fit. A division is never whole, and division by zero is null.
fn compute(sign: char, one: Value<'_>, other: Value<'_>) -> Value<'static> {
    if let (Value::Whole(one), Value::Whole(other)) = (one, other) {
        let whole = match sign {
            '+' => one.checked_add(other),
            '-' => one.checked_sub(other),
            '*' => one.checked_mul(other),
            _ => None,
        };
        if let Some(whole) = whole {
            return Value::Whole(whole);
        }
    }
    let (Some(one), Some(other)) = (real(one), real(other)) else { return Value::Null };
    match sign {
        '+' => Value::Real(one + other),
        '-' => Value::Real(one - other),
        '*' => Value::Real(one * other),
        _ if other == 0.0 => Value::Null,
        _ => Value::Real(one / other),
    }
}

/// Whether a text matches a pattern: `%` matches any characters, `_` one. It backtracks only to the last `%`, so that the time is at most
/// the product of both lengths.
fn like(text: &str, pattern: &[char]) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(place) {
            Some('%') => {
                star = Some((place, at));
                place += 1;
            }
            Some(wanted) if *wanted == '_' || text.get(at) == Some(wanted) => {
                place += 1;
                at += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    place = back + 1;
                    at = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(place).all(|rest| *rest == '%')
}
