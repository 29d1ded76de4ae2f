//! WASI's streams and polls for a guest that must not wait.
//!
//! wasmtime-wasi's own synchronous functions wait by blocking the thread, for as long as the guest likes, and panic on a thread
//! that runs a task. These return at once: what is ready is done, and what would wait is an error. Standard output,
//! which becomes log lines, is always ready.

use std::pin::pin;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::io as waiting;
use wasmtime_wasi::p2::bindings::sockets::network::{self, ErrorCode, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket;
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::bindings::sync::sockets::udp_create_socket;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, Network, SocketError, SocketResult, StreamError,
    StreamResult, TcpSocket, UdpSocket,
};
use wasmtime_wasi::runtime::{poll_noop, with_ambient_tokio_runtime};

use super::failure::ContractViolation;
use super::host_state::HostState;

/// Replaces the functions of WASI that wait, in a linker that allows shadowing.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    fn at_once<S>(state: &mut HostState<S>) -> AtOnce<'_> {
        AtOnce(&mut state.table)
    }
    poll::add_to_linker::<_, HasAtOnce>(linker, at_once)?;
    streams::add_to_linker::<_, HasAtOnce>(linker, at_once)?;
    udp_create_socket::add_to_linker::<_, HasAtOnce>(linker, at_once)?;
    tcp_create_socket::add_to_linker::<_, HasAtOnce>(linker, at_once)
}

struct HasAtOnce;

impl HasData for HasAtOnce {
    type Data<'a> = AtOnce<'a>;
}

struct AtOnce<'a>(&'a mut ResourceTable);

/// The value of work that is ready.
fn at_once<R>(work: impl Future<Output = R>) -> wasmtime::Result<R> {
    // A timer that is not due yet is part of a runtime.
    with_ambient_tokio_runtime(|| poll_noop(pin!(work))).ok_or_else(|| {
        ContractViolation("waited, which a plugin of a synchronous interface cannot".to_owned()).into()
    })
}

impl poll::Host for AtOnce<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        at_once(waiting::poll::Host::poll(self.0, pollables))?
    }
}

impl poll::HostPollable for AtOnce<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        at_once(waiting::poll::HostPollable::ready(self.0, pollable))?
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        at_once(waiting::poll::HostPollable::block(self.0, pollable))?
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        waiting::poll::HostPollable::drop(self.0, pollable)
    }
}

impl streams::Host for AtOnce<'_> {
    fn convert_stream_error(&mut self, error: StreamError) -> wasmtime::Result<streams::StreamError> {
        Ok(waiting::streams::Host::convert_stream_error(self.0, error)?.into())
    }
}

impl streams::HostOutputStream for AtOnce<'_> {
    fn drop(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<()> {
        at_once(waiting::streams::HostOutputStream::drop(self.0, stream))?
    }

    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        waiting::streams::HostOutputStream::check_write(self.0, stream)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        waiting::streams::HostOutputStream::write(self.0, stream, bytes)
    }

    fn blocking_write_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        bytes: Vec<u8>,
    ) -> StreamResult<()> {
        at_once(waiting::streams::HostOutputStream::blocking_write_and_flush(self.0, stream, bytes))
            .map_err(StreamError::Trap)?
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        waiting::streams::HostOutputStream::subscribe(self.0, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        waiting::streams::HostOutputStream::write_zeroes(self.0, stream, length)
    }

    fn blocking_write_zeroes_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        length: u64,
    ) -> StreamResult<()> {
        at_once(waiting::streams::HostOutputStream::blocking_write_zeroes_and_flush(self.0, stream, length))
            .map_err(StreamError::Trap)?
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        waiting::streams::HostOutputStream::flush(self.0, stream)
    }

    fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        at_once(waiting::streams::HostOutputStream::blocking_flush(self.0, stream))
            .map_err(StreamError::Trap)?
    }

    fn splice(
        &mut self,
        target: Resource<DynOutputStream>,
        source: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        waiting::streams::HostOutputStream::splice(self.0, target, source, length)
    }

    fn blocking_splice(
        &mut self,
        target: Resource<DynOutputStream>,
        source: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        at_once(waiting::streams::HostOutputStream::blocking_splice(self.0, target, source, length))
            .map_err(StreamError::Trap)?
    }
}

impl streams::HostInputStream for AtOnce<'_> {
    fn drop(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<()> {
        at_once(waiting::streams::HostInputStream::drop(self.0, stream))?
    }

    fn read(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<Vec<u8>> {
        waiting::streams::HostInputStream::read(self.0, stream, length)
    }

    fn blocking_read(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<Vec<u8>> {
        at_once(waiting::streams::HostInputStream::blocking_read(self.0, stream, length))
            .map_err(StreamError::Trap)?
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        waiting::streams::HostInputStream::skip(self.0, stream, length)
    }

    fn blocking_skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        at_once(waiting::streams::HostInputStream::blocking_skip(self.0, stream, length))
            .map_err(StreamError::Trap)?
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        waiting::streams::HostInputStream::subscribe(self.0, stream)
    }
}

impl network::Host for AtOnce<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn network_error_code(&mut self, _: Resource<wasmtime::Error>) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(None)
    }
}

impl network::HostNetwork for AtOnce<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        self.0.delete(network)?;
        Ok(())
    }
}

impl udp_create_socket::Host for AtOnce<'_> {
    fn create_udp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
        Err(ErrorCode::NotSupported.into())
    }
}

impl tcp_create_socket::Host for AtOnce<'_> {
    fn create_tcp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        Err(ErrorCode::NotSupported.into())
    }
}

#[cfg(test)]
mod tests {
    use wasmtime_wasi::p2::{Pollable, subscribe};

    use super::*;

    /// Ready after this many polls.
    struct After(u32);

    #[wasmtime_wasi::async_trait]
    impl Pollable for After {
        async fn ready(&mut self) {
            while self.0 > 0 {
                self.0 -= 1;
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn what_is_ready_is_done_and_what_would_wait_is_refused() {
        let mut table = ResourceTable::new();
        let mut pollable = |polls| {
            let after = table.push(After(polls)).unwrap();
            subscribe(&mut table, after).unwrap()
        };
        let (ready, waits) = (pollable(0), pollable(u32::MAX));
        let mut view = AtOnce(&mut table);
        let borrow = |pollable: &Resource<DynPollable>| Resource::new_borrow(pollable.rep());
        poll::HostPollable::block(&mut view, borrow(&ready)).unwrap();
        assert_eq!(poll::Host::poll(&mut view, vec![borrow(&waits), borrow(&ready)]).unwrap(), [1]);
        let error = poll::HostPollable::block(&mut view, borrow(&waits)).unwrap_err();
        assert!(error.is::<ContractViolation>(), "{error:?}");
        let error = poll::Host::poll(&mut view, vec![borrow(&waits)]).unwrap_err();
        assert!(error.is::<ContractViolation>(), "{error:?}");
    }
}
