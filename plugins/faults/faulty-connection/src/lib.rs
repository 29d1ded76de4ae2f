//! A filter of connections that does with a client's data what its settings say, and lets the upstream's pass.
//!
//! `settings = { does = "loud" }`.

use serde::Deserialize;
use witdock_proxy_guest::tcp::{Peer, TcpFilter, TcpStream};
use witdock_proxy_guest::{Action, Error, Result, log};

witdock_proxy_guest::export_tcp!(Faulty);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    does: Deed,
}

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Nothing.
    Nothing,
    /// Makes the client's letters large.
    Loud,
    /// Holds the client's data until a line is whole.
    Lines,
    /// Closes a connection whose client says `quit`.
    Quit,
    /// Refuses each client.
    Refuse,
    /// Holds the client's data for ever.
    Pause,
    /// Lets no client in and does not say so.
    PauseOpening,
    /// Traps with the first data.
    Panic,
    /// Never returns.
    Loop,
}

/// The filter.
#[derive(Debug)]
pub struct Faulty(Deed);

impl TcpFilter for Faulty {
    type Settings = Settings;
    type State = ();

    fn configure(settings: Settings) -> Result<Self, String> {
        Ok(Self(settings.does))
    }

    fn on_open(&mut self, _: &mut TcpStream<Self>) -> Result<Action> {
        match self.0 {
            Deed::Refuse => Err(Error::new("nobody comes in")),
            Deed::PauseOpening => Ok(Action::Pause),
            _ => Ok(Action::Proceed),
        }
    }

    #[allow(clippy::panic, reason = "that is the fault")]
    fn on_data(&mut self, stream: &mut TcpStream<Self>, from: Peer, end: bool) -> Result<Action> {
        if from == Peer::Upstream {
            return Ok(Action::Proceed);
        }
        let data = stream.data(from);
        match self.0 {
            Deed::Loud => data.splice(.., data.read_range(..).to_ascii_uppercase())?,
            Deed::Lines if !end && !data.read_range(..).ends_with(b"\n") => return Ok(Action::Pause),
            Deed::Quit if data.read_range(..).starts_with(b"quit") => stream.close(),
            Deed::Pause => return Ok(Action::Pause),
            Deed::Panic => panic!("the filter burst"),
            Deed::Loop => loop {
                std::hint::spin_loop();
            },
            _ => {}
        }
        Ok(Action::Proceed)
    }

    fn on_closed(&mut self, _: &mut TcpStream<Self>, by: Peer) {
        log::info!("closed by {by:?}");
    }

    fn log(&mut self, _: &mut TcpStream<Self>) {
        log::info!("over");
    }
}
