//! What an application implements to make its WIT world loadable: the seam between typed bindings and the dock.

use wasmtime::Store;
use wasmtime::component::{Instance, Linker};

use crate::HostState;

/// An embedding interface: one WIT world, with the host code that serves its imports.
///
/// `wasmtime::component::bindgen!` makes a bindings type for each world, and these types share no trait. This is the
/// trait; [`interface!`](crate::interface) writes the implementation for a bindings type.
pub trait Interface: Sized + Send + Sync + 'static {
    /// The application's own data, one value for each instance.
    type State: Send + 'static;

    /// The encoded world, which plugins are checked against: what `bindgen!` emits with
    /// `include_component_type: true`.
    const COMPONENT_TYPE: &'static [u8];

    /// Encoded worlds whose exports a plugin may have or not. One that it has must be of the world's types; whether it has
    /// it, [`bind`](Self::bind) finds out. What such a world imports is lent and granted like the rest.
    const OPTIONAL: &'static [&'static [u8]] = &[];

    /// Adds the host functions of the world's imports. WASI and `witdock:plugin/log` are the dock's business.
    ///
    /// # Errors
    ///
    /// When a name is defined twice.
    fn link(linker: &mut Linker<HostState<Self::State>>) -> wasmtime::Result<()>;

    /// Looks up the world's exports in an instance.
    ///
    /// # Errors
    ///
    /// When an export is missing or of another type. A checked component has them all.
    fn bind(store: &mut Store<HostState<Self::State>>, instance: &Instance) -> wasmtime::Result<Self>;

    /// Makes a fresh instance ready to serve, before any state is handed to it and before its first call. Whatever
    /// calls every instance needs first, such as registering commands or opening a session, belongs here: an
    /// error refuses the plugin, or rejects the new generation while the old one goes on serving.
    ///
    /// The default does nothing.
    ///
    /// # Errors
    ///
    /// Whatever makes this instance unfit; the text is shown to the plugin's author.
    fn activate(
        &self,
        store: &mut Store<HostState<Self::State>>,
    ) -> impl Future<Output = wasmtime::Result<()>> + Send {
        let _ = store;
        async { Ok(()) }
    }
}

/// Implements [`Interface`] for the bindings type that `bindgen!` made for a world.
///
/// `component_type` is the constant that `bindgen!` emits beside the bindings, `state` is [`Interface::State`], and `link` a
/// function or closure for [`Interface::link`]. The rest may be left out: `activate` is the path of an async function
/// for [`Interface::activate`], `optional` a list for [`Interface::OPTIONAL`], and `bind` the path of a
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
/// Where plugins may have exports that the world does not ask for, a struct holds the bindings of both worlds:
///
/// ```ignore
/// struct Guest { greeter: Greeter, farewell: Option<Farewell> }
///
/// fn bind(store: &mut Store<HostState<Names>>, instance: &Instance) -> wasmtime::Result<Guest> {
///     // What was checked fails only where it is not there.
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
        $(, activate = $activate:path)?
        $(, optional = [$($optional:expr),* $(,)?])?
        $(, bind = $bind:path)? $(,)?
    ) => {
        impl $crate::Interface for $bindings {
            type State = $state;

            const COMPONENT_TYPE: &'static [u8] = $component_type;
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
