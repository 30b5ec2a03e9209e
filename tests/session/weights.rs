//! Weights of pixels, through the session.

use lossfield::session::Session;
use serde_json::json;

use super::opening::{open, png};
use super::{apply, stroke, value, values};

#[test]
fn pixels_weigh_by_rarity_or_border_and_undo_takes_it_back() {
    let mut session = Session::default();
    apply(&mut session, json!([{ "kind": "setCards", "cards": ["cross_entropy", "dice"] }]));
    let truth = png(20, 16, |x, _| if x < 5 { 255 } else { 0 });
    let equal = apply(&mut session, open("truth", "organ.png", &truth));
    let look =
        json!({ "kind": "look", "look": { "theme": "light", "painting": false, "code": "cross_entropy" } });
    assert!(!apply(&mut session, json!([look])).code.unwrap_or_default().is_empty());

    let rule =
        |rule: serde_json::Value| json!([{ "kind": "weighPixels", "weighting": rule }, { "kind": "settle" }]);
    let rare = apply(&mut session, rule(json!({ "kind": "frequency" })));
    // A quarter of the pixels weigh 2, the others 2/3; all are predicted 0.02.
    let expected = -0.5 * (0.02f64.ln() + 0.98f64.ln());
    assert!((value(&rare, "cross_entropy") - expected).abs() < 1e-6, "{}", value(&rare, "cross_entropy"));
    assert!((value(&rare, "dice") - value(&equal, "dice")).abs() < 1e-15, "Dice knows no weights");
    assert_eq!(rare.code.map(|lines| lines.len()), Some(0), "no line would give this value");
    assert_ne!(rare.provenance.truth, equal.provenance.truth);
    let field = session.snapshot();
    let weighted = field.field().expect("a field");
    assert_eq!(weighted.pixel_weights().map(|weights| (weights[0], weights[19])), Some((2.0, 2.0 / 3.0)));

    // One object has no second, and so no border; with two there is one.
    let unet = rule(json!({ "kind": "uNet", "w0": 10.0, "sigma": 5.0 }));
    let one = apply(&mut session, unet);
    assert!((value(&one, "cross_entropy") - expected).abs() < 1e-6);
    let two = apply(&mut session, stroke("truth", &[15.0, 8.0, 16.0, 8.0]));
    let plain = apply(&mut session, rule(json!({ "kind": "frequency" })));
    assert!(value(&two, "cross_entropy") > value(&plain, "cross_entropy"));
    // An image that has no weights of its own weighs all the same.
    let own = apply(&mut session, rule(json!({ "kind": "own" })));
    let same = apply(&mut session, rule(json!({ "kind": "equal" })));
    assert_eq!(values(&own), values(&same));
    for _ in 0..6 {
        apply(&mut session, json!([{ "kind": "undo" }]));
    }
    let undone = apply(&mut session, json!([]));
    assert_eq!((values(&undone), undone.scene), (values(&equal), equal.scene));
}

#[test]
fn a_link_carries_the_rule_and_a_batch_takes_it() {
    let mut session = Session::default();
    let commands = json!([
        { "kind": "setCards", "cards": ["cross_entropy"] },
        { "kind": "openBatch", "id": "large-tiny-none" },
        { "kind": "weighPixels", "weighting": { "kind": "uNet", "w0": 4.0, "sigma": 2.5 } },
        { "kind": "setPanel", "panel": "batch" },
    ]);
    let here = apply(&mut session, commands);
    assert!(here.notices.is_empty() && here.panel.is_some(), "{:?}", here.notices);
    let mut there = Session::open(None, Some(&session.link().fragment), &[]);
    let there_now = apply(&mut there, json!([]));
    assert_eq!(values(&there_now), values(&here));
    assert_eq!(there_now.document.weighting, here.document.weighting);
    for session in [&mut session, &mut there] {
        let painted = apply(session, stroke("truth", &[20.0, 20.0, 24.0, 24.0]));
        let fresh = apply(&mut Session::open(None, Some(&session.link().fragment), &[]), json!([]));
        assert_eq!(values(&painted), values(&fresh));
        assert_eq!(format!("{:?}", painted.panel), format!("{:?}", fresh.panel));
    }
}

/// Weights painted on the canvas of the truth are those that the losses take, a step for undo, and kept.
#[test]
fn weights_are_painted_shown_and_kept() {
    let mut session = Session::default();
    let setup = json!([
        { "kind": "openPreset", "id": "balanced-disc", "side": 64 },
        { "kind": "setCards", "cards": ["cross_entropy", "dice"] },
        { "kind": "weighPixels", "weighting": { "kind": "own" } },
        { "kind": "settle" },
    ]);
    let before = apply(&mut session, setup);
    assert_eq!(before.scene.own_weights, None);
    // A brush of 200 pixels covers all 64 × 64.
    let tools = json!({ "radius": 128.0, "weighing": true, "weight": 3.0, "softness": 0.0 });
    let dot = |x: f64| {
        json!([
            { "kind": "beginStroke", "plane": "truth", "erase": false },
            { "kind": "extendStroke", "points": [x, 32.0] },
            { "kind": "endStroke" },
        ])
    };
    apply(&mut session, json!([{ "kind": "setTools", "tools": tools }]));
    let threefold = apply(&mut session, dot(32.0));
    let ratio = value(&threefold, "cross_entropy") / value(&before, "cross_entropy");
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
    assert!((value(&threefold, "dice") - value(&before, "dice")).abs() < 1e-15, "Dice takes none");
    let said = threefold.scene.own_weights.clone().expect("weights");
    assert!(said.starts_with("Own weights from 3.000 to 3.000"), "{said}");
    assert_ne!(threefold.provenance.truth, before.provenance.truth);
    // The disc alone, once more: a fill of the truth's region.
    let tools = json!({ "tool": "fill", "weighing": true, "weight": 12.0 });
    let fill = json!([
        { "kind": "setTools", "tools": tools },
        { "kind": "fill", "plane": "truth", "erase": false, "x": 32, "y": 32 },
        { "kind": "look", "look": { "hovered": { "x": 32, "y": 32 } } },
    ]);
    let filled = apply(&mut session, fill);
    assert_eq!(filled.pixel.as_ref().and_then(|pixel| pixel.weight_text.as_deref()), Some("12.00"));
    let field = session.snapshot();
    let field = field.field().expect("a field");
    let weights = field.pixel_weights().expect("weights");
    let expected: Vec<f32> =
        field.labels().iter().map(|&label| if label == 1 { 12.0 } else { 3.0 }).collect();
    assert_eq!(weights, expected);
    let dark = |update: &lossfield::session::update::Update| update.pictures.truth()[4 * (32 * 64 + 32)];
    assert!(dark(&filled) < 60, "the heaviest pixels are the darkest: {}", dark(&filled));
    let shown = apply(&mut session, json!([{ "kind": "setTools", "tools": { "weighing": false } }]));
    assert_eq!(values(&shown), values(&filled));
    assert_ne!(dark(&shown), dark(&filled), "the truth is seen again");
    let fresh = apply(&mut Session::open(None, Some(&session.link().fragment), &[]), json!([]));
    assert_eq!(values(&fresh), values(&filled));
    for expected in [&threefold, &before] {
        let undone = apply(&mut session, json!([{ "kind": "undo" }]));
        assert_eq!((values(&undone), &undone.scene), (values(expected), &expected.scene));
    }
}

#[test]
fn weights_that_are_painted_reach_a_panel_of_all_images() {
    let mut session = Session::default();
    apply(
        &mut session,
        json!([
            { "kind": "setCards", "cards": ["cross_entropy"] },
            { "kind": "openBatch", "id": "large-tiny-none" },
            { "kind": "weighPixels", "weighting": { "kind": "own" } },
            { "kind": "setPanel", "panel": "batch" },
            { "kind": "setPanelState", "id": "batch", "state": { "loss": "cross_entropy" } },
            { "kind": "setTools", "tools": { "radius": 30.0, "weighing": true, "weight": 50.0 } },
        ]),
    );
    let painted = apply(
        &mut session,
        json!([
            { "kind": "beginStroke", "plane": "truth", "erase": false },
            { "kind": "extendStroke", "points": [40.0, 40.0] },
            { "kind": "endStroke" },
        ]),
    );
    let fresh = apply(&mut Session::open(None, Some(&session.link().fragment), &[]), json!([]));
    assert_eq!(values(&painted), values(&fresh));
    assert_eq!(format!("{:?}", painted.panel), format!("{:?}", fresh.panel));
}
