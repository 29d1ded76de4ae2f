//! Grants that the host takes back while the plugin uses them.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use witdock::grants::RefusalReason;
use witdock::{Access, CallErrorKind, Event, Limits, LoadError, Phase, Plugin, Policy, Reload};

use crate::guest::{Fixture, Guest, State, add, fault, limits};
use crate::hostile::{Attack, Hostile, run};
use crate::kept::FILES;
use crate::wait::{event, soon, until};

/// What a call that waits, or guest code that runs, may take to end: the epoch ticks every 10 ms. A busy machine needs more.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Connects to 127.0.0.1 on the port that it is called with, and waits for a byte that never comes. For port 0 it returns 7.
const WAITS_IN_THE_NETWORK: &str = r#"(component
    (import "wasi:io/poll@0.2.0" (instance $poll
        (export "pollable" (type $pollable (sub resource)))
        (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
    (alias export $error "error" (type $error))
    (import "wasi:io/streams@0.2.0" (instance $streams
        (alias outer 1 $pollable (type $p)) (export "pollable" (type $pollable (eq $p)))
        (alias outer 1 $error (type $e)) (export "error" (type (eq $e)))
        (export "input-stream" (type $input (sub resource)))
        (export "output-stream" (type (sub resource)))
        (export "[method]input-stream.subscribe" (func (param "self" (borrow $input)) (result (own $pollable))))))
    (alias export $streams "input-stream" (type $input))
    (alias export $streams "output-stream" (type $output))
    (import "wasi:sockets/network@0.2.0" (instance $network
        (export "network" (type (sub resource)))
        (type $codes (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
            "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit"
            "address-not-bindable" "address-in-use" "remote-unreachable" "connection-refused" "connection-reset"
            "connection-aborted" "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
            "permanent-resolver-failure"))
        (export "error-code" (type (eq $codes)))
        (type $families (enum "ipv4" "ipv6"))
        (export "ip-address-family" (type (eq $families)))
        (type $v4 (tuple u8 u8 u8 u8))
        (export "ipv4-address" (type $ipv4 (eq $v4)))
        (type $v6 (tuple u16 u16 u16 u16 u16 u16 u16 u16))
        (export "ipv6-address" (type $ipv6 (eq $v6)))
        (type $s4 (record (field "port" u16) (field "address" $ipv4)))
        (export "ipv4-socket-address" (type $socket4 (eq $s4)))
        (type $s6 (record (field "port" u16) (field "flow-info" u32) (field "address" $ipv6) (field "scope-id" u32)))
        (export "ipv6-socket-address" (type $socket6 (eq $s6)))
        (type $s (variant (case "ipv4" $socket4) (case "ipv6" $socket6)))
        (export "ip-socket-address" (type (eq $s)))))
    (alias export $network "network" (type $net))
    (alias export $network "error-code" (type $code))
    (alias export $network "ip-address-family" (type $family))
    (alias export $network "ip-socket-address" (type $address))
    (import "wasi:sockets/instance-network@0.2.0" (instance $instance
        (alias outer 1 $net (type $n)) (export "network" (type $network (eq $n)))
        (export "instance-network" (func (result (own $network))))))
    (import "wasi:sockets/tcp@0.2.0" (instance $tcp
        (alias outer 1 $net (type $n)) (export "network" (type $network (eq $n)))
        (alias outer 1 $code (type $c)) (export "error-code" (type $code (eq $c)))
        (alias outer 1 $address (type $a)) (export "ip-socket-address" (type $address (eq $a)))
        (alias outer 1 $pollable (type $p)) (export "pollable" (type $pollable (eq $p)))
        (alias outer 1 $input (type $i)) (export "input-stream" (type $input (eq $i)))
        (alias outer 1 $output (type $o)) (export "output-stream" (type $output (eq $o)))
        (export "tcp-socket" (type $socket (sub resource)))
        (export "[method]tcp-socket.start-connect" (func (param "self" (borrow $socket))
            (param "network" (borrow $network)) (param "remote-address" $address) (result (result (error $code)))))
        (export "[method]tcp-socket.finish-connect" (func (param "self" (borrow $socket))
            (result (result (tuple (own $input) (own $output)) (error $code)))))
        (export "[method]tcp-socket.subscribe" (func (param "self" (borrow $socket)) (result (own $pollable))))))
    (alias export $tcp "tcp-socket" (type $socket))
    (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
        (alias outer 1 $code (type $c)) (export "error-code" (type $code (eq $c)))
        (alias outer 1 $family (type $f)) (export "ip-address-family" (type $family (eq $f)))
        (alias outer 1 $socket (type $s)) (export "tcp-socket" (type $socket (eq $s)))
        (export "create-tcp-socket" (func (param "address-family" $family)
            (result (result (own $socket) (error $code)))))))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $net (canon lower (func $instance "instance-network")))
    (core func $create (canon lower (func $create "create-tcp-socket") (memory $libc "memory")))
    (core func $connect (canon lower (func $tcp "[method]tcp-socket.start-connect") (memory $libc "memory")))
    (core func $connected (canon lower (func $tcp "[method]tcp-socket.finish-connect") (memory $libc "memory")))
    (core func $subscribe (canon lower (func $tcp "[method]tcp-socket.subscribe")))
    (core func $input (canon lower (func $streams "[method]input-stream.subscribe")))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core module $m
        (import "" "net" (func $net (result i32)))
        (import "" "create" (func $create (param i32 i32)))
        (import "" "connect" (func $connect
            (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "" "connected" (func $connected (param i32 i32)))
        (import "" "subscribe" (func $subscribe (param i32) (result i32)))
        (import "" "input" (func $input (param i32) (result i32)))
        (import "" "block" (func $block (param i32)))
        (import "" "memory" (memory 0))
        (func (export "run") (param $port i32) (result i32) (local $socket i32)
            (if (i32.eqz (local.get $port)) (then (return (i32.const 7))))
            (call $create (i32.const 0) (i32.const 16))
            (local.set $socket (i32.load (i32.const 20)))
            (call $connect (local.get $socket) (call $net) (i32.const 0) (local.get $port)
                (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 32))
            (if (i32.load8_u (i32.const 32)) (then (return (i32.add (i32.load8_u (i32.const 33)) (i32.const 100)))))
            (call $block (call $subscribe (local.get $socket)))
            (call $connected (local.get $socket) (i32.const 48))
            (if (i32.load8_u (i32.const 48)) (then (return (i32.add (i32.load8_u (i32.const 52)) (i32.const 200)))))
            (call $block (call $input (i32.load (i32.const 52))))
            (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance
        (export "net" (func $net)) (export "create" (func $create)) (export "connect" (func $connect))
        (export "connected" (func $connected)) (export "subscribe" (func $subscribe)) (export "input" (func $input))
        (export "block" (func $block)) (export "memory" (memory $libc "memory"))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#;

/// Without a practical deadline: only a revocation ends its calls.
fn patient() -> Limits {
    Limits { call_deadline: Duration::from_secs(600), ..Limits::default() }
}

/// A server that accepts one connection, and the plugin that waits for what it never sends.
pub async fn connected()
-> (Plugin<Hostile>, TcpStream, tokio::task::JoinHandle<Result<u32, witdock::CallError>>, Attack) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let attack = Attack::new(WAITS_IN_THE_NETWORK, &format!("network = ['127.0.0.1:{port}']"));
    let policy = Policy::new().network(format!("127.0.0.1:{port}").parse().unwrap());
    let plugin = attack.load(policy, patient()).await.unwrap();
    let accepted = tokio::task::spawn_blocking(move || server.accept().unwrap().0);
    let call = tokio::spawn({
        let plugin = plugin.clone();
        async move { run(&plugin, u32::from(port)).await }
    });
    let peer = soon("the plugin connects", accepted).await.unwrap();
    (plugin, peer, call, attack)
}

// attack: a call that waits in the network while the host takes the grant back
// host: ends it, and the other side sees the connection close
#[tokio::test]
async fn a_call_that_waits_in_the_network_ends_and_its_connection_closes() {
    let (plugin, mut peer, call, _attack) = connected().await;
    let mut events = plugin.events();
    assert!(plugin.statistics().kept.descriptors > 0);

    let begun = Instant::now();
    let revoked = plugin.set_policy(Policy::new()).expect("the policy grants nothing");
    assert_eq!(revoked.refusals[0].capability.kind().word(), "network");
    let error = soon("the call ends", call).await.unwrap().unwrap_err();
    assert!(error.is_revoked(), "{error}");
    // The peer sees the end of the connection: the socket is closed, not only forgotten.
    peer.set_read_timeout(Some(AT_ONCE)).unwrap();
    let read = tokio::task::spawn_blocking(move || peer.read(&mut [0]));
    assert!(matches!(read.await.unwrap(), Ok(0) | Err(_)));
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
    witdock_attacks::observed(
        "a_call_that_waits_in_the_network_ends_and_its_connection_closes",
        format!("closed after {} µs", took.as_micros()),
    );

    let kept = plugin.statistics().kept;
    assert_eq!((kept.instances, kept.descriptors), (0, 0), "{kept:?}");
    let seen = event(&mut events, "the revocation", |event| matches!(event, Event::Revoked { .. })).await;
    assert!(
        seen.to_string().starts_with("generation 1 STOPPED: the host revoked network 127.0.0.1:"),
        "{seen}"
    );
    let status = plugin.status().borrow().clone();
    assert!(matches!(status.phase, Phase::Revoked { .. }), "{status}");
    assert!(status.to_string().contains("stopped: the host revoked network 127.0.0.1:"), "{status}");
    let refused = run(&plugin, 0).await.unwrap_err();
    assert!(matches!(refused.kind(), CallErrorKind::Revoked { .. }), "{refused}");
}

#[tokio::test]
async fn an_idle_instance_closes_its_files() {
    let attack = Attack::new(FILES, "folders = [{ path = '/data' }]");
    let folder = attack.folder("data");
    std::fs::write(folder.join("x"), "text").unwrap();
    let open = || {
        let links = std::fs::read_dir("/proc/self/fd")
            .ok()?
            .filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
        Some(links.filter(|path| path.starts_with(&folder)).count())
    };
    let policy = Policy::new().folder("/data", &folder, Access::ReadOnly);
    let plugin = attack.load(policy.clone(), Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    let kept = plugin.statistics().kept;
    assert_eq!((kept.instances, kept.descriptors), (1, 2));
    assert!(open().is_none_or(|open| open >= 2), "{:?}", open());

    plugin.set_policy(Policy::new()).unwrap();
    assert_eq!(plugin.statistics().kept.descriptors, 0);
    assert_eq!(plugin.statistics().kept.instances, 0);
    if open().is_some() {
        // A thread for blocking work may still hold the last handle for a moment.
        until("the files are closed", || open() == Some(0)).await;
    }

    // Granted again, it serves with a fresh instance.
    let mut events = plugin.events();
    assert_eq!(plugin.set_policy(policy), None);
    event(&mut events, "it serves again", |event| matches!(event, Event::Revived)).await;
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
}

#[tokio::test]
async fn running_code_ends_and_reviving_or_reloading_does_not_help() {
    let fixture = Fixture::new(Guest::default());
    let limits = Limits { call_deadline: Duration::from_secs(600), ..limits() };
    let plugin = fixture.load_with(fixture.builder().limits(limits)).await;
    let call = tokio::spawn({
        let plugin = plugin.clone();
        async move { add(&plugin, fault::ASK_AND_LOOP).await }
    });
    until("the call runs", || fixture.asked() > 0).await;
    let begun = Instant::now();
    plugin.set_policy(Policy::new()).unwrap();
    let error = soon("the call ends", call).await.unwrap().unwrap_err();
    assert!(error.is_revoked() && begun.elapsed() < AT_ONCE, "{error}");

    plugin.revive();
    assert!(add(&plugin, 1).await.unwrap_err().is_revoked());
    for reload in [plugin.reload().await, plugin.restart().await] {
        let error = reload.unwrap_err();
        assert!(matches!(error, LoadError::Refused { .. }), "{error}");
        assert!(error.to_string().contains("import test:counter/host"), "{error}");
    }
    assert_eq!(plugin.set_policy(Policy::new().import("test:counter/*")), None);
    assert_eq!(add(&plugin, 5).await.unwrap(), 5);
}

#[tokio::test]
async fn another_folder_is_a_revocation_and_a_reload_brings_it() {
    let attack = Attack::new(FILES, "folders = [{ path = '/data' }]");
    let (old, new) = (attack.folder("old"), attack.folder("new"));
    std::fs::write(old.join("x"), "text").unwrap();
    let plugin =
        attack.load(Policy::new().folder("/data", old, Access::ReadOnly), Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    let revoked = plugin.set_policy(Policy::new().folder("/data", new, Access::ReadOnly)).unwrap();
    assert_eq!(revoked.refusals[0].reason, RefusalReason::Replaced);
    assert!(run(&plugin, 0).await.unwrap_err().is_revoked());
    let reload = plugin.reload().await.unwrap();
    assert!(matches!(reload, Reload::Swapped { generation: 2, .. }), "{reload:?}");
    // There is no `x` in the new folder.
    assert_ne!(run(&plugin, 0).await.unwrap(), 0);
}

#[tokio::test]
async fn a_function_is_asked_again_about_what_runs() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let (allowed, fixture) = (Arc::new(AtomicBool::new(true)), Fixture::new(Guest::default()));
    let answer = allowed.clone();
    let digest = witdock::Digest::of(&Guest::default().component());
    let builder = fixture.builder().policy_for(move |requested| {
        // A consent is bound to these bytes.
        match answer.load(Ordering::Relaxed) && requested.digest == digest {
            true => Policy::new().import("test:counter/host"),
            false => Policy::new(),
        }
    });
    let plugin = fixture.load_with(builder).await;
    assert_eq!(plugin.regrant(), None);
    allowed.store(false, Ordering::Relaxed);
    assert!(plugin.regrant().is_some());
    assert!(add(&plugin, 1).await.unwrap_err().is_revoked());
    allowed.store(true, Ordering::Relaxed);
    plugin.revive();
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
    // Other bytes are another plugin.
    fixture.write(Guest { factor: 2, ..Guest::default() });
    assert!(matches!(plugin.reload().await, Err(LoadError::Refused { .. })));
    assert_eq!(add(&plugin, 1).await.unwrap(), 2);
}

#[tokio::test]
async fn a_reload_that_a_new_policy_overtakes_is_decided_by_it() {
    let fixture = Fixture::new(Guest::default());
    let limits = Limits { call_deadline: Duration::from_secs(600), ..limits() };
    let plugin = fixture.load_with(fixture.builder().limits(limits)).await;
    fixture.write(Guest { state: State::RestoreWaits, ..Guest::default() });
    let reload = tokio::spawn({
        let plugin = plugin.clone();
        async move { plugin.reload().await }
    });
    until("the new generation restores", || fixture.asked() == 1).await;
    plugin.set_policy(Policy::new()).unwrap();
    let error = soon("the reload ends", reload).await.unwrap().unwrap_err();
    assert!(matches!(error, LoadError::Refused { .. }), "{error}");
    assert!(matches!(plugin.status().borrow().phase, Phase::Revoked { .. }));
}

// attack: a reload that was granted what the host takes back before the swap
// host: begins it again under the new policy
#[tokio::test]
async fn policies_in_a_race_with_reloads_and_calls_leave_what_the_last_one_says() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    for turn in 0..40u32 {
        fixture.write(Guest { factor: turn + 2, ..Guest::default() });
        let reload = tokio::spawn({
            let plugin = plugin.clone();
            async move { plugin.reload().await }
        });
        for _ in 0..turn {
            tokio::task::yield_now().await;
        }
        plugin.set_policy(Policy::new());
        let reload = soon("the reload ends", reload).await.unwrap();
        assert!(matches!(reload, Err(LoadError::Refused { .. }) | Ok(_)), "{reload:?}");
        assert!(add(&plugin, 0).await.unwrap_err().is_revoked(), "turn {turn}");
        assert_eq!(plugin.statistics().kept.instances, 0, "turn {turn}");
        assert_eq!(plugin.set_policy(Policy::new().import("test:counter/host")), None);
        assert!(add(&plugin, 0).await.is_ok());
    }
}

#[tokio::test]
async fn the_standby_generation_goes_with_its_grants() {
    // The old version uses a folder; the new one does without.
    let attack = Attack::new(FILES, "folders = [{ path = '/data' }]");
    let folder = attack.folder("data");
    std::fs::write(folder.join("x"), "text").unwrap();
    let policy = Policy::new().folder("/data", folder, Access::ReadOnly);
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    attack.write(
        r#"(component
            (core module $m (func (export "run") (param i32) (result i32) (i32.const 7)))
            (core instance $i (instantiate $m))
            (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#,
        "",
    );
    plugin.reload().await.unwrap();
    assert_eq!(plugin.statistics().kept.descriptors, 2, "the old generation is on standby");
    assert_eq!(plugin.set_policy(Policy::new()), None, "what serves needs no grant");
    assert_eq!(plugin.statistics().kept.descriptors, 0);
    assert_eq!(run(&plugin, 0).await.unwrap(), 7);
}

// attack: an update where the host has pinned the digest
// host: refuses it, with both digests
#[tokio::test]
async fn another_component_than_the_pinned_one_is_not_loaded() {
    let fixture = Fixture::new(Guest::default());
    let pinned = witdock::Digest::of(&Guest::default().component());
    let plugin = fixture.load_with(fixture.builder().pinned(pinned)).await;
    fixture.write(Guest { factor: 2, ..Guest::default() });
    let error = plugin.reload().await.unwrap_err();
    let LoadError::Pinned { expected, found, .. } = &error else { panic!("{error}") };
    assert_eq!(*expected, pinned);
    assert!(
        error.to_string().contains(&found.to_string()) && error.to_string().contains(&pinned.to_string())
    );
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn all_calls_of_a_pool_end() {
    use witdock::Instances;

    let fixture = Fixture::new(Guest { state: State::None, ..Guest::default() });
    let limits = Limits { call_deadline: Duration::from_secs(600), ..limits() };
    let plugin = fixture.load_with(fixture.builder().limits(limits).instances(Instances::Pool(3))).await;
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let plugin = plugin.clone();
            tokio::spawn(async move { add(&plugin, fault::WAIT).await })
        })
        .collect();
    until("three calls wait in the host", || fixture.asked() == 3).await;
    plugin.set_policy(Policy::new()).unwrap();
    for call in calls {
        let error = soon("the call ends", call).await.unwrap().unwrap_err();
        assert!(error.is_revoked(), "{error}");
    }
    // Those that waited for a place were refused, and called nobody.
    assert_eq!((fixture.asked(), plugin.statistics().kept.instances), (3, 0));
}
