//! The host's side of the interface in `wit/`: the bindings, and the functions that bots call.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime::Store;
use wasmtime::component::{HasData, Instance, Resource, ResourceAny, ResourceTable};
use witdock::HostState;

use chatbot::chat_room::plugin::{notebooks, room, types};

pub use chatbot::exports::chat_room::plugin::bot::{Command, CommandError};
pub use types::Message;

/// Bindings for the world of every bot.
mod chatbot {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "chat-room:plugin/chatbot",
        imports: { default: trappable },
        exports: { default: async },
        with: { "chat-room:plugin/notebooks.notebook": super::Notebook },
        include_component_type: true,
    });
}

/// Bindings for the optional exports.
mod extras {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "chat-room:plugin/extras",
        exports: { default: async },
        include_component_type: true,
    });
}

/// A bot as the host calls it.
pub struct Guest {
    pub chatbot: chatbot::Chatbot,
    pub extras: Option<extras::Extras>,
}

type BotStore = Store<HostState<Seat>>;

witdock::interface! {
    Guest,
    component_type = chatbot::COMPONENT_TYPE,
    state = Seat,
    link = |linker| chatbot::Chatbot::add_to_linker::<_, Seat>(linker, |host| View {
        seat: &mut host.app,
        table: &mut host.table,
    }),
    activate = activate,
    optional = [extras::COMPONENT_TYPE],
    bind = bind,
}

fn bind(store: &mut BotStore, instance: &Instance) -> wasmtime::Result<Guest> {
    let chatbot = chatbot::Chatbot::new(&mut *store, instance)?;
    // The types have been checked by now, so this fails only if the export is missing.
    Ok(Guest { chatbot, extras: extras::Extras::new(store, instance).ok() })
}

/// Prepares every fresh instance, also after a reload.
async fn activate(guest: &Guest, store: &mut BotStore) -> wasmtime::Result<()> {
    let commands = guest.chatbot.chat_room_plugin_bot().call_commands(&mut *store).await?;
    store.data_mut().app.commands = commands;
    Ok(())
}

impl Guest {
    /// Sends a message to the bot, in its conversation with the author.
    pub async fn hear(&self, store: &mut BotStore, message: &Message) -> wasmtime::Result<Option<String>> {
        let conversation = self.chatbot.chat_room_plugin_bot().conversation();
        let open = match store.data().app.conversations.get(&message.author) {
            Some(open) => *open,
            None => {
                let open = conversation.call_constructor(&mut *store, &message.author).await?;
                store.data_mut().app.conversations.insert(message.author.clone(), open);
                open
            }
        };
        conversation.call_hear(store, open, message).await
    }

    pub async fn run(
        &self,
        store: &mut BotStore,
        name: &str,
        argument: &str,
    ) -> wasmtime::Result<Result<String, CommandError>> {
        self.chatbot.chat_room_plugin_bot().call_run(store, name, argument).await
    }
}

/// The room's data, shared by all bots and kept across reloads.
#[derive(Clone, Default)]
pub struct Room(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    history: Vec<Message>,
    notebooks: BTreeMap<String, BTreeMap<String, String>>,
}

impl Room {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn note(&self, message: Message) {
        self.kept().history.push(message);
    }

    /// Sends a message to everyone.
    pub fn post(&self, author: &str, text: String) {
        println!("{author}: {text}");
        self.note(Message { author: author.to_owned(), text });
    }
}

/// The data of one instance of a bot. It is `pub` because public generated code names it. Handles belong to their instance, so
/// they are kept here: a reload starts with a fresh value.
pub struct Seat {
    name: String,
    room: Room,
    pub commands: Vec<Command>,
    conversations: HashMap<String, ResourceAny>,
}

impl Seat {
    pub fn new(name: &str, room: Room) -> Self {
        Self { name: name.to_owned(), room, commands: Vec::new(), conversations: HashMap::new() }
    }
}

/// The data that host functions use.
pub struct View<'a> {
    seat: &'a mut Seat,
    table: &'a mut ResourceTable,
}

impl HasData for Seat {
    type Data<'a> = View<'a>;
}

/// The longest message, in characters.
const LONGEST_MESSAGE: u32 = 500;

impl types::Host for View<'_> {}

// An error in the outer result ends the call and the instance: it is for failures of the host. Errors of the bot go into the inner one.
impl room::Host for View<'_> {
    fn say(&mut self, text: String) -> wasmtime::Result<Result<(), room::SayError>> {
        if text.is_empty() {
            return Ok(Err(room::SayError::Empty));
        }
        if text.chars().count() > LONGEST_MESSAGE as usize {
            return Ok(Err(room::SayError::TooLong(LONGEST_MESSAGE)));
        }
        self.seat.room.post(&self.seat.name, text);
        Ok(Ok(()))
    }

    fn history(&mut self, at_most: u32) -> wasmtime::Result<Vec<Message>> {
        let kept = self.seat.room.kept();
        let first = kept.history.len().saturating_sub(at_most as usize);
        Ok(kept.history[first..].to_vec())
    }
}

/// A handle to a notebook holds its name. The room owns the texts.
pub struct Notebook(String);

impl notebooks::Host for View<'_> {
    fn open(&mut self, name: String) -> wasmtime::Result<Result<Resource<Notebook>, notebooks::OpenError>> {
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '-') {
            return Ok(Err(notebooks::OpenError::BadName(name)));
        }
        self.seat.room.kept().notebooks.entry(name.clone()).or_default();
        Ok(Ok(self.table.push(Notebook(name))?))
    }

    fn discard(&mut self, notebook: Resource<Notebook>) -> wasmtime::Result<()> {
        let Notebook(name) = self.table.delete(notebook)?;
        self.seat.room.kept().notebooks.remove(&name);
        Ok(())
    }
}

impl notebooks::HostNotebook for View<'_> {
    fn read(&mut self, notebook: Resource<Notebook>, title: String) -> wasmtime::Result<Option<String>> {
        let Notebook(name) = self.table.get(&notebook)?;
        Ok(self.seat.room.kept().notebooks.get(name).and_then(|texts| texts.get(&title).cloned()))
    }

    fn write(&mut self, notebook: Resource<Notebook>, title: String, text: String) -> wasmtime::Result<()> {
        let Notebook(name) = self.table.get(&notebook)?;
        self.seat.room.kept().notebooks.entry(name.clone()).or_default().insert(title, text);
        Ok(())
    }

    fn copy_from(
        &mut self,
        notebook: Resource<Notebook>,
        other: Resource<Notebook>,
    ) -> wasmtime::Result<u32> {
        let (Notebook(to), Notebook(from)) = (self.table.get(&notebook)?, self.table.get(&other)?);
        let mut kept = self.seat.room.kept();
        let texts = kept.notebooks.get(from).cloned().unwrap_or_default();
        let count = u32::try_from(texts.len())?;
        kept.notebooks.entry(to.clone()).or_default().extend(texts);
        Ok(count)
    }

    /// The bot has dropped its handle.
    fn drop(&mut self, notebook: Resource<Notebook>) -> wasmtime::Result<()> {
        self.table.delete(notebook)?;
        Ok(())
    }
}
