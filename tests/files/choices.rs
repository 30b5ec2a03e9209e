//! Choices: changed, remembered, refused.

use lossfield::file::{
    Assignment, Context, FileChoice, Key, Of, Rest, SceneContext, To, Values, apply, read,
};
use lossfield::scene::Plane;

use super::bytes::{grey, indexed, rgb};
use super::{prediction_by, reading, source, truth_by};

#[test]
fn a_value_may_be_said_to_be_something_else() {
    let source = source("m.png", &grey(4, &[0, 1, 2, 255]), Plane::Truth);
    let mut choice = reading(&source, Plane::Truth).choice;
    let Values::Labels { assign, classes, .. } = &mut choice.values else { panic!("ids are labels") };
    assert_eq!(*classes, 3);
    assign[2].to = To::Nothing;
    assign[0].to = To::Void;
    let labels = truth_by(&source, &choice).labels;
    assert_eq!(labels.iter().copied().collect::<Vec<_>>(), [255, 1, 0, 255]);
}

#[test]
fn a_palette_index_is_an_id_where_it_is_said_to_be() {
    let bytes = indexed(&[[255, 255, 255], [9, 200, 30], [200, 9, 30]], &[0, 1, 2, 0]);
    let source = source("m.png", &bytes, Plane::Truth);
    let suggested = reading(&source, Plane::Truth);
    // White is the most frequent, red comes before green.
    assert_eq!(truth_by(&source, &suggested.choice).labels.iter().copied().collect::<Vec<_>>(), [0, 2, 1, 0]);
    assert!(!suggested.sure);
    let assign = (0..3)
        .map(|id: u8| Assignment { key: Key::Value(id.into()), to: To::Class(id), name: None })
        .collect();
    let values = Values::Labels { of: Of::Index, classes: 3, assign, rest: Rest::Void };
    let by_index = FileChoice { values, ..suggested.choice };
    assert_eq!(truth_by(&source, &by_index).labels.iter().copied().collect::<Vec<_>>(), [0, 1, 2, 0]);
}

#[test]
fn a_choice_is_remembered_for_the_next_file_of_its_shape() {
    let first = source("a.png", &rgb(3, &[[0; 3], [250, 0, 0], [0, 250, 0]]), Plane::Truth);
    let suggested = reading(&first, Plane::Truth);
    let mut chosen = suggested.choice.clone();
    let Values::Labels { assign, .. } = &mut chosen.values else { panic!("colours are labels") };
    (assign[1].to, assign[2].to) = (To::Class(2), To::Class(1));
    let next = source("b.png", &rgb(3, &[[0; 3], [0, 250, 0], [250, 0, 0]]), Plane::Truth);
    let context = Context { scene: None, remembered: Some(&chosen) };
    let read_next = read(&next, Plane::Truth, context).unwrap();
    assert_eq!(read_next.shape_key, suggested.shape_key);
    assert!(read_next.sure, "{:?}", read_next.questions);
    assert_eq!(truth_by(&next, &read_next.choice).labels.iter().copied().collect::<Vec<_>>(), [0, 1, 2]);

    // A colour that is new is asked about, and takes nobody's place.
    let third = source("c.png", &rgb(3, &[[0; 3], [0, 250, 0], [0, 0, 250]]), Plane::Truth);
    let read_third = read(&third, Plane::Truth, context).unwrap();
    assert_eq!(read_third.questions, ["One value was not there before: is it what is suggested?"]);
    assert_eq!(truth_by(&third, &read_third.choice).labels.iter().copied().collect::<Vec<_>>(), [0, 1, 3]);
}

#[test]
fn files_of_other_types_have_other_keys() {
    let key = |name: &str, bytes: &[u8], plane| reading(&source(name, bytes, plane), plane).shape_key;
    let grey_key = key("a.png", &grey(2, &[0, 1]), Plane::Truth);
    assert_eq!(key("b.png", &grey(3, &[0, 1, 2]), Plane::Truth), grey_key, "of another size and name");
    assert_ne!(key("a.png", &grey(2, &[0, 1]), Plane::Prediction), grey_key);
    assert_ne!(key("a.png", &rgb(2, &[[0; 3], [1; 3]]), Plane::Truth), grey_key);
}

#[test]
fn a_prediction_of_ids_means_what_the_truth_means() {
    let truth = source("t.png", &grey(4, &[0, 5, 15, 255]), Plane::Truth);
    let mut choice = reading(&truth, Plane::Truth).choice;
    // Renumbered by hand: 15 is class 1, 5 is class 2.
    let Values::Labels { assign, classes, .. } = &mut choice.values else { panic!("ids are labels") };
    (assign[1].to, assign[2].to, *classes) = (To::Class(2), To::Class(1), 3);
    let read_truth = truth_by(&truth, &choice);
    let prediction = source("p.png", &grey(4, &[0, 15, 15, 5]), Plane::Prediction);
    let scene =
        SceneContext { classes: 3, regions: 0, width: 4, height: 1, legend: Some(&read_truth.legend) };
    let reading =
        read(&prediction, Plane::Prediction, Context { scene: Some(scene), remembered: None }).unwrap();
    assert!(reading.sure, "{:?}", reading.questions);
    let logits = prediction_by(&prediction, &reading.choice).logits;
    let winner = |x: usize| (0..3).max_by(|&a, &b| logits[[a, 0, x]].total_cmp(&logits[[b, 0, x]]));
    assert_eq!([winner(0), winner(1), winner(2), winner(3)], [Some(0), Some(1), Some(1), Some(2)]);
}

#[test]
fn choices_that_no_reading_gives_are_refused() {
    let source = source("m.png", &grey(2, &[0, 1]), Plane::Truth);
    let suggested = reading(&source, Plane::Truth).choice;
    let refused = |values: Values| {
        let choice = FileChoice { values, ..suggested.clone() };
        apply(&source, &choice, Plane::Truth).unwrap_err().to_string()
    };
    let labels = |of, classes, to| Values::Labels {
        of,
        classes,
        assign: vec![Assignment { key: Key::Value(0.0), to, name: None }],
        rest: Rest::Nearest,
    };
    assert_eq!(
        refused(labels(Of::Value, 33, To::Void)),
        "m.png: found a choice of 33 classes and 1 values; expected 2 to 32 classes and at most 256 values."
    );
    assert_eq!(
        refused(labels(Of::Value, 3, To::Class(3))),
        "m.png: found a choice of class 3; expected a class from 0 to 2."
    );
    assert_eq!(
        refused(labels(Of::Alpha, 3, To::Void)),
        "m.png: found a choice of alpha; expected a choice of samples that this file has."
    );
    let nothing = Values::Labels { of: Of::Value, classes: 2, assign: vec![], rest: Rest::Nearest };
    assert!(refused(nothing).contains("assigns no value"));
    let unknown = r#"{"values": {"kind": "labels", "of": "value", "classes": 2, "assign": [], "rest": "void"}, "x": 1}"#;
    assert!(serde_json::from_str::<FileChoice>(unknown).is_err());
    assert!(serde_json::from_str::<FileChoice>(&unknown.replace(r#", "x": 1"#, "")).is_ok());
}

#[test]
fn three_classes_in_a_scene_of_two_are_asked_about_and_never_all_background() {
    let source = source("m.png", &grey(4, &[0, 1, 2, 2]), Plane::Truth);
    let scene = SceneContext { classes: 2, regions: 0, width: 4, height: 1, legend: None };
    let reading = read(&source, Plane::Truth, Context { scene: Some(scene), remembered: None }).unwrap();
    assert_eq!(reading.questions, ["It has 3 classes and the scene 2: make a scene of 3?"]);
    assert_eq!(truth_by(&source, &reading.choice).labels.iter().copied().collect::<Vec<_>>(), [0, 1, 2, 2]);
    let five = Context { scene: Some(SceneContext { classes: 5, regions: 0, ..scene }), remembered: None };
    let fits = read(&source, Plane::Truth, five).unwrap();
    assert!(fits.sure && fits.classes == 5, "{:?}", fits.questions);
}
