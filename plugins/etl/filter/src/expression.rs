//! Conditions over a row: `dep_delay > 15 and carrier in ('AA', 'UA') or dest is null`.
//!
//! Null works as in SQL: a comparison with null is neither true nor false, and only rows that are true are kept.

use std::fmt;

use crate::token::{Problem, Symbol, Token, tokens};

/// A condition, with the position of each part for messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub(crate) kind: Kind,
    /// The offset in the text, in characters from 0.
    pub(crate) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Column(String),
    Literal(Literal),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Both(Box<Expression>, Box<Expression>),
    Either(Box<Expression>, Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    Compute(char, Box<Expression>, Box<Expression>),
    In(Box<Expression>, Vec<Expression>),
    Like(Box<Expression>, Vec<char>),
    IsNull(Box<Expression>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Truth(bool),
    Whole(i64),
    Real(f64),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The maximum nesting, so that neither parsing nor evaluating exhausts the stack.
const MAX_DEPTH: usize = 50;

impl Expression {
    /// Parses a condition.
    ///
    /// # Errors
    ///
    /// If the text is not a condition, with the position and what was expected.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
        let expression = parser.either()?;
        match parser.peek() {
            None => Ok(expression),
            Some(token) => Err(Problem::new(token.at, "expected `and`, `or` or the end here")),
        }
    }

    /// The columns that it uses, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.visit(&mut |expression| {
            if let Kind::Column(name) = &expression.kind
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        });
        names
    }

    fn visit<'e>(&'e self, see: &mut impl FnMut(&'e Self)) {
        see(self);
        match &self.kind {
            Kind::Column(_) | Kind::Literal(_) => {}
            Kind::Not(one) | Kind::Negative(one) | Kind::Like(one, _) | Kind::IsNull(one) => one.visit(see),
            Kind::Both(one, other)
            | Kind::Either(one, other)
            | Kind::Compare(_, one, other)
            | Kind::Compute(_, one, other) => {
                one.visit(see);
                other.visit(see);
            }
            Kind::In(one, list) => {
                one.visit(see);
                list.iter().for_each(|item| item.visit(see));
            }
        }
    }
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

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, symbol: &Symbol) -> Option<usize> {
        let token = self.peek().filter(|token| token.symbol == *symbol)?;
        let at = token.at;
        self.next += 1;
        Some(at)
    }

    fn word(&mut self, word: &str) -> Option<usize> {
        self.take(&Symbol::Word(word.to_owned()))
    }

    fn end(&self) -> usize {
        self.tokens.last().map_or(0, |token| token.at + 1)
    }

    fn expect(&mut self, symbol: Symbol, what: &str) -> Result<(), Problem> {
        let at = self.peek().map_or(self.end(), |token| token.at);
        self.take(&symbol).map(|_| ()).ok_or_else(|| Problem::new(at, format!("expected {what} here")))
    }

    fn either(&mut self) -> Result<Expression, Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let at = self.peek().map_or(self.end(), |token| token.at);
            return Err(Problem::new(at, format!("parentheses are nested more than {MAX_DEPTH} deep")));
        }
        let mut one = self.both()?;
        while let Some(at) = self.word("or") {
            let other = self.both()?;
            one = Expression { at, kind: Kind::Either(Box::new(one), Box::new(other)) };
        }
        self.depth -= 1;
        Ok(one)
    }

    fn both(&mut self) -> Result<Expression, Problem> {
        let mut one = self.negation()?;
        while let Some(at) = self.word("and") {
            let other = self.negation()?;
            one = Expression { at, kind: Kind::Both(Box::new(one), Box::new(other)) };
        }
        Ok(one)
    }

    fn negation(&mut self) -> Result<Expression, Problem> {
        let mut nots = Vec::new();
        while let Some(at) = self.word("not") {
            nots.push(at);
        }
        let expression = self.comparison()?;
        // Double negation cancels out.
        Ok(match nots.first() {
            Some(at) if nots.len() % 2 == 1 => Expression { at: *at, kind: Kind::Not(Box::new(expression)) },
            _ => expression,
        })
    }

    fn comparison(&mut self) -> Result<Expression, Problem> {
        let one = self.sum()?;
        let Some(Token { symbol, at }) = self.peek().cloned() else { return Ok(one) };
        let not = |wanted: bool, expression: Expression| {
            if wanted { Expression { at, kind: Kind::Not(Box::new(expression)) } } else { expression }
        };
        if let Symbol::Compare(comparison) = symbol {
            self.next += 1;
            let other = self.sum()?;
            return Ok(Expression { at, kind: Kind::Compare(comparison, Box::new(one), Box::new(other)) });
        }
        if self.word("is").is_some() {
            let negated = self.word("not").is_some();
            let place = self.peek().map_or(self.end(), |token| token.at);
            self.word("null").ok_or_else(|| Problem::new(place, "expected `null` here"))?;
            return Ok(not(negated, Expression { at, kind: Kind::IsNull(Box::new(one)) }));
        }
        let negated = self.word("not").is_some();
        if self.word("in").is_some() {
            self.expect(Symbol::Open, "`(`")?;
            let mut list = vec![self.sum()?];
            while self.take(&Symbol::Comma).is_some() {
                list.push(self.sum()?);
            }
            self.expect(Symbol::Close, "`,` or `)`")?;
            return Ok(not(negated, Expression { at, kind: Kind::In(Box::new(one), list) }));
        }
        if self.word("like").is_some() {
            let place = self.peek().map_or(self.end(), |token| token.at);
            let Some(Token { symbol: Symbol::Text(pattern), .. }) = self.peek().cloned() else {
                return Err(Problem::new(place, "expected a pattern in quotes here, for example 'N1%'"));
            };
            self.next += 1;
            let pattern = pattern.chars().collect();
            return Ok(not(negated, Expression { at, kind: Kind::Like(Box::new(one), pattern) }));
        }
        if negated {
            let place = self.peek().map_or(self.end(), |token| token.at);
            return Err(Problem::new(place, "expected `in` or `like` here"));
        }
        Ok(one)
    }

    fn sum(&mut self) -> Result<Expression, Problem> {
        self.chain(&['+', '-'], Self::product)
    }

    fn product(&mut self) -> Result<Expression, Problem> {
        self.chain(&['*', '/'], Self::primary)
    }

    fn chain(
        &mut self,
        signs: &[char],
        part: impl Fn(&mut Self) -> Result<Expression, Problem>,
    ) -> Result<Expression, Problem> {
        let mut one = part(self)?;
        while let Some(Token { symbol: Symbol::Sign(sign), at }) = self.peek().cloned() {
            if !signs.contains(&sign) {
                break;
            }
            self.next += 1;
            let other = part(self)?;
            one = Expression { at, kind: Kind::Compute(sign, Box::new(one), Box::new(other)) };
        }
        Ok(one)
    }

    fn primary(&mut self) -> Result<Expression, Problem> {
        let Some(Token { symbol, at }) = self.peek().cloned() else {
            return Err(Problem::new(self.end(), "expected a column, a number, a text or `(` here"));
        };
        self.next += 1;
        let kind = match symbol {
            Symbol::Open => {
                let inside = self.either()?;
                self.expect(Symbol::Close, "`)`")?;
                return Ok(inside);
            }
            Symbol::Sign('-') => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(Problem::new(at, "too many signs"));
                }
                let inside = self.primary()?;
                self.depth -= 1;
                Kind::Negative(Box::new(inside))
            }
            Symbol::Word(word) if word == "null" => Kind::Literal(Literal::Null),
            Symbol::Word(word) if word == "true" => Kind::Literal(Literal::Truth(true)),
            Symbol::Word(word) if word == "false" => Kind::Literal(Literal::Truth(false)),
            Symbol::Word(word) => {
                return Err(Problem::new(
                    at,
                    format!("`{word}` is not allowed here; write a column of that name as \"{word}\""),
                ));
            }
            Symbol::Column(name) => Kind::Column(name),
            Symbol::Whole(number) => Kind::Literal(Literal::Whole(number)),
            Symbol::Real(number) => Kind::Literal(Literal::Real(number)),
            Symbol::Text(text) => Kind::Literal(Literal::Text(text)),
            _ => return Err(Problem::new(at, "expected a column, a number, a text or `(` here")),
        };
        Ok(Expression { kind, at })
    }
}
