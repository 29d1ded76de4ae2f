//! Settings: a plugin sees its own.

use witdock::grants::RefusalReason;
use witdock::{Limits, LoadError, Policy};

use super::{Attempt, dock, run, uses};

// attack: a plugin that asks for the settings of another one
// host: gives it its own alone
#[tokio::test]
async fn a_plugin_sees_its_own_settings() {
    let (one, other) = (Attempt::named("one", "config = true"), Attempt::named("other", "config = true"));
    let one = one.load(Policy::new().config([("unit", "metre"), ("limit", "7")])).await;
    let other = other.load(Policy::new().config([("secret", "x")])).await;
    assert_eq!(run(&one, "settings").await, "ok: limit=7 unit=metre");
    assert_eq!(run(&one, "setting unit").await, "ok: metre");
    assert_eq!(run(&one, "setting secret").await, "ok: none");
    assert_eq!(run(&other, "settings").await, "ok: secret=x");
    assert_eq!((uses(&one, "config"), uses(&other, "config")), (3, 1));
}

#[tokio::test]
async fn settings_have_to_be_requested_and_granted() {
    let attempt = Attempt::new("");
    let plugin = attempt.load(Policy::new().config([("unit", "metre")])).await;
    assert_eq!(run(&plugin, "settings").await, "ok: ");

    let attempt = Attempt::new("config = true");
    let error = attempt.load_in(&dock(), Policy::new(), Limits::default()).await.unwrap_err();
    let LoadError::Refused { refused, .. } = error else { panic!("{error}") };
    assert_eq!(refused.refusals[0].reason, RefusalReason::NotGranted);
    assert_eq!(refused.refusals[0].line, "config = { KEY = \"…\" }");
}

#[tokio::test]
async fn other_settings_take_effect_with_a_reload() {
    let attempt = Attempt::new("config = true");
    let plugin = attempt.load(Policy::new().config([("unit", "metre")])).await;
    let revoked = plugin.set_policy(Policy::new().config([("unit", "foot")])).expect("the old ones run");
    assert_eq!(revoked.refusals[0].reason, RefusalReason::Replaced);
    plugin.reload().await.unwrap();
    assert_eq!(run(&plugin, "setting unit").await, "ok: foot");
}
