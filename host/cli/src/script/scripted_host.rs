//! The host of a scripted run: it answers everything that the plugin imports.

use std::collections::VecDeque;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, ResourceAny, ResourceDynamic, ResourceType, Val};
use wit_parser::{TypeId, WorldItem};
use witdock::HostState;

use super::ast::{HostCall, shown, shown_wide};
use super::handles::{Found, Handles};
use super::mismatch::{Mismatch, WIDTH};
use crate::component::{Component, Function, dealias, type_name};
use crate::plain_value::PlainValue;
use crate::wave::{Bindings, Value, inline, lift, lower, matches};

/// The answers to a plugin's host calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    /// Answers that are given at any time; the first that matches a call is used.
    pub(crate) standing: Vec<HostCall>,
    /// Whether all other calls are answered with the plainest value of their type.
    pub(crate) stub: bool,
}

/// The state in an instance's store.
#[derive(Debug)]
pub(crate) struct ScriptedHost {
    pub(crate) component: Arc<Component>,
    pub(crate) handles: Handles,
    pub(crate) answers: Answers,
    /// The host calls that the current step is still expected to make.
    pub(crate) expected: VecDeque<HostCall>,
    /// The host calls that the current step has made, with the answers.
    pub(crate) calls: Vec<String>,
    /// How many more calls than `calls` holds were made.
    pub(crate) calls_left_out: usize,
    /// The mismatch in a host call that ended the step.
    pub(crate) mismatch: Option<Mismatch>,
}

/// Bounds the memory of a plugin that calls the host in a loop.
const MOST_CALLS_KEPT: usize = 1000;
/// The dock's own default limit.
const MOST_HANDLES: usize = 4096;

type Store<'a> = StoreContextMut<'a, HostState<ScriptedHost>>;

impl ScriptedHost {
    pub(crate) fn new(component: Arc<Component>, answers: Answers) -> Self {
        Self {
            component,
            handles: Handles::default(),
            answers,
            expected: VecDeque::new(),
            calls: Vec::new(),
            calls_left_out: 0,
            mismatch: None,
        }
    }

    /// Links everything that the component imports, except what the dock itself provides.
    pub(crate) fn link(
        component: &Arc<Component>,
        linker: &mut Linker<HostState<Self>>,
    ) -> wasmtime::Result<()> {
        let resolve = &component.resolve;
        for (key, item) in &resolve.worlds[component.world].imports {
            let name = resolve.name_world_key(key);
            if is_provided_by_dock(&name) {
                continue;
            }
            match item {
                WorldItem::Interface { id, .. } => {
                    let mut instance = linker.instance(&name)?;
                    for (name, ty) in &resolve.interfaces[*id].types {
                        if let Some(number) = resource_number(component, *ty) {
                            instance.resource(name, ResourceType::host_dynamic(number), |_, _| Ok(()))?;
                        }
                    }
                }
                WorldItem::Type { id, .. } => {
                    if let Some(number) = resource_number(component, *id) {
                        linker.root().resource(&name, ResourceType::host_dynamic(number), |_, _| Ok(()))?;
                    }
                }
                WorldItem::Function(_) => {}
            }
        }
        for function in &component.imports {
            let mut instance = match &function.interface {
                Some(interface) if is_provided_by_dock(interface) => continue,
                Some(interface) => linker.instance(interface)?,
                None => linker.root(),
            };
            let function = Arc::new(function.clone());
            let name = function.name.clone();
            instance.func_new(&name, move |store, _, params, results| {
                answer(store, &function, params, results)
            })?;
        }
        Ok(())
    }

    /// Chooses the answer to a call. Handles in the arguments may get the names that the script expects.
    fn decide(&mut self, function: &Function, arguments: &mut [Value]) -> Result<Option<Value>, Mismatch> {
        if let Some(next) = self.expected.front()
            && let Some(bindings) = self.fits(next, function, arguments)
        {
            self.bind(bindings, arguments);
            return Ok(self.expected.pop_front().and_then(|call| call.answer));
        }
        let standing = self
            .answers
            .standing
            .iter()
            .find_map(|call| Some((self.fits(call, function, arguments)?, call.answer.clone())));
        if let Some((bindings, answer)) = standing {
            self.bind(bindings, arguments);
            return Ok(answer);
        }
        if self.answers.stub && self.expected.is_empty() {
            return self.stub(function);
        }
        Err(Mismatch::HostCall {
            actual: shown_wide(function, arguments, WIDTH),
            expected: self.expected.front().map(|call| call.call(WIDTH)),
            answer: function.result.as_ref().map(|ty| type_name(&self.component.resolve, ty)),
        })
    }

    fn fits(&self, call: &HostCall, function: &Function, arguments: &[Value]) -> Option<Bindings> {
        if call.function.interface != function.interface || call.function.name != function.name {
            return None;
        }
        let mut bindings = Bindings::new();
        let Some(expected) = &call.arguments else { return Some(bindings) };
        let fits = expected.iter().zip(arguments).all(|(expected, actual)| {
            matches(expected, actual, &|name, actual| self.may_name(name, actual), &mut bindings)
        });
        fits.then_some(bindings)
    }

    /// Whether a handle can take the name that a script expects.
    pub(crate) fn may_name(&self, name: &str, actual: &str) -> bool {
        !self.handles.knows(name) && self.handles.is_automatic(actual)
    }

    fn bind(&mut self, bindings: Bindings, arguments: &mut [Value]) {
        for (name, actual) in bindings {
            self.handles.rename(&actual, &name);
            arguments.iter_mut().for_each(|argument| argument.rename(&actual, &name));
        }
    }

    fn stub(&mut self, function: &Function) -> Result<Option<Value>, Mismatch> {
        let Some(result) = &function.result else { return Ok(None) };
        let component = self.component.clone();
        let mut make = |resource| self.handles.make_hosts(&component.resolve, resource);
        let plain = PlainValue::of(&component.resolve, result, &|_| true).map_err(|reason| {
            Mismatch::Other(format!("no stub can answer {}: {reason}", function.shown()))
        })?;
        Ok(Some(Value::plain(&plain, &mut make)))
    }

    fn note(&mut self, line: String) {
        if self.calls.len() < MOST_CALLS_KEPT {
            self.calls.push(line);
        } else {
            self.calls_left_out += 1;
        }
    }
}

/// Whether the dock links this interface itself: the WASI 0.2 interfaces that it has, and the log.
fn is_provided_by_dock(interface: &str) -> bool {
    const WASI: [&str; 6] =
        ["wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:filesystem/", "wasi:sockets/", "wasi:cli/"];
    let name = interface.split_once('@');
    WASI.iter().any(|package| interface.starts_with(package))
        && name.is_some_and(|(_, version)| version.starts_with("0.2."))
        || name.is_some_and(|(path, _)| path == "witdock:plugin/log")
}

fn resource_number(component: &Component, ty: TypeId) -> Option<u32> {
    let id = dealias(&component.resolve, ty);
    let is_resource = matches!(component.resolve.types[id].kind, wit_parser::TypeDefKind::Resource);
    is_resource.then(|| number(id))
}

/// The number that identifies a host resource's type in the runtime.
fn number(resource: TypeId) -> u32 {
    u32::try_from(resource.index()).unwrap_or(u32::MAX)
}

/// Answers one host call.
fn answer(
    mut store: Store<'_>,
    function: &Function,
    params: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let component = store.data().app.component.clone();
    let mut arguments = Vec::new();
    for ((_, ty), val) in function.params.iter().zip(params) {
        arguments.push(lifted(&mut store, &component, ty, val)?);
    }
    let host = &mut store.data_mut().app;
    let answer = match host.decide(function, &mut arguments) {
        Ok(answer) => answer,
        Err(mismatch) => {
            let message = mismatch.to_string();
            host.mismatch = Some(mismatch);
            return Err(wasmtime::Error::msg(message));
        }
    };
    let call = shown(function, &arguments);
    host.note(match &answer {
        Some(answer) => format!("{call} -> {}", inline(answer)),
        None => call,
    });
    if let (Some(ty), Some(answer), Some(result)) = (&function.result, &answer, results.first_mut()) {
        *result = lowered(&mut store, &component, ty, answer)?;
    }
    Ok(())
}

/// Converts a value of the runtime, and names the handles in it.
pub(crate) fn lifted(
    store: &mut Store<'_>,
    component: &Component,
    ty: &wit_parser::Type,
    val: &Val,
) -> wasmtime::Result<Value> {
    lift(&component.resolve, ty, val, &mut |resource, handle| {
        if handle.ty() == ResourceType::host_dynamic(number(resource)) {
            let representation = handle.try_into_resource_dynamic(&mut *store)?.rep();
            let host = &store.data().app;
            return Ok(host.handles.hosts(representation).unwrap_or("unknown").to_owned());
        }
        let host = &mut store.data_mut().app;
        bounded(&host.handles)?;
        Ok(host.handles.add_plugins(&component.resolve, resource, handle))
    })
}

/// Converts a value for the runtime, with the resources that its names stand for. An unknown name makes a new host resource.
pub(crate) fn lowered(
    store: &mut Store<'_>,
    component: &Component,
    ty: &wit_parser::Type,
    value: &Value,
) -> wasmtime::Result<Val> {
    lower(&component.resolve, ty, value, &mut |resource, name, given_away| {
        let handles = &mut store.data_mut().app.handles;
        if !handles.knows(name) && component.is_hosts(resource) {
            bounded(handles)?;
            handles.make_hosts_named(name, resource);
        }
        match handles.get(&component.resolve, name, resource).map_err(unusable)? {
            Found::Plugins(handle) => {
                if given_away {
                    handles.take(name).map_err(unusable)?;
                }
                Ok::<ResourceAny, wasmtime::Error>(handle)
            }
            Found::Hosts(representation) => {
                ResourceDynamic::new_own(representation, number(resource)).try_into_resource_any(&mut *store)
            }
        }
    })
}

fn bounded(handles: &Handles) -> wasmtime::Result<()> {
    if handles.count() >= MOST_HANDLES {
        return Err(wasmtime::Error::msg(format!("the run has reached the limit of {MOST_HANDLES} handles")));
    }
    Ok(())
}

fn unusable(reason: String) -> wasmtime::Error {
    wasmtime::Error::new(UnusableHandle(reason))
}

/// A handle in a script that cannot be passed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UnusableHandle(String);
