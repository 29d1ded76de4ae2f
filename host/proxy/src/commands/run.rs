//! `witdock-proxy run`.

use std::process::ExitCode;
use std::time::Duration;

use tokio::sync::mpsc;
use witdock_proxy::config::Config;
use witdock_proxy::{ConfigWatch, Proxy};

use crate::arguments::RunArguments;
use crate::show;
use crate::signals::{Signal, Signals};

/// Runs the proxy until a signal stops it.
pub(crate) async fn run(arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    let config = Config::open(&arguments.config)?;
    let mut drain = config.drain;
    let mut signals = Signals::new()?;
    let mut watch = if arguments.no_watch { None } else { watch(&config) };
    let mut proxy = Proxy::start(config).await?;
    for address in proxy.addresses() {
        eprintln!("listening on {address}");
    }
    let (ask, mut asked) = mpsc::channel(1);
    if let Some(address) = arguments.admin {
        eprintln!("status page on http://{}/", proxy.admin(address, ask.clone())?);
    }
    let code = loop {
        let changed = async {
            match &mut watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            signal = signals.next() => {
                if let Signal::Stop(code) = signal {
                    break code;
                }
            }
            () = changed => {}
            Some(()) = asked.recv() => {}
        }
        match reload(arguments, &mut proxy, watch.as_mut()).await {
            Ok(time) => drain = time,
            Err(error) => {
                show(error);
                eprintln!("the configuration before stays in use");
            }
        }
    };
    eprintln!("stopping: requests that run have {drain:?} to end; a second signal ends the proxy at once");
    let again = async {
        loop {
            if let Signal::Stop(code) = signals.next().await {
                return code;
            }
        }
    };
    tokio::select! {
        all_ended = proxy.stop(drain) => {
            if !all_ended {
                eprintln!("requests that still ran after {drain:?} were cut off");
            }
            Ok(ExitCode::from(code))
        }
        code = again => std::process::exit(code.into()),
    }
}

/// Watches the files. A proxy without a watch runs as well, and SIGHUP loads its configuration again.
fn watch(config: &Config) -> Option<ConfigWatch> {
    ConfigWatch::new(config)
        .inspect_err(|error| eprintln!("warning: the configuration is not watched, use SIGHUP: {error}"))
        .ok()
}

async fn reload(
    arguments: &RunArguments,
    proxy: &mut Proxy,
    watch: Option<&mut ConfigWatch>,
) -> anyhow::Result<Duration> {
    let config = match Config::open(&arguments.config) {
        Ok(config) => config,
        Err(error) => {
            proxy.reload_failed(error.to_string());
            return Err(error.into());
        }
    };
    let drain = config.drain;
    proxy.reload(config.clone()).await?;
    if let Some(watch) = watch
        && let Err(error) = watch.follow(&config)
    {
        eprintln!("warning: the configuration is not watched, use SIGHUP: {error}");
    }
    eprintln!("configuration loaded again");
    Ok(drain)
}
