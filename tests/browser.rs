//! What is drawn on the page, on real canvases of a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that panics fails, as it should")]

use lossfield::wasm::{ChartView, LovaszPlot, class_colours, focal_dragged, legend_pixels};
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
    let settings = js_sys::JSON::parse(r#"{"balanced": false}"#).unwrap();
    let loss = 0.4 * 0.4 * -(0.6f64.ln());
    assert_eq!(focal_dragged(settings.clone(), "gamma", 0.6, loss).unwrap(), Some(2.0));
    assert_eq!(focal_dragged(settings, "alpha", 0.6, loss).unwrap(), None);
    assert!(focal_dragged("mauve".into(), "gamma", 0.6, loss).is_err());
}

#[wasm_bindgen_test]
fn lovasz_charts_are_drawn_and_pointed_at() {
    let errors: Vec<f32> = (0..100u8).map(|rank| 2.0 - 0.02 * f32::from(rank)).collect();
    let increments = vec![0.01; 100];
    let foreground: Vec<u8> = (0..100).map(|rank| rank % 2).collect();
    let mut plot = LovaszPlot::new(errors, increments, &foreground, 1.0, "hinge error".into());
    let (ranks, area) = (canvas(), canvas());
    plot.draw(ranks.clone(), area.clone(), "light".into(), 1.0, Some(7)).unwrap();
    assert!(colours(&ranks) > 10 && colours(&area) > 10);
    let middle = f64::from(WIDTH) / 2.0;
    assert!(plot.rank_at(middle, WIDTH, HEIGHT, 1.0).is_some_and(|rank| rank > 20 && rank < 80));
    assert!(plot.rank_at_area(middle, WIDTH, HEIGHT, 1.0).is_some_and(|rank| rank > 20 && rank < 80));
    assert!(plot.rank_at(-5.0, WIDTH, HEIGHT, 1.0).is_none());
}

#[wasm_bindgen_test]
fn colours_are_told() {
    assert_ne!(class_colours("light".into()).unwrap(), class_colours("dark".into()).unwrap());
    assert_eq!(legend_pixels("dark".into(), 256).unwrap().length(), 4 * 256);
    assert!(legend_pixels("mauve".into(), 256).is_err());
}
