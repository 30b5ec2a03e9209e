//! Panels of a session: opened, refused, and computed with each frame.

use lossfield::panel::PANELS;

use super::*;

/// Opens a panel on a small lesion, or another one.
fn shown(session: &mut Session, id: &str, state: Value, more: Value) -> Update {
    let mut change = json!({ "panel": open(id, state) });
    change.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    apply(session, view(change))
}

fn lesion() -> Session {
    let mut session = Session::default();
    apply(&mut session, preset("tiny-lesion"));
    session
}

#[test]
fn every_panel_opens_on_every_scene_and_tells_of_itself() {
    for id in ["tiny-lesion", "rare-class", "empty-truth", "two-pixels"] {
        let mut session = Session::default();
        let frame = apply(&mut session, preset(id));
        assert!(frame.panel.is_none(), "none is open at first");
        for entry in PANELS {
            let frame = shown(&mut session, entry.id(), Value::Null, json!({}));
            assert_eq!(panel(&frame).panel, entry.id());
            assert!(frame.notices.is_empty(), "{id} {}: {:?}", entry.id(), frame.notices);
            let size = 4 * frame.scene.width * frame.scene.height;
            assert_eq!(panel(&frame).pixels.len(), panel(&frame).stills.len() * size);
        }
    }
}

#[test]
fn what_is_no_panel_or_no_state_of_it_is_refused_and_changes_nothing() {
    let mut session = lesion();
    let before = shown(&mut session, "gradients", json!({ "loss": "dice" }), json!({}));
    let state = |id: &str, state: Value| json!([{ "kind": "setPanelState", "id": id, "state": state }]);
    for (commands, said) in [
        (
            json!([{ "kind": "setPanel", "panel": "mauve" }]),
            "There is no panel \"mauve\"; there are libraries, focal,",
        ),
        (state("mauve", Value::Null), "There is no panel \"mauve\"; there are libraries, focal,"),
        (state("gradients", json!({ "mauve": 1 })), "The panel Gradients cannot be opened with this state"),
        (
            state("metrics", json!({ "threshold": "much" })),
            "The panel Metrics cannot be opened with this state",
        ),
    ] {
        let frame = apply(&mut session, commands);
        let [notice] = &frame.notices[..] else { panic!("one notice: {:?}", frame.notices) };
        assert!(notice.refusal && notice.text.starts_with(said), "{}", notice.text);
        assert_eq!(frame.panel, before.panel);
        assert_eq!(values(&frame), values(&before));
    }
}

/// States that differ from this one in one field, however deep.
fn changed(state: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, value) in state.as_object().expect("an object") {
        let others = match value {
            Value::Object(_) => changed(value),
            Value::Bool(on) => vec![json!(!on)],
            Value::Number(_) => [-1e12, -1.0, 0.0, 1e-12, 3.0, 1e12].map(Value::from).into(),
            Value::String(_) => vec!["mauve".into()],
            _ => vec![json!(1e12), json!(-1.0)],
        };
        // A whole number is written as one.
        let whole = [0u64, 3, 1 << 40].map(Value::from);
        for other in others.into_iter().chain(whole) {
            let mut state = state.clone();
            state[name] = other;
            all.push(state);
        }
    }
    all
}

#[test]
fn every_state_that_can_be_read_is_clamped_to_the_scene() {
    let mut read = 0;
    for scene in ["tiny-lesion", "rare-class", "two-pixels"] {
        let mut session = Session::default();
        apply(&mut session, preset(scene));
        for entry in PANELS {
            for state in changed(&entry.default_state()) {
                if entry.check(&state).is_err() {
                    continue;
                }
                read += 1;
                let frame = shown(&mut session, entry.id(), state.clone(), json!({}));
                assert!(frame.notices.is_empty(), "{} {state}: {:?}", entry.id(), frame.notices);
                if let Err(refused) = entry.experiment(&state, session.snapshot()) {
                    assert!(refused.ends_with('.'), "{} {state}: {refused}", entry.id());
                }
            }
        }
    }
    assert!(read > 100, "{read} states were read");
}

#[test]
fn the_focal_panel_has_every_pixel_of_this_scene_and_its_own_value() {
    let mut session = lesion();
    let frame = shown(&mut session, "focal", Value::Null, json!({ "cards": ["dice"] }));
    let focal = panel(&frame);
    let Chart::Plot(loss) = &focal.charts["loss"] else { panic!("a plot") };
    let bars = loss.series.iter().filter(|series| series.mark == Mark::Bars);
    let total: f64 = bars.flat_map(|bars| &bars.points).map(|bar| bar[1]).sum();
    assert!((total - 100.0).abs() < 1e-9, "every pixel stands in a bar: {total} %");
    let rows = &focal.tables["easyAndHard"].rows;
    let pixels: usize = rows[..2].iter().map(|row| row[1].parse::<usize>().expect("a count")).sum();
    assert!((pixels as f64 / 4096.0 - frame.scene.class_shares[1]).abs() < 1e-12, "{pixels}");
    // It needs no card for that, and says what a card would.
    assert_eq!(frame.cards.len(), 1);
    for by_probability in [false, true] {
        let more = json!({ "cards": ["dice"], "byProbability": by_probability });
        let without = panel(&shown(&mut session, "focal", Value::Null, more)).details.clone();
        let more = json!({ "cards": ["dice", "focal"], "byProbability": by_probability });
        let frame = shown(&mut session, "focal", Value::Null, more);
        let card = frame.cards.iter().find(|card| card.id == "focal").expect("a card");
        assert_eq!(panel(&frame).details, without);
        assert_eq!(without["value"], card.text.as_str());
        assert_eq!(without["shares"], json!(card.share_texts.as_ref().expect("a gradient")));
    }
}

#[test]
fn the_lovasz_panel_is_that_of_the_loss_and_knows_the_pixel_looked_at() {
    let mut session = lesion();
    let more = json!({ "pixel": { "x": 1, "y": 2 } });
    let frame = shown(&mut session, "lovasz", json!({ "error": "hinge", "channel": 0 }), more);
    let lovasz = panel(&frame);
    let found = lovasz.details["value"].as_f64().expect("the loss");
    assert!((found - value(&frame, "lovasz_hinge")).abs() < 1e-9);
    let rank = lovasz.details["lookedAt"]["rank"].as_u64().expect("the rank of the pixel");
    let Array::Whole(pixels) = &lovasz.arrays["pixels"] else { panic!("indices") };
    assert_eq!(pixels[rank as usize], 2 * 64 + 1);
}

#[test]
fn of_the_lovasz_panel_only_the_open_part_is_computed() {
    let mut session = lesion();
    let mut open = |part: &str, more: Value, pinned: Value| {
        let mut state = json!({ "error": "hinge", "channel": 0, "part": part });
        state.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        shown(&mut session, "lovasz", state, json!({ "pinned": pinned }))
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
        let frame = open(part, json!({}), Value::Null);
        let lovasz = panel(&frame);
        let found = (lovasz.charts.len(), lovasz.tables.len(), lovasz.stills.len());
        assert_eq!(found, (charts, tables, stills), "{part}");
        assert_eq!(lovasz.pixels.len(), stills * 4 * 64 * 64, "{part}");
        assert_eq!(lovasz.arrays.is_empty(), charts + stills > 0, "{part}");
        assert_eq!(lovasz.details["part"], part);
        let has = |name: &str| !lovasz.details[name].is_null();
        assert_eq!((has("moved"), has("sole")), (part == "kink", part == "empty"));
        let found = lovasz.details["value"].as_f64().expect("the loss");
        assert!((found - value(&frame, "lovasz_hinge")).abs() < 1e-9);
    }
    let mut moved = |error: f64| {
        let frame = open("kink", json!({ "moved": error }), json!({ "x": 3, "y": 4 }));
        panel(&frame).details["moved"].clone()
    };
    let (at_rest, worst) = (moved(0.0), moved(1e9));
    assert_eq!((&at_rest["at"], &worst["rank"]), (&json!({ "x": 3, "y": 4 }), &1.into()));
    assert_eq!(worst["error"], worst["most"]);
    assert!(at_rest["rank"].as_u64() > Some(1), "{worst} {at_rest}");
}

#[test]
fn the_focal_laboratory_has_the_settings_of_the_card() {
    let mut session = Session::default();
    let settings = json!({ "gamma": 4.5, "alpha": 0.1, "alpha_of": "negative" });
    apply(&mut session, json!([{ "kind": "setLoss", "id": "focal", "settings": settings }]));
    let frame = shown(&mut session, "focal", json!({ "handles": { "gamma": 0.2 } }), json!({}));
    let Chart::Plot(loss) = &panel(&frame).charts["loss"] else { panic!("a plot") };
    let names: Vec<_> = loss.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names[7..], ["background: γ = 4.5, α = 0.1", "foreground: γ = 4.5, 1 − α = 0.9"]);
    let held: Vec<_> = loss.handles.iter().map(|handle| (handle.id.as_str(), handle.at[0])).collect();
    assert_eq!(held, [("gamma", 0.2), ("alpha", 0.05)]);
    let said = &panel(&frame).texts["answer"][0];
    assert!(said.starts_with("With γ = 4.5, the hardest "), "{said}");
}

/// Strokes are judged anew when the threshold moves, without being painted again.
#[test]
fn strokes_are_compared_at_the_threshold_that_is_set() {
    let mut session = lesion();
    let dots = |session: &mut Session, threshold: f64| {
        let frame = shown(session, "metrics", json!({ "threshold": threshold }), json!({}));
        let Chart::Plot(plot) = &panel(&frame).charts["scatter"] else { panic!("a plot") };
        let points: Vec<f64> = plot.series[0].points.iter().map(|point| point[0]).collect();
        (points, panel(&frame).tables["metrics"].rows[0][1].clone())
    };
    assert_eq!(dots(&mut session, 0.5).0.len(), 1);
    apply(&mut session, stroke("prediction", &[10.0, 10.0, 40.0, 30.0]));
    let (half, low) = (dots(&mut session, 0.5), dots(&mut session, 0.05));
    assert_eq!((half.0.len(), low.0.len()), (2, 2));
    assert_ne!(half.0, low.0);
    for (points, iou) in [half, low] {
        let found: f64 = iou.parse().expect("a number");
        assert!((points[1] - found).abs() < 1e-4 * found.max(1e-4) + 5e-5, "{points:?} {iou}");
    }
}

#[test]
fn classes_are_called_by_the_names_of_their_file() {
    let mut session = Session::default();
    let ids = opening::png(24, 24, |x, _| (x / 8) as u8);
    let class = |id: u8, name: &str| json!({ "key": f64::from(id), "to": { "class": id }, "name": name });
    let named = json!({ "values": {
        "kind": "labels", "of": "value", "classes": 3, "rest": "nearest",
        "assign": [class(0, "sky"), class(1, "road"), { "key": 2.0, "to": { "class": 2 } }],
    } });
    apply(
        &mut session,
        json!([{ "kind": "open", "plane": "truth", "name": "m.png", "bytes": ids, "choice": named }]),
    );
    assert_eq!(session.snapshot().header.class_names, ["sky", "road", "class 2"]);
    let frame = shown(&mut session, "gradients", json!({ "loss": "dice_cross_entropy" }), json!({}));
    let shares = &panel(&frame).tables["shares"];
    assert_eq!(shares.columns[4..], ["of its own on sky", "of its own on road", "of its own on class 2"]);
    let Chart::Plot(plot) = &panel(&frame).charts["byLogit"] else { panic!("a plot") };
    assert_eq!(plot.series[0].name, "road");
}
