//! The trait that an application implements for its WIT world. It connects typed bindings and the dock.

use wasmtime::Store;
use wasmtime::component::{Instance, Linker};

use crate::HostState;

/// An application's plugin interface: one WIT world, with the host functions for its imports.
///
/// `wasmtime::component::bindgen!` makes a bindings type for each world, and these types share no trait. This is the
/// trait; [`interface!`](crate::interface) writes the implementation for a bindings type.
pub trait Interface: Sized + Send + Sync + 'static {
    /// The application's own data, one value for each instance.
    type State: Send + 'static;

    /// The encoded world, which plugins are checked against: what `bindgen!` emits with
    /// `include_component_type: true`.
    const COMPONENT_TYPE: &'static [u8];

    /// Encoded worlds with optional exports. An optional export that a plugin has must have the world's types;
    /// [`bind`](Self::bind) finds out which ones it has. Imports of these worlds are provided and granted like the others.
    const OPTIONAL: &'static [&'static [u8]] = &[];

    /// Whether the application calls its plugins with [`Plugin::call_sync`](crate::Plugin::call_sync), from bindings whose exports are
    /// not async. Such a call takes a good half of the time of an asynchronous one. In exchange, such a plugin never waits: it has no
    /// folders and no network, and a host function of this interface must not be async.
    const SYNCHRONOUS: bool = false;

    /// Adds the host functions of the world's imports. The dock links WASI and `witdock:plugin/log` itself.
    ///
    /// # Errors
    ///
    /// When a name is defined twice.
    fn link(linker: &mut Linker<HostState<Self::State>>) -> wasmtime::Result<()>;

    /// Looks up the world's exports in an instance.
    ///
    /// # Errors
    ///
    /// When an export is missing or has another type. A component that passed the check has all of them.
    fn bind(store: &mut Store<HostState<Self::State>>, instance: &Instance) -> wasmtime::Result<Self>;

    /// Prepares a fresh instance, before its state is restored and before its first call. Use it for calls that every
    /// instance needs first, such as registering commands or opening a session. An error refuses the plugin, or
    /// rejects the new generation while the old one keeps serving.
    ///
    /// The default does nothing.
    ///
    /// # Errors
    ///
    /// When this instance cannot serve. The text is for the plugin's author.
    fn activate(
        &self,
        store: &mut Store<HostState<Self::State>>,
    ) -> impl Future<Output = wasmtime::Result<()>> + Send {
        let _ = store;
        async { Ok(()) }
    }
}

/// Implements [`Interface`] for a bindings type from `bindgen!`.
///
/// `component_type` is the constant that `bindgen!` emits beside the bindings, `state` is [`Interface::State`], and `link` a
/// function or closure for [`Interface::link`]. The rest is optional: `activate` is the path of an async function
/// for [`Interface::activate`], `synchronous` is [`Interface::SYNCHRONOUS`], `optional` a list for [`Interface::OPTIONAL`], and `bind` the path of a
/// function for [`Interface::bind`].
///
/// ```ignore
/// witdock::interface! {
///     Greeter,
///     component_type = COMPONENT_TYPE,
///     state = Names,
///     link = |linker| Greeter::add_to_linker::<_, HasNames>(linker, |host| NamesView { names: &mut host.app }),
/// }
/// ```
///
/// For optional exports, use a struct with the bindings of both worlds:
///
/// ```ignore
/// struct Guest { greeter: Greeter, farewell: Option<Farewell> }
///
/// fn bind(store: &mut Store<HostState<Names>>, instance: &Instance) -> wasmtime::Result<Guest> {
///     // After the check, this fails only if the export is missing.
///     Ok(Guest { greeter: Greeter::new(&mut *store, instance)?, farewell: Farewell::new(store, instance).ok() })
/// }
///
/// witdock::interface! {
///     Guest,
///     component_type = COMPONENT_TYPE,
///     state = Names,
///     link = |linker| Greeter::add_to_linker::<_, HasNames>(linker, |host| NamesView { names: &mut host.app }),
///     optional = [farewell::COMPONENT_TYPE],
///     bind = bind,
/// }
/// ```
#[macro_export]
macro_rules! interface {
    (
        $bindings:ty,
        component_type = $component_type:expr,
        state = $state:ty,
        link = $link:expr
        $(, synchronous = $synchronous:literal)?
        $(, activate = $activate:path)?
        $(, optional = [$($optional:expr),* $(,)?])?
        $(, bind = $bind:path)? $(,)?
    ) => {
        impl $crate::Interface for $bindings {
            type State = $state;

            const COMPONENT_TYPE: &'static [u8] = $component_type;
            $(const SYNCHRONOUS: bool = $synchronous;)?
            $(const OPTIONAL: &'static [&'static [u8]] = &[$($optional),*];)?

            fn link(
                linker: &mut $crate::wasmtime::component::Linker<$crate::HostState<$state>>,
            ) -> $crate::wasmtime::Result<()> {
                let link: fn(
                    &mut $crate::wasmtime::component::Linker<$crate::HostState<$state>>,
                ) -> $crate::wasmtime::Result<()> = $link;
                link(linker)
            }

            fn bind(
                store: &mut $crate::wasmtime::Store<$crate::HostState<$state>>,
                instance: &$crate::wasmtime::component::Instance,
            ) -> $crate::wasmtime::Result<Self> {
                $crate::interface!(@bind $bindings, store, instance $(, $bind)?)
            }

            $(
                async fn activate(
                    &self,
                    store: &mut $crate::wasmtime::Store<$crate::HostState<$state>>,
                ) -> $crate::wasmtime::Result<()> {
                    $activate(self, store).await
                }
            )?
        }
    };
    (@bind $bindings:ty, $store:ident, $instance:ident) => {
        <$bindings>::new($store, $instance)
    };
    (@bind $bindings:ty, $store:ident, $instance:ident, $bind:path) => {
        $bind($store, $instance)
    };
}
