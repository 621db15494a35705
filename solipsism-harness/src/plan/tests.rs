use super::*;
use crate::ShouldPanic;
use crate::test::tests::test;

fn plan(tests: Vec<&'static Test>) -> Result<Plan, String> {
    Plan::new(tests, &[], Options::default()).map_err(|refusal| refusal.to_string())
}

#[test]
fn cases_are_sorted_by_name() {
    let tests = [("it::b", "a"), ("it", "c"), ("other::a", "z")];
    let plan = plan(
        tests
            .map(|(module, name)| test(module, name, ShouldPanic::No))
            .to_vec(),
    )
    .unwrap();
    let names: Vec<_> = plan.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["a::z", "b::a", "c"]);
}

#[test]
fn two_of_one_name_are_refused_in_the_same_words_in_any_order() {
    let one = test("it::b", "a", ShouldPanic::No);
    let other = test("the_crate::b", "a", ShouldPanic::No);
    let refusal = plan(vec![other, one]).err().unwrap();
    assert_eq!(
        refusal,
        format!(
            "two tests are named `b::a`, one at {} and one at {}: rename one of them, or move it into another module",
            one.site, other.site
        )
    );
    assert_eq!(plan(vec![one, other]).err().unwrap(), refusal);
}

#[test]
fn a_target_without_tests_is_refused() {
    let refusal = plan(Vec::new()).err().unwrap();
    assert!(refusal.contains("`#[solipsism::test]`"), "{refusal}");
    assert!(refusal.contains("`use the_crate as _;`"), "{refusal}");
}

#[cfg(feature = "libtest-mimic")]
mod with_fixtures {
    use super::*;
    use crate::fakes::{Fakes, id, label};
    use crate::{AxisValue, Place};

    fn names(plan: &Plan) -> Vec<&str> {
        plan.iter().map(|case| case.name.as_str()).collect()
    }

    fn case<'a>(plan: &'a Plan, name: &str) -> &'a Case {
        plan.iter().find(|case| case.name == name).unwrap()
    }

    fn uses(plan: &Plan, name: &str) -> Vec<String> {
        case(plan, name).uses.iter().map(|one| label(one)).collect()
    }

    /// The refusal, with the place in this crate where all fakes stand cut out.
    fn refusal(fakes: &Fakes) -> String {
        let text = fakes.plan().err().unwrap();
        let parts: Vec<_> = text.split("solipsism-harness").collect();
        let mut cut = parts[0].to_owned();
        for part in &parts[1..] {
            cut += "SITE";
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || "/\\.:_".contains(c)));
            cut += &part[end.unwrap()..];
        }
        cut
    }

    #[test]
    fn a_product_has_its_own_axes_first_and_the_last_turning_fastest() {
        let mut fakes = Fakes::default();
        fakes.fixture("transport", Scope::Test, "").axes = vec![vec![id("tcp"), id("unix")]];
        fakes.fixture("server", Scope::Test, "transport").axes = vec![vec![id("one"), id("two")]];
        let own = vec![vec![id("a_1"), id("a_2"), id("a_10")]];
        // Asked for twice, and still chosen once.
        fakes.test("it", "matrix", "server transport").axes = own;
        fakes.test("it", "plain", "");
        let plan = fakes.plan().unwrap();
        let names = names(&plan);
        assert_eq!(names.len(), 3 * 2 * 2 + 1);
        assert_eq!(
            names[..3],
            [
                "matrix::a_1::one::tcp",
                "matrix::a_1::one::unix",
                "matrix::a_1::two::tcp"
            ]
        );
        // In the order of the values, and not of the alphabet.
        assert_eq!(names[11..], ["matrix::a_10::two::unix", "plain"]);
        let choices = &case(&plan, "matrix::a_10::one::unix").choices;
        let choices = choices
            .iter()
            .map(|one| (one.provider.map(|it| it.name), one.axis, one.value));
        let expected = [
            (None, 0, 2),
            (Some("server"), 0, 0),
            (Some("transport"), 0, 1),
        ];
        assert!(choices.eq(expected));
        assert_eq!(plan.cases_of("matrix"), Some(0..12));
        assert_eq!(plan.cases_of("matri"), None);
    }

    #[test]
    fn a_value_can_ignore_its_cases_and_have_them_panic() {
        let mut fakes = Fakes::default();
        let odd = AxisValue {
            ignore: Some("odd"),
            should_panic: ShouldPanic::With("x"),
            ..id("odd")
        };
        let test = fakes.test("it", "a", "");
        test.axes = vec![vec![id("even"), odd]];
        test.should_panic = ShouldPanic::Yes;
        let plan = fakes.plan().unwrap();
        let said = plan.iter().map(|case| (case.ignore, case.should_panic));
        assert!(said.eq([
            (None, ShouldPanic::Yes),
            (Some("odd"), ShouldPanic::With("x"))
        ]));
    }

    #[test]
    fn two_cases_of_one_name_are_refused() {
        let mut fakes = Fakes::default();
        fakes.test("it", "a", "").axes = vec![vec![id("x"), id("x")]];
        assert_eq!(
            refusal(&fakes),
            "two cases of the test at SITE are named `a::x`: give one of them another id"
        );
        let mut fakes = Fakes::default();
        fakes.test("it", "a", "").axes = vec![vec![id("x")]];
        fakes.test("it::a", "x", "");
        let refusal = refusal(&fakes);
        assert!(
            refusal.starts_with("two cases are named `a::x`, one of the test at SITE and one of"),
            "{refusal}"
        );
    }

    #[test]
    fn an_axis_without_values_is_refused() {
        let mut fakes = Fakes::default();
        fakes.test("it", "a", "").axes = vec![vec![]];
        assert!(refusal(&fakes).starts_with("a parameter of the test `a`, at SITE, has no values"));
        let mut fakes = Fakes::default();
        fakes.fixture("f", Scope::Test, "").axes = vec![vec![]];
        fakes.test("it", "a", "f");
        assert!(
            refusal(&fakes).starts_with("a parameter of the fixture `f`, at SITE, has no values")
        );
    }

    #[test]
    fn instances_are_one_for_each_scope_and_choice() {
        let mut fakes = Fakes::default();
        fakes.fixture("db", Scope::Session, "").axes = vec![vec![id("pg"), id("my")]];
        fakes.fixture("log", Scope::Session, "");
        fakes.fixture("cache", Scope::Module, "&log &db");
        fakes.fixture("app", Scope::Test, "&cache");
        fakes.test("it::b", "one", "app");
        fakes.test("it::b", "two", "&log &mut app");
        fakes.test("it::c", "three", "&app");
        let plan = fakes.plan().unwrap();
        assert_eq!(plan.instances.len(), 1 + 2 + 2 * 2);
        // What is wider first, and each after what it uses.
        assert_eq!(
            uses(&plan, "b::one::pg"),
            ["log", "db[0]", "cache[0] in it::b"]
        );
        assert_eq!(
            uses(&plan, "c::three::my"),
            ["log", "db[1]", "cache[1] in it::c"]
        );
        let cache = &case(&plan, "b::two::my").uses[2];
        let below: Vec<_> = cache.uses.iter().map(|one| label(one)).collect();
        assert_eq!(below, ["log", "db[1]"]);
        assert!(Arc::ptr_eq(cache, &case(&plan, "b::one::my").uses[2]));
        assert!(Arc::ptr_eq(
            &cache.uses[0],
            &case(&plan, "c::three::pg").uses[0]
        ));
    }

    #[test]
    fn an_instance_is_the_same_in_whatever_order_a_test_asks() {
        let mut fakes = Fakes::default();
        for name in ["one", "other"] {
            fakes.fixture(name, Scope::Session, "").axes = vec![vec![id("x"), id("y")]];
        }
        fakes.fixture("both", Scope::Session, "&one &other");
        fakes.test("it", "a", "&one &other &both");
        fakes.test("it", "b", "&other &one &both");
        let plan = fakes.plan().unwrap();
        assert_eq!(plan.instances.len(), 2 + 2 + 4);
        let both = |name| &case(&plan, name).uses[2];
        assert!(Arc::ptr_eq(both("a::x::y"), both("b::y::x")));
        assert_eq!(label(both("b::y::x")), "both[0,1]");
    }

    #[test]
    fn unnamed_fixtures_are_used_by_their_module_and_below_before_all_others() {
        let mut fakes = Fakes::default();
        fakes.fixture("named", Scope::Module, "");
        for (name, scope) in [
            ("per_module", Scope::Module),
            ("per_test", Scope::Test),
            ("first", Scope::Session),
        ] {
            let fake = fakes.fixture(name, scope, "");
            fake.autouse = true;
            fake.module = "it::b";
        }
        fakes.test("it", "above", "&named");
        fakes.test("it::b", "beside", "&named");
        fakes.test("it::b::c", "below", "");
        fakes.test("it::bc", "elsewhere", "");
        let plan = fakes.plan().unwrap();
        assert_eq!(uses(&plan, "above"), ["named in it"]);
        assert_eq!(
            uses(&plan, "b::beside"),
            ["first", "per_module in it::b", "named in it::b"]
        );
        assert_eq!(
            uses(&plan, "b::c::below"),
            ["first", "per_module in it::b::c"]
        );
        assert_eq!(uses(&plan, "bc::elsewhere"), [""; 0]);
        let own = |name| -> Vec<_> { case(&plan, name).autouse.iter().map(|it| it.name).collect() };
        assert_eq!(own("b::beside"), ["per_test"]);
        assert_eq!(own("above"), [""; 0]);
    }

    #[test]
    fn what_is_bound_to_a_thread_shares_one() {
        let mut fakes = Fakes::default();
        fakes.fixture("event_loop", Scope::Test, "").is_loop = true;
        fakes.fixture("client", Scope::Test, "event_loop");
        fakes.fixture("db", Scope::Session, "&mut client");
        fakes.fixture("cell", Scope::Module, "").is_sync = false;
        fakes.fixture("above_cell", Scope::Module, "&cell");
        fakes.fixture("config", Scope::Session, "");
        fakes.fixture("module_config", Scope::Module, "&config");
        for (name, uses) in [
            ("a_db", "&db"),
            ("b_cell", "&above_cell"),
            ("c_config", "&module_config event_loop"),
            ("d_nothing", "client"),
        ] {
            fakes.test("it", name, uses);
        }
        fakes.test("it::m", "cell", "&cell &config");
        fakes.test("it::n", "both", "&cell &db");
        let plan = fakes.plan().unwrap();
        let place = |name| case(&plan, name).place.clone();
        let (Place::InLoop(a), Place::OnThread(b)) = (place("a_db"), place("b_cell")) else {
            panic!("they are bound");
        };
        let (Place::OnThread(m), Place::InLoop(n)) = (place("m::cell"), place("n::both")) else {
            panic!("they are bound");
        };
        assert!(matches!(place("c_config"), Place::Anywhere));
        assert!(matches!(place("d_nothing"), Place::Anywhere));
        assert!(Arc::ptr_eq(&a, &n) && a.has_loop);
        for (one, other) in [(&a, &b), (&b, &m), (&m, &a)] {
            assert!(!Arc::ptr_eq(one, other));
        }
        assert!(!b.has_loop && !m.has_loop);
        let group = |name, place: usize| Arc::clone(&case(&plan, name).uses[place].group);
        assert!(Arc::ptr_eq(&group("c_config", 0), &group("m::cell", 0)));
        assert!(!Arc::ptr_eq(&group("c_config", 0), &group("c_config", 1)));
        assert!(Arc::ptr_eq(&group("m::cell", 1), &m));
    }

    #[test]
    fn a_circle_is_refused_with_its_path() {
        let mut fakes = Fakes::default();
        fakes.fixture("outside", Scope::Test, "a");
        fakes.fixture("a", Scope::Test, "&b");
        fakes.fixture("b", Scope::Test, "&mut c");
        fakes.fixture("c", Scope::Test, "a");
        fakes.test("it", "t", "outside");
        assert_eq!(
            refusal(&fakes),
            "fixtures ask for each other in a circle: `a` (SITE) → `b` (SITE) → `c` (SITE) → `a`; one of them must go without the other"
        );
    }

    #[test]
    fn what_is_wider_must_not_need_what_is_narrower() {
        let mut fakes = Fakes::default();
        fakes.fixture("conn", Scope::Test, "");
        fakes.fixture("app", Scope::Test, "&conn");
        fakes.fixture("db", Scope::Session, "app");
        fakes.test("it", "t", "&db");
        assert_eq!(
            refusal(&fakes),
            "the fixture `db` lives as long as its session, and needs the one value of `conn` that a test shares, which is gone \
             before: `db` (SITE) → `app` (SITE) → `conn` (SITE); take a value of its own (`T`, or `&mut T` if it has a \
             teardown), or give `conn` a `scope = \"session\"`"
        );
        // Of its own it may have one, and a test may own what could be wider.
        fakes.fixtures[1].uses = "conn".to_owned();
        fakes.plan().unwrap();
        fakes.fixtures[1].uses = "&conn".to_owned();
        fakes.tests[0].uses = "db".to_owned();
        fakes.plan().unwrap();
        // Below a fixture of their own scope too.
        fakes.fixture("above", Scope::Session, "&cache");
        fakes.fixture("cache", Scope::Module, "");
        fakes.test("it", "u", "&above");
        assert!(refusal(&fakes).contains("`above` (SITE) → `cache` (SITE);"));
    }

    /// What the plan of many tests costs: `cargo test --release -p solipsism-harness --features libtest-mimic -- --ignored --nocapture`.
    #[test]
    #[ignore = "a measurement"]
    #[expect(
        clippy::disallowed_methods,
        reason = "it is real time that is measured"
    )]
    fn ten_thousand_cases_over_a_hundred_modules() {
        let mut fakes = Fakes::default();
        fakes.fixture("db", Scope::Session, "").is_sync = false;
        fakes.fixture("config", Scope::Session, "").axes = vec![vec![id("x"), id("y")]];
        fakes.fixture("cache", Scope::Module, "&config");
        fakes.fixture("table", Scope::Module, "&db");
        fakes.fixture("row", Scope::Test, "&table &cache");
        fakes.fixture("clock", Scope::Test, "").autouse = true;
        for number in 0..5000 {
            let module = format!("it::module_{:02}", number % 100).leak();
            let uses = ["&row &cache", "&cache", "row", "&config &mut row"][number % 4];
            fakes.test(module, format!("test_{number}").leak(), uses);
        }
        let (tests, autouse) = fakes.registrations();
        for _ in 0..5 {
            let start = std::time::Instant::now();
            let plan = Plan::new(tests.clone(), &autouse, Options::default()).unwrap();
            println!(
                "{} cases, {} instances: {:?}",
                plan.len(),
                plan.instances.len(),
                start.elapsed()
            );
        }
    }
}

#[test]
#[cfg(feature = "libtest-mimic")]
fn a_plan_of_what_is_named_counts_the_others() {
    let tests = ["a", "ab", "b", "c"].map(|name| test("it::m", name, ShouldPanic::No));
    let plan = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let plan = Plan::of_named(tests.to_vec(), &[], Options::default(), &names).unwrap();
        let planned: Vec<_> = plan.iter().map(|case| case.name.clone()).collect();
        (planned.join(" "), plan.others)
    };
    assert_eq!(plan(&["m::a"]), ("m::a".to_owned(), 3));
    assert_eq!(plan(&["m::c", "m::a::x"]), ("m::a m::c".to_owned(), 2));
    // Nothing is of this name, and nothing is to be run: that is said by the plan of all.
    assert_eq!(plan(&["m"]), ("m::a m::ab m::b m::c".to_owned(), 0));
}
