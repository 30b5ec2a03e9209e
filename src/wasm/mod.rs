//! The browser's door: the only folder that says `wasm_bindgen`. It converts, calls and converts back.
//!
//! One worker holds an [`Engine`], another a [`Laboratory`], and some have a [`PairEvaluator`] each; the page has an instance of the same module for what must
//! be drawn where the DOM is: [charts](ChartView), legends and colours.

mod charts;
mod laboratory;
mod lovasz;
mod refusal;
mod set;

pub use charts::{ChartView, TableText};
pub use laboratory::Laboratory;
pub use lovasz::LovaszPlot;
pub use set::{PairEvaluator, ZipFile, pairs_of, preview_of_pair};

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect, Uint8Array, Uint8ClampedArray, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::document::{Kept, carrier};
use crate::paint::{Theme, heatmap};
use crate::panel;
use crate::report::{self, Report};
use crate::session::catalogue::Catalogue;
use crate::session::preview::PreviewRequest;
use crate::session::{self, Session};
use refusal::Refusal;

#[wasm_bindgen(typescript_custom_section)]
const REPLY: &str = r#"
/** An update with its pixels: RGBA of the scene's size, views of one buffer. */
export interface Reply {
  frame: Update;
  truth: Uint8ClampedArray;
  prediction: Uint8ClampedArray;
  /** One for each card. */
  heatmaps: Uint8ClampedArray[];
  /** The open panel, if one is open. */
  panel?: Findings;
  /** Pixels of opened files, to be kept. */
  rasters: { digest: string; bytes: Uint8Array }[];
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

/// Catalogue of losses, scenes, batches and panels.
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
#[derive(Debug)]
pub struct Engine {
    session: Session,
}

#[wasm_bindgen]
impl Engine {
    /// A session of what was kept, or of a link (the text behind `#`), or both: then the link's panel is open. `rasters`
    /// are the pixels of opened files.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Kept | undefined")] kept: JsValue,
        fragment: Option<String>,
        rasters: Vec<Uint8Array>,
    ) -> Result<Self, JsValue> {
        let kept: Option<Kept> = from_js(kept)?;
        let rasters: Vec<Vec<u8>> = rasters.iter().map(Uint8Array::to_vec).collect();
        Ok(Self { session: Session::open(kept.as_ref(), fragment.as_deref(), &rasters) })
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
        if let Some(panel) = &frame.panel {
            set(&reply, "panel", &report_to_js(panel)?)?;
        }
        let rasters = Array::new();
        for (digest, bytes) in &frame.rasters {
            let raster = Object::new();
            set(&raster, "digest", &digest.as_str().into())?;
            set(&raster, "bytes", &Uint8Array::from(bytes.as_slice()))?;
            rasters.push(&raster);
        }
        set(&reply, "rasters", &rasters)?;
        Ok(reply.into())
    }

    /// The scene and the losses, for a [`Laboratory`].
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&mut self) -> Result<JsValue, JsValue> {
        laboratory::snapshot_to_js(&self.session.snapshot())
    }

    /// Settings with which the images of a set are evaluated now.
    #[wasm_bindgen(js_name = setSettings, unchecked_return_type = "SetSettings")]
    pub fn set_settings(&self) -> Result<JsValue, JsValue> {
        to_js(&self.session.set_settings())
    }

    /// Versions of all that an experiment on a snapshot hangs on.
    #[wasm_bindgen(unchecked_return_type = "Provenance")]
    pub fn provenance(&self) -> Result<JsValue, JsValue> {
        to_js(&self.session.provenance())
    }

    /// How a file would be read, with a picture of it; nothing for a saved drawing. Refuses what cannot be read.
    #[wasm_bindgen(unchecked_return_type = "(Preview & { pixels: Uint8ClampedArray }) | undefined")]
    pub fn preview(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PreviewRequest")] request: JsValue,
        bytes: Vec<u8>,
    ) -> Result<JsValue, JsValue> {
        let request: PreviewRequest = from_js(request)?;
        let Some(preview) = self.session.preview(&request, &bytes).map_err(refused)? else {
            return Ok(JsValue::UNDEFINED);
        };
        let object = Object::from(to_js(&preview)?);
        set(&object, "pixels", &Uint8ClampedArray::from(preview.pixels.as_slice()))?;
        Ok(object.into())
    }

    /// The link to the document.
    #[wasm_bindgen(unchecked_return_type = "Link")]
    pub fn link(&self) -> Result<JsValue, JsValue> {
        to_js(&self.session.link())
    }

    /// The document as a file: JSON, or a PNG with the document in it where a picture is given. Refuses what is no PNG.
    pub fn save(&self, picture: Option<Vec<u8>>) -> Result<Vec<u8>, JsValue> {
        let file = self.session.file();
        Ok(match picture {
            Some(png) => carrier::picture(&png, &file).map_err(refused)?,
            None => file.into_bytes(),
        })
    }
}

/// Answer of a panel to a question that takes no time, where the page stands. Refuses what the panel refuses.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn ask(
    panel: &str,
    #[wasm_bindgen(unchecked_param_type = "unknown")] state: JsValue,
    #[wasm_bindgen(unchecked_param_type = "unknown")] question: JsValue,
) -> Result<JsValue, JsValue> {
    let panel = panel::find(panel).map_err(refused)?;
    to_js(&panel.ask(&from_js(state)?, from_js(question)?).map_err(refused)?)
}

fn refused(sentence: String) -> Refusal {
    Refusal::new(&sentence)
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

fn report_to_js(report: &Report) -> Result<JsValue, JsValue> {
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
