//! Asks another cluster whether a request may pass.

use std::time::Duration;

use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_http_context(|_, _| Box::new(Auth));
}}

struct Auth;

impl HttpContext for Auth {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let headers = vec![(":method", "GET"), (":path", "/check"), (":authority", "auth.example")];
        match self.dispatch_http_call("auth", headers, None, vec![], Duration::from_secs(1)) {
            Ok(token) => log::info!("call {token}"),
            Err(status) => {
                self.send_http_response(500, vec![], Some(format!("{status:?}").as_bytes()));
            }
        }
        Action::Pause
    }
}

impl Context for Auth {
    fn on_http_call_response(&mut self, token: u32, headers: usize, body: usize, trailers: usize) {
        let text = self.get_http_call_response_body(0, body).unwrap_or_default();
        log::info!("answer {token}: {headers} {trailers} {:?}", String::from_utf8(text));
        let status = self.get_http_call_response_headers().into_iter().find(|(name, _)| name == ":status");
        if status.is_some_and(|(_, status)| status == "200") {
            self.resume_http_request();
        } else {
            self.send_http_response(403, vec![("powered-by", "proxy-wasm")], Some(b"Access forbidden.\n"));
        }
    }
}
