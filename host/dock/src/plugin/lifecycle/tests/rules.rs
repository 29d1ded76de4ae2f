use super::super::*;

struct Life {
    lifecycle: Lifecycle,
    now: Now,
}

impl Life {
    fn new(restarts: RestartPolicy) -> Self {
        let rules = Rules { restarts, probation: Duration::from_secs(30) };
        let first = Version { generation: 1, digest: Digest::of(b"1") };
        Self {
            lifecycle: Lifecycle::new("tidy".into(), rules, first),
            now: Now { instant: Instant::now(), wall: SystemTime::now() },
        }
    }

    fn on(&mut self, input: Input) -> Transition {
        self.lifecycle.on(input, self.now)
    }

    fn fail(&mut self) -> Transition {
        let generation = self.lifecycle.generation();
        self.on(failure_of(generation))
    }

    fn pass(&mut self, time: Duration) -> Transition {
        self.now.instant += time;
        self.on(Input::Elapsed)
    }

    fn phase(&self) -> Phase {
        self.lifecycle.status().phase
    }
}

fn failure_of(generation: u64) -> Input {
    let failure = Failure::Fuel { limit: 1 };
    Input::Failed { generation, export: "run".to_owned(), failure, counts: true }
}

fn ready() -> Input {
    Input::Ready { digest: Digest::of(b"2"), took: Duration::ZERO, state: Handover::Kept }
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn the_back_off_starts_after_the_second_failure_and_doubles() {
    let mut life = Life::new(RestartPolicy::default());
    life.fail();
    assert_eq!(life.phase(), Phase::Serving);
    for wait in [100, 200, 400] {
        life.fail();
        assert_eq!(life.phase(), Phase::BackingOff { wait: wait * MS });
    }
    let last = life.fail();
    assert!(matches!(life.phase(), Phase::Quarantined { failures: 5, .. }));
    assert!(matches!(last.events[..], [Event::Failed { .. }, Event::Quarantined { failures: 5, .. }]));
    life.pass(Duration::from_secs(3600));
    assert!(matches!(life.lifecycle.admit(life.now.instant), Err(CallErrorKind::Quarantined { .. })));
}

#[test]
fn back_off_always_ends_and_never_exceeds_the_longest() {
    let policy = RestartPolicy { quarantine_after: u32::MAX, ..RestartPolicy::default() };
    let longest = policy.longest_back_off;
    let mut life = Life::new(policy);
    for _ in 0..200 {
        life.fail();
        if let Phase::BackingOff { wait } = life.phase() {
            assert!(wait <= longest);
            let refused = life.lifecycle.admit(life.now.instant).unwrap_err();
            assert!(matches!(refused, CallErrorKind::BackingOff { retry_after } if retry_after == wait));
            life.pass(wait);
        }
        assert_eq!(life.phase(), Phase::Serving);
    }
}

#[test]
fn an_endless_back_off_does_not_overflow_the_clock() {
    let endless = RestartPolicy {
        first_back_off: Duration::MAX,
        longest_back_off: Duration::MAX,
        ..RestartPolicy::default()
    };
    let mut life = Life::new(endless);
    life.fail();
    let woken = life.fail().effects;
    assert!(matches!(woken[..], [Effect::WakeAt(at)] if at > life.now.instant + Duration::from_secs(1000)));
}

#[test]
fn failures_outside_the_window_do_not_count() {
    let mut life = Life::new(RestartPolicy::default());
    for _ in 0..50 {
        life.fail();
        assert_eq!(life.phase(), Phase::Serving);
        life.pass(Duration::from_secs(61));
    }
}

#[test]
fn reviving_clears_failures() {
    let mut life = Life::new(RestartPolicy::default());
    (0..9).for_each(|_| drop(life.fail()));
    assert!(matches!(life.on(Input::Revive).events[..], [Event::Revived]));
    life.fail();
    assert_eq!(life.phase(), Phase::Serving);
}

#[test]
fn a_stopped_plugin_does_not_swap() {
    let mut life = Life::new(RestartPolicy::default());
    assert_eq!(life.on(Input::Stop).effects, [Effect::Cancel]);
    let transition = life.on(ready());
    assert!(!transition.swapped() && transition.events.is_empty());
    let status = life.lifecycle.status();
    assert_eq!((status.generation, status.phase), (1, Phase::Stopped));
    life.on(Input::Revive);
    assert!(life.on(ready()).swapped());
    assert_eq!(life.lifecycle.status().generation, 2);
}

#[test]
fn a_failure_on_probation_rolls_back_and_one_of_an_older_generation_does_not_count() {
    let mut life = Life::new(RestartPolicy::default());
    life.on(ready());
    // A call of generation 1 that ends late.
    assert_eq!(life.on(failure_of(1)).rolled_back_to(), None);
    assert_eq!(life.fail().rolled_back_to(), Some(1));
    assert_eq!((life.phase(), life.lifecycle.generation()), (Phase::Serving, 1));
    // The number of a generation that served is not used again.
    assert_eq!(life.lifecycle.next_generation(), 3);
}

#[test]
fn a_generation_is_not_rolled_back_after_its_probation() {
    let mut life = Life::new(RestartPolicy::default());
    life.on(ready());
    assert_eq!(life.pass(Duration::from_secs(30)).effects, [Effect::DropPrevious]);
    assert_eq!(life.fail().rolled_back_to(), None);
    assert_eq!(life.lifecycle.generation(), 2);
}

#[test]
fn a_rejection_stays_until_the_source_is_restored_or_a_generation_serves() {
    let mut life = Life::new(RestartPolicy::default());
    life.on(Input::Rejected { reason: "no such export".to_owned() });
    life.fail();
    let status = life.lifecycle.status().to_string();
    assert_eq!(status, "running generation 1; generation 2 rejected: no such export");
    life.on(Input::Unchanged);
    assert_eq!(life.lifecycle.status().to_string(), "running generation 1");
}

#[test]
fn schedules_only_the_earliest_wake_up() {
    let mut life = Life::new(RestartPolicy::default());
    let probation_ends = life.now.instant + Duration::from_secs(30);
    assert!(life.on(ready()).effects.contains(&Effect::WakeAt(probation_ends)));
    // Nothing has changed: no further wake-up.
    assert_eq!(life.pass(MS).effects, []);
    // It rolls back; what is left to wait for is a back-off.
    life.fail();
    life.fail();
    let ends = life.now.instant + 100 * MS;
    assert_eq!(life.fail().effects, [Effect::WakeAt(ends)]);
}

#[test]
fn a_revocation_reaches_its_generation_also_after_a_swap_or_a_roll_back() {
    let revoked =
        |generation| Input::Revoked { generation, refused: Refused { unsigned: None, refusals: Vec::new() } };
    // It was decided about generation 1 while that served, and comes when it is on standby.
    let mut life = Life::new(RestartPolicy::default());
    life.on(ready());
    let effects = life.on(revoked(1)).effects;
    assert!(effects.contains(&Effect::DropPrevious) && effects.contains(&Effect::Cancel), "{effects:?}");
    assert_eq!((life.phase(), life.fail().rolled_back_to()), (Phase::Serving, None));

    // It was decided about generation 1 while that was on standby, and comes when it serves again.
    let mut life = Life::new(RestartPolicy::default());
    life.on(ready());
    assert_eq!(life.fail().rolled_back_to(), Some(1));
    let effects = life.on(revoked(1)).effects;
    assert!(effects.contains(&Effect::DropIdle) && effects.contains(&Effect::Cancel), "{effects:?}");
    assert!(matches!(life.phase(), Phase::Revoked { .. }));
}
