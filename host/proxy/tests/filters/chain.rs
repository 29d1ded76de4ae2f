//! What filters see and change, and in which order.

use crate::plugins::{Components, body_rewrite, do_nothing, header_rules};
use crate::support::{Client, LISTENER, Server, start};

/// A listener whose requests go to a cluster through these filters.
pub(crate) fn through(server: &Server, filters: &str, tables: &str) -> String {
    format!(
        "{LISTENER}[[route]]\ncluster = \"a\"\nfilters = {filters}\n[cluster.a]\nendpoints = [\"http://{}\"]\n{tables}",
        server.address
    )
}

/// A filter of this component with these settings.
pub(crate) fn filter(name: &str, path: &std::path::Path, settings: &str) -> String {
    format!(
        "[filter.{name}]\nplugin = {path:?}\ngrants = {{ imports = [\"witdock:proxy/*\"] }}\nsettings = {settings}\n"
    )
}

#[tokio::test]
async fn headers_change_in_order_and_responses_pass_in_the_other_direction() {
    let components = Components::new();
    let rules = components.write("rules", header_rules());
    let nothing = components.write("nothing", do_nothing());
    let server = Server::named("hello").await;
    let first = "{ rules = [{ request = { set = { x-order = \"first\" }, remove = [\"x-drop\"] }, response = { set = { x-order = \"first\" } } }] }";
    let second = "{ rules = [{ request = { add = { x-order = \"second\" } }, response = { add = { x-order = \"second\" }, set = { x-new = \"1\" } } }] }";
    let tables =
        [filter("one", &rules, first), filter("nothing", &nothing, "{}"), filter("two", &rules, second)];
    let config = through(&server, "[\"one\", \"nothing\", \"two\"]", &tables.concat());
    let (_proxy, address) = start(&config).await;
    let mut client = Client::connect(address).await;
    for _ in 0..3 {
        client.send("GET /a?b HTTP/1.1\r\nhost: Example.org:80\r\nx-drop: 1\r\nx-keep: 2\r\n\r\n").await;
        let response = client.response().await;
        assert_eq!((response.status(), response.body.as_str()), (200, "hello"));
        // The second filter's answer comes first, and the first one's `set` takes its place.
        assert_eq!(response.header("x-order").as_deref(), Some("first"));
        assert_eq!(response.header("x-new").as_deref(), Some("1"));
        assert_eq!(response.header("content-length").as_deref(), Some("5"));
        let seen = server.last();
        assert!(seen.head.starts_with("GET /a?b HTTP/1.1\r\n"), "{}", seen.head);
        assert_eq!(seen.header("x-order").as_deref(), Some("first | second"));
        assert_eq!((seen.header("x-drop"), seen.header("x-keep").as_deref()), (None, Some("2")));
        assert_eq!(seen.header("host").as_deref(), Some("Example.org:80"));
    }
    assert_eq!(server.connections(), 1, "connections are used again");
}

#[tokio::test]
async fn a_body_is_rewritten_as_it_streams_whatever_its_pieces() {
    let components = Components::new();
    let rewrite = components.write("rewrite", body_rewrite());
    // Cut within what is replaced.
    let chunks = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n\
                  6\r\nhello \r\n3\r\nold\r\n8\r\n world o\r\n3\r\nld!\r\n0\r\nx-sum: 1\r\n\r\n";
    let server = Server::start(move |_| crate::support::server::Reply::Bytes(chunks.into())).await;
    let settings = "{ replace = [{ from = \"old\", to = \"brand new\" }], content_types = [\"text/plain\"] }";
    let config = through(&server, "[\"rewrite\"]", &filter("rewrite", &rewrite, settings));
    let (_proxy, address) = start(&config).await;
    let response = Client::get(address, "/").await;
    assert_eq!(response.body, "hello brand new world brand new!");
    assert_eq!(response.header("transfer-encoding").as_deref(), Some("chunked"));
}

#[tokio::test]
async fn a_body_that_no_filter_wants_keeps_its_length_and_its_bytes() {
    let components = Components::new();
    let nothing = components.write("nothing", do_nothing());
    let server = Server::named("exactly this").await;
    let config = through(&server, "[\"nothing\"]", &filter("nothing", &nothing, "{}"));
    let (_proxy, address) = start(&config).await;
    let mut client = Client::connect(address).await;
    for _ in 0..2 {
        client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody").await;
        let response = client.response().await;
        assert_eq!(response.header("content-length").as_deref(), Some("12"));
        assert_eq!((response.body.as_str(), server.last().body.as_str()), ("exactly this", "body"));
        assert_eq!(server.last().header("content-length").as_deref(), Some("4"));
    }
}

#[tokio::test]
async fn a_change_of_the_path_chooses_another_route() {
    let components = Components::new();
    let rules = components.write("rules", header_rules());
    let (one, two) = (Server::named("one").await, Server::named("two").await);
    let settings = "{ rules = [{ path = \"/a\", request = { set = { \":path\" = \"/b\" } } }] }";
    let config = format!(
        "{}filters = [\"rules\"]\n[[route]]\npath = \"/b\"\ncluster = \"two\"\n[[route]]\ncluster = \"one\"\n\
         [cluster.one]\nendpoints = [\"http://{}\"]\n[cluster.two]\nendpoints = [\"http://{}\"]\n{}",
        LISTENER,
        one.address,
        two.address,
        filter("rules", &rules, settings)
    );
    let (_proxy, address) = start(&config).await;
    assert_eq!(Client::get(address, "/other").await.body, "one");
    assert_eq!(Client::get(address, "/a").await.body, "two");
}
