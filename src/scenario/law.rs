//! Distributions, written as on paper: `lognormal(8ms, cv=0.6)`, `zipf(10000, s=1.1)`, or a bare `2ms`.

use super::blanks::{Kind, Quantity};
use super::diagnostic::Problem;
use super::nearest::nearest;
use super::piece::Piece;
use super::quantity;
use super::reader::Reader;
use super::source::Origin;
use super::tree::{Node, Value};
use crate::kernel::dist::DistError;
use crate::kernel::{Count, Dist, Span};

/// How a law is written: its name, what stands in it by position, and by name.
struct Form {
    name: &'static str,
    positional: &'static [&'static str],
    named: Option<&'static str>,
}

const fn form(
    name: &'static str,
    positional: &'static [&'static str],
    named: Option<&'static str>,
) -> Form {
    Form {
        name,
        positional,
        named,
    }
}

const TIMES: &[Form] = &[
    form("exp", &["mean"], None),
    form("lognormal", &["mean"], Some("cv")),
    form("gamma", &["mean"], Some("cv")),
    form("uniform", &["low", "high"], None),
    form("pareto", &["mean"], Some("alpha")),
    form("bimodal", &["usual", "rare", "share of the rare"], None),
    form("samples", &["file"], None),
];

const COUNTS: &[Form] = &[
    form("geometric", &["mean"], None),
    form("poisson", &["mean"], None),
    form("uniform", &["low", "high"], None),
    form("zipf", &["n"], Some("s")),
];

impl Form {
    /// What is expected: `gamma(mean, cv=...)`.
    fn usage(&self) -> String {
        format!("expected `{}`", self.written())
    }

    /// As it is written.
    fn written(&self) -> String {
        let named = self
            .named
            .map(|name| format!(", {name}=..."))
            .unwrap_or_default();
        format!("{}({}{named})", self.name, self.positional.join(", "))
    }

    /// As a regular expression. What is named may stand anywhere.
    fn pattern(&self) -> String {
        const VALUE: &str = r"[^(),=]+";
        let values = vec![VALUE.to_owned(); self.positional.len()];
        let orders = match self.named {
            None => vec![values.join(",")],
            Some(name) => (0..=values.len())
                .map(|at| {
                    let mut all = values.clone();
                    all.insert(at, format!(r"\s*{name}\s*={VALUE}"));
                    all.join(",")
                })
                .collect(),
        };
        format!(r"{}\s*\((?:{})\)", self.name, orders.join("|"))
    }
}

/// How a law is written: of times, or of whole numbers.
pub(super) fn usages(of_times: bool) -> Vec<String> {
    let forms = if of_times { TIMES } else { COUNTS };
    forms.iter().map(Form::written).collect()
}

/// How a law is written, as a regular expression for schemas.
pub(super) fn pattern(of_times: bool) -> String {
    let (forms, constant) = match of_times {
        true => (TIMES, quantity::pattern(Quantity::Time)),
        false => (COUNTS, quantity::NUMBER.to_owned()),
    };
    let laws: Vec<String> = forms.iter().map(Form::pattern).collect();
    format!("{constant}|{}", laws.join("|"))
}

/// A law taken apart: its form and what stands in it, the named one last.
struct Written<'t> {
    form: &'static Form,
    whole: Piece<'t>,
    values: Vec<Piece<'t>>,
}

impl<'t> Reader<'t> {
    /// A law of times.
    pub(super) fn dist(&self, node: &'t Node) -> Option<Dist> {
        if self.asks(node, || Kind::Law) {
            return None;
        }
        let node = self.resolve(node)?;
        let Some(piece) = Piece::of(node) else {
            return self.span(node).map(Dist::Constant);
        };
        if !looks_like_law(piece) {
            return quantity::time(piece, &self.files.problems).map(Dist::Constant);
        }
        if let Some(known) = self.dists.borrow().get(&node.origin) {
            return Some(known.clone());
        }
        let dist = self.time_law(&self.written(piece, TIMES)?)?;
        self.dists.borrow_mut().insert(node.origin, dist.clone());
        Some(dist)
    }

    /// A law of whole numbers.
    pub(super) fn count(&self, node: &'t Node) -> Option<Count> {
        if self.asks(node, || Kind::Count) {
            return None;
        }
        let node = self.resolve(node)?;
        let Some(piece) = Piece::of(node) else {
            return match node.value {
                Value::Integer(_) => self
                    .whole(node, 0..=u32::MAX)
                    .map(|n| Count::Constant(n.into())),
                _ => self.wrong_kind(node, "a whole number or a law such as \"geometric(2)\""),
            };
        };
        if !looks_like_law(piece) {
            return self.whole_part(piece).map(Count::Constant);
        }
        if let Some(known) = self.counts.borrow().get(&node.origin) {
            return Some(known.clone());
        }
        let count = self.count_law(&self.written(piece, COUNTS)?)?;
        self.counts.borrow_mut().insert(node.origin, count.clone());
        Some(count)
    }

    fn time_law(&self, law: &Written<'_>) -> Option<Dist> {
        let problems = &self.files.problems;
        let span = |i: usize| self.argument(law.values[i], |p| quantity::time(p, problems));
        let number = |i: usize| self.argument(law.values[i], |p| quantity::number(p, problems));
        let share = |i: usize| self.argument(law.values[i], |p| quantity::fraction(p, problems));
        let dist = match law.form.name {
            "exp" => Ok(Dist::exp(span(0)?)),
            "lognormal" => Dist::lognormal(span(0)?, number(1)?),
            "gamma" => Dist::gamma(span(0)?, number(1)?),
            "uniform" => Dist::uniform(span(0)?, span(1)?),
            "pareto" => Dist::pareto(span(0)?, number(1)?),
            "bimodal" => Dist::bimodal(span(0)?, span(1)?, share(2)?),
            _ => {
                let times = self.argument(law.values[0], |p| self.times(p))?;
                Dist::samples(times.into_iter().map(|(_, time)| time).collect())
            }
        };
        self.checked(dist, law)
    }

    fn count_law(&self, law: &Written<'_>) -> Option<Count> {
        let problems = &self.files.problems;
        let whole = |i: usize| self.argument(law.values[i], |p| self.whole_part(p));
        let number = |i: usize| self.argument(law.values[i], |p| quantity::number(p, problems));
        let count = match law.form.name {
            "geometric" => Count::geometric(number(0)?),
            "poisson" => Count::poisson(number(0)?),
            "uniform" => Count::uniform(whole(0)?, whole(1)?),
            _ => Count::zipf(whole(0)?, number(1)?),
        };
        self.checked(count, law)
    }

    fn checked<T>(&self, result: Result<T, DistError>, law: &Written<'_>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => self.refuse(Problem::at(law.whole.origin(), error.to_string())),
        }
    }

    /// The times in a file: one on each line, with its unit or in seconds; empty lines and `#` comments are skipped.
    pub(super) fn times(&self, name: Piece<'_>) -> Option<Vec<(Origin, Span)>> {
        let source = self.files.data(name.text, name.origin())?;
        let text = self.files.sources.get(source).text;
        let mut times = Vec::new();
        let (mut start, mut wrong) = (0, 0);
        for line in text.split_inclusive('\n') {
            let piece = Piece::raw(line, source, start);
            start += line.len();
            if piece.text.is_empty() || piece.text.starts_with('#') {
                continue;
            }
            let in_seconds = piece
                .text
                .ends_with(|c: char| c.is_ascii_digit() || c == '.');
            let time = match in_seconds {
                true => quantity::seconds(piece, &self.files.problems),
                false => quantity::time(piece, &self.files.problems),
            };
            wrong += usize::from(time.is_none());
            times.extend(time.map(|time| (piece.origin(), time)));
            if wrong == 5 {
                break;
            }
        }
        if times.is_empty() && wrong == 0 {
            let message = format!("`{}` has no times in it", name.text);
            return self.refuse(Problem::at(name.origin(), message));
        }
        (wrong == 0).then_some(times)
    }

    /// A whole number inside a text.
    fn whole_part(&self, piece: Piece<'_>) -> Option<u64> {
        let number = quantity::number(piece, &self.files.problems)?;
        if number.fract() == 0.0 && number <= 1e15 {
            return Some(number as u64);
        }
        let message = format!("`{}` is not a whole number", piece.text);
        self.refuse(Problem::at(piece.origin(), message))
    }

    /// Takes `name(value, ..., name=value)` apart.
    fn written<'p>(&self, piece: Piece<'p>, forms: &'static [Form]) -> Option<Written<'p>> {
        let open = piece.text.find('(').unwrap_or(piece.text.len());
        let name = piece.part(0..open);
        let Some(form) = forms.iter().find(|form| form.name == name.text) else {
            let problem = Problem::at(
                name.origin(),
                format!("unknown distribution `{}`", name.text),
            );
            return self.refuse(problem.names(name.text, forms.iter().map(|form| form.name)));
        };
        let inside = self.inside(piece, open, form)?;
        let mut positional = Vec::new();
        let mut named = None;
        for part in split(inside, ',') {
            match part.text.find('=') {
                Some(equals) => {
                    let (name, value) = part.split(equals);
                    if form.named != Some(name.text) || named.is_some() {
                        let message = format!("`{}` has no `{}` here", form.name, name.text);
                        let problem = Problem::at(name.origin(), message).label(form.usage());
                        let near = nearest(name.text, form.named);
                        return self.refuse(match near {
                            Some(near) => problem.help(format!("did you mean `{near}`?")),
                            None => problem,
                        });
                    }
                    named = Some(value);
                }
                None => positional.push(part),
            }
        }
        if positional.len() != form.positional.len() || named.is_some() != form.named.is_some() {
            let given = positional.len() + usize::from(named.is_some());
            let message = match (named, form.named) {
                (None, Some(missing)) if positional.len() == form.positional.len() => {
                    format!("`{}` needs `{missing}`", form.name)
                }
                (None, Some(missing)) if given == form.positional.len() + 1 => {
                    format!("`{missing}` is written with its name")
                }
                _ => {
                    let takes = form.positional.len() + usize::from(form.named.is_some());
                    let plural = if takes == 1 { "value" } else { "values" };
                    format!("`{}` takes {takes} {}, not {given}", form.name, plural)
                }
            };
            return self.refuse(Problem::at(piece.origin(), message).label(form.usage()));
        }
        positional.extend(named);
        Some(Written {
            form,
            whole: piece,
            values: positional,
        })
    }

    /// What stands between the brackets.
    fn inside<'p>(&self, piece: Piece<'p>, open: usize, form: &Form) -> Option<Piece<'p>> {
        let text = piece.text;
        let message = match (text.rfind(')'), text[open..].matches(['(', ')']).count()) {
            (Some(close), 2) if close + 1 == text.len() => {
                return Some(piece.part(open + 1..close));
            }
            (_, 0) => format!("`{}` is a distribution", form.name),
            (None, _) => "the bracket is never closed".to_owned(),
            (Some(_), 2) => "something follows the bracket".to_owned(),
            _ => "too many brackets".to_owned(),
        };
        self.refuse(Problem::at(piece.origin(), message).label(form.usage()))
    }
}

/// Whether a text is a law and not a number with a unit.
fn looks_like_law(piece: Piece<'_>) -> bool {
    piece.text.contains(['(', ')']) || piece.text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The parts between separators.
fn split(piece: Piece<'_>, separator: char) -> Vec<Piece<'_>> {
    let mut start = 0;
    let mut parts = Vec::new();
    for (i, _) in piece
        .text
        .match_indices(separator)
        .chain([(piece.text.len(), "")])
    {
        parts.push(piece.part(start..i));
        start = i + 1;
    }
    parts
}
