use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::access_log::AccessLog;
use crate::application::Desk;
use crate::filter::{Chain, Clusters, LoadedFilter, Slot};
use crate::filter_calls::WorkerClusters;
use crate::plan::Plan;
use crate::route::{Route, Routes};
use crate::upstream::{ClusterPool, Forwarding};

/// A plan as one worker carries it out. A request follows the one that it began with.
pub(crate) struct Running {
    pub(crate) routes: Routes,
    pub(crate) clusters: HashMap<String, Rc<ClusterPool>>,
    filters: HashMap<String, Rc<Slot>>,
    pub(crate) forwarding: Forwarding,
    pub(crate) access_log: Arc<AccessLog>,
    pub(crate) applications: HashMap<String, Rc<Desk>>,
}

impl Running {
    /// Carries out a plan. Connections to clusters that did not change are kept.
    pub(crate) fn new(plan: &Arc<Plan>, clusters: &Rc<WorkerClusters>, before: Option<&Self>) -> Rc<Self> {
        let pool = |name: &String| {
            let cluster = plan.clusters.get(name)?;
            let same = before
                .and_then(|before| before.clusters.get(name))
                .filter(|pool| Arc::ptr_eq(pool.cluster(), cluster));
            let pool = same.map_or_else(|| ClusterPool::new(cluster, plan.config.threads), Rc::clone);
            Some((name.clone(), pool))
        };
        let calls: Rc<dyn Clusters> = clusters.clone();
        let slot = |(name, filter): (&String, &Arc<LoadedFilter>)| {
            let same = before
                .and_then(|before| before.filters.get(name))
                .filter(|slot| Arc::ptr_eq(slot.filter(), filter));
            let slot = same.map_or_else(|| Rc::new(Slot::new(filter, &calls)), Rc::clone);
            (name.clone(), slot)
        };
        let running = Rc::new(Self {
            routes: Routes::new(plan.config.routes.iter().map(Route::new)),
            clusters: plan.config.clusters.keys().filter_map(pool).collect(),
            filters: plan.filters.iter().map(slot).collect(),
            forwarding: Forwarding::new(&plan.config.forwarding),
            access_log: Arc::clone(&plan.access_log),
            applications: Desk::all(plan, before),
        });
        clusters.follow(&running);
        running
    }

    /// The filters of a listener and a route, in this order.
    pub(crate) fn chain(&self, listener: &[String], route: &[String]) -> Chain {
        Chain::new(self.slots(listener.iter().chain(route)))
    }

    /// The filters with these names.
    pub(crate) fn slots<'n>(&self, names: impl Iterator<Item = &'n String>) -> Vec<Rc<Slot>> {
        // Names are checked with the configuration.
        names.filter_map(|name| self.filters.get(name).cloned()).collect()
    }
}
