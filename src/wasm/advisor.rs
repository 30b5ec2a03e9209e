//! What the advisor makes of what was measured. It takes no time, so the page asks for it where it stands: answers can be
//! changed without measuring again.

use wasm_bindgen::prelude::*;

use super::{from_js, to_js};
use crate::instrument::advisor::readout;

/// The advice that goes with these answers.
#[wasm_bindgen(unchecked_return_type = "AdviceReadout")]
pub fn advice(
    #[wasm_bindgen(unchecked_param_type = "Evidence")] measured: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Answers")] answers: JsValue,
) -> Result<JsValue, JsValue> {
    to_js(&readout(&from_js(measured)?, from_js(answers)?))
}
