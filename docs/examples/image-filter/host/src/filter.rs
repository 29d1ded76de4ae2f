//! Filters: the bindings of the interface in `wit/`, and loading, calling and watching of plugins.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::Notify;
use wasmtime::component::HasSelf;
use witdock::{ContractViolation, Dock, Event, Limits, Plugin, Policy, Source};

use bindings::exports::image_filter::plugin::filter::FilterError;
use bindings::image_filter::plugin::{progress, types};
use bindings::{COMPONENT_TYPE, ImageFilter};

pub(crate) use types::{Image, Setting};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit",
        imports: { default: trappable },
        exports: { default: async },
        include_component_type: true,
    });
}

/// The data of one filter's instance. It is public because the bindings are, which name it.
#[allow(unreachable_pub, reason = "a program has no outside")]
pub struct FilterState {
    filter: String,
}

impl types::Host for FilterState {}

impl progress::Host for FilterState {
    fn report(&mut self, percent: u8) -> wasmtime::Result<()> {
        eprintln!("  {}: {percent}%", self.filter);
        Ok(())
    }
}

witdock::interface! {
    ImageFilter,
    component_type = COMPONENT_TYPE,
    state = FilterState,
    link = |linker| ImageFilter::add_to_linker::<_, HasSelf<FilterState>>(linker, |host| &mut host.app),
}

/// A filter on the command line: `blur:radius=4,edges=wrap`.
#[derive(Clone)]
pub(crate) struct Step {
    name: String,
    settings: Vec<Setting>,
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, settings) = text.split_once(':').unwrap_or((text, ""));
        let settings = settings.split(',').filter(|setting| !setting.is_empty()).map(|setting| {
            let (name, value) =
                setting.split_once('=').ok_or(format!("`{setting}` has no value; write {setting}=VALUE"))?;
            Ok(Setting { name: name.to_owned(), value: value.to_owned() })
        });
        Ok(Self { name: name.to_owned(), settings: settings.collect::<Result<_, String>>()? })
    }
}

/// A loaded filter with its step.
pub(crate) struct Filter {
    plugin: Plugin<ImageFilter>,
    step: Step,
}

impl Filter {
    /// Builds, checks and starts a filter, with limits for pictures of about this size. When its source changes it is reloaded, and
    /// `reloaded` is notified.
    pub(crate) async fn load(
        dock: &Dock,
        folder: &Path,
        step: &Step,
        image: &Image,
        reloaded: Arc<Notify>,
    ) -> anyhow::Result<Self> {
        let folder = folder.join(&step.name);
        let source = Source::open(&folder).with_context(|| format!("unknown filter `{}`", step.name))?;
        let size = image.pixels.len();
        let builder = dock
            .plugin::<ImageFilter>(source)
            .policy(Policy::new().import("image-filter:plugin/*"))
            .limits(Limits {
                // The picture, the result, and the same again for intermediate data.
                memory_bytes: (32 << 20) + 6 * size,
                host_call_bytes: (1 << 20) + 4 * size,
                call_deadline: Duration::from_secs(5) + Duration::from_micros(size as u64 / 4),
                ..Limits::default()
            });
        let (name, mut events) = (step.name.clone(), builder.events());
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if event.is_news() {
                    eprintln!("  {name}: {event}");
                }
                if matches!(event, Event::Serving { generation, .. } if generation > 1) {
                    reloaded.notify_one();
                }
            }
        });
        let name = step.name.clone();
        let plugin = builder.load(move || FilterState { filter: name.clone() }).await?;
        plugin.watch()?;
        Ok(Self { plugin, step: step.clone() })
    }

    pub(crate) async fn apply(&self, image: Image) -> anyhow::Result<Image> {
        let Step { name, settings: given } = &self.step;
        let settings = self
            .plugin
            .call_named("settings", async |guest, store| {
                guest.image_filter_plugin_filter().call_settings(store).await
            })
            .await?;
        let settings = filled(settings, given).with_context(|| format!("the filter `{name}`"))?;
        let applied = self
            .plugin
            .call_named("apply", async |guest, store| {
                let filter = guest.image_filter_plugin_filter();
                let applied = filter.call_apply(store, &image, &settings).await?;
                Ok(match applied {
                    // A rule that types cannot express. Breaking it counts as a failure of the plugin.
                    Ok(image) => Ok(checked(image)?),
                    Err(error) => Err(error),
                })
            })
            .await?;
        applied.map_err(|error| match error {
            FilterError::Setting(why) => anyhow::anyhow!("the filter `{name}` refused a setting: {why}"),
            FilterError::Image(why) => {
                anyhow::anyhow!("the filter `{name}` cannot process this picture: {why}")
            }
        })
    }
}

/// The defaults, replaced by the given values.
fn filled(mut settings: Vec<Setting>, given: &[Setting]) -> anyhow::Result<Vec<Setting>> {
    for Setting { name, value } in given {
        match settings.iter_mut().find(|setting| setting.name == *name) {
            Some(setting) => setting.value.clone_from(value),
            None => {
                let known: Vec<_> =
                    settings.iter().map(|setting| format!("{}={}", setting.name, setting.value)).collect();
                bail!("unknown setting `{name}`; the settings and their defaults are {}", known.join(", "));
            }
        }
    }
    Ok(settings)
}

fn checked(image: Image) -> wasmtime::Result<Image> {
    let Image { width, height, ref pixels } = image;
    let expected = u64::from(width) * u64::from(height) * 4;
    if expected == 0 || pixels.len() as u64 != expected {
        let problem =
            format!("returned {} bytes for {width} × {height} pixels; expected {expected}", pixels.len());
        return Err(ContractViolation(problem).into());
    }
    Ok(image)
}
