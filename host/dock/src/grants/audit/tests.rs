//! Records of uses: counted, taken, written, read, and learned from.

use std::path::Path;

use super::*;
use crate::foreign::Digest;
use crate::grants::{Access, Capability, CapabilityKind, Policy, PolicyFile, Requested};

fn requested(texts: &[&str]) -> Requested {
    Requested {
        plugin: "tidy".into(),
        digest: Digest::of(b"tidy"),
        signature: None,
        capabilities: texts.iter().map(|text| text.parse().unwrap()).collect(),
        undeclared: Default::default(),
    }
}

fn policy() -> Policy {
    Policy::new()
        .clocks()
        .random()
        .env("HOME", "/home/me")
        .env("LANG", "C")
        .folder("/data", "/srv/data", Access::ReadOnly)
        .folder("/other", "/srv/other", Access::ReadWrite)
        .network("example.org".parse().unwrap())
        .import("demo:shop/*")
}

const ALL: [&str; 7] = [
    "clocks",
    "random",
    "env HOME",
    "folder /data read-only",
    "folder /other read-write",
    "network example.org:443",
    "import demo:shop/stock@0.1.0",
];

fn counts(uses: &[Use]) -> Vec<(String, u64)> {
    uses.iter().filter(|one| one.count > 0).map(|one| (one.capability.to_string(), one.count)).collect()
}

#[test]
fn uses_are_counted_by_capability_and_taken_once() {
    let granted = policy().grant(&requested(&ALL)).unwrap();
    let (history, digest) = (History::default(), Digest::of(b"tidy"));
    let uses = history.of(&granted, digest);
    uses.count(CapabilityKind::Clocks);
    uses.count_folder(1, true);
    let first = history.take();
    assert_eq!(first.len(), ALL.len(), "what was granted and not used is reported once");
    assert_eq!(counts(&first), [("clocks".to_owned(), 1), ("folder /other read-write".to_owned(), 1)]);

    uses.count(CapabilityKind::Clocks);
    uses.count_host(&"example.org:443".parse().unwrap(), Some(443));
    let second = history.take();
    assert_eq!(counts(&second), [("clocks".to_owned(), 1), ("network example.org:443".to_owned(), 1)]);
    assert_eq!(second.len(), 2);
    assert!(history.take().is_empty());
    let all = history.all();
    assert_eq!(counts(&all)[0], ("clocks".to_owned(), 2));
    let clocks = all.iter().find(|one| one.capability == Capability::Clocks).unwrap();
    assert!(clocks.first.unwrap() <= clocks.last.unwrap());
    assert_eq!(clocks.first, first.iter().find(|one| one.capability == Capability::Clocks).unwrap().first);

    // A generation with the same component and grants counts in the same place; another one does not.
    history.of(&granted, digest).count(CapabilityKind::Random);
    assert_eq!(counts(&history.take()), [("random".to_owned(), 1)]);
    history.of(&granted, Digest::of(b"other")).count(CapabilityKind::Random);
    assert_eq!(history.take().iter().filter(|one| one.digest == Digest::of(b"other")).count(), ALL.len());
}

#[test]
fn the_history_is_bounded() {
    let granted = policy().grant(&requested(&["clocks"])).unwrap();
    let history = History::default();
    for version in 0..1000u32 {
        history.of(&granted, Digest::of(&version.to_le_bytes())).count(CapabilityKind::Clocks);
    }
    assert_eq!(history.all().len(), 64);
}

#[test]
fn a_log_keeps_what_was_appended_and_a_cut_line_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let log = AuditLog::at(folder.path().join("audit.jsonl"));
    let granted = policy().grant(&requested(&ALL)).unwrap();
    let history = History::default();
    history.of(&granted, Digest::of(b"tidy")).count(CapabilityKind::Clocks);
    let uses = history.take();
    log.append(&uses).unwrap();
    log.append(&[]).unwrap();
    let read = log.read().unwrap();
    assert_eq!(counts(&read), counts(&uses));
    assert_eq!((&read[0].capability, &read[3].host), (&uses[0].capability, &uses[3].host));
    let text = std::fs::read_to_string(log.path()).unwrap();
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with(r#"{"plugin":"tidy","digest":"#) && first.contains(r#""count":1,"first":"20"#),
        "{first}"
    );

    std::fs::write(log.path(), format!("{text}{{\"plugin\":\"ti")).unwrap();
    assert_eq!(log.read().unwrap().len(), uses.len());
    std::fs::write(log.path(), format!("{text}nonsense\n{text}")).unwrap();
    let error = log.read().unwrap_err().to_string();
    assert!(
        error.contains(&format!("audit.jsonl:{}: this is no record of a use", uses.len() + 1)),
        "{error}"
    );
}

#[test]
fn what_is_learned_allows_the_used_and_withholds_the_rest() {
    let requested = requested(&ALL);
    let granted = policy().grant(&requested).unwrap();
    let history = History::default();
    let uses = history.of(&granted, Digest::of(b"tidy"));
    uses.count(CapabilityKind::Clocks);
    uses.count(CapabilityKind::Env);
    uses.count_folder(0, false);
    let mut records = history.take();
    uses.count_host(&"example.org:443".parse().unwrap(), Some(443));
    records.extend(history.take());
    let learned = learn(&records);
    let text = learned.to_string();

    let rules =
        PolicyFile::parse(Path::new("learned.toml"), &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let verdicts = rules.verdicts(&requested);
    let word = |text: &str| verdicts.on(&text.parse().unwrap()).word();
    assert_eq!(
        ALL.map(word),
        ["allowed", "withheld", "ask", "allowed", "withheld", "allowed", "allowed"],
        "{text}"
    );
    // With the host's value for the variable, the plugin runs with what it used, and nothing else.
    let granted = verdicts.policy(Policy::new().env("HOME", "/home/me")).grant(&requested).unwrap();
    let granted: Vec<_> = granted.capabilities().map(ToString::to_string).collect();
    assert_eq!(
        granted,
        [
            "clocks",
            "env HOME",
            "folder /data read-only",
            "import demo:shop/stock@0.1.0",
            "network example.org:443"
        ]
    );

    // Another version is not the one that it was learned from, unless it is by name.
    let other = Requested { digest: Digest::of(b"other"), ..requested };
    assert_eq!(rules.verdicts(&other).on(&Capability::Clocks).word(), "unmentioned");
    let by_name = PolicyFile::parse(Path::new("learned.toml"), &learned.by_name().to_string()).unwrap();
    assert_eq!(by_name.verdicts(&other).on(&Capability::Clocks).word(), "allowed");
}

#[test]
fn what_was_used_in_part_is_allowed_in_part_or_a_hint_for_the_manifest() {
    let requested = requested(&["folder /other read-write", "network example.org"]);
    let granted = policy().grant(&requested).unwrap();
    let history = History::default();
    let uses = history.of(&granted, Digest::of(b"tidy"));
    let host = "example.org".parse().unwrap();
    uses.count_folder(0, false);
    uses.count_host(&host, None);
    for port in (443..600).chain([443]) {
        uses.count_host(&host, Some(port));
    }
    let records = history.take();
    assert_eq!(records[0].wrote, Some(false));
    assert_eq!((records[1].count, records[1].ports.len()), (1 + 157 + 1, 32));
    let text = learn(&records).to_string();
    assert!(text.contains("# tidy: example.org was connected with port 443, 444, "), "{text}");
    // Writing is withheld, and reading allowed.
    let rules = PolicyFile::parse(Path::new("learned.toml"), &text).unwrap();
    let granted = rules.verdicts(&requested).policy(Policy::new()).grant(&requested).unwrap();
    let granted: Vec<_> = granted.capabilities().map(ToString::to_string).collect();
    assert_eq!(granted, ["folder /other read-only", "network example.org"], "{text}");

    uses.count_folder(0, true);
    assert_eq!(history.take()[0].wrote, Some(true));
    assert_eq!(history.all()[0].wrote, Some(true));
}
