//! Random sequences of everything that can happen to a plugin, on the real dock with real components, against a simple model.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use witdock::{
    CallErrorKind, Dock, Handover, LoadError, Phase, Plugin, Policy, Reload, RestartPolicy, Source,
};

use crate::guest::{Counting, Guest, Provided, State, add, fault, limits};

#[derive(Clone, Copy, Debug)]
enum Step {
    Add(u32),
    Trap,
    Stop,
    Revive,
    /// The host grants nothing any more.
    Revoke,
    /// The host grants what each of the guests needs.
    Grant,
    Reload(Kind),
    /// Milliseconds.
    Pass(u64),
}

/// A new content of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A good guest with this factor.
    Good(u32),
    /// A guest with this factor whose `save` traps.
    SaveTraps(u32),
    Garbage,
    ActivateRefuses,
    RestoreRefuses,
    RestoreTraps,
}

impl Kind {
    fn factor(self) -> u32 {
        match self {
            Self::Good(factor) | Self::SaveTraps(factor) => factor,
            _ => 9,
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kind = prop_oneof![
        4 => (1u32..4).prop_map(Kind::Good),
        2 => (1u32..3).prop_map(Kind::SaveTraps),
        1 => Just(Kind::Garbage),
        1 => Just(Kind::ActivateRefuses),
        1 => Just(Kind::RestoreRefuses),
        1 => Just(Kind::RestoreTraps),
    ];
    let step = prop_oneof![
        6 => (1u32..10).prop_map(Step::Add),
        4 => Just(Step::Trap),
        1 => Just(Step::Stop),
        2 => Just(Step::Revive),
        1 => Just(Step::Revoke),
        2 => Just(Step::Grant),
        6 => kind.prop_map(Step::Reload),
        3 => (1u64..20_000).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Milliseconds.
const PROBATION: u64 = 10_000;
const BACK_OFF: u64 = 1_000;

fn restarts() -> RestartPolicy {
    RestartPolicy {
        first_back_off: Duration::from_millis(BACK_OFF),
        longest_back_off: Duration::from_millis(BACK_OFF),
        quarantine_after: 4,
        window: Duration::from_secs(3600),
    }
}

/// A generation in the model.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Generation {
    number: u64,
    kind: Kind,
    /// What its instance has counted; `None` if it has no instance.
    count: Option<u32>,
}

#[derive(Debug)]
struct Model {
    now: u64,
    current: Generation,
    /// The standby generation, and the end of its probation.
    previous: Option<(Generation, u64)>,
    newest: u64,
    failures: u32,
    backs_off_until: u64,
    stopped: bool,
    revoked: bool,
}

impl Model {
    fn new() -> Self {
        let first = Generation { number: 1, kind: Kind::Good(1), count: Some(0) };
        Self {
            now: 0,
            current: first,
            previous: None,
            newest: 1,
            failures: 0,
            backs_off_until: 0,
            stopped: false,
            revoked: false,
        }
    }

    fn phase(&self) -> &'static str {
        match self {
            _ if self.stopped => "stopped",
            _ if self.revoked => "revoked",
            _ if self.failures >= 4 => "quarantined",
            _ if self.now < self.backs_off_until => "backing off",
            _ => "serving",
        }
    }

    /// Nothing that was granted is left.
    fn revoke(&mut self) {
        self.revoked = true;
        self.current.count = None;
        self.previous = None;
    }

    fn clear(&mut self) {
        (self.failures, self.backs_off_until) = (0, 0);
    }

    fn pass(&mut self, ms: u64) {
        self.now += ms;
        self.previous.take_if(|(_, until)| *until <= self.now);
    }

    /// The instance that serves fails; the generation that serves again, if one was rolled back.
    fn fail(&mut self) -> Option<u64> {
        self.current.count = None;
        if let Some((previous, _)) = self.previous.take() {
            self.current = previous;
            self.clear();
            return Some(previous.number);
        }
        self.failures += 1;
        if self.failures >= 2 {
            self.backs_off_until = self.now + BACK_OFF;
        }
        None
    }

    /// A new generation serves; what becomes of the state.
    fn swap(&mut self, kind: Kind) -> Handover {
        let (count, state) = match self.current {
            // No instance runs: the state was lost with it.
            Generation { count: None, .. } => (0, Handover::Lost),
            Generation { kind: Kind::SaveTraps(_), .. } => {
                self.fail();
                (0, Handover::Lost)
            }
            Generation { count: Some(count), .. } => (count, Handover::Kept),
        };
        self.newest += 1;
        let new = Generation { number: self.newest, kind, count: Some(count) };
        self.previous = Some((std::mem::replace(&mut self.current, new), self.now + PROBATION));
        self.clear();
        state
    }
}

fn phase(plugin: &Plugin<Counting>) -> &'static str {
    match plugin.status().borrow().phase {
        Phase::Serving => "serving",
        Phase::BackingOff { .. } => "backing off",
        Phase::Quarantined { .. } => "quarantined",
        Phase::Revoked { .. } => "revoked",
        Phase::Stopped => "stopped",
        _ => "another phase",
    }
}

fn refusal(kind: &CallErrorKind) -> &'static str {
    match kind {
        CallErrorKind::BackingOff { .. } => "backing off",
        CallErrorKind::Quarantined { .. } => "quarantined",
        CallErrorKind::Revoked { .. } => "revoked",
        CallErrorKind::Stopped => "stopped",
        _ => "another reason",
    }
}

/// Grants what each of the guests needs.
fn policy() -> Policy {
    Policy::new().import("test:counter/host")
}

struct Real {
    folder: tempfile::TempDir,
    plugin: Plugin<Counting>,
}

impl Real {
    async fn new(dock: &Dock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.wasm");
        std::fs::write(&path, Guest::default().component()).unwrap();
        let plugin = dock
            .plugin(Source::open(&path).unwrap())
            .policy(policy())
            .limits(limits())
            .restarts(restarts())
            .probation(Duration::from_millis(PROBATION))
            .load(Provided::default)
            .await
            .unwrap();
        Self { folder, plugin }
    }

    async fn reload(&self, kind: Kind) -> Result<Reload, LoadError> {
        let good = |factor| Guest { factor, ..Guest::default() };
        let bytes = match kind {
            Kind::Good(factor) => good(factor).component(),
            Kind::SaveTraps(factor) => Guest { state: State::SaveTraps, ..good(factor) }.component(),
            Kind::Garbage => b"\0asm and so on".to_vec(),
            Kind::ActivateRefuses => Guest { start: 3, ..good(9) }.component(),
            Kind::RestoreRefuses => Guest { state: State::RestoreRefuses, ..good(9) }.component(),
            Kind::RestoreTraps => Guest { state: State::RestoreTraps, ..good(9) }.component(),
        };
        std::fs::write(self.folder.path().join("counter.wasm"), bytes).unwrap();
        self.plugin.reload().await
    }
}

async fn run(dock: &Dock, steps: &[Step]) {
    let real = Real::new(dock).await;
    let mut model = Model::new();
    for (at, step) in steps.iter().enumerate() {
        let context = format!("step {at}: {step:?} of {steps:?}\nbefore it: {model:?}");
        match *step {
            Step::Add(n) => match add(&real.plugin, n).await {
                Ok(count) => {
                    assert_eq!(model.phase(), "serving", "{context}");
                    let expected = model.current.count.unwrap_or(0) + n * model.current.kind.factor();
                    assert_eq!(count, expected, "{context}");
                    model.current.count = Some(expected);
                }
                Err(error) => assert_eq!(refusal(error.kind()), model.phase(), "{error}; {context}"),
            },
            Step::Trap => {
                let error = add(&real.plugin, fault::UNREACHABLE).await.unwrap_err();
                if model.phase() == "serving" {
                    assert_eq!(error.generation(), model.current.number, "{context}");
                    assert_eq!(error.rolled_back_to(), model.fail(), "{context}");
                } else {
                    assert_eq!(refusal(error.kind()), model.phase(), "{error}; {context}");
                }
            }
            Step::Stop => {
                real.plugin.stop();
                model.stopped = true;
            }
            Step::Revive => {
                real.plugin.revive();
                model.stopped = false;
                model.clear();
            }
            Step::Revoke => {
                assert!(real.plugin.set_policy(Policy::new()).is_some(), "{context}");
                model.revoke();
            }
            Step::Grant => {
                assert_eq!(real.plugin.set_policy(policy()), None, "{context}");
                model.revoked = false;
            }
            Step::Pass(ms) => {
                tokio::time::advance(Duration::from_millis(ms)).await;
                model.pass(ms);
            }
            Step::Reload(kind) => {
                let reload = real.reload(kind).await;
                let unchanged = kind == model.current.kind;
                match (kind, reload) {
                    (_, Err(LoadError::Stopped { .. })) => assert!(model.stopped, "{context}"),
                    (_, Err(LoadError::Refused { .. })) => {
                        assert!(model.revoked && !model.stopped && kind != Kind::Garbage, "{context}");
                    }
                    (_, Ok(other)) if model.revoked => panic!("{other:?}; {context}"),
                    (_, Ok(Reload::Unchanged)) => assert!(unchanged && !model.stopped, "{context}"),
                    (_, Ok(Reload::Swapped { generation, state, .. })) => {
                        assert!(!unchanged && !model.stopped, "{context}");
                        let expected = model.swap(kind);
                        assert_eq!((generation, state), (model.newest, expected), "{context}");
                        // A guest that refuses to restore serves only if there is no state to restore.
                        let restores = matches!(kind, Kind::Good(_) | Kind::SaveTraps(_));
                        assert!(restores || state != Handover::Kept, "{context}");
                    }
                    (Kind::RestoreRefuses | Kind::RestoreTraps, Err(error)) => {
                        assert!(matches!(error, LoadError::Handover { .. }), "{error}; {context}");
                        assert!(model.current.count.is_some() && !unchanged, "{context}");
                    }
                    (Kind::Garbage | Kind::ActivateRefuses, Err(error)) => {
                        let expected =
                            matches!(error, LoadError::Misfit { .. } | LoadError::NotAccepted { .. });
                        assert!(expected && !model.stopped, "{error}; {context}");
                    }
                    (_, other) => panic!("{other:?}; {context}"),
                }
            }
        }
        // Alarms that are due get their turn.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(real.plugin.generation(), model.current.number, "{context}");
        assert_eq!(phase(&real.plugin), model.phase(), "{context}");
    }
}

#[test]
fn the_dock_agrees_with_the_model() {
    // On a thread of its own, so that a hang is a failure.
    let (done, finished) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let cache = tempfile::tempdir().unwrap();
        let dock = Dock::builder().cache_folder(cache.path().join("cache")).build().unwrap();
        let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
        let result = TestRunner::new(config).run(&steps(), |steps| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(run(&dock, &steps));
            Ok(())
        });
        let _ = done.send(result.map_err(|error| error.to_string()));
    });
    match finished.recv_timeout(Duration::from_secs(600)) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("{error}"),
        Err(_) => panic!("the sequences did not end within ten minutes, or their thread panicked"),
    }
}
