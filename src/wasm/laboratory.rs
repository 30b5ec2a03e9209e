//! The door of the second worker.

use js_sys::{Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{from_js, refused, report_to_js, set, to_js};
use crate::laboratory::{self, Arrays, Snapshot, SnapshotHeader};
use crate::panel::OpenPanel;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What an experiment is made on: travels from one worker to the other. */
export interface Snapshot {
  header: SnapshotHeader;
  labels: Uint8Array;
  logits: Float32Array;
  shares?: Float32Array;
  weights?: Float32Array;
  photo?: Uint8Array;
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
    /// Prepares the experiment of a panel in a state. Refuses what cannot be made, with a sentence.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Snapshot")] snapshot: JsValue,
        #[wasm_bindgen(unchecked_param_type = "OpenPanel")] question: JsValue,
    ) -> Result<Self, JsValue> {
        let snapshot = snapshot_from_js(&snapshot)?;
        let open: OpenPanel = from_js(question)?;
        let panel = open.check().map_err(refused)?;
        Ok(Self { inner: panel.experiment(&open.state, snapshot).map_err(refused)? })
    }

    /// One step.
    pub fn advance(&mut self) -> Result<(), JsValue> {
        Ok(self.inner.advance().map_err(refused)?)
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

    /// Report of what is known after a step, or now.
    #[wasm_bindgen(unchecked_return_type = "Findings")]
    pub fn report(&self, step: Option<usize>) -> Result<JsValue, JsValue> {
        report_to_js(&self.inner.report(step))
    }
}

pub(super) fn snapshot_to_js(snapshot: &Snapshot) -> Result<JsValue, JsValue> {
    let js = Object::new();
    let Arrays { labels, logits, shares, weights, photo } = snapshot.arrays();
    set(&js, "header", &to_js(&snapshot.header)?)?;
    set(&js, "labels", &Uint8Array::from(labels))?;
    set(&js, "logits", &Float32Array::from(logits))?;
    if let Some(shares) = shares {
        set(&js, "shares", &Float32Array::from(shares))?;
    }
    if let Some(weights) = weights {
        set(&js, "weights", &Float32Array::from(weights))?;
    }
    if let Some(photo) = photo {
        set(&js, "photo", &Uint8Array::from(photo))?;
    }
    Ok(js.into())
}

fn snapshot_from_js(js: &JsValue) -> Result<Snapshot, JsValue> {
    let get = |key: &str| Reflect::get(js, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let bytes = |key| get(key).dyn_into::<Uint8Array>().ok().map(|array| array.to_vec());
    let floats = |key| get(key).dyn_into::<Float32Array>().ok().map(|array| array.to_vec());
    let header: SnapshotHeader = from_js(get("header"))?;
    let (labels, logits) = (bytes("labels").unwrap_or_default(), floats("logits").unwrap_or_default());
    let floating = [floats("shares"), floats("weights")];
    Ok(Snapshot::new(header, labels, logits, floating, bytes("photo")).map_err(refused)?)
}
