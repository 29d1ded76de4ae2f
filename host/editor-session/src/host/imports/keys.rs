//! `key-contexts`: keys that count only somewhere, and modes.

use super::{CallView, MOST, number};
use crate::display::{KeyBinding, KeyContext};
use crate::host::bindings::witdock::editor::key_contexts::{self, Binding, BindingError, Context};
use crate::host::convert::one_line;
use crate::host::holdings::Held;
use crate::size::Size;

/// The most keys of a plugin: a mode may bind each character with each modifier.
const MOST_BINDINGS: usize = 512;

impl From<Context> for KeyContext {
    fn from(context: Context) -> Self {
        match context {
            Context::Language(name) => Self::Language(name),
            Context::Panel(name) => Self::Panel(name),
            Context::Mode(name) => Self::Mode(one_line(&name)),
        }
    }
}

impl key_contexts::Host for CallView<'_> {
    fn bind(&mut self, bindings: Vec<Binding>) -> wasmtime::Result<Result<(), BindingError>> {
        if bindings.len() > MOST_BINDINGS {
            return Ok(Err(BindingError::TooMany(number(MOST_BINDINGS))));
        }
        let registered = self.state.registration.clone();
        let is_there = |name: &str| {
            registered
                .iter()
                .flat_map(|registration| &registration.commands)
                .any(|command| command.name == name)
        };
        if let Some(unknown) = bindings.iter().find(|binding| !is_there(&binding.command)) {
            return Ok(Err(BindingError::NoSuchCommand(one_line(&unknown.command))));
        }
        let bindings: Vec<KeyBinding> = bindings
            .into_iter()
            .map(|Binding { keys, command, context }| KeyBinding {
                keys: one_line(&keys),
                command,
                context: context.into(),
            })
            .collect();
        if self.hold(Held::Keys, bindings.bytes())?.is_err() {
            return Ok(Err(BindingError::TooMany(number(MOST))));
        }
        self.state.outcome.bindings = Some(bindings);
        Ok(Ok(()))
    }

    fn set_mode(&mut self, mode: Option<String>) -> wasmtime::Result<()> {
        self.state.outcome.mode = Some(mode.map(|mode| one_line(&mode)));
        Ok(())
    }
}
