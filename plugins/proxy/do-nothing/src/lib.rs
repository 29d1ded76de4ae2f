//! Looks at no request and lets all pass, whatever its settings: what a filter costs at least. Benchmarks compare others with it.

use serde::de::IgnoredAny;
use witdock_proxy_guest::{Action, HttpFilter, Result, Stream};

witdock_proxy_guest::export!(DoNothing);

/// The filter.
#[derive(Debug)]
pub struct DoNothing;

impl HttpFilter for DoNothing {
    type Settings = IgnoredAny;
    type State = ();

    fn configure(_: IgnoredAny) -> Result<Self, String> {
        Ok(Self)
    }

    fn on_request_headers(&mut self, _: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        Ok(Action::Proceed)
    }
}

#[cfg(test)]
#[test]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
fn it_does_nothing() {
    use witdock_proxy_guest::testing::{Message, Tester};

    let mut tester = Tester::<DoNothing>::new(serde_json::json!({})).unwrap();
    let request = Message::post("/", "text").header("x-a", "1");
    assert_eq!(tester.run(request.clone()).request(), &request);
}
