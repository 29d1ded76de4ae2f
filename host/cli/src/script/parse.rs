//! Parses a script.

use std::collections::HashMap;
use std::ops::Range;

use miette::NamedSource;
use wit_parser::{Type, TypeId};

use super::ast::{Action, Body, Call, Case, Expected, HostCall, Script, Step};
use super::scan::Scanner;
use super::syntax_error::{Parsed, SyntaxError, error};
use crate::component::Component;
use crate::text_error::TextError;
use crate::wave::{Mode, Value, read};

/// Parses a script for a component. Errors show `name` as the text's name.
///
/// # Errors
///
/// At the first error in the text, which includes unknown functions and values of the wrong type.
pub(crate) fn parse(component: &Component, name: &str, text: &str) -> Result<Script, Box<TextError>> {
    let mut parser = Parser {
        component,
        scanner: Scanner::new(text),
        resources: HashMap::new(),
        script: Script::default(),
    };
    match parser.script() {
        Ok(()) => Ok(parser.script),
        Err(SyntaxError { message, label, span, help }) => {
            let source_text = NamedSource::new(name, text.to_owned());
            Err(Box::new(TextError { message, source_text, span, label, help }))
        }
    }
}

pub(super) struct Parser<'a> {
    pub(super) component: &'a Component,
    pub(super) scanner: Scanner<'a>,
    /// The resources of named handles, as far as the text determines them.
    pub(super) resources: HashMap<String, TypeId>,
    script: Script,
}

impl<'a> Parser<'a> {
    fn script(&mut self) -> Parsed<()> {
        loop {
            self.scanner.skip_blank();
            if self.scanner.rest().is_empty() {
                return Ok(());
            }
            self.statement()?;
        }
    }

    fn statement(&mut self) -> Parsed<()> {
        let start = self.scanner.at;
        if self.scanner.take("->") {
            return self.expectation(start);
        }
        let word = self.scanner.name();
        // A word directly before a parenthesis is a call, even if it is a keyword.
        let is_call = self.scanner.rest().starts_with('(');
        let keyword = if is_call { "" } else { self.text(&word) };
        match keyword {
            "case" => self.case(start),
            "host" => self.host(start),
            "traps" => self.traps(start),
            "drop" => self.drop(start),
            "let" => self.let_call(start),
            _ if word.is_empty() => Err(error(
                "invalid statement",
                "expected a call, `host`, `->`, `traps`, `let`, `drop` or `case`",
                start..start + self.scanner.rest().chars().next().map_or(0, char::len_utf8),
            )),
            _ => self.call(start, word, None),
        }
    }

    fn case(&mut self, start: usize) -> Parsed<()> {
        self.scanner.skip_spaces();
        let span = self.scanner.value()?;
        let name = read(&self.component.resolve, &Type::String, self.text(&span), Mode::Given);
        let Ok(Value::String(name)) = name else {
            let help = Some("case \"an empty text has no words\"".to_owned());
            let span = if span.is_empty() { start..self.scanner.at } else { span };
            return Err(SyntaxError {
                help,
                ..error("missing name of the case", "expected text in quotes", span)
            });
        };
        if self.script.cases.iter().any(|case| case.name == name) {
            return Err(error("duplicate case name", "an earlier case has this name", span));
        }
        self.script.cases.push(Case { name, at: start, body: Body::default() });
        Ok(())
    }

    fn let_call(&mut self, start: usize) -> Parsed<()> {
        self.scanner.skip_spaces();
        let name = self.scanner.name();
        self.scanner.skip_spaces();
        let is_name = self.text(&name).starts_with(|c: char| c.is_ascii_lowercase())
            && self.text(&name).chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_name || !self.scanner.take("=") {
            let span = start..self.scanner.at;
            return Err(SyntaxError {
                help: Some("let s = session(\"{}\")".into()),
                ..error("invalid `let` statement", "expected `let name = call(…)`", span)
            });
        }
        self.scanner.skip_spaces();
        let callee = self.scanner.name();
        let name = self.text(&name).to_owned();
        self.call(start, callee, Some(name))
    }

    fn drop(&mut self, start: usize) -> Parsed<()> {
        self.scanner.skip_spaces();
        let name = self.scanner.name();
        if name.is_empty() {
            return Err(error(
                "missing name after `drop`",
                "expected a handle's name",
                start..self.scanner.at,
            ));
        }
        self.end("the name")?;
        let name = self.text(&name).to_owned();
        self.push(start, Action::Drop(name))
    }

    fn call(&mut self, start: usize, callee: Range<usize>, binds: Option<String>) -> Parsed<()> {
        let (function, on) = self.function(&callee, &self.component.exports)?;
        let arguments = self.arguments(&function, on, &callee, Mode::Given)?;
        if let (Some(name), Some(result)) = (&binds, &function.result) {
            match self.resource(result) {
                Some(resource) => drop(self.resources.insert(name.clone(), resource)),
                None => {
                    let message = format!("no handle to name `{name}`");
                    let help = Some(function.signature(&self.component.resolve));
                    let error = error(&message, "the function returns no handle", callee);
                    return Err(SyntaxError { help, ..error });
                }
            }
        }
        self.push(start, Action::Call(Call { function, arguments }, binds))?;
        self.scanner.skip_spaces();
        if self.scanner.rest().starts_with("->") {
            let start = self.scanner.at;
            self.scanner.take("->");
            return self.expectation(start);
        }
        self.end("the call")
    }

    fn push(&mut self, start: usize, action: Action) -> Parsed<()> {
        let span = start..self.scanner.at;
        let text = self.text(&span).to_owned();
        self.body().steps.push(Step { text, span, action, host: Vec::new(), expected: None });
        Ok(())
    }

    fn host(&mut self, start: usize) -> Parsed<()> {
        self.scanner.skip_spaces();
        let callee = self.scanner.name();
        let (function, on) = self.function(&callee, &self.component.imports)?;
        let arguments = if self.scanner.rest().starts_with('(') {
            Some(self.arguments(&function, on, &callee, Mode::Expected)?)
        } else {
            match on {
                // Any arguments, as long as the method is called on this handle.
                Some(on) => {
                    let mut arguments = vec![Value::Any; function.params.len()];
                    if let Some(first) = arguments.first_mut() {
                        *first = Value::Handle(on);
                    }
                    Some(arguments)
                }
                None => None,
            }
        };
        let span = start..self.scanner.at;
        self.scanner.skip_spaces();
        let answer = match (self.scanner.take("->"), &function.result) {
            (true, Some(result)) => {
                self.scanner.skip_spaces();
                let span = self.scanner.value()?;
                Some(self.value(result, span, Mode::Given)?)
            }
            (false, None) => None,
            (true, None) => {
                let span = self.scanner.at - 2..self.scanner.at;
                let help = Some(function.signature(&self.component.resolve));
                let error = error("unexpected answer", "the function returns nothing", span);
                return Err(SyntaxError { help, ..error });
            }
            (false, Some(_)) => {
                let help = Some(function.signature(&self.component.resolve));
                let error = error("missing answer", "expected `-> answer` after this call", span);
                return Err(SyntaxError { help, ..error });
            }
        };
        self.end("the answer")?;
        let call = HostCall { function, arguments, answer, span };
        let body = self.body();
        match body.steps.last_mut() {
            Some(step) if step.expected.is_none() => step.host.push(call),
            Some(_) => {
                let help = "Write a host call between a call and its result. To answer it at any time, write it before the first call \
                            of the case or of the file.";
                let error = error("host call after a result", "move this line before the result", call.span);
                return Err(SyntaxError { help: Some(help.into()), ..error });
            }
            None => body.standing.push(call),
        }
        Ok(())
    }

    /// Parses the result after `->`, which began at `start`.
    fn expectation(&mut self, start: usize) -> Parsed<()> {
        self.scanner.skip_spaces();
        let span = self.scanner.value()?;
        let arrow = start..start + 2;
        let (function, taken) = match self.body().steps.last() {
            Some(Step { action: Action::Call(call, _), expected, .. }) => {
                (call.function.clone(), expected.is_some())
            }
            _ => return Err(error("result without a call", "write it after a call", arrow)),
        };
        if taken {
            return Err(error("second result of a call", "remove this one or the first", arrow));
        }
        let Some(result) = &function.result else {
            let help = Some(function.signature(&self.component.resolve));
            return Err(SyntaxError {
                help,
                ..error("unexpected result", "the function returns nothing", arrow)
            });
        };
        let expected = if span.is_empty() {
            Expected::Unwritten(start + 2..start + 2)
        } else {
            Expected::Value(self.value(result, span.clone(), Mode::Expected)?, span)
        };
        if let Some(step) = self.body().steps.last_mut() {
            step.expected = Some(expected);
        }
        Ok(())
    }

    fn traps(&mut self, start: usize) -> Parsed<()> {
        let keyword = start..self.scanner.at;
        self.scanner.skip_spaces();
        let span = self.scanner.value()?;
        let words = if span.is_empty() {
            String::new()
        } else {
            match self.value(&Type::String, span.clone(), Mode::Given)? {
                Value::String(words) => words,
                _ => String::new(),
            }
        };
        match self.body().steps.last_mut() {
            Some(step) if step.expected.is_none() => step.expected = Some(Expected::Trap(words)),
            Some(_) => return Err(error("second result of a call", "remove this one or the first", keyword)),
            None => return Err(error("result without a call", "write it after a call", keyword)),
        }
        Ok(())
    }

    fn end(&mut self, what: &str) -> Parsed<()> {
        self.scanner.skip_spaces();
        if self.scanner.is_at_end() {
            return Ok(());
        }
        let rest = self.scanner.rest();
        let length = rest.find(['\n', ';']).unwrap_or(rest.len());
        let span = self.scanner.at..self.scanner.at + rest.get(..length).unwrap_or(rest).trim_end().len();
        Err(error(&format!("unexpected text after {what}"), "remove it, or write `;` before it", span))
    }

    fn body(&mut self) -> &mut Body {
        match self.script.cases.last_mut() {
            Some(case) => &mut case.body,
            None => &mut self.script.head,
        }
    }

    pub(super) fn text(&self, span: &Range<usize>) -> &'a str {
        self.scanner.text.get(span.clone()).unwrap_or_default()
    }
}
