//! The verdicts of policy files: the table of `docs/grants.md`, and what a host makes of a verdict.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::Policy;
use crate::foreign::Digest;
use crate::grants::{Access, Capability, RefusalReason, Requested, Signature, Verdict};

fn capability(text: &str) -> Capability {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn requested(texts: &[&str]) -> Requested {
    Requested {
        plugin: "tidy".into(),
        digest: Digest::of(b"this"),
        signature: None,
        capabilities: texts.iter().map(|text| capability(text)).collect(),
        undeclared: BTreeSet::new(),
    }
}

fn file(text: &str) -> PolicyFile {
    PolicyFile::parse(Path::new("/etc/grants.toml"), text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// The lines of a rule as the table of the documentation writes it: `` `tidy@this` denies `network` ``.
fn rule(words: &str) -> String {
    let parts: Vec<_> = words.split('`').map(str::trim).collect();
    let ["", who, verb, subject, ""] = parts[..] else { panic!("{words}: {parts:?}") };
    let (name, digest) = who.split_once('@').unwrap_or((who, ""));
    let digest = match digest {
        "" => String::new(),
        of => format!("digest = '{}'\n", Digest::of(of.as_bytes())),
    };
    let entry = match verb {
        "denies" => format!("deny = ['{subject}']"),
        "asks" => format!("ask = ['{subject}']"),
        "withholds" => format!("withhold = ['{subject}']"),
        "allows" => format!("allow = {{ {} }}", capability(subject).grant_line()),
        other => panic!("{other}"),
    };
    format!("[[plugin]]\nname = '{name}'\n{digest}{entry}\n")
}

// attack: a grant of the host for what a rule of the policy file denies
// host: refuses the plugin, and names the rule
#[test]
fn the_documented_precedence_holds() {
    let page = include_str!("../../../../../docs/grants.md");
    let table = page.split("| rules | request of `tidy` | verdict |\n|---|---|---|\n").nth(1).unwrap();
    let rows: Vec<_> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 25, "{rows:?}");
    let mut seen = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [rules, request, verdict] = cells[..] else { panic!("{row}") };
        let text: String = rules.split(';').filter(|words| !words.is_empty()).map(rule).collect();
        // The order of rules in the file decides nothing here.
        let reversed: String = rules.split(';').rev().filter(|words| !words.is_empty()).map(rule).collect();
        let request = request.trim_matches('`');
        for text in [text, reversed] {
            let verdicts = file(&text).verdicts(&requested(&[request]));
            let part = verdicts.narrowed(&capability(request)).map(|part| format!(", for `{part}`"));
            let found = format!("{}{}", verdicts.on(&capability(request)).word(), part.unwrap_or_default());
            assert_eq!(found, verdict, "{row}\n{text}");
        }
        seen.insert(verdict.split(',').next().unwrap().to_owned());
    }
    assert_eq!(seen.len(), 5, "each verdict is in the table: {seen:?}");
}

#[test]
fn a_refusal_names_the_rule_and_its_line() {
    let rules = file("[[plugin]]\nname = '*'\ndeny = [\n  'env',\n  'network',\n]\nask = ['clocks']\n");
    let requested = requested(&["network example.org:443", "clocks", "random"]);
    let generous = Policy::new().network("example.org".parse().unwrap()).random();
    let refused = rules.verdicts(&requested).policy(generous.clone()).grant(&requested).unwrap_err();
    assert_eq!(
        refused.to_string().lines().skip(1).collect::<Vec<_>>(),
        [
            "  clocks, which /etc/grants.toml:7 leaves to a person, and nobody has allowed it; to allow it, add to the host's \
             grants for this plugin: clocks = true",
            "  network example.org:443, which /etc/grants.toml:5 denies: deny = [\"network\"]",
        ]
    );
    let reasons: Vec<_> = refused.refusals.iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [RefusalReason::NotAllowed, RefusalReason::Denied]);
    assert_eq!(refused.refusals[1].rule.as_ref().unwrap().line, 5);

    let allowed_by_a_person = rules.verdicts(&requested).policy(generous.clocks());
    let refused = allowed_by_a_person.grant(&requested).unwrap_err();
    assert_eq!(refused.refusals.len(), 1, "{refused}");
}

#[test]
fn what_is_withheld_is_not_granted_and_the_plugin_is() {
    let rules = file("[[plugin]]\nname = 'tidy'\nwithhold = ['network', 'clocks']");
    let requested = requested(&["network example.org:443", "clocks", "random"]);
    let host = Policy::new().network("example.org".parse().unwrap()).clocks().random();
    let granted = rules.verdicts(&requested).policy(host).grant(&requested).unwrap();
    assert_eq!(granted.capabilities().map(ToString::to_string).collect::<Vec<_>>(), ["random"]);
}

#[test]
fn writing_is_withheld_and_reading_is_not() {
    let requested = requested(&["folder /data read-write"]);
    let of_host = Policy::new().folder("/data", "/srv/own", Access::ReadWrite);
    for (rules, host, expected) in [
        // The host's own folder, and no more than reading in it.
        ("withhold = ['folder /data read-write']", of_host.clone(), Ok("/srv/own")),
        (
            "withhold = ['folder /data read-write']\nallow.folders = [{ path = '/data', host = '/srv/f' }]",
            Policy::new(),
            Ok("/srv/f"),
        ),
        ("withhold = ['folder /data read-write']", Policy::new(), Err(RefusalReason::NotGranted)),
        (
            "withhold = ['folder /data read-write']\ndeny = ['folder /data read-only']",
            of_host.clone(),
            Err(RefusalReason::Denied),
        ),
    ] {
        let rules = file(&format!("[[plugin]]\nname = '*'\n{rules}"));
        match (rules.verdicts(&requested).policy(host).grant(&requested), expected) {
            (Ok(granted), Ok(folder)) => {
                let granted: Vec<_> = granted
                    .grants
                    .iter()
                    .map(|grant| (grant.capability.to_string(), &grant.provision))
                    .collect();
                let provision = crate::grants::Provision::Folder(folder.into());
                assert_eq!(granted, [("folder /data read-only".to_owned(), &provision)]);
            }
            (Err(refused), Err(reason)) => assert_eq!(refused.refusals[0].reason, reason, "{refused}"),
            (found, expected) => panic!("{found:?} {expected:?}"),
        }
    }
    // All of it, where an entry says so too.
    let rules = file("[[plugin]]\nname = '*'\nwithhold = ['folder /data read-write', 'folder']");
    let granted = rules.verdicts(&requested).policy(of_host).grant(&requested).unwrap();
    assert_eq!(granted.capabilities().count(), 0);
}

#[test]
fn a_wider_grant_of_the_host_still_covers_what_is_not_denied() {
    let rules = file("[[plugin]]\nname = '*'\nwithhold = ['network example.org:80']");
    let requested = requested(&["network example.org:80", "network example.org:443"]);
    let host = Policy::new().network("example.org".parse().unwrap());
    let policy = rules.verdicts(&requested).policy(host);
    let listed: Vec<_> = policy.capabilities().map(ToString::to_string).collect();
    assert_eq!(listed, ["network example.org:443"]);
    let granted = policy.grant(&requested).unwrap();
    assert_eq!(granted.capabilities().map(ToString::to_string).collect::<Vec<_>>(), listed);
}

#[test]
fn folders_are_relative_to_the_file_and_the_hosts_own_come_first() {
    let rules = file(
        "[[plugin]]\nname = 'tidy'\nallow.folders = [{ path = '/data', host = 'data' }, { path = '/x', host = '/srv/x' }]",
    );
    let requested = requested(&["folder /data read-only", "folder /x read-only"]);
    let folders = |host: Policy| {
        let granted = rules.verdicts(&requested).policy(host).grant(&requested).unwrap();
        let policy: Vec<_> = granted.grants.iter().map(|grant| format!("{:?}", grant.provision)).collect();
        policy
    };
    assert_eq!(folders(Policy::new()), [r#"Folder("/etc/data")"#, r#"Folder("/srv/x")"#]);
    let own = Policy::new().folder("/data", "/home/me", Access::ReadWrite);
    assert_eq!(folders(own), [r#"Folder("/home/me")"#, r#"Folder("/srv/x")"#]);
}

// attack: a component that is unsigned, signed by another key, or changed after it was signed, where a rule demands a signature
// host: refuses it
#[test]
fn a_demanded_signature_must_be_there_and_be_by_one_of_the_named() {
    let (key, signed) = crate::grants::signature::SIGNED_TEST;
    let other = "RWRzq51bKcS8oJvZ4xEm+nRvGYPdsNRD3ciFPu1YJEL8Bl/3daWaj72r";
    let text = |names: &str| {
        format!(
            "[[signer]]\nname = 'acme'\nkey = '{key}'\n[[plugin]]\nname = '*'\nsigned_by = [{names}]\nallow = {{ clocks = true }}"
        )
    };
    let unsigned = requested(&["clocks"]);
    let signature = |bytes: &[u8]| Some(Signature::new(signed, bytes.into()));
    let good = unsigned.clone().signed(signature(b"test"));
    let bad = unsigned.clone().signed(signature(b"tost"));

    let rules = file(&text("'acme'"));
    let decide = |requested: &Requested| rules.verdicts(requested).policy(Policy::new()).grant(requested);
    decide(&good).unwrap();
    assert_eq!(rules.verdicts(&good).signer(), Some("acme"));
    assert_eq!(
        decide(&unsigned).unwrap_err().to_string(),
        "\n  it must be signed by `acme` (/etc/grants.toml:6), and no signature stands beside it: a .minisig file with the component's \
         name"
    );
    let refused = decide(&bad).unwrap_err();
    assert!(refused.to_string().contains("by another key, or over other bytes"), "{refused}");
    assert!(refused.unsigned.unwrap().is_signed);

    // Each rule that is about the plugin demands its own.
    let two = format!(
        "{}\n[[signer]]\nname = 'other'\nkey = '{other}'\n[[plugin]]\nname = 'tidy'\nsigned_by = ['other']",
        text("'acme'")
    );
    let two = file(&two).verdicts(&good);
    assert_eq!(two.unsigned().unwrap().expected, ["other"]);
}

#[test]
fn a_policy_file_is_checked_when_it_is_read() {
    for (text, place, words) in [
        ("[[plugin]]\nname = 'a'\ndney = []", ":3", "unknown field `dney`"),
        ("[[plugins]]\nname = 'a'", ":1:3", "did you mean `plugin`?"),
        ("[[plugin]]\ndeny = []", ":1:1", "missing field `name`"),
        ("[[plugin]]\nname = 'a b'", ":2:8", "`a b` is not the name of a plugin"),
        ("[[plugin]]\nname = 'a'\ndeny = ['clock']", ":3", "`clock` is not a capability"),
        ("[[plugin]]\nname = 'a'\nask = ['folder /data']", ":3", "read-only"),
        ("[[plugin]]\nname = 'a'\nwithhold = ['import a:b/c']", ":3", "an import cannot be withheld"),
        ("[[plugin]]\nname = 'a'\ndigest = 'abc'", ":3", "64 hexadecimal digits"),
        ("[[plugin]]\nname = 'a'\nsigned_by = []", ":3", "`signed_by` is empty"),
        ("[[plugin]]\nname = 'a'\nsigned_by = ['acme']", ":3", "unknown signer `acme`; add a [[signer]]"),
        ("[[signer]]\nname = 'a'\nkey = 'RWQ'", ":3", "`RWQ` is not a public key"),
        ("[[plugin]]\nname = 'a'\nallow = { clock = true }", ":3", "did you mean `clocks`?"),
        ("[[plugin]]\nname = 'a'\nallow = { network = ['http://a.org'] }", ":3", "remove `http://`"),
    ] {
        let error = PolicyFile::parse(Path::new("grants.toml"), text).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("grants.toml{place}")) && error.contains(words),
            "{text}\n{error}"
        );
    }
    let missing = PolicyFile::read(Path::new("/no/grants.toml")).unwrap_err().to_string();
    assert!(missing.starts_with("/no/grants.toml cannot be read: "), "{missing}");
}

#[test]
fn what_no_rule_mentions_is_as_without_a_file() {
    let rules = file("");
    let requested = requested(&["clocks", "random"]);
    let verdicts = rules.verdicts(&requested);
    assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Unmentioned));
    for host in [Policy::new(), Policy::new().clocks().random(), Policy::new().clocks()] {
        assert_eq!(verdicts.policy(host.clone()), host);
    }
    let json = serde_json::to_string(&verdicts).unwrap();
    assert!(json.starts_with(r#"[{"capability":"clocks","verdict":"unmentioned"}"#), "{json}");
}

/// Few subjects, so that rules, requests and grants meet.
const SUBJECTS: [&str; 9] = [
    "clocks",
    "env HOME",
    "folder /data read-only",
    "folder /data read-write",
    "network example.org",
    "network example.org:443",
    "program git",
    "import demo:shop/stock",
    "import demo:shop/*",
];

fn any_rule() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    let who = prop::sample::select(vec!["*", "ti*", "tidy", "other", "tidy@this", "tidy@other"]);
    let verb = prop::sample::select(vec!["denies", "asks", "withholds", "allows"]);
    (who, verb, prop::sample::select(SUBJECTS.to_vec())).prop_filter("imports cannot be withheld", |rule| {
        rule.1 != "withholds" || !rule.2.starts_with("import")
    })
}

fn any_host() -> impl Strategy<Value = Policy> {
    prop::sample::subsequence(SUBJECTS.to_vec(), 0..=SUBJECTS.len()).prop_map(|subjects| {
        subjects.into_iter().map(capability).fold(Policy::new(), |policy, one| match one {
            Capability::Folder { path, access } => policy.folder(path, "/srv", access),
            Capability::Env(name) => policy.env(name, "value"),
            Capability::Program(name) => policy.program(name, Some("/bin/true".into())),
            other => policy.allow(other),
        })
    })
}

fn text_of(rules: &[(&str, &str, &str)]) -> String {
    rules.iter().map(|(who, verb, subject)| rule(&format!("`{who}` {verb} `{subject}`"))).collect()
}

/// What is granted of a request, one capability at a time: all of them, or none if it is refused.
fn granted(rules: &PolicyFile, requested: &Requested, host: &Policy) -> BTreeSet<Capability> {
    let policy = rules.verdicts(requested).policy(host.clone());
    policy.grant(requested).map(|granted| granted.capabilities().cloned().collect()).unwrap_or_default()
}

proptest! {
    // attack: any rules with any grants of the host
    // host: grant only what is requested, not denied, and allowed by a rule or the host; one more denial grants nothing more
    #[test]
    fn rules_grant_what_is_requested_and_not_denied(
        rules in prop::collection::vec(any_rule(), 0..6), host in any_host(), more in any_rule()
    ) {
        let is_about_tidy = |who: &str| matches!(who, "*" | "ti*" | "tidy" | "tidy@this");
        let all = rules.clone();
        let policy_file = file(&text_of(&all));
        let with_one_more = file(&text_of(&[&all[..], &[("*", "denies", more.2)]].concat()));
        for text in SUBJECTS {
            let one = capability(text);
            let requested = requested(&[text]);
            let granted_here = granted(&policy_file, &requested, &host);
            if let Some(one) = granted_here.first() {
                let about = || all.iter().filter(|(who, ..)| is_about_tidy(who));
                let denied = about().any(|(_, verb, subject)| {
                    *verb == "denies" && subject.parse::<Subject>().unwrap().overlaps(one)
                });
                prop_assert!(!denied, "{text} is denied and granted");
                let by_a_rule =
                    about().any(|(_, verb, subject)| *verb == "allows" && capability(subject).covers(one));
                let by_the_host = host.capabilities().any(|grant| grant.covers(one));
                prop_assert!(by_a_rule || by_the_host, "{text} is granted by nobody");
            }
            prop_assert!(granted_here.iter().all(|granted| one.covers(granted)), "more than was requested");
            // A host that stores the combined policy has stored no more.
            let combined = policy_file.verdicts(&requested).policy(host.clone());
            let stored: Policy = toml::from_str(&toml::to_string(&combined).unwrap()).unwrap();
            let from_store = stored.grant(&requested).is_ok_and(|granted| granted.capabilities().next().is_some());
            prop_assert!(!from_store || !granted_here.is_empty(), "{text} is granted by what was stored");
            let denied_more = granted(&with_one_more, &requested, &host);
            prop_assert!(denied_more.is_subset(&granted_here), "a denial granted {text}");
        }
    }

    #[test]
    fn no_text_panics_the_reader(text in "(?s)(\\[\\[(plugin|signer)\\]\\]\n|name = ['\"*a-z]{0,6}\n|(deny|ask|allow|key) = .{0,20}\n){0,6}") {
        let _ = PolicyFile::parse(Path::new("grants.toml"), &text);
    }
}
