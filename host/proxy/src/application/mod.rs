//! Applications: components of `wasi:http/proxy` that answer the requests of a route.
//!
//! An [`Application`] is a plugin like any other, with grants, limits and reload. Each worker thread has a [`Desk`] for it, which takes
//! requests: each one has an instance for itself, a fresh one or one that has answered others before. A request stays with the
//! generation that it began with.

mod answer;
mod desk;
mod error;
mod guest;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::Semaphore;
use witdock::{Dock, Instances, Limits, Plugin, RestartPolicy, Source};

pub(crate) use self::desk::Desk;
pub use self::error::ApplicationError;
pub(crate) use self::guest::Guest;
use crate::config::ApplicationConfig;

/// The applications of a configuration, by name.
pub(crate) type Applications = HashMap<String, Arc<Application>>;

/// Loads the applications of a configuration. Those of the one before that have the same settings are kept, with their generations and instances.
///
/// # Errors
///
/// When one of them cannot be started.
pub(crate) async fn load(
    dock: &Dock,
    configs: &IndexMap<String, ApplicationConfig>,
    before: &Applications,
) -> Result<Applications, ApplicationError> {
    let mut applications = Applications::new();
    for (name, config) in configs {
        let same = before.get(name).filter(|application| application.config == *config);
        let application = match same {
            Some(same) => Arc::clone(same),
            None => Arc::new(Application::load(dock, name, config).await?),
        };
        applications.insert(name.clone(), application);
    }
    Ok(applications)
}

/// An application that all workers share.
pub(crate) struct Application {
    pub(crate) name: String,
    pub(crate) config: ApplicationConfig,
    pub(crate) plugin: Plugin<Guest>,
    /// The places for requests that run.
    places: Arc<Semaphore>,
}

impl Application {
    /// Builds, checks, compiles and starts the component.
    ///
    /// # Errors
    ///
    /// When it cannot be built or read, exports no `wasi:http/incoming-handler`, or is not granted what it requests.
    pub(crate) async fn load(
        dock: &Dock,
        name: &str,
        config: &ApplicationConfig,
    ) -> Result<Self, ApplicationError> {
        let source = Source::open(&config.plugin)
            .map_err(|error| ApplicationError::Load { name: name.to_owned(), message: error.to_string() })?;
        let limits = Limits {
            call_deadline: config.deadline,
            memory_bytes: config.memory_bytes,
            http_requests: config.outgoing_requests,
            ..Limits::default()
        };
        let plugin = dock
            .plugin::<Guest>(source)
            .policy(config.grants.clone())
            .limits(limits)
            .instances(Instances::Pool(1))
            // A request that makes the guest fail costs that request alone: nobody who sends such requests takes the application from others.
            .restarts(RestartPolicy {
                first_back_off: Duration::ZERO,
                longest_back_off: Duration::ZERO,
                quarantine_after: u32::MAX,
                window: Duration::from_secs(1),
            })
            .load(|| ())
            .await
            .map_err(|error| ApplicationError::Load { name: name.to_owned(), message: error.to_string() })?;
        if let Err(error) = plugin.watch() {
            tracing::warn!(application = name, "changes of the component are not seen: {error}");
        }
        Ok(Self {
            name: name.to_owned(),
            config: config.clone(),
            plugin,
            places: Arc::new(Semaphore::new(config.requests.min(Semaphore::MAX_PERMITS))),
        })
    }
}

impl std::fmt::Debug for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Application").field("name", &self.name).finish_non_exhaustive()
    }
}
