//! Edits in, frames out: the session as the worker drives it, without a browser.
#![cfg(not(target_arch = "wasm32"))]

use lossfield::loss::LOSSES;
use lossfield::paint::chart::{Chart, Mark};
use lossfield::session::Session;
use lossfield::session::edit::Edit;
use lossfield::session::frame::{Frame, PixelReadout};
use serde_json::{Value, json};

/// Applies commands as the page writes them.
fn apply(session: &mut Session, commands: Value) -> Frame {
    let edit: Edit =
        serde_json::from_value(json!({ "commands": commands })).expect("commands of the protocol");
    session.apply(edit)
}

fn values(frame: &Frame) -> Vec<f64> {
    frame.cards.iter().map(|card| card.value).collect()
}

fn value(frame: &Frame, id: &str) -> f64 {
    frame.cards.iter().find(|card| card.id == id).expect("a card of this loss").value
}

fn stroke(plane: &str, points: &[f64]) -> Value {
    let ink = if plane == "truth" {
        json!({ "plane": plane, "class": 1 })
    } else {
        json!({ "plane": plane, "class": 1, "prob": 0.9 })
    };
    json!([
        { "kind": "beginStroke", "ink": ink, "brush": { "radius": 4.0, "softness": 0.3 } },
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
    apply(&mut bit_by_bit, json!([commands[0], commands[1]]));
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
    assert!(frame.scene.can_undo);
}

/// Frames go on from what the last one had worked out; a replay works everything out at the end.
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
        edits.push(
            json!([{ "kind": "setProbability", "x": 63, "y": 0, "class": 1, "prob": 0.3, "end": true }]),
        );
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
        (json!([{ "kind": "setChannels", "channels": 9 }]), "3 to 5"),
        (json!([{ "kind": "openTruth", "name": "cat.jpg", "bytes": [255, 216, 255, 224] }]), "cat.jpg"),
        (
            json!([{ "kind": "setProbability", "x": 900, "y": 0, "class": 1, "prob": 0.5, "end": true }]),
            "900",
        ),
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
    let set = json!([
        { "kind": "show", "view": view(json!({ "pixel": { "x": 3, "y": 4 } })) },
        { "kind": "setProbability", "x": 3, "y": 4, "class": 1, "prob": 0.75, "end": true },
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
    apply(
        &mut session,
        json!([{ "kind": "openPreset", "id": "balanced-disc", "side": 128 }, { "kind": "show", "view": shown }]),
    );
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
        json!({ "gradientClass": 2, "panel": { "kind": "lovasz", "error": "probability", "channel": 2 } }),
    );
    let by_class = apply(&mut session, json!([{ "kind": "show", "view": shown }]));
    assert!(by_class.pictures.heatmaps().ne(three.pictures.heatmaps()));
    let back = apply(&mut session, json!([{ "kind": "setChannels", "channels": 1 }]));
    assert_eq!(back.lovasz.as_ref().expect("still open").channel, 0, "a channel that is gone is let go");
    for (old, new) in values(&binary).into_iter().zip(values(&back)) {
        assert!((old - new).abs() < 1e-3 * old.abs().max(1.0), "{old} became {new}");
    }
}

#[test]
fn the_panels_tell_of_this_scene() {
    let mut session = Session::default();
    apply(&mut session, preset("tiny-lesion"));
    let mut open = |panel: Value| {
        let shown = view(json!({ "panel": panel, "pixel": { "x": 1, "y": 2 } }));
        apply(&mut session, json!([{ "kind": "show", "view": shown }]))
    };
    let frame = open(json!({ "kind": "focal" }));
    let focal = frame.panel.as_ref().expect("the focal panel is open");
    let Chart::Plot(loss) = &focal.charts[0] else { panic!("a plot") };
    let bars = loss.series.iter().filter(|series| series.mark == Mark::Bars);
    let total: f64 = bars.flat_map(|bars| &bars.points).map(|bar| bar[1]).sum();
    assert!((total - 100.0).abs() < 1e-9, "every pixel stands in a bar: {total} %");
    let (foreground, all) = (&focal.tables[0].rows[0][1], &focal.tables[0].rows[1][1]);
    let pixels: usize = [foreground, all].iter().map(|text| text.parse::<usize>().expect("a count")).sum();
    assert!((pixels as f64 / 4096.0 - frame.scene.class_shares[1]).abs() < 1e-12, "{pixels}");
    assert!(frame.lovasz.is_none(), "one panel is open at a time");
    let frame = open(json!({ "kind": "lovasz", "error": "hinge", "channel": 0 }));
    let lovasz = frame.lovasz.as_ref().expect("the Lovász panel is open");
    assert!((lovasz.value - value(&frame, "lovasz_hinge")).abs() < 1e-9);
    let order = lovasz.order.as_ref().expect("the sort is drawn on the page");
    assert_eq!(order.pixels[lovasz.looked_at.as_ref().expect("the rank of the pixel").rank], 2 * 64 + 1);
}

#[test]
fn of_the_lovasz_panel_only_the_open_part_is_computed() {
    let mut session = Session::default();
    apply(&mut session, preset("tiny-lesion"));
    let mut open = |part: &str, more: Value| {
        let mut panel = json!({ "kind": "lovasz", "error": "hinge", "channel": 0, "part": part });
        panel.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        apply(&mut session, json!([{ "kind": "show", "view": view(json!({ "panel": panel })) }]))
    };
    for (part, charts, tables, stills) in [
        ("sort", 0, 0, 0),
        ("moments", 0, 0, 0),
        ("weights", 1, 0, 2),
        ("kink", 2, 1, 0),
        ("twoPixels", 3, 0, 0),
        ("three", 1, 1, 0),
        ("images", 1, 1, 0),
        ("empty", 0, 0, 1),
    ] {
        let frame = open(part, json!({}));
        let (lovasz, panel) = (frame.lovasz.as_ref().expect("open"), frame.panel.as_ref().expect("open"));
        let found = (panel.charts.len(), panel.tables.len(), panel.stills.len());
        assert_eq!(found, (charts, tables, stills), "{part}");
        assert_eq!(panel.pixels.len(), stills * 4 * 64 * 64, "{part}");
        assert_eq!(lovasz.order.is_some(), charts + stills == 0, "{part}");
        assert_eq!((lovasz.moved.is_some(), lovasz.sole.is_some()), (part == "kink", part == "empty"));
        assert!((lovasz.value - value(&frame, "lovasz_hinge")).abs() < 1e-9);
    }
    let moved = |frame: &Frame| frame.lovasz.as_ref().expect("open").moved.clone().expect("a pixel");
    let at_rest = moved(&open("kink", json!({ "chosen": { "x": 3, "y": 4 }, "moved": 0.0 })));
    let worst = moved(&open("kink", json!({ "chosen": { "x": 3, "y": 4 }, "moved": 1e9 })));
    assert_eq!(((at_rest.at.x, at_rest.at.y), worst.rank), ((3, 4), 1));
    assert!((worst.error - worst.most).abs() < 1e-12 && at_rest.rank > 1, "{worst:?} {at_rest:?}");
}

#[test]
fn the_focal_laboratory_has_the_settings_of_the_card() {
    let mut session = Session::default();
    let shown = view(json!({ "panel": { "kind": "focal", "gamma": 0.2 } }));
    let settings = json!({ "gamma": 4.5, "alpha": 0.1, "alpha_of": "negative" });
    let frame = apply(
        &mut session,
        json!([{ "kind": "setLoss", "id": "focal", "settings": settings }, { "kind": "show", "view": shown }]),
    );
    let panel = frame.panel.expect("the focal panel is open");
    let Chart::Plot(loss) = &panel.charts[0] else { panic!("a plot") };
    let names: Vec<_> = loss.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names[7..], ["background: γ = 4.5, α = 0.1", "foreground: γ = 4.5, 1 − α = 0.9"]);
    let held: Vec<_> = loss.handles.iter().map(|handle| (handle.id.as_str(), handle.at[0])).collect();
    assert_eq!(held, [("gamma", 0.2), ("alpha", 0.05)]);
    assert!(panel.remarks[0].starts_with("With γ = 4.5, the hardest "), "{:?}", panel.remarks);
}

#[test]
fn only_the_losses_that_are_shown_are_there() {
    let mut session = Session::default();
    apply(&mut session, preset("rare-class"));
    let all: Vec<_> = LOSSES.iter().map(|spec| spec.id).collect();
    let every = apply(&mut session, json!([{ "kind": "show", "view": view(json!({ "cards": all })) }]));
    assert!(every.cards.iter().map(|card| card.id.as_str()).eq(all));
    assert_eq!(every.pictures.heatmaps().count(), LOSSES.len());
    assert!(every.cards.iter().all(|card| card.value.is_finite()));

    let two = view(json!({ "cards": ["lovasz_softmax", "dice", "no-such"], "pixel": { "x": 1, "y": 1 } }));
    let two = apply(&mut session, json!([{ "kind": "show", "view": two }]));
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
    let look = |by_probability: bool| {
        let view = view(json!({ "byProbability": by_probability, "pixel": { "x": 3, "y": 4 } }));
        json!([{ "kind": "show", "view": view }])
    };
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
fn a_card_can_be_set_as_in_a_library() {
    let mut session = Session::default();
    let first = apply(&mut session, preset("rare-class"));
    let versions = first.versions.as_ref().expect("what libraries have is told at first");
    let known: Vec<_> = versions["dice"].iter().map(|version| version.library.as_str()).collect();
    assert!(["smp", "monai", "kornia", "nnunet"].iter().all(|id| known.contains(id)), "{known:?}");
    let own = value(&first, "dice");

    let as_in = |id: &str, library: &str, function: &str| json!([{ "kind": "asIn", "id": id, "library": library, "function": function }]);
    let nnunet = apply(&mut session, as_in("dice", "nnunet", "SoftDiceLoss"));
    assert!(value(&nnunet, "dice") < 0.0, "nnU-Net's is the negative score");
    let card = nnunet.cards.iter().find(|card| card.id == "dice").expect("a card");
    let shown = card.as_in.as_ref().expect("it says what it is");
    assert_eq!((shown.library.as_str(), shown.function.as_str()), ("nnunet", "SoftDiceLoss"));
    let settings = nnunet.settings.expect("the page's controls have to follow");
    assert_eq!(settings["dice"]["outer"], "minus".into());
    assert!(nnunet.versions.is_none(), "the scene is the same");

    // A control that is moved makes it one's own again.
    let moved = apply(&mut session, json!([{ "kind": "setLoss", "id": "dice", "settings": {} }]));
    assert!(moved.cards.iter().all(|card| card.as_in.is_none()) && moved.settings.is_none());
    assert!((value(&moved, "dice") - own).abs() < 1e-15);

    let refused = apply(&mut session, as_in("dice", "torch", "cross_entropy"));
    assert!(
        refused.notices[0].text.contains("torch has no \"cross_entropy\" for Dice"),
        "{:?}",
        refused.notices
    );
    assert!((value(&refused, "dice") - own).abs() < 1e-15);
}

#[test]
fn a_card_as_in_a_library_follows_the_scene_as_far_as_the_library_does() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    let smp = json!([{ "kind": "asIn", "id": "lovasz_hinge", "library": "smp", "function": "LovaszLoss" },
                             { "kind": "asIn", "id": "dice", "library": "smp", "function": "DiceLoss" }]);
    let binary = apply(&mut session, smp);
    let call = |frame: &Frame, id: &str| {
        let card = frame.cards.iter().find(|card| card.id == id).expect("a card");
        card.as_in.as_ref().map(|shown| shown.call.clone())
    };
    assert_eq!(call(&binary, "dice").as_deref(), Some("DiceLoss(mode='binary')"));
    let three = apply(&mut session, json!([{ "kind": "setChannels", "channels": 3 }]));
    assert_eq!(call(&three, "dice").as_deref(), Some("DiceLoss(mode='multiclass')"));
    assert_eq!(call(&three, "lovasz_hinge"), None, "smp's is for binary tasks");
    assert!(
        three.notices.iter().any(|notice| notice.text.contains("keeps its settings")),
        "{:?}",
        three.notices
    );
    assert!(three.versions.is_some());
}

#[test]
fn one_loss_is_compared_between_libraries() {
    let mut session = Session::default();
    apply(&mut session, preset("rare-class"));
    let shown = view(json!({ "panel": { "kind": "libraries", "loss": "dice" }, "code": "dice" }));
    let frame = apply(&mut session, json!([{ "kind": "show", "view": shown }]));
    let comparison = frame.comparison.as_ref().expect("that panel is open");
    assert!((comparison.value - value(&frame, "dice")).abs() < 1e-15);
    let row = |library: &str| comparison.rows.iter().find(|row| row.library == library).expect(library);
    assert!(row("smp").same && row("smp").causes.is_empty() && row("smp").difference_text.is_empty());
    let nnunet = row("nnunet");
    assert!(!nnunet.same && nnunet.difference_text.starts_with('\u{2212}'), "{nnunet:?}");
    assert!(
        nnunet.causes.iter().any(|cause| cause.label == "loss of a score S" && cause.theirs == "−S"),
        "{nnunet:?}"
    );

    let code = frame.code.expect("Python was asked for");
    let smp =
        code.iter().find(|line| line.library.starts_with("segmentation-models")).expect("smp has a line");
    assert!(
        smp.code.contains("DiceLoss(mode=\"multiclass\")")
            || smp.code.contains("DiceLoss(mode='multiclass')"),
        "{}",
        smp.code
    );
}

/// Opens a scene that is made for a fact, and looks at it as it wants to be looked at.
fn staged(id: &str) -> (Session, Frame) {
    let mut session = Session::default();
    let frame = apply(&mut session, preset(id));
    let staged = frame.staged.expect("it says how it wants to be looked at");
    let shown = view(json!({
        "cards": staged.cards.expect("it has losses of its own"),
        "byProbability": staged.by_probability.unwrap_or(false),
        "sharedScale": staged.shared_scale.unwrap_or(false),
    }));
    let frame = apply(&mut session, json!([{ "kind": "show", "view": shown }]));
    (session, frame)
}

fn share(frame: &Frame, id: &str) -> f64 {
    let card = frame.cards.iter().find(|card| card.id == id).expect("a card of this loss");
    card.foreground_share.expect("it has a gradient")
}

#[test]
fn at_even_odds_the_scene_shows_the_shares_it_tells_of() {
    let (_, frame) = staged("even-odds");
    assert_eq!(frame.scene.width * frame.scene.height, 4096);
    assert!((frame.scene.class_shares[1] - 16.0 / 4096.0).abs() < 1e-12);
    for (id, expected) in [("cross_entropy", 0.0039), ("focal", 0.0039), ("dice", 0.502), ("jaccard", 0.502)]
    {
        assert!((share(&frame, id) - expected).abs() < 5e-5, "{id}: {}", share(&frame, id));
    }
}

#[test]
fn where_all_is_right_at_nine_tenths_focal_is_a_hundredth_of_cross_entropy() {
    let (_, frame) = staged("easy-pixels");
    let ratio = value(&frame, "cross_entropy") / value(&frame, "focal");
    // Logits are rounded to f32.
    assert!((ratio - 100.0).abs() < 1e-4, "{ratio}");
}

#[test]
fn by_the_probability_dice_has_two_gradients_in_its_scene() {
    let (mut session, frame) = staged("two-values");
    let mut seen = std::collections::BTreeMap::<(String, u8), Vec<f64>>::new();
    let cards: Vec<_> = frame.cards.iter().map(|card| card.id.clone()).collect();
    for (x, y) in (0..64).step_by(5).flat_map(|x| (0..64).step_by(7).map(move |y| (x, y))) {
        let shown = view(json!({ "cards": cards, "byProbability": true, "pixel": { "x": x, "y": y } }));
        let pixel = apply(&mut session, json!([{ "kind": "show", "view": shown }])).pixel.expect("a pixel");
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
    let (mut session, frame) = staged("two-pixels");
    assert_eq!((frame.scene.width, frame.scene.height), (2, 1));
    assert!((value(&frame, "lovasz_hinge") - 1.5).abs() < 1e-6);
    for (left, right) in [(0.9, 0.1), (0.2, 0.7), (0.6, 0.95), (0.5, 0.5)] {
        let set = |x: usize, prob: f64| json!({ "kind": "setProbability", "x": x, "y": 0, "class": 1, "prob": prob, "end": true });
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
    let (mut session, frame) = staged("uncertain-edge");
    assert!(frame.scene.soft_edges > 0);
    let cards: Vec<_> = frame.cards.iter().map(|card| card.id.clone()).collect();
    let mut at = |x: usize| {
        let shown = view(json!({ "cards": cards, "pixel": { "x": x, "y": 64 } }));
        apply(&mut session, json!([{ "kind": "show", "view": shown }])).pixel.expect("a pixel")
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
    assert_eq!(other.scene.soft_edges, 0);
    assert_eq!(values(&other), values(&apply(&mut Session::default(), preset("balanced-disc"))));
}

#[test]
fn a_shared_scale_has_one_limit() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    let shown = view(json!({ "sharedScale": true, "scale": "symlog" }));
    let frame = apply(&mut session, json!([{ "kind": "show", "view": shown }]));
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
    apply(&mut session, json!([{ "kind": "show", "view": shown }]));
    let painted = apply(&mut session, stroke("prediction", &[20.5, 20.5]));
    let seen = painted.pixel.expect("a pixel is looked at").probabilities[0];
    assert!((seen - 0.9).abs() < 1e-5, "painted 0.9, and {seen} is seen");
}

/// The page always sends the whole view; here only what differs from the first one.
fn view(change: Value) -> Value {
    let mut view = json!({
        "theme": "light", "scale": "linear", "sharedScale": false, "photo": true,
        "contributions": true, "focal": false,
    });
    for (key, value) in change.as_object().expect("an object") {
        view[key] = value.clone();
    }
    view
}
