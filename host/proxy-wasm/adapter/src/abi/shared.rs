//! Shared data and queues.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::bindings::witdock::proxy::properties;
use crate::bindings::witdock::proxy::queues::{self, SendError};
use crate::bindings::witdock::proxy::shared_data::{self, StoreError};
use crate::bindings::witdock::proxy::types::Property;
use crate::memory;
use crate::semantics;
use crate::single::Single;
use crate::status::{Status, answer};
use crate::text;

#[unsafe(export_name = "env#proxy_get_shared_data")]
extern "C" fn proxy_get_shared_data(
    key: u32,
    key_size: u32,
    address_at: u32,
    size_at: u32,
    cas_at: u32,
) -> u32 {
    answer(|| {
        let key = text::encode(&memory::read(key, key_size)?);
        let entry = shared_data::get(&key).ok_or(Status::NotFound)?;
        memory::give(&entry.value, address_at, size_at)?;
        memory::write_u32(cas_at, entry.version)
    })
}

#[unsafe(export_name = "env#proxy_set_shared_data")]
extern "C" fn proxy_set_shared_data(key: u32, key_size: u32, value: u32, value_size: u32, cas: u32) -> u32 {
    answer(|| {
        let key = text::encode(&memory::read(key, key_size)?);
        let value = memory::read(value, value_size)?;
        if cas == 0 {
            return shared_data::set(&key, &value).map_err(status);
        }
        match shared_data::compare_and_set(&key, &value, Some(cas)) {
            // For Envoy a key that is not there is stored whatever the number is.
            Err(StoreError::Changed) if !semantics::is_spec() => {
                shared_data::compare_and_set(&key, &value, None).map_err(status)
            }
            stored => stored.map_err(status),
        }
    })
}

fn status(error: StoreError) -> Status {
    match error {
        StoreError::Changed => Status::CasMismatch,
        StoreError::Full(_) => Status::InternalFailure,
    }
}

/// The queues that the module has registered or resolved: others may not be there at all.
static QUEUES: Single<RefCell<Vec<u32>>> = Single::new(RefCell::new(Vec::new()));

fn know(queue: u32) {
    if !is_known(queue) {
        QUEUES.borrow_mut().push(queue);
    }
}

fn is_known(queue: u32) -> bool {
    QUEUES.borrow().contains(&queue)
}

#[unsafe(export_name = "env#proxy_register_shared_queue")]
extern "C" fn proxy_register_shared_queue(name: u32, name_size: u32, queue_at: u32) -> u32 {
    answer(|| {
        let name = text::encode(&memory::read(name, name_size)?);
        let queue = queues::register(&name);
        know(queue);
        memory::write_u32(queue_at, queue)
    })
}

/// The scope of the filter itself.
fn own_scope() -> Option<String> {
    match properties::of_proxy(&["filter".into(), "scope".into()])? {
        Property::Text(scope) => String::from_utf8(scope).ok(),
        _ => None,
    }
}

#[unsafe(export_name = "env#proxy_resolve_shared_queue")]
extern "C" fn proxy_resolve_shared_queue(
    vm_id: u32,
    vm_id_size: u32,
    name: u32,
    name_size: u32,
    queue_at: u32,
) -> u32 {
    answer(|| {
        let scope = text::encode(&memory::read(vm_id, vm_id_size)?);
        let name = text::encode(&memory::read(name, name_size)?);
        // Without a name, it is the module's own VM.
        let scope = if scope.is_empty() { own_scope().ok_or(Status::NotFound)? } else { scope };
        let queue = queues::find(&scope, &name).ok_or(Status::NotFound)?;
        know(queue);
        memory::write_u32(queue_at, queue)
    })
}

#[unsafe(export_name = "env#proxy_enqueue_shared_queue")]
extern "C" fn proxy_enqueue_shared_queue(queue: u32, message: u32, message_size: u32) -> u32 {
    answer(|| {
        let message = memory::read(message, message_size)?;
        queues::send(queue, &message).map_err(|error| match error {
            SendError::NoSuchQueue => Status::NotFound,
            SendError::Full(_) => Status::InternalFailure,
        })
    })
}

#[unsafe(export_name = "env#proxy_dequeue_shared_queue")]
extern "C" fn proxy_dequeue_shared_queue(queue: u32, address_at: u32, size_at: u32) -> u32 {
    answer(|| {
        let message =
            queues::receive(queue).ok_or(if is_known(queue) { Status::Empty } else { Status::NotFound })?;
        memory::give(&message, address_at, size_at)
    })
}
