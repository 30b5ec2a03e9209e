//! The browser's door: the only folder that says `wasm_bindgen`. It converts, calls and converts back.
//!
//! One worker holds an [`Engine`], another a [`Laboratory`]; the page has an instance of the same module for what must
//! be drawn where the DOM is: [charts](ChartView), legends and colours.

mod advisor;
mod charts;
mod laboratory;
mod lovasz;
mod refusal;

pub use advisor::advice;
pub use charts::{ChartView, TableText, focal_dragged};
pub use laboratory::Laboratory;
pub use lovasz::LovaszPlot;

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect, Uint8Array, Uint8ClampedArray, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::paint::{Theme, heatmap};
use crate::session::catalogue::Catalogue;
use crate::session::{self, Session};
use crate::study::lovasz::Order;
use refusal::Refusal;

#[wasm_bindgen(typescript_custom_section)]
const REPLY: &str = r#"
/** A frame with its pixels: RGBA of the scene's size, views of one buffer. */
export interface Reply {
  frame: Frame;
  truth: Uint8ClampedArray;
  prediction: Uint8ClampedArray;
  /** One for each card. */
  heatmaps: Uint8ClampedArray[];
  /** The Lovász sort by rank, where the open part of its panel is drawn from it. */
  order?: LovaszOrder;
  /** RGBA of the panel's stills, one after the other, if it has any. */
  stills?: Uint8ClampedArray;
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
pub fn catalogue() -> Result<JsValue, JsValue> {
    to_js(&Catalogue::new())
}

/// Id of the panel that a trap interrupted; nothing if none was being worked out. It holds after a trap, when an
/// [`Engine`] is of no more use, and needs a few bytes of memory.
#[wasm_bindgen(js_name = panelAtWork)]
pub fn panel_at_work() -> Option<String> {
    session::panel_at_work().map(Into::into)
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
    ) -> Result<JsValue, JsValue> {
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
        if let Some(order) = frame.lovasz.as_ref().and_then(|lovasz| lovasz.order.as_ref()) {
            set(&reply, "order", &order_to_js(order)?.into())?;
        }
        if let Some(panel) = frame.panel.as_ref().filter(|panel| !panel.pixels.is_empty()) {
            set(&reply, "stills", &Uint8ClampedArray::from(panel.pixels.as_slice()))?;
        }
        Ok(reply.into())
    }

    /// The scene and the losses on show, for a [`Laboratory`]. None while nothing has been shown yet.
    #[wasm_bindgen(unchecked_return_type = "Specimen")]
    pub fn specimen(&mut self) -> Result<JsValue, JsValue> {
        laboratory::specimen_to_js(&self.session.specimen())
    }

    /// Carries out an edit and shows nothing: for edits that are replayed after a restart.
    pub fn replay(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Edit")] edit: JsValue,
    ) -> Result<(), JsValue> {
        self.session.edit(from_js(edit)?);
        Ok(())
    }
}

/// Colours of the classes as CSS, class 0 first.
#[wasm_bindgen(js_name = classColours)]
pub fn class_colours(
    #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
) -> Result<Vec<String>, JsValue> {
    let theme: Theme = from_js(theme)?;
    Ok(theme.classes().iter().map(|[r, g, b]| format!("rgb({r} {g} {b})")).collect())
}

/// One row of RGBA: the colours of all heatmaps, from the most negative to the most positive gradient.
#[wasm_bindgen(js_name = legendPixels)]
pub fn legend_pixels(
    #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
    width: usize,
) -> Result<Uint8ClampedArray, JsValue> {
    Ok(Uint8ClampedArray::from(heatmap::legend(from_js(theme)?, width).as_slice()))
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

fn order_to_js(order: &Order) -> Result<Object, JsValue> {
    let js = Object::new();
    set(&js, "errors", &Float32Array::from(order.errors.as_slice()))?;
    set(&js, "increments", &Float32Array::from(order.increments.as_slice()))?;
    set(&js, "pixels", &Uint32Array::from(order.pixels.as_slice()))?;
    let foreground: Vec<u8> = order.foreground.iter().map(|&side| u8::from(side)).collect();
    set(&js, "foreground", &Uint8Array::from(foreground.as_slice()))?;
    Ok(js)
}

fn order_from_js(order: &JsValue) -> Result<Order, JsValue> {
    let list = |key: &str| {
        Reflect::get(order, &key.into()).map_err(|_| Refusal::new("A sort has lists by their names."))
    };
    Ok(Order {
        errors: Float32Array::new(&list("errors")?).to_vec(),
        increments: Float32Array::new(&list("increments")?).to_vec(),
        pixels: Uint32Array::new(&list("pixels")?).to_vec(),
        foreground: Uint8Array::new(&list("foreground")?).to_vec().iter().map(|&side| side != 0).collect(),
        value: 0.0,
    })
}

fn set(object: &Object, key: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &key.into(), value).map(drop)
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    // Maps by name are plain objects there.
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    Ok(value.serialize(&serializer)?)
}

/// Refuses what is not of the type, with a sentence.
fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Refusal> {
    serde_wasm_bindgen::from_value(value).map_err(|refused| Refusal::new(&refused.to_string()))
}
