//! Exports a transform as a component.

use crate::bindings::exports::witdock::etl::transform::{Guest, GuestSession};
use crate::bindings::witdock::etl::types::{Batch, Contract, Field, Output};
use crate::{Error, Session, Stateful, Transform};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

/// Exports a [`Transform`] as a component: `witdock_etl_guest::export!(CleanFlights);`, once in a crate whose
/// `crate-type` includes `cdylib`.
/// On other targets than WebAssembly it does nothing, because a native library cannot have the names of a component's exports.
///
/// With `witdock_etl_guest::export!(CountPerKey, state);` the transform is [`Stateful`], and its state survives
/// a reload: `save` and `restore` of `witdock:plugin/state` apply to the one open session.
#[macro_export]
macro_rules! export {
    ($transform:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$transform, $crate::Stateless>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
    ($transform:ty, state) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$transform, $crate::Kept>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
    $crate::witdock_guest::state::export!(Component with_types_in $crate::witdock_guest::bindings);
        };
    };
}

/// The component of a transform. Used by [`export!`](crate::export).
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<T, K>(PhantomData<(T, K)>);

/// A hook that runs when a session opens.
#[doc(hidden)]
pub trait OnOpen<T>: 'static {
    /// The session is open.
    fn opened(session: &Rc<RefCell<Slot<T>>>);
}

/// Does nothing: there is no state to save.
#[doc(hidden)]
#[derive(Debug)]
pub struct Stateless;

impl<T> OnOpen<T> for Stateless {
    fn opened(_: &Rc<RefCell<Slot<T>>>) {}
}

/// Remembers the session, so that `save` and `restore` find it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Kept;

impl<T: Stateful> OnOpen<T> for Kept {
    fn opened(session: &Rc<RefCell<Slot<T>>>) {
        OPEN_SESSIONS.with_borrow_mut(|sessions| {
            sessions.retain(|session| session.strong_count() > 0);
            // Not `Rc::downgrade`: both coercions, of the value and of the pointer, need an explicit type.
            let session: Rc<RefCell<dyn HandOff>> = session.clone();
            sessions.push(Rc::downgrade(&session));
        });
    }
}

/// The content of a session's resource. A constructor cannot fail in WIT, so an error is stored until the first call.
#[doc(hidden)]
pub type Slot<T> = Result<Session<T>, Error>;

/// A session as the host holds it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Opened<T, K> {
    slot: Rc<RefCell<Slot<T>>>,
    on_open: PhantomData<K>,
}

impl<T: Transform, K: OnOpen<T>> Guest for Component<T, K> {
    type Session = Opened<T, K>;

    fn describe(input: Vec<Field>, settings: String) -> Result<Contract, Error> {
        witdock_guest::init();
        Session::<T>::describe(input, &settings).map(crate::Contract::into_wit)
    }
}

impl<T: Transform, K: OnOpen<T>> GuestSession for Opened<T, K> {
    fn new(input: Vec<Field>, settings: String) -> Self {
        witdock_guest::init();
        let slot = Rc::new(RefCell::new(Session::open(input, &settings)));
        K::opened(&slot);
        Self { slot, on_open: PhantomData }
    }

    fn process(&self, input: Batch) -> Result<Output, Error> {
        witdock_guest::init();
        match &mut *self.slot.borrow_mut() {
            Ok(session) => session.process(input.rows, input.columns),
            Err(error) => Err(error.clone()),
        }
    }

    fn finish(&self) -> Result<Output, Error> {
        witdock_guest::init();
        match &mut *self.slot.borrow_mut() {
            Ok(session) => session.finish(),
            Err(error) => Err(error.clone()),
        }
    }
}

thread_local! {
    static OPEN_SESSIONS: RefCell<Vec<Weak<RefCell<dyn HandOff>>>> = const { RefCell::new(Vec::new()) };
}

/// A session with its transform's type erased.
trait HandOff {
    fn save(&self) -> Result<Vec<u8>, String>;
    fn restore(&mut self, saved: &[u8]) -> Result<(), String>;
}

impl<T: Stateful> HandOff for Slot<T> {
    fn save(&self) -> Result<Vec<u8>, String> {
        match self {
            Ok(session) => session.save(),
            Err(error) => Err(format!("the session did not start: {error}")),
        }
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        match self {
            Ok(session) => session.restore(saved),
            Err(error) => Err(format!("the session did not start: {error}")),
        }
    }
}

impl<T: Stateful> witdock_guest::state::Guest for Component<T, Kept> {
    fn save() -> Result<Vec<u8>, String> {
        witdock_guest::init();
        the_open_session()?.borrow().save()
    }

    fn restore(saved: Vec<u8>) -> Result<(), String> {
        witdock_guest::init();
        the_open_session()?.borrow_mut().restore(&saved)
    }
}

fn the_open_session() -> Result<Rc<RefCell<dyn HandOff>>, String> {
    let mut open =
        OPEN_SESSIONS.with_borrow(|sessions| sessions.iter().filter_map(Weak::upgrade).collect::<Vec<_>>());
    match (open.pop(), open.len()) {
        (Some(session), 0) => Ok(session),
        (Some(_), others) => {
            Err(format!("{} sessions are open; state can be handed over only for one", others + 1))
        }
        (None, _) => {
            Err("no session is open; the host has to open one before it saves or restores".to_owned())
        }
    }
}
