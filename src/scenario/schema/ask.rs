//! Shows blanks to the readers of each kind of file.

use super::FileKind;
use crate::kernel::Path;
use crate::scenario::blanks::{Blanks, Kind, Program, Shape};
use crate::scenario::calls::Calls;
use crate::scenario::expect::{CHANGEABLE, Subjects, expectations};
use crate::scenario::files::Files;
use crate::scenario::keys::Keys;
use crate::scenario::languages::{Languages, languages};
use crate::scenario::loader::Embedded;
use crate::scenario::model::{ModelText, model};
use crate::scenario::objective::slo;
use crate::scenario::reader::Reader;
use crate::scenario::scenario_file::{plain, read_languages};
use crate::scenario::steps::{Steps, Times};
use crate::scenario::tree::Table;
use crate::scenario::{embedded, settings, system};

/// Everything that the readers of a kind of file ask for.
pub(super) struct Asked {
    /// The shape of each blank; the first is the file's.
    pub(super) shapes: Vec<Shape>,
    /// The shape of a step of each program.
    pub(super) steps: Vec<(Program, usize)>,
}

impl Asked {
    /// The shape of a step.
    pub(super) fn step(&self, program: Program) -> usize {
        let found = self.steps.iter().find(|(known, _)| *known == program);
        found.map_or(0, |&(_, shape)| shape)
    }
}

/// Asks the readers of a kind of file.
pub(super) fn ask(kind: FileKind) -> Asked {
    let (files, blanks) = (Files::new(&Embedded), Blanks::new());
    let languages = read_languages(&files).unwrap_or_default();
    let mut reader = Reader::of_blanks(&files, &blanks);
    let asking = Asking {
        reader: &reader,
        languages: &languages,
    };
    asking.file(kind);
    let steps = asking.steps();
    let shapes = reader.notes.take().map(|notes| notes.into_shapes());
    Asked {
        shapes: shapes.unwrap_or_default(),
        steps,
    }
}

struct Asking<'r, 't> {
    reader: &'r Reader<'t>,
    languages: &'r Languages,
}

impl<'t> Asking<'_, 't> {
    fn file(&self, kind: FileKind) {
        let Some(table) = self.blank() else { return };
        match kind {
            FileKind::Scenario => self.scenario(table),
            FileKind::Model => self.over(true, || self.model(table)),
            FileKind::Host => self.over(true, || self.host(table)),
            FileKind::Languages => {
                languages(table, self.reader);
            }
        }
    }

    /// A new blank, and that a table is asked of it.
    fn blank(&self) -> Option<&'t Table> {
        let entry = self.reader.notes.as_ref()?.blank();
        self.reader.table(&entry.node, "a file")
    }

    fn over(&self, over: bool, ask: impl FnOnce()) {
        if let Some(notes) = &self.reader.notes {
            notes.over(over, ask);
        }
    }

    fn scenario(&self, table: &'t Table) {
        let reader = self.reader;
        let mut keys = Keys::of(table, reader);
        let plain = plain(&mut keys, "", self.languages);
        self.shared(table, &system::SHARED);
        if let Some(contestants) = plain.contestants {
            self.contestants(contestants);
        }
        let subjects = Subjects {
            contestants: &[],
            arrivals: None,
        };
        if let Some(node) = plain.slo {
            slo(reader, node, &subjects);
        }
        let Some(claims) = plain.claims else { return };
        expectations(claims, &subjects, reader);
        for entry in reader.entries(claims) {
            let claim = entry.node.as_table();
            let control = claim.and_then(|claim| Keys::of(claim, reader).get("control"));
            if let Some(control) = control.and_then(|node| reader.table(node, "")) {
                self.over(true, || self.shared(control, &CHANGEABLE));
            }
        }
    }

    /// What contestants, and controls, may override.
    fn shared(&self, table: &'t Table, names: &[&'static str]) {
        let reader = self.reader;
        let mut keys = Keys::of(table, reader);
        for &name in names {
            let Some(node) = keys.get(name) else { continue };
            match name {
                "clients" => {
                    settings::clients(reader, node);
                }
                "endpoints" => {
                    system::endpoints_of(node, &self.program(Program::Endpoint), Path::ROOT);
                }
                _ => {
                    let Some(table) = reader.table(node, "") else {
                        continue;
                    };
                    match name {
                        "contestants" => self.contestants(table),
                        "hosts" => self.named(table, |host| self.over(true, || self.host(host))),
                        "services" => self.named(table, |service| {
                            self.over(true, || self.model(service));
                            let own = system::own(service, reader);
                            let steps = self.program(Program::Endpoint);
                            own.endpoints
                                .map(|node| system::endpoints_of(node, &steps, Path::ROOT));
                        }),
                        _ => self.named_anything(table),
                    }
                }
            }
        }
    }

    fn contestants(&self, table: &'t Table) {
        self.named(table, |contestant| {
            self.over(true, || {
                self.model(contestant);
                self.shared(contestant, &system::SHARED);
            });
        });
    }

    fn named(&self, table: &'t Table, ask: impl Fn(&'t Table)) {
        for entry in self.reader.entries(table) {
            self.reader.table(&entry.node, "").map(&ask);
        }
    }

    fn named_anything(&self, table: &'t Table) {
        for entry in self.reader.entries(table) {
            self.reader.asks(&entry.node, || Kind::Anything);
        }
    }

    fn model(&self, table: &'t Table) {
        self.base(table, |name| !name.contains('/') && name != "languages");
        let text = ModelText {
            table,
            service: "",
            name: "",
            elsewhere: &[],
        };
        model(&text, self.reader, self.languages, Calls::Unknown);
    }

    fn host(&self, table: &'t Table) {
        self.base(table, |name| name.starts_with("hosts/"));
        settings::host(table, "", self.reader);
    }

    /// The key that names a model.
    fn base(&self, table: &'t Table, which: impl Fn(&str) -> bool) {
        let names = embedded::models().iter().map(|file| file.name);
        let names = names.filter(|name| which(name));
        let names = names.map(|name| name.trim_start_matches("hosts/").to_owned());
        Keys::of(table, self.reader).read("model", |r, node| {
            r.asks(node, || Kind::Known(names.collect()));
            Some(())
        });
    }

    /// Asks for a step of each program.
    fn steps(&self) -> Vec<(Program, usize)> {
        let ask = |program| {
            let blank = self.reader.notes.as_ref()?.blank();
            self.program(program).ask(&blank.node);
            Some((program, blank.at.range().start))
        };
        let programs = [Program::Endpoint, Program::Model, Program::Call];
        programs.into_iter().filter_map(ask).collect()
    }

    fn program(&self, program: Program) -> Steps<'_, 't> {
        let own = program != Program::Endpoint;
        Steps {
            cpu_factor: 1.0,
            reader: self.reader,
            languages: self.languages,
            executors: own.then_some(&[]),
            runner: "",
            language: None,
            times: if own {
                Times::Own
            } else {
                Times::MeasuredIn(None)
            },
            calls: match program {
                Program::Call => Calls::Forbidden,
                _ => Calls::Unknown,
            },
        }
    }
}
