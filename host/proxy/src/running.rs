use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::access_log::AccessLog;
use crate::application::Desk;
use crate::plan::Plan;
use crate::route::{Route, Routes};
use crate::upstream::{ClusterPool, Forwarding};

/// A plan as one worker carries it out. A request follows the one that it began with.
pub(crate) struct Running {
    pub(crate) routes: Routes,
    pub(crate) clusters: HashMap<String, Rc<ClusterPool>>,
    pub(crate) forwarding: Forwarding,
    pub(crate) access_log: Arc<AccessLog>,
    pub(crate) applications: HashMap<String, Rc<Desk>>,
}

impl Running {
    /// Carries out a plan. Connections to clusters that did not change are kept.
    pub(crate) fn new(plan: &Arc<Plan>, before: Option<&Self>) -> Rc<Self> {
        let pool = |name: &String| {
            let cluster = plan.clusters.get(name)?;
            let same = before
                .and_then(|before| before.clusters.get(name))
                .filter(|pool| Arc::ptr_eq(pool.cluster(), cluster));
            let pool = same.map_or_else(|| ClusterPool::new(cluster, plan.config.threads), Rc::clone);
            Some((name.clone(), pool))
        };
        Rc::new(Self {
            routes: Routes::new(plan.config.routes.iter().map(Route::new)),
            clusters: plan.config.clusters.keys().filter_map(pool).collect(),
            forwarding: Forwarding::new(&plan.config.forwarding),
            access_log: Arc::clone(&plan.access_log),
            applications: Desk::all(plan, before),
        })
    }
}
