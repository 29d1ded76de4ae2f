use crate::bindings::witdock::proxy::metrics::{self, Kind, MetricError};
use crate::memory;
use crate::root::{self, ROOT_CONTEXT};
use crate::semantics;
use crate::status::{Status, answer};
use crate::text;

fn status(error: MetricError) -> Status {
    match error {
        MetricError::NoSuchMetric => Status::NotFound,
        MetricError::Invalid(_) => Status::BadArgument,
        MetricError::TooMany(_) => Status::InternalFailure,
    }
}

#[unsafe(export_name = "env#proxy_define_metric")]
extern "C" fn proxy_define_metric(kind: u32, name: u32, name_size: u32, metric_at: u32) -> u32 {
    answer(|| {
        let name = text::encode(&memory::read(name, name_size)?);
        let kind = match kind {
            0 => Kind::Counter,
            1 => Kind::Gauge,
            2 => Kind::Histogram,
            _ => return Err(Status::BadArgument),
        };
        let metric = metrics::define(kind, &name).map_err(status)?;
        let mut defined = ROOT_CONTEXT.metrics.borrow_mut();
        if !defined.iter().any(|(own, _)| *own == metric) {
            defined.push((metric, kind));
        }
        memory::write_u32(metric_at, metric)
    })
}

#[unsafe(export_name = "env#proxy_increment_metric")]
extern "C" fn proxy_increment_metric(metric: u32, by: i64) -> u32 {
    answer(|| {
        match root::metric(metric)? {
            Kind::Counter if by < 0 || (by == 0 && !semantics::is_spec()) => return Err(Status::BadArgument),
            Kind::Histogram => return Err(Status::BadArgument),
            Kind::Counter | Kind::Gauge => {}
        }
        metrics::add(metric, by).map_err(status)
    })
}

#[unsafe(export_name = "env#proxy_record_metric")]
extern "C" fn proxy_record_metric(metric: u32, value: u64) -> u32 {
    answer(|| {
        root::metric(metric)?;
        metrics::record(metric, value).map_err(status)
    })
}

#[unsafe(export_name = "env#proxy_get_metric")]
extern "C" fn proxy_get_metric(metric: u32, value_at: u32) -> u32 {
    answer(|| {
        if matches!(root::metric(metric)?, Kind::Histogram) {
            return Err(Status::BadArgument);
        }
        let value = metrics::read(metric).map_err(status)?;
        memory::write_u64(value_at, value)
    })
}
