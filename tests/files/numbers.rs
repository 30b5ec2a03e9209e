//! Logits of probabilities, to the digit.

use lossfield::file::{Channels, FileChoice, NumberScale, Read, Values, apply};
use lossfield::scene::Plane;

use super::bytes::{f32s, grey, npy};
use super::{prediction_by, reading, source, truth_by};

/// Logits of the file by its own reading, flat.
fn logits(name: &str, bytes: &[u8]) -> Vec<f32> {
    let source = source(name, bytes, Plane::Prediction);
    prediction_by(&source, &reading(&source, Plane::Prediction).choice).logits.iter().copied().collect()
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() < 2e-6, "{found} is not {expected}");
    }
}

#[test]
fn a_probability_is_kept_as_its_logit() {
    let ln3 = 3.0_f64.ln();
    assert_close(&logits("p.npy", &f32s("(1, 3)", &[0.25, 0.5, 0.75])), &[-ln3, 0.0, ln3]);
    let percent = npy(
        "'|u1'",
        "False",
        "(5, 8)",
        &(0..40).map(|i| if i == 39 { 100 } else { i * 2 }).collect::<Vec<u8>>(),
    );
    assert_close(&logits("p.npy", &percent)[25..26], &[0.0]);
}

#[test]
fn exact_0_and_1_are_kept_at_1e_7_and_told() {
    let source = source("p.npy", &f32s("(1, 4)", &[0.0, 1.0, 0.3, 1e-6]), Plane::Prediction);
    let read = prediction_by(&source, &reading(&source, Plane::Prediction).choice);
    let end = (1.0 - 1e-7_f64).ln() - 1e-7_f64.ln();
    let middle = (0.3_f64 / 0.7).ln();
    // 1e-6 is more than 1e-7, and no limit of ours.
    assert_close(&read.logits.iter().copied().collect::<Vec<_>>(), &[-end, end, middle, -13.815_509_6]);
    assert!(
        read.remarks[0].starts_with("2 of 4 pixels have a probability of 0 or 1 to within 1e-7"),
        "{:?}",
        read.remarks
    );
}

#[test]
fn a_softmax_is_kept_as_log_p() {
    let probs = [0.5, 0.25, 0.25, 0.125, 0.25, 0.625];
    let found = logits("p.npy", &f32s("(3, 1, 2)", &probs));
    assert_close(&found, &probs.map(|p| f64::from(p).ln()));
    let hard = logits("p.npy", &f32s("(3, 1, 2)", &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]));
    let (zero, one) = (1e-7_f64.ln(), (1.0 - 1e-7_f64).ln());
    assert_close(&hard, &[one, zero, zero, one, zero, zero]);
}

#[test]
fn logits_and_log_probabilities_are_kept_as_they_are() {
    assert_close(&logits("z.npy", &f32s("(1, 3)", &[-7.25, 0.5, 8.5])), &[-7.25, 0.5, 8.5]);
    let logs = [0.25_f32.ln(), 0.5_f32.ln(), 0.75_f32.ln(), 0.5_f32.ln()];
    assert_close(&logits("z.npy", &f32s("(2, 1, 2)", &logs)), &logs.map(f64::from));
}

#[test]
fn a_scale_that_is_chosen_is_the_scale() {
    let source = source("p.png", &grey(4, &[0, 51, 102, 255]), Plane::Prediction);
    let values = |scale, clip| Values::Numbers {
        of: lossfield::file::Of::Value,
        scale,
        channels: Channels::Foreground,
        clip,
        cut: 0.5,
    };
    let choice = |values| FileChoice { values, ..reading(&source, Plane::Prediction).choice };
    let fifths = prediction_by(&source, &choice(values(NumberScale::Of(255.0), false)));
    assert!((f64::from(fifths.logits[[0, 0, 1]]) - 0.25_f64.ln()).abs() < 1e-6);
    // The same choice cuts a truth.
    let cut = truth_by(&source, &choice(values(NumberScale::Of(204.0), true)));
    assert_eq!(cut.labels.iter().copied().collect::<Vec<_>>(), [0, 0, 1, 1]);
    let outside = apply(&source, &choice(values(NumberScale::Of(204.0), false)), Plane::Prediction);
    assert_eq!(
        outside.unwrap_err().to_string(),
        "p.png: found values from 0 to 255; expected 0 to 204, or the choice to clip what lies outside."
    );
}

#[test]
fn one_foreground_of_two_classes_is_their_softmax() {
    // Both read one file; a softmax over (0, z) is the sigmoid of z.
    let one = logits("p.npy", &f32s("(1, 1, 2)", &[0.2, 0.9]));
    let two = logits("p.npy", &f32s("(2, 1, 2)", &[0.8, 0.1, 0.2, 0.9]));
    for pixel in 0..2 {
        assert!((one[pixel] - (two[2 + pixel] - two[pixel])).abs() < 1e-5);
    }
}

#[test]
fn a_prediction_is_never_divided_by_what_its_type_could_hold() {
    let ids = npy("'|u1'", "False", "(2, 3)", &[0, 1, 2, 2, 1, 0]);
    let source = source("p.npy", &ids, Plane::Prediction);
    let reading = reading(&source, Plane::Prediction);
    assert_eq!((reading.scale().as_str(), reading.classes), ("class ids", 3));
    let Read::Prediction(read) = apply(&source, &reading.choice, Plane::Prediction).unwrap() else {
        panic!("a prediction was read as a truth")
    };
    assert_eq!(read.logits.dim(), (3, 2, 3));
    assert!(read.logits[[2, 0, 2]] > -1e-6 && read.logits[[1, 0, 2]] < -16.0);
}

#[test]
fn channels_are_found_at_either_end_of_an_image_that_is_larger() {
    let softmax = |class: usize, i: usize| if i % 3 == class { 0.8 } else { 0.1 };
    let pixels = 40 * 50;
    let first: Vec<f32> = (0..3).flat_map(|class| (0..pixels).map(move |i| softmax(class, i))).collect();
    let last: Vec<f32> = (0..pixels).flat_map(|i| (0..3).map(move |class| softmax(class, i))).collect();
    let of_first = logits("p.npy", &f32s("(3, 40, 50)", &first));
    assert_eq!(logits("p.npy", &f32s("(40, 50, 3)", &last)), of_first);
    assert_close(&of_first[..3], &[0.8_f64.ln(), 0.1_f64.ln(), 0.1_f64.ln()]);
    // Short sides at both ends that no sum tells apart are asked about.
    let source = source(
        "p.npy",
        &f32s("(4, 9, 5)", &(0..180).map(|i| (i % 7) as f32 / 7.0).collect::<Vec<_>>()),
        Plane::Prediction,
    );
    let asked = reading(&source, Plane::Prediction);
    let question = "The shape [4, 9, 5] could have its channels first or last: first is suggested.";
    assert!(asked.questions.iter().any(|asked| asked == question), "{:?}", asked.questions);
    assert_eq!(asked.alternatives.last().unwrap().label, "Channels last");
}
