use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::witdock::proxy::properties;
use crate::bindings::witdock::proxy::types::Property;
use crate::context;
use crate::memory;
use crate::pairs;
use crate::root::ROOT_CONTEXT;
use crate::semantics;
use crate::status::{Status, answer};
use crate::text;

/// The parts of a path, which NUL separates. One at its end is no part more.
fn parts(path: &[u8]) -> Vec<String> {
    let path = path.strip_suffix(b"\0").unwrap_or(path);
    path.split(|byte| *byte == 0).map(text::encode).collect()
}

fn find(path: &[String]) -> Option<Property> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["plugin_name"] => return Some(Property::Text(ROOT_CONTEXT.name.borrow().clone().into_bytes())),
        ["plugin_vm_id"] => return properties::of_proxy(&["filter".into(), "scope".into()]),
        // Filters that look for it know one root, which Envoy's default names so.
        ["plugin_root_id"] => return Some(properties::of_proxy(path).unwrap_or(Property::Text(Vec::new()))),
        _ => {}
    }
    if let Some(connection) = context::connection() {
        return properties::of_connection(&connection.handle, path).or_else(|| properties::of_proxy(path));
    }
    let Some(stream) = context::stream() else { return properties::of_proxy(path) };
    // For Envoy they are known when the request has ended.
    if matches!(names.as_slice(), ["request", "duration" | "total_size"])
        && !semantics::is_spec()
        && !stream.has_ended()
    {
        return None;
    }
    properties::of_exchange(&stream.exchange, path).or_else(|| properties::of_proxy(path))
}

/// A value as the ABI has it: numbers, times and durations in 8 bytes, a truth in one, maps as pairs.
fn encode(property: Property) -> Vec<u8> {
    match property {
        Property::Text(bytes) => bytes,
        Property::Signed(number) => number.to_le_bytes().into(),
        Property::Unsigned(number) | Property::Timestamp(number) | Property::Duration(number) => {
            number.to_le_bytes().into()
        }
        Property::Boolean(truth) => [u8::from(truth)].into(),
        Property::Entries(entries) => pairs::encode(&entries),
    }
}

#[unsafe(export_name = "env#proxy_get_property")]
extern "C" fn proxy_get_property(path: u32, path_size: u32, address_at: u32, size_at: u32) -> u32 {
    answer(|| {
        let path = memory::read(path, path_size)?;
        if path.is_empty() {
            return Err(if semantics::is_spec() { Status::NotFound } else { Status::SerializationFailure });
        }
        let value = find(&parts(&path)).ok_or(Status::NotFound)?;
        memory::give(&encode(value), address_at, size_at)
    })
}

#[unsafe(export_name = "env#proxy_set_property")]
extern "C" fn proxy_set_property(path: u32, path_size: u32, value: u32, value_size: u32) -> u32 {
    answer(|| {
        let path = memory::read(path, path_size)?;
        let value = memory::read(value, value_size)?;
        let stream = context::stream().ok_or(Status::NotFound)?;
        if semantics::is_spec() {
            let is_set = properties::set(&stream.exchange, &parts(&path), &value);
            return if is_set { Ok(()) } else { Err(Status::BadArgument) };
        }
        // For Envoy the whole path is one name, so what has several parts is not found by them. A name of the proxy's own is taken, and never read.
        properties::set(&stream.exchange, &[text::encode(&path)], &value);
        Ok(())
    })
}
