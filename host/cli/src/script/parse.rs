//! From a script's text to what it says.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;
use wit_parser::{Handle, Type, TypeDefKind, TypeId};

use super::ast::{Action, Body, Call, Case, Expected, HostCall, Script, Step};
use super::scan::{ScanError, Scanner};
use crate::component::{Component, Function, FunctionKind, NotFound, dealias, find, nearest, signature};
use crate::diagnostic::Problem;
use crate::wave::{Mode, Value, WaveError, read};

/// Reads a script for a component. `name` is what its text is called in errors.
pub(crate) fn parse(component: &Component, name: &str, text: &str) -> Result<Script, Box<Problem>> {
    let mut parser = Parser {
        component,
        scanner: Scanner::new(text),
        resources: HashMap::new(),
        script: Script::default(),
    };
    match parser.script() {
        Ok(()) => Ok(parser.script),
        Err(Wrong { message, label, span, help }) => {
            let source_text = NamedSource::new(name, text.to_owned());
            Err(Box::new(Problem { message, source_text, span, label, help }))
        }
    }
}

/// Reads one argument of a call, as it stands on a command line. A text needs no quotes there.
pub(crate) fn argument(
    component: &Component,
    function: &Function,
    index: usize,
    text: &str,
) -> Result<Value, Box<Problem>> {
    let first = usize::from(function.method().is_some());
    let Some((name, ty)) = function.params.get(first + index) else {
        let message = format!("`{}` takes no argument {}", function.item(), index + 1);
        return Err(Box::new(Problem {
            message,
            source_text: NamedSource::new(format!("argument {}", index + 1), text.to_owned()),
            span: 0..text.len(),
            label: "one too many".into(),
            help: Some(signature(&component.resolve, function)),
        }));
    };
    if is_string(component, ty) && !text.trim_start().starts_with('"') {
        return Ok(Value::String(text.to_owned()));
    }
    read(&component.resolve, ty, text, Mode::Given).map_err(|WaveError { message, span, label }| {
        Box::new(Problem {
            message,
            source_text: NamedSource::new(format!("argument {}, `{name}`", index + 1), text.to_owned()),
            span,
            label,
            help: None,
        })
    })
}

fn is_string(component: &Component, ty: &Type) -> bool {
    match ty {
        Type::String => true,
        Type::Id(id) => match &component.resolve.types[*id].kind {
            TypeDefKind::Type(ty) => is_string(component, ty),
            _ => false,
        },
        _ => false,
    }
}

struct Wrong {
    message: String,
    label: String,
    span: Range<usize>,
    help: Option<String>,
}

impl From<ScanError> for Wrong {
    fn from(ScanError { message, label, span }: ScanError) -> Self {
        Self { message, label, span, help: None }
    }
}

type Parsed<T> = Result<T, Wrong>;

struct Parser<'a> {
    component: &'a Component,
    scanner: Scanner<'a>,
    /// Which resource a named handle is, as far as the text tells.
    resources: HashMap<String, TypeId>,
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
        // A word with a parenthesis right behind it is a call, whatever the word is.
        let is_call = self.scanner.rest().starts_with('(');
        let keyword = if is_call { "" } else { self.text(&word) };
        match keyword {
            "case" => self.case(start),
            "host" => self.host(start),
            "traps" => self.traps(start),
            "drop" => self.drop(start),
            "let" => self.let_call(start),
            _ if word.is_empty() => Err(wrong(
                "this begins no statement",
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
            let help = Some("case \"a text without a word\"".to_owned());
            let span = if span.is_empty() { start..self.scanner.at } else { span };
            return Err(Wrong { help, ..wrong("a case has a name", "expected a text in quotes", span) });
        };
        if self.script.cases.iter().any(|case| case.name == name) {
            return Err(wrong("two cases of one name", "there is one already", span));
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
            return Err(Wrong {
                help: Some("let s = session(\"{}\")".into()),
                ..wrong("`let` names the handle that a call gives", "expected `let name = call(…)`", span)
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
            return Err(wrong("`drop` lets go of a handle", "expected its name", start..self.scanner.at));
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
                    let label = format!("gives no handle that could be called `{name}`");
                    let help = Some(signature(&self.component.resolve, &function));
                    return Err(Wrong { help, ..wrong("there is nothing to name", &label, callee) });
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
                // Whatever else it is called with, it is this handle.
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
                let help = Some(signature(&self.component.resolve, &function));
                return Err(Wrong { help, ..wrong("this function answers nothing", "no answer here", span) });
            }
            (false, Some(_)) => {
                let help = Some(signature(&self.component.resolve, &function));
                return Err(Wrong {
                    help,
                    ..wrong("the answer is missing", "expected `-> answer` behind it", span)
                });
            }
        };
        self.end("the answer")?;
        let call = HostCall { function, arguments, answer, span };
        let body = self.body();
        match body.steps.last_mut() {
            Some(step) if step.expected.is_none() => step.host.push(call),
            Some(_) => {
                return Err(Wrong {
                    help: Some(
                        "What is answered at any time stands before the first call of the case or of the file.".into(),
                    ),
                    ..wrong(
                        "calls of the host stand between a call and its result",
                        "the result stands before it",
                        call.span,
                    )
                });
            }
            None => body.standing.push(call),
        }
        Ok(())
    }

    /// What stands behind `->`, which has been taken and began at `start`.
    fn expectation(&mut self, start: usize) -> Parsed<()> {
        self.scanner.skip_spaces();
        let span = self.scanner.value()?;
        let arrow = start..start + 2;
        let (function, taken) = match self.body().steps.last() {
            Some(Step { action: Action::Call(call, _), expected, .. }) => {
                (call.function.clone(), expected.is_some())
            }
            _ => return Err(wrong("a result of nothing", "no call stands before it", arrow)),
        };
        if taken {
            return Err(wrong("a second result", "the call has one already", arrow));
        }
        let Some(result) = &function.result else {
            let help = Some(signature(&self.component.resolve, &function));
            return Err(Wrong { help, ..wrong("this function gives nothing", "no result here", arrow) });
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
            Some(_) => return Err(wrong("a second result", "the call has one already", keyword)),
            None => return Err(wrong("a result of nothing", "no call stands before it", keyword)),
        }
        Ok(())
    }

    /// The function of this name, and the handle that it is called on: the name may be a handle's and a method's.
    fn function(
        &self,
        span: &Range<usize>,
        functions: &'a [Function],
    ) -> Parsed<(Arc<Function>, Option<String>)> {
        let name = self.text(span);
        let unknown = match find(functions, name) {
            Ok(function) => return Ok((Arc::new(function.clone()), None)),
            Err(NotFound::Ambiguous { candidates, .. }) => {
                let help = Some(format!("Write one of\n  {}", candidates.join("\n  ")));
                return Err(Wrong { help, ..wrong("a name of several functions", "which?", span.clone()) });
            }
            Err(unknown) => unknown,
        };
        if let Some((on, method)) = name.rsplit_once('.') {
            let known = self.resources.get(on).copied().or_else(|| self.named_after(on, functions));
            let mut methods = functions.iter().filter(|function| {
                function.method() == Some(method)
                    && known.is_none_or(|resource| function.kind == FunctionKind::Method(resource))
            });
            match (methods.next(), methods.next()) {
                (Some(function), None) => return Ok((Arc::new(function.clone()), Some(on.to_owned()))),
                (Some(first), Some(second)) => {
                    let all = [first, second].into_iter().chain(methods).map(Function::full);
                    let help = Some(format!(
                        "Several resources have it. Write one of these, with the handle as the first argument:\n  {}",
                        all.collect::<Vec<_>>().join("\n  ")
                    ));
                    return Err(Wrong {
                        help,
                        ..wrong("a method of several resources", "which?", span.clone())
                    });
                }
                _ => {}
            }
        }
        let elsewhere = if std::ptr::eq(functions, self.component.exports.as_slice()) {
            find(&self.component.imports, name).is_ok().then_some(
                "The component imports it, and does not export it. `host` in front of it says what is answered.",
            )
        } else {
            find(&self.component.exports, name)
                .is_ok()
                .then_some("The component exports it, and does not import it. To call it, leave out `host`.")
        };
        let method = name.rsplit_once('.').and_then(|(on, method)| {
            let methods = functions.iter().filter_map(Function::method);
            Some(format!("{on}.{}", nearest(method, methods)?))
        });
        let label = match (&unknown, method) {
            (NotFound::Unknown { nearest: Some(near), .. }, _) => format!("did you mean `{near}`?"),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            _ => "no such function".to_owned(),
        };
        let help = elsewhere.map(str::to_owned).unwrap_or_else(|| self.list(functions));
        Err(Wrong {
            help: Some(help),
            ..wrong(&format!("there is no function `{name}`"), &label, span.clone())
        })
    }

    /// The resource of a handle that has the name which it is given by itself: `session-1`.
    fn named_after(&self, handle: &str, functions: &[Function]) -> Option<TypeId> {
        let (resource, _) = handle.rsplit_once('-')?;
        functions.iter().find_map(|function| match function.kind {
            FunctionKind::Method(id)
                if self.component.resolve.types[id].name.as_deref() == Some(resource) =>
            {
                Some(id)
            }
            _ => None,
        })
    }

    fn list(&self, functions: &[Function]) -> String {
        const MOST: usize = 12;
        let mut text = String::from("There are");
        for function in functions.iter().take(MOST) {
            text.push_str("\n  ");
            text.push_str(&function.shown());
        }
        match functions.len() {
            0 => "There is none at all.".into(),
            count if count > MOST => format!("{text}\n  and {} more", count - MOST),
            _ => text,
        }
    }

    fn arguments(
        &mut self,
        function: &Arc<Function>,
        on: Option<String>,
        callee: &Range<usize>,
        mode: Mode,
    ) -> Parsed<Vec<Value>> {
        let help = || Some(signature(&self.component.resolve, function));
        if !self.scanner.rest().starts_with('(') {
            let wrong =
                wrong("a call has its arguments in parentheses", "expected `(` behind it", callee.clone());
            return Err(Wrong { help: help(), ..wrong });
        }
        let open = self.scanner.at;
        let pieces = self.scanner.arguments()?;
        let mut values: Vec<Value> = on.into_iter().map(Value::Handle).collect();
        let params = function.params.get(values.len()..).unwrap_or_default();
        for (index, piece) in pieces.iter().enumerate() {
            let Some((_, ty)) = params.get(index) else {
                let label = format!("one too many: it takes {}", count(params.len()));
                return Err(Wrong { help: help(), ..wrong("too many arguments", &label, piece.clone()) });
            };
            values.push(self.value(ty, piece.clone(), mode)?);
        }
        // As in WAVE, options at the end may be left out.
        for (name, ty) in params.get(pieces.len()..).unwrap_or_default() {
            if !self.is_option(ty) {
                let label = format!("`{name}` is missing: it takes {}", count(params.len()));
                let span = open..self.scanner.at;
                return Err(Wrong { help: help(), ..wrong("too few arguments", &label, span) });
            }
            values.push(Value::Option(None));
        }
        Ok(values)
    }

    fn value(&self, ty: &Type, span: Range<usize>, mode: Mode) -> Parsed<Value> {
        if span.is_empty() {
            let ty = crate::component::definition(&self.component.resolve, ty);
            return Err(wrong(&format!("expected {ty}"), "a value is missing here", span));
        }
        read(&self.component.resolve, ty, self.text(&span), mode).map_err(|error| Wrong {
            message: error.message,
            label: error.label,
            span: span.start + error.span.start..span.start + error.span.end,
            help: None,
        })
    }

    fn is_option(&self, ty: &Type) -> bool {
        let Type::Id(id) = ty else { return false };
        let resolve = &self.component.resolve;
        matches!(resolve.types[dealias(resolve, *id)].kind, TypeDefKind::Option(_))
    }

    /// The resource of the only handle that a result may hold.
    fn resource(&self, ty: &Type) -> Option<TypeId> {
        let Type::Id(id) = ty else { return None };
        let resolve = &self.component.resolve;
        match &resolve.types[dealias(resolve, *id)].kind {
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                Some(dealias(resolve, *resource))
            }
            TypeDefKind::Option(some) => self.resource(some),
            TypeDefKind::Result(result) => result.ok.as_ref().and_then(|ok| self.resource(ok)),
            _ => None,
        }
    }

    fn end(&mut self, what: &str) -> Parsed<()> {
        self.scanner.skip_spaces();
        if self.scanner.is_at_end() {
            return Ok(());
        }
        let rest = self.scanner.rest();
        let length = rest.find(['\n', ';']).unwrap_or(rest.len());
        let span = self.scanner.at..self.scanner.at + rest.get(..length).unwrap_or(rest).trim_end().len();
        Err(wrong(&format!("the line goes on behind {what}"), "not expected here", span))
    }

    fn body(&mut self) -> &mut Body {
        match self.script.cases.last_mut() {
            Some(case) => &mut case.body,
            None => &mut self.script.head,
        }
    }

    fn text(&self, span: &Range<usize>) -> &'a str {
        self.scanner.text.get(span.clone()).unwrap_or_default()
    }
}

fn wrong(message: &str, label: &str, span: Range<usize>) -> Wrong {
    Wrong { message: message.to_owned(), label: label.to_owned(), span, help: None }
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no argument".into(),
        1 => "1 argument".into(),
        more => format!("{more} arguments"),
    }
}
