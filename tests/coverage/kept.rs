//! What studies came to, kept in a file, so that a run that is broken off is not lost and another adds to it.
//!
//! A line is `seed figure value lo hi`, or `seed figure` where the study says nothing of it; a truth is `truth figure value`. A file is of
//! one case and one state of the program: nobody finds out whether the program has changed since.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crossover::experiment::Estimate;
use crossover::scenario::Figure;

pub struct Kept {
    file: Option<PathBuf>,
    lines: BTreeMap<(String, String), Vec<f64>>,
}

impl Kept {
    /// What a folder has of a case; without a folder nothing is read or written.
    pub fn open(folder: Option<&Path>, case: &str) -> Self {
        let name: String = case.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let file = folder.map(|folder| folder.join(name));
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let mut lines = BTreeMap::new();
        // A line that was not written to its end counts as none, and nothing is to be written behind it.
        let text = text.unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        if let (Some(file), true) = (&file, whole.len() < text.len()) {
            fs::write(file, whole).expect("it can be written");
        }
        for line in whole.lines() {
            let mut words = line.split_whitespace();
            if let (Some(of), Some(figure)) = (words.next(), words.next()) {
                let numbers = words.map(|word| word.parse().expect("a number"));
                lines.insert((of.to_owned(), figure.to_owned()), numbers.collect());
            }
        }
        Self { file, lines }
    }

    fn get(&self, of: &str, figure: Figure) -> Option<&[f64]> {
        let key = (of.to_owned(), figure.name().to_owned());
        Some(self.lines.get(&key)?)
    }

    /// What a study said of these figures, if all are here.
    pub fn study(&self, seed: u64, figures: &[Figure]) -> Option<Vec<Option<Estimate>>> {
        let estimate = |figure: &Figure| match *self.get(&seed.to_string(), *figure)? {
            [value, lo, hi] => Some(Some(Estimate { value, lo, hi })),
            _ => Some(None),
        };
        figures.iter().map(estimate).collect()
    }

    /// The truths of these figures, if all are here.
    pub fn truths(&self, figures: &[Figure]) -> Option<Vec<f64>> {
        let truth = |figure: &Figure| self.get("truth", *figure)?.first().copied();
        figures.iter().map(truth).collect()
    }

    pub fn keep_study(&self, seed: u64, figures: &[Figure], said: &[Option<Estimate>]) {
        let mut text = String::new();
        for (figure, said) in figures.iter().zip(said) {
            let _ = write!(text, "{seed} {}", figure.name());
            if let Some(Estimate { value, lo, hi }) = said {
                let _ = write!(text, " {value} {lo} {hi}");
            }
            text.push('\n');
        }
        self.append(&text);
    }

    pub fn keep_truths(&self, figures: &[Figure], truths: &[f64]) {
        let mut text = String::new();
        for (figure, truth) in figures.iter().zip(truths) {
            let _ = writeln!(text, "truth {} {truth}", figure.name());
        }
        self.append(&text);
    }

    fn append(&self, text: &str) {
        let Some(file) = &self.file else {
            return;
        };
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).expect("the folder can be made");
        }
        let opened = OpenOptions::new().create(true).append(true).open(file);
        let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
        written.expect("it can be written");
    }
}

/// Broken off in the middle of the second study, and gone on with: both are there.
#[test]
fn a_run_that_was_broken_off_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Kept::open(Some(folder.path()), "a case");
    let said = |value| {
        let (lo, hi) = (value - 1.0, value + 1.0);
        [Some(Estimate { value, lo, hi })]
    };
    let figures = [Figure::Mean];
    open().keep_study(1, &figures, &said(10.0));
    let file = folder.path().join("acase");
    let text = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, format!("{text}2 mean_ms 12.")).expect("it can be written");
    let kept = open();
    assert!(kept.study(1, &figures).is_some() && kept.study(2, &figures).is_none());
    kept.keep_study(2, &figures, &said(12.5));
    assert_eq!(open().study(2, &figures), Some(said(12.5).to_vec()));
}
