//! What a bot in Rust starts from: the interface in `wit/` as the trait [`Bot`], made a component by [`export!`].
//!
//! What the host lends is called through [`room`] and [`notebooks`], and `log::info!` writes a line to its log.

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

/// The same, of what a bot may have besides.
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

/// A bot. One value of it is what goes on between the bot and one person.
pub trait Bot: Sized + 'static {
    /// The commands that people can give. None, if nothing else is said.
    fn commands() -> Vec<Command> {
        Vec::new()
    }

    /// Somebody has given one of them.
    fn run(command: &str, argument: &str) -> Result<String, CommandError> {
        let _ = argument;
        Err(CommandError::Failed(format!("there is no command {command}")))
    }

    /// A person speaks for the first time.
    fn meet(person: &str) -> Self;

    /// The person has said something.
    fn hear(&mut self, message: &Message) -> Option<String>;
}

/// A bot that has something to say when the room closes.
pub trait Farewell {
    fn goodbye() -> String;
}

/// Makes a component of a [`Bot`]: `export!(Greeter);`, or `export!(Greeter, farewell);` for one that is a [`Farewell`] too. On other
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

/// The component of a bot: [`export!`] names it.
#[doc(hidden)]
pub struct Component<B>(PhantomData<B>);

/// Methods have `&self`: the generated code cannot know that the host makes one call at a time.
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
