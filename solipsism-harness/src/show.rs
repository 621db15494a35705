//! What `--list`, `--fixtures` and `--setup-plan` show: the tests, the fixtures that they use, and what a run would do. Nothing is run.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use escape8259::escape;

use crate::arguments::{Arguments, Shown};
use crate::defaults;
use crate::ordered::sort_by_key;
use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::scopes::Scopes;
use crate::stage::Stage;
use crate::{
    Case, Chosen, Ended, FixtureFailure, Group, How, Instance, Keeper, Outcome, Provider, Ran,
};

/// Prints it.
pub(crate) fn print(shown: Shown, plan: &Arc<Plan>, arguments: &Arguments) -> ExitCode {
    let text = match shown {
        Shown::Tests => {
            let cases = plan.iter().filter(|case| arguments.names(case));
            if arguments.is_json() {
                discovered(cases)
            } else {
                tests(cases)
            }
        }
        Shown::Fixtures => fixtures(plan),
        Shown::SetupPlan => setup_plan(plan, &arguments.schedule(plan)),
    };
    // With a closed stdout there is nobody left to show it to.
    _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// `it::a: test`
fn tests<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let mut text = String::new();
    for case in cases {
        _ = writeln!(text, "{}: test", case.name);
    }
    text
}

/// The same as JSON lines, as libtest has them; a test stands where its name does.
fn discovered<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let mut text = "{ \"type\": \"suite\", \"event\": \"discovery\" }\n".to_owned();
    let (mut count, mut ignored) = (0, 0);
    for case in cases {
        let (name, is_ignored) = (escape(&case.name), case.is_ignored());
        let why = escape(case.ignore.unwrap_or_default());
        let site = case.test.site;
        let (file, line, column) = (escape(site.file()), site.line(), site.column());
        let end = column as usize + case.test.name.chars().count();
        _ = writeln!(
            text,
            "{{ \"type\": \"test\", \"event\": \"discovered\", \"name\": \"{name}\", \"ignore\": {is_ignored}, \
             \"ignore_message\": \"{why}\", \"source_path\": \"{file}\", \"start_line\": {line}, \
             \"start_col\": {column}, \"end_line\": {line}, \"end_col\": {end} }}"
        );
        count += 1;
        ignored += usize::from(is_ignored);
    }
    _ = writeln!(
        text,
        "{{ \"type\": \"suite\", \"event\": \"completed\", \"tests\": {count}, \"benchmarks\": 0, \
         \"total\": {count}, \"ignored\": {ignored} }}"
    );
    text
}

/// "`db`, at tests/it.rs:3:10, of scope session, uses pool, &config", wider scopes first, and then by name.
fn fixtures(plan: &Plan) -> String {
    let mut entries: Vec<_> = plan.catalog.iter().collect();
    sort_by_key(&mut entries, |entry| {
        let Provider {
            scope, name, site, ..
        } = entry.provider;
        (std::cmp::Reverse(*scope), *name, *site)
    });
    let mut text = String::new();
    for entry in entries {
        let scope = entry.provider.scope.name();
        _ = write!(text, "{}, of scope {scope}", entry.provider);
        let uses = entry.uses.iter();
        text += &uses_of(uses.map(|one| (plan.catalog[one.entry].provider, one.how)));
        text.push('\n');
    }
    text
}

/// ", uses pool, &config", or nothing.
fn uses_of(uses: impl Iterator<Item = (&'static Provider, How)>) -> String {
    let name = |(provider, how): (&Provider, How)| match how {
        How::Owned => provider.name.to_owned(),
        How::Shared => format!("&{}", provider.name),
        How::Fresh => format!("&mut {}", provider.name),
    };
    let names: Vec<_> = uses.map(name).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(", uses {}", names.join(", "))
}

/// What one thread would do, one step a line, indented by what is there at the time.
fn setup_plan(plan: &Arc<Plan>, schedule: &Schedule) -> String {
    let notes = Notes::new(plan);
    for part in schedule.parts() {
        let scopes = Scopes::new(plan, part, &notes);
        for &place in part {
            scopes.run(place);
        }
    }
    let steps = notes.steps.into_inner();
    steps.unwrap_or_else(PoisonError::into_inner).text
}

/// Does nothing but note it down.
struct Notes<'a> {
    plan: &'a Plan,
    steps: Mutex<Steps>,
}

#[derive(Default)]
struct Steps {
    text: String,
    /// How many instances are there.
    depth: usize,
}

impl<'a> Notes<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            steps: Mutex::default(),
        }
    }

    fn note(&self, up: usize, down: usize, step: &str) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.depth -= down;
        let indent = "  ".repeat(steps.depth);
        _ = writeln!(steps.text, "{indent}{step}");
        steps.depth += up;
    }

    /// `db[pg] (session)`, `cache (module it::b)`
    fn name(&self, instance: &Instance) -> String {
        let ids: Vec<_> = instance.choices.iter().map(|one| self.id(*one)).collect();
        let ids = if ids.is_empty() {
            String::new()
        } else {
            format!("[{}]", ids.join("::"))
        };
        let scope = match instance.module {
            None => "session".to_owned(),
            Some(module) => format!("module {module}"),
        };
        format!("{}{ids} ({scope})", instance.provider.name)
    }

    fn id(&self, chosen: Chosen) -> &str {
        let mut entries = self.plan.catalog.iter();
        let entry = entries.find(|entry| Some(entry.provider) == chosen.provider);
        entry.map_or("", |entry| &entry.axes[chosen.axis][chosen.value].id)
    }
}

impl Stage for &Notes<'_> {
    fn set_up(&self, instance: &Arc<Instance>) -> Result<(), FixtureFailure> {
        let (name, site) = (self.name(instance), instance.provider.site);
        self.note(1, 0, &format!("set up {name}, at {site}"));
        Ok(())
    }

    fn ignored(&self, _: &Case) -> Option<Ended> {
        None
    }

    fn run(&self, case: &Case) -> Ran {
        let autouse = case.autouse.iter().map(|&provider| (provider, How::Shared));
        let uses = case.test.runner.uses().into_iter();
        let uses = uses_of(autouse.chain(uses.map(|one| (one.provider, one.how))));
        let defaults = defaults::of_case(case);
        self.note(0, 0, &format!("test {}{uses}{defaults}", case.name));
        Ended::Passed.into()
    }

    fn tear_down(&self, instance: &Arc<Instance>, _: Outcome) -> Vec<String> {
        self.note(0, 1, &format!("tear down {}", self.name(instance)));
        Vec::new()
    }

    fn end(&self, _: &dyn Keeper, _: &Arc<Group>) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;
    use crate::fakes::{Fakes, Fate, id};

    /// With the places in this crate, where all fakes stand, cut out.
    fn cut(text: &str) -> String {
        let cut = |line: &str| match line.split_once(", at ") {
            Some((start, rest)) => match rest.split_once(", ") {
                Some((_, rest)) => format!("{start}, at …, {rest}\n"),
                None => format!("{start}, at …\n"),
            },
            None => format!("{line}\n"),
        };
        text.lines().map(cut).collect()
    }

    fn shown() -> (Fakes, Arc<Plan>) {
        let mut fakes = Fakes::default();
        fakes.fixture("db", Scope::Session, "").axes = vec![vec![id("pg"), id("my")]];
        fakes.fixture("table", Scope::Module, "&db");
        fakes.fixture("row", Scope::Test, "&table");
        // What would fail does not, as it is not done.
        fakes.fixture("broken", Scope::Test, "row &mut db").set_up = Fate::Fails;
        fakes.test("it::m", "a", "&mut row broken");
        fakes.test("it::m", "b", "");
        fakes.test("it::m", "c", "&table");
        let plan = fakes.plan().unwrap();
        (fakes, plan)
    }

    #[test]
    fn every_fixture_is_listed() {
        let (_, plan) = shown();
        assert_eq!(
            cut(&fixtures(&plan)),
            "`db`, at …, of scope session\n\
             `table`, at …, of scope module, uses &db\n\
             `broken`, at …, of scope test, uses row, &mut db\n\
             `row`, at …, of scope test, uses &table\n"
        );
    }

    #[test]
    fn the_plan_of_a_run_is_shown_and_nothing_is_run() {
        let (fakes, plan) = shown();
        let schedule = Schedule::new(&plan, &[0, 2, 3]);
        assert_eq!(
            cut(&setup_plan(&plan, &schedule)),
            "\
set up db[pg] (session), at …
  set up table[pg] (module it::m), at …
    test m::a::pg, uses &mut row, broken
    test m::c::pg, uses &table
  tear down table[pg] (module it::m)
tear down db[pg] (session)
test m::b
"
        );
        assert_eq!(fakes.log.take(), [""; 0]);
    }
}
