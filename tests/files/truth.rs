//! Ground truths: what each kind of picture is read as.

use lossfield::field::IGNORE;
use lossfield::file::{Fit, open_truth};
use ndarray::arr2;
use png::{BitDepth, ColorType};

use super::{assert_refused, grey, indexed, mend, png, rgb, truth};

/// The one row of a truth, and its remarks in one string.
#[track_caller]
fn truth_row(bytes: &[u8], classes: usize) -> (Vec<u8>, String) {
    let opened = truth(bytes, classes).unwrap();
    (opened.content.into_raw_vec_and_offset().0, opened.remarks.join("; "))
}

#[track_caller]
fn assert_truth(bytes: &[u8], classes: usize, labels: &[u8], remark: &str) {
    let (found, remarks) = truth_row(bytes, classes);
    assert_eq!(found, labels);
    assert_eq!(remarks, remark);
}

#[test]
fn truth_of_class_ids() {
    assert_truth(&grey(3, &[0, 1, 0]), 2, &[0, 1, 0], "the values 0, 1 were read as class ids");
    assert_truth(&grey(3, &[0, 2, 0]), 3, &[0, 2, 0], "the values 0, 2 were read as class ids");
    assert_truth(&grey(2, &[0, 0]), 2, &[0, 0], "the one value, 0, was read as a class id");
    let ids = "the values 0, 1 were read as class ids, and 255 (2 pixels) as “ignore”";
    assert_truth(&grey(4, &[255, 1, 0, 255]), 2, &[IGNORE, 1, 0, IGNORE], ids);
    assert_truth(&grey(4, &[255, 1, 0, 255]), 3, &[IGNORE, 1, 0, IGNORE], ids);
}

#[test]
fn truth_of_grey_levels() {
    assert_truth(
        &grey(3, &[0, 255, 0]),
        2,
        &[0, 1, 0],
        "from dark to bright, grey 0 is class 0, grey 255 is class 1",
    );
    assert_truth(
        &grey(2, &[1, 255]),
        2,
        &[0, 1],
        "from dark to bright, grey 1 is class 0, grey 255 is class 1",
    );
    assert_truth(
        &grey(3, &[255, 0, 127]),
        3,
        &[2, 0, 1],
        "from dark to bright, grey 0 is class 0, grey 127 is class 1, grey 255 is class 2",
    );
    assert_truth(&grey(4, &[0, 127, 128, 250]), 2, &[0, 0, 1, 1], "4 grey levels, cut at half of 255");
    assert_truth(&grey(2, &[255, 255]), 2, &[1, 1], "every pixel is 255 and was read as foreground");
    assert_truth(&grey(2, &[90, 90]), 2, &[0, 0], "every pixel is 90 and was read as background");
}

#[test]
fn truth_of_every_bit_depth_and_kind() {
    let one = png(10, 1, ColorType::Grayscale, BitDepth::One, &[], &[0b1010_0000, 0b0100_0000]);
    assert_eq!(truth_row(&one, 2).0, [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
    let two = png(5, 1, ColorType::Grayscale, BitDepth::Two, &[], &[0b0001_1011, 0b1000_0000]);
    assert_eq!(truth_row(&two, 4).0, [0, 1, 2, 3, 2]);
    let four = png(3, 1, ColorType::Grayscale, BitDepth::Four, &[], &[0x04, 0x20]);
    assert_eq!(truth_row(&four, 5).0, [0, 4, 2]);
    let sixteen = png(2, 1, ColorType::Grayscale, BitDepth::Sixteen, &[], &[0, 0, 255, 255]);
    let levels = "from dark to bright, grey 0 is class 0, grey 65535 is class 1";
    assert_truth(&sixteen, 2, &[0, 1], levels);
    let alpha = png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, &[], &[0, 255, 1, 9]);
    assert_truth(&alpha, 2, &[0, 1], "the values 0, 1 were read as class ids; transparency was ignored");
    let opaque = png(2, 1, ColorType::Rgba, BitDepth::Eight, &[], &[0, 0, 0, 255, 1, 1, 1, 255]);
    assert_truth(&opaque, 2, &[0, 1], "the values 0, 1 were read as class ids");
}

#[test]
fn truth_of_colours() {
    let (black, red, green) = ([0, 0, 0], [255, 0, 0], [0, 255, 0]);
    assert_truth(
        &rgb(4, &[green, black, red, green]),
        3,
        &[2, 0, 1, 2],
        "from dark to bright, grey 0 is class 0, #ff0000 is class 1, #00ff00 is class 2",
    );
    assert_refused(
        truth(&rgb(3, &[green, black, red]), 2),
        "mask.png: found 3 colours; expected a mask of at most 2 colours, one for each class.",
    );
    let photograph: Vec<[u8; 3]> =
        (0..70_000_u32).map(|i| [i as u8, (i >> 8) as u8, (i >> 16) as u8]).collect();
    assert_refused(
        truth(&rgb(280, &photograph), 2),
        "mask.png: found more than 65536 colours, as a photograph has; expected a mask, with one colour for each class.",
    );
}

#[test]
fn truth_of_a_palette() {
    let (black, red, white) = ([0, 0, 0], [255, 0, 0], [255, 255, 255]);
    // The index is the class, whatever its colour.
    let ids = "the values 0, 1 were read as class ids";
    assert_truth(&indexed(&[white, black], &[0, 1]), 2, &[0, 1], ids);
    let void = [[7; 3]; 256];
    let ignored = "the values 0, 1 were read as class ids, and 255 (1 pixel) as “ignore”";
    assert_truth(&indexed(&void, &[0, 255, 1]), 2, &[0, IGNORE, 1], ignored);
    // Indices that are no ids: the colours are read.
    assert_truth(
        &indexed(&[black, red, red, white, black], &[4, 1, 2, 3]),
        3,
        &[0, 1, 1, 2],
        "from dark to bright, grey 0 is class 0, #ff0000 is class 1, grey 255 is class 2, by the colours of the palette",
    );
    assert_refused(
        truth(&indexed(&[black, white], &[0, 1, 9]), 2),
        "mask.png: found a pixel of palette entry 9 in a palette of 2; \
         expected a PNG whose palette has every colour that is used.",
    );
}

#[test]
fn truth_that_names_too_many_classes() {
    assert_refused(
        truth(&grey(8, &[0, 12, 40, 41, 90, 91, 92, 200]), 3),
        "mask.png: found 8 grey levels (0, 12, 40, 41, 90, 91, …); \
         expected class ids from 0 to 2, or at most 3 levels from dark to bright.",
    );
    assert_refused(
        truth(&grey(2, &[255, 255]), 3),
        "mask.png: found a picture whose every pixel is 255; expected class ids from 0 to 2, or several grey levels.",
    );
}

#[test]
fn an_interlaced_png() {
    // A row of two pixels, one to a pass, is stored as a column of two is without passes.
    let mut bytes = grey(1, &[3, 2]);
    bytes[16..24].copy_from_slice(&[0, 0, 0, 2, 0, 0, 0, 1]);
    bytes[28] = 1;
    mend(&mut bytes);
    assert_eq!(truth(&bytes, 4).unwrap().content, arr2(&[[3, 2]]));
}

#[test]
fn a_large_truth_is_resampled_and_says_so() {
    let mut samples = vec![0; 8 * 4];
    samples[8 + 3] = 1;
    let opened = open_truth("m.png", &grey(8, &samples), 2, Fit::Within(4)).unwrap();
    assert_eq!(opened.content, arr2(&[[0, 1, 0, 0], [0, 0, 0, 0]]));
    assert_eq!(opened.source_size, (8, 4));
    let remark = "resampled from 8 × 4 to 4 × 2 (each pixel takes the class at its centre)";
    assert_eq!(opened.remarks[1..], [remark]);

    let lost = open_truth("m.png", &grey(8, &samples), 2, Fit::Within(2)).unwrap();
    assert_eq!(lost.remarks[2], "resampling lost class 1, 1 pixel in the file");
    let kept = open_truth("m.png", &grey(8, &samples), 2, Fit::Within(9)).unwrap();
    assert_eq!((kept.content.dim(), kept.remarks.len()), ((4, 8), 1), "never enlarged");
}
