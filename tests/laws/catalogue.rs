//! Laws about what the catalogue says of its losses.

use lossfield::field::Task;
use lossfield::loss::config::{Config, Kind, Param, Setting, Settings};
use lossfield::loss::docs::Page;
use lossfield::loss::{LOSSES, Spec};

use super::fields::Painted;
use super::variants::loss;

#[test]
fn every_page_has_the_fixed_form() {
    for spec in LOSSES {
        let page = Page::read(spec.docs);
        assert!(!page.summary.is_empty(), "{} does not say what it measures", spec.id);
        assert!(!page.formulas.is_empty(), "{} has no formula", spec.id);
        for formula in &page.formulas {
            assert!(
                !formula.tex.trim().is_empty(),
                "{}: an empty formula after {:?}",
                spec.id,
                formula.caption
            );
        }
        let titles: Vec<&str> = page.sections.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["Shapes", "Range", "Edge cases", "Source"], "sections of {}", spec.id);
        for (title, text) in &page.sections {
            assert!(!text.is_empty(), "{}: the section {title} is empty", spec.id);
        }
        assert!(!spec.docs.contains("fn "), "{}: code ended up in the docs", spec.id);
        for task in [Task::Binary, Task::Multiclass] {
            assert!(!spec.name.of(task).is_empty());
        }
    }
}

#[test]
fn losses_take_shares_where_the_catalogue_and_their_docs_say_so() {
    let hard =
        Painted::row(3, &[0.3, -1.2, 0.8, 1.1, 0.2, -0.4, -0.7, 0.9, 1.6, 0.1, -0.2, 0.5], &[0, 1, 2, 1]);
    let mut soft = hard.with_certain_shares();
    for share in soft.shares.iter_mut().flatten() {
        *share = 0.1 + 0.7 * *share;
    }
    let says_otherwise = |spec: &&&Spec| {
        let variant = loss(spec.id, &[]);
        let moves = (variant.value(&hard) - variant.value(&soft)).abs() > 1e-9;
        moves != spec.takes_shares
    };
    let wrong: Vec<&str> = LOSSES.iter().filter(says_otherwise).map(|spec| spec.id).collect();
    assert!(wrong.is_empty(), "{wrong:?} do other than their line of the catalogue says");
    for spec in LOSSES {
        let page = Page::read(spec.docs);
        let told = page.section("Shapes").is_some_and(|text| text.contains("or shares `"));
        assert_eq!(told, spec.takes_shares, "the section on shapes of {}", spec.id);
    }
}

#[test]
fn every_parameter_has_one_bullet_that_states_its_domain() {
    for spec in LOSSES {
        let page = Page::read(spec.docs);
        let told: Vec<&str> = page.params.iter().map(|(id, _)| id.as_str()).collect();
        let own: Vec<&Param> = spec.params.iter().filter(|param| param.about.is_none()).collect();
        let declared: Vec<&str> = own.iter().map(|param| param.id).collect();
        assert_eq!(told, declared, "parameters of {}", spec.id);
        for (param, (_, text)) in own.iter().zip(&page.params) {
            // What stands before the colon: "α, from 0 to 1, default 0.25".
            let (facts, meaning) = text.split_once(": ").unwrap_or((text, ""));
            let facts: Vec<&str> = facts.split(", ").collect();
            let states = |fact: &str| {
                assert!(facts.contains(&fact), "{} {}: {facts:?} does not state {fact:?}", spec.id, param.id);
            };
            assert!(!meaning.is_empty(), "{} {} does not say what it means", spec.id, param.id);
            match param.kind {
                Kind::Number(domain) | Kind::PerClass(domain) => {
                    let to =
                        if domain.max.is_finite() { format!(" to {}", domain.max) } else { String::new() };
                    states(&format!("from {}{to}", domain.min));
                    states(&format!("default {}", domain.default));
                }
                Kind::Flag { default } => states(if default { "default on" } else { "default off" }),
                Kind::Choice(options) => {
                    let default = facts.iter().find_map(|fact| fact.strip_prefix("default "));
                    assert!(
                        default.is_some_and(|said| options[0].label.starts_with(said)),
                        "{} {}: {facts:?} does not state the default, {:?}",
                        spec.id,
                        param.id,
                        options[0].label
                    );
                }
            }
        }
    }
}

#[test]
fn every_default_lies_in_its_domain() {
    for spec in LOSSES {
        for param in spec.params {
            if let Kind::Number(domain) | Kind::PerClass(domain) = param.kind {
                assert!(
                    domain.min < domain.slider_max && domain.slider_max <= domain.max && domain.step > 0.0
                );
            }
            let default: Setting = match param.kind {
                Kind::Number(domain) => domain.default.into(),
                Kind::PerClass(domain) => vec![domain.default].into(),
                Kind::Flag { default } => default.into(),
                Kind::Choice(options) => options[0].id.into(),
            };
            let settings = Settings::from([(param.id.into(), default)]);
            if let Err(refused) = Config::new(spec, &settings) {
                panic!("{refused}");
            }
        }
    }
}

#[test]
fn a_default_said_is_a_default_unsaid() {
    for spec in LOSSES {
        let unsaid = Settings::new();
        let said: Settings = spec
            .params
            .iter()
            .filter_map(|param| {
                let default: Setting = match param.kind {
                    Kind::Number(domain) => domain.default.into(),
                    Kind::Flag { default } => default.into(),
                    Kind::Choice(options) => options[0].id.into(),
                    Kind::PerClass(_) => return None,
                };
                Some((param.id.into(), default))
            })
            .collect();
        let [unsaid, said] =
            [&unsaid, &said].map(|settings| (spec.build)(&Config::new(spec, settings).unwrap()));
        assert!(*unsaid == *said, "{}: {unsaid:?} is not {said:?}", spec.id);
    }
}
