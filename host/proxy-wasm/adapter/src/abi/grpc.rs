//! gRPC, which `witdock:proxy` does not have yet: nothing is begun, so there is nothing to send, close or cancel.

use crate::memory;
use crate::status::{Status, answer};

#[unsafe(export_name = "env#proxy_grpc_call")]
extern "C" fn proxy_grpc_call(
    service: u32,
    service_size: u32,
    service_name: u32,
    service_name_size: u32,
    method: u32,
    method_size: u32,
    metadata: u32,
    metadata_size: u32,
    message: u32,
    message_size: u32,
    _timeout_ms: u32,
    _call_at: u32,
) -> u32 {
    answer(|| {
        memory::check(service, service_size)?;
        memory::check(service_name, service_name_size)?;
        memory::check(method, method_size)?;
        memory::check(metadata, metadata_size)?;
        memory::check(message, message_size)?;
        Err(Status::Unimplemented)
    })
}

#[unsafe(export_name = "env#proxy_grpc_stream")]
extern "C" fn proxy_grpc_stream(
    service: u32,
    service_size: u32,
    service_name: u32,
    service_name_size: u32,
    method: u32,
    method_size: u32,
    metadata: u32,
    metadata_size: u32,
    _stream_at: u32,
) -> u32 {
    answer(|| {
        memory::check(service, service_size)?;
        memory::check(service_name, service_name_size)?;
        memory::check(method, method_size)?;
        memory::check(metadata, metadata_size)?;
        Err(Status::Unimplemented)
    })
}

#[unsafe(export_name = "env#proxy_grpc_send")]
extern "C" fn proxy_grpc_send(_stream: u32, message: u32, size: u32, _end: u32) -> u32 {
    answer(|| {
        memory::check(message, size)?;
        Err(Status::NotFound)
    })
}

#[unsafe(export_name = "env#proxy_grpc_cancel")]
extern "C" fn proxy_grpc_cancel(_call: u32) -> u32 {
    Status::NotFound as u32
}

#[unsafe(export_name = "env#proxy_grpc_close")]
extern "C" fn proxy_grpc_close(_call: u32) -> u32 {
    Status::NotFound as u32
}
