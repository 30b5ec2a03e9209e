//! Scenes that show what papers say.

use super::*;

/// A scene that is made for a fact, with the cards and the view that it comes with.
fn opened(id: &str) -> (Session, Update) {
    let mut session = Session::default();
    let frame = apply(&mut session, preset(id));
    (session, frame)
}

fn share(frame: &Update, id: &str) -> f64 {
    let card = frame.cards.iter().find(|card| card.id == id).expect("a card of this loss");
    card.shares.as_ref().expect("it has a gradient")[1..].iter().sum()
}

#[test]
fn at_even_odds_the_scene_shows_the_shares_it_tells_of() {
    let (_, frame) = opened("even-odds");
    assert_eq!(frame.scene.width * frame.scene.height, 4096);
    assert!((frame.scene.class_shares[1] - 16.0 / 4096.0).abs() < 1e-12);
    for (id, expected) in [("cross_entropy", 0.0039), ("focal", 0.0039), ("dice", 0.502), ("jaccard", 0.502)]
    {
        assert!((share(&frame, id) - expected).abs() < 5e-5, "{id}: {}", share(&frame, id));
    }
}

#[test]
fn where_all_is_right_at_nine_tenths_focal_is_a_hundredth_of_cross_entropy() {
    let (_, frame) = opened("easy-pixels");
    let ratio = value(&frame, "cross_entropy") / value(&frame, "focal");
    // Logits are rounded to f32.
    assert!((ratio - 100.0).abs() < 1e-4, "{ratio}");
}

#[test]
fn by_the_probability_dice_has_two_gradients_in_its_scene() {
    let (mut session, frame) = opened("two-values");
    let mut seen = std::collections::BTreeMap::<(String, u8), Vec<f64>>::new();
    let cards: Vec<_> = frame.cards.iter().map(|card| card.id.clone()).collect();
    for (x, y) in (0..64).step_by(5).flat_map(|x| (0..64).step_by(7).map(move |y| (x, y))) {
        let shown = view(json!({ "cards": cards, "byProbability": true, "pixel": { "x": x, "y": y } }));
        let pixel = apply(&mut session, shown).pixel.expect("a pixel");
        for row in pixel.rows {
            seen.entry((row.id, pixel.label.expect("none is ignored"))).or_default().push(row.gradient[0]);
        }
    }
    let spread = |id: &str, label: u8| {
        let gradients = &seen[&(id.to_owned(), label)];
        let [least, most] = [f64::min, f64::max].map(|f| gradients.iter().copied().reduce(f).expect("some"));
        (most - least) / most.abs().max(least.abs())
    };
    for label in [0, 1] {
        assert!(spread("dice", label) < 1e-5, "Dice on {label}: {}", spread("dice", label));
        assert!(spread("cross_entropy", label) > 0.1, "cross-entropy tells pixels apart");
    }
}

#[test]
fn two_pixels_walk_on_the_surface_of_the_lovasz_hinge() {
    let (mut session, frame) = opened("two-pixels");
    assert_eq!((frame.scene.width, frame.scene.height), (2, 1));
    assert!((value(&frame, "lovasz_hinge") - 1.5).abs() < 1e-6);
    for (left, right) in [(0.9, 0.1), (0.2, 0.7), (0.6, 0.95), (0.5, 0.5)] {
        let set = |x: usize, prob: f64| json!({ "kind": "setProbability", "x": x, "y": 0, "class": 1, "prob": prob });
        let frame = apply(&mut session, json!([set(0, left), set(1, right)]));
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let (m1, m2) = ((1.0 - logit(left)).max(0.0), (1.0 + logit(right)).max(0.0));
        let expected = m1.max(f64::midpoint(m1, m2));
        assert!((value(&frame, "lovasz_hinge") - expected).abs() < 1e-6, "{left}, {right}");
    }
    let painted = apply(&mut session, stroke("prediction", &[0.5, 0.5, 1.5, 0.5]));
    assert!(painted.notices.is_empty() && painted.cards.iter().all(|card| card.value.is_finite()));
}

#[test]
fn on_an_uncertain_edge_cross_entropy_rests_and_dice_does_not() {
    let (mut session, frame) = opened("uncertain-edge");
    assert!(frame.document.soft_edges > 0);
    let cards: Vec<_> = frame.cards.iter().map(|card| card.id.clone()).collect();
    let mut at = |x: usize| {
        let shown = view(json!({ "cards": cards, "pixel": { "x": x, "y": 64 } }));
        apply(&mut session, shown).pixel.expect("a pixel")
    };
    let gradient = |pixel: &PixelReadout, id: &str| {
        pixel.rows.iter().find(|row| row.id == id).expect("a row").gradient[0]
    };
    let (mut raised, mut lowered) = (0, 0);
    for x in 0..64 {
        let pixel = at(x);
        let (p, dice) = (pixel.probabilities[0], gradient(&pixel, "dice"));
        // p is the share of foreground but for the rounding of its logit to f32, at 128 × 128 pixels.
        assert!(gradient(&pixel, "cross_entropy").abs() < 1e-11, "x {x}");
        if p > 0.6 && p < 0.98 {
            assert!(dice < -1e-6, "Dice raises {p} at x {x}: {dice}");
            raised += 1;
        } else if p > 0.02 && p < 0.4 {
            assert!(dice > 1e-6, "Dice lowers {p} at x {x}: {dice}");
            lowered += 1;
        }
    }
    assert!(raised > 2 && lowered > 2, "{raised} pixels were raised, {lowered} lowered");
}

#[test]
fn soft_labels_tell_the_two_forms_of_dice_apart() {
    let mut session = Session::default();
    apply(&mut session, preset("uncertain-edge"));
    let dice = |form: &str| json!([{ "kind": "setLoss", "id": "dice", "settings": { "soft_form": form } }]);
    let product = apply(&mut session, dice("product"));
    let distance = apply(&mut session, dice("distance"));
    assert!(value(&product, "dice") > 0.02, "Σpy calls the perfect prediction wrong");
    assert!(value(&distance, "dice") < 1e-6, "Σ|p − y| does not: {}", value(&distance, "dice"));
    // Without soft edges both are the same again, as if they had never been.
    let hard = json!([{ "kind": "softenTruth", "radius": 0 }]);
    let distance = apply(&mut session, hard);
    let product = apply(&mut session, dice("product"));
    assert!((value(&product, "dice") - value(&distance, "dice")).abs() < 1e-12);
    let mut fresh = Session::default();
    apply(&mut fresh, preset("uncertain-edge"));
    let commands = json!([{ "kind": "softenTruth", "radius": 0 }]);
    assert_eq!(values(&apply(&mut fresh, commands)), values(&product));
    assert_ne!(
        product.pictures.truth(),
        apply(&mut session, json!([{ "kind": "softenTruth", "radius": 5 }])).pictures.truth()
    );
}

#[test]
fn soft_edges_follow_the_brush_and_leave_with_the_scene() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    apply(&mut session, json!([{ "kind": "softenTruth", "radius": 3 }]));
    let painted = apply(&mut session, stroke("truth", &[8.0, 8.0, 50.0, 20.0]));
    let mut at_once = Session::default();
    let mut commands = preset("balanced-disc").as_array().expect("commands").clone();
    commands.push(json!({ "kind": "softenTruth", "radius": 3 }));
    commands.extend(stroke("truth", &[8.0, 8.0, 50.0, 20.0]).as_array().expect("commands").clone());
    let whole = apply(&mut at_once, commands.into());
    assert_eq!(values(&painted), values(&whole));
    assert_eq!(painted.pictures, whole.pictures);
    let other = apply(&mut session, preset("balanced-disc"));
    assert_eq!(other.document.soft_edges, 0);
    assert_eq!(values(&other), values(&apply(&mut Session::default(), preset("balanced-disc"))));
}
