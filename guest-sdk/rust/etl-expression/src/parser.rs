//! From tokens to an expression, by precedence: `or`, `and`, `not`, comparisons, `||`, sums, products, signs.

mod operand;

use std::ops::Range;

use self::operand::number;
use crate::arithmetic::Operator;
use crate::problem::Problem;
use crate::syntax::{Syntax, SyntaxKind};
use crate::token::{Symbol, Token, tokens};

/// The maximum nesting, so that neither parsing nor evaluating exhausts the stack.
const MAX_DEPTH: usize = 50;
/// The maximum of operators, for the same reason: a sum of so many parts is a tree as deep.
const MAX_OPERATORS: usize = 300;
/// The maximum length. A list of `in` may be long.
const MAX_TOKENS: usize = 20_000;

pub(crate) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    operators: usize,
    end: usize,
}

impl Parser {
    pub(crate) fn new(text: &str) -> Result<Self, Problem> {
        let tokens = tokens(text)?;
        if let Some(token) = tokens.get(MAX_TOKENS) {
            let message = format!("the expression has more than {MAX_TOKENS} words and signs");
            return Err(Problem::new(token.span.clone(), message, "too long"));
        }
        Ok(Self { tokens, next: 0, depth: 0, operators: 0, end: text.len() })
    }

    pub(crate) fn whole(mut self) -> Result<Syntax, Problem> {
        let expression = self.either()?;
        match self.peek() {
            None => Ok(expression),
            Some(_) => Err(self.expected("an operator, `and`, `or` or the end")),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn peek_after(&self) -> Option<&Symbol> {
        self.tokens.get(self.next + 1).map(|token| &token.symbol)
    }

    /// The place of the next token, or of the end.
    fn place(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |token| token.span.clone())
    }

    /// The end of the last token that was taken.
    fn taken(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.span.end)
    }

    fn expected(&self, what: &str) -> Problem {
        let found = match self.peek().map(|token| &token.symbol) {
            None => "the expression ends here".to_owned(),
            Some(Symbol::Word(word)) => format!("`{word}` is not allowed here"),
            Some(_) => "this is not allowed here".to_owned(),
        };
        Problem::new(self.place(), found, format!("expected {what}"))
    }

    fn take(&mut self, symbol: &Symbol) -> Option<Range<usize>> {
        let token = self.peek().filter(|token| token.symbol == *symbol)?;
        let span = token.span.clone();
        self.next += 1;
        Some(span)
    }

    fn word(&mut self, word: &str) -> Option<Range<usize>> {
        let Token { symbol: Symbol::Word(found), span } = self.peek()? else { return None };
        if !found.eq_ignore_ascii_case(word) {
            return None;
        }
        let span = span.clone();
        self.next += 1;
        Some(span)
    }

    fn expect(&mut self, symbol: &Symbol, what: &str) -> Result<Range<usize>, Problem> {
        self.take(symbol).ok_or_else(|| self.expected(what))
    }

    fn expect_word(&mut self, word: &str) -> Result<Range<usize>, Problem> {
        self.word(word).ok_or_else(|| self.expected(&format!("`{word}`")))
    }

    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("the expression is nested more than {MAX_DEPTH} deep");
            return Err(Problem::new(self.place(), message, "too deep"));
        }
        let result = inside(self);
        self.depth -= 1;
        result
    }

    fn count_operator(&mut self) -> Result<(), Problem> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            let message = format!("the expression has more than {MAX_OPERATORS} operators");
            return Err(
                Problem::new(self.place(), message, "too long").help("compute a part of it in a column")
            );
        }
        Ok(())
    }

    fn either(&mut self) -> Result<Syntax, Problem> {
        self.deeper(|parser| {
            parser.chain("or", Self::both, |one, other| SyntaxKind::Or(Box::new(one), Box::new(other)))
        })
    }

    fn both(&mut self) -> Result<Syntax, Problem> {
        self.chain("and", Self::negation, |one, other| SyntaxKind::And(Box::new(one), Box::new(other)))
    }

    fn chain(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Result<Syntax, Problem>,
        join: impl Fn(Syntax, Syntax) -> SyntaxKind,
    ) -> Result<Syntax, Problem> {
        let mut one = part(self)?;
        while self.word(word).is_some() {
            self.count_operator()?;
            let other = part(self)?;
            let span = one.span.start..other.span.end;
            one = Syntax { kind: join(one, other), span };
        }
        Ok(one)
    }

    fn negation(&mut self) -> Result<Syntax, Problem> {
        let Some(not) = self.word("not") else { return self.comparison() };
        let inside = self.deeper(Self::negation)?;
        let span = not.start..inside.span.end;
        Ok(Syntax { kind: SyntaxKind::Not(Box::new(inside)), span })
    }

    fn comparison(&mut self) -> Result<Syntax, Problem> {
        let one = self.join()?;
        let start = one.span.start;
        if let Some(Token { symbol: Symbol::Compare(comparison), .. }) = self.peek() {
            let comparison = *comparison;
            self.next += 1;
            let other = self.join()?;
            if let Some(Token { symbol: Symbol::Compare(_), span }) = self.peek() {
                return Err(Problem::new(span.clone(), "comparisons have two sides", "a third side")
                    .help("join them with `and`, or use parentheses"));
            }
            let kind = SyntaxKind::Compare(comparison, Box::new(one), Box::new(other));
            return Ok(self.since(start, kind));
        }
        if self.word("is").is_some() {
            let negated = self.word("not").is_some();
            self.expect_word("null")?;
            return Ok(self.maybe_not(negated, start, SyntaxKind::IsNull(Box::new(one))));
        }
        let negated = self.word("not").is_some();
        let kind = if self.word("in").is_some() {
            self.expect(&Symbol::Open, "`(`")?;
            let list = self.list(Self::join)?;
            SyntaxKind::In(Box::new(one), list)
        } else if self.word("between").is_some() {
            let from = self.join()?;
            self.expect_word("and")?;
            let to = self.join()?;
            let side = |comparison, bound: Syntax| {
                let span = start..bound.span.end;
                let kind = SyntaxKind::Compare(comparison, Box::new(one.clone()), Box::new(bound));
                Box::new(Syntax { kind, span })
            };
            SyntaxKind::And(
                side(crate::Comparison::GreaterOrEqual, from),
                side(crate::Comparison::LessOrEqual, to),
            )
        } else if self.word("like").is_some() {
            SyntaxKind::Like { text: Box::new(one), pattern: Box::new(self.join()?), ignore_case: false }
        } else if self.word("ilike").is_some() {
            SyntaxKind::Like { text: Box::new(one), pattern: Box::new(self.join()?), ignore_case: true }
        } else if negated {
            return Err(self.expected("`in`, `like` or `between`"));
        } else {
            return Ok(one);
        };
        Ok(self.maybe_not(negated, start, kind))
    }

    fn since(&self, start: usize, kind: SyntaxKind) -> Syntax {
        Syntax { kind, span: start..self.taken() }
    }

    fn maybe_not(&self, negated: bool, start: usize, kind: SyntaxKind) -> Syntax {
        let inside = self.since(start, kind);
        if negated { self.since(start, SyntaxKind::Not(Box::new(inside))) } else { inside }
    }

    /// Items and the closing parenthesis.
    fn list(&mut self, item: impl Fn(&mut Self) -> Result<Syntax, Problem>) -> Result<Vec<Syntax>, Problem> {
        let mut list = vec![item(self)?];
        while self.take(&Symbol::Comma).is_some() {
            list.push(item(self)?);
        }
        self.expect(&Symbol::Close, "`,` or `)`")?;
        Ok(list)
    }

    fn join(&mut self) -> Result<Syntax, Problem> {
        let mut one = self.sum()?;
        while self.take(&Symbol::Join).is_some() {
            self.count_operator()?;
            let other = self.sum()?;
            let span = one.span.start..other.span.end;
            one = Syntax { kind: SyntaxKind::Join(Box::new(one), Box::new(other)), span };
        }
        Ok(one)
    }

    fn sum(&mut self) -> Result<Syntax, Problem> {
        let signs = [('+', Operator::Add), ('-', Operator::Subtract)];
        self.compute(&signs, Self::product)
    }

    fn product(&mut self) -> Result<Syntax, Problem> {
        let signs = [('*', Operator::Multiply), ('/', Operator::Divide), ('%', Operator::Remainder)];
        self.compute(&signs, Self::sign)
    }

    fn compute(
        &mut self,
        signs: &[(char, Operator)],
        part: impl Fn(&mut Self) -> Result<Syntax, Problem>,
    ) -> Result<Syntax, Problem> {
        let mut one = part(self)?;
        while let Some(Token { symbol: Symbol::Sign(sign), .. }) = self.peek()
            && let Some((_, operator)) = signs.iter().find(|(known, _)| known == sign)
        {
            let operator = *operator;
            self.next += 1;
            self.count_operator()?;
            let other = part(self)?;
            let span = one.span.start..other.span.end;
            one = Syntax { kind: SyntaxKind::Compute(operator, Box::new(one), Box::new(other)), span };
        }
        Ok(one)
    }

    fn sign(&mut self) -> Result<Syntax, Problem> {
        let Some(minus) = self.take(&Symbol::Sign('-')) else {
            return match self.take(&Symbol::Sign('+')) {
                Some(_) => self.deeper(Self::sign),
                None => self.primary(),
            };
        };
        // The sign belongs to the number: the least integer has no positive counterpart.
        if let Some(Token { symbol: Symbol::Number(text), span }) = self.peek() {
            let (text, span) = (format!("-{text}"), minus.start..span.end);
            self.next += 1;
            return number(&text, span);
        }
        let inside = self.deeper(Self::sign)?;
        let span = minus.start..inside.span.end;
        Ok(Syntax { kind: SyntaxKind::Negative(Box::new(inside)), span })
    }
}
