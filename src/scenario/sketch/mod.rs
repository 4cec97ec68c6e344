//! A scenario from what people know of their own application: visits a day, and what a page does.
//!
//! ```text
//! --app  "queries=3x4ms, render=100 rows, api=1x80ms, writes=5%"   what one page does
//! --load "20000 visits/day, peak x6"                               how often it is asked for
//!            │
//!            ▼  read here                  words          ──►  a commented scenario file, to be edited
//!         Sketch                          languages.toml        (text)
//! ```
//!
//! Words are `queries` (so many, each so long at the database), `api` (so many calls of somebody else's service, each so
//! long), `writes` (the share of requests that store something), `render`, and the kinds of `languages.toml`, which take a time
//! or a count of what the kind is measured in (`template = 100 rows`). `render` is the kind `template`.
//!
//! What people do not know is written into the file as a guess, with the word "guess" beside it. Left out on purpose: caches,
//! sessions, files. Whoever knows of them edits the file, which is an ordinary scenario.

mod text;

use std::path::Path;

use super::diagnostic::{Diagnostics, Problem, Problems, alternatives};
use super::files::Files;
use super::languages::Languages;
use super::load;
use super::loader::Embedded;
use super::nearest::likeliest;
use super::piece::Piece;
use super::quantity;
use super::scenario_file::read_languages;
use crate::kernel::Span;

/// The file that is written.
pub const OWN: &str = "app.toml";
/// The word for text made for people.
const RENDER: (&str, &str) = ("render", "template");
/// The language that CPU times are told in; the file says so, and can be changed.
const MEASURED_IN: &str = "python";
/// The most calls of one kind on a page.
const MOST_CALLS: f64 = 10_000.0;
/// Words with a meaning of their own; the others are kinds of work.
const WORDS: [&str; 4] = ["queries", "api", "writes", RENDER.0];

/// What was typed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What a page does: `queries=3x4ms, render=100 rows, api=1x80ms, writes=5%`.
    pub app: &'a str,
    /// How often it is asked for: `20000 visits/day, peak x6`, or a rate such as `30/s`.
    pub load: &'a str,
    /// Cores of the application's machine.
    pub cores: u32,
    /// Its memory: `2GiB`.
    pub memory: &'a str,
}

/// The scenario that a request describes, as the text of a file.
///
/// # Errors
/// Everything that is wrong with the request.
///
/// ```
/// use crossover::scenario::sketch::{Request, sketch};
/// let text = sketch(&Request { app: "queries=2x5ms, render=40 rows", load: "9/s", cores: 2, memory: "1GiB" })?;
/// assert!(text.contains("expected = \"9/s\""));
/// # Ok::<(), crossover::scenario::Diagnostics>(())
/// ```
pub fn sketch(request: &Request<'_>) -> Result<String, Diagnostics> {
    let files = Files::new(&Embedded);
    let read = Sketch::read(request, &files);
    match read {
        Some(sketch) if files.problems.is_empty() => {
            let text = text::scenario(request, &sketch);
            accepted(request, &text).map(|()| text)
        }
        _ => Err(files.problems.render(&files.sources)),
    }
}

/// That `check` has nothing against the file; what it has against the machine's memory is told where that was typed.
fn accepted(request: &Request<'_>, text: &str) -> Result<(), Diagnostics> {
    let written = |path: &Path| (path == Path::new(OWN)).then(|| text.as_bytes().to_vec());
    let Err(wrong) = load(&written, OWN, &[]) else {
        return Ok(());
    };
    let quoted = text::quoted(request.memory.trim());
    let line = |own: &str| format!("memory = {own}");
    let files = Files::new(&Embedded);
    let memory = raw("--memory", request.memory, &files);
    for one in wrong.all() {
        let place = one.place.as_ref();
        let Some(place) = place.filter(|place| place.text == line(&quoted)) else {
            return Err(wrong);
        };
        let problem = Problem::at(memory.origin(), one.message.clone());
        files.problems.note(problem.label(place.label.clone()));
    }
    Err(files.problems.render(&files.sources))
}

/// So many of something, each so long.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Calls {
    count: u32,
    each: Span,
}

/// CPU work of one kind.
#[derive(Clone, Debug, PartialEq)]
struct Work {
    kind: String,
    cpu: Span,
    /// Where the time is from.
    source: String,
}

/// How often people come.
#[derive(Clone, Debug, PartialEq)]
struct Traffic {
    /// Requests per second in the mean.
    mean: f64,
    /// The busiest time as a multiple of it.
    peak: f64,
}

/// A request that was read.
#[derive(Clone, Debug, PartialEq)]
struct Sketch {
    queries: Option<Calls>,
    api: Option<Calls>,
    works: Vec<Work>,
    writes: f64,
    traffic: Traffic,
}

impl Sketch {
    fn read(request: &Request<'_>, files: &Files<'_>) -> Option<Self> {
        let languages = read_languages(files)?;
        let problems = &files.problems;
        let memory = raw("--memory", request.memory, files);
        let memory = quantity::size(memory, problems);
        let traffic = traffic(raw("--load", request.load, files), problems);
        let mut sketch = Self {
            queries: None,
            api: None,
            works: Vec::new(),
            writes: 0.0,
            traffic: traffic.unwrap_or(Traffic {
                mean: 1.0,
                peak: 1.0,
            }),
        };
        let app = raw("--app", request.app, files);
        let mut seen: Vec<&str> = Vec::new();
        for piece in parts(app, ',') {
            sketch.word(piece, &mut seen, &languages, problems);
        }
        memory.map(|_| sketch)
    }

    /// Reads one `word=what`.
    fn word<'t>(
        &mut self,
        piece: Piece<'t>,
        seen: &mut Vec<&'t str>,
        languages: &Languages,
        problems: &Problems,
    ) -> Option<()> {
        let Some(equals) = piece.text.find('=') else {
            let problem = Problem::at(piece.origin(), "expected a word and what it says");
            return problems.refuse(problem.label("such as queries=3x4ms"));
        };
        let (word, value) = piece.split(equals);
        if seen.contains(&word.text) {
            let problem = Problem::at(word.origin(), format!("`{}` is said twice", word.text));
            return problems.refuse(problem);
        }
        seen.push(word.text);
        match word.text {
            "queries" => self.queries = Some(calls(value, problems)?),
            "api" => self.api = Some(calls(value, problems)?),
            "writes" => self.writes = quantity::fraction(value, problems)?,
            other => {
                let kind = if other == RENDER.0 { RENDER.1 } else { other };
                self.works
                    .push(work(word, kind, value, languages, problems)?);
            }
        }
        Some(())
    }
}

/// A text of the command line.
fn raw<'t>(name: &str, text: &'t str, files: &Files<'_>) -> Piece<'t> {
    Piece::raw(text, files.sources.add(name, text), 0)
}

/// The parts between separators of one byte.
fn parts(piece: Piece<'_>, separator: char) -> Vec<Piece<'_>> {
    let mut start = 0;
    let split = piece.text.split(separator).map(|part| {
        let range = start..start + part.len();
        start = range.end + 1;
        piece.part(range)
    });
    split.collect()
}

/// `3x4ms`, or `4ms` for one.
fn calls(piece: Piece<'_>, problems: &Problems) -> Option<Calls> {
    let (count, each) = match piece.text.find('x') {
        Some(times) => {
            let (count, each) = piece.split(times);
            (whole(count, problems)?, each)
        }
        None => (1, piece),
    };
    let each = quantity::time(each, problems)?;
    Some(Calls { count, each })
}

/// A whole number of at least one.
fn whole(piece: Piece<'_>, problems: &Problems) -> Option<u32> {
    let number = quantity::number(piece, problems)?;
    if number.fract() == 0.0 && (1.0..=MOST_CALLS).contains(&number) {
        return Some(number as u32);
    }
    let message = format!("expected a whole number from 1 to {MOST_CALLS}");
    problems.refuse(Problem::at(piece.origin(), message))
}

/// `3ms`, or `100 rows` where the kind is measured in rows.
fn work(
    word: Piece<'_>,
    kind: &str,
    value: Piece<'_>,
    languages: &Languages,
    problems: &Problems,
) -> Option<Work> {
    let Some(known) = languages.kind(kind) else {
        let problem = Problem::at(word.origin(), format!("unknown word `{}`", word.text));
        let kinds = languages.kinds.iter().map(|kind| kind.name.as_str());
        let words = likeliest(word.text, WORDS.into_iter().chain(kinds));
        let problem = problem.label(format!("expected {}", alternatives(&words)));
        return problems.refuse(problem.names(word.text, words));
    };
    let unit = known.unit.as_ref().and_then(|unit| {
        let count = value.text.strip_suffix(unit.name.as_str())?;
        Some((unit, value.part(0..count.len())))
    });
    let (cpu, source) = match unit {
        Some((unit, count)) => {
            let count = positive(count, problems)?;
            let ratio = |language: &str| known.of(language).map_or(1.0, |known| known.ratio);
            let one = unit.cpu.0 as f64 * ratio(MEASURED_IN) / ratio(&unit.language);
            let source = format!(
                "{count} {} of {} each: {}",
                unit.name, unit.cpu, unit.source
            );
            (Span::from_nanos_f64(count * one), source)
        }
        None => (quantity::time(value, problems)?, "as you said".to_owned()),
    };
    Some(Work {
        kind: kind.to_owned(),
        cpu,
        source,
    })
}

/// `20000 visits/day, 5 pages each, peak x6`, or a rate; in any order.
fn traffic(piece: Piece<'_>, problems: &Problems) -> Option<Traffic> {
    let (mut rate, mut pages, mut peak) = (None, 1.0, 1.0);
    for part in parts(piece, ',') {
        if let Some(times) = part.text.strip_prefix("peak") {
            peak = factor(
                part.part(part.text.len() - times.len()..part.text.len()),
                problems,
            )?;
        } else if let Some(count) = part.text.strip_suffix("pages each") {
            pages = positive(part.part(0..count.len()), problems)?;
        } else if rate.is_none() {
            rate = Some(visits(part, problems)?);
        } else {
            let problem = Problem::at(part.origin(), format!("`{}` is one too many", part.text));
            return problems.refuse(problem.label("expected `peak x6` or `5 pages each`"));
        }
    }
    let Some(rate) = rate else {
        let problem = Problem::at(piece.origin(), "how often people come is not said");
        return problems.refuse(problem.label("expected `20000 visits/day` or `30/s`"));
    };
    Some(Traffic {
        mean: rate * pages,
        peak,
    })
}

/// `x6`.
fn factor(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    if piece.text.starts_with('x') {
        let times = positive(piece.part(1..piece.text.len()), problems)?;
        if times >= 1.0 {
            return Some(times);
        }
        let problem = Problem::at(piece.origin(), "a peak is no less than the mean");
        return problems.refuse(problem.label("such as `peak x6`"));
    }
    let problem = Problem::at(piece.origin(), "expected a multiple of the mean");
    problems.refuse(problem.label("such as `peak x6`"))
}

fn positive(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    let number = quantity::number(piece, problems)?;
    if number > 0.0 && number <= 1e6 {
        return Some(number);
    }
    problems.refuse(Problem::at(
        piece.origin(),
        "expected a number of more than zero, a million at most",
    ))
}

/// `20000 visits/day` or `30/s`: per second.
fn visits(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    const PERIODS: [(&str, f64); 4] = [
        ("day", 86_400.0),
        ("hour", 3600.0),
        ("minute", 60.0),
        ("second", 1.0),
    ];
    let Some((people, period)) = piece.text.split_once("visits/") else {
        let rate = quantity::rate(piece, problems)?;
        return (rate > 0.0).then_some(rate).or_else(|| {
            problems.refuse(Problem::at(
                piece.origin(),
                "expected a rate of more than zero",
            ))
        });
    };
    let behind = piece.part(piece.text.len() - period.len()..piece.text.len());
    let Some((_, seconds)) = PERIODS.iter().find(|(name, _)| *name == behind.text) else {
        let problem = Problem::at(behind.origin(), format!("unknown period `{}`", behind.text));
        return problems.refuse(problem.names(behind.text, PERIODS.map(|(name, _)| name)));
    };
    let count = quantity::number(piece.part(0..people.len()), problems)?;
    if count > 0.0 && count / seconds <= 1e9 {
        return Some(count / seconds);
    }
    problems.refuse(Problem::at(
        piece.origin(),
        "expected more than zero visits, and fewer than a billion a second",
    ))
}

#[cfg(test)]
mod tests;
