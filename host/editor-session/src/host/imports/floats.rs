//! `floats`: small windows over the text.

use super::{CallView, MOST, number};
use crate::display::Float;
use crate::host::bindings::witdock::editor::floats::{self, FloatError};
use crate::host::holdings::Held;
use crate::host::outcome::replace;
use crate::size::Size;

/// The most lines of a window: far more than a screen shows.
const MOST_LINES: usize = 200;

impl floats::Host for CallView<'_> {
    fn show(&mut self, name: String, float: floats::Float) -> wasmtime::Result<Result<(), FloatError>> {
        if float.lines.len() > MOST_LINES {
            return Ok(Err(FloatError::TooLong(number(MOST_LINES))));
        }
        let float: Float = float.into();
        if self.hold(Held::Float(name.clone()), float.bytes())?.is_err() {
            return Ok(Err(FloatError::TooMany(number(MOST))));
        }
        replace(&mut self.state.outcome.floats, name, Some(float));
        Ok(Ok(()))
    }

    fn hide(&mut self, name: String) -> wasmtime::Result<()> {
        if self.state.holdings.give_up(&Held::Float(name.clone())) {
            replace(&mut self.state.outcome.floats, name, None);
        }
        Ok(())
    }
}
