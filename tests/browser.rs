//! What is drawn on the page, on real canvases of a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that panics fails, as it should")]

use lossfield::wasm::{ChartView, LovaszPlot, ask, class_colours, legend_pixels};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

wasm_bindgen_test_configure!(run_in_browser);

const WIDTH: u32 = 480;
const HEIGHT: u32 = 300;

fn canvas() -> HtmlCanvasElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let canvas: HtmlCanvasElement = document.create_element("canvas").unwrap().dyn_into().unwrap();
    canvas.set_width(WIDTH);
    canvas.set_height(HEIGHT);
    canvas
}

/// How many different colours are on a canvas.
fn colours(canvas: &HtmlCanvasElement) -> usize {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().dyn_into().unwrap();
    let pixels = context.get_image_data(0.0, 0.0, f64::from(WIDTH), f64::from(HEIGHT)).unwrap().data();
    let mut colours: Vec<&[u8]> = pixels.chunks(4).collect();
    colours.sort_unstable();
    colours.dedup();
    colours.len()
}

#[wasm_bindgen_test]
fn a_chart_of_data_is_drawn_and_its_handle_is_taken_and_dragged() {
    let chart = r#"{"kind": "plot", "title": "t", "right": null, "rules": [],
        "x": {"name": "p", "from": 0, "to": 1, "spread": "linear"},
        "y": {"name": "loss", "from": 0, "to": 5, "spread": "linear"},
        "series": [{"name": "a", "ink": "strong", "mark": "line", "points": [[0, 5], [0.4, 2], [1, 0]],
            "side": "left", "tag": null, "width": null, "pale": false}],
        "handles": [{"id": "gamma", "label": "γ", "at": [0.4, 2], "ink": "strong"}]}"#;
    let view = ChartView::new(js_sys::JSON::parse(chart).unwrap()).unwrap();
    for theme in ["light", "dark"] {
        let canvas = canvas();
        view.draw(canvas.clone(), theme.into(), 1.0, JsValue::UNDEFINED).unwrap();
        assert!(colours(&canvas) > 20, "{theme}: the chart is blank");
    }
    let within =
        (0..WIDTH).find_map(|x| view.handle_at(f64::from(x), 0.55 * f64::from(HEIGHT), WIDTH, HEIGHT, 1.0));
    assert_eq!(within.as_deref(), Some("gamma"));
}

#[wasm_bindgen_test]
fn a_panel_is_asked_where_the_page_stands() {
    let question = |handle: &str| {
        let at = [0.6, 0.4 * 0.4 * -(0.6f64.ln())];
        let question =
            format!(r#"{{"settings": {{"balanced": false}}, "handle": "{handle}", "at": {at:?}}}"#);
        js_sys::JSON::parse(&question).unwrap()
    };
    let answer = |question: JsValue| ask("focal", JsValue::UNDEFINED, question);
    let details = |report: JsValue| js_sys::Reflect::get(&report, &"details".into()).unwrap();
    assert_eq!(details(answer(question("gamma")).unwrap()).as_f64(), Some(2.0));
    assert!(details(answer(question("alpha")).unwrap()).is_undefined());
    assert!(answer("mauve".into()).is_err());
    assert!(ask("mauve", JsValue::UNDEFINED, JsValue::UNDEFINED).is_err());
}

#[wasm_bindgen_test]
fn lovasz_charts_are_drawn_pointed_at_and_played() {
    let order = js_sys::Object::new();
    let set = |key: &str, list: &JsValue| js_sys::Reflect::set(&order, &key.into(), list).unwrap();
    let errors: Vec<f32> = (0..100u8).map(|rank| 2.0 - 0.02 * f32::from(rank)).collect();
    set("errors", &js_sys::Float32Array::from(errors.as_slice()));
    set("increments", &js_sys::Float32Array::from([0.01; 100].as_slice()));
    set("pixels", &js_sys::Uint32Array::from((0..100).rev().collect::<Vec<u32>>().as_slice()));
    let foreground: Vec<u8> = (0..100).map(|rank| rank % 2).collect();
    set("foreground", &js_sys::Uint8Array::from(foreground.as_slice()));
    let plot = LovaszPlot::new(order.into(), 1.0, "hinge".into(), 10, 10).unwrap();
    let middle = f64::from(WIDTH) / 2.0;
    for chart in [plot.ranks(), plot.area()] {
        let canvas = canvas();
        chart.draw(canvas.clone(), "light".into(), 1.0, JsValue::UNDEFINED).unwrap();
        assert!(colours(&canvas) > 10, "{} is blank", chart.title());
        let read = |x: f64| chart.hover(x, 100.0, WIDTH, HEIGHT, 1.0).unwrap();
        let at: js_sys::Array =
            js_sys::Reflect::get(&read(middle), &"at".into()).unwrap().dyn_into().unwrap();
        assert!(at.get(0).as_f64().is_some_and(|rank| rank > 20.0 && rank < 80.0));
        assert!(read(-5.0).is_undefined());
        let table = chart.table(7).unwrap();
        assert_eq!(js_sys::Reflect::get(&table, &"total".into()).unwrap().as_f64(), Some(100.0));
    }
    assert_eq!(plot.steps(), 20 + 100);
    assert_eq!((&*plot.jaccard_at(20.0), &*plot.jaccard_at(45.0)), ("0", "0.2500"));
    for chart in [plot.row_at(10.0), plot.staircase_at(45.0), plot.close_up_at(45.0)] {
        let canvas = canvas();
        chart.draw(canvas.clone(), "dark".into(), 1.0, JsValue::UNDEFINED).unwrap();
        assert!(colours(&canvas) > 5, "{} is blank", chart.title());
    }
    assert_eq!(plot.picture_at(45.0, "light".into()).unwrap().length(), 400);
}

#[wasm_bindgen_test]
fn colours_are_told() {
    assert_ne!(class_colours("light".into()).unwrap(), class_colours("dark".into()).unwrap());
    assert_eq!(legend_pixels("dark".into(), 256).unwrap().length(), 4 * 256);
    assert!(legend_pixels("mauve".into(), 256).is_err());
}
