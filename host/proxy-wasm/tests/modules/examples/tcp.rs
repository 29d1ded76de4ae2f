//! Looks at a connection's data, holds the first piece of it and edits the upstream's.

use proxy_wasm::traits::{Context, StreamContext};
use proxy_wasm::types::{Action, LogLevel, PeerType};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_stream_context(|_, _| Box::new(Tcp));
}}

struct Tcp;

impl Context for Tcp {
    fn on_done(&mut self) -> bool {
        log::info!("done");
        true
    }
}

impl StreamContext for Tcp {
    fn on_new_connection(&mut self) -> Action {
        let address = self.get_property(vec!["source", "address"]).map(String::from_utf8);
        log::info!("new {address:?}");
        Action::Continue
    }

    fn on_downstream_data(&mut self, size: usize, end: bool) -> Action {
        let data = self.get_downstream_data(0, size).map(String::from_utf8);
        log::info!("downstream {size} {end} {data:?}");
        if size < 4 {
            return Action::Pause;
        }
        self.resume_downstream();
        Action::Continue
    }

    fn on_upstream_data(&mut self, size: usize, end: bool) -> Action {
        log::info!("upstream {size} {end}");
        self.set_upstream_data(0, size, b"edited");
        if end {
            self.close_upstream();
        }
        Action::Continue
    }

    fn on_downstream_close(&mut self, peer: PeerType) {
        log::info!("downstream closed {peer:?}");
    }

    fn on_upstream_close(&mut self, peer: PeerType) {
        log::info!("upstream closed {peer:?}");
    }

    fn on_log(&mut self) {
        log::info!("log");
    }
}
