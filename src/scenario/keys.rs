//! The keys of a table: those that are asked for, and those that are mistakes.

use super::blanks::Beside;
use super::diagnostic::Problem;
use super::reader::Reader;
use super::source::Origin;
use super::tree::{Entry, Node, Table};

/// The keys of a table: those asked for are known, the rest are mistakes.
pub(super) struct Keys<'r, 't> {
    /// The reader of its values.
    pub(super) reader: &'r Reader<'t>,
    table: &'t Table,
    known: Vec<&'static str>,
    elsewhere: &'static [&'static str],
    /// Of blanks: beside what the keys asked for mean something.
    beside: Option<Beside>,
}

impl<'r, 't> Keys<'r, 't> {
    /// No key known yet.
    pub(super) fn of(table: &'t Table, reader: &'r Reader<'t>) -> Self {
        Self {
            reader,
            table,
            known: Vec::new(),
            elsewhere: &[],
            beside: None,
        }
    }

    /// The value of a key that may be there. The text `none` takes back what a model says: as if omitted.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'t Node> {
        if let Some(notes) = &self.reader.notes {
            return Some(notes.key(self.table, key, self.beside));
        }
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table
            .get(key)
            .filter(|node| node.as_text() != Some("none"))
    }

    /// The table of a key that is read elsewhere.
    pub(super) fn table(&self, key: &str) -> Option<&'t Table> {
        self.table.get(key).and_then(Node::as_table)
    }

    /// Where a key was written.
    pub(super) fn at(&self, key: &str) -> Option<Origin> {
        self.table.entry(key).map(|entry| entry.at)
    }

    /// Where a key was written that is not taken back.
    pub(super) fn said(&mut self, key: &'static str) -> Option<Origin> {
        self.get(key)?;
        self.at(key)
    }

    /// Of some keys, the entry written last: an override comes behind what it is put over.
    pub(super) fn last_of(&self, keys: &[&str]) -> Option<&'t Entry> {
        self.table
            .entries
            .iter()
            .rfind(|entry| keys.contains(&entry.key.as_str()))
    }

    /// What a key says; `None` if it is omitted, or wrong and noted.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'r Reader<'t>, &'t Node) -> Option<T>,
    ) -> Option<T> {
        let node = self.get(key)?;
        read(self.reader, node)
    }

    /// Notes a key that must be there and is not.
    pub(super) fn need(&mut self, key: &'static str, missing: impl FnOnce() -> Problem) {
        if let Some(notes) = &self.reader.notes {
            notes.needed(self.table, key, self.beside);
        } else if self.at(key).is_none() {
            self.reader.note(missing());
        }
    }

    /// Of blanks: the table has exactly one of these keys.
    pub(super) fn one_of(&self, keys: &[&'static str]) {
        if let Some(notes) = &self.reader.notes {
            notes.one_of(self.table, keys);
        }
    }

    /// What is asked for where `key` says one of several words; of blanks, for each of them.
    pub(super) fn by_word<W: Copy, T>(
        &mut self,
        key: &'static str,
        said: W,
        words: &[(&'static str, W)],
        ask: &mut impl FnMut(W, &mut Self) -> Option<T>,
    ) -> Option<T> {
        if !self.reader.has_blanks() {
            return ask(said, self);
        }
        self.read(key, |r, node| r.word(node, words));
        for &(word, meaning) in words {
            self.beside(key, Some(word));
            ask(meaning, self);
        }
        self.beside = None;
        None
    }

    /// Of blanks: what is asked for from now on means something beside this key, with this word if one is given.
    pub(super) fn beside(&mut self, key: &'static str, word: Option<&'static str>) {
        self.beside = Some((key, word));
    }

    /// Names that were taken out of this table before, for "did you mean".
    pub(super) fn elsewhere(&mut self, keys: &'static [&'static str]) {
        self.elsewhere = keys;
    }

    /// How many keys nobody has asked for so far.
    pub(super) fn unknown(&self) -> usize {
        self.table
            .keys()
            .filter(|key| !self.known.contains(key))
            .count()
    }

    /// Notes the keys that nobody asked for.
    pub(super) fn finish(self) {
        for entry in &self.table.entries {
            let key = entry.key.as_str();
            if !self.known.contains(&key) {
                let problem = Problem::at(entry.at, format!("unknown key `{key}`"));
                let known = self.known.iter().chain(self.elsewhere).copied();
                self.reader.note(problem.names(key, known));
            }
        }
    }
}
