//! Answers, and misbehaves, by the path of a request.
//!
//! | path | what it does |
//! |---|---|
//! | `/version` | answers with the text that a test changes in the component to make another version |
//! | `/echo` | sends each part of the body back when it comes |
//! | `/count` | answers with the number of requests that this instance has had |
//! | `/large/N` | answers with that many bytes |
//! | `/trap`, `/loop`, `/grow` | traps, never ends, wants all memory |
//! | `/cut` | begins an answer, and traps |
//! | `/silent` | returns without an answer |
//! | `/refuse` | answers with an error of the standard |
//! | `/fetch/URL` | sends a request to `http://URL`, and answers with its status or error |

use std::cell::Cell;

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam,
    Scheme,
};
use wasip2::io::streams::{OutputStream, StreamError};

struct Application;

#[allow(unsafe_code, reason = "generated")]
mod export {
    use super::Application;

    wasip2::http::proxy::export!(Application);
}

/// As long as another one that a test puts in its place.
static VERSION: &str = "version one";

thread_local! {
    static REQUESTS: Cell<u64> = const { Cell::new(0) };
}

impl Guest for Application {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        REQUESTS.set(REQUESTS.get() + 1);
        let path = request.path_with_query().unwrap_or_default();
        match path.as_str() {
            "/version" => answer(out, 200, |stream| write(stream, std::hint::black_box(VERSION).as_bytes())),
            "/count" => answer(out, 200, |stream| write(stream, REQUESTS.get().to_string().as_bytes())),
            "/echo" => answer(out, 200, |stream| echo(&request, stream)),
            "/trap" => wasm_trap(),
            "/loop" => loop {
                std::hint::black_box(());
            },
            "/grow" => grow(),
            "/cut" => answer(out, 200, |stream| {
                write(stream, b"begun");
                wasm_trap();
            }),
            "/silent" => {}
            "/refuse" => ResponseOutparam::set(out, Err(ErrorCode::ConnectionRefused)),
            _ => other(&path, out),
        }
    }
}

fn other(path: &str, out: ResponseOutparam) {
    if let Some(size) = path.strip_prefix("/large/").and_then(|size| size.parse::<usize>().ok()) {
        let piece = [b'x'; 4096];
        answer(out, 200, |stream| {
            let mut left = size;
            while left > 0 {
                let length = left.min(piece.len());
                write(stream, piece.get(..length).unwrap_or_default());
                left -= length;
            }
        });
    } else if let Some(url) = path.strip_prefix("/fetch/") {
        let got = fetch(url).unwrap_or_else(|error| error);
        answer(out, 200, |stream| write(stream, got.as_bytes()));
    } else {
        answer(out, 404, |_| ());
    }
}

fn answer(out: ResponseOutparam, status: u16, write: impl FnOnce(&OutputStream)) {
    let response = OutgoingResponse::new(Fields::new());
    let _ = response.set_status_code(status);
    let body = response.body();
    ResponseOutparam::set(out, Ok(response));
    if let Ok(body) = body {
        if let Ok(stream) = body.write() {
            write(&stream);
        }
        let _ = OutgoingBody::finish(body, None);
    }
}

fn write(stream: &OutputStream, bytes: &[u8]) {
    // Fails if the client has gone.
    let _ = stream.blocking_write_and_flush(bytes);
}

fn echo(request: &IncomingRequest, out: &OutputStream) {
    let Ok(body) = request.consume() else { return };
    let Ok(stream) = body.stream() else { return };
    loop {
        match stream.blocking_read(4096) {
            Ok(part) => write(out, &part),
            Err(StreamError::Closed | StreamError::LastOperationFailed(_)) => return,
        }
    }
}

fn fetch(url: &str) -> Result<String, String> {
    let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
    let request = OutgoingRequest::new(Fields::new());
    let words = |()| "an invalid request".to_owned();
    request.set_scheme(Some(&Scheme::Http)).map_err(words)?;
    request.set_authority(Some(authority)).map_err(words)?;
    request.set_path_with_query(Some(path)).map_err(words)?;
    let sent = outgoing_handler::handle(request, None).map_err(|error| format!("{error:?}"))?;
    sent.subscribe().block();
    match sent.get() {
        Some(Ok(Ok(response))) => Ok(response.status().to_string()),
        Some(Ok(Err(error))) => Err(format!("{error:?}")),
        _ => Err("no answer".to_owned()),
    }
}

fn grow() {
    let mut kept = Vec::new();
    loop {
        kept.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

fn wasm_trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    // Only compiled: nothing calls it natively.
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort()
}
