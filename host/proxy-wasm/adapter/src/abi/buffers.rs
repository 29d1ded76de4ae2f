//! Buffers.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::bindings::witdock::proxy::http::Side;
use crate::bindings::witdock::proxy::tcp::Peer;
use crate::context;
use crate::memory;
use crate::root::ROOT_CONTEXT;
use crate::semantics;
use crate::status::{Status, answer};
use crate::stream::Stream;
use crate::tcp::Connection;

/// A buffer by its number in the ABI, if it is there.
enum Buffer {
    Body(Rc<Stream>, Side),
    Data(Rc<Connection>, Peer),
    VmConfiguration,
    Configuration,
    CallBody,
    /// One that reads as empty.
    Nothing,
}

impl Buffer {
    fn new(number: u32) -> Result<Self, Status> {
        let body = |side| match context::stream().filter(|stream| stream.has_body(side)) {
            Some(stream) => Self::Body(stream, side),
            None => Self::Nothing,
        };
        let data = |peer| match context::connection().filter(|connection| connection.has_data(peer)) {
            Some(connection) => Self::Data(connection, peer),
            None => Self::Nothing,
        };
        match number {
            0 => Ok(body(Side::Request)),
            1 => Ok(body(Side::Response)),
            2 => Ok(data(Peer::Client)),
            3 => Ok(data(Peer::Upstream)),
            // Messages of gRPC, arguments of foreign functions: nothing brings any yet.
            5 | 8 => Ok(Self::Nothing),
            4 => {
                if ROOT_CONTEXT.answer.borrow().is_some() {
                    Ok(Self::CallBody)
                } else {
                    Err(Status::NotFound)
                }
            }
            6 => Ok(Self::VmConfiguration),
            7 => {
                if ROOT_CONTEXT.configuration.borrow().is_some() {
                    Ok(Self::Configuration)
                } else {
                    Err(Status::NotFound)
                }
            }
            _ => Err(Status::BadArgument),
        }
    }

    fn size(&self) -> u64 {
        match self {
            Self::Body(stream, side) => stream.exchange.body_size(*side),
            Self::Data(connection, peer) => connection.handle.data_size(*peer),
            _ => self.read(0, u64::MAX).len() as u64,
        }
    }

    fn read(&self, start: u64, length: u64) -> Vec<u8> {
        match self {
            Self::Body(stream, side) => stream.exchange.body(*side, start, length),
            Self::Data(connection, peer) => connection.handle.data(*peer, start, length),
            Self::VmConfiguration => slice(&ROOT_CONTEXT.vm_configuration.borrow(), start, length),
            Self::Configuration => ROOT_CONTEXT
                .configuration
                .borrow()
                .as_ref()
                .map(|bytes| slice(bytes, start, length))
                .unwrap_or_default(),
            Self::CallBody => ROOT_CONTEXT
                .answer
                .borrow()
                .as_ref()
                .map(|answer| slice(&answer.body, start, length))
                .unwrap_or_default(),
            Self::Nothing => Vec::new(),
        }
    }
}

fn slice(bytes: &[u8], start: u64, length: u64) -> Vec<u8> {
    let size = bytes.len() as u64;
    let (start, end) = (start.min(size), start.saturating_add(length).min(size));
    bytes.get(start as usize..end as usize).unwrap_or_default().to_vec()
}

#[unsafe(export_name = "env#proxy_get_buffer_bytes")]
extern "C" fn proxy_get_buffer_bytes(
    buffer: u32,
    start: u32,
    length: u32,
    address_at: u32,
    size_at: u32,
) -> u32 {
    answer(|| {
        let bytes = Buffer::new(buffer)?.read(start.into(), length.into());
        memory::give(&bytes, address_at, size_at)
    })
}

#[unsafe(export_name = "env#proxy_get_buffer_status")]
extern "C" fn proxy_get_buffer_status(buffer: u32, size_at: u32, flags_at: u32) -> u32 {
    answer(|| {
        let size = Buffer::new(buffer)?.size();
        memory::write_u32(size_at, u32::try_from(size).unwrap_or(u32::MAX))?;
        memory::write_u32(flags_at, 0)
    })
}

#[unsafe(export_name = "env#proxy_set_buffer_bytes")]
extern "C" fn proxy_set_buffer_bytes(buffer: u32, start: u32, length: u32, data: u32, data_size: u32) -> u32 {
    answer(|| {
        let buffer = Buffer::new(buffer)?;
        let data = memory::read(data, data_size)?;
        if !matches!(buffer, Buffer::Body(..) | Buffer::Data(..)) {
            return Err(Status::BadArgument);
        }
        if !semantics::is_spec() {
            // Envoy prepends, replaces all, and appends.
            let size = buffer.size();
            let is_taken =
                if start == 0 { length == 0 || u64::from(length) >= size } else { u64::from(start) >= size };
            if !is_taken {
                return Err(Status::BadArgument);
            }
        }
        let edited = match buffer {
            Buffer::Body(stream, side) => stream.exchange.edit_body(side, start.into(), length.into(), &data),
            Buffer::Data(connection, peer) => {
                connection.handle.edit_data(peer, start.into(), length.into(), &data)
            }
            _ => return Err(Status::BadArgument),
        };
        edited.map_err(|_| Status::BadArgument)
    })
}

/// The configuration of the plugin while it is configured, else that of the VM. Of ABI 0.1.0.
#[unsafe(export_name = "env#proxy_get_configuration")]
extern "C" fn proxy_get_configuration(address_at: u32, size_at: u32) -> u32 {
    answer(|| {
        let configuration = ROOT_CONTEXT.configuration.borrow().clone();
        let bytes = configuration.unwrap_or_else(|| ROOT_CONTEXT.vm_configuration.borrow().clone());
        memory::give(&bytes, address_at, size_at)
    })
}
