//! An expression after the check: its names and types are known.

use std::ops::Range;

use crate::arithmetic::Operator;
use crate::cast::castable;
use crate::data_type::{Column, Type};
use crate::function::Function;
use crate::number::Number;
use crate::pattern::Pattern;
use crate::syntax::Comparison;
use crate::value::Value;

/// An expression over the columns that it was checked against.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub(crate) root: Node,
    pub(crate) columns: Vec<usize>,
}

impl Checked {
    /// A column in another type, as `cast(… as …)`. `None` if no value of its type can be one of that type.
    pub fn cast(index: usize, column: &Column, to: Type) -> Option<Self> {
        let node = |kind, data_type| Node { kind, data_type, nullable: column.nullable, span: 0..0 };
        let inside = node(Kind::Column(index), column.data_type);
        castable(column.data_type, to)
            .then(|| Self { root: node(Kind::Cast(Box::new(inside)), to), columns: vec![index] })
    }

    /// The expression.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The columns that it reads, each once, by their index.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The type of its values.
    pub fn data_type(&self) -> Type {
        self.root.data_type
    }

    /// Whether a value may be null.
    pub fn is_nullable(&self) -> bool {
        self.root.nullable
    }

    /// The column, if the expression is nothing but one.
    pub fn as_column(&self) -> Option<usize> {
        match self.root.kind {
            Kind::Column(index) => Some(index),
            _ => None,
        }
    }
}

/// A part of a checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The type of its values.
    pub data_type: Type,
    /// Whether a value may be null.
    pub nullable: bool,
    /// Its place in the text, in bytes.
    pub span: Range<usize>,
}

/// What a part of an expression is. The parts that it has itself are of the types that it needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A column, by its index.
    Column(usize),
    /// A value that is the same for every row. A number as it is written besides, as long as its type is not decided.
    Constant(Value<'static>, Option<Number>),
    /// The opposite of a condition.
    Not(Box<Node>),
    /// Both conditions. The second one counts only where the first is not false.
    And(Box<Node>, Box<Node>),
    /// One condition or both. The second one counts only where the first is not true.
    Or(Box<Node>, Box<Node>),
    /// A comparison of two values of one type.
    Compare(Comparison, Box<Node>, Box<Node>),
    /// Arithmetic on two values of one type; decimals may differ in their scale, and days are added to dates.
    Compute(Operator, Box<Node>, Box<Node>),
    /// Whether a value is one of these.
    In(Box<Node>, Vec<Node>),
    /// Whether a text matches a pattern.
    Like {
        /// The text.
        text: Box<Node>,
        /// The pattern.
        pattern: Box<Node>,
        /// Whether case makes no difference.
        ignore_case: bool,
    },
    /// Whether a regular expression matches some part of a text.
    Matches(Box<Node>, Pattern),
    /// Whether a value is null.
    IsNull(Box<Node>),
    /// The value of the first condition that is true, or the last value.
    Case(Vec<(Node, Node)>, Option<Box<Node>>),
    /// The value in another type. One that the type does not hold is a failure.
    Cast(Box<Node>),
    /// The result of a function.
    Call(Function, Vec<Node>),
}
