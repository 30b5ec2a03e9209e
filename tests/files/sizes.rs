//! Sizes: a file's own, and what is asked about.

use lossfield::file::{Context, FileChoice, Resampling, SceneContext, Sizing, read, read_pair};
use lossfield::scene::Plane;

use super::bytes::grey;
use super::judged::judged;
use super::{prediction_by, reading, source, truth_by};

/// Vertical lines, one pixel wide, every 64 columns.
fn lines(width: u32, height: u32) -> Vec<u8> {
    let line = |i: u32| if (i % width) % 64 == 17 { 255 } else { 0 };
    grey(width, &(0..width * height).map(line).collect::<Vec<u8>>())
}

#[test]
fn a_file_of_up_to_2048_a_side_is_opened_as_it_is() {
    let source = source("lines.png", &lines(2048, 96), Plane::Truth);
    let reading = reading(&source, Plane::Truth);
    assert!(reading.sure && reading.choice.size == Sizing::Own);
    assert_eq!(truth_by(&source, &reading.choice).labels.dim(), (96, 2048));
}

#[test]
fn a_larger_file_is_asked_about_and_is_its_own_perfect_prediction_all_the_same() {
    let bytes = lines(2560, 40);
    let (truth, prediction) =
        (source("lines.png", &bytes, Plane::Truth), source("lines.png", &bytes, Plane::Prediction));
    let pair = read_pair(&truth, &prediction).unwrap();
    assert!(!pair.truth.sure);
    assert_eq!(
        pair.truth.questions,
        ["2560 × 40 is more than 2048 a side: crop it, or resample it to 2048 × 32?"]
    );
    for method in [Resampling::Centre, Resampling::Area, Resampling::KeepThin] {
        let size = Sizing::Resample { width: 1024, height: 16, method };
        let resampled = |choice: &FileChoice| FileChoice { size, ..choice.clone() };
        let read_truth = truth_by(&truth, &resampled(&pair.truth.choice));
        let read_prediction = prediction_by(&prediction, &resampled(&pair.prediction.choice));
        let found = judged(&read_truth, &read_prediction);
        assert!((found.iou - 1.0).abs() < 1e-12 && found.dice_loss < 1e-5, "{method:?}: {}", found.iou);
        // 40 lines of 2560 columns.
        let said = &read_truth.remarks[1];
        assert!(said.starts_with("Foreground 1.6 % before"), "{said}");
        assert!(said.contains("in 40 regions before"), "{said}");
        let lines = read_truth.labels.row(0).iter().filter(|&&label| label == 1).count();
        match method {
            Resampling::Centre => assert!((12..=20).contains(&lines), "two fifths of the lines: {lines}"),
            Resampling::Area => assert_eq!(lines, 0),
            Resampling::KeepThin => assert!(lines >= 40, "{lines}"),
        }
    }
}

#[test]
fn a_crop_is_the_same_part_of_both() {
    let bytes = lines(2560, 40);
    let source = source("lines.png", &bytes, Plane::Truth);
    let choice = FileChoice {
        size: Sizing::Crop { x: 10, y: 5, width: 16, height: 4 },
        ..reading(&source, Plane::Truth).choice
    };
    let truth = truth_by(&source, &choice);
    assert_eq!(truth.labels.dim(), (4, 16));
    assert_eq!(truth.labels.row(2).iter().position(|&label| label == 1), Some(7));
    let prediction = prediction_by(&source, &choice);
    assert!((judged(&truth, &prediction).iou - 1.0).abs() < 1e-12);
}

#[test]
fn another_size_than_the_truth_is_asked_about_with_the_resize_offered() {
    let scene = |width, height| SceneContext { classes: 2, regions: 0, width, height, legend: None };
    let source = source("p.png", &grey(4, &[0, 0, 255, 255, 0, 0, 255, 255]), Plane::Prediction);
    let asked = |width, height| {
        read(&source, Plane::Prediction, Context { scene: Some(scene(width, height)), remembered: None })
            .unwrap()
    };
    assert!(asked(4, 2).sure);
    let larger = asked(8, 4);
    assert_eq!(larger.questions, ["It is 4 × 2 and the truth is 8 × 4: resample it to the truth's size?"]);
    assert_eq!(larger.choice.size, Sizing::Resample { width: 8, height: 4, method: Resampling::Centre });
    let stretched = asked(4, 4);
    assert!(stretched.questions[0].contains("of another aspect ratio"), "{:?}", stretched.questions);
}

#[test]
fn a_class_that_resampling_loses_is_told() {
    let mut samples = vec![0; 64];
    samples[9] = 2;
    samples[30] = 1;
    let source = source("m.png", &grey(8, &samples), Plane::Truth);
    let size = Sizing::Resample { width: 2, height: 2, method: Resampling::Centre };
    let choice = FileChoice { size, ..reading(&source, Plane::Truth).choice };
    let remarks = truth_by(&source, &choice).remarks;
    assert_eq!(
        remarks[2..],
        ["Resampling lost class 1, 1 pixel in the file.", "Resampling lost class 2, 1 pixel in the file."]
    );
}
