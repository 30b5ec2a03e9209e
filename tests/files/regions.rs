//! Channels of regions, several of which a pixel may have.

use lossfield::file::{Channels, NumberScale, SampleKind, Values, load_lines, read_pair};
use lossfield::scene::{Labelling, Plane};

use super::bytes::{f32s, npy};
use super::{reading, source, truth_by};

/// Three regions of 40 × 50 pixels, each within the one before, channel by channel.
fn planes() -> Vec<u8> {
    let is_in = |region: usize, y: usize, x: usize| y >= region && x > region;
    (0..6000).map(|i| u8::from(is_in(i / 2000, i / 50 % 40, i % 50))).collect()
}

/// Sets that these planes are.
fn sets() -> Vec<u8> {
    let planes = planes();
    (0..2000).map(|i| (0..3).map(|region| planes[2000 * region + i] << region).sum()).collect()
}

#[test]
fn planes_that_overlap_are_regions_wherever_their_axis_is() {
    let first = planes();
    let last: Vec<u8> = (0..6000).map(|i| first[2000 * (i % 3) + i / 3]).collect();
    for (shape, bytes) in [("(3, 40, 50)", planes()), ("(40, 50, 3)", last), ("(1, 3, 40, 50)", planes())] {
        for kind in ["'|u1'", "'|b1'"] {
            let source = source("tumour.npy", &npy(kind, "False", shape, &bytes), Plane::Truth);
            let reading = reading(&source, Plane::Truth);
            assert_eq!(
                (reading.kind, reading.sure, reading.classes, &reading.scale()[..]),
                (SampleKind::Regions, true, 4, "regions"),
                "{shape} {kind}: {:?}",
                reading.questions
            );
            let truth = truth_by(&source, &reading.choice);
            assert_eq!(truth.labelling, Labelling::Regions);
            assert_eq!(truth.labels.iter().copied().collect::<Vec<_>>(), sets(), "{shape} {kind}");
            let pixels: Vec<usize> = truth.legend.classes.iter().map(|class| class.pixels).collect();
            assert_eq!(pixels, [40, 1960, 1872, 1786], "none, then each region with those within it");
            let lines = load_lines("tumour.npy", Plane::Truth, &reading.choice);
            assert_eq!(
                lines[lines.len() - 2..],
                ["labels = (x >= 0.5).astype(np.int64)", "labels = torch.from_numpy(labels)[None]"]
            );
        }
    }
}

#[test]
fn logits_beside_a_truth_of_regions_are_of_regions() {
    let truth = source("tumour.npy", &npy("'|u1'", "False", "(3, 40, 50)", &planes()), Plane::Truth);
    let logits: Vec<f32> = (0..6000).map(|i| (i % 13) as f32 - 6.5).collect();
    let prediction = source("network.npy", &f32s("(3, 40, 50)", &logits), Plane::Prediction);
    let pair = read_pair(&truth, &prediction).unwrap();
    assert!(pair.prediction.sure, "{:?}", pair.prediction.questions);
    let Values::Numbers { channels, scale, .. } = pair.prediction.choice.values else { panic!("numbers") };
    assert_eq!((channels, scale), (Channels::Independent, NumberScale::Logits));
    let alone = reading(&prediction, Plane::Prediction);
    let Values::Numbers { channels, .. } = alone.choice.values else { panic!("numbers") };
    assert_eq!(channels, Channels::Softmax, "nothing says that they overlap");
    let two = source("network.npy", &f32s("(2, 40, 50)", &logits[..4000]), Plane::Prediction);
    let asked = read_pair(&truth, &two).unwrap().prediction.questions;
    assert!(
        asked.iter().any(|question| question == "The prediction has 2 regions, the truth 3."),
        "{asked:?}"
    );
}

#[test]
fn more_channels_than_regions_can_be_are_asked_about_as_classes() {
    let probs: Vec<f32> = (0..16000).map(|i| (i % 9) as f32 / 10.0).collect();
    let source = source("eight.npy", &f32s("(8, 40, 50)", &probs), Plane::Prediction);
    let reading = reading(&source, Plane::Prediction);
    let Values::Numbers { channels, .. } = reading.choice.values else { panic!("numbers") };
    assert_eq!((channels, reading.sure), (Channels::Softmax, false));
    assert!(reading.questions[0].contains("7 are read at most"), "{:?}", reading.questions);
}
