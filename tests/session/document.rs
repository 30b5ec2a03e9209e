//! The document as the session keeps it: undo, links, files, restarts, and what hangs on it.

use lossfield::document::Kept;
use lossfield::panel::PANELS;
use lossfield::scene::{BATCHES, PRESETS};
use lossfield::session::Session;
use lossfield::session::update::Update;
use serde_json::{Value, json};

use super::{apply, preset, stroke, value, values};

/// A session with everything that was told to be kept.
struct Page {
    session: Session,
    kept: Kept,
    rasters: Vec<Vec<u8>>,
}

impl Page {
    fn new() -> Self {
        let mut page = Self { session: Session::default(), kept: Kept::default(), rasters: Vec::new() };
        page.apply(json!([]));
        page
    }

    fn apply(&mut self, commands: Value) -> Update {
        let update = apply(&mut self.session, commands);
        if let Some(change) = update.kept.clone() {
            self.kept.follow(change);
        }
        self.rasters.extend(update.rasters.iter().map(|(_, bytes)| bytes.clone()));
        update
    }

    /// Another session from what was kept, as after a crash.
    fn restarted(&self) -> Session {
        Session::open(Some(&self.kept), None, &self.rasters)
    }
}

/// The same charts and tables; numbers that are none are the same as each other.
fn assert_same_panel(a: &Update, b: &Update) {
    let id = |update: &Update| update.panel.as_ref().map(|report| report.panel);
    assert_eq!(id(a), id(b));
    assert!(format!("{:?}", a.panel) == format!("{:?}", b.panel), "{:?} differs", id(a));
}

/// All that a person sees of an update.
fn assert_same(a: &Update, b: &Update) {
    assert_eq!(values(a), values(b));
    assert!(a.pictures == b.pictures, "the pictures differ");
    assert_eq!(a.cards, b.cards);
    assert_eq!(a.document, b.document);
    assert_eq!(a.scene, b.scene);
    assert_same_panel(a, b);
}

/// The same but for what no link takes along: steps, and tools.
fn assert_same_but_for_steps(a: &Update, b: &Update) {
    assert_eq!(values(a), values(b));
    assert!(a.pictures == b.pictures, "the pictures differ");
    assert_eq!(a.document.view, b.document.view);
    assert_eq!(a.document.panels, b.document.panels);
    assert_eq!(a.document.losses, b.document.losses);
    assert_eq!((&a.document.panel, &a.scene), (&b.document.panel, &b.scene));
    assert_same_panel(a, b);
}

/// Changes of every kind, one after the other.
fn changes() -> Vec<Value> {
    vec![
        preset("tiny-lesion"),
        stroke("prediction", &[10.0, 10.0, 40.0, 30.0]),
        stroke("truth", &[30.0, 12.0, 20.0, 60.0]),
        json!([{ "kind": "fill", "plane": "truth", "erase": false, "x": 2, "y": 3 }]),
        json!([{ "kind": "adjust", "adjustment": { "temperature": 2.0, "bias": 0.5, "noise": 0.3, "seed": 7 } }]),
        stroke("prediction", &[50.0, 20.0, 12.0, 33.0]),
        json!([{ "kind": "softenTruth", "radius": 3 }]),
        json!([{ "kind": "setLoss", "id": "focal", "settings": { "gamma": 3.5 } }]),
        json!([{ "kind": "setCards", "cards": ["focal", "dice", "lovasz_hinge"] }]),
        json!([{ "kind": "setProbability", "x": 5, "y": 6, "class": 1, "prob": 0.75 }]),
        json!([{ "kind": "setChannels", "channels": 4 }]),
        json!([{ "kind": "addImage", "what": "copy" }]),
        stroke("prediction", &[8.0, 8.0, 9.0, 40.0]),
        json!([{ "kind": "clear", "plane": "prediction" }]),
        json!([{ "kind": "addImage", "what": "empty" }]),
        json!([{ "kind": "selectImage", "image": 0 }]),
        json!([{ "kind": "removeImage", "image": 1 }]),
        preset("two-values"),
        json!([{ "kind": "openBatch", "id": "large-tiny-none" }]),
        json!([{ "kind": "setLossFrom", "id": "dice", "library": "monai", "function": "DiceLoss" }]),
    ]
}

#[test]
fn undo_of_everything_and_redo_of_everything_give_the_same_updates() {
    let mut page = Page::new();
    let mut seen = vec![page.apply(json!([]))];
    for change in changes() {
        let is_step = change[0]["kind"] != "selectImage";
        let update = page.apply(change.clone());
        let settled = page.apply(json!([{ "kind": "settle" }]));
        assert!(update.notices.iter().all(|notice| !notice.refusal), "{change}: {:?}", update.notices);
        if is_step {
            seen.push(settled);
        }
    }
    let steps = seen.len() - 1;
    let same = |a: &Update, b: &Update| {
        assert_eq!(values(a), values(b));
        assert!(a.pictures == b.pictures, "the pictures differ");
        assert_eq!((&a.document.cards, &a.document.losses), (&b.document.cards, &b.document.losses));
        assert_eq!(
            (a.document.soft_edges, a.document.adjustment),
            (b.document.soft_edges, b.document.adjustment)
        );
    };
    for step in (0..steps).rev() {
        let update = page.apply(json!([{ "kind": "undo" }]));
        // An image may be selected that was not when this was seen first.
        let active = page.apply(json!([{ "kind": "selectImage", "image": seen[step].document.active }]));
        same(&active, &seen[step]);
        assert_eq!(update.document.can_undo, step > 0);
    }
    for (step, expected) in seen.iter().enumerate().skip(1) {
        let update = page.apply(json!([{ "kind": "redo" }]));
        let active = page.apply(json!([{ "kind": "selectImage", "image": expected.document.active }]));
        same(&active, expected);
        assert_eq!(update.document.can_redo, step < steps);
    }
}

#[test]
fn a_crash_at_any_moment_loses_nothing() {
    let mut page = Page::new();
    for change in changes() {
        let expected = page.apply(change.clone());
        let mut again = page.restarted();
        let first = apply(&mut again, json!([]));
        assert_same(&first, &expected);
        // The way back is there too.
        let mut undone = page.restarted();
        let undone = apply(&mut undone, json!([{ "kind": "undo" }]));
        let mut own = page.restarted();
        apply(&mut own, json!([]));
        assert_eq!(values(&undone), values(&apply(&mut own, json!([{ "kind": "undo" }]))));
    }
}

#[test]
fn a_link_gives_every_scene_and_every_change_to_the_bit() {
    let open = |page: &Page| {
        let link = page.session.link();
        assert!(link.files.is_empty());
        let mut there = Session::open(None, Some(&link.fragment), &[]);
        let update = apply(&mut there, json!([]));
        assert!(update.notices.is_empty(), "{:?}", update.notices);
        assert_eq!(there.link(), link);
        update
    };
    for bundled in PRESETS {
        let mut page = Page::new();
        page.apply(preset(bundled.id));
        let painted = page.apply(stroke("prediction", &[1.0, 0.5, 30.0, 25.0]));
        assert_same_but_for_steps(&open(&page), &painted);
    }
    for bundled in BATCHES {
        let mut page = Page::new();
        page.apply(json!([{ "kind": "openBatch", "id": bundled.id }]));
        let expected = page.apply(json!([{ "kind": "selectImage", "image": 1 }]));
        assert_same_but_for_steps(&open(&page), &expected);
    }
    let mut page = Page::new();
    for change in changes() {
        let expected = page.apply(change);
        assert_same_but_for_steps(&open(&page), &expected);
    }
}

/// Changes a number or a switch of a state, however deep it lies; nothing if there is none.
fn change_one(state: &mut Value) -> bool {
    state.as_object_mut().into_iter().flatten().any(|(_, value)| match value {
        Value::Object(_) => change_one(value),
        Value::Bool(flag) => {
            *flag = !*flag;
            true
        }
        Value::Number(number) if number.is_f64() => {
            *value = json!(number.as_f64().map(|number| number * 0.5));
            true
        }
        _ => false,
    })
}

#[test]
fn a_surface_of_a_panel_comes_back_with_its_axes() {
    let mut page = Page::new();
    let state = json!({ "surface": true, "x": { "kind": "param", "id": "alpha" }, "y": { "kind": "knob", "knob": "shift" } });
    let set = json!([
        { "kind": "setPanel", "panel": "imbalance" },
        { "kind": "setPanelState", "id": "imbalance", "state": state },
    ]);
    let update = page.apply(set);
    assert!(update.notices.is_empty(), "{:?}", update.notices);
    let mut there = Session::open(None, Some(&page.session.link().fragment), &[]);
    let there = apply(&mut there, json!([]));
    assert!(there.notices.is_empty(), "{:?}", there.notices);
    for update in [&update, &there] {
        for field in ["surface", "x", "y"] {
            assert_eq!(update.document.panels["imbalance"][field], state[field], "{field}");
        }
    }
}

#[test]
fn a_link_opens_every_panel_with_its_state() {
    for panel in PANELS {
        let mut page = Page::new();
        // A number that is not as at first, where the panel has one; else the state as it is.
        let mut state = panel.default_state();
        let changed = change_one(&mut state);
        let update = page.apply(json!([
            { "kind": "setPanel", "panel": panel.id() },
            { "kind": "setPanelState", "id": panel.id(), "state": state },
        ]));
        assert!(update.notices.is_empty(), "{}: {:?}", panel.id(), update.notices);
        assert_eq!(update.document.panel, panel.id());
        let link = page.session.link();
        assert!(link.fragment.starts_with(panel.id()));
        assert_eq!(link.fragment.contains('/'), changed, "{}: {}", panel.id(), link.fragment);
        let mut there = Session::open(None, Some(&link.fragment), &[]);
        let there = apply(&mut there, json!([]));
        assert_same_but_for_steps(&there, &update);
        assert!(there.panel.is_some(), "{}", panel.id());
    }
}

#[test]
fn a_control_that_is_dragged_is_one_step() {
    let mut page = Page::new();
    let before = page.apply(preset("balanced-disc"));
    let drags: [fn(f64) -> Value; 4] = [
        |t| json!([{ "kind": "adjust", "adjustment": { "temperature": 1.0 + t, "bias": 0, "noise": 0, "seed": 1 } }]),
        |t| json!([{ "kind": "setLoss", "id": "focal", "settings": { "gamma": t } }]),
        |t| json!([{ "kind": "softenTruth", "radius": (10.0 * t) as usize }]),
        |t| json!([{ "kind": "setProbability", "x": 3, "y": 4, "class": 1, "prob": t }]),
    ];
    for drag in drags {
        for t in [0.2, 0.5, 0.7] {
            page.apply(drag(t));
        }
        page.apply(json!([{ "kind": "settle" }]));
        let dragged = page.apply(json!([]));
        page.apply(drag(0.9));
        let undone = page.apply(json!([{ "kind": "undo" }]));
        assert_eq!(values(&undone), values(&dragged), "let go of, the next is a step of its own");
        let undone = page.apply(json!([{ "kind": "undo" }]));
        assert_eq!(values(&undone), values(&before));
    }
}

#[test]
fn undo_of_a_scene_brings_back_cards_settings_and_view() {
    let mut page = Page::new();
    page.apply(json!([
        { "kind": "setCards", "cards": ["hinge", "dice"] },
        { "kind": "setLoss", "id": "dice", "settings": { "smooth": 1.0 } },
        { "kind": "softenTruth", "radius": 2 },
    ]));
    let before = page.apply(json!([{ "kind": "settle" }]));
    let facts = page.apply(preset("two-values"));
    assert_eq!(facts.document.cards, ["dice", "jaccard", "cross_entropy"]);
    assert!(facts.document.view.by_probability && facts.document.soft_edges == 0);
    assert!(!facts.document.losses.contains_key("dice"));
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert_eq!(undone.document.view, before.document.view);
    assert_eq!(values(&undone), values(&before));
    assert_eq!((&undone.document.cards, undone.document.soft_edges), (&before.document.cards, 2));
}

#[test]
fn what_is_looked_at_is_no_step() {
    let mut page = Page::new();
    page.apply(preset("rare-class"));
    let steps = page.kept.steps.len();
    let update = page.apply(json!([
        { "kind": "setView", "view": { "scale": "symlog", "byProbability": true, "sharedScale": true, "photo": false,
            "gradientClass": 1, "pinned": { "x": 3, "y": 4 } } },
        { "kind": "setPanel", "panel": PANELS[0].id() },
        { "kind": "setTools", "tools": { "tool": "fill", "erasing": false, "radius": 9, "softness": 0.5,
            "truthClass": 2, "predictionClass": 2, "probability": 0.6 } },
        { "kind": "look", "look": { "theme": "dark", "hovered": { "x": 1, "y": 1 }, "painting": false } },
    ]));
    assert_eq!(page.kept.steps.len(), steps);
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert!(undone.document.view.by_probability, "an undo leaves the view");
    assert_eq!(undone.document.panel, PANELS[0].id());
    assert_eq!(update.document.tools.truth_class, 2);
    assert_eq!(undone.document.tools.truth_class, 1, "a binary scene has no class 2");
    // Classes that the scene has no longer can be painted again at once.
    let painted = page.apply(json!([
        { "kind": "beginStroke", "plane": "truth", "erase": false },
        { "kind": "extendStroke", "points": [5.0, 5.0] },
        { "kind": "endStroke" },
    ]));
    assert!(painted.notices.is_empty(), "{:?}", painted.notices);
}

#[test]
fn a_stroke_that_changes_nothing_is_no_step_and_keeps_what_can_be_redone() {
    let mut page = Page::new();
    page.apply(preset("tiny-lesion"));
    page.apply(stroke("truth", &[40.0, 40.0, 50.0, 50.0]));
    page.apply(json!([{ "kind": "undo" }]));
    let erased = page.apply(json!([
        { "kind": "beginStroke", "plane": "truth", "erase": true },
        { "kind": "extendStroke", "points": [3.0, 3.0, 9.0, 3.0] },
        { "kind": "endStroke" },
    ]));
    assert!(erased.document.can_redo, "there was nothing to erase");
    let cancelled = page.apply(json!([
        { "kind": "beginStroke", "plane": "truth", "erase": false },
        { "kind": "extendStroke", "points": [3.0, 3.0, 9.0, 3.0] },
        { "kind": "cancelStroke" },
    ]));
    assert!(cancelled.document.can_redo);
    let again = page.apply(json!([{ "kind": "redo" }]));
    assert!(!again.document.can_redo);
}

#[test]
fn switching_classes_keeps_cards_and_says_which_classes_are_absent() {
    let mut page = Page::new();
    let before = page.apply(preset("tiny-lesion"));
    let four = page.apply(json!([{ "kind": "setChannels", "channels": 4 }]));
    assert_eq!(four.document.cards, before.document.cards);
    let [notice] = &four.notices[..] else { panic!("{:?}", four.notices) };
    assert!(!notice.refusal && notice.text.contains("classes 2, 3"), "{}", notice.text);
    let back = page.apply(json!([{ "kind": "setChannels", "channels": 1 }]));
    assert_eq!(back.document.cards, before.document.cards);
    assert!(back.notices.is_empty());
    page.apply(json!([{ "kind": "undo" }]));
    let undone = page.apply(json!([{ "kind": "undo" }]));
    assert_eq!(values(&undone), values(&before));
}

/// Its soft edges are those of its own labels, not of today's.
#[test]
fn a_replayed_stroke_is_evaluated_with_the_edges_it_had() {
    let mut page = Page::new();
    page.apply(preset("balanced-disc"));
    page.apply(json!([{ "kind": "softenTruth", "radius": 3 }, { "kind": "settle" }]));
    let before = page.apply(json!([]));
    let after = page.apply(stroke("truth", &[10.0, 10.0, 50.0, 12.0]));
    page.apply(stroke("truth", &[8.0, 50.0, 60.0, 58.0]));
    let replay = |page: &mut Page, moment: f64| {
        let look =
            json!({ "theme": "light", "painting": false, "replay": { "stroke": 1, "moment": moment } });
        page.apply(json!([{ "kind": "look", "look": look }]))
    };
    assert_eq!(values(&replay(&mut page, 0.0)), values(&before));
    assert_eq!(values(&replay(&mut page, 1.0)), values(&after));
    let now = page.apply(json!([{ "kind": "look", "look": { "theme": "light", "painting": false } }]));
    assert_ne!(values(&now), values(&after));
}

#[test]
fn the_protocol_refuses_what_it_does_not_know() {
    let edit = |commands: Value| {
        serde_json::from_value::<lossfield::session::command::Edit>(json!({ "commands": commands }))
    };
    assert!(edit(json!([{ "kind": "undo" }])).is_ok());
    for unknown in [
        json!([{ "kind": "fly" }]),
        json!([{ "kind": "clear", "plane": "truth", "softly": true }]),
        json!([{ "kind": "look", "look": { "theme": "light", "painting": false, "focal": false } }]),
        json!([{ "kind": "setView", "view": { "focal": false } }]),
        json!([{ "kind": "setTools", "tools": { "hammer": true } }]),
    ] {
        assert!(edit(unknown.clone()).is_err(), "{unknown}");
    }
    let mut page = Page::new();
    for refused in [
        json!([{ "kind": "setPanel", "panel": "kitchen" }]),
        json!([{ "kind": "setPanelState", "id": PANELS[0].id(), "state": 7 }]),
        json!([{ "kind": "setCards", "cards": ["no loss"] }]),
        json!([{ "kind": "selectImage", "image": 3 }]),
        json!([{ "kind": "openPreset", "id": "no scene" }]),
    ] {
        let update = page.apply(refused.clone());
        assert!(update.notices.iter().any(|notice| notice.refusal), "{refused}");
        assert!(!update.document.can_undo);
    }
}

#[test]
fn results_know_what_they_are_of() {
    let mut page = Page::new();
    let first = page.apply(preset("tiny-lesion")).provenance;
    let painted = page.apply(stroke("prediction", &[5.0, 5.0, 20.0, 20.0])).provenance;
    assert!(painted.prediction != first.prediction && painted.truth == first.truth);
    let set =
        page.apply(json!([{ "kind": "setLoss", "id": "dice", "settings": { "smooth": 1.0 } }])).provenance;
    assert!(set.losses != painted.losses && set.prediction == painted.prediction);
    let undone = page.apply(json!([{ "kind": "undo" }, { "kind": "undo" }])).provenance;
    assert_eq!(undone, first);
}

#[test]
fn opened_files_are_kept_once_and_refused_ones_not_at_all() {
    let png = |grey: u8| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 20, 20);
        encoder.set_color(png::ColorType::Grayscale);
        let pixels: Vec<u8> = (0..400).map(|i| if i % 20 < 9 { grey } else { 0 }).collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        bytes
    };
    let open = |plane: &str, name: &str, bytes: &[u8]| json!([{ "kind": "open", "plane": plane, "name": name, "bytes": bytes }]);
    let mut page = Page::new();
    let update = page.apply(open("truth", "organ.png", &png(255)));
    assert_eq!((update.scene.title.as_str(), page.rasters.len()), ("organ.png", 2));
    page.apply(open("truth", "organ.png", &png(255)));
    assert_eq!(page.rasters.len(), 2, "the same pixels are kept once");
    let refused = page.apply(open("truth", "notes.png", b"not a picture"));
    assert!(refused.notices.iter().any(|notice| notice.refusal));
    assert_eq!(page.rasters.len(), 2);
    let painted = page.apply(stroke("prediction", &[4.0, 4.0, 12.0, 12.0]));
    assert_same(&apply(&mut page.restarted(), json!([])), &painted);
    assert_eq!(page.session.link().files, ["organ.png"]);

    // The file of the document brings the pixels along; opening it is one step.
    let file = page.session.file().into_bytes();
    let mut elsewhere = Page::new();
    let before = elsewhere.apply(stroke("truth", &[4.0, 4.0, 60.0, 90.0]));
    let opened = elsewhere.apply(open("prediction", "saved.json", &file));
    assert_same_but_for_steps(&opened, &painted);
    assert_eq!(elsewhere.rasters.len(), 2);
    assert_same(&apply(&mut elsewhere.restarted(), json!([])), &opened);
    let undone = elsewhere.apply(json!([{ "kind": "undo" }]));
    assert_eq!(values(&undone), values(&before));
}

#[test]
fn a_link_to_opened_files_says_what_is_missing_and_opens_the_rest() {
    let mut page = Page::new();
    page.apply(json!([{ "kind": "addImage", "what": "copy" }]));
    let bytes = {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 128, 128);
        encoder.set_color(png::ColorType::Grayscale);
        let pixels: Vec<u8> = (0..128 * 128).map(|pixel| if pixel < 4096 { 255 } else { 0 }).collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        bytes
    };
    page.apply(json!([
        { "kind": "open", "plane": "truth", "name": "mine.png", "bytes": bytes },
        { "kind": "setLoss", "id": "focal", "settings": { "gamma": 1.5 } },
    ]));
    let mut there = Session::open(None, Some(&page.session.link().fragment), &[]);
    let update = apply(&mut there, json!([]));
    assert_eq!(update.strip.images.len(), 1);
    assert_eq!(update.document.losses["focal"].settings["gamma"], 1.5.into());
    assert!(update.notices.iter().any(|notice| notice.text.contains("“mine.png”")), "{:?}", update.notices);
}

#[test]
fn links_of_every_version_open_as_they_did() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/links");
    let mut links = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of links") {
        let path = entry.unwrap().path();
        let stored: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut session = Session::open(None, stored["fragment"].as_str(), &[]);
        let update = apply(&mut session, json!([]));
        assert!(update.notices.is_empty(), "{}: {:?}", path.display(), update.notices);
        for (id, expected) in stored["values"].as_object().unwrap() {
            let (found, expected) = (value(&update, id), expected.as_f64().unwrap());
            // As close as another libm comes.
            assert!(
                (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                "{}: {id} is {found}",
                path.display()
            );
        }
        assert_eq!(update.cards.len(), stored["values"].as_object().unwrap().len());
        links += 1;
    }
    assert!(links >= 4, "{links}");
}
