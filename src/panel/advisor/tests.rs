//! The advice, against evidence that is made up.

use serde_json::json;

use super::scene_facts::{SceneFacts, SceneObject};
use super::study::{Bench, EmptyGradient, Profile, Worse};
use super::*;
use crate::paint::chart::Chart;

fn object(class: usize, pixels: usize) -> SceneObject {
    SceneObject { class, pixels, boundary: pixels / 2, depth: 4.0, width: 8.0, at_border: false }
}

fn evidence(classes: usize, objects: Vec<SceneObject>) -> Evidence {
    let profile = Profile {
        share_at_start: Some(0.02),
        share_now: Some(0.3),
        missed_to_false: Some(1.0),
        far_to_near: Some(100.0),
        optima: vec![0.01, 0.2, 0.75, 0.99],
        empty: Some(EmptyGradient { sum: 0.25, largest: 0.9 }),
        rare_to_common: Some(12.3),
        small_to_large: Some(1.0),
        share_on_smallest: Some(0.001),
        break_to_sides: Some(0.01),
        ious: vec![0.4; Bench::STEPS + 1],
    };
    let class_names = (0..=classes).map(|class| format!("class {class}")).collect();
    let (classes, empty_images) = ((1..=classes).collect(), usize::from(objects.is_empty()));
    let facts = SceneFacts { counted: 10_000, classes, objects, images: 1, empty_images };
    let profiles = vec![profile; CANDIDATES.len()];
    Evidence { facts, set: None, class_names, profiles, photo: false, complete: true }
}

/// The shortlist and what to avoid.
fn readout(report: &Report) -> AdviceReadout {
    serde_json::from_value(report.details.clone()).unwrap()
}

fn all_answers() -> impl Iterator<Item = Answers> {
    [Worse::FalsePositives, Worse::Equal, Worse::FalseNegatives].into_iter().flat_map(|worse| {
        (0..4).map(move |i| Answers {
            worse,
            boundaries: i % 2 == 1,
            calibrated: i / 2 == 1,
            ..Answers::default()
        })
    })
}

#[test]
fn everything_that_is_said_is_a_sentence_with_its_numbers() {
    let scenes = [
        evidence(1, vec![]),
        evidence(1, vec![object(1, 50), object(1, 3)]),
        evidence(2, vec![object(1, 4000), object(2, 40)]),
    ];
    for evidence in &scenes {
        for answers in all_answers() {
            let report = advice(evidence, answers);
            let readout = readout(&report);
            let said: Vec<&Suggestion> = readout.shortlist.iter().chain(&readout.avoid).collect();
            let mut names: Vec<&str> = said.iter().map(|one| one.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), said.len(), "no two have one name: {names:?}");
            for reason in said.iter().flat_map(|one| &one.reasons) {
                for found in &reason.found {
                    assert!(found.ends_with('.') && !found.contains("NaN"), "{found}");
                }
                assert_eq!(reason.counted, reason.verdict != Some(Verdict::Contradicts));
                let measured = reason.found.iter().any(|found| found.contains(|c: char| c.is_ascii_digit()));
                assert_eq!(measured, reason.verdict.is_some(), "{:?}", reason.found);
            }
            assert!(report.texts.values().flatten().all(|said| said.ends_with('.')));
            for table in report.tables.values() {
                assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
            }
        }
    }
}

#[test]
fn the_chart_adds_up_to_the_points_of_the_cards() {
    let evidence = evidence(2, vec![object(1, 4000), object(2, 40)]);
    for answers in all_answers() {
        let report = advice(&evidence, answers);
        let readout = readout(&report);
        let Chart::Bars(bars) = &report.charts["points"] else { panic!("bars") };
        for (row, one) in bars.rows.iter().zip(&readout.shortlist) {
            assert_eq!(text::points(row.values.iter().sum::<f64>() as i32), one.points);
            assert!(row.name.contains(&one.name));
        }
    }
}

#[test]
fn facts_are_told_of_every_class_and_of_an_empty_truth() {
    let two = advice(&evidence(2, vec![object(1, 4000), object(2, 40)]), Answers::default());
    assert_eq!(two.tables["facts"].columns, ["", "all foreground", "class 1", "class 2"]);
    assert_eq!(two.tables["facts"].rows[0], ["share of the pixels", "40 %", "40 %", "0.40 %"]);
    assert!(two.texts["situation"][0].contains("0.40 %") && two.texts["situation"][1].contains("unequal"));
    assert!(two.texts["remarks"][0].contains("None of the shortlist counts objects"));
    let none = advice(&evidence(1, vec![]), Answers::default());
    assert!(none.texts["situation"][0].starts_with("The truth is empty"));
    assert_eq!(none.tables["facts"].rows[1], ["objects", "0"]);
    assert_eq!(none.tables["facts"].rows[2], ["smallest object", "–"]);
}

#[test]
fn what_is_not_known_yet_is_told_from_what_cannot_be() {
    let mut evidence = evidence(1, vec![object(1, 50)]);
    evidence.profiles = vec![Profile::default(); CANDIDATES.len()];
    let found = |evidence: &Evidence| {
        readout(&advice(evidence, Answers::default())).shortlist[0].reasons[0].found.clone()
    };
    evidence.complete = false;
    assert_eq!(found(&evidence), ["Not measured yet."]);
    evidence.complete = true;
    assert_eq!(found(&evidence), ["This scene has nothing to measure it by."]);
}

#[test]
fn the_page_asks_with_what_was_measured_and_is_answered() {
    let evidence = evidence(1, vec![object(1, 50)]);
    let calibrated = Answers { calibrated: true, ..Answers::default() };
    let asked = Advisor::ask(&calibrated, json!({ "measured": evidence })).unwrap();
    assert_eq!(asked, advice(&evidence, calibrated));
    let refused = Advisor::ask(&calibrated, "mauve".into()).unwrap_err();
    assert!(refused.starts_with("This is nothing that the advisor measured"), "{refused}");
}

/// A set whose facts are not those of the scene: rare, with an empty image, of three classes.
fn set() -> Vec<SceneFacts> {
    let image = |objects: Vec<SceneObject>| SceneFacts {
        counted: 10_000,
        classes: vec![1, 2],
        empty_images: usize::from(objects.is_empty()),
        objects,
        images: 1,
    };
    vec![image(vec![object(1, 3000), object(2, 6)]), image(vec![]), image(vec![object(1, 3000)])]
}

#[test]
fn advice_for_a_set_goes_by_its_facts_and_is_tested_on_the_scene() {
    let scene = evidence(1, vec![object(1, 4000)]);
    let question = json!({ "measured": scene, "set": set() });
    let for_set = Answers { scope: AdviceScope::Set, ..Answers::default() };
    let report = Advisor::ask(&for_set, question.clone()).unwrap();
    let facts = &report.tables["facts"];
    assert_eq!(facts.title, "The truths of 3 images");
    assert_eq!(facts.columns, ["", "all foreground", "class 1", "class 2"]);
    assert_eq!(facts.rows[0], ["share of the pixels", "20 %", "20 %", "0.02 %"]);
    assert_eq!(facts.rows[1], ["objects", "3", "2", "1"]);
    assert_eq!(facts.rows[2][3], "6 px");
    assert_eq!(facts.rows.last().unwrap()[..2], ["images without foreground", "1 of 3"]);
    let situation = &report.texts["situation"];
    assert!(situation[0].contains("0.02 %") && situation[0].contains("very rare"), "{situation:?}");
    assert!(situation.last().unwrap().starts_with("Images of the folder"), "{situation:?}");
    assert!(report.texts["remarks"][0].contains("of 3 classes"), "{:?}", report.texts["remarks"]);
    // What only concerns several classes is advised, with its test on the scene.
    let found = |report: &Report| {
        let readout = readout(report);
        readout.shortlist.into_iter().chain(readout.avoid).flat_map(|one| one.reasons).collect::<Vec<_>>()
    };
    let [of_set, of_scene] =
        [&for_set, &Answers::default()].map(|answers| Advisor::ask(answers, question.clone()).unwrap());
    assert_ne!(found(&of_set), found(&of_scene));
    assert!(found(&of_set).iter().any(|reason| reason.verdict == Some(Verdict::Supports)));
    assert_eq!(of_scene, advice(&scene, Answers::default()), "the set at hand is no matter");
}

#[test]
fn advice_for_a_set_that_is_not_at_hand_is_for_the_scene() {
    let scene = evidence(1, vec![object(1, 4000)]);
    let for_set = Answers { scope: AdviceScope::Set, ..Answers::default() };
    let asked = Advisor::ask(&for_set, json!({ "measured": scene })).unwrap();
    assert_eq!(asked, advice(&scene, for_set));
    assert_eq!(asked.tables["facts"].title, "This truth");
}
