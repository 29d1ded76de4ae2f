//! The application as a component of `wasi:http/proxy`.

use std::io::Write as _;

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::StreamError;

use crate::{Answer, Links, answer};

#[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "witdock:short-links/links", generate_all });
}
use bindings::wasi::keyvalue::store::{Bucket, Error, open};

struct Server;

#[allow(unsafe_code, reason = "generated")]
mod export {
    use super::Server;

    wasip2::http::proxy::export!(Server);
}

/// What is read of a body at most.
const LARGEST_BODY: usize = 64 << 10;

impl Guest for Server {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        send(answered(&request), out);
    }
}

fn answered(request: &IncomingRequest) -> Answer {
    let mut links = match open("links") {
        Ok(bucket) => Store(bucket),
        Err(error) => return Answer { status: 503, location: None, text: words(error) + "\n" },
    };
    let token = bindings::wasi::config::store::get("token").ok().flatten();
    let given = request
        .headers()
        .get("authorization")
        .first()
        .map(|value| String::from_utf8_lossy(value).into_owned());
    let method = match request.method() {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        _ => "",
    };
    let path = request.path_with_query().unwrap_or_default();
    answer(&mut links, token.as_deref(), given.as_deref(), method, &path, &body(request))
}

fn body(request: &IncomingRequest) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Ok(body) = request.consume() else { return bytes };
    let Ok(stream) = body.stream() else { return bytes };
    while bytes.len() < LARGEST_BODY {
        match stream.blocking_read(4096) {
            Ok(part) => bytes.extend(part),
            Err(StreamError::Closed | StreamError::LastOperationFailed(_)) => break,
        }
    }
    bytes
}

fn send(Answer { status, location, text }: Answer, out: ResponseOutparam) {
    let headers = Fields::new();
    // These names and values are valid: what is kept has no control characters.
    let _ = headers.append("content-type", b"text/plain; charset=utf-8");
    if let Some(location) = location {
        let _ = headers.append("location", location.as_bytes());
    }
    let response = OutgoingResponse::new(headers);
    let _ = response.set_status_code(status);
    let body = response.body();
    ResponseOutparam::set(out, Ok(response));
    if let Ok(body) = body {
        if let Ok(mut stream) = body.write() {
            // Fails if the client has gone.
            let _ = stream.write_all(text.as_bytes()).and_then(|()| std::io::Write::flush(&mut stream));
        }
        let _ = OutgoingBody::finish(body, None);
    }
}

struct Store(Bucket);

impl Links for Store {
    fn get(&self, name: &str) -> Result<Option<String>, String> {
        let value = self.0.get(name).map_err(words)?;
        Ok(value.map(|value| String::from_utf8_lossy(&value).into_owned()))
    }

    fn set(&mut self, name: &str, to: &str) -> Result<(), String> {
        self.0.set(name, to.as_bytes()).map_err(words)
    }

    fn delete(&mut self, name: &str) -> Result<(), String> {
        self.0.delete(name).map_err(words)
    }
}

fn words(error: Error) -> String {
    match error {
        Error::NoSuchStore | Error::AccessDenied => "the store `links` is not granted".to_owned(),
        Error::Other(words) => words,
    }
}
