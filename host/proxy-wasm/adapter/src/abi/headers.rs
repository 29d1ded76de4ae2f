//! Header maps.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::witdock::proxy::http::Part;
use crate::bindings::witdock::proxy::types::{EditError, Header};
use crate::context;
use crate::memory;
use crate::pairs;
use crate::root::ROOT_CONTEXT;
use crate::semantics;
use crate::status::{Answer, Status, answer};
use crate::stream::Stream;

/// A map by its number in the ABI.
#[derive(Clone, Copy, PartialEq)]
enum Map {
    Stream(Part),
    /// Of gRPC, which `witdock:proxy` does not have yet.
    Grpc,
    CallHeaders,
    CallTrailers,
}

impl Map {
    fn new(number: u32) -> Result<Self, Status> {
        Ok(match number {
            0 => Self::Stream(Part::RequestHeaders),
            1 => Self::Stream(Part::RequestTrailers),
            2 => Self::Stream(Part::ResponseHeaders),
            3 => Self::Stream(Part::ResponseTrailers),
            4 | 5 => Self::Grpc,
            6 => Self::CallHeaders,
            7 => Self::CallTrailers,
            _ => return Err(Status::BadArgument),
        })
    }

    /// Reads the map. None if it is not there.
    fn read<R>(self, read: impl Fn(&[Header]) -> R) -> Option<R> {
        let empty_in_log = || {
            let logs = !semantics::is_spec() && context::stream().is_some_and(|stream| stream.logs());
            logs.then(|| read(&[]))
        };
        self.read_present(&read).or_else(empty_in_log)
    }

    fn read_present<R>(self, read: &impl Fn(&[Header]) -> R) -> Option<R> {
        match self {
            Self::Stream(part) => {
                let stream = context::stream().filter(|stream| stream.can_read(part))?;
                match stream.headers(part) {
                    Some(headers) => Some(read(&headers)),
                    None if stream.takes_trailers(part) => Some(read(&[])),
                    None => None,
                }
            }
            Self::Grpc => None,
            Self::CallHeaders => ROOT_CONTEXT.answer.borrow().as_ref().map(|answer| read(&answer.headers)),
            Self::CallTrailers => {
                let answer = ROOT_CONTEXT.answer.borrow();
                answer
                    .as_ref()
                    .filter(|answer| !answer.trailers.is_empty())
                    .map(|answer| read(&answer.trailers))
            }
        }
    }

    /// Changes the map. `first`: what it becomes if it is that of trailers which are not there yet.
    fn change(self, first: &[Header], change: impl FnOnce(&Stream, Part) -> Result<(), EditError>) -> Answer {
        // The other maps are read-only.
        let Self::Stream(part) = self else { return Err(Status::BadArgument) };
        let stream = context::stream().filter(|stream| stream.can_change(part)).ok_or(Status::BadArgument)?;
        stream.forget();
        if !stream.takes_trailers(part) || stream.exchange.headers(part).is_some() {
            return change(&stream, part).map_err(|_| Status::BadArgument);
        }
        if first.is_empty() {
            return Ok(());
        }
        match stream.exchange.set_headers(part, first) {
            // Envoy takes them when it is too late, and they go nowhere.
            Err(EditError::Gone) if !semantics::is_spec() => Ok(()),
            given => given.map_err(|_| Status::BadArgument),
        }
    }
}

fn read_name(at: u32, size: u32) -> Result<Option<String>, Status> {
    Ok(pairs::name(memory::read(at, size)?))
}

#[unsafe(export_name = "env#proxy_get_header_map_size")]
extern "C" fn proxy_get_header_map_size(map: u32, size_at: u32) -> u32 {
    answer(|| {
        let bytes = |headers: &[Header]| {
            headers.iter().map(|header| header.name.len() + header.value.len()).sum::<usize>()
        };
        let map = Map::new(map)?;
        let is_readable = match map {
            Map::Stream(part) => context::stream().is_some_and(|stream| stream.can_change(part)),
            _ => semantics::is_spec(),
        };
        let size = is_readable.then(|| map.read(bytes)).flatten().ok_or(Status::BadArgument)?;
        memory::write_u32(size_at, size as u32)
    })
}

#[unsafe(export_name = "env#proxy_get_header_map_pairs")]
extern "C" fn proxy_get_header_map_pairs(map: u32, address_at: u32, size_at: u32) -> u32 {
    answer(|| {
        let encode =
            |headers: &[Header]| if headers.is_empty() { Vec::new() } else { pairs::encode(headers) };
        // A map that is not there reads as an empty one.
        let bytes = Map::new(map)?.read(encode).unwrap_or_default();
        memory::give(&bytes, address_at, size_at)
    })
}

#[unsafe(export_name = "env#proxy_set_header_map_pairs")]
extern "C" fn proxy_set_header_map_pairs(map: u32, pairs: u32, size: u32) -> u32 {
    answer(|| {
        let map = Map::new(map)?;
        let headers = pairs::headers(&memory::read(pairs, size)?).ok_or(Status::BadArgument)?;
        map.change(&headers, |stream, part| stream.exchange.set_headers(part, &headers))
    })
}

#[unsafe(export_name = "env#proxy_get_header_map_value")]
extern "C" fn proxy_get_header_map_value(
    map: u32,
    name: u32,
    name_size: u32,
    address_at: u32,
    size_at: u32,
) -> u32 {
    answer(|| {
        let map = Map::new(map)?;
        let name = read_name(name, name_size)?;
        let first = |headers: &[Header]| {
            let header = headers.iter().find(|header| Some(&header.name) == name.as_ref());
            header.map(|header| header.value.clone())
        };
        match map.read(first) {
            Some(Some(value)) => memory::give(&value, address_at, size_at),
            _ if semantics::is_abi_0_1_0() => memory::give(&[], address_at, size_at),
            Some(None) => Err(Status::NotFound),
            None => Err(if semantics::is_spec() { Status::NotFound } else { Status::BadArgument }),
        }
    })
}

#[unsafe(export_name = "env#proxy_add_header_map_value")]
extern "C" fn proxy_add_header_map_value(
    map: u32,
    name: u32,
    name_size: u32,
    value: u32,
    value_size: u32,
) -> u32 {
    answer(|| {
        let map = Map::new(map)?;
        let (name, value) = (read_name(name, name_size)?, memory::read(value, value_size)?);
        let header = Header { name: name.ok_or(Status::BadArgument)?, value };
        map.change(core::slice::from_ref(&header), |stream, part| {
            stream.exchange.add_header(part, &header.name, &header.value)
        })
    })
}

#[unsafe(export_name = "env#proxy_replace_header_map_value")]
extern "C" fn proxy_replace_header_map_value(
    map: u32,
    name: u32,
    name_size: u32,
    value: u32,
    value_size: u32,
) -> u32 {
    answer(|| {
        let map = Map::new(map)?;
        let (name, value) = (read_name(name, name_size)?, memory::read(value, value_size)?);
        let header = Header { name: name.ok_or(Status::BadArgument)?, value };
        map.change(core::slice::from_ref(&header), |stream, part| {
            stream.exchange.set_header(part, &header.name, &header.value)
        })
    })
}

#[unsafe(export_name = "env#proxy_remove_header_map_value")]
extern "C" fn proxy_remove_header_map_value(map: u32, name: u32, name_size: u32) -> u32 {
    answer(|| {
        let map = Map::new(map)?;
        // What is no name is no header's name.
        let name = read_name(name, name_size)?;
        map.change(&[], |stream, part| {
            name.as_ref().map_or(Ok(()), |name| stream.exchange.remove_header(part, name))
        })
    })
}
