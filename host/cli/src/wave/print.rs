//! Prints values as WAVE.

use std::fmt::Write as _;

use super::value::Value;

/// The value on one line.
pub(crate) fn inline(value: &Value) -> String {
    let mut text = String::new();
    write_inline(&mut text, value);
    text
}

/// The value on as many lines as it needs to fit into `width` columns where possible. The first line begins at column `indent`,
/// and the others are indented as far.
pub(crate) fn pretty(value: &Value, indent: usize, width: usize) -> String {
    let mut text = String::new();
    write_pretty(&mut text, value, indent, indent, width);
    text
}

/// A level of indentation.
const STEP: usize = 2;

/// Writes a value whose first line begins at `column`, in a line that is indented by `indent`.
fn write_pretty(text: &mut String, value: &Value, indent: usize, column: usize, width: usize) {
    let line = inline(value);
    if column + line.chars().count() <= width {
        text.push_str(&line);
        return;
    }
    match value {
        Value::List(values) if !values.is_empty() => block(text, ('[', ']'), values, indent, width),
        Value::Tuple(values) if !values.is_empty() => block(text, ('(', ')'), values, indent, width),
        Value::Bytes(bytes) if as_text(bytes).is_none() => {
            let values: Vec<Value> = bytes.iter().map(|byte| Value::Unsigned(u64::from(*byte))).collect();
            block(text, ('[', ']'), &values, indent, width);
        }
        Value::Record(fields) => {
            text.push_str("{\n");
            for (name, value) in fields.iter().filter(|(_, value)| !is_none(value)) {
                let start = format!("{:1$}{name}: ", "", indent + STEP);
                text.push_str(&start);
                write_pretty(text, value, indent + STEP, start.chars().count(), width.saturating_sub(1));
                text.push_str(",\n");
            }
            let _ = write!(text, "{:1$}}}", "", indent);
        }
        Value::Case(name, Some(value)) => wrapped(text, &label(name), value, indent, column, width),
        Value::Option(Some(value)) => wrapped(text, "some", value, indent, column, width),
        Value::Result(Ok(Some(value))) => wrapped(text, "ok", value, indent, column, width),
        Value::Result(Err(Some(value))) => wrapped(text, "err", value, indent, column, width),
        _ => text.push_str(&line),
    }
}

fn wrapped(text: &mut String, name: &str, value: &Value, indent: usize, column: usize, width: usize) {
    let _ = write!(text, "{name}(");
    write_pretty(text, value, indent, column + name.chars().count() + 1, width.saturating_sub(1));
    text.push(')');
}

fn block(text: &mut String, (open, close): (char, char), values: &[Value], indent: usize, width: usize) {
    text.push(open);
    // Short values share lines; longer ones have a line each.
    if values.iter().all(is_short) {
        let mut column = usize::MAX;
        for value in values {
            let value = inline(value);
            if column.saturating_add(value.chars().count() + 2) > width {
                let _ = write!(text, "\n{:1$}", "", indent + STEP);
                column = indent + STEP;
            } else {
                text.push(' ');
                column += 1;
            }
            let _ = write!(text, "{value},");
            column += value.chars().count() + 1;
        }
        text.push('\n');
    } else {
        text.push('\n');
        for value in values {
            let _ = write!(text, "{:1$}", "", indent + STEP);
            write_pretty(text, value, indent + STEP, indent + STEP, width.saturating_sub(1));
            text.push_str(",\n");
        }
    }
    let _ = write!(text, "{:1$}{close}", "", indent);
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::Bool(_)
        | Value::Signed(_)
        | Value::Unsigned(_)
        | Value::F32(_)
        | Value::F64(_)
        | Value::Char(_) => true,
        Value::Case(_, None) | Value::Handle(_) => true,
        Value::String(text) => text.len() <= 24,
        _ => false,
    }
}

/// WAVE omits the fields of a record that are `none`.
fn is_none(value: &Value) -> bool {
    matches!(value, Value::Option(None))
}

fn write_inline(text: &mut String, value: &Value) {
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Bool(value) => write!(text, "{value}"),
        Value::Signed(value) => write!(text, "{value}"),
        Value::Unsigned(value) => write!(text, "{value}"),
        Value::F32(value) => write_float(text, value, value.is_nan()),
        Value::F64(value) => write_float(text, value, value.is_nan()),
        Value::Char(value) => {
            text.push('\'');
            escape(text, *value);
            text.push('\'');
            Ok(())
        }
        Value::String(value) => {
            quote(text, value);
            Ok(())
        }
        Value::Bytes(bytes) => {
            match as_text(bytes) {
                Some(value) => quote(text, value),
                None => sequence(text, '[', ']', bytes.iter(), |text, byte| {
                    let _ = write!(text, "{byte}");
                }),
            }
            Ok(())
        }
        Value::List(values) => {
            sequence(text, '[', ']', values.iter(), write_inline);
            Ok(())
        }
        Value::Tuple(values) => {
            sequence(text, '(', ')', values.iter(), write_inline);
            Ok(())
        }
        Value::Map(entries) => {
            sequence(text, '[', ']', entries.iter(), |text, (key, value)| {
                sequence(text, '(', ')', [key, value].into_iter(), write_inline);
            });
            Ok(())
        }
        Value::Record(fields) => {
            let shown: Vec<_> = fields.iter().filter(|(_, value)| !is_none(value)).collect();
            if shown.is_empty() {
                text.push_str("{:}");
            } else {
                sequence(text, '{', '}', shown.into_iter(), |text, (name, value)| {
                    let _ = write!(text, "{name}: ");
                    write_inline(text, value);
                });
            }
            Ok(())
        }
        Value::Case(name, value) => payload(text, &label(name), value),
        Value::Option(None) => write!(text, "none"),
        Value::Option(value) => payload(text, "some", value),
        Value::Result(Ok(value)) => payload(text, "ok", value),
        Value::Result(Err(value)) => payload(text, "err", value),
        Value::Flags(flags) => {
            sequence(text, '{', '}', flags.iter(), |text, flag| text.push_str(flag));
            Ok(())
        }
        Value::Handle(name) => write!(text, "{name}"),
        Value::Any => write!(text, "any"),
    };
}

fn payload(text: &mut String, name: &str, value: &Option<Box<Value>>) -> std::fmt::Result {
    text.push_str(name);
    if let Some(value) = value {
        text.push('(');
        write_inline(text, value);
        text.push(')');
    }
    Ok(())
}

fn sequence<T>(
    text: &mut String,
    open: char,
    close: char,
    values: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    text.push(open);
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write(text, value);
    }
    text.push(close);
}

fn write_float(text: &mut String, value: impl std::fmt::Display, is_nan: bool) -> std::fmt::Result {
    if is_nan { write!(text, "nan") } else { write!(text, "{value}") }
}

/// A case's name, marked with `%` where it is a keyword of WAVE.
fn label(name: &str) -> String {
    match name {
        "true" | "false" | "some" | "none" | "ok" | "err" | "inf" | "nan" => format!("%{name}"),
        _ => name.to_owned(),
    }
}

/// The bytes as text, where they clearly are text. Two or three bytes may as well be a bitmap.
fn as_text(bytes: &[u8]) -> Option<&str> {
    const FEWEST: usize = 4;
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() >= FEWEST)?;
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).then_some(text)
}

fn quote(text: &mut String, value: &str) {
    text.push('"');
    value.chars().for_each(|c| escape(text, c));
    text.push('"');
}

fn escape(text: &mut String, c: char) {
    match c {
        '"' | '\'' | '\\' | '\t' | '\r' | '\n' => text.extend(c.escape_default()),
        c if c.is_control() => text.extend(c.escape_unicode()),
        c => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_value_is_broken_into_lines() {
        let row = |name: &str| {
            Value::Record(vec![
                ("name".into(), Value::String(name.into())),
                ("more".into(), Value::Option(None)),
                ("at".into(), Value::List(vec![Value::Signed(-1), Value::Signed(20)])),
            ])
        };
        let value = Value::Result(Ok(Some(Box::new(Value::List(vec![row("a"), row("b")])))));
        let wide = r#"ok([{name: "a", at: [-1, 20]}, {name: "b", at: [-1, 20]}])"#;
        assert_eq!(pretty(&value, 0, 80), wide);
        let broken = "ok([\n    {name: \"a\", at: [-1, 20]},\n    {name: \"b\", at: [-1, 20]},\n  ])";
        assert_eq!(pretty(&value, 2, 40), broken);
    }

    #[test]
    fn numbers_share_lines() {
        let value = Value::List((100..110).map(Value::Unsigned).collect());
        assert_eq!(
            pretty(&value, 0, 20),
            "[\n  100, 101, 102,\n  103, 104, 105,\n  106, 107, 108,\n  109,\n]"
        );
    }

    #[test]
    fn keywords_are_marked_and_text_is_quoted() {
        assert_eq!(inline(&Value::Case("none".into(), None)), "%none");
        assert_eq!(inline(&Value::Bytes(b"UAAA".to_vec())), "\"UAAA\"");
        assert_eq!(inline(&Value::Bytes(b"UA".to_vec())), "[85, 65]");
        assert_eq!(inline(&Value::String("it's\n\u{1}".into())), "\"it\\'s\\n\\u{1}\"");
    }
}
