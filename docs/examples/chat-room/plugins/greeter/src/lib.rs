//! Greets people, and remembers how often they came.

use chat_room_guest::{Bot, Command, CommandError, Farewell, Message, log, notebooks, room};

struct Greeter {
    person: String,
}

chat_room_guest::export!(Greeter, farewell);

impl Bot for Greeter {
    fn commands() -> Vec<Command> {
        vec![Command { name: "recap".into(), help: "repeats the last messages".into() }]
    }

    fn run(_: &str, _: &str) -> Result<String, CommandError> {
        let said = room::history(3);
        let said: Vec<_> =
            said.iter().map(|message| format!("{} said `{}`", message.author, message.text)).collect();
        Ok(said.join(", "))
    }

    fn meet(person: &str) -> Self {
        log::info!("{person} is here");
        Self { person: person.to_owned() }
    }

    fn hear(&mut self, message: &Message) -> Option<String> {
        message.text.to_lowercase().starts_with("hello").then(|| greeting(&self.person, self.count()))
    }
}

impl Greeter {
    /// Counts in a notebook of the room, which survives a reload.
    fn count(&self) -> u32 {
        let Ok(notebook) = notebooks::open("greetings") else {
            return 1;
        };
        let before = notebook.read(&self.person).and_then(|count| count.parse::<u32>().ok()).unwrap_or(0);
        notebook.write(&self.person, &(before + 1).to_string());
        before + 1
    }
}

fn greeting(person: &str, count: u32) -> String {
    match count {
        1 => format!("Hello {person}!"),
        2 => format!("Hello {person}, for the 2nd time!"),
        3 => format!("Hello {person}, for the 3rd time!"),
        _ => format!("Hello {person}, for the {count}th time!"),
    }
}

impl Farewell for Greeter {
    fn goodbye() -> String {
        "Goodbye!".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_tells_how_often_it_was_heard() {
        assert_eq!(greeting("anna", 1), "Hello anna!");
        assert_eq!(greeting("anna", 4), "Hello anna, for the 4th time!");
    }
}
