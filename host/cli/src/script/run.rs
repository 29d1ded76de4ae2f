//! Doing what a script says, step by step, and telling where the plugin did something else.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use wasmtime::AsContextMut;
use wasmtime::component::{Instance, Val};
use witdock::{Dock, Failure, HostState, Limits, LogLine, Sandbox, Trial};

use super::ast::{Action, Call, Expected, HostCall, Step};
use super::host::{Answers, Stage, lifted, lowered};
use crate::component::{Component, Function};
use crate::plugin_argument::Plugin;
use crate::wave::{Bindings, Value, inline, matches, pretty};

/// How wide values are printed.
pub(crate) const WIDTH: usize = 100;

/// A component, ready to be run as often as needed.
pub(crate) struct Runner {
    component: Arc<Component>,
    sandbox: Sandbox<Stage>,
}

impl Runner {
    /// Compiles and links a plugin.
    ///
    /// # Errors
    ///
    /// When it does not compile or link.
    pub(crate) fn new(
        dock: &Dock,
        plugin: &Plugin,
        component: &Arc<Component>,
        limits: Limits,
    ) -> anyhow::Result<Self> {
        let link = |linker: &mut _| Stage::link(component, linker);
        let sandbox = Sandbox::new(dock, &plugin.name, &plugin.artifact, limits, link)?;
        Ok(Self { component: component.clone(), sandbox })
    }

    /// Starts a fresh instance.
    ///
    /// # Errors
    ///
    /// When it fails as it starts.
    pub(crate) async fn start(&self, answers: Answers) -> Result<Run, Failure> {
        let trial = self.sandbox.start(Stage::new(self.component.clone(), answers)).await?;
        Ok(Run { component: self.component.clone(), trial })
    }
}

/// An instance in the middle of a script.
pub(crate) struct Run {
    component: Arc<Component>,
    trial: Trial<Stage>,
}

/// What came of a step.
#[derive(Debug)]
pub(crate) struct StepReport {
    /// What the plugin called, with the answers.
    pub(crate) host_calls: Vec<String>,
    /// How many more calls of the host there were than are kept.
    pub(crate) host_calls_left_out: usize,
    /// What the call gave, if it gave something.
    pub(crate) result: Option<Value>,
    /// What was not as expected.
    pub(crate) mismatch: Option<Mismatch>,
}

/// What was not as expected in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// Another result, both as they are printed.
    Result { expected: String, actual: String },
    /// A result where none is written yet.
    Unwritten { actual: String },
    /// A call of the host that is not the next one expected; `answer` is the type of what it would be answered.
    HostCall { actual: String, expected: Option<String>, answer: Option<String> },
    /// The step is over and these calls of the host have not come.
    Missing(Vec<String>),
    /// The plugin failed.
    Failed(Failure),
    /// The plugin failed as expected, but with other words.
    FailedOtherwise { expected: String, failure: Failure },
    /// The plugin was expected to fail, and gave this, or nothing.
    DidNotFail { actual: Option<String> },
    /// Anything else, in words.
    Other(String),
}

impl Run {
    /// Does one step. After a mismatch the plugin may be in no state to go on.
    pub(crate) async fn step(&mut self, step: &Step) -> StepReport {
        let stage = self.trial.app();
        stage.expected = step.host.iter().cloned().collect();
        stage.calls.clear();
        stage.calls_left_out = 0;
        stage.mismatch = None;
        let done = match &step.action {
            Action::Call(call, _) => self.call(call).await,
            Action::Drop(name) => self.drop_handle(name).await.map(|()| None),
        };
        let binds = match &step.action {
            Action::Call(_, binds) => binds.as_deref(),
            Action::Drop(_) => None,
        };
        let (result, mismatch) = self.judge(done, step.expected.as_ref(), binds);
        let stage = self.trial.app();
        StepReport {
            host_calls: std::mem::take(&mut stage.calls),
            host_calls_left_out: stage.calls_left_out,
            result,
            mismatch,
        }
    }

    /// What the plugin has logged and printed so far.
    pub(crate) fn log(&self) -> Vec<LogLine> {
        self.trial.log()
    }

    async fn call(&mut self, call: &Call) -> Result<Option<Value>, Failure> {
        let component = self.component.clone();
        self.trial
            .call(async |instance, store| {
                let function = &call.function;
                let mut params = Vec::new();
                for ((_, ty), value) in function.params.iter().zip(&call.arguments) {
                    params.push(lowered(&mut store.as_context_mut(), &component, ty, value)?);
                }
                let export = lookup(instance, &mut *store, function)?;
                let mut results: Vec<Val> = function.result.iter().map(|_| Val::Bool(false)).collect();
                export.call_async(&mut *store, &params, &mut results).await?;
                match (&function.result, results.first()) {
                    (Some(ty), Some(val)) => {
                        lifted(&mut store.as_context_mut(), &component, ty, val).map(Some)
                    }
                    _ => Ok(None),
                }
            })
            .await
    }

    async fn drop_handle(&mut self, name: &str) -> Result<(), Failure> {
        self.trial
            .call(async |_, store| {
                match store.data_mut().app.handles.take(name).map_err(wasmtime::Error::msg)? {
                    Some(handle) => handle.resource_drop_async(&mut *store).await,
                    None => Err(wasmtime::Error::msg(format!("`{name}` is the host's: the plugin drops it"))),
                }
            })
            .await
    }

    fn judge(
        &mut self,
        done: Result<Option<Value>, Failure>,
        expected: Option<&Expected>,
        binds: Option<&str>,
    ) -> (Option<Value>, Option<Mismatch>) {
        let stage = self.trial.app();
        let mut value = match (done, expected) {
            (Err(failure), _) => {
                // What the host found wrong was wrapped into a failure on its way through the plugin.
                let mismatch = match (stage.mismatch.take(), expected) {
                    (Some(mismatch), _) => Some(mismatch),
                    (None, Some(Expected::Trap(words))) => {
                        let is_expected = failure.to_string().contains(words.as_str());
                        let expected = words.clone();
                        (!is_expected).then_some(Mismatch::FailedOtherwise { expected, failure })
                    }
                    (None, _) => Some(match failure {
                        Failure::Host { message } => Mismatch::Other(message),
                        failure => Mismatch::Failed(failure),
                    }),
                };
                return (None, mismatch.or_else(|| missing(&stage.expected)));
            }
            (Ok(value), Some(Expected::Trap(..))) => {
                let actual = value.as_ref().map(inline);
                return (value, Some(Mismatch::DidNotFail { actual }));
            }
            (Ok(value), _) => value,
        };
        if let Some(mismatch) = missing(&stage.expected) {
            return (value, Some(mismatch));
        }
        let mut mismatch = None;
        if let (Some(name), Some(actual)) = (binds, &mut value) {
            match actual.handles().first().map(|handle| (*handle).to_owned()) {
                Some(handle) => {
                    stage.handles.rename(&handle, name);
                    actual.rename(&handle, name);
                }
                None => {
                    mismatch = Some(Mismatch::Other(format!(
                        "there is no handle in the result to call `{name}`: {}",
                        inline(actual)
                    )));
                }
            }
        }
        match (expected, &mut value) {
            (Some(Expected::Value(expected, _)), Some(actual)) => {
                let mut bindings = Bindings::new();
                let is_expected =
                    matches(expected, actual, &|name, actual| stage.may_name(name, actual), &mut bindings);
                if is_expected {
                    for (name, handle) in bindings {
                        stage.handles.rename(&handle, &name);
                        actual.rename(&handle, &name);
                    }
                } else {
                    mismatch = Some(Mismatch::Result {
                        expected: pretty(expected, 0, WIDTH),
                        actual: pretty(actual, 0, WIDTH),
                    });
                }
            }
            (Some(Expected::Unwritten(_)), Some(actual)) => {
                mismatch = Some(Mismatch::Unwritten { actual: pretty(actual, 0, WIDTH) });
            }
            _ => {}
        }
        (value, mismatch)
    }
}

fn missing(expected: &VecDeque<HostCall>) -> Option<Mismatch> {
    (!expected.is_empty()).then(|| Mismatch::Missing(expected.iter().map(HostCall::shown).collect()))
}

fn lookup(
    instance: &Instance,
    store: &mut wasmtime::Store<HostState<Stage>>,
    function: &Function,
) -> wasmtime::Result<wasmtime::component::Func> {
    let interface = match &function.interface {
        Some(interface) => Some(
            instance
                .get_export_index(&mut *store, None, interface)
                .ok_or_else(|| wasmtime::Error::msg(format!("the instance does not export {interface}")))?,
        ),
        None => None,
    };
    instance
        .get_export_index(&mut *store, interface.as_ref(), &function.name)
        .and_then(|index| instance.get_func(&mut *store, index))
        .ok_or_else(|| wasmtime::Error::msg(format!("the instance does not export {}", function.full())))
}

/// One line; what is longer is shown by whoever shows the mismatch.
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Result { .. } => f.write_str("the result is another"),
            Self::Unwritten { .. } => {
                f.write_str("no result is written behind `->` yet: `--bless` writes it")
            }
            Self::HostCall { actual, expected: None, .. } => {
                write!(f, "an unexpected call of the host: {actual}")
            }
            Self::HostCall { actual, expected: Some(expected), .. } => {
                write!(f, "another call of the host: {actual}, and expected was {expected}")
            }
            Self::Missing(calls) => match calls.as_slice() {
                [call] => write!(f, "a call of the host has not come: {call}"),
                calls => write!(f, "{} calls of the host have not come", calls.len()),
            },
            Self::Failed(failure) => write!(f, "the plugin {failure}"),
            Self::FailedOtherwise { expected, failure } => {
                write!(f, "the plugin was expected to fail with {expected:?}, and {failure}")
            }
            Self::DidNotFail { actual: Some(actual) } => {
                write!(f, "the plugin was expected to fail, and gave {actual}")
            }
            Self::DidNotFail { actual: None } => f.write_str("the plugin was expected to fail, and did not"),
            Self::Other(words) => f.write_str(words),
        }
    }
}
