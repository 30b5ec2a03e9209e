//! The browser's door: the only file that says `wasm_bindgen`. It converts, calls and converts back.
//!
//! The worker holds an [`Engine`]; the page has an instance of the same module for what must be drawn where the DOM
//! is: charts, legends and colours.

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect, Uint8Array, Uint8ClampedArray, Uint32Array};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters_canvas::CanvasBackend;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::paint::chart::{self, ChartStyle, FocalChart, LovaszChart};
use crate::paint::{Theme, heatmap};
use crate::session::Session;
use crate::session::catalogue::Catalogue;
use crate::study::lovasz::Order;

#[wasm_bindgen(typescript_custom_section)]
const REPLY: &str = r#"
/** A frame with its pixels: RGBA of the scene's size, views of one buffer. */
export interface Reply {
  frame: Frame;
  truth: Uint8ClampedArray;
  prediction: Uint8ClampedArray;
  /** One for each card. */
  heatmaps: Uint8ClampedArray[];
  /** The Lovász sort by rank, if its panel is open. */
  order?: LovaszOrder;
}
export interface LovaszOrder {
  errors: Float32Array;
  increments: Float32Array;
  /** Index of the pixel, row by row. */
  pixels: Uint32Array;
  foreground: Uint8Array;
}
"#;

/// Sends panics to the console, so that a trap says where it came from.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
}

/// What there is: losses and scenes.
#[wasm_bindgen(unchecked_return_type = "Catalogue")]
pub fn catalogue() -> Result<JsValue, JsError> {
    to_js(&Catalogue::new())
}

/// The session of a worker.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Engine {
    session: Session,
}

#[wasm_bindgen]
impl Engine {
    /// With the default scene.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries out an edit and says what the page shows then.
    ///
    /// `spare` is the buffer of a reply that is no longer shown; if it fits, the pixels are written into it. Fresh
    /// memory for megabytes of pixels, a frame, costs about as long as computing them.
    #[wasm_bindgen(unchecked_return_type = "Reply")]
    pub fn apply(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Edit")] edit: JsValue,
        spare: Option<ArrayBuffer>,
    ) -> Result<JsValue, JsError> {
        let frame = self.session.apply(from_js(edit)?);
        let reply = Object::new();
        set(&reply, "frame", &to_js(&frame)?)?;
        let pixels = pixels_to_js(frame.pictures.bytes(), spare);
        let one = frame.pictures.bytes_of_one() as u32;
        let picture = |i: u32| pixels.subarray(i * one, (i + 1) * one);
        set(&reply, "truth", &picture(0))?;
        set(&reply, "prediction", &picture(1))?;
        let heatmaps = 0..frame.pictures.heatmaps().count() as u32;
        set(&reply, "heatmaps", &heatmaps.map(|i| picture(2 + i)).collect::<Array>())?;
        if let Some(lovasz) = &frame.lovasz {
            let order = order_to_js(&lovasz.order)?;
            set(&reply, "order", &order)?;
        }
        Ok(reply.into())
    }

    /// Carries out an edit and shows nothing: for edits that are replayed after a restart.
    pub fn replay(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Edit")] edit: JsValue,
    ) -> Result<(), JsError> {
        self.session.edit(from_js(edit)?);
        Ok(())
    }
}

/// Colours of the classes as CSS, class 0 first.
#[wasm_bindgen(js_name = classColours)]
pub fn class_colours(
    #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
) -> Result<Vec<String>, JsError> {
    let theme: Theme = from_js(theme)?;
    Ok(theme.classes().iter().map(|[r, g, b]| format!("rgb({r} {g} {b})")).collect())
}

/// One row of RGBA: the colours of all heatmaps, from the most negative to the most positive gradient.
#[wasm_bindgen(js_name = legendPixels)]
pub fn legend_pixels(
    #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
    width: usize,
) -> Result<Uint8ClampedArray, JsError> {
    Ok(Uint8ClampedArray::from(heatmap::legend(from_js(theme)?, width).as_slice()))
}

/// The charts of the focal loss.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FocalPlot {
    chart: FocalChart,
}

#[wasm_bindgen]
impl FocalPlot {
    /// For these parameters (no α: a weight of 1 everywhere), over shares of pixels by bin of `p_t`.
    #[wasm_bindgen(constructor)]
    pub fn new(gamma: f64, alpha: Option<f64>, foreground: Vec<f64>, background: Vec<f64>) -> Self {
        let (histogram_foreground, histogram_background) = (foreground, background);
        Self { chart: FocalChart { gamma, alpha, histogram_foreground, histogram_background } }
    }

    /// Draws loss and gradient against `p_t`, each filling its canvas. `scale` is device pixels for one of the page.
    pub fn draw(
        &self,
        loss: HtmlCanvasElement,
        gradient: HtmlCanvasElement,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
        scale: f64,
    ) -> Result<(), JsError> {
        let style = ChartStyle { theme: from_js(theme)?, scale };
        chart::draw_focal_curves(&area(loss)?, &self.chart, &style).map_err(drawing_failed)?;
        chart::draw_focal_gradient(&area(gradient)?, &self.chart, &style).map_err(drawing_failed)
    }
}

/// The charts of a Lovász sort.
#[wasm_bindgen]
#[derive(Debug)]
pub struct LovaszPlot {
    chart: LovaszChart,
}

#[wasm_bindgen]
impl LovaszPlot {
    /// From the sort that a `Reply` carries.
    #[wasm_bindgen(constructor)]
    pub fn new(
        errors: Vec<f32>,
        increments: Vec<f32>,
        foreground: &[u8],
        value: f64,
        error_name: String,
    ) -> Self {
        let foreground = foreground.iter().map(|&side| side != 0).collect();
        Self { chart: LovaszChart { errors, increments, foreground, highlight: None, value, error_name } }
    }

    /// Draws errors by rank, and the loss as an area, with a mark at one rank.
    pub fn draw(
        &mut self,
        ranks: HtmlCanvasElement,
        area_under: HtmlCanvasElement,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
        scale: f64,
        highlight: Option<usize>,
    ) -> Result<(), JsError> {
        let style = ChartStyle { theme: from_js(theme)?, scale };
        self.chart.highlight = highlight;
        chart::draw_lovasz_ranks(&area(ranks)?, &self.chart, &style).map_err(drawing_failed)?;
        chart::draw_lovasz_area(&area(area_under)?, &self.chart, &style).map_err(drawing_failed)
    }

    /// The rank at a position on the first chart, in pixels of its canvas.
    #[wasm_bindgen(js_name = rankAt)]
    pub fn rank_at(&self, x: f64, width: u32, height: u32, scale: f64) -> Option<usize> {
        chart::rank_at(x, (width, height), &self.chart, &Self::geometry(scale))
    }

    /// The rank at a position on the second chart, in pixels of its canvas.
    #[wasm_bindgen(js_name = rankAtArea)]
    pub fn rank_at_area(&self, x: f64, width: u32, height: u32, scale: f64) -> Option<usize> {
        chart::rank_at_area(x, (width, height), &self.chart, &Self::geometry(scale))
    }

    /// Where a chart lies does not depend on its theme.
    fn geometry(scale: f64) -> ChartStyle {
        ChartStyle { theme: Theme::Light, scale }
    }
}

fn area(canvas: HtmlCanvasElement) -> Result<DrawingArea<CanvasBackend, plotters::coord::Shift>, JsError> {
    let backend = CanvasBackend::with_canvas_object(canvas)
        .ok_or_else(|| JsError::new("This canvas gives no 2D context."))?;
    Ok(backend.into_drawing_area())
}

fn drawing_failed(
    error: plotters::drawing::DrawingAreaErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>,
) -> JsError {
    JsError::new(&format!("A chart could not be drawn: {error}"))
}

fn pixels_to_js(bytes: &[u8], spare: Option<ArrayBuffer>) -> Uint8ClampedArray {
    let length = bytes.len() as u32;
    let pixels = match spare {
        Some(spare) if spare.byte_length() == length => Uint8ClampedArray::new(&spare),
        _ => Uint8ClampedArray::new_with_length(length),
    };
    pixels.copy_from(bytes);
    pixels
}

fn order_to_js(order: &Order) -> Result<Object, JsError> {
    let js = Object::new();
    set(&js, "errors", &Float32Array::from(order.errors.as_slice()))?;
    set(&js, "increments", &Float32Array::from(order.increments.as_slice()))?;
    set(&js, "pixels", &Uint32Array::from(order.pixels.as_slice()))?;
    let foreground: Vec<u8> = order.foreground.iter().map(|&side| u8::from(side)).collect();
    set(&js, "foreground", &Uint8Array::from(foreground.as_slice()))?;
    Ok(js)
}

fn set(object: &Object, key: &str, value: &JsValue) -> Result<(), JsError> {
    Reflect::set(object, &key.into(), value)
        .map_err(|_| JsError::new("An object took no property."))
        .map(drop)
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsError> {
    // Maps by name are plain objects there.
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    Ok(value.serialize(&serializer)?)
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsError> {
    Ok(serde_wasm_bindgen::from_value(value)?)
}
