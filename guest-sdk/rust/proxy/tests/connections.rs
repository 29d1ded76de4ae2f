//! Filters of connections run over the proxy in memory.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;
use witdock_proxy_guest::tcp::{Peer, TcpFilter, TcpStream};
use witdock_proxy_guest::testing::{Message, TcpTester};
use witdock_proxy_guest::{Action, Call, CallFailure, NoSettings, Result, shared_data};

struct Nothing;

impl TcpFilter for Nothing {
    type Settings = NoSettings;
    type State = ();

    fn configure(_: NoSettings) -> Result<Self, String> {
        Ok(Self)
    }
}

#[test]
fn a_filter_without_callbacks_changes_nothing() {
    let connected = TcpTester::<Nothing>::new(json!({})).unwrap().run(["a", "b"], ["c", "d"]);
    assert_eq!((connected.to_upstream(), connected.to_client()), (b"ab".to_vec(), b"cd".to_vec()));
    assert!(!connected.is_closed() && !connected.is_paused());
    assert!(TcpTester::<Nothing>::new(json!({ "a": 1 })).is_err());
}

/// Asks a service about the client, and then turns lines into capitals.
struct Shout;

impl TcpFilter for Shout {
    type Settings = NoSettings;
    type State = usize;

    fn configure(_: NoSettings) -> Result<Self, String> {
        Ok(Self)
    }

    fn on_open(&mut self, stream: &mut TcpStream<Self>) -> Result<Action> {
        let address = stream.source_address().ok_or("the client has no address")?;
        stream.call(Call::get("guard", &format!("/{}", address.ip())), |_, stream, outcome| {
            match outcome {
                Ok(answer) if answer.status() == 200 => stream.resume(Peer::Client),
                Ok(_) => stream.close(),
                Err(_) => return Err("the guard is asleep".into()),
            }
            Ok(())
        })?;
        Ok(Action::Pause)
    }

    fn on_data(&mut self, stream: &mut TcpStream<Self>, from: Peer, end: bool) -> Result<Action> {
        let data = stream.data(from);
        let bytes = data.read();
        if !bytes.ends_with(b"\n") && !end {
            return Ok(Action::Pause);
        }
        data.replace(bytes.to_ascii_uppercase())?;
        stream.state += 1;
        Ok(Action::Proceed)
    }

    fn on_closed(&mut self, stream: &mut TcpStream<Self>, _by: Peer) {
        stream.state += 10;
    }

    fn log(&mut self, stream: &mut TcpStream<Self>) {
        shared_data::set("logged", stream.state.to_string()).unwrap();
    }
}

#[test]
fn data_is_held_and_changed_after_an_answer() {
    let mut tester = TcpTester::<Shout>::new(json!({})).unwrap();
    let asked = Rc::new(RefCell::new(Vec::new()));
    let seen = asked.clone();
    tester.cluster("guard", move |call| {
        seen.borrow_mut().push(call.path());
        Ok(Message::response(200))
    });
    let connected = tester.run(["one ", "line\n", "two"], ["answer"]);
    assert_eq!(
        (connected.to_upstream(), connected.to_client()),
        (b"ONE LINE\nTWO".to_vec(), b"ANSWER".to_vec())
    );
    assert_eq!(asked.take(), ["/203.0.113.7"]);
    assert_eq!(tester.shared("logged"), Some(b"23".to_vec()));
}

#[test]
fn a_connection_is_closed_by_the_filter_and_by_its_errors() {
    let mut tester = TcpTester::<Shout>::new(json!({})).unwrap();
    tester.cluster("guard", |_| Ok(Message::response(403)));
    let connected = tester.run(["a"], ["b"]);
    assert!(connected.is_closed() && connected.to_upstream().is_empty() && connected.to_client().is_empty());
    tester.cluster("guard", |_| Err(CallFailure::Timeout));
    assert!(tester.run(["a"], ["b"]).is_closed());
    assert!(TcpTester::<Shout>::new(json!({})).unwrap().run(["a"], ["b"]).is_closed());
}
