//! Functions on streams and contexts.

use crate::bindings::witdock::proxy::http::{RespondError, Side};
use crate::bindings::witdock::proxy::retirement;
use crate::bindings::witdock::proxy::tcp::Peer;
use crate::bindings::witdock::proxy::types::{Header, Response};
use crate::context::{self, ROOT};
use crate::memory;
use crate::pairs;
use crate::root::{self, ROOT_CONTEXT};
use crate::semantics;
use crate::status::{Answer, Status, answer};
use crate::text;

/// A stream's sides by their numbers in the ABI.
#[derive(Clone, Copy)]
enum StreamType {
    Http(Side),
    /// Of a connection without HTTP.
    Tcp(Peer),
}

impl StreamType {
    fn new(number: u32) -> Result<Self, Status> {
        match number {
            0 => Ok(Self::Http(Side::Request)),
            1 => Ok(Self::Http(Side::Response)),
            2 => Ok(Self::Tcp(Peer::Client)),
            3 => Ok(Self::Tcp(Peer::Upstream)),
            _ => Err(Status::BadArgument),
        }
    }
}

fn resume(side: Side) -> Answer {
    if let Some(stream) = context::stream() {
        stream.exchange.resume(side);
        if !semantics::is_spec() {
            stream.continued();
        }
    }
    Ok(())
}

#[unsafe(export_name = "env#proxy_continue_stream")]
extern "C" fn proxy_continue_stream(stream_type: u32) -> u32 {
    answer(|| match StreamType::new(stream_type)? {
        StreamType::Http(side) => resume(side),
        StreamType::Tcp(sender) => {
            if let Some(connection) = context::connection() {
                connection.handle.resume(sender);
            }
            Ok(())
        }
    })
}

#[unsafe(export_name = "env#proxy_continue_request")]
extern "C" fn proxy_continue_request() -> u32 {
    answer(|| resume(Side::Request))
}

#[unsafe(export_name = "env#proxy_continue_response")]
extern "C" fn proxy_continue_response() -> u32 {
    answer(|| resume(Side::Response))
}

#[unsafe(export_name = "env#proxy_close_stream")]
extern "C" fn proxy_close_stream(stream_type: u32) -> u32 {
    answer(|| {
        match StreamType::new(stream_type)? {
            StreamType::Http(_) => {
                if let Some(stream) = context::stream() {
                    stream.exchange.abort();
                }
            }
            StreamType::Tcp(_) => {
                if let Some(connection) = context::connection() {
                    connection.handle.close();
                }
            }
        }
        Ok(())
    })
}

/// The route follows from the headers when they go on: there is nothing to clear.
#[unsafe(export_name = "env#proxy_clear_route_cache")]
extern "C" fn proxy_clear_route_cache() -> u32 {
    Status::Ok as u32
}

#[unsafe(export_name = "env#proxy_send_local_response")]
extern "C" fn proxy_send_local_response(
    status: u32,
    details: u32,
    details_size: u32,
    body: u32,
    body_size: u32,
    headers: u32,
    headers_size: u32,
    grpc_status: u32,
) -> u32 {
    answer(|| {
        let details = text::lossy(&memory::read(details, details_size)?);
        let body = memory::read(body, body_size)?;
        let mut headers = pairs::headers(&memory::read(headers, headers_size)?).ok_or(Status::BadArgument)?;
        // Envoy's local responses have it.
        if !body.is_empty() && !headers.iter().any(|header| header.name == "content-type") {
            headers.push(Header { name: "content-type".into(), value: b"text/plain".to_vec() });
        }
        let Some(stream) = context::stream() else { return Ok(()) };
        let status = u16::try_from(status).map_err(|_| Status::BadArgument)?;
        let grpc_status = i32::try_from(grpc_status).ok().map(|status| status as u32);
        match stream.exchange.respond(&Response { status, headers, body, grpc_status, details }) {
            // Envoy resets a stream whose response has begun.
            Err(RespondError::Begun) if !semantics::is_spec() => stream.exchange.abort(),
            Err(_) => return Err(Status::BadArgument),
            Ok(()) => {}
        }
        Ok(())
    })
}

#[unsafe(export_name = "env#proxy_set_effective_context")]
extern "C" fn proxy_set_effective_context(id: u32) -> u32 {
    answer(|| if context::set_effective(id) { Ok(()) } else { Err(Status::BadArgument) })
}

#[unsafe(export_name = "env#proxy_done")]
extern "C" fn proxy_done() -> u32 {
    answer(|| {
        if let Some(stream) = context::stream() {
            return if stream.done() { Ok(()) } else { Err(Status::NotFound) };
        }
        if let Some(connection) = context::connection() {
            return if connection.done() { Ok(()) } else { Err(Status::NotFound) };
        }
        if context::acting() != ROOT || !ROOT_CONTEXT.is_pending.replace(false) {
            return Err(Status::NotFound);
        }
        root::delete();
        retirement::done();
        Ok(())
    })
}
