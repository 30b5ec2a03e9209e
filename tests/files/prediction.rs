//! Predictions: every type and layout, and what is no probability.

use lossfield::file::{Fit, open_prediction};
use ndarray::{Array3, arr3};
use png::{BitDepth, ColorType};

use super::{ANY, assert_refused, f32s, grey, indexed, npy, png, prediction, rgb};

#[track_caller]
fn assert_probs(bytes: &[u8], classes: usize, expected: &Array3<f32>) {
    assert_eq!(prediction(bytes, classes).unwrap().content, expected);
}

#[test]
fn prediction_from_a_png() {
    let eight = open_prediction("p.png", &grey(3, &[0, 51, 255]), 1, ANY).unwrap();
    assert_eq!((eight.content, eight.remarks), (arr3(&[[[0.0, 0.2, 1.0]]]), vec![]));
    let sixteen = png(2, 1, ColorType::Grayscale, BitDepth::Sixteen, &[], &[0x33, 0x00, 0xff, 0xff]);
    assert_probs(&sixteen, 1, &arr3(&[[[f32::from(0x3300_u16) / 65535.0, 1.0]]]));
    let one = png(2, 1, ColorType::Grayscale, BitDepth::One, &[], &[0b0100_0000]);
    assert_probs(&one, 1, &arr3(&[[[0.0, 1.0]]]));
    assert_probs(&rgb(2, &[[51; 3], [0; 3]]), 1, &arr3(&[[[0.2, 0.0]]]));
    assert_probs(&indexed(&[[51; 3], [255; 3]], &[1, 0]), 1, &arr3(&[[[1.0, 0.2]]]));
    let hard = prediction(&grey(2, &[0, 1]), 1).unwrap();
    assert_eq!(hard.content, arr3(&[[[0.0, 1.0]]]));
    assert_eq!(hard.remarks, ["values are only 0 and 1: read as a hard mask"]);
    let alpha = png(1, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, &[], &[51, 0]);
    assert_eq!(prediction(&alpha, 1).unwrap().remarks, ["transparency was ignored"]);
    assert_refused(
        prediction(&rgb(2, &[[9; 3], [9, 9, 8]]), 1),
        "pred.npy: found a coloured pixel, red 9, green 9, blue 8, at x 1, y 0; \
         expected a grey picture, where black is probability 0 and white is 1.",
    );
    assert_refused(
        prediction(&grey(1, &[9]), 3),
        "pred.npy: found a PNG, which holds one value a pixel, for a scene of 3 classes; \
         expected an .npy of shape [3, H, W] with the probability of each class.",
    );
}

#[test]
fn npy_of_every_type_and_byte_order() {
    let expected = arr3(&[[[0.0, 1.0, 0.25]]]);
    let both = |kind: &str, bytes: [&[u8]; 3]| {
        assert_probs(&npy(&format!("'<{kind}'"), "False", "(1, 3)", &bytes.concat()), 1, &expected);
        let reversed: Vec<u8> = bytes.iter().flat_map(|value| value.iter().rev().copied()).collect();
        assert_probs(&npy(&format!("'>{kind}'"), "False", "(1, 3)", &reversed), 1, &expected);
    };
    both("f2", [&[0, 0], &[0x00, 0x3c], &[0x00, 0x34]]);
    both("f4", [0_f32, 1.0, 0.25].map(f32::to_le_bytes).each_ref().map(<[u8; 4]>::as_slice));
    both("f8", [0_f64, 1.0, 0.25].map(f64::to_le_bytes).each_ref().map(<[u8; 8]>::as_slice));

    let hard = arr3(&[[[0.0, 1.0]]]);
    for (kind, size) in
        [("b1", 1), ("i1", 1), ("u1", 1), ("i2", 2), ("u2", 2), ("i4", 4), ("u4", 4), ("i8", 8), ("u8", 8)]
    {
        let mut little = vec![0; 2 * size];
        little[size] = 1;
        assert_probs(&npy(&format!("'<{kind}'"), "False", "(1, 2)", &little), 1, &hard);
        let mut big = vec![0; 2 * size];
        big[2 * size - 1] = 1;
        assert_probs(&npy(&format!("'>{kind}'"), "False", "(1, 2)", &big), 1, &hard);
    }
    let scaled = prediction(&npy("'|u1'", "False", "(1, 3)", &[0, 255, 51]), 1).unwrap();
    assert_eq!(
        (scaled.content, scaled.remarks),
        (arr3(&[[[0.0, 1.0, 0.2]]]), vec!["divided by 255".to_owned()])
    );
    let scaled = prediction(&npy("'<u2'", "False", "(1, 2)", &[0xff, 0xff, 0x33, 0x33]), 1).unwrap();
    assert_eq!(
        (scaled.content, scaled.remarks),
        (arr3(&[[[1.0, 0.2]]]), vec!["divided by 65535".to_owned()])
    );
}

#[test]
fn npy_of_every_layout() {
    let values = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
    let plane = arr3(&[[[0.0, 0.1, 0.2], [0.3, 0.4, 0.5]]]);
    for shape in ["(2, 3)", "(1, 2, 3)", "(2, 3, 1)", "(1, 1, 2, 3)", "(1, 2, 3, 1)"] {
        assert_probs(&f32s(shape, &values), 1, &plane);
    }
    let columns = [0.0_f32, 0.3, 0.1, 0.4, 0.2, 0.5].map(f32::to_le_bytes);
    assert_probs(&npy("'<f4'", "True", "(2, 3)", columns.as_flattened()), 1, &plane);

    let three = arr3(&[[[0.2, 1.0]], [[0.3, 0.0]], [[0.5, 0.0]]]);
    assert_probs(&f32s("(3, 1, 2)", &[0.2, 1.0, 0.3, 0.0, 0.5, 0.0]), 3, &three);
    assert_probs(&f32s("(1, 3, 1, 2)", &[0.2, 1.0, 0.3, 0.0, 0.5, 0.0]), 3, &three);
    assert_probs(&f32s("(1, 2, 3)", &[0.2, 0.3, 0.5, 1.0, 0.0, 0.0]), 3, &three);
    let fortran = [0.2_f32, 0.3, 0.5, 1.0, 0.0, 0.0].map(f32::to_le_bytes);
    assert_probs(&npy("'<f4'", "True", "(3, 1, 2)", fortran.as_flattened()), 3, &three);

    let two = prediction(&f32s("(2, 1, 2)", &[0.75, 0.0, 0.25, 1.0]), 1).unwrap();
    assert_eq!(two.content, arr3(&[[[0.25, 1.0]]]));
    assert_eq!(two.remarks, ["of two classes, the second was read as the foreground"]);
    // Two channels that are not the two classes of one pixel.
    let sum = "pred.npy: found classes whose probabilities sum to 1.5 at x 1, y 0; \
               expected a sum of 1 to within 0.001: apply softmax over the classes first.";
    assert_refused(prediction(&f32s("(2, 1, 2)", &[0.75, 0.5, 0.25, 1.0]), 1), sum);

    let binary = "expected [H, W] or [1, H, W], one probability a pixel.";
    for (shape, listed) in
        [("(6,)", "[6]"), ("(6, 1, 1, 1)", "[6, 1, 1, 1]"), ("(3, 2, 3)", "[3, 2, 3]"), ("()", "[]")]
    {
        let refused = format!("pred.npy: found an array of shape {listed}; {binary}");
        assert_refused(prediction(&f32s(shape, &[0.0; 18]), 1), &refused);
    }
    let multi =
        "pred.npy: found an array of shape [2, 3]; expected [4, H, W], one probability for each class.";
    assert_refused(prediction(&f32s("(2, 3)", &values), 4), multi);
}

#[test]
fn npy_of_what_is_no_probability() {
    assert_refused(
        prediction(&f32s("(2, 2)", &[0.5, 0.5, f32::NAN, f32::INFINITY]), 1),
        "pred.npy: found 2 of 4 values that are NaN or infinite, the first NaN at x 0, y 1; \
         expected finite probabilities from 0 to 1.",
    );
    assert_refused(
        prediction(&f32s("(1, 2)", &[-7.25, 8.5]), 1),
        "pred.npy: found values from -7.25 to 8.5, which look like logits; \
         expected probabilities from 0 to 1: apply sigmoid or softmax first.",
    );
    assert_refused(
        prediction(&f32s("(1, 2)", &[0.0, 255.0]), 1),
        "pred.npy: found values from 0 to 255, which look like grey levels or scores; \
         expected probabilities from 0 to 1: divide by the largest possible value first.",
    );
    assert_refused(
        prediction(&npy("'|i1'", "False", "(1, 2)", &[0, 2]), 1),
        "pred.npy: found values from 0 to 2, which look like class ids; \
         expected probabilities from 0 to 1, not the class they decide.",
    );
    assert_probs(&f32s("(1, 2)", &[-5e-7, 1.000_000_5]), 1, &arr3(&[[[0.0, 1.0]]]));
}

#[test]
fn channel_sums_are_held_to_what_the_type_can_hold() {
    let sums = |descr: &str, bytes: &[u8]| prediction(&npy(descr, "False", "(3, 1, 1)", bytes), 3).is_ok();
    let f32s = |last: f32| [0.5, 0.25, last].map(f32::to_le_bytes).as_flattened().to_vec();
    assert!(sums("'<f4'", &f32s(0.2505)) && !sums("'<f4'", &f32s(0.2525)));
    // 0.5, 0.25, then 0.2549 and 0.2656.
    let f16s = |last: u16| [0x3800, 0x3400, last].map(u16::to_le_bytes).as_flattened().to_vec();
    assert!(sums("'<f2'", &f16s(0x3414)) && !sums("'<f2'", &f16s(0x3440)));
    assert!(sums("'|u1'", &[128, 64, 60]) && !sums("'|u1'", &[128, 64, 40]));
}

#[test]
fn probabilities_are_resampled_by_their_mean_and_bilinearly() {
    let bytes = f32s("(2, 4)", &[0.0, 1.0, 0.5, 0.5, 0.0, 0.0, 0.25, 0.75]);
    let small = open_prediction("p.npy", &bytes, 1, Fit::Within(2)).unwrap();
    assert_eq!(small.content, arr3(&[[[0.25, 0.5]]]));
    assert_eq!(small.remarks, ["resampled from 4 × 2 to 2 × 1 (mean over each new pixel)"]);
    let large = open_prediction("p.npy", &bytes, 1, Fit::Exactly { width: 8, height: 4 }).unwrap();
    assert_eq!(
        large.content.iter().take(8).copied().collect::<Vec<_>>(),
        [0.0, 0.25, 0.75, 0.875, 0.625, 0.5, 0.5, 0.5]
    );
}
