//! Files as people have them: large ones, predictions that come first, certain probabilities.

use lossfield::document::Kept;
use lossfield::session::Session;
use lossfield::session::update::Update;
use serde_json::{Value, json};

use super::{apply, stroke, value, values};

/// A grey picture of 8 bits.
pub(crate) fn png(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let pixels: Vec<u8> =
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| grey(x, y)).collect();
    encoder.write_header().expect("a header").write_image_data(&pixels).expect("all pixels");
    bytes
}

/// An array of f32 as `numpy.save` writes it.
pub(crate) fn npy(shape: &[usize], values: impl Iterator<Item = f32>) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}", shape.join(", "));
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.flat_map(f32::to_le_bytes));
    bytes
}

/// A number as the protocol has bytes; a list of numbers would be as right and much slower.
pub(crate) fn open(plane: &str, name: &str, bytes: &[u8]) -> Value {
    json!([{ "kind": "open", "plane": plane, "name": name, "bytes": bytes }])
}

pub(crate) fn cards(cards: &[&str]) -> Value {
    json!([{ "kind": "setCards", "cards": cards }])
}

/// A worker with its page's store beside it.
#[derive(Default)]
pub(crate) struct Kiosk {
    pub(crate) session: Session,
    kept: Kept,
    rasters: Vec<Vec<u8>>,
}

impl Kiosk {
    pub(crate) fn apply(&mut self, commands: Value) -> Update {
        let update = apply(&mut self.session, commands);
        if let Some(change) = update.kept.clone() {
            self.kept.follow(change);
        }
        self.rasters.extend(update.rasters.iter().map(|(_, bytes)| bytes.clone()));
        update
    }

    pub(crate) fn restarted(&self) -> Update {
        apply(&mut Session::open(Some(&self.kept), None, &self.rasters), json!([]))
    }
}

/// Everything that is seen of the image.
pub(crate) fn assert_same_scene(a: &Update, b: &Update) {
    assert_eq!(values(a), values(b));
    assert!(a.pictures == b.pictures, "the pictures differ");
    assert_eq!(a.scene, b.scene);
}

#[test]
fn a_large_scene_is_opened_at_its_own_size_painted_undone_and_saved() {
    let (width, height) = (2048u32, 1024u32);
    // Vessels of two pixels, 64 pixels apart, that wind by a row every 16 columns.
    let is_vessel = |x: u32, y: u32| (y + x / 16) % 64 < 2;
    let mut page = Kiosk::default();
    page.apply(cards(&["cross_entropy", "dice"]));
    let bytes = png(width, height, |x, y| if is_vessel(x, y) { 255 } else { 0 });
    let opened = page.apply(open("truth", "vessels.png", &bytes));
    assert_eq!((opened.scene.width, opened.scene.height), (2048, 1024));
    let share = 2.0 / 64.0;
    assert!((opened.scene.class_shares[1] - share).abs() < 1e-12, "{:?}", opened.scene.class_shares);
    // A prediction that finds nothing gives 0.02 everywhere.
    let expected = -(share * 0.02f64.ln() + (1.0 - share) * 0.98f64.ln());
    assert!((value(&opened, "cross_entropy") - expected).abs() < 1e-6);
    let overlap = 2.0 * share * 0.02 / (share + 0.02);
    assert!((value(&opened, "dice") - (1.0 - overlap)).abs() < 1e-6);

    let painted = page.apply(stroke("prediction", &[100.0, 100.0, 1900.0, 900.0]));
    assert!(value(&painted, "cross_entropy") > expected);
    let steps = page.kept.steps.len();
    assert!(page.kept.steps[steps - 1].len() < 500, "{}", page.kept.steps[steps - 1]);
    let both = page.apply(stroke("truth", &[2000.0, 20.0, 2047.0, 1023.0]));
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert_same_scene(&undone, &painted);
    let redone = page.apply(json!([{ "kind": "redo" }]));
    assert_same_scene(&redone, &both);
    assert_eq!(page.rasters.len(), 2, "the pixels are kept once, not with each step");
    assert_same_scene(&page.restarted(), &both);

    let file = page.session.file().into_bytes();
    let there = apply(&mut Session::default(), open("truth", "saved.json", &file));
    assert_same_scene(&there, &both);
}

/// Labels in four blocks; a prediction that is not sure of them.
fn pair(channels: usize) -> (Vec<u8>, Vec<u8>) {
    let classes = channels.max(2);
    let class = move |x: usize, y: usize| (x / 10 + 2 * (y / 8)) % classes;
    let truth = png(20, 16, |x, y| class(x as usize, y as usize) as u8);
    let shape: &[usize] = if channels == 1 { &[16, 20] } else { &[channels, 16, 20] };
    let prob = move |i: usize| {
        let (channel, y, x) = (i / 320, i / 20 % 16, i % 20);
        let right = class(x, y) == if channels == 1 { 1 } else { channel };
        match (channels, right) {
            (1, right) => {
                if right {
                    0.875f32
                } else {
                    0.25
                }
            }
            (_, true) => 0.5,
            (_, false) => 0.5 / (channels - 1) as f32,
        }
    };
    (truth, npy(shape, (0..channels * 320).map(prob)))
}

#[test]
fn a_prediction_that_comes_first_waits_for_its_truth_and_either_order_ends_alike() {
    for channels in [1, 3] {
        let (truth, prediction) = pair(channels);
        let task = json!([{ "kind": "setChannels", "channels": channels }]);
        let start = || {
            let mut page = Kiosk::default();
            page.apply(cards(&["cross_entropy", "dice"]));
            page.apply(task.clone());
            page
        };
        let mut first = start();
        first.apply(open("truth", "organ.png", &truth));
        let expected = first.apply(open("prediction", "network.npy", &prediction));
        assert_eq!(
            (expected.scene.title.as_str(), expected.scene.truth_to_come.as_ref()),
            ("organ.png", None)
        );
        if channels == 1 {
            let share = expected.scene.class_shares[1];
            let cross_entropy = -(share * 0.875f64.ln() + (1.0 - share) * 0.75f64.ln());
            assert!((value(&expected, "cross_entropy") - cross_entropy).abs() < 1e-6);
        }

        let mut second = start();
        let before = second.apply(json!([]));
        let waiting = second.apply(open("prediction", "network.npy", &prediction));
        let sentence = waiting.scene.truth_to_come.as_deref();
        assert_eq!(sentence, Some("The truth is still to come: paint it or open it."));
        assert_eq!((waiting.scene.width, waiting.scene.height, waiting.scene.channels), (20, 16, channels));
        assert!(waiting.cards.is_empty() && waiting.panel.is_none(), "no loss has a value without a truth");
        assert_eq!(second.restarted().scene, waiting.scene);
        let file = second.session.file().into_bytes();
        let there = apply(&mut Session::default(), open("truth", "saved.json", &file));
        assert_eq!(there.scene, waiting.scene);
        assert!(there.pictures == waiting.pictures);
        let both = second.apply(open("truth", "organ.png", &truth));
        assert_same_scene(&both, &expected);
        let undone = second.apply(json!([{ "kind": "undo" }]));
        assert_same_scene(&undone, &waiting);
        let undone = second.apply(json!([{ "kind": "undo" }]));
        assert_same_scene(&undone, &before);
    }
}

#[test]
fn painting_a_truth_that_is_to_come_makes_it_one() {
    let (_, prediction) = pair(1);
    let mut page = Kiosk::default();
    page.apply(cards(&["cross_entropy"]));
    let waiting = page.apply(open("prediction", "network.npy", &prediction));
    let tried = page.apply(json!([
        { "kind": "setPanel", "panel": "metrics" },
        { "kind": "look", "look": { "theme": "light", "painting": false, "code": "cross_entropy", "hovered": { "x": 1, "y": 1 } } },
    ]));
    assert!(tried.panel.is_none() && tried.code.is_none());
    assert_eq!(tried.pixel.map(|pixel| pixel.label), Some(None));
    page.apply(json!([{ "kind": "setPanel", "panel": "cards" }]));
    let painted = page.apply(stroke("truth", &[8.0, 8.0, 10.0, 8.0]));
    assert_eq!((painted.scene.truth_to_come.as_ref(), painted.cards.len()), (None, 1));
    let sum: f64 = painted.scene.class_shares.iter().sum();
    assert!((sum - 1.0).abs() < 1e-12 && painted.scene.class_shares[1] > 0.0, "the rest is background");
    assert_same_scene(&page.restarted(), &painted);
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert_same_scene(&undone, &waiting);
}

/// A file of 0 and 1 has the logits of Keras' clamp, and a click on one pixel leaves the others so.
#[test]
fn certain_probabilities_are_kept_as_an_f32_can() {
    let mut page = Kiosk::default();
    page.apply(cards(&["cross_entropy", "hinge"]));
    let truth = png(20, 16, |x, _| if x < 10 { 255 } else { 0 });
    // Wrong in one column.
    let prediction = npy(&[16, 20], (0..320).map(|i| if i % 20 < 11 { 1.0 } else { 0.0 }));
    page.apply(open("truth", "organ.png", &truth));
    let opened = page.apply(open("prediction", "hard.npy", &prediction));
    // 16 pixels of 320 with −log 1e−7, the others with next to nothing.
    let expected = 16.0 / 320.0 * 1e-7f64.ln().abs() + 304.0 / 320.0 * 1e-7;
    assert!((value(&opened, "cross_entropy") - expected).abs() < 1e-6);
    let logit = (1e-7f64.recip() - 1.0).ln();
    assert!((value(&opened, "hinge") - (1.0 + logit) * 16.0 / 320.0).abs() < 1e-6);
    let look = |x: usize| json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "hovered": { "x": x, "y": 3 } } }]);
    let at = |page: &mut Kiosk, x: usize| page.apply(look(x)).pixel.expect("a pixel is looked at").logits[0];
    page.apply(json!([{ "kind": "setProbability", "x": 5, "y": 3, "class": 1, "prob": 1.0 }]));
    assert!((at(&mut page, 5) - logit).abs() < 1e-6, "as sure as it was");
    page.apply(json!([{ "kind": "setProbability", "x": 6, "y": 3, "class": 1, "prob": 0.5 }]));
    assert!(at(&mut page, 6).abs() < 1e-6);
    assert!((at(&mut page, 7) - logit).abs() < 1e-6 && (at(&mut page, 12) + logit).abs() < 1e-6);
    let adjust = |temperature: f64| json!([{ "kind": "adjust", "adjustment": { "temperature": temperature, "bias": 0, "noise": 0, "seed": 1 } }]);
    page.apply(adjust(2.0));
    assert!((at(&mut page, 7) - logit / 2.0).abs() < 1e-6);
    page.apply(adjust(1.0));
    assert!((at(&mut page, 7) - logit).abs() < 1e-6);
}

/// MONAI's softmax over two channels against its sigmoid over one: the same pixels, and another mean.
#[test]
fn two_channels_are_a_binary_scene_whose_background_is_scored() {
    let mut session = Session::default();
    apply(&mut session, cards(&["dice", "cross_entropy"]));
    let one = apply(&mut session, super::preset("tiny-lesion"));
    let two = apply(&mut session, json!([{ "kind": "setChannels", "channels": 2 }]));
    assert_eq!((two.scene.channels, two.scene.class_shares.len()), (2, 2));
    assert_eq!(two.scene.class_shares, one.scene.class_shares);
    let apart = value(&two, "cross_entropy") - value(&one, "cross_entropy");
    assert!(apart.abs() < 1e-6, "a softmax over (−z/2, z/2) is the sigmoid of z: {apart}");
    assert!(value(&two, "dice") < 0.9 * value(&one, "dice"), "the background overlaps well");
    let alone = json!([{ "kind": "setLoss", "id": "dice", "settings": { "background": false } }]);
    let alone = apply(&mut session, alone);
    assert!((value(&alone, "dice") - value(&one, "dice")).abs() < 1e-6);
    let back = apply(
        &mut session,
        json!([{ "kind": "setLoss", "id": "dice", "settings": {} }, { "kind": "setChannels", "channels": 1 }]),
    );
    assert_eq!(values(&back), values(&one));
    let many = apply(&mut session, json!([{ "kind": "setChannels", "channels": 32 }]));
    assert_eq!((many.scene.channels, many.scene.class_shares.len()), (32, 32));
    assert!(values(&many).iter().all(|value| value.is_finite()));
}

/// Lines of Python of a library for the card that is looked at.
fn python(update: &Update, library: &str) -> String {
    let lines = update.code.as_ref().expect("lines of the card");
    let line = lines.iter().find(|line| line.library.starts_with(library)).expect("a line of the library");
    line.code.clone()
}

fn look_at_code() -> Value {
    json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "code": "cross_entropy" } }])
}

#[test]
fn copied_python_begins_with_the_lines_that_load_the_opened_files() {
    let mut page = Kiosk::default();
    let mask = png(20, 16, |x, _| if x < 5 { 255 } else { 0 });
    page.apply(open("truth", "gt.png", &mask));
    let painted = page.apply(look_at_code());
    assert!(
        python(&painted, "PyTorch").contains(
            "labels = torch.from_numpy(labels)[None]\n\
             # logits, float32 [1, C, H, W], are painted on the page and in no file.\n\n"
        ),
        "{}",
        python(&painted, "PyTorch")
    );
    let probs = npy(&[16, 20], (0..320).map(|i| i as f32 / 320.0));
    let opened = page.apply(open("prediction", "pred.npy", &probs));
    // The value is that of numpy in double precision, with probabilities held to 1e-7 as the lines do.
    let expected = "\
import numpy as np
import torch
from PIL import Image
x = np.load(\"pred.npy\")
x = x.squeeze()  # axes of length 1
x = x.astype(np.float64)
x = np.clip(x, 0, 1)
x = x[None]
x = np.clip(x, 1e-7, 1 - 1e-7)
x = np.log(x / (1 - x))
logits = torch.from_numpy(x)[None].float()
image = Image.open(\"gt.png\")
x = np.array(image.convert(\"L\") if image.mode in (\"1\", \"P\", \"PA\", \"LA\", \"RGB\", \"RGBA\") else image)
keys, ids = np.array([0, 255]), np.array([0, 1])
labels = ids[np.abs(x[:, :, None].astype(np.float64) - keys).argmin(-1)]
labels = torch.from_numpy(labels)[None]

import torch.nn.functional as F
loss = F.binary_cross_entropy_with_logits(logits, labels[:, None].float())
print(float(loss))  # 1.090157";
    assert_eq!(python(&opened, "PyTorch"), expected);
    let keras = python(&opened, "Keras");
    assert!(
        keras.contains(
            "\nlogits, labels = logits.permute(0, 2, 3, 1).numpy(), labels.numpy()\n\nimport keras\n"
        ),
        "{keras}"
    );

    let kept = Session::open(Some(&page.kept), None, &page.rasters);
    let mut restarted = kept;
    assert_eq!(python(&apply(&mut restarted, look_at_code()), "PyTorch"), expected);

    let strokes = "# The value below has the strokes on the truth in it, the file has not.\n";
    let painted = page.apply(stroke("truth", &[10.0, 8.0]));
    assert!(python(&painted, "PyTorch").contains(&format!("[None]\n{strokes}\n")));
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert_eq!(python(&undone, "PyTorch"), expected);
    page.apply(json!([{ "kind": "redo" }]));
    // The strokes are in the base of what is opened beside them, and not in the file.
    let again = page.apply(open("prediction", "pred.npy", &probs));
    assert!(python(&again, "PyTorch").contains(&format!("[None]\n{strokes}\n")));
    let adjusted = page.apply(json!([{ "kind": "adjust", "adjustment": { "temperature": 2.0, "bias": 0.0, "noise": 0.0, "seed": 1 } }]));
    assert!(python(&adjusted, "PyTorch").contains(&format!(
        "{strokes}# The value below has the temperature, bias and noise of the page in it, the file has not.\n"
    )));
    // Another size is another scene, whose prediction is of no file.
    let other = page.apply(open("truth", "other.png", &png(30, 30, |x, _| if x < 5 { 255 } else { 0 })));
    let code = python(&other, "PyTorch");
    assert!(code.contains("other.png") && !code.contains("pred.npy") && !code.contains("gt.png"), "{code}");
}

#[test]
fn certain_probabilities_are_told_with_the_value_by_each_librarys_clamp() {
    let mut page = Kiosk::default();
    page.apply(cards(&["cross_entropy", "dice"]));
    page.apply(open("truth", "gt.png", &png(20, 16, |x, _| if x < 5 { 255 } else { 0 })));
    // Exactly 0 at the first pixel alone, which is foreground.
    let probs = npy(&[16, 20], (0..320).map(|i| i as f32 / 320.0));
    let opened = page.apply(open("prediction", "pred.npy", &probs));
    let note = |update: &Update, id: &str| {
        update.cards.iter().find(|card| card.id == id).expect("the card").note.clone()
    };
    // numpy: 1.0901568 with -ln p held at 1e-7, and (100 - 16.1181) / 320 more where its logarithm is held at -100.
    assert_eq!(
        note(&opened, "cross_entropy").expect("a note"),
        "1 of 320 pixels were given a probability of exactly 0 or 1, which no logit has, and are held 1e-7 away. With \
         each library's own clamp the value is 1.090 by Keras's BinaryCrossentropy, 1.352 by PyTorch's BCELoss."
    );
    assert_eq!(note(&opened, "dice"), None);
    let set = json!([{ "kind": "setLoss", "id": "cross_entropy", "settings": { "pos_weight": 2.0 } }]);
    assert_eq!(
        note(&page.apply(set), "cross_entropy"),
        None,
        "of a loss with other settings no library was asked"
    );
    page.apply(json!([{ "kind": "undo" }]));
    let painted = page.apply(stroke("prediction", &[10.0, 8.0]));
    assert_eq!(note(&painted, "cross_entropy"), None, "what was painted is in no file");

    // A hard mask of three classes, of which a third is wrong.
    let ids = |of: fn(u32) -> u32| png(24, 8, move |x, _| of(x / 8) as u8);
    page.apply(open("truth", "ids.png", &ids(|class| class)));
    let hard = page.apply(open("prediction", "argmax.png", &ids(|class| if class == 2 { 1 } else { class })));
    let by_keras = note(&hard, "cross_entropy").expect("a note");
    // 16.1180957 / 3, and 1e-7 for those that are right.
    assert!(by_keras.starts_with("192 of 192 pixels"), "{by_keras}");
    assert!(by_keras.ends_with("the value is 5.373 by Keras's CategoricalCrossentropy."), "{by_keras}");
}
