use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::paint::chart::Chart;

/// Row with this value of the Dice loss and of the IoU.
fn row(name: &str, loss: Option<f64>, iou: f64) -> SetRow {
    let numbers = ImageNumbers {
        width: 640,
        height: 480,
        classes: 2,
        shares: vec![0.75, 0.25],
        components: 3,
        empty: false,
        losses: BTreeMap::from([("dice".to_owned(), loss), ("cross_entropy".to_owned(), Some(iou))]),
        metrics: BTreeMap::from([
            ("iou".to_owned(), Some(iou)),
            ("hausdorff".to_owned(), Some(10.0 * (1.0 - iou))),
        ]),
    };
    let (truth, prediction) = (format!("gt/{name}.png"), format!("pred/{name}.png"));
    SetRow { name: name.into(), truth, prediction, outcome: RowOutcome::Measured { numbers } }
}

fn refused(name: &str) -> SetRow {
    let reason = "a.png: found a damaged PNG, \"cut\"; expected a whole PNG.".to_owned();
    SetRow { outcome: RowOutcome::Refused { reason }, ..row(name, None, 0.0) }
}

fn asked(name: &str, key: &str) -> SetRow {
    let (shape_key, question) = (key.to_owned(), format!("{name}: which?"));
    let outcome = RowOutcome::Asked { plane: crate::scene::Plane::Truth, shape_key, question };
    SetRow { outcome, ..row(name, None, 0.0) }
}

fn rows() -> Vec<SetRow> {
    vec![
        row("b", Some(0.1 + 0.2), 0.7),
        row("a", Some(0.5), 0.5),
        refused("e"),
        row("c", None, 0.9),
        row("d", Some(0.9), 0.1),
    ]
}

fn ask(state: &SetState, kind: &str, rows: &[SetRow]) -> Report {
    let conditions =
        json!({ "softEdges": 0, "weighting": { "kind": "equal" }, "threshold": 0.5, "tolerance": 2.0 });
    let mut question = json!({ "kind": kind, "rows": rows });
    if kind == "report" {
        question["conditions"] = conditions;
        question["most"] = json!(100);
    }
    SetPanel::ask(state, question).unwrap()
}

fn names(details: &Value) -> Vec<&str> {
    let rows = details["rows"].as_array().unwrap();
    rows.iter().map(|row| row["cells"][0].as_str().unwrap()).collect()
}

#[test]
fn rows_sort_by_any_column_and_those_without_a_number_are_last() {
    let sorted = |sort: &str, descending| {
        let state = SetState { sort: sort.into(), descending, ..SetState::default() };
        let details = ask(&state, "report", &rows()).details;
        names(&details).concat()
    };
    assert_eq!(sorted("name", false), "abcde");
    assert_eq!(sorted("name", true), "edcba");
    assert_eq!(sorted("dice", false), "badec");
    assert_eq!(sorted("dice", true), "dabec");
    assert_eq!(sorted("metric.iou", true), "cbade");
    assert_eq!(sorted("width", true), "bacde", "equal ones as they came");
    assert_eq!(sorted("mauve", false), "abcde");
}

#[test]
fn no_more_rows_are_told_than_are_asked_for() {
    let conditions =
        json!({ "softEdges": 0, "weighting": { "kind": "equal" }, "threshold": 0.5, "tolerance": 2.0 });
    let question = json!({ "kind": "report", "rows": rows(), "conditions": conditions, "most": 2 });
    let report = SetPanel::ask(&SetState::default(), question).unwrap();
    assert_eq!(names(&report.details), ["a", "b"]);
    assert!(report.texts["answer"][0].starts_with("Over 4 of 5 images"), "of all of them");
}

#[test]
fn images_of_different_tasks_are_told() {
    let mut rows = rows();
    assert!(!ask(&SetState::default(), "report", &rows).texts.contains_key("remarks"));
    let RowOutcome::Measured { numbers } = &mut rows[1].outcome else { panic!("it has numbers") };
    (numbers.classes, numbers.shares) = (3, vec![0.5, 0.25, 0.25]);
    let report = ask(&SetState::default(), "report", &rows);
    assert_eq!(
        report.texts["remarks"],
        [
            "The images have from 2 to 3 classes, 1 of them 3: each is evaluated with the classes of its own files."
        ]
    );
    let readout = &report.details["rows"];
    assert_eq!((&readout[1]["cells"][5], &readout[0]["cells"][5]), (&json!("–"), &json!("25 %")));
}

#[test]
fn orders_that_agree_have_1_whatever_the_metrics_sense() {
    let report = ask(&SetState::default(), "report", &rows());
    let table = &report.tables["agreement"];
    let cell = |loss: &str, metric: &str| {
        let column = table.columns.iter().position(|column| column == metric).unwrap();
        table.rows.iter().find(|row| row[0] == loss).unwrap()[column].clone()
    };
    assert_eq!(cell("Dice", "IoU"), "1.00");
    assert_eq!(cell("Dice", "Hausdorff distance, px"), "1.00");
    // It is the IoU itself: the reverse order.
    assert_eq!(cell("Cross-entropy", "IoU"), "−1.00");
    assert_eq!(cell("Dice", "recall"), "–", "no image has one");
    assert_eq!(
        report.texts["answer"],
        [
            "Over 4 of 5 images, the order by Dice agrees with the order by IoU to 1.00; by Cross-entropy to −1.00."
        ]
    );
}

#[test]
fn images_in_dispute_are_named_with_their_places() {
    let report = ask(&SetState::default(), "report", &rows());
    let disputes = report.details["disputes"].as_array().unwrap();
    // The loss that is the IoU has the best image last.
    assert_eq!(disputes[0], json!({ "row": 3, "text": "c: place 4 by Cross-entropy, place 1 by IoU." }));
    assert!(disputes.iter().all(|dispute| !dispute["text"].as_str().unwrap().contains("Dice")));
}

#[test]
fn each_loss_has_a_histogram_of_all_its_values() {
    let report = ask(&SetState::default(), "report", &rows());
    let Chart::Plot(plot) = &report.charts["dice"] else { panic!("a plot") };
    let counted: f64 = plot.series[0].points.iter().map(|point| point[1]).sum();
    assert!((counted - 3.0).abs() < 1e-12);
    assert_eq!(plot.title, "Images by Dice, without 2 that have none");
    assert!(((plot.x.from, plot.x.to), plot.series[0].points.len()) == ((0.1 + 0.2, 0.9), 20));
}

#[test]
fn a_kind_of_file_is_asked_about_once() {
    let rows = [asked("a", "png 8"), row("b", Some(0.1), 0.2), asked("c", "png 8"), asked("d", "npy")];
    let report = ask(&SetState::default(), "report", &rows);
    assert_eq!(
        report.details["asked"],
        json!([
            { "row": 0, "plane": "truth", "rows": 2, "text": "a: which?" },
            { "row": 3, "plane": "truth", "rows": 1, "text": "d: which?" },
        ])
    );
    let waiting = &report.details["rows"][0];
    assert_eq!(waiting, &json!({ "row": 0, "cells": ["a"], "note": "a: which?" }));
}

#[test]
fn the_csv_has_full_precision_and_quotes_what_needs_it() {
    let report = ask(&SetState::default(), "csv", &rows()[..3]);
    let csv = report.details["csv"].as_str().unwrap();
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 4);
    let head: Vec<&str> = lines[0].split(',').collect();
    assert_eq!(
        head[..11],
        [
            "image",
            "truth",
            "prediction",
            "width",
            "height",
            "share0",
            "share1",
            "components",
            "empty",
            "cross_entropy",
            "dice"
        ]
    );
    assert!(lines[1].starts_with("b,gt/b.png,pred/b.png,640,480,0.75,0.25,3,0,0.7,0.30000000000000004,0.7,"));
    assert!(
        lines[3].ends_with(",\"a.png: found a damaged PNG, \"\"cut\"\"; expected a whole PNG.\""),
        "{csv}"
    );
    for line in &lines[1..3] {
        assert_eq!(line.split(',').count(), head.len());
    }
}

#[test]
fn a_set_without_numbers_says_so() {
    let none = ask(&SetState::default(), "report", &[]);
    assert!(!none.texts.contains_key("answer") && none.charts.is_empty());
    let all_refused = ask(&SetState::default(), "report", &[refused("a")]);
    assert_eq!(all_refused.texts["answer"], ["No image has numbers yet; its row says why."]);
    assert!(SetPanel::ask(&SetState::default(), json!({ "kind": "mauve" })).is_err());
    let answer = |rows: &[SetRow]| ask(&SetState::default(), "report", rows).texts["answer"].concat();
    assert_eq!(answer(&[row("a", Some(0.1), 0.2)]), "One image has numbers: an order takes two.");
    let alike = answer(&[row("a", Some(0.1), 0.2), row("b", Some(0.4), 0.2)]);
    assert!(alike.starts_with("Over 2 images, IoU or every loss is the same"), "{alike}");
}
