//! The functions of the proxy, in memory, with the signatures that the bindings have in a component.

pub(crate) mod http {
    pub(crate) use crate::testing::exchange::Exchange;
}

pub(crate) mod tcp {
    pub(crate) use crate::testing::tcp::Connection;
}

pub(crate) mod http_calls {
    use crate::bindings::witdock::proxy::http_calls::{CallError, Request};
    use crate::testing::exchange::Exchange;
    use crate::testing::fields;
    use crate::testing::tcp::Connection;
    use crate::testing::world::{Waiting, with};

    pub(crate) fn start(request: &Request) -> Result<u64, CallError> {
        begin(request, true)
    }

    pub(crate) fn start_for(_exchange: &Exchange, request: &Request) -> Result<u64, CallError> {
        begin(request, false)
    }

    pub(crate) fn start_for_connection(
        _connection: &Connection,
        request: &Request,
    ) -> Result<u64, CallError> {
        begin(request, false)
    }

    fn begin(request: &Request, of_instance: bool) -> Result<u64, CallError> {
        with(|world| {
            if !world.clusters.contains(&request.cluster) {
                let known: Vec<_> = world.clusters.iter().map(String::as_str).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(CallError::UnknownCluster(format!("the filter may call: {known}")));
            }
            let named = |name: &str| request.headers.iter().any(|header| header.name == name);
            if let Some(missing) = [":method", ":path", ":authority"].into_iter().find(|name| !named(name)) {
                return Err(CallError::Invalid(format!("`{missing}` is missing")));
            }
            for header in request.headers.iter().chain(&request.trailers) {
                fields::check(header).map_err(CallError::Invalid)?;
            }
            world.last_call += 1;
            let number = world.last_call;
            world.calls.push(Waiting { number, of_instance, request: request.clone() });
            Ok(number)
        })
    }

    pub(crate) fn cancel(call: u64) {
        with(|world| world.calls.retain(|waiting| waiting.number != call));
    }
}

pub(crate) mod shared_data {
    use crate::bindings::witdock::proxy::shared_data::{Entry, StoreError};
    use crate::testing::world::with;

    pub(crate) fn get(key: &str) -> Option<Entry> {
        with(|world| world.shared.get(key).cloned())
    }

    pub(crate) fn set(key: &str, value: &[u8]) -> Result<(), StoreError> {
        with(|world| world.store(key, value));
        Ok(())
    }

    pub(crate) fn compare_and_set(key: &str, value: &[u8], version: Option<u32>) -> Result<(), StoreError> {
        with(|world| {
            if world.shared.get(key).map(|entry| entry.version) != version {
                return Err(StoreError::Changed);
            }
            world.store(key, value);
            Ok(())
        })
    }

    pub(crate) fn remove(key: &str) -> bool {
        with(|world| world.shared.remove(key).is_some())
    }
}

pub(crate) mod queues {
    use crate::bindings::witdock::proxy::queues::SendError;
    use crate::testing::world::{Queue, SCOPE, with};

    pub(crate) fn register(name: &str) -> u32 {
        find(SCOPE, name).unwrap_or_else(|| {
            with(|world| {
                let (scope, name) = (SCOPE.to_owned(), name.to_owned());
                world.queues.push(Queue { scope, name, messages: Default::default(), untold: 0 });
                u32::try_from(world.queues.len() - 1).unwrap_or(u32::MAX)
            })
        })
    }

    pub(crate) fn find(scope: &str, name: &str) -> Option<u32> {
        with(|world| {
            let at = world.queues.iter().position(|queue| queue.scope == scope && queue.name == name)?;
            u32::try_from(at).ok()
        })
    }

    pub(crate) fn send(queue: u32, message: &[u8]) -> Result<(), SendError> {
        with(|world| {
            let queue = world.queues.get_mut(queue as usize).ok_or(SendError::NoSuchQueue)?;
            queue.messages.push_back(message.to_vec());
            queue.untold += 1;
            Ok(())
        })
    }

    pub(crate) fn receive(queue: u32) -> Option<Vec<u8>> {
        with(|world| world.queues.get_mut(queue as usize)?.messages.pop_front())
    }
}

pub(crate) mod metrics {
    pub(crate) use crate::bindings::witdock::proxy::metrics::Kind;
    use crate::bindings::witdock::proxy::metrics::MetricError;
    use crate::testing::world::{Metric, with};

    pub(crate) fn define(kind: Kind, name: &str) -> Result<u32, MetricError> {
        if name.is_empty() {
            return Err(MetricError::Invalid("a metric's name is not empty".to_owned()));
        }
        with(|world| {
            let at =
                world.metrics.iter().position(|metric| metric.name == name).unwrap_or(world.metrics.len());
            match world.metrics.get(at) {
                None => {
                    world.metrics.push(Metric { kind, name: name.to_owned(), value: 0, observed: Vec::new() })
                }
                Some(metric) if metric.kind == kind => {}
                Some(metric) => return Err(MetricError::Invalid(format!("`{name}` is a {:?}", metric.kind))),
            }
            Ok(u32::try_from(at).unwrap_or(u32::MAX))
        })
    }

    pub(crate) fn add(metric: u32, by: i64) -> Result<(), MetricError> {
        with(|world| {
            let metric = world.metrics.get_mut(metric as usize).ok_or(MetricError::NoSuchMetric)?;
            match metric.kind {
                Kind::Counter if by < 0 => {
                    Err(MetricError::Invalid(format!("the counter `{}` only grows", metric.name)))
                }
                Kind::Counter | Kind::Gauge => {
                    metric.value += by;
                    Ok(())
                }
                Kind::Histogram => Err(MetricError::NoSuchMetric),
            }
        })
    }

    pub(crate) fn record(metric: u32, value: u64) -> Result<(), MetricError> {
        with(|world| {
            let metric = world.metrics.get_mut(metric as usize).ok_or(MetricError::NoSuchMetric)?;
            match metric.kind {
                Kind::Counter => metric.value = metric.value.saturating_add_unsigned(value),
                Kind::Gauge => metric.value = i64::try_from(value).unwrap_or(i64::MAX),
                Kind::Histogram => metric.observed.push(value),
            }
            Ok(())
        })
    }

    pub(crate) fn read(metric: u32) -> Result<u64, MetricError> {
        with(|world| match world.metrics.get(metric as usize) {
            Some(Metric { kind: Kind::Counter | Kind::Gauge, value, .. }) => Ok(value.cast_unsigned()),
            _ => Err(MetricError::NoSuchMetric),
        })
    }
}

pub(crate) mod properties {
    use crate::properties::Property;
    use crate::testing::exchange::Exchange;
    use crate::testing::tcp::Connection;
    use crate::testing::world::with;

    pub(crate) fn of_exchange(exchange: &Exchange, path: &[String]) -> Option<Property> {
        let parts: Vec<_> = path.iter().map(String::as_str).collect();
        with(|world| match parts.as_slice() {
            ["request", "time"] => {
                world.property(path).or_else(|| Some(Property::Timestamp(nanoseconds(exchange.began()))))
            }
            ["request", "duration"] => {
                let elapsed = world.now.saturating_sub(exchange.began());
                world.property(path).or_else(|| Some(Property::Duration(nanoseconds(elapsed))))
            }
            _ => world.property(path),
        })
        .or_else(|| exchange.property(path))
    }

    fn nanoseconds(duration: std::time::Duration) -> u64 {
        u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn of_connection(_connection: &Connection, path: &[String]) -> Option<Property> {
        with(|world| world.property(path))
    }

    pub(crate) fn of_proxy(path: &[String]) -> Option<Property> {
        with(|world| world.property(path))
    }

    pub(crate) fn set(exchange: &Exchange, path: &[String], value: &[u8]) -> bool {
        exchange.set_property(path, value)
    }
}

pub(crate) mod timers {
    use crate::testing::world::with;

    pub(crate) fn set_tick(period_ms: u32) {
        with(|world| world.tick_ms = if period_ms == 0 { 0 } else { period_ms.max(10) });
    }
}

pub(crate) mod retirement {
    use crate::testing::world::with;

    pub(crate) fn done() {
        with(|world| world.is_done = true);
    }
}
