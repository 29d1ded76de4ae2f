//! Compares a value with an expected one.

use super::value::Value;

/// The names that an expectation gives to handles: the expected name, then the current one.
pub(crate) type Bindings = Vec<(String, String)>;

/// Whether `actual` matches `expected`. A handle matches by its name, or by taking the expected name: `may_name` decides that from
/// the expected and the current name, and both are added to `bindings`.
pub(crate) fn matches(
    expected: &Value,
    actual: &Value,
    may_name: &dyn Fn(&str, &str) -> bool,
    bindings: &mut Bindings,
) -> bool {
    match (expected, actual) {
        (Value::Any, _) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Signed(a), Value::Signed(b)) => a == b,
        (Value::Unsigned(a), Value::Unsigned(b)) => a == b,
        // The component model has a single NaN.
        (Value::F32(a), Value::F32(b)) => a == b || a.is_nan() && b.is_nan(),
        (Value::F64(a), Value::F64(b)) => a == b || a.is_nan() && b.is_nan(),
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Flags(a), Value::Flags(b)) => a == b,
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| matches(a, b, may_name, bindings))
        }
        (Value::Record(a), Value::Record(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((a, value), (b, other))| a == b && matches(value, other, may_name, bindings))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((a, value), (b, other))| {
                    matches(a, b, may_name, bindings) && matches(value, other, may_name, bindings)
                })
        }
        (Value::Case(a, inner), Value::Case(b, other)) => {
            a == b && optional(inner, other, may_name, bindings)
        }
        (Value::Option(a), Value::Option(b))
        | (Value::Result(Ok(a)), Value::Result(Ok(b)))
        | (Value::Result(Err(a)), Value::Result(Err(b))) => optional(a, b, may_name, bindings),
        (Value::Handle(a), Value::Handle(b)) if a == b => true,
        (Value::Handle(a), Value::Handle(b)) => {
            let bound = bindings.iter().find(|(name, _)| name == a).map(|(_, bound)| bound == b);
            bound.unwrap_or_else(|| {
                let may = may_name(a, b);
                if may {
                    bindings.push((a.clone(), b.clone()));
                }
                may
            })
        }
        _ => false,
    }
}

fn optional(
    expected: &Option<Box<Value>>,
    actual: &Option<Box<Value>>,
    may_name: &dyn Fn(&str, &str) -> bool,
    bindings: &mut Bindings,
) -> bool {
    match (expected, actual) {
        (None, None) => true,
        (Some(expected), Some(actual)) => matches(expected, actual, may_name, bindings),
        _ => false,
    }
}
