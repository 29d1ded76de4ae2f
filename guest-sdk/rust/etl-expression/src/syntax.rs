//! An expression as it is written.

use std::fmt;
use std::ops::Range;

use crate::arithmetic::Operator;
use crate::data_type::{Column, Type};
use crate::node::Checked;
use crate::number::Number;
use crate::parser::Parser;
use crate::problem::Problem;

/// An expression: its names and types are not known yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub(crate) text: String,
    pub(crate) root: Syntax,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Syntax {
    pub(crate) kind: SyntaxKind,
    /// The place in the text, in bytes.
    pub(crate) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SyntaxKind {
    Column(String),
    Literal(Literal),
    Not(Box<Syntax>),
    Negative(Box<Syntax>),
    And(Box<Syntax>, Box<Syntax>),
    Or(Box<Syntax>, Box<Syntax>),
    Compare(Comparison, Box<Syntax>, Box<Syntax>),
    Compute(Operator, Box<Syntax>, Box<Syntax>),
    Join(Box<Syntax>, Box<Syntax>),
    In(Box<Syntax>, Vec<Syntax>),
    Like {
        text: Box<Syntax>,
        pattern: Box<Syntax>,
        ignore_case: bool,
    },
    IsNull(Box<Syntax>),
    /// Conditions with their values, and the value of `else`.
    Case(Vec<(Syntax, Syntax)>, Option<Box<Syntax>>),
    Cast(Box<Syntax>, Type),
    /// The name's place is the second part.
    Call(String, Range<usize>, Vec<Syntax>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    Date(i32),
    Timestamp(i64),
}

/// A comparison of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=` or `<>`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// If the text is no expression, with the place and what was expected.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self { text: text.to_owned(), root: Parser::new(text)?.whole()? })
    }

    /// The text that it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns that it uses, each once, in the order of the text.
    pub fn columns(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.visit(&mut |part| {
            if let SyntaxKind::Column(name) = &part.kind
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        });
        names
    }

    /// Checks names and types against the columns of its input.
    ///
    /// # Errors
    ///
    /// If a column or a function does not exist, or types do not match, with the place.
    pub fn check(&self, columns: &[Column]) -> Result<Checked, Problem> {
        crate::check::check(self, columns, None)
    }

    /// As [`Self::check`], and the result must be true, false or null.
    ///
    /// # Errors
    ///
    /// As [`Self::check`], or if it is no condition.
    pub fn check_condition(&self, columns: &[Column]) -> Result<Checked, Problem> {
        crate::check::check(self, columns, Some(Type::Boolean))
    }
}

impl Syntax {
    fn visit<'e>(&'e self, see: &mut impl FnMut(&'e Self)) {
        see(self);
        match &self.kind {
            SyntaxKind::Column(_) | SyntaxKind::Literal(_) => {}
            SyntaxKind::Not(one)
            | SyntaxKind::Negative(one)
            | SyntaxKind::IsNull(one)
            | SyntaxKind::Cast(one, _) => one.visit(see),
            SyntaxKind::And(one, other)
            | SyntaxKind::Or(one, other)
            | SyntaxKind::Compare(_, one, other)
            | SyntaxKind::Compute(_, one, other)
            | SyntaxKind::Join(one, other)
            | SyntaxKind::Like { text: one, pattern: other, .. } => {
                one.visit(see);
                other.visit(see);
            }
            SyntaxKind::In(one, list) => {
                one.visit(see);
                list.iter().for_each(|item| item.visit(see));
            }
            SyntaxKind::Case(branches, rest) => {
                for (condition, value) in branches {
                    condition.visit(see);
                    value.visit(see);
                }
                if let Some(rest) = rest {
                    rest.visit(see);
                }
            }
            SyntaxKind::Call(_, _, arguments) => arguments.iter().for_each(|argument| argument.visit(see)),
        }
    }
}
