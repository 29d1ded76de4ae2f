//! The guest SDK for bots in Rust: implement the trait [`Bot`], and export it with [`export!`].
//!
//! The host's interfaces are [`room`] and [`notebooks`], and `log::info!` writes a line to its log.

use std::cell::RefCell;
use std::marker::PhantomData;

/// Generated from `wit/`.
pub mod bindings {
    wit_bindgen::generate!({
        world: "chat-room:plugin/chatbot",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "chat_room_guest::bindings",
        generate_all,
    });
}

/// Bindings for the optional exports, generated from `wit/`.
pub mod extras {
    wit_bindgen::generate!({
        world: "chat-room:plugin/extras",
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "chat_room_guest::extras",
    });
}

pub use bindings::chat_room::plugin::types::Message;
pub use bindings::chat_room::plugin::{notebooks, room};
pub use bindings::exports::chat_room::plugin::bot::{Command, CommandError};
pub use witdock_guest::log;

/// A bot. A value is a conversation with one person.
pub trait Bot: Sized + 'static {
    /// The commands that people can run. None by default.
    fn commands() -> Vec<Command> {
        Vec::new()
    }

    /// Runs one of the commands.
    fn run(command: &str, argument: &str) -> Result<String, CommandError> {
        let _ = argument;
        Err(CommandError::Failed(format!("unknown command {command}")))
    }

    /// Starts the conversation with a person.
    fn meet(person: &str) -> Self;

    /// Receives a message of this person.
    fn hear(&mut self, message: &Message) -> Option<String>;
}

/// A bot that says goodbye when the room closes.
pub trait Farewell {
    fn goodbye() -> String;
}

/// Exports a [`Bot`] as a component: `export!(Greeter);`, or `export!(Greeter, farewell);` if it also implements [`Farewell`]. On other
/// targets than WebAssembly it does nothing, so that a bot's unit tests run natively.
#[macro_export]
macro_rules! export {
    ($bot:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$bot>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
    ($bot:ty, farewell) => {
        $crate::export!($bot);
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$bot>;
    $crate::extras::export!(Component with_types_in $crate::extras);
        };
    };
}

/// The component of a bot. Used by [`export!`].
#[doc(hidden)]
pub struct Component<B>(PhantomData<B>);

/// Methods have `&self`, because the generated code cannot know that the host makes one call at a time.
#[doc(hidden)]
pub struct Open<B>(RefCell<B>);

impl<B: Bot> bindings::exports::chat_room::plugin::bot::Guest for Component<B> {
    type Conversation = Open<B>;

    fn commands() -> Vec<Command> {
        witdock_guest::init();
        B::commands()
    }

    fn run(command: String, argument: String) -> Result<String, CommandError> {
        witdock_guest::init();
        B::run(&command, &argument)
    }
}

impl<B: Bot> bindings::exports::chat_room::plugin::bot::GuestConversation for Open<B> {
    fn new(person: String) -> Self {
        witdock_guest::init();
        Self(RefCell::new(B::meet(&person)))
    }

    fn hear(&self, message: Message) -> Option<String> {
        witdock_guest::init();
        self.0.borrow_mut().hear(&message)
    }
}

impl<B: Farewell> extras::exports::chat_room::plugin::farewell::Guest for Component<B> {
    fn goodbye() -> String {
        witdock_guest::init();
        B::goodbye()
    }
}
