//! Logs and edits headers, and answers one path itself.

use log::{info, trace};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Trace);
    proxy_wasm::set_root_context(|_| Box::new(Root { greeting: String::new() }));
}}

struct Root {
    greeting: String,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_vm_start(&mut self, size: usize) -> bool {
        info!("vm {size} {:?}", self.get_vm_configuration().map(String::from_utf8));
        true
    }

    fn on_configure(&mut self, size: usize) -> bool {
        let Some(bytes) = self.get_plugin_configuration() else { return false };
        info!("configured with {size} bytes");
        self.greeting = String::from_utf8(bytes).unwrap();
        self.greeting != "refuse"
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Headers { id, greeting: self.greeting.clone() }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Headers {
    id: u32,
    greeting: String,
}

impl Context for Headers {}

impl HttpContext for Headers {
    fn on_http_request_headers(&mut self, count: usize, end: bool) -> Action {
        info!("#{} {count} headers, end {end}", self.id);
        for (name, value) in self.get_http_request_headers() {
            trace!("#{} -> {name}: {value}", self.id);
        }
        match self.get_http_request_header(":path").as_deref() {
            Some("/panic") => panic!("asked to"),
            Some("/hello") => {
                self.send_http_response(200, vec![("Hello", "World")], Some(self.greeting.as_bytes()));
                Action::Pause
            }
            _ => {
                self.add_http_request_header("X-Added", "one");
                self.set_http_request_header("x-remove", None);
                self.set_http_request_header("x-set", Some("two"));
                Action::Continue
            }
        }
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        self.set_http_response_header("x-filter", Some(&self.greeting));
        Action::Continue
    }

    fn on_log(&mut self) {
        info!("#{} completed {:?}", self.id, self.get_http_response_header(":status"));
    }
}
