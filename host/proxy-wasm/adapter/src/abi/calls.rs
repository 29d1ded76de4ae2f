//! Calls over HTTP, and foreign functions.

use crate::bindings::witdock::proxy::http_calls::{self, CallError, Request};
use crate::memory;
use crate::pairs;
use crate::root::{self, ROOT_CONTEXT};
use crate::status::{Status, answer};
use crate::text;

#[unsafe(export_name = "env#proxy_http_call")]
extern "C" fn proxy_http_call(
    cluster: u32,
    cluster_size: u32,
    headers: u32,
    headers_size: u32,
    body: u32,
    body_size: u32,
    trailers: u32,
    trailers_size: u32,
    timeout_ms: u32,
    token_at: u32,
) -> u32 {
    answer(|| {
        let cluster = text::lossy(&memory::read(cluster, cluster_size)?);
        let body = memory::read(body, body_size)?;
        let headers = pairs::headers(&memory::read(headers, headers_size)?).ok_or(Status::BadArgument)?;
        let trailers = pairs::headers(&memory::read(trailers, trailers_size)?).ok_or(Status::BadArgument)?;
        memory::write_u32(token_at, 0)?;
        // A number of milliseconds with a sign. 0 is no limit but the proxy's.
        let timeout_ms = match i32::try_from(timeout_ms) {
            Ok(0) => u32::MAX,
            Ok(timeout_ms) => timeout_ms as u32,
            Err(_) => return Err(Status::BadArgument),
        };
        let request = Request { cluster, headers, body, trailers, timeout_ms };
        let call = http_calls::start(&request).map_err(|error| match error {
            CallError::UnknownCluster(_) | CallError::Invalid(_) => Status::BadArgument,
            CallError::TooMany(_) => Status::InternalFailure,
        })?;
        memory::write_u32(token_at, root::token(call))
    })
}

/// Why a call has failed, during its callback.
#[unsafe(export_name = "env#proxy_get_status")]
extern "C" fn proxy_get_status(code_at: u32, address_at: u32, size_at: u32) -> u32 {
    answer(|| {
        let (code, message) = ROOT_CONTEXT.status.get();
        memory::write_u32(code_at, code)?;
        memory::give(message.as_bytes(), address_at, size_at)
    })
}

#[unsafe(export_name = "env#proxy_call_foreign_function")]
extern "C" fn proxy_call_foreign_function(
    name: u32,
    name_size: u32,
    arguments: u32,
    arguments_size: u32,
    address_at: u32,
    size_at: u32,
) -> u32 {
    answer(|| {
        let name = memory::read(name, name_size)?;
        memory::check(arguments, arguments_size)?;
        // The route follows from the headers when they go on: there is nothing to clear.
        if name != b"clear_route_cache" {
            return Err(Status::NotFound);
        }
        // A caller without use for results passes 0.
        if address_at != 0 {
            memory::write_u32(address_at, 0)?;
        }
        if size_at != 0 {
            memory::write_u32(size_at, 0)?;
        }
        Ok(())
    })
}
