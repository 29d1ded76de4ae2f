#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends at what it does not expect")]

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use witdock_proxy_guest::testing::{Exchanged, Message, Tester};
use witdock_proxy_guest::{CallFailure, Property};

/// The tester's time, 2026-01-01.
const NOW: u64 = 1_767_225_600;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ed25519(seed: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
}

fn jwk(seed: u8, id: &str) -> Value {
    let x = encode(ed25519(seed).verifying_key().as_bytes());
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "alg": "EdDSA", "x": x })
}

fn unsigned(header: Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(claims.to_string()))
}

fn token(seed: u8, id: &str, claims: Value) -> String {
    let signed = unsigned(json!({ "alg": "EdDSA", "kid": id }), &claims);
    let signature = ed25519(seed).sign(signed.as_bytes());
    format!("{signed}.{}", encode(signature.to_bytes()))
}

fn good() -> Value {
    json!({ "exp": NOW + 10, "iss": "https://login", "aud": ["api", "other"], "sub": "ada" })
}

fn ask(tester: &mut Tester<JwtCheck>, token: &str) -> Exchanged {
    tester.run(Message::get("/").header("authorization", format!("Bearer {token}")))
}

fn with_keys(mut settings: Value, keys: Value) -> Tester<JwtCheck> {
    settings.as_object_mut().unwrap().insert("keys".to_owned(), json!({ "keys": keys }));
    Tester::new(settings).unwrap()
}

/// A tester with keys at a cluster, and how often they were fetched.
fn with_cluster(
    keys: impl Fn(u32) -> Result<Message, CallFailure> + 'static,
) -> (Tester<JwtCheck>, Rc<Cell<u32>>) {
    let jwks = json!({ "cluster": "login", "path": "/jwks.json", "authority": "login.example.org" });
    let mut tester = Tester::<JwtCheck>::new(json!({ "jwks": jwks })).unwrap();
    let fetched = Rc::new(Cell::new(0));
    let count = fetched.clone();
    tester.cluster("login", move |call| {
        let authority = call.get_header(":authority");
        assert_eq!((call.path().as_str(), authority.as_deref()), ("/jwks.json", Some("login.example.org")));
        count.set(count.get() + 1);
        keys(count.get())
    });
    (tester, fetched)
}

fn set(keys: Value) -> Result<Message, CallFailure> {
    Ok(Message::response(200).body(json!({ "keys": keys }).to_string()))
}

#[test]
fn a_valid_token_passes_and_its_claims_become_headers() {
    let claims = json!({ "sub": "X-User", "n": "x-number", "none": "x-none" });
    let settings = json!({ "issuer": "https://login", "audience": ["api"], "claims": claims });
    let mut tester = with_keys(settings, json!([jwk(1, "a")]));
    let mut claims = good();
    claims["sub"] = "ada é\r\nx: y".into();
    claims["n"] = json!([1, "a"]);
    let request = Message::get("/").header("authorization", format!("bearer {}", token(1, "a", claims)));
    let request = request.header("x-user", "forged").header("x-none", "forged");
    let seen = tester.run(request).request().clone();
    assert_eq!(seen.get_all("x-user"), ["ada %C3%A9%0D%0Ax: y"]);
    assert_eq!((seen.get_all("x-number"), seen.get_header("x-none")), (vec!["[1,\"a\"]".to_owned()], None));
}

#[test]
fn claims_that_do_not_fit_are_refused() {
    let settings = json!({ "issuer": "https://login", "audience": ["api"] });
    let mut tester = with_keys(settings, json!([jwk(1, "a")]));
    let mut refused = |change: Value, expected: &str| {
        let mut claims = good();
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let exchanged = ask(&mut tester, &token(1, "a", claims));
        let challenge = exchanged.response().get_header("www-authenticate").unwrap_or_default();
        assert_eq!((exchanged.status(), exchanged.upstream_saw()), (401, None), "{change}");
        assert!(challenge.contains("invalid_token") && challenge.contains(expected), "{change}: {challenge}");
    };
    refused(json!({ "exp": null }), "no `exp`");
    refused(json!({ "exp": NOW - 60 }), "expired");
    refused(json!({ "exp": "tomorrow" }), "expired");
    refused(json!({ "nbf": NOW + 61 }), "not valid yet");
    refused(json!({ "iss": "https://login/" }), "another issuer");
    refused(json!({ "iss": null }), "another issuer");
    refused(json!({ "aud": "other" }), "another audience");
    refused(json!({ "aud": null }), "another audience");
    assert_eq!(tester.metric("refused"), Some(8));
    for fits in [json!({ "exp": NOW - 59, "nbf": NOW + 60 }), json!({ "exp": 1e12, "aud": "api" })] {
        let mut claims = good();
        claims.as_object_mut().unwrap().extend(fits.as_object().unwrap().clone());
        assert_eq!(ask(&mut tester, &token(1, "a", claims)).status(), 200);
    }
}

#[test]
fn tokens_that_are_not_signed_so_are_refused() {
    let mut tester = with_keys(json!({}), json!([jwk(1, "a"), jwk(2, "b")]));
    let valid = token(1, "a", good());
    let (signed, signature) = valid.rsplit_once('.').unwrap();
    let wrong = [
        String::new(),
        "a.b".to_owned(),
        format!("{signed}."),
        format!("{signed}.{}", signature.replace(|c: char| c.is_ascii_digit(), "x")),
        format!("{valid}="),
        format!(
            "{}.{signature}",
            unsigned(json!({ "alg": "EdDSA", "kid": "a" }), &json!({ "exp": NOW + 99 }))
        ),
        format!("{}.", unsigned(json!({ "alg": "none" }), &good())),
        format!("{}.", unsigned(json!({ "alg": "HS256" }), &good())),
        token(2, "a", good()),
        token(3, "a", good()),
        token(1, "unknown", good()),
        format!("{}{}", "x".repeat(20_000), valid),
    ];
    for wrong in wrong {
        assert_eq!(ask(&mut tester, &wrong).status(), 401, "{wrong}");
    }
    assert_eq!(ask(&mut tester, &valid).status(), 200);
    // Two headers could be read differently by the upstream.
    let twice = Message::get("/")
        .header("authorization", format!("Bearer {valid}"))
        .header("authorization", "Basic eDp5");
    assert_eq!(tester.run(twice).status(), 401);
    // The key's public half is no secret for HS256.
    let signed = unsigned(json!({ "alg": "HS256", "kid": "a" }), &good());
    let mac = Hmac::<sha2::Sha256>::new_from_slice(ed25519(1).verifying_key().as_bytes()).unwrap();
    let forged = format!("{signed}.{}", encode(mac.chain_update(&signed).finalize().into_bytes()));
    let mut all = with_keys(json!({ "algorithms": ["EdDSA", "HS256"] }), json!([jwk(1, "a")]));
    assert_eq!(ask(&mut all, &forged).status(), 401);
}

#[test]
fn requests_without_a_token_are_refused_unless_the_settings_say_otherwise() {
    let mut tester = with_keys(json!({ "except": ["/health"] }), json!([jwk(1, "a")]));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!(
        (exchanged.status(), exchanged.response().get_header("www-authenticate").as_deref()),
        (401, Some("Bearer"))
    );
    assert_eq!(tester.run(Message::get("/health")).status(), 200);
    let mut optional = with_keys(json!({ "optional": true }), json!([jwk(1, "a")]));
    assert_eq!(optional.run(Message::get("/")).status(), 200);
    assert_eq!(ask(&mut optional, "x.y.z").status(), 401);
}

#[test]
fn keys_are_fetched_once_and_shared() {
    let (mut tester, fetched) = with_cluster(|_| set(json!([{ "kty": "future" }, jwk(1, "a")])));
    for _ in 0..3 {
        assert_eq!(ask(&mut tester, &token(1, "a", good())).status(), 200);
    }
    let jwks = json!({ "cluster": "login", "path": "/jwks.json", "authority": "login.example.org" });
    tester.reload(json!({ "jwks": jwks })).unwrap();
    assert_eq!((ask(&mut tester, &token(1, "a", good())).status(), fetched.get()), (200, 1));
    // What is malformed has nothing fetched.
    tester.advance(Duration::from_secs(300));
    assert_eq!((ask(&mut tester, "x").status(), fetched.get()), (401, 1));
    let later = json!({ "exp": NOW + 400 });
    assert_eq!((ask(&mut tester, &token(1, "a", later)).status(), fetched.get()), (200, 2));
}

#[test]
fn an_unknown_key_has_them_fetched_but_not_each_time() {
    let (mut tester, fetched) =
        with_cluster(|count| set(if count == 1 { json!([jwk(1, "a")]) } else { json!([jwk(2, "b")]) }));
    assert_eq!(ask(&mut tester, &token(1, "a", good())).status(), 200);
    for _ in 0..3 {
        assert_eq!(ask(&mut tester, &token(2, "b", good())).status(), 401);
    }
    assert_eq!(fetched.get(), 1);
    tester.advance(Duration::from_secs(10));
    assert_eq!(ask(&mut tester, &token(2, "b", good())).status(), 200);
    assert_eq!((ask(&mut tester, &token(1, "a", good())).status(), fetched.get()), (401, 2));
}

#[test]
fn keys_that_cannot_be_fetched_lock_out_only_those_who_have_none() {
    let (mut down, _) = with_cluster(|_| Err(CallFailure::Unreachable));
    let exchanged = ask(&mut down, &token(1, "a", good()));
    let details = "tokens cannot be checked: no endpoint of the cluster takes connections";
    assert_eq!((exchanged.status(), exchanged.details()), (503, Some(details)));
    assert!(!exchanged.response().text().contains("endpoint"));
    for bad in [
        "",
        "{}",
        "{\"keys\":[]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}",
    ] {
        let (mut tester, _) = with_cluster(move |_| Ok(Message::response(200).body(bad)));
        assert_eq!(ask(&mut tester, &token(1, "a", good())).status(), 503, "{bad}");
    }
    let (mut tester, fetched) =
        with_cluster(|count| if count == 1 { set(json!([jwk(1, "a")])) } else { Ok(Message::response(500)) });
    assert_eq!(ask(&mut tester, &token(1, "a", good())).status(), 200);
    tester.advance(Duration::from_secs(301));
    let later = json!({ "exp": NOW + 400 });
    assert_eq!((ask(&mut tester, &token(1, "a", later)).status(), fetched.get()), (200, 2));
}

#[test]
fn the_algorithms_are_those_of_the_rfcs() {
    // RFC 7515 appendices A.2 and A.3, whose token is valid in March 2011.
    let rsa = json!({ "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" });
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let claims =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let rs256 = format!(
        "eyJhbGciOiJSUzI1NiJ9.{claims}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let es256 = format!(
        "eyJhbGciOiJFUzI1NiJ9.{claims}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    let mut tester = with_keys(json!({ "issuer": "joe" }), json!([rsa, ec]));
    tester.property(&["request", "time"], Property::Timestamp(1_300_819_370_000_000_000));
    for valid in [&rs256, &es256] {
        assert_eq!(ask(&mut tester, valid).status(), 200, "{valid}");
        let forged = valid.replace("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Yi");
        assert_eq!(ask(&mut tester, &forged).status(), 401);
    }
    // The same token with the other algorithm's name has no key.
    assert_eq!(
        ask(&mut tester, &rs256.replace("eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9")).status(),
        401
    );

    let secret = [7; 32];
    let signed = unsigned(json!({ "alg": "HS256" }), &good());
    let mac = Hmac::<sha2::Sha256>::new_from_slice(&secret).unwrap();
    let hs256 = format!("{signed}.{}", encode(mac.chain_update(&signed).finalize().into_bytes()));
    let key = json!([{ "kty": "oct", "k": encode(secret) }]);
    assert_eq!(ask(&mut with_keys(json!({ "algorithms": ["HS256"] }), key.clone()), &hs256).status(), 200);
    assert_eq!(ask(&mut with_keys(json!({}), key), &hs256).status(), 401);
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<JwtCheck>::new(settings).unwrap_err();
    assert_eq!(refused(json!({})), "expected either `jwks`, a cluster that has keys, or `keys` themselves");
    let keys = json!({ "keys": [{ "kty": "oct", "k": "c2hvcnQ" }] });
    assert!(refused(json!({ "keys": keys })).contains("a key, number 1, that cannot be used: expected RSA"));
    assert_eq!(refused(json!({ "keys": { "keys": [] } })), "`keys` has no key");
    let jwks = json!({ "cluster": "login", "path": "jwks.json" });
    assert_eq!(refused(json!({ "jwks": jwks })), "`jwks.path` is `jwks.json`: expected its `/` first");
    assert!(
        refused(json!({ "algorithms": ["none"] }))
            .contains("unknown variant `none`, expected one of `RS256`")
    );
    assert!(
        refused(json!({ "algorithms": [], "keys": { "keys": [jwk(1, "a")] } }))
            .contains("`algorithms` is empty")
    );
}
