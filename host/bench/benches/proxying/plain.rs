//! A proxy that does nothing but pass HTTP/1.1 on: what hyper itself costs.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

type Idle = Rc<RefCell<Vec<SendRequest<Incoming>>>>;

/// Runs the proxy on one thread, until the process is killed. Prints its address first.
pub(crate) fn run(server: SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        let idle = Idle::default();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let idle = idle.clone();
            let service = service_fn(move |request| forward(server, idle.clone(), request));
            tokio::task::spawn_local(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

async fn forward(
    server: SocketAddr,
    idle: Idle,
    request: Request<Incoming>,
) -> hyper::Result<Response<Incoming>> {
    let free = idle.borrow_mut().pop();
    let mut sender = match free {
        Some(sender) => sender,
        None => {
            let stream = TcpStream::connect(server).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            tokio::task::spawn_local(connection);
            sender
        }
    };
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    // The next request waits until this response was read.
    idle.borrow_mut().push(sender);
    Ok(response)
}
