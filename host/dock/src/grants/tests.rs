//! The laws of grants: they only shrink, and a capability has one text form.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::foreign::Digest;

fn capability(text: &str) -> Capability {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn requested(request: &Request, imports: &[&str]) -> Requested {
    Requested::by_names("p", Digest::of(b"p"), request, imports.iter().map(|name| ImportName::new(name)))
}

fn everything() -> Request {
    let texts = [
        "folder /data read-only",
        "env HOME",
        "network example.org:443",
        "http GET https://example.org",
        "keyvalue cache",
        "program git",
        "clocks",
        "config",
        "random",
        "stdio",
    ];
    texts.into_iter().map(capability).fold(Request::default(), Request::with)
}

fn all() -> Policy {
    Policy::new()
        .import("a:b/*")
        .folder("/data", "/srv/data", Access::ReadWrite)
        .env("HOME", "/home/x")
        .env("SECRET", "y")
        .network("example.org".parse().unwrap())
        .http("https://example.org:*".parse().unwrap())
        .keyvalue("cache", StoreGrant::default())
        .config([("unit", "metre")])
        .program("git", Some("/usr/bin/git".into()))
        .clocks()
        .random()
        .stdio()
}

#[test]
fn an_empty_policy_refuses_each_capability() {
    let refused = Policy::new().grant(&requested(&everything(), &["a:b/c@1.0.0", "now"])).unwrap_err();
    assert_eq!(
        refused.to_string().lines().collect::<Vec<_>>(),
        [
            "",
            "  clocks; to allow it, add to the host's grants for this plugin: clocks = true",
            "  config; to allow it, add to the host's grants for this plugin: config = { KEY = \"…\" }",
            "  env HOME; to allow it, add to the host's grants for this plugin: env = { HOME = \"…\" }",
            "  folder /data read-only; to allow it, add to the host's grants for this plugin: \
             folders = [{ path = \"/data\", host = \"…\", access = \"read-only\" }]",
            "  http GET https://example.org; to allow it, add to the host's grants for this plugin: \
             http = [\"GET https://example.org\"]",
            "  import a:b/c@1.0.0; to allow it, add to the host's grants for this plugin: imports = [\"a:b/c\"]",
            "  import now; to allow it, add to the host's grants for this plugin: imports = [\"now\"]",
            "  keyvalue cache; to allow it, add to the host's grants for this plugin: keyvalue = { cache = {} }",
            "  network example.org:443; to allow it, add to the host's grants for this plugin: \
             network = [\"example.org:443\"]",
            "  program git; to allow it, add to the host's grants for this plugin: programs = { git = \"…\" }",
            "  random; to allow it, add to the host's grants for this plugin: random = true",
            "  stdio; to allow it, add to the host's grants for this plugin: stdio = true",
        ]
    );
}

#[test]
fn the_line_of_a_refusal_grants_it() {
    let requested = requested(&everything(), &["a:b/c@1.0.0", "now"]);
    for refusal in Policy::new().grant(&requested).unwrap_err().refusals {
        let policy: Policy = toml::from_str(&refusal.line).unwrap();
        assert!(
            policy.capabilities().any(|granted| granted.covers(&refusal.capability)),
            "{}: {}",
            refusal.capability,
            refusal.line
        );
    }
}

#[test]
fn an_empty_request_gets_nothing_from_the_widest_policy() {
    let granted = all().grant(&requested(&Request::default(), &[])).unwrap();
    assert_eq!(granted.capabilities().count(), 0);
}

#[test]
fn a_grant_is_the_intersection() {
    let granted = all().grant(&requested(&everything(), &["a:b/c@1.0.0"])).unwrap();
    let texts: Vec<_> = granted.capabilities().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "clocks",
            "config",
            "env HOME",
            "folder /data read-only",
            "http GET https://example.org",
            "import a:b/c@1.0.0",
            "keyvalue cache",
            "network example.org:443",
            "program git",
            "random",
            "stdio"
        ]
    );
}

#[test]
fn read_only_does_not_cover_read_write() {
    let policy = Policy::new().folder("/data", "/srv", Access::ReadOnly);
    let request = Request::default().with(capability("folder /data read-write"));
    let refused = policy.grant(&requested(&request, &[])).unwrap_err().to_string();
    assert!(refused.contains("host = \"/srv\", access = \"read-write\""), "{refused}");
}

#[test]
fn an_import_must_be_requested_where_there_is_a_list() {
    let request = Request::default().only_listed_imports();
    let refused = all().grant(&requested(&request, &["a:b/c@1.0.0"])).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "\n  import a:b/c@1.0.0, which its plugin.toml does not request; add to its [grants]: imports = [\"a:b/c\"]"
    );
    let request = request.with(capability("import a:b/*"));
    assert!(all().grant(&requested(&request, &["a:b/c@1.0.0"])).is_ok());
}

#[test]
fn reports_invalid_grants() {
    for (line, words) in [
        ("network = ['https://example.org']", "remove `https://`"),
        ("imports = ['now()']", "is not a valid import name"),
        ("env = { 'A=B' = '1' }", "is not a valid environment variable name"),
        ("folders = [{ path = '', host = 'x' }]", "is not a valid folder path"),
        ("programs = { '/usr/bin/git' = '/usr/bin/git' }", "is not a valid program name"),
        ("programs = { '--version' = '/x' }", "is not a valid program name"),
        ("http = ['example.org']", "write a scheme"),
        ("http = [{ to = 'https://a.org' }]", "expected \"GET https://example.org\" or { to ="),
        ("keyvalue = { 'a b' = {} }", "is not a valid name of a store"),
        ("keyvalue = { a = { size = 1 } }", "unknown field `size`"),
        ("hosts = []", "unknown field `hosts`"),
    ] {
        let error = toml::from_str::<Policy>(line).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// Few names, so that requests and policies meet.
fn any_capability() -> impl Strategy<Value = Capability> {
    let name = prop_oneof![Just("A"), Just("B"), Just("a name"), Just("ü")];
    let folder = prop_oneof![Just("/a"), Just("/a b"), Just("/read-only")];
    let mode = prop_oneof![Just(Access::ReadOnly), Just(Access::ReadWrite)];
    let import = prop_oneof![
        Just("a:b/c"),
        Just("a:b/d"),
        Just("a:b/c@0.1.0"),
        Just("a:b/c@0.2.0-rc.1"),
        Just("a:b/*"),
        Just("now")
    ];
    let program = prop_oneof![Just("git"), Just("rust-analyzer"), Just("clang++")];
    let host = prop_oneof![
        Just("x.org"),
        Just("x.org:1"),
        Just("x.org:2"),
        Just("10.0.0.1"),
        Just("::1"),
        Just("[::1]:1")
    ];
    let access = prop_oneof![
        Just("https://x.org"),
        Just("GET https://x.org"),
        Just("GET,POST https://x.org:*"),
        Just("http://[::1]:8080"),
    ];
    prop_oneof![
        Just(Capability::Clocks),
        Just(Capability::Config),
        access.prop_map(|access| Capability::Http(access.parse().unwrap())),
        prop_oneof![Just("a"), Just("b.c")].prop_map(|name| Capability::KeyValue(name.to_owned())),
        Just(Capability::Random),
        Just(Capability::Stdio),
        name.prop_map(|name| Capability::Env(name.to_owned())),
        (folder, mode).prop_map(|(path, access)| Capability::Folder { path: path.to_owned(), access }),
        import.prop_map(|name| Capability::Import(ImportName::new(name))),
        host.prop_map(|host| Capability::Network(host.parse().unwrap())),
        program.prop_map(|name| Capability::Program(name.to_owned())),
    ]
}

fn any_request() -> impl Strategy<Value = (Request, Vec<ImportName>)> {
    let imports = prop::sample::subsequence(vec!["a:b/c@0.1.0", "a:b/d", "now"], 0..=3);
    (prop::collection::vec(any_capability(), 0..6), imports, any::<bool>()).prop_map(
        |(asked, imports, lists)| {
            let request = if lists { Request::default().only_listed_imports() } else { Request::default() };
            let asked = asked.into_iter().filter(|one| lists || one.kind() != CapabilityKind::Import);
            (asked.fold(request, Request::with), imports.into_iter().map(ImportName::new).collect())
        },
    )
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop::collection::vec(any_capability(), 0..10).prop_map(|granted| {
        granted.into_iter().fold(Policy::new(), |policy, capability| match capability {
            Capability::Folder { path, access } => policy.folder(path, "/srv", access),
            Capability::Env(name) => policy.env(name, "value"),
            Capability::Program(name) => policy.program(name, Some("/bin/true".into())),
            Capability::Config => policy.config([("key", "value")]),
            other => policy.allow(other),
        })
    })
}

proptest! {
    #[test]
    fn grants_only_shrink((request, imports) in any_request(), policy in any_policy()) {
        let requested = Requested::by_names("p", Digest::of(b"p"), &request, imports);
        let covered = |one: &Capability| policy.capabilities().any(|granted| granted.covers(one));
        match policy.grant(&requested) {
            Ok(granted) => {
                let granted: BTreeSet<_> = granted.capabilities().cloned().collect();
                prop_assert_eq!(&granted, &requested.capabilities, "all that is requested, and no more");
                prop_assert!(granted.iter().all(covered), "nothing that the policy does not cover");
                prop_assert!(requested.undeclared.is_empty());
            }
            Err(refused) => {
                prop_assert!(!refused.refusals.is_empty());
                for Refusal { capability, reason, .. } in refused.refusals {
                    prop_assert!(requested.capabilities.contains(&capability));
                    match reason {
                        RefusalReason::NotGranted => prop_assert!(!covered(&capability)),
                        RefusalReason::NotRequested => {
                            prop_assert!(requested.undeclared.contains(&capability));
                        }
                        other => prop_assert!(false, "no rule decides here: {:?}", other),
                    }
                }
            }
        }
    }

    #[test]
    fn an_empty_policy_grants_nothing((request, imports) in any_request()) {
        let requested = Requested::by_names("p", Digest::of(b"p"), &request, imports);
        match Policy::new().grant(&requested) {
            Ok(granted) => prop_assert_eq!(granted.capabilities().count(), 0),
            Err(refused) => prop_assert!(refused.refusals.len() >= requested.capabilities.len()),
        }
    }

    #[test]
    fn a_capability_round_trips_through_its_text(capability in any_capability()) {
        let text = capability.to_string();
        prop_assert_eq!(&text.parse::<Capability>().unwrap(), &capability);
        let json = serde_json::to_string(&capability).unwrap();
        prop_assert_eq!(json, serde_json::to_string(&text).unwrap());
    }

    #[test]
    fn covering_is_reflexive_and_transitive(
        a in any_capability(), b in any_capability(), c in any_capability()
    ) {
        prop_assert!(a.covers(&a));
        prop_assert!(!(a.covers(&b) && b.covers(&c)) || a.covers(&c));
    }

    #[test]
    fn files_keep_a_request_and_a_policy((request, _) in any_request(), policy in any_policy()) {
        let text = toml::to_string(&request).unwrap();
        prop_assert_eq!(toml::from_str::<Request>(&text).unwrap(), request);
        let again: Policy = toml::from_str(&toml::to_string(&policy).unwrap()).unwrap();
        let set = |policy: &Policy| policy.capabilities().cloned().collect::<BTreeSet<_>>();
        prop_assert_eq!(set(&again), set(&policy));
    }

    #[test]
    fn no_text_panics_the_parser(text in "\\PC{0,20}|(clocks|config|env|folder|http|import|keyvalue|network) [a-z0-9:./*\\[\\]@ -]{0,20}") {
        if let Ok(capability) = text.parse::<Capability>() {
            prop_assert_eq!(capability.to_string().parse::<Capability>(), Ok(capability));
        }
    }
}
