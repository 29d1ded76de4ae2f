//! Random steps, against a model that computes everything from the whole history each time.

use proptest::prelude::*;

use super::super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The generation that serves fails; `counts` if the plugin is to blame.
    Fail {
        counts: bool,
    },
    /// A call of the generation before it fails late.
    FailLate,
    Stop,
    Revive,
    /// The host revokes a grant of the generation that serves.
    Revoke,
    /// The same, of another generation, which may be the one on standby.
    RevokeLate,
    /// The host's policy covers the generation that serves.
    Cover,
    /// The host revokes a grant of the generation on standby.
    RevokeBehind,
    Ready,
    Reject,
    Unchanged,
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => any::<bool>().prop_map(|counts| Step::Fail { counts }),
        1 => Just(Step::FailLate),
        1 => Just(Step::Stop),
        2 => Just(Step::Revive),
        1 => Just(Step::Revoke),
        1 => Just(Step::RevokeLate),
        2 => Just(Step::Cover),
        1 => Just(Step::RevokeBehind),
        3 => Just(Step::Ready),
        1 => Just(Step::Reject),
        1 => Just(Step::Unchanged),
        4 => (0u64..=40_000).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..120)
}

/// Milliseconds.
const PROBATION: u64 = 20_000;
const WINDOW: u64 = 15_000;
const FIRST: u64 = 1_000;
const LONGEST: u64 = 3_000;
const QUARANTINE_AFTER: usize = 4;

/// What has happened, with its time in milliseconds. There is no state beside it.
#[derive(Default)]
struct History {
    entries: Vec<(u64, Entry)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Entry {
    Served {
        generation: u64,
        instead_of: u64,
    },
    RolledBack {
        to: u64,
    },
    /// Counted against the generation that served.
    Failure,
    Stopped,
    Revived,
    Revoked,
    Covered,
    RevokedBehind,
}

impl History {
    fn generation(&self) -> u64 {
        let last = self.entries.iter().rev().find_map(|(_, entry)| match entry {
            Entry::Served { generation, .. } => Some(*generation),
            Entry::RolledBack { to } => Some(*to),
            _ => None,
        });
        last.unwrap_or(1)
    }

    fn newest(&self) -> u64 {
        let served = self.entries.iter().filter_map(|(_, entry)| match entry {
            Entry::Served { generation, .. } => Some(*generation),
            _ => None,
        });
        served.max().unwrap_or(1)
    }

    /// The standby generation: the last swap was less than a probation ago, and nothing rolled it back or revoked a grant.
    fn stands_by(&self, now: u64) -> Option<u64> {
        match self.entries.iter().rev().find(|(_, entry)| {
            matches!(
                entry,
                Entry::Served { .. } | Entry::RolledBack { .. } | Entry::Revoked | Entry::RevokedBehind
            )
        }) {
            Some((at, Entry::Served { instead_of, .. })) if now < at + PROBATION => Some(*instead_of),
            _ => None,
        }
    }

    fn stopped(&self) -> bool {
        let last =
            self.entries.iter().rev().find(|(_, entry)| matches!(entry, Entry::Stopped | Entry::Revived));
        matches!(last, Some((_, Entry::Stopped)))
    }

    fn revoked(&self) -> bool {
        let last = self.entries.iter().rev().find(|(_, entry)| {
            matches!(entry, Entry::Revoked | Entry::Covered | Entry::Served { .. } | Entry::RolledBack { .. })
        });
        matches!(last, Some((_, Entry::Revoked)))
    }

    /// The failures since the slate was last clean.
    fn failures(&self) -> Vec<u64> {
        let since_clean = self.entries.iter().rev().take_while(|(_, entry)| {
            !matches!(entry, Entry::Served { .. } | Entry::RolledBack { .. } | Entry::Revived)
        });
        let mut failures: Vec<_> =
            since_clean.filter(|(_, entry)| *entry == Entry::Failure).map(|(at, _)| *at).collect();
        failures.reverse();
        failures
    }

    fn in_window(&self, last: usize) -> usize {
        let failures = self.failures();
        failures[..=last].iter().filter(|at| failures[last] - **at <= WINDOW).count()
    }

    fn quarantined(&self) -> bool {
        (0..self.failures().len()).any(|last| self.in_window(last) >= QUARANTINE_AFTER)
    }

    /// When calls are served again.
    fn back_off_ends(&self) -> Option<u64> {
        // Each failure with a wait sets a new end.
        let failures = self.failures();
        (0..failures.len()).rev().find_map(|last| {
            let doublings = u32::try_from(self.in_window(last)).unwrap().checked_sub(2)?;
            Some(failures[last] + (FIRST << doublings).min(LONGEST))
        })
    }

    fn phase(&self, now: u64) -> &'static str {
        match self.back_off_ends() {
            _ if self.stopped() => "stopped",
            _ if self.revoked() => "revoked",
            _ if self.quarantined() => "quarantined",
            Some(ends) if now < ends => "backing off",
            _ => "serving",
        }
    }
}

fn phase(status: &Status) -> &'static str {
    match status.phase {
        Phase::Serving => "serving",
        Phase::BackingOff { .. } => "backing off",
        Phase::Quarantined { .. } => "quarantined",
        Phase::Revoked { .. } => "revoked",
        Phase::Stopped => "stopped",
    }
}

/// What the effects alone make of the generations.
struct Applied {
    current: u64,
    previous: Option<u64>,
    wake_at: Option<Instant>,
}

impl Applied {
    fn apply(&mut self, transition: &Transition, next: u64) {
        for effect in &transition.effects {
            match effect {
                Effect::Swap => self.previous = Some(std::mem::replace(&mut self.current, next)),
                Effect::RollBack { to } => {
                    self.current = self.previous.take().expect("a standby generation");
                    assert_eq!(self.current, *to);
                }
                Effect::DropPrevious => assert!(self.previous.take().is_some()),
                Effect::Cancel | Effect::DropIdle => {}
                Effect::WakeAt(at) => self.wake_at = Some(*at),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_machine_agrees_with_its_history(steps in steps()) {
        let start = Now { instant: Instant::now(), wall: SystemTime::now() };
        let at = |ms: u64| Now { instant: start.instant + Duration::from_millis(ms), ..start };
        let rules = Rules {
            restarts: RestartPolicy {
                first_back_off: Duration::from_millis(FIRST),
                longest_back_off: Duration::from_millis(LONGEST),
                quarantine_after: u32::try_from(QUARANTINE_AFTER).unwrap(),
                window: Duration::from_millis(WINDOW),
            },
            probation: Duration::from_millis(PROBATION),
        };
        let digest = Digest::of(b"x");
        let refused = Refused { unsigned: None, refusals: Vec::new() };
        let mut machine = Lifecycle::new("p".into(), rules, Version { generation: 1, digest });
        let mut history = History::default();
        let mut applied = Applied { current: 1, previous: None, wake_at: None };
        let mut now = 0;
        for step in steps {
            let serving = history.generation();
            let failed = |generation, counts| Input::Failed {
                generation,
                export: "run".to_owned(),
                failure: Failure::Fuel { limit: 1 },
                counts,
            };
            let input = match step {
                Step::Fail { counts } => failed(serving, counts),
                Step::FailLate => failed(serving - 1, true),
                Step::Stop => Input::Stop,
                Step::Revive => Input::Revive,
                Step::Revoke => Input::Revoked { generation: serving, refused: refused.clone() },
                Step::RevokeLate => Input::Revoked { generation: serving - 1, refused: refused.clone() },
                Step::Cover => Input::Covered { generation: serving },
                Step::RevokeBehind => {
                    let generation = history.stands_by(now).unwrap_or(serving - 1);
                    Input::Revoked { generation, refused: refused.clone() }
                }
                Step::Ready => Input::Ready { digest, took: Duration::ZERO, state: Handover::None },
                Step::Reject => Input::Rejected { reason: "no".to_owned() },
                Step::Unchanged => Input::Unchanged,
                Step::Pass(ms) => {
                    now += ms;
                    Input::Elapsed
                }
            };
            let revokes = matches!(step, Step::Revoke) && !history.revoked();
            // The history first: it is independent of the machine.
            match step {
                Step::Fail { counts: true } => match history.stands_by(now) {
                    Some(to) => history.entries.push((now, Entry::RolledBack { to })),
                    None => history.entries.push((now, Entry::Failure)),
                },
                Step::Stop => history.entries.push((now, Entry::Stopped)),
                Step::Revive => history.entries.push((now, Entry::Revived)),
                Step::Revoke if revokes => history.entries.push((now, Entry::Revoked)),
                Step::Cover => history.entries.push((now, Entry::Covered)),
                Step::RevokeBehind => history.entries.push((now, Entry::RevokedBehind)),
                Step::RevokeLate if history.stands_by(now) == Some(serving - 1) => {
                    history.entries.push((now, Entry::RevokedBehind));
                }
                Step::Ready if !history.stopped() => {
                    let generation = history.newest() + 1;
                    history.entries.push((now, Entry::Served { generation, instead_of: serving }));
                }
                _ => {}
            }
            let next = machine.next_generation();
            let transition = machine.on(input, at(now));
            applied.apply(&transition, next);

            let status = machine.status();
            prop_assert_eq!(status.generation, history.generation());
            prop_assert_eq!(phase(&status), history.phase(now), "after {:?} at {}", step, now);
            prop_assert_eq!((applied.current, applied.previous), (history.generation(), history.stands_by(now)));
            prop_assert_eq!(machine.next_generation(), history.newest() + 1);
            let admitted = machine.admit(at(now).instant).is_ok();
            prop_assert_eq!(admitted, status.phase == Phase::Serving);
            // Nothing that was revoked is kept, nor brought back.
            let ends = [Effect::DropIdle, Effect::Cancel].iter().all(|end| transition.effects.contains(end));
            prop_assert!(!revokes || ends, "{:?}", transition.effects);
            prop_assert!(phase(&status) != "revoked" || applied.previous.is_none());
            // What ends by itself has somebody to wake it.
            if phase(&status) == "backing off" || applied.previous.is_some() {
                prop_assert!(applied.wake_at.is_some_and(|wake| wake > at(now).instant));
            }
        }
    }
}
