//! Plugins that fail to load.

use witdock::{LoadError, Policy};

use crate::guest::{Fixture, Guest, Provided};

#[tokio::test]
async fn refuses_an_import_without_a_grant() {
    let fixture = Fixture::new(Guest::default());
    let error = fixture.builder().policy(Policy::new()).load(Provided::default).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, LoadError::Refused { .. }), "{text}");
    assert!(text.contains("import test:counter/host@0.1.0;"), "{text}");
    assert!(text.contains("imports = [\"test:counter/host\"]"), "{text}");
}

#[tokio::test]
async fn reports_an_error_of_activate() {
    let fixture = Fixture::new(Guest { start: 9, ..Guest::default() });
    let error = fixture.builder().load(Provided::default).await.unwrap_err();
    assert_eq!(error.to_string(), "counter was not accepted: a fresh counter starts at 9");
}

#[tokio::test]
async fn reports_bytes_that_are_not_a_component() {
    let fixture = Fixture::new(Guest::default());
    let core_module = wat::parse_str("(module)").unwrap();
    let other_world = wat::parse_str("(component)").unwrap();
    for (bytes, words) in [
        (&b""[..], "empty"),
        (b"\0asm", "bytes"),
        (b"hello", "not"),
        (&core_module, "core WebAssembly module"),
        (&other_world, "test:counter/counter"),
    ] {
        fixture.write_bytes(bytes);
        let error = fixture.builder().load(Provided::default).await.unwrap_err();
        assert!(matches!(error, LoadError::Misfit { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
