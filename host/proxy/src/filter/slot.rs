//! A filter on one worker: its variants, each with the instance that new streams begin on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Mutex;
use witdock::CallError;

use super::calls::Clusters;
use super::exchange::Exchange;
use super::instance::Instance;
use super::loaded::{LoadedFilter, Share};
use super::shadow::ShadowStream;
use super::variant::Variant;

/// A filter on one worker.
pub(crate) struct Slot {
    filter: Arc<LoadedFilter>,
    main: Rc<Runner>,
    canary: Option<Rc<Runner>>,
    shadow: Option<Rc<Runner>>,
    /// Streams so far, for a canary's share.
    streams: Cell<u64>,
}

/// A variant of a filter on one worker.
pub(super) struct Runner {
    variant: Arc<Variant>,
    clusters: Rc<dyn Clusters>,
    current: RefCell<Option<Rc<Instance>>>,
    /// Held while an instance starts, so that the streams that wait for one start one.
    starting: Mutex<()>,
}

impl Slot {
    pub(crate) fn new(filter: &Arc<LoadedFilter>, clusters: &Rc<dyn Clusters>) -> Self {
        let runner = |variant: &Arc<Variant>| Rc::new(Runner::new(variant, clusters));
        Self {
            main: runner(&filter.main),
            canary: filter.canary.as_ref().map(|canary| runner(&canary.variant)),
            shadow: filter.shadow.as_ref().map(|shadow| runner(&shadow.variant)),
            filter: filter.clone(),
            streams: Cell::new(0),
        }
    }

    pub(crate) fn filter(&self) -> &Arc<LoadedFilter> {
        &self.filter
    }

    /// The variant that a new stream begins on.
    pub(super) fn runner(&self, exchange: &Exchange) -> Rc<Runner> {
        if let (Some(runner), Some(canary)) = (&self.canary, &self.filter.canary) {
            let is_canarys = match &canary.settings.share {
                Share::Header(name) => exchange.lock().request.headers.contains_key(name),
                Share::Percent(percent) => {
                    let number = self.streams.get();
                    self.streams.set(number.wrapping_add(1));
                    // Spread over the streams: for 25 %, one in four and not 25 of 100 in a row.
                    (number * u64::from(*percent)) % 100 < u64::from(*percent)
                }
            };
            if is_canarys {
                return runner.clone();
            }
        }
        self.main.clone()
    }

    /// The instance of the filter's own variant: connections have no canary.
    pub(super) async fn main_instance(&self) -> Result<Rc<Instance>, CallError> {
        self.main.instance().await
    }

    /// Begins the shadow's stream, if the filter has one.
    pub(super) fn begin_shadow(&self, id: u64) -> Option<ShadowStream> {
        let (runner, shadow) = (self.shadow.as_ref()?, self.filter.shadow.as_ref()?);
        Some(ShadowStream::begin(runner, &shadow.comparison, id))
    }
}

impl Runner {
    fn new(variant: &Arc<Variant>, clusters: &Rc<dyn Clusters>) -> Self {
        Self {
            variant: variant.clone(),
            clusters: clusters.clone(),
            current: RefCell::default(),
            starting: Mutex::new(()),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.variant.name
    }

    pub(super) fn serving_generation(&self) -> u64 {
        self.variant.plugin.generation()
    }

    /// The instance that a new stream begins on: of the generation that serves.
    pub(super) async fn instance(&self) -> Result<Rc<Instance>, CallError> {
        if let Some(instance) = self.current() {
            return Ok(instance);
        }
        let _starting = self.starting.lock().await;
        if let Some(instance) = self.current() {
            return Ok(instance);
        }
        let instance = Instance::start(&self.variant, &self.clusters).await?;
        if let Some(before) = self.current.replace(Some(instance.clone())) {
            before.retire();
        }
        Ok(instance)
    }

    fn current(&self) -> Option<Rc<Instance>> {
        self.current.borrow().as_ref().filter(|instance| instance.is_current()).cloned()
    }
}

/// The filter is gone from the configuration, or the worker ends.
impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(instance) = self.current.take() {
            // Outside of a worker's tasks there is nothing to wait for.
            if tokio::runtime::Handle::try_current().is_ok() {
                instance.retire();
            }
        }
    }
}
