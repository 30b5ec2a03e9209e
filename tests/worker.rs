//! The engine where it runs on the page: a dedicated worker of a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that panics fails, as it should")]

use js_sys::{ArrayBuffer, JSON, Reflect, Uint8ClampedArray};
use lossfield::wasm::{Engine, catalogue};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn js(json: &str) -> JsValue {
    JSON::parse(json).expect("JSON")
}

fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, key| Reflect::get(&object, &key.into()).expect(key))
}

#[wasm_bindgen_test]
fn an_edit_gives_numbers_and_pixels() {
    let mut engine = Engine::new();
    let reply = engine
        .apply(js(r#"{"commands": [{"kind": "openPreset", "id": "balanced-disc", "side": 64}]}"#), None)
        .unwrap();
    let value = get(&reply, "frame.cards.0.value").as_f64().unwrap();
    assert!(value > 0.0 && value.is_finite());
    let heatmap: Uint8ClampedArray = get(&reply, "heatmaps.0").dyn_into().unwrap();
    assert_eq!(heatmap.length(), 4 * 64 * 64);
    assert!(get(&reply, "order").is_undefined());
}

#[wasm_bindgen_test]
fn pixels_are_written_into_a_spare_buffer_that_fits() {
    let mut engine = Engine::new();
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
    let mut engine = Engine::new();
    let reply = engine
        .apply(
            js(
                r#"{"commands": [{"kind": "openPreset", "id": "balanced-disc", "side": 64}, {"kind": "show", "view": {
                "theme": "dark", "scale": "symlog", "sharedScale": true, "photo": true, "contributions": true,
                "panel": {"kind": "lovasz", "error": "hinge", "channel": 0}}}]}"#,
            ),
            None,
        )
        .unwrap();
    let errors: js_sys::Float32Array = get(&reply, "order.errors").dyn_into().unwrap();
    let pixels: js_sys::Uint32Array = get(&reply, "order.pixels").dyn_into().unwrap();
    assert_eq!((errors.length(), pixels.length()), (64 * 64, 64 * 64));
    assert!(errors.get_index(0) >= errors.get_index(1));

    let weights = r#"{"commands": [{"kind": "show", "view": {
        "panel": {"kind": "lovasz", "error": "hinge", "channel": 0, "part": "weights"}}}]}"#;
    let reply = engine.apply(js(weights), None).unwrap();
    assert!(get(&reply, "order").is_undefined(), "a part that is not drawn from the sort does without it");
    let stills: Uint8ClampedArray = get(&reply, "stills").dyn_into().unwrap();
    assert_eq!(stills.length(), 2 * 4 * 64 * 64);
}

#[wasm_bindgen_test]
fn files_travel_as_bytes() {
    let mut engine = Engine::new();
    let edit = js(r#"{"commands": [{"kind": "openTruth", "name": "notes.txt"}]}"#);
    let bytes = js_sys::Uint8Array::from(b"not a picture".as_slice());
    Reflect::set(&get(&edit, "commands.0"), &"bytes".into(), &bytes).unwrap();
    let reply = engine.apply(edit, None).unwrap();
    assert!(get(&reply, "frame.notices.0.text").as_string().unwrap().contains("notes.txt"));
}

#[wasm_bindgen_test]
fn what_is_no_edit_is_refused_and_the_engine_lives_on() {
    let mut engine = Engine::new();
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
