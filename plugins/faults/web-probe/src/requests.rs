//! Attempts to send requests.

use std::cell::RefCell;

use wasip2::http::outgoing_handler::{FutureIncomingResponse, handle};
use wasip2::http::types::{
    ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use wasip2::io::streams::StreamError;

/// The redirects that `follow` follows.
const REDIRECTS: usize = 5;

thread_local! {
    /// The requests whose answers nobody has asked for.
    static BEGUN: RefCell<Vec<FutureIncomingResponse>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn send(method: &str, url: &str, bytes: usize) -> Result<String, String> {
    let response = wait(&start(method, url, bytes)?)?;
    read(&response)
}

pub(crate) fn follow(url: &str) -> Result<String, String> {
    let mut url = url.to_owned();
    for _ in 0..REDIRECTS {
        let response = wait(&start("GET", &url, 0)?)?;
        let location = response.headers().get("location");
        match location.first() {
            Some(location) => url = String::from_utf8_lossy(location).into_owned(),
            None => return read(&response),
        }
    }
    Err("too many redirects".to_owned())
}

pub(crate) fn begin(url: &str) -> Result<String, String> {
    let begun = start("GET", url, 0)?;
    BEGUN.with_borrow_mut(|all| all.push(begun));
    Ok(String::new())
}

fn start(method: &str, url: &str, bytes: usize) -> Result<FutureIncomingResponse, String> {
    let (scheme, rest) = url.split_once("://").ok_or("a URL has a scheme")?;
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let request = OutgoingRequest::new(Fields::new());
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "CONNECT" => Method::Connect,
        other => Method::Other(other.to_owned()),
    };
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    request.set_method(&method).map_err(|()| "the method was refused")?;
    request.set_scheme(Some(&scheme)).map_err(|()| "the scheme was refused")?;
    request.set_authority(Some(authority)).map_err(|()| "the authority was refused")?;
    request.set_path_with_query(Some(path)).map_err(|()| "the path was refused")?;
    let body = request.body().map_err(|()| "the body was refused")?;
    let response = handle(request, None).map_err(words)?;
    let stream = body.write().map_err(|()| "the body cannot be written")?;
    let piece = [b'x'; 4096];
    let mut left = bytes;
    while left > 0 {
        let length = left.min(piece.len());
        match stream.blocking_write_and_flush(piece.get(..length).unwrap_or_default()) {
            Ok(()) => left -= length,
            // The answer says why.
            Err(_) => break,
        }
    }
    drop(stream);
    if left == 0 {
        // Fails if the other side has ended: the answer says why.
        let _ = OutgoingBody::finish(body, None);
    }
    Ok(response)
}

fn wait(response: &FutureIncomingResponse) -> Result<IncomingResponse, String> {
    response.subscribe().block();
    let answer = response.get().ok_or("there is no answer")?.map_err(|()| "the answer was taken")?;
    answer.map_err(words)
}

fn read(response: &IncomingResponse) -> Result<String, String> {
    let status = response.status();
    let body = response.consume().map_err(|()| "the body was taken")?;
    let stream = body.stream().map_err(|()| "the body was taken")?;
    let mut bytes = 0;
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(piece) => bytes += piece.len(),
            Err(StreamError::Closed) => return Ok(format!("{status} {bytes}")),
            Err(StreamError::LastOperationFailed(error)) => {
                let code = wasip2::http::types::http_error_code(&error);
                return Err(code.map_or_else(|| error.to_debug_string(), words));
            }
        }
    }
}

fn words(error: ErrorCode) -> String {
    format!("{error:?}")
}
