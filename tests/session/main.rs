//! Edits in, updates out: the session as the worker drives it, without a browser.
#![cfg(not(target_arch = "wasm32"))]

mod batch;
mod beside;
mod document;
mod facts;
mod libraries;
mod opening;
mod panels;
mod preview;
mod regions;
mod set;
mod weights;

use lossfield::loss::LOSSES;
use lossfield::paint::chart::{Chart, Mark};
use lossfield::report::{Array, Report};
use lossfield::session::Session;
use lossfield::session::command::Edit;
use lossfield::session::update::{PixelReadout, Update};
use serde_json::{Value, json};

/// Applies commands as the page writes them.
fn apply(session: &mut Session, commands: Value) -> Update {
    let edit: Edit =
        serde_json::from_value(json!({ "commands": commands })).expect("commands of the protocol");
    session.apply(edit)
}

fn values(update: &Update) -> Vec<f64> {
    update.cards.iter().map(|card| card.value).collect()
}

fn value(update: &Update, id: &str) -> f64 {
    update.cards.iter().find(|card| card.id == id).expect("a card of this loss").value
}

fn stroke(plane: &str, points: &[f64]) -> Value {
    json!([
        { "kind": "setTools", "tools": { "radius": 4.0 } },
        { "kind": "beginStroke", "plane": plane, "erase": false },
        { "kind": "extendStroke", "points": points },
        { "kind": "endStroke" },
    ])
}

fn preset(id: &str) -> Value {
    json!([{ "kind": "openPreset", "id": id, "side": 64 }])
}

#[test]
fn the_first_frame_is_whole() {
    let frame = apply(&mut Session::default(), json!([]));
    let at_first = LOSSES.iter().filter(|spec| spec.at_first).map(|spec| spec.id);
    assert!(frame.cards.iter().map(|card| card.id.as_str()).eq(at_first));
    assert!(frame.notices.is_empty(), "{:?}", frame.notices);
    let bytes = 4 * frame.scene.width * frame.scene.height;
    assert_eq!(frame.pictures.truth().len(), bytes);
    assert_eq!(frame.pictures.prediction().len(), bytes);
    for (card, heatmap) in frame.cards.iter().zip(frame.pictures.heatmaps()) {
        assert!(card.value.is_finite() && card.value > 0.0, "{}: {}", card.id, card.value);
        assert_eq!(heatmap.len(), bytes, "{}", card.id);
        let first = &heatmap[..4];
        assert!(heatmap.chunks(4).any(|pixel| pixel != first), "the heatmap of {} is blank", card.id);
    }
}

#[test]
fn painting_changes_every_card_and_undo_restores_it() {
    let mut session = Session::default();
    let before = apply(&mut session, preset("tiny-lesion"));
    let painted = apply(&mut session, stroke("prediction", &[10.0, 10.0, 40.0, 30.0]));
    for (card, (old, new)) in before.cards.iter().zip(values(&before).into_iter().zip(values(&painted))) {
        assert!((old - new).abs() > 1e-9, "{} did not change", card.id);
    }
    let undone = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!(values(&undone), values(&before));
    assert_eq!(undone.pictures, before.pictures);
    let redone = apply(&mut session, json!([{ "kind": "redo" }]));
    assert_eq!(values(&redone), values(&painted));
}

#[test]
fn how_edits_are_cut_into_frames_does_not_matter() {
    let points = [5.0, 5.0, 20.0, 9.0, 33.0, 40.0, 12.0, 50.0];
    let mut at_once = Session::default();
    apply(&mut at_once, preset("balanced-disc"));
    let whole = apply(&mut at_once, stroke("prediction", &points));
    let mut bit_by_bit = Session::default();
    apply(&mut bit_by_bit, preset("balanced-disc"));
    let commands = stroke("prediction", &points[..2]);
    apply(&mut bit_by_bit, json!([commands[0], commands[1], commands[2]]));
    for point in points[2..].chunks(2) {
        apply(&mut bit_by_bit, json!([{ "kind": "extendStroke", "points": point }]));
    }
    let parts = apply(&mut bit_by_bit, json!([{ "kind": "endStroke" }]));
    assert_eq!(values(&whole), values(&parts));
    assert_eq!(whole.pictures, parts.pictures);
}

#[test]
fn replaying_without_frames_gives_the_same_scene() {
    let mut seen = Session::default();
    apply(&mut seen, preset("shifted-boundary"));
    let expected = apply(&mut seen, stroke("truth", &[8.0, 8.0, 50.0, 20.0]));
    let mut replayed = Session::default();
    for commands in [preset("shifted-boundary"), stroke("truth", &[8.0, 8.0, 50.0, 20.0])] {
        replayed.edit(serde_json::from_value(json!({ "commands": commands })).unwrap());
    }
    let frame = apply(&mut replayed, json!([]));
    assert_eq!(values(&frame), values(&expected));
    assert!(frame.document.can_undo);
}

/// Updates go on from what the last one had worked out; a replay works everything out at the end.
#[test]
fn going_on_from_the_last_frame_gives_what_starting_over_gives() {
    for (id, channels) in [("thin-vessel", 1), ("rare-class", 3)] {
        let mut edits = vec![preset(id), json!([{ "kind": "setChannels", "channels": channels }])];
        for (i, plane) in ["prediction", "truth", "truth", "prediction"].into_iter().enumerate() {
            let x = 9.0 + 11.0 * i as f64;
            let commands = stroke(plane, &[x, 5.0, x + 6.0, 40.0, 30.0, 60.0 - x]);
            // Cut in the middle of a stroke, so that a frame comes between.
            edits.extend(commands.as_array().unwrap().iter().map(|command| json!([command])));
        }
        edits.push(json!([{ "kind": "undo" }, { "kind": "undo" }]));
        edits.push(json!([{ "kind": "setProbability", "x": 63, "y": 0, "class": 1, "prob": 0.3 }]));
        let mut seen = Session::default();
        for (i, commands) in edits.iter().enumerate() {
            let stepwise = apply(&mut seen, commands.clone());
            let mut fresh = Session::default();
            for earlier in &edits[..=i] {
                fresh.edit(serde_json::from_value(json!({ "commands": earlier })).unwrap());
            }
            let at_once = apply(&mut fresh, json!([]));
            assert_eq!(values(&stepwise), values(&at_once), "{id}: after {commands}");
            assert_eq!(stepwise.pictures, at_once.pictures, "{id}: after {commands}");
        }
    }
}

#[test]
fn losses_take_their_parameters() {
    let mut session = Session::default();
    let default = apply(&mut session, preset("tiny-lesion"));
    let steep =
        apply(&mut session, json!([{ "kind": "setLoss", "id": "focal", "settings": { "gamma": 5 } }]));
    assert!(value(&steep, "focal") < value(&default, "focal"));
    let plain = json!([{ "kind": "setLoss", "id": "focal", "settings": { "gamma": 0, "balanced": false } }]);
    let plain = apply(&mut session, plain);
    assert!((value(&plain, "focal") - value(&plain, "cross_entropy")).abs() < 1e-12);
    let reset = apply(&mut session, json!([{ "kind": "setLoss", "id": "focal", "settings": {} }]));
    assert_eq!(values(&reset), values(&default));
}

#[test]
fn what_cannot_be_done_changes_nothing_and_is_said() {
    let mut session = Session::default();
    let before = apply(&mut session, preset("balanced-disc"));
    for (commands, said) in [
        (json!([{ "kind": "openPreset", "id": "moon", "side": 64 }]), "There is no scene \"moon\""),
        (
            json!([{ "kind": "setLoss", "id": "focal", "settings": { "gamma": -1 } }]),
            "expected a number from 0",
        ),
        (json!([{ "kind": "setLoss", "id": "vocal", "settings": {} }]), "There is no loss \"vocal\"."),
        (json!([{ "kind": "setChannels", "channels": 33 }]), "2 to 32"),
        (
            json!([{ "kind": "open", "plane": "truth", "name": "cat.jpg", "bytes": [255, 216, 255, 224] }]),
            "cat.jpg",
        ),
        (json!([{ "kind": "setProbability", "x": 900, "y": 0, "class": 1, "prob": 0.5 }]), "900"),
    ] {
        let frame = apply(&mut session, commands.clone());
        let notice = frame.notices.first().unwrap_or_else(|| panic!("{commands} went unnoticed"));
        assert!(notice.refusal && notice.text.contains(said), "{commands}: {}", notice.text);
        assert_eq!(values(&frame), values(&before), "{commands}");
        assert_eq!(frame.pictures, before.pictures, "{commands}");
    }
}

#[test]
fn a_refused_command_does_not_keep_the_others_from_being_done() {
    let mut session = Session::default();
    let frame = apply(
        &mut session,
        json!([{ "kind": "openPreset", "id": "moon", "side": 64 }, { "kind": "openPreset", "id": "balanced-disc", "side": 64 }]),
    );
    assert_eq!(frame.notices.len(), 1);
    assert_eq!(frame.scene.preset.as_deref(), Some("balanced-disc"));
}

#[test]
fn the_pixel_looked_at_is_told_in_full() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    let set = all(&[
        view(json!({ "pixel": { "x": 3, "y": 4 } })),
        json!([{ "kind": "setProbability", "x": 3, "y": 4, "class": 1, "prob": 0.75 }]),
    ]);
    let pixel = apply(&mut session, set).pixel.expect("a pixel is looked at");
    assert!((pixel.probabilities[0] - 0.75).abs() < 1e-6);
    assert!((pixel.logits[0] - 3f64.ln()).abs() < 1e-5);
    let pixels = 64.0 * 64.0;
    let cross_entropy = &pixel.rows[0];
    let expected = -0.25f64.ln() / pixels;
    assert!((cross_entropy.contribution.unwrap() - expected).abs() < 1e-9, "its own term of the mean");
    assert!((cross_entropy.gradient[0] - 0.75 / pixels).abs() < 1e-9);
}

#[test]
fn a_pixel_outside_a_smaller_scene_is_let_go() {
    let mut session = Session::default();
    let shown = view(json!({ "pixel": { "x": 100, "y": 100 } }));
    apply(&mut session, all(&[json!([{ "kind": "openPreset", "id": "balanced-disc", "side": 128 }]), shown]));
    assert!(apply(&mut session, preset("balanced-disc")).pixel.is_none());
}

#[test]
fn multiclass_and_back() {
    let mut session = Session::default();
    let binary = apply(&mut session, preset("balanced-disc"));
    let three = apply(&mut session, json!([{ "kind": "setChannels", "channels": 3 }]));
    assert_eq!(three.scene.channels, 3);
    assert_eq!(three.scene.class_shares.len(), 3);
    assert!(values(&three).iter().all(|value| value.is_finite()));
    let shown = view(
        json!({ "gradientClass": 2, "panel": open("lovasz", json!({ "error": "probability", "channel": 2 })) }),
    );
    let by_class = apply(&mut session, shown);
    assert!(by_class.pictures.heatmaps().ne(three.pictures.heatmaps()));
    let back = apply(&mut session, json!([{ "kind": "setChannels", "channels": 1 }]));
    assert_eq!(panel(&back).details["channel"], 0, "a channel that is gone is let go");
    for (old, new) in values(&binary).into_iter().zip(values(&back)) {
        assert!((old - new).abs() < 1e-3 * old.abs().max(1.0), "{old} became {new}");
    }
}

#[test]
fn only_the_losses_that_are_shown_are_there() {
    let mut session = Session::default();
    apply(&mut session, preset("rare-class"));
    let ids: Vec<_> = LOSSES.iter().map(|spec| spec.id).collect();
    let every = apply(&mut session, view(json!({ "cards": ids })));
    assert!(every.cards.iter().map(|card| card.id.as_str()).eq(ids));
    assert_eq!(every.pictures.heatmaps().count(), LOSSES.len());
    assert!(every.cards.iter().all(|card| card.value.is_finite()));

    let two = view(json!({ "cards": ["lovasz_softmax", "dice"], "pixel": { "x": 1, "y": 1 } }));
    let two = apply(&mut session, two);
    let ids: Vec<_> = two.cards.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(ids, ["dice", "lovasz_softmax"], "in the order of the catalogue");
    assert!((value(&two, "dice") - value(&every, "dice")).abs() < 1e-15);
    assert_eq!(two.pictures.heatmaps().count(), 2);
    assert!(two.pixel.expect("a pixel is looked at").rows.iter().map(|row| row.id.as_str()).eq(ids));
}

#[test]
fn gradients_are_by_the_probability_if_that_is_asked_for() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    let look =
        |by_probability: bool| view(json!({ "byProbability": by_probability, "pixel": { "x": 3, "y": 4 } }));
    let by_logit = apply(&mut session, look(false)).pixel.expect("a pixel");
    let by_probability = apply(&mut session, look(true)).pixel.expect("a pixel");
    let p = by_logit.probabilities[0];
    for (by_logit, by_probability) in by_logit.rows.iter().zip(&by_probability.rows) {
        let expected = by_logit.gradient[0] / (p * (1.0 - p));
        let found = by_probability.gradient[0];
        assert!(
            (found - expected).abs() <= 1e-5 * expected.abs(),
            "{}: {found}, not {expected}",
            by_logit.id
        );
    }
}

#[test]
fn a_shared_scale_has_one_limit() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    let shown = view(json!({ "sharedScale": true, "scale": "symlog" }));
    let frame = apply(&mut session, shown);
    let first = &frame.cards[0].ticks;
    assert!(first.len() > 3, "a symlog legend has marks between");
    assert!(frame.cards.iter().all(|card| card.ticks == *first));
}

#[test]
fn an_adjustment_shows_in_the_values_and_can_be_painted_through() {
    let mut session = Session::default();
    let before = apply(&mut session, preset("balanced-disc"));
    let flat = json!([{ "kind": "adjust", "adjustment": { "temperature": 4.0, "bias": 1.0, "noise": 0.0, "seed": 1 } }]);
    let flat = apply(&mut session, flat);
    assert!((value(&flat, "cross_entropy") - value(&before, "cross_entropy")).abs() > 1e-3);
    let shown = view(json!({ "pixel": { "x": 20, "y": 20 } }));
    apply(&mut session, shown);
    let painted = apply(&mut session, stroke("prediction", &[20.5, 20.5]));
    let seen = painted.pixel.expect("a pixel is looked at").probabilities[0];
    assert!((seen - 0.9).abs() < 1e-5, "painted 0.9, and {seen} is seen");
}

/// A panel to be opened, in a view.
fn open(id: &str, state: Value) -> Value {
    json!({ "id": id, "state": state })
}

/// The report of the open panel.
fn panel(update: &Update) -> &Report {
    update.panel.as_ref().expect("a panel is open")
}

/// Commands one after the other.
fn all(lists: &[Value]) -> Value {
    lists.iter().flat_map(|list| list.as_array().expect("commands").clone()).collect()
}

/// Commands that set all that is looked at: as at first, but for what is said.
fn view(change: Value) -> Value {
    let mut commands = Vec::new();
    let mut view = json!({ "scale": "linear", "sharedScale": false, "photo": true });
    let mut look = json!({ "theme": "light", "painting": false });
    let mut panel = json!({ "kind": "setPanel", "panel": "cards" });
    for (key, value) in change.as_object().expect("an object") {
        match key.as_str() {
            "cards" => commands.push(json!({ "kind": "setCards", "cards": value })),
            "panel" => {
                panel["panel"] = value["id"].clone();
                commands.push(json!({ "kind": "setPanelState", "id": value["id"], "state": value["state"] }));
            }
            "pixel" => look["hovered"] = value.clone(),
            "replay" | "code" | "theme" | "painting" => look[key] = value.clone(),
            _ => view[key] = value.clone(),
        }
    }
    commands.extend([
        panel,
        json!({ "kind": "setView", "view": view }),
        json!({ "kind": "look", "look": look }),
    ]);
    commands.into()
}

/// A hard mask as prediction, as sharp as the temperature makes it, with the foreground pushed either way: every card
/// keeps numbers, and what has a gradient says so.
#[test]
fn a_hard_mask_at_the_lowest_temperature_has_numbers_on_every_card() {
    let all: Vec<&str> = LOSSES.iter().map(|spec| spec.id).collect();
    for scene in ["tiny-lesion", "rare-class"] {
        let mut session = Session::default();
        apply(&mut session, preset(scene));
        let tools = |probability: f64| {
            let tools = json!({ "probability": probability, "softness": 0.0 });
            json!({ "kind": "setTools", "tools": tools })
        };
        let fill = json!({ "kind": "fill", "plane": "prediction", "erase": false, "x": 0, "y": 0 });
        let clear = json!({ "kind": "clear", "plane": "prediction" });
        apply(&mut session, json!([clear, tools(0.0), fill, tools(1.0)]));
        let frame = apply(&mut session, stroke("prediction", &[10.0, 10.0, 40.0, 30.0]));
        assert!(frame.notices.is_empty(), "{:?}", frame.notices);
        for bias in [-6.0, 0.0, 6.0] {
            let adjustment = json!({ "temperature": 0.1, "bias": bias, "noise": 0.0, "seed": 1 });
            apply(&mut session, json!([{ "kind": "adjust", "adjustment": adjustment }]));
            for by_probability in [false, true] {
                let change = json!({ "cards": all, "byProbability": by_probability });
                let frame = apply(&mut session, view(change));
                assert_eq!(frame.cards.len(), all.len());
                for card in &frame.cards {
                    let shares = card.share_texts.iter().flatten();
                    let ticks = card.ticks.iter().map(|tick| &tick.label);
                    for text in std::iter::once(&card.text).chain(shares).chain(ticks) {
                        let is_number = !["NaN", "∞", "3.4×10³⁸"].iter().any(|none| text.contains(none));
                        assert!(is_number, "{scene}, {bias}, {by_probability}: {} says {text}", card.id);
                    }
                    let flat = card.shares.is_none();
                    assert!(!flat, "{scene}, {bias}, {by_probability}: {} is flat", card.id);
                }
            }
        }
    }
}
