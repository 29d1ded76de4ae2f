use std::cell::Cell;
use std::rc::Rc;

use super::{ExchangeInfo, Flag};
use crate::body::{BodyError, Observer};

/// What is told when an exchange has ended.
pub(crate) trait EndOfExchange {
    fn ended(&self, info: &ExchangeInfo);
}

/// An exchange that has not ended. It ends when all who hold it have dropped it: the response's body, or a tunnel.
pub(crate) struct OpenExchange {
    info: Rc<ExchangeInfo>,
    end: Rc<dyn EndOfExchange>,
    complete: Cell<bool>,
}

impl std::fmt::Debug for OpenExchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenExchange").field("id", &self.info.id).finish_non_exhaustive()
    }
}

impl OpenExchange {
    pub(crate) fn new(info: Rc<ExchangeInfo>, end: Rc<dyn EndOfExchange>) -> Rc<Self> {
        let open = Rc::new(Self { info, end, complete: Cell::new(false) });
        open.info.set_open(&open);
        open
    }

    /// The response was given to the client as a whole, or its end was noted otherwise.
    pub(crate) fn complete(&self) {
        self.complete.set(true);
    }
}

impl Drop for OpenExchange {
    fn drop(&mut self) {
        if !self.complete.get() {
            self.info.flag(Flag::ClientClosed);
        }
        self.end.ended(&self.info);
    }
}

/// Follows the response's body to the client.
pub(crate) struct ResponseEnd(pub(crate) Rc<OpenExchange>);

impl Observer for ResponseEnd {
    fn passed(&mut self, bytes: usize) {
        self.0.info.add_response_bytes(bytes);
    }

    fn ended(&mut self, result: Result<(), &BodyError>) {
        if let Err(error) = result {
            self.0.info.flag(match error {
                BodyError::Stalled(_) => Flag::Stalled,
                BodyError::Timeout(_) => Flag::Timeout,
                BodyError::TooLarge { .. } => Flag::BodyTooLarge,
                BodyError::Connection(_) => Flag::UpstreamReset,
                BodyError::Source(_) => Flag::PluginFailed,
            });
        }
        self.0.complete();
    }
}
