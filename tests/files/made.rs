//! Every file of `made/`: its reading, itself as its own prediction, and its reading beside a truth.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use lossfield::file::{FileChoice, FileLegend, read_pair};
use lossfield::scene::Plane;
use serde::Deserialize;
use serde_json::Value;

use super::judged::{Judged, judged};
use super::{prediction_by, reading, refused, source, truth_by};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    truth: Option<Truth>,
    pair: Option<(String, Prediction)>,
    #[serde(default)]
    itself: Value,
    error: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    kind: String,
    sure: Option<bool>,
    classes: Option<BTreeMap<u8, usize>>,
    ignored: Option<usize>,
    #[serde(default)]
    names: BTreeMap<u8, String>,
    /// Pixels of each class before the format changed them.
    near: Option<BTreeMap<u8, usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prediction {
    sure: bool,
    scale: String,
    channels: Option<usize>,
    meaning: Option<String>,
    iou: Option<f64>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files/made")
}

pub(super) fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn manifest() -> Vec<Line> {
    serde_json::from_slice(&bytes("manifest.json")).unwrap()
}

/// Names of all files, those that are refused too.
pub(super) fn names() -> Vec<String> {
    manifest().into_iter().map(|line| line.file).collect()
}

fn pixels(legend: &FileLegend) -> BTreeMap<u8, usize> {
    legend.classes.iter().filter(|class| class.pixels > 0).map(|class| (class.class, class.pixels)).collect()
}

fn word<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_file_is_read_as_what_it_is() {
    let mut seen = 0;
    for Line { file, truth, error, .. } in manifest() {
        if let Some(words) = error {
            let sentence = refused(&file, &bytes(&file));
            assert!(
                sentence.starts_with(&format!("{file}: found ")) && sentence.ends_with('.'),
                "{sentence}"
            );
            for part in words {
                assert!(sentence.contains(&part), "{file}: {part:?} is not in {sentence:?}");
            }
            continue;
        }
        let Some(expected) = truth else { continue };
        let source = source(&file, &bytes(&file), Plane::Truth);
        let reading = reading(&source, Plane::Truth);
        let truth = truth_by(&source, &reading.choice);
        let found = pixels(&truth.legend);
        assert_eq!(word(reading.kind), expected.kind, "{file}: {}", reading.text);
        if let Some(classes) = expected.classes {
            assert_eq!(found, classes, "{file}: {}", reading.text);
            assert_eq!(Some(truth.legend.ignored), expected.ignored, "{file}");
            assert_eq!(Some(reading.sure), expected.sure, "{file}: {} {:?}", reading.text, reading.questions);
        }
        if let Some(near) = expected.near {
            let all: usize = near.values().sum();
            assert!(found.keys().eq(near.keys()), "{file}: {found:?} is not {near:?}");
            let close = |(a, b): (&usize, &usize)| a.abs_diff(*b) <= all / 50;
            assert!(found.values().zip(near.values()).all(close), "{file}: {found:?} is not {near:?}");
        }
        for (class, name) in expected.names {
            assert_eq!(truth.legend.classes[usize::from(class)].name.as_deref(), Some(&*name), "{file}");
        }
        seen += 1;
    }
    assert!(seen > 80, "{seen} readings");
}

#[test]
fn every_mask_is_its_own_perfect_prediction() {
    for Line { file, itself, .. } in manifest() {
        if itself.is_null() || itself == false {
            continue;
        }
        let (truth, prediction) =
            (source(&file, &bytes(&file), Plane::Truth), source(&file, &bytes(&file), Plane::Prediction));
        let pair = read_pair(&truth, &prediction).unwrap();
        let read_truth = truth_by(&truth, &pair.truth.choice);
        let read_prediction = prediction_by(&prediction, &pair.prediction.choice);
        let Judged { iou, dice_loss } = judged(&read_truth, &read_prediction);
        assert!((iou - 1.0).abs() < 1e-12, "{file}: IoU {iou} with itself: {}", pair.prediction.text);
        // What is soft keeps its doubts.
        let most = if itself == "soft" { 0.5 } else { 1e-5 };
        assert!(dice_loss < most, "{file}: Dice loss {dice_loss} with itself: {}", pair.prediction.text);
    }
}

#[test]
fn every_prediction_is_read_beside_its_truth() {
    let mut seen = 0;
    for Line { file, pair, .. } in manifest() {
        let Some((truth_file, expected)) = pair else { continue };
        let truth = source(&truth_file, &bytes(&truth_file), Plane::Truth);
        let prediction = source(&file, &bytes(&file), Plane::Prediction);
        let pair = read_pair(&truth, &prediction).unwrap();
        let read_truth = truth_by(&truth, &pair.truth.choice);
        let read_prediction = prediction_by(&prediction, &pair.prediction.choice);
        let said = format!("{file}: {} {:?}", pair.prediction.text, pair.prediction.questions);
        assert_eq!(pair.prediction.sure, expected.sure, "{said}");
        assert_eq!(pair.prediction.scale(), expected.scale, "{said}");
        if let Some(channels) = expected.channels {
            assert_eq!(pair.prediction.channels, channels, "{said}");
        }
        if let Some(meaning) = expected.meaning {
            assert_eq!(word(read_prediction.channels), meaning, "{said}");
        }
        if let Some(iou) = expected.iou {
            let found = judged(&read_truth, &read_prediction).iou;
            assert!((found - iou).abs() < 1e-12, "{said}: IoU {found}");
        }
        assert!(read_prediction.logits.iter().all(|z| z.is_finite()), "{said}");
        seen += 1;
    }
    assert!(seen > 30, "{seen} predictions");
}

#[test]
fn a_choice_goes_to_the_page_and_back() {
    for Line { file, error, .. } in manifest() {
        if error.is_some() {
            continue;
        }
        for plane in [Plane::Truth, Plane::Prediction] {
            let source = source(&file, &bytes(&file), plane);
            let reading = reading(&source, plane);
            let choices = reading.alternatives.iter().map(|alternative| &alternative.choice);
            for choice in choices.chain([&reading.choice]) {
                let text = serde_json::to_string(choice).unwrap();
                let back: FileChoice = serde_json::from_str(&text).unwrap();
                assert_eq!(&back, choice, "{file}: {text}");
                let applied = lossfield::file::apply(&source, choice, plane);
                assert!(applied.is_ok(), "{file}: {text}: {}", applied.unwrap_err());
            }
        }
    }
}
