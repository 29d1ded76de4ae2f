//! Operands: columns, literals, functions, `case`, `cast`, and what is in parentheses.

use std::ops::Range;

use super::Parser;
use crate::calendar::{parse_date, parse_timestamp};
use crate::data_type::{MAX_PRECISION, Type};
use crate::number::Number;
use crate::problem::Problem;
use crate::syntax::{Literal, Syntax, SyntaxKind};
use crate::token::{Symbol, Token};

/// The words that are no names of columns without quotes.
const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "like", "ilike", "between", "null", "true", "false", "case", "when",
    "then", "else", "end", "cast", "as",
];

const VALUE: &str = "a column, a number, a text, a function or `(`";

impl Parser {
    pub(super) fn primary(&mut self) -> Result<Syntax, Problem> {
        let Some(Token { symbol, span }) = self.peek().cloned() else { return Err(self.expected(VALUE)) };
        let literal = |literal| Ok(Syntax { kind: SyntaxKind::Literal(literal), span: span.clone() });
        match symbol {
            Symbol::Open => {
                self.next += 1;
                let inside = self.either()?;
                self.expect(&Symbol::Close, "`)`")?;
                Ok(Syntax { kind: inside.kind, span: span.start..self.taken() })
            }
            Symbol::Quoted(name) => {
                self.next += 1;
                Ok(Syntax { kind: SyntaxKind::Column(name), span })
            }
            Symbol::Number(text) => {
                self.next += 1;
                number(&text, span)
            }
            Symbol::Text(text) => {
                self.next += 1;
                literal(Literal::Text(text))
            }
            Symbol::Word(word) => {
                let small = word.to_ascii_lowercase();
                match (small.as_str(), self.peek_after()) {
                    ("null", _) => {
                        self.next += 1;
                        literal(Literal::Null)
                    }
                    ("true" | "false", _) => {
                        self.next += 1;
                        literal(Literal::Boolean(small == "true"))
                    }
                    ("case", _) => self.case(),
                    ("cast", _) => self.cast(),
                    (reserved, _) if RESERVED.contains(&reserved) => Err(self
                        .expected(VALUE)
                        .help(format!("a column of that name is written in quotes: \"{word}\""))),
                    ("date", Some(Symbol::Text(text))) => {
                        let day = parse_date(text).ok_or_else(|| not_a(text, &span, "2013-01-31"));
                        self.next += 2;
                        let literal = SyntaxKind::Literal(Literal::Date(day?));
                        Ok(self.since(span.start, literal))
                    }
                    ("timestamp", Some(Symbol::Text(text))) => {
                        let example = "2013-01-31 23:00:00";
                        let time = parse_timestamp(text).ok_or_else(|| not_a(text, &span, example));
                        self.next += 2;
                        let literal = SyntaxKind::Literal(Literal::Timestamp(time?));
                        Ok(self.since(span.start, literal))
                    }
                    (_, Some(Symbol::Open)) => self.call(small, span),
                    _ => {
                        self.next += 1;
                        Ok(Syntax { kind: SyntaxKind::Column(word), span })
                    }
                }
            }
            _ => Err(self.expected(VALUE)),
        }
    }

    fn call(&mut self, name: String, span: Range<usize>) -> Result<Syntax, Problem> {
        self.next += 2;
        let arguments = match self.take(&Symbol::Close) {
            Some(_) => Vec::new(),
            None => self.list(Self::either)?,
        };
        let start = span.start;
        Ok(self.since(start, SyntaxKind::Call(name, span, arguments)))
    }

    /// `case when a then b … else c end`, or `case x when y then b … end`.
    fn case(&mut self) -> Result<Syntax, Problem> {
        let start = self.expect_word("case")?.start;
        self.deeper(|parser| {
            let is_when = |parser: &Self| {
                matches!(parser.peek(), Some(Token { symbol: Symbol::Word(word), .. }) if word.eq_ignore_ascii_case("when"))
            };
            let subject = if is_when(parser) { None } else { Some(parser.either()?) };
            let mut branches = Vec::new();
            while is_when(parser) {
                parser.next += 1;
                let condition = parser.either()?;
                let condition = match &subject {
                    None => condition,
                    Some(subject) => {
                        let span = condition.span.clone();
                        let (one, other) = (Box::new(subject.clone()), Box::new(condition));
                        let kind = SyntaxKind::Compare(crate::Comparison::Equal, one, other);
                        Syntax { kind, span }
                    }
                };
                parser.expect_word("then")?;
                branches.push((condition, parser.either()?));
            }
            if branches.is_empty() {
                return Err(parser.expected("`when`"));
            }
            let rest = match parser.word("else") {
                Some(_) => Some(Box::new(parser.either()?)),
                None => None,
            };
            if parser.word("end").is_none() {
                return Err(parser.expected("`when`, `else` or `end`"));
            }
            Ok(parser.since(start, SyntaxKind::Case(branches, rest)))
        })
    }

    fn cast(&mut self) -> Result<Syntax, Problem> {
        let start = self.expect_word("cast")?.start;
        self.expect(&Symbol::Open, "`(`")?;
        let inside = self.either()?;
        self.expect_word("as")?;
        let data_type = self.data_type()?;
        self.expect(&Symbol::Close, "`)`")?;
        Ok(self.since(start, SyntaxKind::Cast(Box::new(inside), data_type)))
    }

    fn data_type(&mut self) -> Result<Type, Problem> {
        const TYPES: &str = "boolean, int32, int64, float64, decimal(10, 2), utf8, date32 or timestamp-us";
        let Some(Token { symbol: Symbol::Word(word), span }) = self.peek().cloned() else {
            return Err(self.expected(&format!("a type: {TYPES}")));
        };
        self.next += 1;
        let name = word.to_ascii_lowercase();
        if name == "timestamp" && self.take(&Symbol::Sign('-')).is_some() {
            self.expect_word("us")?;
        }
        if ["decimal", "numeric"].contains(&name.as_str()) {
            return self.decimal();
        }
        Type::of_name(&name).ok_or_else(|| {
            Problem::new(span, format!("unknown type `{word}`"), "not a type")
                .help(format!("the types are {TYPES}"))
        })
    }

    fn decimal(&mut self) -> Result<Type, Problem> {
        let start = self.expect(&Symbol::Open, "`(`, as in decimal(10, 2)")?.start;
        let digits = |parser: &mut Self| match parser.peek().cloned() {
            Some(Token { symbol: Symbol::Number(text), .. }) if text.parse::<u8>().is_ok() => {
                parser.next += 1;
                Ok(text.parse::<u8>().unwrap_or_default())
            }
            _ => Err(parser.expected("a number of digits")),
        };
        let precision = digits(self)?;
        let scale = match self.take(&Symbol::Comma) {
            Some(_) => digits(self)?,
            None => 0,
        };
        let end = self.expect(&Symbol::Close, "`)`")?.end;
        if precision == 0 || precision > MAX_PRECISION || scale > precision {
            let message =
                format!("a decimal has 1 to {MAX_PRECISION} digits, and no more of them behind the point");
            return Err(Problem::new(start..end, message, "not possible"));
        }
        Ok(Type::Decimal { precision, scale })
    }
}

/// A number, as it is written.
pub(super) fn number(text: &str, span: Range<usize>) -> Result<Syntax, Problem> {
    match Number::parse(text) {
        Some(number) => Ok(Syntax { kind: SyntaxKind::Literal(Literal::Number(number)), span }),
        None => Err(Problem::new(span, format!("`{text}` is not a number"), "this one")),
    }
}

fn not_a(text: &str, span: &Range<usize>, example: &str) -> Problem {
    let word = if example.len() > 10 { "timestamp" } else { "date" };
    Problem::new(span.clone(), format!("`{text}` is not a {word}"), "this one")
        .help(format!("it is written like {word} '{example}'"))
}
