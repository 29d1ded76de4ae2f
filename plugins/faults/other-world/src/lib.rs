//! A valid component for another world, for testing the host's message.

#[allow(unsafe_code, reason = "generated: the canonical ABI is unsafe code")]
mod bindings {
    wit_bindgen::generate!({ world: "app", path: "wit" });

    #[cfg(target_family = "wasm")]
    export!(Greeter with_types_in self);

    struct Greeter;

    impl exports::other::app::greeter::Guest for Greeter {
        fn greet(name: String) -> String {
            format!("Hello, {name}!")
        }
    }
}
