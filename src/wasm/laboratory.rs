//! The door of the second worker.

use js_sys::{Float32Array, Object, Reflect, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::prelude::*;

use super::refusal::Refusal;
use super::{from_js, set, to_js};
use crate::laboratory::{self, Arrays, Header, Specimen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What an experiment is made on: travels from one worker to the other. */
export interface Specimen {
  header: Header;
  labels: Uint8Array;
  logits: Float32Array;
  shares?: Float32Array;
  photo?: Uint8Array;
}
/** What an experiment has found so far. */
export interface Findings {
  report: Report;
  /** RGBA of the stills, one after the other. */
  pixels: Uint8ClampedArray;
}
"#;

/// One experiment at a time, made in small steps between which its worker listens.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Laboratory {
    inner: laboratory::Laboratory,
}

#[wasm_bindgen]
impl Laboratory {
    /// Prepares an experiment. Refuses what cannot be made, with a sentence.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Specimen")] specimen: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Request")] request: JsValue,
    ) -> Result<Self, JsValue> {
        let specimen = specimen_from_js(&specimen)?;
        let inner =
            laboratory::Laboratory::new(specimen, from_js(request)?).map_err(|said| Refusal::new(&said))?;
        Ok(Self { inner })
    }

    /// One step.
    pub fn advance(&mut self) -> Result<(), JsValue> {
        self.inner.advance().map_err(|said| Refusal::new(&said).into())
    }

    /// Steps made.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> usize {
        self.inner.done()
    }

    /// Steps in all.
    #[wasm_bindgen(getter)]
    pub fn total(&self) -> usize {
        self.inner.total()
    }

    /// From now on its pictures have the colours of another theme.
    pub fn repaint(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
    ) -> Result<(), JsValue> {
        self.inner.repaint(from_js(theme)?);
        Ok(())
    }

    /// What is known after a step, or now.
    #[wasm_bindgen(unchecked_return_type = "Findings")]
    pub fn report(&self, step: Option<usize>) -> Result<JsValue, JsValue> {
        let report = self.inner.report(step);
        let findings = Object::new();
        set(&findings, "pixels", &Uint8ClampedArray::from(report.pixels.as_slice()))?;
        set(&findings, "report", &to_js(&report)?)?;
        Ok(findings.into())
    }
}

pub(super) fn specimen_to_js(specimen: &Specimen) -> Result<JsValue, JsValue> {
    let js = Object::new();
    let Arrays { labels, logits, shares, photo } = specimen.arrays();
    set(&js, "header", &to_js(&specimen.header)?)?;
    set(&js, "labels", &Uint8Array::from(labels))?;
    set(&js, "logits", &Float32Array::from(logits))?;
    if let Some(shares) = shares {
        set(&js, "shares", &Float32Array::from(shares))?;
    }
    if let Some(photo) = photo {
        set(&js, "photo", &Uint8Array::from(photo))?;
    }
    Ok(js.into())
}

fn specimen_from_js(js: &JsValue) -> Result<Specimen, Refusal> {
    let get = |key: &str| Reflect::get(js, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let bytes = |key| get(key).dyn_into::<Uint8Array>().ok().map(|array| array.to_vec());
    let floats = |key| get(key).dyn_into::<Float32Array>().ok().map(|array| array.to_vec());
    let header: Header = from_js(get("header"))?;
    let (labels, logits) = (bytes("labels").unwrap_or_default(), floats("logits").unwrap_or_default());
    Specimen::new(header, labels, logits, floats("shares"), bytes("photo"))
        .map_err(|said| Refusal::new(&said))
}
