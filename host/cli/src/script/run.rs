//! Runs a script step by step and compares the outcome with what it expects.

use std::collections::VecDeque;
use std::sync::Arc;

use wasmtime::AsContextMut;
use wasmtime::component::{Instance, Val};
use witdock::{Dock, Failure, HostState, Limits, LogLine, Sandbox, SandboxInstance};

use super::ast::{Action, Call, Expected, HostCall, Step};
use super::mismatch::{Mismatch, StepReport, WIDTH};
use super::scripted_host::{Answers, ScriptedHost, lifted, lowered};
use crate::component::{Component, Function};
use crate::plugin_argument::Plugin;
use crate::wave::{Bindings, Value, inline, matches, pretty};

/// A compiled component that can be started any number of times.
pub(crate) struct Runner {
    component: Arc<Component>,
    sandbox: Sandbox<ScriptedHost>,
}

impl Runner {
    /// Compiles and links a plugin.
    ///
    /// # Errors
    ///
    /// When the component does not compile or link.
    pub(crate) fn new(
        dock: &Dock,
        plugin: &Plugin,
        component: &Arc<Component>,
        limits: Limits,
    ) -> anyhow::Result<Self> {
        let link = |linker: &mut _| ScriptedHost::link(component, linker);
        let sandbox = Sandbox::new(dock, &plugin.name, &plugin.artifact, limits, link)?;
        Ok(Self { component: component.clone(), sandbox })
    }

    /// Starts a fresh instance.
    ///
    /// # Errors
    ///
    /// When the instance fails as it starts.
    pub(crate) async fn start(&self, answers: Answers) -> Result<Run, Failure> {
        let trial = self.sandbox.start(ScriptedHost::new(self.component.clone(), answers)).await?;
        Ok(Run { component: self.component.clone(), trial })
    }
}

/// An instance that a script runs on.
pub(crate) struct Run {
    component: Arc<Component>,
    trial: SandboxInstance<ScriptedHost>,
}

impl Run {
    /// Runs one step. After a mismatch the run should end: the plugin's state is not what the script expects.
    pub(crate) async fn step(&mut self, step: &Step) -> StepReport {
        let host = self.trial.app();
        host.expected = step.host.iter().cloned().collect();
        host.calls.clear();
        host.calls_left_out = 0;
        host.mismatch = None;
        let outcome = match &step.action {
            Action::Call(call, _) => self.call(call).await,
            Action::Drop(name) => self.drop_handle(name).await.map(|()| None),
        };
        let binds = match &step.action {
            Action::Call(_, binds) => binds.as_deref(),
            Action::Drop(_) => None,
        };
        let (result, mismatch) = self.judge(outcome, step.expected.as_ref(), binds);
        let host = self.trial.app();
        StepReport {
            host_calls: std::mem::take(&mut host.calls),
            host_calls_left_out: host.calls_left_out,
            result,
            mismatch,
        }
    }

    /// The lines that the plugin has logged and printed so far.
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
                    None => Err(wasmtime::Error::msg(format!(
                        "`{name}` belongs to the host: only the plugin can drop it"
                    ))),
                }
            })
            .await
    }

    /// Compares the outcome of a step with what the script expects.
    fn judge(
        &mut self,
        outcome: Result<Option<Value>, Failure>,
        expected: Option<&Expected>,
        binds: Option<&str>,
    ) -> (Option<Value>, Option<Mismatch>) {
        let host = self.trial.app();
        let mut value = match (outcome, expected) {
            (Err(failure), _) => {
                // A mismatch that the host found has ended the call, and arrives here as the plugin's failure.
                let mismatch = match (host.mismatch.take(), expected) {
                    (Some(mismatch), _) => Some(mismatch),
                    (None, Some(Expected::Trap(words))) => {
                        let is_expected = failure.to_string().contains(words.as_str());
                        let expected = words.clone();
                        (!is_expected)
                            .then_some(Mismatch::FailedOtherwise { expected, failure: Box::new(failure) })
                    }
                    (None, _) => Some(match failure {
                        Failure::Host { message } => Mismatch::Other(message),
                        failure => Mismatch::Failed(Box::new(failure)),
                    }),
                };
                return (None, mismatch.or_else(|| missing(&host.expected)));
            }
            (Ok(value), Some(Expected::Trap(..))) => {
                let actual = value.as_ref().map(inline);
                return (value, Some(Mismatch::DidNotFail { actual }));
            }
            (Ok(value), _) => value,
        };
        if let Some(mismatch) = missing(&host.expected) {
            return (value, Some(mismatch));
        }
        let mut mismatch = None;
        if let (Some(name), Some(actual)) = (binds, &mut value) {
            match actual.handles().first().map(|handle| (*handle).to_owned()) {
                Some(handle) => {
                    host.handles.rename(&handle, name);
                    actual.rename(&handle, name);
                }
                None => {
                    mismatch = Some(Mismatch::Other(format!(
                        "the result has no handle to name `{name}`: {}",
                        inline(actual)
                    )));
                }
            }
        }
        match (expected, &mut value) {
            (Some(Expected::Value(expected, _)), Some(actual)) => {
                let mut bindings = Bindings::new();
                let is_expected =
                    matches(expected, actual, &|name, actual| host.may_name(name, actual), &mut bindings);
                if is_expected {
                    for (name, handle) in bindings {
                        host.handles.rename(&handle, &name);
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
    store: &mut wasmtime::Store<HostState<ScriptedHost>>,
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
