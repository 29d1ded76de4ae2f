//! A filter as the dock links, binds and configures it.

use wasmtime::Store;
use wasmtime::component::Instance;
use witdock::HostState;

use super::bindings::exports::witdock::proxy::filter::Configuration;
use super::bindings::http_streams::{self, HttpStreams};
use super::bindings::instance_events::{self, InstanceEvents};
use super::bindings::tcp_streams::{self, TcpStreams};
use super::bindings::{Base, COMPONENT_TYPE};
use super::imports::{FilterView, HasFilter};
use super::state::FilterState;

/// A filter's exports: what all have, and what only some export.
#[allow(missing_debug_implementations, reason = "generated bindings have none")]
pub struct Guest {
    base: Base,
    pub(super) http: Option<HttpStreams>,
    pub(super) tcp: Option<TcpStreams>,
    pub(super) events: Option<InstanceEvents>,
}

witdock::interface! {
    Guest,
    component_type = COMPONENT_TYPE,
    state = FilterState,
    link = |linker| Base::add_to_linker::<_, HasFilter>(linker, |host| FilterView {
        state: &mut host.app,
        table: &mut host.table,
    }),
    activate = configure,
    optional = [http_streams::COMPONENT_TYPE, tcp_streams::COMPONENT_TYPE, instance_events::COMPONENT_TYPE],
    bind = bind,
}

fn bind(store: &mut Store<HostState<FilterState>>, instance: &Instance) -> wasmtime::Result<Guest> {
    let base = Base::new(&mut *store, instance)?;
    // The types were checked before, so these fail only where the export is missing.
    let http = HttpStreams::new(&mut *store, instance).ok();
    let tcp = TcpStreams::new(&mut *store, instance).ok();
    Ok(Guest { base, http, tcp, events: InstanceEvents::new(store, instance).ok() })
}

async fn configure(guest: &Guest, store: &mut Store<HostState<FilterState>>) -> wasmtime::Result<()> {
    let services = store.data().app.services.clone();
    let configuration = Configuration {
        name: services.name.to_string(),
        settings: services.settings.clone(),
        shared_settings: services.shared_settings.clone(),
    };
    if guest.http.is_none() && guest.tcp.is_none() {
        return Err(wasmtime::Error::msg(
            "it exports neither `witdock:proxy/http-filter` nor `witdock:proxy/tcp-filter`, so it filters nothing",
        ));
    }
    match guest.base.witdock_proxy_filter().call_configure(store, &configuration).await? {
        Ok(()) => Ok(()),
        Err(why) => {
            Err(wasmtime::Error::msg(format!("it rejects its settings: {}", witdock::text::line(&why))))
        }
    }
}
