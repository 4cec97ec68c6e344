//! What is wrong, where, what was expected: collected while reading, rendered as plain text.

use std::cell::RefCell;
use std::fmt;

use super::nearest::nearest;
use super::source::{Origin, Source, Sources};

/// One mistake in a file or on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// Where, if it is anywhere.
    pub place: Option<Place>,
    /// What to do about it: "did you mean ...?".
    pub help: Option<String>,
}

/// A place in a text, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's path, or `--set`.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The whole line.
    pub text: String,
    /// Spaces before the carets, in columns of a terminal.
    indent: usize,
    /// Carets.
    width: usize,
    /// What was expected, written beside the carets; may be empty.
    pub label: String,
}

/// Everything that is wrong, file by file from top to bottom. Displays like a compiler's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// The single mistakes.
    #[must_use]
    pub fn all(&self) -> &[Diagnostic] {
        &self.0
    }

    /// Names the option by which people typed what `--set` was given as `hidden` and then their own text.
    #[must_use]
    pub fn typed_as(mut self, option: &str, hidden: &str, own: &str) -> Self {
        let whole = format!("{hidden}{own}");
        let shift: usize = hidden.chars().map(columns).sum();
        let places = self.0.iter_mut().filter_map(|one| one.place.as_mut());
        for place in places.filter(|place| place.file == "--set" && place.text == whole) {
            place.file = option.to_owned();
            place.text = own.to_owned();
            place.column = place.column.saturating_sub(hidden.chars().count()).max(1);
            // What is underlined may begin in what nobody typed.
            let cut = shift.saturating_sub(place.indent);
            place.indent = place.indent.saturating_sub(shift);
            place.width = place.width.saturating_sub(cut).max(1);
        }
        self
    }
}

impl std::error::Error for Diagnostics {}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            f.write_str(if i > 0 { "\n\n" } else { "" })?;
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        let mut gutter = 1;
        if let Some(place) = &self.place {
            gutter = place.line.to_string().len();
            let Place {
                file,
                line,
                column,
                text,
                indent,
                width,
                label,
            } = place;
            write!(f, "\n{:gutter$}--> {file}:{line}:{column}", "")?;
            write!(f, "\n{:gutter$} |\n{line} | {text}", "")?;
            let carets = "^".repeat(*width);
            let mark = format!("{:gutter$} | {:indent$}{carets} {label}", "", "");
            write!(f, "\n{}", mark.trim_end())?;
        }
        match &self.help {
            Some(help) => write!(f, "\n{:gutter$} = help: {help}", ""),
            None => Ok(()),
        }
    }
}

/// A mistake while reading, before it is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    origin: Option<Origin>,
    message: String,
    label: String,
    help: Option<String>,
}

impl Problem {
    /// Something wrong at `origin`.
    pub(super) fn at(origin: Origin, message: impl Into<String>) -> Self {
        Self {
            origin: Some(origin),
            ..Self::nowhere(message)
        }
    }

    /// Something wrong that no text says.
    pub(super) fn nowhere(message: impl Into<String>) -> Self {
        Self {
            origin: None,
            message: message.into(),
            label: String::new(),
            help: None,
        }
    }

    /// What to write beside the carets.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says which names there are, and which of them was meant.
    pub(super) fn names<'n>(
        mut self,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        if self.label.is_empty() && (1..=8).contains(&names.len()) {
            self.label = format!("expected {}", alternatives(&names));
        }
        if let Some(near) = nearest(wrong, names) {
            self.help = Some(format!("did you mean `{near}`?"));
        }
        self
    }
}

/// `a`, `b` or `c`.
pub(super) fn alternatives(names: &[&str]) -> String {
    let mut out = String::new();
    for (i, name) in names.iter().enumerate() {
        out += match i {
            0 => "",
            _ if i + 1 == names.len() => " or ",
            _ => ", ",
        };
        out += &format!("`{name}`");
    }
    out
}

/// Between what several have to say of one place.
const BETWEEN: &str = "; ";

/// Mistakes found so far. The same mistake met twice (a model used by two contestants) is kept once.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    /// Notes a mistake.
    pub(super) fn note(&self, problem: Problem) {
        let mut all = self.0.borrow_mut();
        if !all.contains(&problem) {
            all.push(problem);
        }
    }

    /// Notes a mistake that is told once, whoever makes it at this place: what each has to say stands beside the carets.
    pub(super) fn note_once(&self, problem: Problem) {
        let mut all = self.0.borrow_mut();
        let same = |other: &&mut Problem| {
            other.origin == problem.origin && other.message == problem.message
        };
        match all.iter_mut().find(same) {
            Some(known) if known.label.split(BETWEEN).any(|l| l == problem.label) => {}
            Some(known) => known.label = [&*known.label, &problem.label].join(BETWEEN),
            None => all.push(problem),
        }
    }

    /// Notes a mistake and returns `None`, so that a reader can end with it.
    pub(super) fn refuse<T>(&self, problem: Problem) -> Option<T> {
        self.note(problem);
        None
    }

    /// Whether anything was noted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// What `read` gives unless it finds mistakes, which nobody is told of.
    pub(super) fn attempt<T>(&self, read: impl FnOnce() -> Option<T>) -> Option<T> {
        let before = self.0.borrow().len();
        let read = read();
        let mut all = self.0.borrow_mut();
        let sound = all.len() == before;
        all.truncate(before);
        read.filter(|_| sound)
    }

    /// All of them with their lines.
    pub(super) fn render(&self, sources: &Sources) -> Diagnostics {
        let render = |problem: &Problem| Diagnostic {
            message: problem.message.clone(),
            place: problem
                .origin
                .map(|o| Place::of(&sources.get(o.source()), o, &problem.label)),
            help: problem.help.clone(),
        };
        let mut all = self.0.borrow().clone();
        all.sort_by_key(|problem| problem.origin);
        Diagnostics(all.iter().map(render).collect())
    }
}

impl Place {
    fn of(source: &Source, origin: Origin, label: &str) -> Self {
        let text = &*source.text;
        let start = floor_boundary(text, origin.range().start);
        let end = floor_boundary(text, origin.range().end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let before = &text[line_start..start];
        let marked = &text[start..end.min(line_end)];
        Self {
            file: source.name.clone(),
            line: text[..start].matches('\n').count() + 1,
            column: before.chars().count() + 1,
            text: text[line_start..line_end]
                .trim_end()
                .chars()
                .map(printable)
                .collect(),
            indent: before.chars().map(columns).sum(),
            width: marked.trim_end().chars().map(columns).sum::<usize>().max(1),
            label: label.to_owned(),
        }
    }
}

/// The last character boundary at or before `index`.
fn floor_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Tabs become a space and control characters a mark, so that each takes one column.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// How many columns of a terminal a character takes: the wide blocks of East Asian scripts and emoji take two,
/// combining marks none.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
