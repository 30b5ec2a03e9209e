//! The engine where it runs on the page: a dedicated worker of a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that panics fails, as it should")]

use js_sys::{ArrayBuffer, JSON, Reflect, Uint8ClampedArray};
use lossfield::wasm::{
    Engine, Laboratory, PairEvaluator, ZipFile, ask, catalogue, pairs_of, preview_of_pair,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn js(json: &str) -> JsValue {
    JSON::parse(json).expect("JSON")
}

fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, key| Reflect::get(&object, &key.into()).expect(key))
}

fn new_engine() -> Engine {
    Engine::new(JsValue::UNDEFINED, None, Vec::new()).unwrap()
}

#[wasm_bindgen_test]
fn an_edit_gives_numbers_and_pixels() {
    let mut engine = new_engine();
    let reply = engine
        .apply(js(r#"{"commands": [{"kind": "openPreset", "id": "balanced-disc", "side": 64}]}"#), None)
        .unwrap();
    let value = get(&reply, "frame.cards.0.value").as_f64().unwrap();
    assert!(value > 0.0 && value.is_finite());
    let heatmap: Uint8ClampedArray = get(&reply, "heatmaps.0").dyn_into().unwrap();
    assert_eq!(heatmap.length(), 4 * 64 * 64);
    assert!(get(&reply, "panel").is_undefined(), "none is open");
}

#[wasm_bindgen_test]
fn pixels_are_written_into_a_spare_buffer_that_fits() {
    let mut engine = new_engine();
    let open = |side: u32| {
        js(&format!(r#"{{"commands": [{{"kind": "openPreset", "id": "balanced-disc", "side": {side}}}]}}"#))
    };
    let buffer = |reply: &JsValue| -> ArrayBuffer { get(reply, "truth.buffer").dyn_into().unwrap() };
    let first = engine.apply(open(64), None).unwrap();
    let again = engine.apply(open(64), Some(buffer(&first))).unwrap();
    assert!(buffer(&first) == buffer(&again));
    let larger = engine.apply(open(96), Some(buffer(&again))).unwrap();
    assert!(buffer(&again) != buffer(&larger));
    let heatmap: Uint8ClampedArray = get(&larger, "heatmaps.1").dyn_into().unwrap();
    assert_eq!((heatmap.length(), heatmap.byte_offset()), (4 * 96 * 96, 3 * 4 * 96 * 96));
}

#[wasm_bindgen_test]
fn the_lovasz_sort_travels_as_typed_arrays() {
    let mut engine = new_engine();
    let reply = engine
        .apply(
            js(r#"{"commands": [{"kind": "openPreset", "id": "balanced-disc", "side": 64},
                {"kind": "setPanel", "panel": "lovasz"},
                {"kind": "setPanelState", "id": "lovasz", "state": {"error": "hinge", "channel": 0}}]}"#),
            None,
        )
        .unwrap();
    let errors: js_sys::Float32Array = get(&reply, "panel.arrays.errors").dyn_into().unwrap();
    let pixels: js_sys::Uint32Array = get(&reply, "panel.arrays.pixels").dyn_into().unwrap();
    assert_eq!((errors.length(), pixels.length()), (64 * 64, 64 * 64));
    assert!(errors.get_index(0) >= errors.get_index(1));

    let weights = r#"{"commands": [{"kind": "setPanelState", "id": "lovasz",
        "state": {"error": "hinge", "channel": 0, "part": "weights"}}]}"#;
    let reply = engine.apply(js(weights), None).unwrap();
    let arrays = get(&reply, "panel.arrays");
    assert!(get(&arrays, "errors").is_undefined(), "a part that is not drawn from the sort does without it");
    let stills: Uint8ClampedArray = get(&reply, "panel.pixels").dyn_into().unwrap();
    assert_eq!(stills.length(), 2 * 4 * 64 * 64);
}

#[wasm_bindgen_test]
fn files_travel_as_bytes() {
    let mut engine = new_engine();
    let edit = js(r#"{"commands": [{"kind": "open", "plane": "truth", "name": "notes.txt"}]}"#);
    let bytes = js_sys::Uint8Array::from(b"not a picture".as_slice());
    Reflect::set(&get(&edit, "commands.0"), &"bytes".into(), &bytes).unwrap();
    let reply = engine.apply(edit, None).unwrap();
    assert!(get(&reply, "frame.notices.0.text").as_string().unwrap().contains("notes.txt"));
}

/// A worker that takes over opens what was kept, and a link opens the same elsewhere.
#[wasm_bindgen_test]
fn a_new_engine_goes_on_with_what_was_kept() {
    let mut engine = new_engine();
    let edit = r#"{"commands": [{"kind": "openPreset", "id": "tiny-lesion", "side": 64},
        {"kind": "beginStroke", "plane": "prediction", "erase": false},
        {"kind": "extendStroke", "points": [10, 10, 40, 30]}, {"kind": "endStroke"}]}"#;
    let first = engine.apply(js(edit), None).unwrap();
    let value = |reply: &JsValue| get(reply, "frame.cards.0.value").as_f64().unwrap();
    let kept = get(&first, "frame.kept");
    let with = |key: &str| (JsValue::from(key), get(&kept, key));
    let taken = js("{}");
    for (key, value) in ["opening", "steps", "at", "lookedAt"].map(with) {
        Reflect::set(&taken, &key, &value).unwrap();
    }
    let mut again = Engine::new(taken, None, Vec::new()).unwrap();
    let again = again.apply(js(r#"{"commands": []}"#), None).unwrap();
    assert!(value(&again).to_bits() == value(&first).to_bits());
    let fragment = get(&engine.link().unwrap(), "fragment").as_string();
    let mut there = Engine::new(JsValue::UNDEFINED, fragment, Vec::new()).unwrap();
    let there = there.apply(js(r#"{"commands": []}"#), None).unwrap();
    assert!(value(&there).to_bits() == value(&first).to_bits());
}

#[wasm_bindgen_test]
fn what_is_no_edit_is_refused_and_the_engine_lives_on() {
    let mut engine = new_engine();
    let refusal = engine.apply(js(r#"{"commands": [{"kind": "explode"}]}"#), None).unwrap_err();
    assert_eq!(get(&refusal, "name").as_string().unwrap(), "Refusal");
    assert!(get(&refusal, "message").as_string().unwrap().contains("explode"));
    assert!(engine.apply(js(r#"{"commands": []}"#), None).is_ok());
}

#[wasm_bindgen_test]
fn the_catalogue_is_told() {
    let catalogue = catalogue().unwrap();
    assert_eq!(get(&catalogue, "losses.0.id").as_string().unwrap(), "cross_entropy");
    assert!(get(&catalogue, "losses.0.formulas.0.tex").as_string().unwrap().contains("\\log"));
    assert_eq!(get(&catalogue, "panels.0.state.loss").as_string().unwrap(), "dice");
}

/// A state is written by one instance of the module and read by others.
#[wasm_bindgen_test]
fn every_panel_makes_a_report_and_an_experiment_of_its_own_state() {
    let mut engine = new_engine();
    let panels: js_sys::Array = get(&catalogue().unwrap(), "panels").dyn_into().unwrap();
    assert!(panels.length() > 0);
    for panel in panels.iter() {
        let id = get(&panel, "id");
        let edit = js(r#"{"commands": [{"kind": "setPanel"}, {"kind": "setPanelState"}]}"#);
        Reflect::set(&get(&edit, "commands.0"), &"panel".into(), &id).unwrap();
        let question = js("{}");
        for key in ["id", "state"] {
            Reflect::set(&get(&edit, "commands.1"), &key.into(), &get(&panel, key)).unwrap();
            Reflect::set(&question, &key.into(), &get(&panel, key)).unwrap();
        }
        let reply = engine.apply(edit, None).unwrap();
        assert_eq!(get(&reply, "panel.report.panel"), id, "{id:?}");
        if let Ok(mut laboratory) = Laboratory::new(engine.snapshot().unwrap(), question) {
            laboratory.advance().unwrap();
            assert_eq!(get(&laboratory.report(None).unwrap(), "report.panel"), id, "{id:?}");
        }
    }
}

/// Native tests hold every loss against the reference libraries; this one holds wasm's arithmetic against them too.
#[wasm_bindgen_test]
fn wasm_agrees_with_pytorch() {
    use lossfield::field::Field;
    use lossfield::loss::{Loss, cross_entropy::CrossEntropy};
    use ndarray::{Array3, Array4};

    let file: serde_json::Value =
        serde_json::from_str(include_str!("golden/multi3_10x12.json")).expect("a golden file");
    let numbers = |key: &str| -> Vec<f64> {
        file[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let logits =
        Array4::from_shape_vec((1, 3, 10, 12), numbers("logits").iter().map(|&z| z as f32).collect())
            .unwrap();
    let labels =
        Array3::from_shape_vec((1, 10, 12), numbers("labels").iter().map(|&y| y as u8).collect()).unwrap();
    let case = file["cases"]
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["loss"] == "cross_entropy" && case["args"].as_object().unwrap().is_empty())
        .expect("plain cross-entropy");
    let field = Field::new(logits.view(), labels.view(), None).unwrap();
    let value = CrossEntropy::default().evaluate(&field, None);
    assert!((value - case["value"].as_f64().unwrap()).abs() < 1e-6, "{value}");
}

/// A pair of files of text, as the page hands it over.
fn pair(truth: &str, prediction: &str) -> JsValue {
    let pair = js(r#"{"name": "a", "truth": {"name": "a_gt.csv"}, "prediction": {"name": "a_pred.csv"}}"#);
    for (plane, text) in [("truth", truth), ("prediction", prediction)] {
        let bytes = js_sys::Uint8Array::from(text.as_bytes());
        Reflect::set(&get(&pair, plane), &"bytes".into(), &bytes).unwrap();
    }
    pair
}

#[wasm_bindgen_test]
fn a_pair_of_a_set_is_evaluated_and_asked_about() {
    let engine = new_engine();
    let settings = engine.set_settings().unwrap();
    let mut evaluator = PairEvaluator::new(settings, js("[]")).unwrap();
    let half = "0.5,0.5,0.5\n0.5,0.5,0.5\n";
    let result = evaluator.row(pair("1,0,0\n1,0,0\n", half)).unwrap();
    let numbers = get(&result, "row.outcome.numbers");
    let value = get(&numbers, "losses.cross_entropy").as_f64().unwrap();
    assert!((value - std::f64::consts::LN_2).abs() < 1e-9, "{value}");
    assert_eq!(get(&numbers, "width").as_f64(), Some(3.0));
    assert_eq!(get(&result, "facts.counted").as_f64(), Some(6.0));

    // The row and its facts are questions of the page from there on.
    let question = js(r#"{"kind": "report", "most": 10}"#);
    Reflect::set(&question, &"rows".into(), &js_sys::Array::of1(&get(&result, "row"))).unwrap();
    let conditions = get(&engine.set_settings().unwrap(), "conditions");
    Reflect::set(&question, &"conditions".into(), &conditions).unwrap();
    let report = ask("set", JsValue::UNDEFINED, question).unwrap();
    assert_eq!(get(&report, "details.rows.0.cells.0").as_string().unwrap(), "a");

    let trimap = || pair("1,2,3\n1,2,3\n", half);
    let asked = evaluator.row(trimap()).unwrap();
    assert_eq!(get(&asked, "row.outcome.kind").as_string().unwrap(), "asked");
    let request = r#"{"plane": "truth", "name": "a_gt.csv", "remembered": [], "theme": "light"}"#;
    let preview = preview_of_pair(trimap(), js(request)).unwrap();
    // As three classes the prediction of two would be asked about next.
    let choice = get(&preview, "reading.alternatives.1.choice");
    assert_eq!(
        get(&preview, "reading.alternatives.1.label").as_string().unwrap(),
        "1 is the foreground, all else background"
    );
    let remembered = js_sys::Array::of2(&get(&preview, "reading.shapeKey"), &choice);
    evaluator.remember(js_sys::Array::of1(&remembered).into()).unwrap();
    let answered = evaluator.row(trimap()).unwrap();
    assert_eq!(get(&answered, "row.outcome.kind").as_string().unwrap(), "measured");

    let damaged = evaluator.row(pair("", half)).unwrap();
    assert!(
        get(&damaged, "row.outcome.reason").as_string().unwrap().starts_with("a_gt.csv: found an empty file")
    );
    let pairs = pairs_of(vec!["a_gt.csv".into(), "a_pred.csv".into(), "b.csv".into()]).unwrap();
    assert_eq!(get(&pairs, "pairs.0.prediction").as_f64(), Some(1.0));
    assert_eq!(get(&pairs, "leftOver.0.name").as_string().unwrap(), "b.csv");
}

#[wasm_bindgen_test]
fn a_zip_is_read_by_slices() {
    use std::io::Write;

    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("d/a.png", vec![7; 300_000]), ("d/b.png", b"second".to_vec())] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    let bytes = js_sys::Uint8Array::from(writer.finish().unwrap().get_ref().as_slice());
    let slice = js_sys::Function::new_with_args("from, to", "return this.subarray(from, to)").bind0(&bytes);
    let mut zip = ZipFile::new("set.zip", f64::from(bytes.length()), slice.clone()).unwrap();
    assert_eq!(zip.names(), ["d/a.png", "d/b.png"]);
    assert_eq!(zip.unpack(1).unwrap(), b"second");
    assert_eq!(zip.unpack(0).unwrap(), vec![7; 300_000]);
    let refusal = zip.unpack(2).unwrap_err();
    assert_eq!(get(&refusal, "name").as_string().unwrap(), "Refusal");
    assert!(ZipFile::new("set.zip", 20.0, slice).is_err());
}
