//! Names on the network, with a guest that looks them up.

use witdock::{Limits, Policy};

use crate::hostile::{Attack, run};

/// Looks up one of two names, and returns 0 for an address, or else the error's number plus 1.
pub fn looks_up(names: [&str; 2]) -> String {
    let [first, second] = names;
    let (length, other_length) = (first.len(), second.len());
    format!(
        r#"(component
        (import "wasi:io/poll@0.2.0" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:sockets/network@0.2.0" (instance $network
            (export "network" (type (sub resource)))
            (type $codes (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
                "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit"
                "address-not-bindable" "address-in-use" "remote-unreachable" "connection-refused" "connection-reset"
                "connection-aborted" "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
                "permanent-resolver-failure"))
            (export "error-code" (type (eq $codes)))
            (type $v4 (tuple u8 u8 u8 u8))
            (export "ipv4-address" (type $ipv4 (eq $v4)))
            (type $v6 (tuple u16 u16 u16 u16 u16 u16 u16 u16))
            (export "ipv6-address" (type $ipv6 (eq $v6)))
            (type $ip (variant (case "ipv4" $ipv4) (case "ipv6" $ipv6)))
            (export "ip-address" (type (eq $ip)))))
        (alias export $network "network" (type $net))
        (alias export $network "error-code" (type $code))
        (alias export $network "ip-address" (type $address))
        (import "wasi:sockets/instance-network@0.2.0" (instance $instance
            (alias outer 1 $net (type $n)) (export "network" (type $network (eq $n)))
            (export "instance-network" (func (result (own $network))))))
        (import "wasi:sockets/ip-name-lookup@0.2.0" (instance $lookup
            (alias outer 1 $net (type $n)) (export "network" (type $network (eq $n)))
            (alias outer 1 $code (type $c)) (export "error-code" (type $code (eq $c)))
            (alias outer 1 $address (type $a)) (export "ip-address" (type $address (eq $a)))
            (alias outer 1 $pollable (type $p)) (export "pollable" (type $pollable (eq $p)))
            (export "resolve-address-stream" (type $stream (sub resource)))
            (export "resolve-addresses" (func (param "network" (borrow $network)) (param "name" string)
                (result (result (own $stream) (error $code)))))
            (export "[method]resolve-address-stream.resolve-next-address" (func (param "self" (borrow $stream))
                (result (result (option $address) (error $code)))))
            (export "[method]resolve-address-stream.subscribe" (func (param "self" (borrow $stream))
                (result (own $pollable))))))
        (alias export $lookup "resolve-address-stream" (type $stream))
        (core module $libc (memory (export "memory") 1))
        (core instance $libc (instantiate $libc))
        (core func $net (canon lower (func $instance "instance-network")))
        (core func $resolve (canon lower (func $lookup "resolve-addresses") (memory $libc "memory")))
        (core func $next (canon lower
            (func $lookup "[method]resolve-address-stream.resolve-next-address") (memory $libc "memory")))
        (core func $subscribe (canon lower (func $lookup "[method]resolve-address-stream.subscribe")))
        (core func $block (canon lower (func $poll "[method]pollable.block")))
        (core module $m
            (import "" "net" (func $net (result i32)))
            (import "" "resolve" (func $resolve (param i32 i32 i32 i32)))
            (import "" "next" (func $next (param i32 i32)))
            (import "" "subscribe" (func $subscribe (param i32) (result i32)))
            (import "" "block" (func $block (param i32)))
            (import "" "memory" (memory 0))
            (data (i32.const 0) "{first}")
            (data (i32.const 300) "{second}")
            (func (export "run") (param $n i32) (result i32) (local $stream i32)
                (call $resolve (call $net)
                    (select (i32.const 0) (i32.const 300) (i32.eqz (local.get $n)))
                    (select (i32.const {length}) (i32.const {other_length}) (i32.eqz (local.get $n)))
                    (i32.const 600))
                (if (i32.load8_u (i32.const 600))
                    (then (return (i32.add (i32.load8_u (i32.const 604)) (i32.const 1)))))
                (local.set $stream (i32.load (i32.const 604)))
                (call $block (call $subscribe (local.get $stream)))
                (call $next (local.get $stream) (i32.const 700))
                (if (i32.load8_u (i32.const 700))
                    (then (return (i32.add (i32.load8_u (i32.const 702)) (i32.const 1)))))
                (i32.const 0)))
        (core instance $i (instantiate $m (with "" (instance
            (export "net" (func $net)) (export "resolve" (func $resolve)) (export "next" (func $next))
            (export "subscribe" (func $subscribe)) (export "block" (func $block))
            (export "memory" (memory $libc "memory"))))))
        (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#
    )
}

const ACCESS_DENIED: u32 = 1 + 1;

// attack: look-ups of names that carry data out
// host: refuses them, with a line in the log
#[tokio::test]
async fn only_granted_names_are_looked_up() {
    let attack = Attack::new(&looks_up(["localhost", "secret.example.org"]), "network = ['localhost:1']");
    let policy = Policy::new().network("localhost:1".parse().unwrap());
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    assert_eq!(run(&plugin, 1).await.unwrap(), ACCESS_DENIED);
    let line = plugin.recent_log().pop().unwrap().message;
    assert_eq!(line, "the look-up of `secret.example.org` was refused: the name is not granted");
    assert_eq!(plugin.statistics().kept.lookups, 0);
}

#[tokio::test]
async fn nothing_is_looked_up_without_a_grant() {
    let attack = Attack::new(&looks_up(["localhost", "example.org"]), "");
    let plugin = attack.load(Policy::new(), Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), ACCESS_DENIED);
}
