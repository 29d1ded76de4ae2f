//! {{name}}: answers 404 below a path, and removes the header `server` from responses.
//!
//! In the proxy's configuration:
//!
//! ```toml
//! [filter.{{name}}.settings]
//! below = "/internal"
//! ```

use serde::Deserialize;
use witdock_proxy_guest::{Action, HttpFilter, Response, Result, Stream, log};

/// The filter's settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    below: String,
}

/// The filter. Its fields are kept between requests; what belongs to one request is `State`.
#[derive(Debug)]
pub struct {{type}} {
    below: String,
}

witdock_proxy_guest::export!({{type}});

impl HttpFilter for {{type}} {
    type Settings = Settings;
    type State = ();

    fn configure(settings: Settings) -> Result<Self, String> {
        if !settings.below.starts_with('/') {
            return Err(format!("`below` is `{}`: expected a path that begins with `/`", settings.below));
        }
        Ok(Self { below: settings.below })
    }

    /// Callbacks that are not here cost nothing: see the trait `HttpFilter` for all of them.
    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        let path = stream.request().path();
        if !path.starts_with(&self.below) {
            return Ok(Action::Proceed);
        }
        log::debug!("{path} is hidden");
        Ok(stream.respond(Response::new(404).body("not here\n"))?)
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        stream.response().remove("server")?;
        Ok(Action::Proceed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use witdock_proxy_guest::testing::{Message, Tester};

    #[test]
    fn a_hidden_path_is_answered_with_404() {
        let mut tester = Tester::<{{type}}>::new(json!({ "below": "/internal" })).unwrap();
        let exchanged = tester.run(Message::get("/internal/metrics"));
        assert_eq!((exchanged.status(), exchanged.upstream_saw()), (404, None));
    }

    #[test]
    fn responses_do_not_name_their_server() {
        let mut tester = Tester::<{{type}}>::new(json!({ "below": "/internal" })).unwrap();
        tester.upstream(|_| Message::response(200).header("server", "old").body("hello"));
        let exchanged = tester.run(Message::get("/"));
        assert_eq!((exchanged.response().get_header("server"), exchanged.response().text()), (None, "hello".to_owned()));
    }

    #[test]
    fn a_setting_that_does_not_fit_is_refused() {
        let refused = Tester::<{{type}}>::new(json!({ "below": "internal" })).unwrap_err();
        assert_eq!(refused, "`below` is `internal`: expected a path that begins with `/`");
    }
}
