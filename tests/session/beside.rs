//! Files beside the masks: a picture beneath them, a weight for each pixel.

use lossfield::document::Kept;
use lossfield::session::Session;
use lossfield::session::update::Update;
use serde_json::{Value, json};

use super::opening::{npy, png};
use super::{apply, preset, stroke, value, values};

fn picture(name: &str, bytes: &[u8]) -> Value {
    json!([{ "kind": "openPicture", "name": name, "bytes": bytes }])
}

fn weights(name: &str, bytes: &[u8]) -> Value {
    json!([{ "kind": "openWeights", "name": name, "bytes": bytes }])
}

/// Brightness of a pixel on the canvas of the truth, in the background.
fn brightness(update: &Update, x: usize, y: usize) -> u32 {
    let at = 4 * (y * update.scene.width + x);
    update.pictures.truth()[at..at + 3].iter().map(|&level| u32::from(level)).sum()
}

fn refusal(update: &Update) -> &str {
    let [notice] = &update.notices[..] else { panic!("one notice: {:?}", update.notices) };
    assert!(notice.refusal);
    &notice.text
}

#[test]
fn a_picture_lies_beneath_painted_masks_and_changes_no_value() {
    let mut session = Session::default();
    apply(&mut session, preset("tiny-lesion"));
    let painted = apply(&mut session, stroke("prediction", &[10.0, 50.0, 50.0, 50.0]));
    let bytes = png(64, 64, |x, _| if x < 32 { 20 } else { 230 });
    let laid = apply(&mut session, picture("scan.png", &bytes));
    assert!(laid.notices.is_empty(), "{:?}", laid.notices);
    assert_eq!(values(&laid), values(&painted));
    assert!(brightness(&laid, 2, 2) + 100 < brightness(&laid, 60, 2));
    assert_eq!(brightness(&painted, 2, 2), brightness(&painted, 60, 2));
    let undone = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!(undone.pictures, painted.pictures);
    assert!(undone.document.can_undo, "one step was undone, and the stroke is still there");
    assert_eq!(apply(&mut session, json!([{ "kind": "redo" }])).pictures, laid.pictures);
}

#[test]
fn a_picture_of_another_size_is_a_mean_and_says_so_and_one_of_other_proportions_is_refused() {
    let mut session = Session::default();
    let before = apply(&mut session, preset("tiny-lesion"));
    // Columns of 0 and 255 in turn have a mean of 128 at half the size.
    let fine = png(128, 128, |x, _| if x % 2 == 0 { 0 } else { 255 });
    let laid = apply(&mut session, picture("fine.png", &fine));
    let [notice] = &laid.notices[..] else { panic!("{:?}", laid.notices) };
    assert!(!notice.refusal && notice.text.contains("from 128 × 128 to 64 × 64"), "{}", notice.text);
    let even = apply(&mut session, picture("even.png", &png(64, 64, |_, _| 128)));
    assert_eq!(brightness(&laid, 3, 3), brightness(&even, 3, 3));

    let mut other = Session::default();
    apply(&mut other, preset("tiny-lesion"));
    let refused = apply(&mut other, picture("wide.png", &png(128, 64, |_, _| 0)));
    assert_eq!(
        refusal(&refused),
        "wide.png: found a picture of 128 × 64 pixels; expected 64 × 64, the size of the masks, or another size in these \
         proportions: crop it as the masks were cropped."
    );
    assert_eq!(refused.pictures, before.pictures);
}

#[test]
fn weights_of_a_file_weigh_cross_entropy_and_are_kept() {
    let mut session = Session::default();
    let mut kept = Kept::default();
    let mut rasters = Vec::new();
    let mut apply_kept = |session: &mut Session, commands| {
        let update = apply(session, commands);
        if let Some(change) = update.kept.clone() {
            kept.follow(change);
        }
        rasters.extend(update.rasters.iter().map(|(_, bytes)| bytes.clone()));
        (update, kept.clone(), rasters.clone())
    };
    let (before, ..) = apply_kept(&mut session, preset("tiny-lesion"));
    let threes = npy(&[1, 64, 64], std::iter::repeat_n(3.0, 64 * 64));
    let (weighted, kept, rasters) = apply_kept(&mut session, weights("w.npy", &threes));
    assert!(weighted.notices.is_empty(), "{:?}", weighted.notices);
    assert!((value(&weighted, "cross_entropy") / value(&before, "cross_entropy") - 3.0).abs() < 1e-6);
    assert!((value(&weighted, "dice") - value(&before, "dice")).abs() < 1e-15, "Dice takes none");
    let mut restarted = Session::open(Some(&kept), None, &rasters);
    assert_eq!(values(&apply(&mut restarted, json!([]))), values(&weighted));
    let undone = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!(values(&undone), values(&before), "rule and weights are one step");
}

#[test]
fn what_is_no_weights_is_refused_with_a_sentence_and_changes_nothing() {
    let mut session = Session::default();
    let before = apply(&mut session, preset("tiny-lesion"));
    let field = |first: f32| npy(&[64, 64], (0..64 * 64).map(move |i| if i == 70 { first } else { 1.0 }));
    for (bytes, said) in [
        (field(-1.0), "w.npy: The weight at x 6, y 1 is -1; expected 0 or more."),
        (field(f32::NAN), "w.npy: The weight at x 6, y 1 is NaN; expected 0 or more."),
        (
            npy(&[32, 64], std::iter::repeat_n(1.0, 32 * 64)),
            "w.npy: found weights of 64 × 32 pixels; expected 64 × 64, the size of the masks.",
        ),
        (
            npy(&[2, 64, 64], std::iter::repeat_n(1.0, 2 * 64 * 64)),
            "w.npy: found samples of the shape [2, 64, 64]; expected one weight for each pixel: an array [H, W], numbers \
             in text, or a grey picture.",
        ),
    ] {
        let refused = apply(&mut session, weights("w.npy", &bytes));
        assert_eq!(refusal(&refused), said);
        assert_eq!(values(&refused), values(&before));
    }
}
