//! The file: what was said, and what had to be guessed, each in its place with a word on where it is from.

use std::fmt::Write;

use super::{Calls, MEASURED_IN, Request, Sketch};
use crate::kernel::Span;

/// The latency objective as a multiple of the time a page takes when nobody waits, and the least it is.
const PATIENCE: u64 = 5;
const LEAST_OBJECTIVE: Span = Span::from_millis(250);
/// A write takes so many times as long as a query.
const WRITE: u64 = 2;

/// The scenario's text.
pub(super) fn scenario(request: &Request<'_>, sketch: &Sketch) -> String {
    let mut out = String::new();
    // Writing into a text cannot fail.
    let _ = head(&mut out, request)
        .and_then(|()| params(&mut out, sketch))
        .and_then(|()| surroundings(&mut out, request, sketch))
        .and_then(|()| endpoints(&mut out, sketch))
        .and_then(|()| contestants(&mut out, request.cores));
    out
}

fn head(out: &mut String, request: &Request<'_>) -> std::fmt::Result {
    let Request {
        app,
        load,
        cores,
        memory,
    } = request;
    let (app, load, memory) = (one_line(app), one_line(load), one_line(memory));
    writeln!(
        out,
        "# Written by crossover init --app \"{app}\" --load \"{load}\" --cores {cores} --memory {memory}"
    )?;
    writeln!(
        out,
        "# What says \"guess\" nobody told: put your own figure there, and compare again.\n"
    )?;
    writeln!(out, "title           = {}", quoted(&app))?;
    writeln!(
        out,
        "cpu_measured_in = \"{MEASURED_IN}\"              # the language that the CPU times below are told in\n"
    )
}

fn params(out: &mut String, sketch: &Sketch) -> std::fmt::Result {
    writeln!(
        out,
        "[params]                                # the verdict says which of them, ± 50 %, would change it"
    )?;
    if let Some(queries) = sketch.queries {
        param(out, "query", queries.each, "one query, at the database")?;
    }
    if sketch.writes > 0.0 {
        let source =
            format!("one write, at the database: a guess, {WRITE} queries (it waits for the disk)");
        param(out, "write", write_time(sketch), &source)?;
    }
    if let Some(api) = sketch.api {
        param(
            out,
            "api",
            api.each,
            "one call of the API, without the way there",
        )?;
    }
    for work in &sketch.works {
        param(out, &work.kind, work.cpu, &work.source)?;
    }
    writeln!(out)
}

fn param(out: &mut String, name: &str, time: Span, source: &str) -> std::fmt::Result {
    let said = format!("\"{time}\"");
    writeln!(out, "{name:8} = {said:27}  # {source}")
}

fn write_time(sketch: &Sketch) -> Span {
    let query = sketch
        .queries
        .map_or(Span::from_millis(4), |queries| queries.each);
    Span(query.0.saturating_mul(WRITE))
}

fn surroundings(out: &mut String, request: &Request<'_>, sketch: &Sketch) -> std::fmt::Result {
    let traffic = &sketch.traffic;
    let peak = significant(traffic.mean * traffic.peak);
    let mean = significant(traffic.mean);
    let busy = traffic.peak;
    writeln!(out, "[arrivals]")?;
    writeln!(out, "process  = \"poisson\"")?;
    writeln!(
        out,
        "rate     = \"sweep\"                      # how far each carries"
    )?;
    let said = format!("\"{peak}/s\"");
    writeln!(
        out,
        "expected = {said:28} # what the verdict is about: {mean}/s in the mean, {busy} times that at the peak\n"
    )?;
    writeln!(out, "[clients]")?;
    writeln!(out, "keep_alive = true")?;
    writeln!(
        out,
        "latency    = \"20ms\"                     # guess: one way, to people's browsers"
    )?;
    writeln!(
        out,
        "timeout    = \"30s\"                      # guess: when people give up\n"
    )?;
    writeln!(out, "[hosts.app]")?;
    writeln!(out, "model  = \"linux-vm\"")?;
    writeln!(out, "cores  = {}", request.cores)?;
    writeln!(out, "memory = {}\n", quoted(request.memory.trim()))?;
    writeln!(out, "[slo]")?;
    let objective = format!("\"{}\"", objective(sketch));
    writeln!(
        out,
        "p99    = {objective:30} # guess: {PATIENCE} times what a page takes when nobody waits, {LEAST_OBJECTIVE} at least"
    )?;
    writeln!(out, "errors = \"0.1%\"                         # guess\n")?;
    if sketch.queries.is_some() || sketch.writes > 0.0 {
        writeln!(out, "[services.postgres]")?;
        writeln!(out, "model = \"postgres\"")?;
        writeln!(
            out,
            "cores = {}                               # guess: a database server as large as the application's\n",
            request.cores
        )?;
    }
    if sketch.api.is_some() {
        writeln!(out, "[services.api]")?;
        writeln!(out, "model   = \"http-api\"")?;
        writeln!(
            out,
            "latency = \"5ms\"                         # guess: one way\n"
        )?;
    }
    Ok(())
}

/// In whole 50 ms.
fn objective(sketch: &Sketch) -> Span {
    const STEP: u64 = 50_000_000;
    let calls = |calls: Option<Calls>| calls.map_or(0, |c| c.each.0.saturating_mul(c.count.into()));
    let works: u64 = sketch
        .works
        .iter()
        .fold(0, |sum, work| sum.saturating_add(work.cpu.0));
    let page = calls(sketch.queries)
        .saturating_add(calls(sketch.api))
        .saturating_add(works);
    let patient = page
        .saturating_mul(PATIENCE)
        .div_ceil(STEP)
        .saturating_mul(STEP);
    Span(patient).max(LEAST_OBJECTIVE)
}

fn endpoints(out: &mut String, sketch: &Sketch) -> std::fmt::Result {
    let reads = 100.0 * (1.0 - sketch.writes);
    writeln!(out, "[endpoints.page]")?;
    writeln!(out, "weight = {}", significant(reads))?;
    writeln!(out, "steps = [")?;
    if let Some(queries) = sketch.queries {
        call(
            out,
            ("query", "queries"),
            "postgres",
            queries.count,
            "cv of 0.8: a guess",
        )?;
    }
    if let Some(api) = sketch.api {
        call(out, ("api", "apis"), "api", api.count, "cv of 0.8: a guess")?;
    }
    for work in &sketch.works {
        let kind = &work.kind;
        match kind.as_str() {
            "native" => writeln!(out, "  {{ name = \"{kind}\", native = \"${kind}\" }},")?,
            _ => writeln!(
                out,
                "  {{ name = \"{kind}\", cpu = \"gamma(${kind}, cv=0.4)\", kind = \"{kind}\" }},   # cv: a guess"
            )?,
        }
    }
    writeln!(out, "]\n")?;
    if sketch.writes > 0.0 {
        writeln!(out, "[endpoints.save]")?;
        writeln!(out, "weight = {}", significant(100.0 * sketch.writes))?;
        writeln!(out, "steps = [")?;
        call(
            out,
            ("write", "writes"),
            "postgres",
            1,
            "guess: one write, and nothing rendered",
        )?;
        writeln!(out, "]\n")?;
    }
    Ok(())
}

/// A call, or several of the same, each of a mean `$name`.
fn call(
    out: &mut String,
    (name, several): (&str, &str),
    service: &str,
    count: u32,
    note: &str,
) -> std::fmt::Result {
    let one = format!(
        "{{ name = \"{name}\", call = \"{service}\", work = \"lognormal(${name}, cv=0.8)\" }}"
    );
    match count {
        1 => writeln!(out, "  {one},   # {note}"),
        _ => writeln!(
            out,
            "  {{ name = \"{several}\", repeat = {count}, steps = [ {one} ] }},   # {note}"
        ),
    }
}

fn contestants(out: &mut String, cores: u32) -> std::fmt::Result {
    let sync = cores.saturating_mul(2).saturating_add(1);
    writeln!(out, "[contestants.node]\nmodel = \"node\"\n")?;
    writeln!(
        out,
        "[contestants.node-cluster]\nmodel     = \"node-cluster\"\nprocesses = {cores}                           # one for each core\n"
    )?;
    writeln!(
        out,
        "[contestants.django-sync]\nmodel     = \"django-sync\"\nprocesses = {sync}                           # gunicorn's advice: 2 × cores + 1\n"
    )?;
    writeln!(
        out,
        "[contestants.django-gthread]\nmodel     = \"django-gthread\"\nprocesses = {cores}                           # one for each core, of 4 threads"
    )
}

/// Three significant digits, without an exponent.
fn significant(value: f64) -> f64 {
    let digits = 2 - libm::floor(libm::log10(value.abs().max(1e-9))) as i32;
    let scale = libm::pow(10.0, f64::from(digits));
    (value * scale).round() / scale
}

/// Without line ends, which would end the comment.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// As a TOML text.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
