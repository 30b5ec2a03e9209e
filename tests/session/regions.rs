//! Several regions at a pixel: opened, painted, kept, and judged as so many binary tasks.

use lossfield::field::regions::{labels_of, set_of};
use lossfield::field::{Field, IGNORE, Labels, Logits};
use lossfield::loss::LOSSES;
use lossfield::loss::config::{Config, Settings};
use lossfield::metric::mean_scores;
use lossfield::session::Session;
use lossfield::session::update::Update;
use ndarray::s;
use serde_json::{Value, json};

use super::opening::{Kiosk, assert_same_scene, cards, npy, open, png};
use super::{apply, stroke, value};

const WIDTH: usize = 20;
const HEIGHT: usize = 16;

/// Three squares, each within the one before.
fn is_in(region: usize, y: usize, x: usize) -> bool {
    let inside = |low: usize, high: usize| (low..high).contains(&y) && (low..high).contains(&x);
    inside(2 + 2 * region, 14 - 3 * region)
}

/// The probability of a region, which no other region knows of.
fn prob(region: usize, y: usize, x: usize) -> f32 {
    let wobble = ((7 * region + 3 * y + 5 * x) % 11) as f32 / 40.0;
    if is_in(region, y, (x + 1) % WIDTH) { 0.6 + wobble } else { 0.1 + wobble }
}

fn each_plane(of: impl Fn(usize, usize, usize) -> f32) -> Vec<f32> {
    (0..3 * HEIGHT * WIDTH).map(|i| of(i / (HEIGHT * WIDTH), i / WIDTH % HEIGHT, i % WIDTH)).collect()
}

fn truth_file() -> Vec<u8> {
    npy(&[3, HEIGHT, WIDTH], each_plane(|region, y, x| f32::from(u8::from(is_in(region, y, x)))).into_iter())
}

fn prediction_file() -> Vec<u8> {
    npy(&[3, HEIGHT, WIDTH], each_plane(prob).into_iter())
}

/// The choice by which the page opens channels that it asked about.
fn independent(scale: &str) -> Value {
    json!({ "values": {
        "kind": "numbers", "of": "value", "scale": scale, "channels": "independent", "clip": false, "cut": 0.5,
    }})
}

/// The choice of one class a pixel.
fn exclusive() -> Value {
    json!({ "values": {
        "kind": "numbers", "of": "value", "scale": "probabilities", "channels": "softmax", "clip": false, "cut": 0.5,
    }})
}

fn open_as(plane: &str, name: &str, bytes: &[u8], choice: &Value) -> Value {
    json!([{ "kind": "open", "plane": plane, "name": name, "bytes": bytes, "choice": choice }])
}

fn sets() -> Labels {
    Labels::from_shape_fn((1, HEIGHT, WIDTH), |(_, y, x)| {
        (0..3).filter(|&region| is_in(region, y, x)).map(|region| set_of(region as u8 + 1)).sum()
    })
}

fn logits() -> Logits {
    Logits::from_shape_fn((1, 3, HEIGHT, WIDTH), |(_, region, y, x)| {
        let p = f64::from(prob(region, y, x));
        (p / (1.0 - p)).ln() as f32
    })
}

/// Both files opened, with a card for every loss.
fn opened() -> (Kiosk, Update) {
    let mut page = Kiosk::default();
    page.apply(cards(&LOSSES.iter().map(|spec| spec.id).collect::<Vec<_>>()));
    page.apply(open("truth", "tumour.npy", &truth_file()));
    let both = page.apply(open("prediction", "network.npy", &prediction_file()));
    assert!(both.notices.iter().all(|notice| !notice.refusal), "{:?}", both.notices);
    (page, both)
}

#[test]
fn every_loss_is_the_mean_of_the_binary_losses_of_the_regions() {
    let (_, both) = opened();
    assert!(both.scene.regions && both.scene.channels == 3);
    let (sets, logits) = (sets(), logits());
    for (spec, heatmap) in LOSSES.iter().zip(both.pictures.heatmaps()) {
        let loss = (spec.build)(&Config::new(spec, &Settings::new()).expect("defaults"));
        let of_region = |region: usize| {
            let labels = labels_of(sets.view(), region as u8 + 1);
            let logits = logits.slice(s![.., region..=region, .., ..]).to_owned();
            let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).expect("a field");
            loss.evaluate(&field, None)
        };
        let expected = (0..3).map(of_region).sum::<f64>() / 3.0;
        let shown = value(&both, spec.id);
        assert!(
            (shown - expected).abs() < 2e-6 * expected.abs().max(1.0),
            "{}: {shown} is not {expected}",
            spec.id
        );
        assert!(heatmap.chunks(4).any(|pixel| pixel != &heatmap[..4]), "{}", spec.id);
    }
    // Worked out by hand of the probabilities: the mean over all 3 × 16 × 20 of them.
    let entropy = each_plane(|region, y, x| {
        let p = prob(region, y, x);
        -if is_in(region, y, x) { p.ln() } else { (1.0 - p).ln() }
    });
    let mean = entropy.iter().map(|&loss| f64::from(loss)).sum::<f64>() / entropy.len() as f64;
    assert!((value(&both, "cross_entropy") - mean).abs() < 1e-6);
    let note = |id: &str| both.cards.iter().find(|card| card.id == id).and_then(|card| card.note.clone());
    assert_eq!(
        note("dice").as_deref(),
        Some("The mean over 3 regions, each a binary task with a sigmoid of its own.")
    );
    assert!(note("lovasz_softmax").expect("a note").ends_with("so this is Lovász-sigmoid."));
}

#[test]
fn either_order_ends_alike_and_all_that_keeps_it_brings_it_back() {
    let (_, expected) = opened();
    let mut page = Kiosk::default();
    page.apply(cards(&LOSSES.iter().map(|spec| spec.id).collect::<Vec<_>>()));
    let asked = page.apply(open("prediction", "network.npy", &prediction_file()));
    assert!(
        asked.notices.iter().any(|notice| notice.refusal && notice.text.contains("independent sigmoids?"))
    );
    let choice = independent("probabilities");
    let waiting = page.apply(open_as("prediction", "network.npy", &prediction_file(), &choice));
    assert!(waiting.scene.regions && waiting.scene.truth_to_come.is_some() && waiting.cards.is_empty());
    assert_same_scene(&page.restarted(), &waiting);
    let both = page.apply(open("truth", "tumour.npy", &truth_file()));
    assert_same_scene(&both, &expected);

    let painted = page.apply(stroke("truth", &[3.0, 3.0, 16.0, 10.0]));
    assert_same_scene(&page.restarted(), &painted);
    let file = page.session.file().into_bytes();
    let there = apply(&mut Session::default(), open("truth", "saved.json", &file));
    assert_same_scene(&there, &painted);
    assert_same_scene(&page.apply(json!([{ "kind": "undo" }])), &both);
    assert_same_scene(&page.apply(json!([{ "kind": "undo" }])), &waiting);
}

#[test]
fn a_truth_of_one_class_a_pixel_beside_it_is_a_region_for_each_class() {
    let ids = png(WIDTH as u32, HEIGHT as u32, |x, y| {
        (0..3).filter(|&region| is_in(region, y as usize, x as usize)).count() as u8
    });
    let choice = independent("probabilities");
    let mut first = Kiosk::default();
    first.apply(open_as("prediction", "network.npy", &prediction_file(), &choice));
    let with_truth = first.apply(open("truth", "ids.png", &ids));
    let share = |of: &dyn Fn(usize) -> bool| {
        let pixels = (0..HEIGHT * WIDTH)
            .filter(|&i| of((0..3).filter(|&region| is_in(region, i / WIDTH, i % WIDTH)).count()));
        pixels.count() as f64 / (HEIGHT * WIDTH) as f64
    };
    let shares: Vec<f64> = (0..4).map(|class| share(&|count| count == class)).collect();
    assert_eq!(with_truth.scene.class_shares, shares, "the regions are apart");
    let mut second = Kiosk::default();
    second.apply(open("truth", "ids.png", &ids));
    let with_prediction = second.apply(open_as("prediction", "network.npy", &prediction_file(), &choice));
    assert_same_scene(&with_prediction, &with_truth);
    let look =
        json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "code": "cross_entropy" } }]);
    let code = second.apply(look).code.expect("lines");
    assert!(code[0].code.contains("planes = torch.stack([labels == region for region in range(1, 4)], 1)"));
    // And back: of a prediction of one class a pixel they are classes again.
    let four = npy(&[4, HEIGHT, WIDTH], (0..4 * HEIGHT * WIDTH).map(|_| 0.25));
    let classes = second.apply(open_as("prediction", "softmax.npy", &four, &exclusive()));
    assert_eq!((classes.scene.regions, classes.scene.channels), (false, 4));
    assert_eq!(classes.scene.class_shares, shares);
}

#[test]
fn what_does_not_fit_is_refused_with_a_sentence() {
    let (mut page, both) = opened();
    let softmax = npy(&[3, HEIGHT, WIDTH], (0..3 * HEIGHT * WIDTH).map(|_| 1.0 / 3.0));
    let refusal = |page: &mut Kiosk, bytes: &[u8], choice: &Value| {
        let update = page.apply(open_as("prediction", "other.npy", bytes, choice));
        assert_same_scene(&update, &both);
        update.notices.iter().find(|notice| notice.refusal).expect("a refusal").text.clone()
    };
    assert_eq!(
        refusal(&mut page, &softmax, &exclusive()),
        "other.npy: found a prediction of one class a pixel; expected a channel for each region, since the truth has \
         several regions at a pixel. Read its channels as independent, or open its truth as one class a pixel first."
    );
    let two = npy(&[2, HEIGHT, WIDTH], (0..2 * HEIGHT * WIDTH).map(|_| 0.7));
    assert_eq!(
        refusal(&mut page, &two, &independent("probabilities")),
        "other.npy: found a prediction of 2 regions, but the truth has pixels of region 3; expected at least 3."
    );
    let eight = npy(&[8, HEIGHT, WIDTH], (0..8 * HEIGHT * WIDTH).map(|_| 0.7));
    assert_eq!(
        refusal(&mut page, &eight, &independent("probabilities")),
        "other.npy: found 8 independent channels; expected 7 regions at most; save those you want to see as a file of \
         their own."
    );
}

/// Regions of the truth at a pixel.
fn regions_at(page: &mut Kiosk, x: usize, y: usize) -> Vec<u8> {
    let look = json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "hovered": { "x": x, "y": y } } }]);
    page.apply(look).pixel.expect("a pixel").regions.expect("a scene of regions")
}

#[test]
fn the_brush_sets_and_erases_one_region_and_leaves_the_others() {
    let (mut page, both) = opened();
    let tools = |class: u8, plane: &str| json!([{ "kind": "setTools", "tools": { "radius": 0.5, "truthClass": class, "predictionClass": class, "probability": 0.5, "softness": 0.0 } }, { "kind": "beginStroke", "plane": plane, "erase": false }, { "kind": "extendStroke", "points": [5.5, 5.5] }, { "kind": "endStroke" }]);
    let erase = json!([{ "kind": "beginStroke", "plane": "truth", "erase": true }, { "kind": "extendStroke", "points": [5.5, 5.5] }, { "kind": "endStroke" }]);
    assert_eq!(regions_at(&mut page, 5, 5), [1, 2]);
    page.apply(tools(3, "truth"));
    assert_eq!(regions_at(&mut page, 5, 5), [1, 2, 3]);
    page.apply(tools(1, "truth"));
    page.apply(erase);
    assert_eq!(regions_at(&mut page, 5, 5), [2, 3], "the chosen one alone is erased");
    page.apply(tools(0, "truth"));
    assert_eq!(regions_at(&mut page, 5, 5), [0; 0]);
    for _ in 0..3 {
        page.apply(json!([{ "kind": "undo" }]));
    }
    assert_eq!(regions_at(&mut page, 5, 5), [1, 2]);
    assert_eq!(regions_at(&mut page, 7, 7), [1, 2, 3]);

    let pixel = page.apply(tools(2, "prediction")).pixel.expect("a pixel");
    assert_eq!(pixel.probabilities.len(), 3);
    let look = json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "hovered": { "x": 5, "y": 5 } } }]);
    let pixel = page.apply(look).pixel.expect("a pixel");
    assert!((pixel.probabilities[1] - 0.5).abs() < 1e-6, "{:?}", pixel.probabilities);
    for region in [0, 2] {
        assert!(
            (pixel.probabilities[region] - f64::from(prob(region, 5, 5))).abs() < 1e-6,
            "another is left"
        );
    }
    assert_eq!(pixel.label, Some(2), "the last is drawn");
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert!(undone.cards == both.cards, "as it was opened");
}

#[test]
fn what_one_pixel_costs_is_the_mean_over_its_regions() {
    let (mut page, _) = opened();
    page.apply(cards(&["cross_entropy"]));
    let look = json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "hovered": { "x": 8, "y": 6 } } }]);
    let pixel = page.apply(look).pixel.expect("a pixel");
    let own = |region: usize| {
        let p = f64::from(prob(region, 6, 8));
        -if is_in(region, 6, 8) { p.ln() } else { (1.0 - p).ln() }
    };
    let expected = (0..3).map(own).sum::<f64>() / (3 * HEIGHT * WIDTH) as f64;
    let row = &pixel.rows[0];
    assert!((row.contribution.expect("a contribution") - expected).abs() < 1e-8);
    for region in 0..3 {
        let (p, y) = (f64::from(prob(region, 6, 8)), f64::from(u8::from(is_in(region, 6, 8))));
        let slope = (p - y) / (3 * HEIGHT * WIDTH) as f64;
        assert!((row.gradient[region] - slope).abs() < 1e-8, "{region}");
    }
}

#[test]
fn the_picture_shows_the_last_region_on_top() {
    let (mut page, both) = opened();
    let colour =
        |update: &Update, y: usize, x: usize| update.pictures.truth()[4 * (y * WIDTH + x)..][..4].to_vec();
    let [none, first, second, third] = [(0, 0), (3, 3), (5, 5), (7, 7)].map(|(y, x)| colour(&both, y, x));
    let distinct = [&none, &first, &second, &third];
    assert!((0..4).all(|a| (0..a).all(|b| distinct[a] != distinct[b])));
    // A region that is off no longer hides the one beneath.
    page.apply(json!([{ "kind": "setTools", "tools": { "truthClass": 3 } }]));
    let without = page.apply(json!([{ "kind": "fill", "plane": "truth", "erase": true, "x": 7, "y": 7 }]));
    assert_eq!(colour(&without, 7, 7), second);
    assert_eq!(
        without.scene.class_shares[3].to_bits(),
        0f64.to_bits(),
        "a fill takes all of the connected region"
    );
    let soft = page.apply(json!([{ "kind": "softenTruth", "radius": 2 }]));
    assert!(soft.cards.iter().all(|card| card.value.is_finite()));
}

#[test]
fn every_panel_is_about_the_chosen_region_and_metrics_tell_of_all() {
    let (mut page, _) = opened();
    page.apply(cards(&["dice"]));
    let metrics = page.apply(json!([{ "kind": "setPanel", "panel": "metrics" }]));
    let table = metrics.panel.as_ref().expect("a report").tables["regions"].clone();
    assert_eq!(table.rows.len(), 4, "three regions and their mean");
    let (sets, logits) = (sets(), logits());
    let scores: Vec<(f64, f64)> = (0..3)
        .map(|region| {
            let labels = labels_of(sets.view(), region as u8 + 1);
            let logits = logits.slice(s![.., region..=region, .., ..]).to_owned();
            mean_scores(&Field::new(logits.view(), labels.view(), Some(IGNORE)).expect("a field"), 0, 0.5)
        })
        .collect();
    let mean = scores.iter().map(|score| score.0).sum::<f64>() / 3.0;
    let shown: f64 = table.rows[3][1].parse().expect("a number");
    assert!((shown - mean).abs() < 1e-3, "{shown} is not {mean}");
    let dice = |update: &Update| update.panel.as_ref().expect("a report").tables["losses"].rows[0][1].clone();
    let about = |update: &Update| update.scene.panels_about.clone().expect("a sentence");
    let first = (dice(&metrics), metrics.provenance.clone());
    assert!(about(&metrics).contains("region 1"));
    let third = page.apply(json!([{ "kind": "setView", "view": { "gradientClass": 3 } }]));
    assert!(about(&third).contains("region 3"));
    assert!(dice(&third) != first.0 && third.provenance != first.1, "another region");
    let snapshot = page.session.snapshot();
    assert_eq!((snapshot.header.channels, &snapshot.header.class_names[1][..]), (1, "region 3"));
    assert_eq!(snapshot.labels, labels_of(sets.view(), 3));
    for panel in lossfield::panel::PANELS {
        let update = page.apply(json!([{ "kind": "setPanel", "panel": panel.id() }]));
        assert!(update.panel.is_some() && update.notices.is_empty(), "{}: {:?}", panel.id(), update.notices);
    }
}

#[test]
fn the_bundled_scene_is_seen_copied_and_turned_into_classes() {
    let mut session = Session::default();
    let scene = apply(&mut session, super::preset("nested-regions"));
    assert!(scene.scene.regions && scene.cards.iter().all(|card| card.value.is_finite() && card.value > 0.0));
    let look = json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "code": "dice" } }]);
    let update = apply(&mut session, look);
    let code = &update.code.as_ref().expect("lines")[0].code;
    assert!(code.contains("DiceLoss(mode='multilabel')(logits, labels.float())"), "{code}");
    assert!(update.code_note.expect("a note").contains("LovaszLoss"));
    let strip = apply(&mut session, json!([{ "kind": "addImage", "what": "empty" }]));
    assert!(strip.scene.regions && strip.strip.images.iter().all(|image| image.misfit.is_none()));
    let classes = apply(
        &mut session,
        json!([{ "kind": "removeImage", "image": 1 }, { "kind": "setChannels", "channels": 4 }]),
    );
    assert_eq!((classes.scene.regions, classes.scene.channels), (false, 4));
    let nested = |shares: &[f64]| [shares[1] - shares[2], shares[2] - shares[3], shares[3]];
    for (class, share) in nested(&scene.scene.class_shares).into_iter().enumerate() {
        assert!((classes.scene.class_shares[class + 1] - share).abs() < 1e-12, "class {class} + 1");
    }
    let back = apply(&mut session, json!([{ "kind": "undo" }]));
    assert!(back.scene.regions && back.scene.class_shares == scene.scene.class_shares);
}
