//! The browser's door: the only folder that says `wasm_bindgen`. It converts, calls and converts back.
//!
//! One worker holds an [`Engine`], another a [`Laboratory`]; the page has an instance of the same module for what must
//! be drawn where the DOM is: [charts](ChartView), legends and colours.

mod charts;
mod laboratory;
mod lovasz;

pub use charts::{ChartView, TableText};
pub use laboratory::Laboratory;
pub use lovasz::LovaszPlot;

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect, Uint8Array, Uint8ClampedArray, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::paint::{Theme, heatmap};
use crate::panel;
use crate::report::{self, Report};
use crate::session::Session;
use crate::session::catalogue::Catalogue;

#[wasm_bindgen(typescript_custom_section)]
const REPLY: &str = r#"
/** A frame with its pixels: RGBA of the scene's size, views of one buffer. */
export interface Reply {
  frame: Frame;
  truth: Uint8ClampedArray;
  prediction: Uint8ClampedArray;
  /** One for each card. */
  heatmaps: Uint8ClampedArray[];
  /** What the open panel shows, if one is open. */
  panel?: Findings;
}
/** A report with what travels beside it. */
export interface Findings {
  report: Report;
  /** RGBA of the stills, one after the other. */
  pixels: Uint8ClampedArray;
  /** Long lists of numbers, by name. */
  arrays: Record<string, Uint8Array | Uint32Array | Float32Array>;
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
        if let Some(panel) = &frame.panel {
            set(&reply, "panel", &report_to_js(panel)?)?;
        }
        Ok(reply.into())
    }

    /// The scene and the losses, for a [`Laboratory`].
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&mut self) -> Result<JsValue, JsError> {
        laboratory::snapshot_to_js(&self.session.snapshot())
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

/// Answer of a panel to a question that takes no time, where the page stands. Refuses what the panel refuses.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn ask(
    panel: &str,
    #[wasm_bindgen(unchecked_param_type = "unknown")] state: JsValue,
    #[wasm_bindgen(unchecked_param_type = "unknown")] question: JsValue,
) -> Result<JsValue, JsError> {
    let panel = panel::find(panel).map_err(refused)?;
    to_js(&panel.ask(&from_js(state)?, from_js(question)?).map_err(refused)?)
}

fn refused(sentence: String) -> JsError {
    JsError::new(&sentence)
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

fn pixels_to_js(bytes: &[u8], spare: Option<ArrayBuffer>) -> Uint8ClampedArray {
    let length = bytes.len() as u32;
    let pixels = match spare {
        Some(spare) if spare.byte_length() == length => Uint8ClampedArray::new(&spare),
        _ => Uint8ClampedArray::new_with_length(length),
    };
    pixels.copy_from(bytes);
    pixels
}

fn report_to_js(report: &Report) -> Result<JsValue, JsError> {
    let findings = Object::new();
    set(&findings, "report", &to_js(report)?)?;
    set(&findings, "pixels", &Uint8ClampedArray::from(report.pixels.as_slice()))?;
    let arrays = Object::new();
    for (name, array) in &report.arrays {
        let array: JsValue = match array {
            report::Array::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            report::Array::Whole(numbers) => Uint32Array::from(numbers.as_slice()).into(),
            report::Array::Floats(numbers) => Float32Array::from(numbers.as_slice()).into(),
        };
        set(&arrays, name, &array)?;
    }
    set(&findings, "arrays", &arrays)?;
    Ok(findings.into())
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
