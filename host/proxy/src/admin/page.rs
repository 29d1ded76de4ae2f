//! `/`: what a person wants to see first.

use std::fmt::Write as _;
use std::time::Duration;

use http::StatusCode;

use super::{Admin, Answer, body, filters};
use crate::figures::Totals;

const STYLE: &str = "body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}\
table{border-collapse:collapse;margin:.5em 0 1.5em}td,th{padding:.2em .9em .2em 0;text-align:left;vertical-align:top}\
th{border-bottom:1px solid #888;font-weight:600}td.n{text-align:right}.bad{color:#b00}h2{margin:1.2em 0 .2em;font-size:1.1em}\
pre{background:#8881;padding:.6em;white-space:pre-wrap}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}\
a{color:#8bf}.bad{color:#f77}}";

pub(super) fn answer(admin: &Admin) -> Answer {
    // Writing to a string cannot fail.
    let mut html = String::new();
    let _ = write(admin, &mut html);
    body(StatusCode::OK, "text/html; charset=utf-8", html)
}

fn write(admin: &Admin, html: &mut String) -> std::fmt::Result {
    let plan = admin.plan.borrow().clone();
    let reloads = admin.reloads.borrow().clone();
    write!(
        html,
        "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=5>\
         <meta name=viewport content='width=device-width'><title>witdock-proxy</title><style>{STYLE}</style>\
         <h1>witdock-proxy</h1><p>{}, up {}, {}. \
         <a href=/health>health</a> <a href=/metrics>metrics</a> <a href=/connections>connections</a> \
         <a href=/tail>tail</a></p>",
        escaped(&plan.config.path.display().to_string()),
        ago(admin.shared.started.elapsed()),
        if *admin.stopping.borrow() { "<b class=bad>stopping</b>" } else { "running" },
    )?;
    write!(html, "<p>Reloads: {}, refused: {}.</p>", reloads.successes, reloads.failures)?;
    if let Some(error) = &reloads.last_error {
        write!(
            html,
            "<p class=bad>The last configuration was refused; the one before is in use:</p><pre>{}</pre>",
            escaped(error)
        )?;
    }
    html.push_str("<form method=post action=/reload><button>Load the configuration again</button></form>");

    let connections = admin.workers.upgrade().map(|workers| workers.connections()).unwrap_or_default();
    html.push_str("<h2>Listeners</h2><table><tr><th>address<th>protocol<th>TLS<th>filters</tr>");
    for listener in &plan.config.listeners {
        write!(
            html,
            "<tr><td>{}<td>{}<td>{}<td>{}</tr>",
            listener.address,
            if listener.cluster.is_some() { "tcp" } else { "http" },
            if listener.certificates.is_empty() { "no" } else { "yes" },
            escaped(&listener.filters.join(", "))
        )?;
    }
    html.push_str("</table><h2>Requests</h2><table><tr><th>");
    write!(html, "{REQUEST_HEADS}</tr><tr><td>all{}</tr>", row(&admin.shared.figures.totals()))?;
    for (name, cluster) in &plan.clusters {
        write!(html, "<tr><td>cluster {}{}</tr>", escaped(name), row(&cluster.figures.totals()))?;
    }
    let per_worker: Vec<_> = connections.iter().map(ToString::to_string).collect();
    write!(html, "</table><p>Connections by worker: {}.</p>", per_worker.join(", "))?;

    html.push_str(
        "<h2>Servers</h2><table><tr><th>cluster<th>server<th>state<th>running<th>last failure</tr>",
    );
    for (name, cluster) in &plan.clusters {
        for server in &cluster.servers {
            let state = cluster.server_state(server);
            write!(
                html,
                "<tr><td>{}<td>{}<td{}>{state}<td class=n>{}<td>{}</tr>",
                escaped(name),
                server.endpoint,
                if state == "healthy" { "" } else { " class=bad" },
                server.running(),
                escaped(&server.last_failure().unwrap_or_default())
            )?;
        }
    }
    html.push_str("</table>");
    filters::write(&plan.filters, html)?;
    html.push_str("</html>\n");
    Ok(())
}

const REQUEST_HEADS: &str =
    "<th>requests<th>2xx<th>3xx<th>4xx<th>5xx<th>client left<th>retries<th>mean<th>p50<th>p99";

fn row(totals: &Totals) -> String {
    let requests = totals.requests();
    let mut cells = format!("<td class=n>{requests}");
    let [left, _, others @ ..] = totals.classes;
    for count in others.into_iter().chain([left, totals.retries]) {
        let _ = write!(cells, "<td class=n>{count}");
    }
    let mean = totals
        .micros
        .checked_div(requests)
        .map_or_else(String::new, |micros| format!("{:.1} ms", micros as f64 / 1000.0));
    let _ = write!(cells, "<td class=n>{mean}");
    for part in [0.5, 0.99] {
        let end = totals.quantile_ms(part).map_or_else(|| "-".to_owned(), |end| format!("≤ {end} ms"));
        let _ = write!(cells, "<td class=n>{end}");
    }
    cells
}

fn ago(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// Text as HTML shows it.
pub(super) fn escaped(text: &str) -> String {
    witdock::text::block(text)
        .to_string()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
