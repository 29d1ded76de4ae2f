//! From an expression as it is written to one whose names and types are known.

mod call;
mod common;
mod compute;

use std::borrow::Cow;
use std::ops::Range;

use self::common::{Join, coerce, common};
use crate::cast::castable;
use crate::data_type::{Column, Type};
use crate::nearest::nearest;
use crate::node::{Checked, Kind, Node};
use crate::problem::Problem;
use crate::syntax::{Comparison, Expression, Literal, Syntax, SyntaxKind};
use crate::value::Value;

/// Checks an expression against the columns of its input, and its type if one is expected.
pub(crate) fn check(
    expression: &Expression,
    columns: &[Column],
    expected: Option<Type>,
) -> Result<Checked, Problem> {
    let mut check = Check { columns, read: Vec::new() };
    let mut root = check.node(&expression.root)?;
    if let Some(expected) = expected {
        root = expect(root, expected)?;
    }
    Ok(Checked { root, columns: check.read })
}

struct Check<'c> {
    columns: &'c [Column],
    /// The columns that the expression reads.
    read: Vec<usize>,
}

impl Check<'_> {
    fn node(&mut self, syntax: &Syntax) -> Result<Node, Problem> {
        let span = syntax.span.clone();
        match &syntax.kind {
            SyntaxKind::Column(name) => self.column(name, span),
            SyntaxKind::Literal(value) => Ok(literal(value, span)),
            SyntaxKind::Not(one) => {
                let one = self.condition(one)?;
                Ok(boolean(one.nullable, Kind::Not(Box::new(one)), span))
            }
            SyntaxKind::And(one, other) => {
                let (one, other) = (self.condition(one)?, self.condition(other)?);
                let nullable = one.nullable || other.nullable;
                Ok(boolean(nullable, Kind::And(Box::new(one), Box::new(other)), span))
            }
            SyntaxKind::Or(one, other) => {
                let (one, other) = (self.condition(one)?, self.condition(other)?);
                let nullable = one.nullable || other.nullable;
                Ok(boolean(nullable, Kind::Or(Box::new(one), Box::new(other)), span))
            }
            SyntaxKind::Negative(one) => compute::negative(self.node(one)?, span),
            SyntaxKind::Compute(operator, one, other) => {
                let (one, other) = (self.node(one)?, self.node(other)?);
                compute::compute(*operator, one, other, span)
            }
            SyntaxKind::Compare(comparison, one, other) => {
                let (one, other) = (self.node(one)?, self.node(other)?);
                compare(*comparison, one, other, span)
            }
            SyntaxKind::Join(one, other) => {
                let (one, other) = (self.text(one, "||")?, self.text(other, "||")?);
                // A null on one side is a null, other than in `concat`.
                Ok(joined(one, other, span))
            }
            SyntaxKind::In(one, list) => {
                let one = self.node(one)?;
                let items = list.iter().map(|item| self.node(item)).collect::<Result<Vec<_>, _>>()?;
                let mut nodes = unify(std::iter::once(one).chain(items).collect(), Join::Comparison, "in")?;
                let one = nodes.remove(0);
                let nullable = one.nullable || nodes.iter().any(|item| item.nullable);
                Ok(boolean(nullable, Kind::In(Box::new(one), nodes), span))
            }
            SyntaxKind::Like { text, pattern, ignore_case } => {
                let word = if *ignore_case { "ilike" } else { "like" };
                let (text, pattern) = (self.text(text, word)?, self.text(pattern, word)?);
                let nullable = text.nullable || pattern.nullable;
                let (text, pattern) = (Box::new(text), Box::new(pattern));
                Ok(boolean(nullable, Kind::Like { text, pattern, ignore_case: *ignore_case }, span))
            }
            SyntaxKind::IsNull(one) => {
                let one = self.node(one)?;
                Ok(boolean(false, Kind::IsNull(Box::new(one)), span))
            }
            SyntaxKind::Case(branches, rest) => self.case(branches, rest.as_deref(), span),
            SyntaxKind::Cast(one, to) => {
                let one = self.node(one)?;
                if !castable(one.data_type, *to) {
                    let message = format!("{} cannot be cast to {to}", in_words(one.data_type));
                    return Err(Problem::new(
                        one.span.clone(),
                        message,
                        format!("this is {}", in_words(one.data_type)),
                    ));
                }
                Ok(common::cast(one, *to, span))
            }
            SyntaxKind::Call(name, place, arguments) => self.call(name, place, arguments, span),
        }
    }

    fn column(&mut self, name: &str, span: Range<usize>) -> Result<Node, Problem> {
        let found = self.columns.iter().enumerate().find(|(_, column)| column.name == name);
        let Some((index, column)) = found else {
            let names = || self.columns.iter().map(|column| column.name.as_str());
            let label = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "not a column".to_owned(),
            };
            let all = names().collect::<Vec<_>>().join(", ");
            return Err(Problem::new(span, format!("there is no column `{name}`"), label)
                .help(format!("the columns here are {all}")));
        };
        if !self.read.contains(&index) {
            self.read.push(index);
        }
        let Column { data_type, nullable, .. } = column;
        Ok(Node { kind: Kind::Column(index), data_type: *data_type, nullable: *nullable, span })
    }

    fn condition(&mut self, syntax: &Syntax) -> Result<Node, Problem> {
        expect(self.node(syntax)?, Type::Boolean)
    }

    fn text(&mut self, syntax: &Syntax, what: &str) -> Result<Node, Problem> {
        let node = self.node(syntax)?;
        if matches!(node.data_type, Type::Text | Type::Null) {
            return Ok(coerced(node, Type::Text));
        }
        let message = format!("`{what}` needs utf8, and this is {}", in_words(node.data_type));
        Err(Problem::new(node.span.clone(), message, format!("this is {}", in_words(node.data_type)))
            .help("write cast(… as utf8)"))
    }

    fn case(
        &mut self,
        branches: &[(Syntax, Syntax)],
        rest: Option<&Syntax>,
        span: Range<usize>,
    ) -> Result<Node, Problem> {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in branches {
            conditions.push(self.condition(condition)?);
            values.push(self.node(value)?);
        }
        if let Some(rest) = rest {
            values.push(self.node(rest)?);
        }
        let mut values = unify(values, Join::Values, "case")?;
        let nullable = rest.is_none() || values.iter().any(|value| value.nullable);
        let data_type = values.first().map_or(Type::Null, |value| value.data_type);
        let rest = if rest.is_some() { values.pop().map(Box::new) } else { None };
        let kind = Kind::Case(conditions.into_iter().zip(values).collect(), rest);
        Ok(Node { kind, data_type, nullable, span })
    }
}

fn boolean(nullable: bool, kind: Kind, span: Range<usize>) -> Node {
    Node { kind, data_type: Type::Boolean, nullable, span }
}

fn literal(literal: &Literal, span: Range<usize>) -> Node {
    let (value, number, data_type) = match literal {
        Literal::Null => (Value::Null, None, Type::Null),
        Literal::Boolean(truth) => (Value::Boolean(*truth), None, Type::Boolean),
        Literal::Text(text) => (Value::Text(Cow::Owned(text.clone())), None, Type::Text),
        Literal::Date(days) => (Value::Date(*days), None, Type::Date),
        Literal::Timestamp(time) => (Value::Timestamp(*time), None, Type::Timestamp),
        Literal::Number(number) => common::number(number),
    };
    Node { kind: Kind::Constant(value, number), data_type, nullable: *literal == Literal::Null, span }
}

fn compare(comparison: Comparison, one: Node, other: Node, span: Range<usize>) -> Result<Node, Problem> {
    let mut nodes = unify(vec![one, other], Join::Comparison, &comparison.to_string())?;
    let (other, one) = (nodes.remove(1), nodes.remove(0));
    let nullable = one.nullable || other.nullable;
    Ok(boolean(nullable, Kind::Compare(comparison, Box::new(one), Box::new(other)), span))
}

fn joined(one: Node, other: Node, span: Range<usize>) -> Node {
    let null = |node: &Node| boolean(false, Kind::IsNull(Box::new(node.clone())), node.span.clone());
    let nullable = one.nullable || other.nullable;
    let either = match (one.nullable, other.nullable) {
        (false, false) => None,
        (true, false) => Some(null(&one)),
        (false, true) => Some(null(&other)),
        (true, true) => {
            let (one, other) = (Box::new(null(&one)), Box::new(null(&other)));
            Some(boolean(false, Kind::Or(one, other), span.clone()))
        }
    };
    let text = |kind, nullable| Node { kind, data_type: Type::Text, nullable, span: span.clone() };
    let concat = text(Kind::Call(crate::Function::Concat, vec![one, other]), false);
    match either {
        None => concat,
        Some(either) => {
            let none = text(Kind::Constant(Value::Null, None), true);
            text(Kind::Case(vec![(either, none)], Some(Box::new(concat))), nullable)
        }
    }
}

/// The nodes in one type that holds the values of all of them.
fn unify(nodes: Vec<Node>, join: Join, what: &str) -> Result<Vec<Node>, Problem> {
    let mut all: Option<Node> = None;
    for node in &nodes {
        let Some(before) = all else {
            all = Some(node.clone());
            continue;
        };
        let Some(data_type) = common(&before, node, join) else {
            return Err(mismatch(&before, node, what));
        };
        // A literal adapts to the others only as long as there is nothing else.
        let kind = if before.data_type == data_type { before.kind } else { node.kind.clone() };
        all = Some(Node { kind, data_type, ..node.clone() });
    }
    let data_type = all.map_or(Type::Null, |node| node.data_type);
    nodes.into_iter().map(|node| coerce(node, data_type)).collect()
}

fn mismatch(one: &Node, other: &Node, what: &str) -> Problem {
    let (first, second) = (in_words(one.data_type), in_words(other.data_type));
    let message = match what {
        "case" | "coalesce" | "greatest" | "least" | "nullif" => {
            format!("the values of `{what}` are {first} and {second}")
        }
        _ => format!("`{what}` cannot compare {first} with {second}"),
    };
    let problem = Problem::new(other.span.clone(), message, format!("this is {second}"));
    match (one.data_type, other.data_type) {
        (Type::Text, other) | (other, Type::Text) if other != Type::Other => problem.help(text_help(other)),
        _ => problem,
    }
}

fn text_help(wanted: Type) -> String {
    format!(
        "if the text is to be {wanted}, write cast(… as {wanted}), or give its column this type: in `columns` of the source, or in `cast` of a stage"
    )
}

/// The node, if it has the type.
fn expect(node: Node, expected: Type) -> Result<Node, Problem> {
    if node.data_type == expected || node.data_type == Type::Null {
        return Ok(coerced(node, expected));
    }
    let found = in_words(node.data_type);
    let wanted = if expected == Type::Boolean { "a condition" } else { "another type" };
    Err(Problem::new(
        node.span.clone(),
        format!("this is {found}; expected {wanted}"),
        format!("this is {found}"),
    )
    .help("a condition is a comparison, as in `delay > 10`, or a boolean column"))
}

/// The node in a type that it certainly has: its own, or any type if it is null.
fn coerced(node: Node, to: Type) -> Node {
    match node.kind {
        Kind::Constant(Value::Null, _) => Node { data_type: to, ..node },
        _ if node.data_type == Type::Null => {
            let span = node.span.clone();
            common::cast(node, to, span)
        }
        _ => node,
    }
}

fn in_words(data_type: Type) -> String {
    match data_type {
        Type::Other => "a value of a type without expressions".to_owned(),
        known => known.to_string(),
    }
}
