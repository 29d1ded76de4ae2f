//! Expressions over whole columns, with Arrow's kernels where it has one that gives exactly the values of a row.

use std::sync::Arc;

use arrow_arith::boolean::{and_kleene, not, or_kleene};
use arrow_arith::numeric;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Datum, Float64Array, UInt32Array};
use arrow_cast::cast;
use arrow_ord::cmp;
use arrow_schema::{ArrowError, DataType};
use arrow_select::take::take;
use arrow_select::zip::zip;
use arrow_string::like::like;
use witdock_etl_expression::{Comparison, Function, Kind, Node, Operator, Type, Value};

use super::build::ValueColumn;
use super::view::{Views, arrow_type, value};
use crate::values::exact;

/// The values of a part of an expression: one for each row, or one for all of them.
struct Values {
    array: ArrayRef,
    constant: bool,
}

impl Datum for Values {
    fn get(&self) -> (&dyn Array, bool) {
        (self.array.as_ref(), self.constant)
    }
}

/// Nothing if a row fails in a part of the expression, or might.
type Found<T> = Result<Option<T>, ArrowError>;

/// The values of all rows, or nothing if a row fails in a part of the expression.
pub(super) fn kernels(node: &Node, views: &Views, rows: usize) -> Found<ArrayRef> {
    let kernels = Kernels { views, rows };
    match kernels.node(node)? {
        Some(values) => Ok(Some(kernels.expanded(values)?)),
        None => Ok(None),
    }
}

struct Kernels<'v> {
    views: &'v Views,
    rows: usize,
}

/// The value, or the end of the function with none.
macro_rules! found {
    ($value:expr) => {
        match $value? {
            Some(value) => value,
            None => return Ok(None),
        }
    };
}

impl Kernels<'_> {
    fn node(&self, node: &Node) -> Found<Values> {
        if matches!(node.data_type, Type::Null | Type::Other) {
            return Ok(None);
        }
        match &node.kind {
            Kind::Column(index) => Ok(self.views.get(*index).map(Arc::clone).map(column)),
            Kind::Constant(value, _) => {
                let Some(data_type) = arrow_type(node.data_type) else { return Ok(None) };
                let mut one = ValueColumn::new(&data_type, 1)?;
                one.append(value);
                Ok(Some(Values { array: one.finish(), constant: true }))
            }
            Kind::Not(one) => {
                let one = found!(self.truths(one));
                Ok(Some(truths(not(&one)?)))
            }
            Kind::And(one, other) => {
                let (one, other) = (found!(self.truths(one)), found!(self.truths(other)));
                Ok(Some(truths(and_kleene(&one, &other)?)))
            }
            Kind::Or(one, other) => {
                let (one, other) = (found!(self.truths(one)), found!(self.truths(other)));
                Ok(Some(truths(or_kleene(&one, &other)?)))
            }
            Kind::Compare(comparison, one, other) => {
                let (one, other) = (found!(self.node(one)), found!(self.node(other)));
                Ok(Some(compare(*comparison, ordered(one), ordered(other))?))
            }
            Kind::In(one, list) => {
                let one = ordered(found!(self.node(one)));
                let mut any: Option<BooleanArray> = None;
                for item in list {
                    let item = ordered(found!(self.node(item)));
                    let equal = self.expanded(truths_of(cmp::eq(&one, &item)?, &[&one, &item]))?;
                    let equal = equal.as_boolean();
                    any = Some(any.map_or_else(|| Ok(equal.clone()), |any| or_kleene(&any, equal))?);
                }
                Ok(any.map(truths))
            }
            Kind::IsNull(one) => {
                // The view of a column of any type tells.
                let array = match &one.kind {
                    Kind::Column(index) => self.views.get(*index).map(Arc::clone),
                    _ => self.node(one)?.map(|values| self.expanded(values)).transpose()?,
                };
                Ok(array.map(|array| {
                    let nulls = array.logical_nulls();
                    let is_null = |row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
                    truths((0..array.len()).map(|row| Some(is_null(row))).collect())
                }))
            }
            Kind::Compute(operator, one, other) if node.data_type == Type::Int64 && !is_date(one) => {
                let (one, other) = (found!(self.node(one)), found!(self.node(other)));
                // An error is about some row.
                Ok(arithmetic(*operator, &one, &other).ok().map(|array| joined(array, &[&one, &other])))
            }
            Kind::Compute(operator, one, other) if node.data_type == Type::Float64 => {
                let (one, other) = (found!(self.node(one)), found!(self.node(other)));
                let array = arithmetic(*operator, &one, &other)?;
                let finite =
                    array.as_primitive::<Float64Type>().iter().all(|value| value.is_none_or(f64::is_finite));
                Ok(finite.then(|| joined(array, &[&one, &other])))
            }
            Kind::Like { text, pattern, ignore_case: false }
                if matches!(pattern.kind, Kind::Constant(..)) =>
            {
                let (text, pattern) = (found!(self.node(text)), found!(self.node(pattern)));
                Ok(Some(truths_of(like(&text, &pattern)?, &[&text, &pattern])))
            }
            Kind::Case(branches, rest) => self.case(node.data_type, branches, rest.as_deref()),
            Kind::Call(Function::Coalesce, list) => {
                let mut values: Option<Values> = None;
                for item in list.iter().rev() {
                    let item = found!(self.node(item));
                    values = Some(match values {
                        None => item,
                        Some(rest) => {
                            let array = self.expanded(item)?;
                            let has = BooleanArray::new(has_value(&array), None);
                            column(zip(&has, &array, &rest)?)
                        }
                    });
                }
                Ok(values)
            }
            Kind::Cast(one) => match self.cast(one, node.data_type)? {
                Some(cast) => Ok(Some(cast)),
                None => self.by_row(node),
            },
            _ => self.by_row(node),
        }
    }

    fn truths(&self, node: &Node) -> Found<BooleanArray> {
        let values = found!(self.node(node));
        Ok(self.expanded(values)?.as_boolean_opt().cloned())
    }

    /// One value for each row.
    fn expanded(&self, values: Values) -> Result<ArrayRef, ArrowError> {
        if !values.constant {
            return Ok(values.array);
        }
        take(values.array.as_ref(), &UInt32Array::from(vec![0; self.rows]), None)
    }

    fn case(&self, data_type: Type, branches: &[(Node, Node)], rest: Option<&Node>) -> Found<Values> {
        let mut values = match rest {
            Some(rest) => found!(self.node(rest)),
            None => {
                let Some(data_type) = arrow_type(data_type) else { return Ok(None) };
                let mut none = ValueColumn::new(&data_type, 1)?;
                none.append(&Value::Null);
                Values { array: none.finish(), constant: true }
            }
        };
        for (condition, value) in branches.iter().rev() {
            let (condition, value) = (found!(self.truths(condition)), found!(self.node(value)));
            values = column(zip(&condition, &value, &values)?);
        }
        Ok(Some(values))
    }

    /// Conversions that need no look at each value, and those from text, which are the same as from a file.
    fn cast(&self, one: &Node, to: Type) -> Found<Values> {
        let Some(data_type) = arrow_type(to) else { return Ok(None) };
        let widens = matches!((one.data_type, to), (Type::Int32, Type::Int64 | Type::Float64));
        let parses = one.data_type == Type::Text
            && matches!(to, Type::Boolean | Type::Int32 | Type::Int64 | Type::Float64 | Type::Decimal { .. });
        if !widens && !parses {
            return Ok(None);
        }
        let Values { array, constant } = found!(self.node(one));
        if widens {
            return Ok(Some(Values { array: cast(&array, &data_type)?, constant }));
        }
        let parsed = exact(&array, &data_type)?;
        Ok((parsed.null_count() == array.null_count()).then_some(Values { array: parsed, constant }))
    }

    /// What has no kernel, row by row over the values of its parts.
    fn by_row(&self, node: &Node) -> Found<Values> {
        let Some(data_type) = arrow_type(node.data_type) else { return Ok(None) };
        let mut parts = Vec::new();
        for part in node.operands() {
            parts.push(found!(self.node(part)));
        }
        if parts.is_empty() {
            return Ok(None);
        }
        let constant = parts.iter().all(|part| part.constant);
        let rows = if constant { 1 } else { self.rows };
        let mut made = ValueColumn::new(&data_type, rows)?;
        let mut values = Vec::with_capacity(parts.len());
        for row in 0..rows {
            values.clear();
            values.extend(parts.iter().map(|part| value(&part.array, if part.constant { 0 } else { row })));
            match node.apply(&values) {
                Ok(value) => made.append(&value),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(Values { array: made.finish(), constant }))
    }
}

fn column(array: ArrayRef) -> Values {
    Values { array, constant: false }
}

fn truths(array: BooleanArray) -> Values {
    column(Arc::new(array))
}

/// The result of a kernel over these values: one value if each of them is one.
fn joined(array: ArrayRef, of: &[&Values]) -> Values {
    Values { array, constant: of.iter().all(|values| values.constant) }
}

fn truths_of(array: BooleanArray, of: &[&Values]) -> Values {
    joined(Arc::new(array), of)
}

fn is_date(node: &Node) -> bool {
    node.data_type == Type::Date
}

fn has_value(array: &ArrayRef) -> arrow_buffer::BooleanBuffer {
    match array.logical_nulls() {
        Some(nulls) => nulls.inner().clone(),
        None => arrow_buffer::BooleanBuffer::new_set(array.len()),
    }
}

fn compare(comparison: Comparison, one: Values, other: Values) -> Result<Values, ArrowError> {
    let compare = match comparison {
        Comparison::Equal => cmp::eq,
        Comparison::Unequal => cmp::neq,
        Comparison::Less => cmp::lt,
        Comparison::LessOrEqual => cmp::lt_eq,
        Comparison::Greater => cmp::gt,
        Comparison::GreaterOrEqual => cmp::gt_eq,
    };
    Ok(truths_of(compare(&one, &other)?, &[&one, &other]))
}

/// Arrow orders floats by all of their bits: both zeros are made one, and all NaN the greatest number.
fn ordered(values: Values) -> Values {
    if *values.array.data_type() != DataType::Float64 {
        return values;
    }
    let plain = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
    let floats: Float64Array = values.array.as_primitive::<Float64Type>().unary(plain);
    Values { array: Arc::new(floats), constant: values.constant }
}

fn arithmetic(operator: Operator, one: &Values, other: &Values) -> Result<ArrayRef, ArrowError> {
    match operator {
        Operator::Add => numeric::add(one, other),
        Operator::Subtract => numeric::sub(one, other),
        Operator::Multiply => numeric::mul(one, other),
        Operator::Divide => numeric::div(one, other),
        Operator::Remainder => numeric::rem(one, other),
    }
}
